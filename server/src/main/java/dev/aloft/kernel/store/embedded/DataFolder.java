package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.StoreUnavailable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/** The folder of one process: locked while it is open, and of a format that this version knows. */
final class DataFolder implements AutoCloseable {
    /** Raised when older versions can no longer read what this one writes. */
    static final int FORMAT = 1;

    private static final Pattern FORMAT_LINE = Pattern.compile("aloft store ([0-9]{1,9})\\s*");
    private static final String ELSEWHERE = "choose another folder with --data";

    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    static DataFolder open(Path given) {
        var path = given.toAbsolutePath().normalize();
        try {
            Files.createDirectories(path);
            var folder = new DataFolder(path, lock(path));
            try {
                folder.checkFormat();
                return folder;
            } catch (IOException | RuntimeException e) {
                folder.close();
                throw e;
            }
        } catch (AccessDeniedException e) {
            throw new StoreUnavailable("No permission to read and write the data folder " + path + " (" + e.getMessage()
                + "): change its owner or rights, or " + ELSEWHERE + ".", e);
        } catch (FileAlreadyExistsException e) {
            throw new StoreUnavailable("The data folder " + path + " cannot be made: " + e.getMessage()
                + " is a file. Move it away, or " + ELSEWHERE + ".", e);
        } catch (IOException e) {
            throw new StoreUnavailable("The data folder " + path + " cannot be used: " + e.getMessage()
                + ". Repair that, or " + ELSEWHERE + ".", e);
        }
    }

    Path path() {
        return path;
    }

    Path store() {
        return path.resolve("store");
    }

    StoreUnavailable damaged(Exception cause) {
        return new StoreUnavailable("The data in " + store() + " is damaged (" + cause.getMessage()
            + "): restore " + path + " from a backup, move it away to begin empty, or " + ELSEWHERE + ".", cause);
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException _) {
            // The system gives the lock back with the process at the latest.
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        var file = path.resolve("lock");
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
            StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                var owner = new String(Files.readAllBytes(file), StandardCharsets.US_ASCII).strip();
                throw inUse(path, owner.isEmpty() ? "another process" : "process " + owner);
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            return channel;
        } catch (OverlappingFileLockException _) {
            channel.close();
            throw inUse(path, "this process");
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static StoreUnavailable inUse(Path path, String owner) {
        return new StoreUnavailable("The data folder " + path + " is in use by " + owner + ": stop that one, or "
            + ELSEWHERE + ".");
    }

    private void checkFormat() throws IOException {
        var file = path.resolve("format");
        if (!Files.exists(file)) {
            if (Files.exists(store().resolve("CURRENT"))) {
                throw new StoreUnavailable("The data in " + path
                    + " has no file 'format', which says which version wrote it: "
                    + "restore the folder from a backup, or " + ELSEWHERE + ".");
            }
            write(file, "aloft store " + FORMAT + "\n");
            return;
        }
        var line = FORMAT_LINE.matcher(Files.readString(file));
        if (!line.matches()) {
            throw new StoreUnavailable("The file " + file + " is damaged: restore the folder from a backup, or "
                + ELSEWHERE + ".");
        }
        int format = Integer.parseInt(line.group(1));
        if (format > FORMAT) {
            throw new StoreUnavailable("The data in " + path + " was written by a newer version of Aloft (format "
                + format
                + ", this one knows " + FORMAT + "): start that version, or " + ELSEWHERE + ".");
        }
    }

    private void write(Path file, String content) throws IOException {
        var arriving = path.resolve("format.arriving");
        try (var channel = FileChannel.open(arriving, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        Files.move(arriving, file, StandardCopyOption.ATOMIC_MOVE);
        try (var folder = FileChannel.open(path, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
