package dev.aloft.kernel.store.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * Gives each log of RocksDB its length before it is written. Of a file that grows with each write, each sync has to put
 * the new length on disk too, which takes as long again as a third of the rest. RocksDB writes on where it was, ends
 * reading at zeros, and cuts off what is left when it closes the log. Called by the one thread that writes.
 */
final class LogRoom {
    private static final Logger LOG = System.getLogger(LogRoom.class.getName());
    private static final String SUFFIX = ".log";
    /** Names have six digits at least, and more when those do not suffice. */
    private static final Comparator<Path> BY_NUMBER =
            Comparator.<Path>comparingInt(file -> file.toString().length()).thenComparing(Path::getFileName);

    private final Path store;
    private final long bytes;
    /** What RocksDB holds in memory of the current log: less than before when it has begun another. */
    private long held = Long.MAX_VALUE;

    LogRoom(Path store, long bytes) {
        this.store = store;
        this.bytes = bytes;
    }

    /** After a write. */
    void keep(RocksDB rocks) throws RocksDBException {
        long now = rocks.getLongProperty("rocksdb.cur-size-active-mem-table");
        if (now < held) {
            give();
        }
        held = now;
    }

    private void give() {
        try {
            var last = last(store);
            if (last.isPresent()) {
                try (var file = new RandomAccessFile(last.get().toFile(), "rw")) {
                    if (file.length() < bytes) {
                        file.setLength(bytes);
                    }
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The log grows as it is written", e);
        }
    }

    /** Of all logs together. */
    static long length(Path store) throws IOException {
        long length = 0;
        try (var files = Files.newDirectoryStream(store, "*" + SUFFIX)) {
            for (var file : files) {
                length += Files.size(file);
            }
        }
        return length;
    }

    /** The log that is written. */
    static Optional<Path> last(Path store) throws IOException {
        try (var files = Files.list(store)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX)).max(BY_NUMBER);
        }
    }
}
