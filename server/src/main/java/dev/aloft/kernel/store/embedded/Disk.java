package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The space that is left. Writes stop while there is still enough for RocksDB to keep its files in order. */
class Disk {
    static final long RESERVE_BYTES = 64L << 20;
    private static final long LOOK_EVERY_NANOS = 200_000_000;
    private static final long LOOK_EVERY_BYTES = 8L << 20;

    private final Path folder;
    private long looked;
    private long left;

    Disk(Path folder) {
        this.folder = folder;
    }

    long usableBytes() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    /** Refuses what does not fit. Called by one thread. */
    void reserve(long bytes) {
        long now = System.nanoTime();
        left -= bytes;
        if (left < 0 || now - looked > LOOK_EVERY_NANOS) {
            looked = now;
            try {
                long usable = usableBytes();
                if (usable - 2 * bytes < RESERVE_BYTES) {
                    left = 0;
                    throw full(usable, null);
                }
                left = Math.min(LOOK_EVERY_BYTES, usable - RESERVE_BYTES);
            } catch (IOException e) {
                throw new StoreUnavailable("Cannot tell how much space is left in " + folder + ": " + e, e);
            }
        }
    }

    boolean hasSpace() {
        try {
            return usableBytes() > RESERVE_BYTES;
        } catch (IOException _) {
            return false;
        }
    }

    StoreUnavailable full(Exception cause) {
        return full(usableOrNone(), cause);
    }

    StoreUnavailable fullToOpen(Exception cause) {
        return new StoreUnavailable("The disk of " + folder + " is full (" + (usableOrNone() >> 20)
            + " MB left): the store needs "
            + (RESERVE_BYTES >> 20) + " MB to open. Free some space and try again.", cause);
    }

    private long usableOrNone() {
        try {
            return usableBytes();
        } catch (IOException _) {
            return 0;
        }
    }

    private StoreUnavailable full(long usable, Exception cause) {
        return new StoreUnavailable("The disk of " + folder + " is full (" + (usable >> 20) + " MB left, "
            + (RESERVE_BYTES >> 20) + " MB needed): nothing was written. Free some space; no restart is needed.",
            cause);
    }
}
