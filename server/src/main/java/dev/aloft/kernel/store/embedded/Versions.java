package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.StoreUnavailable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** The version that readers get, and the database under it, which is opened anew after a write has failed. */
final class Versions implements AutoCloseable {
    private static final long OPENING_NANOS = 1_000_000;

    private final DataFolder folder;
    private final Disk disk;
    private final Gaps gaps;
    private final Hot hot = new Hot();
    private volatile Database database;
    private volatile Version current;
    private volatile StoreUnavailable broken;
    private volatile boolean closed;
    private boolean open = true;

    Versions(DataFolder folder, Disk disk, Gaps gaps) {
        this.gaps = gaps;
        this.folder = folder;
        this.disk = disk;
        database = new Database(folder, disk);
        current = new Version(database, gaps, hot, 0);
    }

    /** For the committer: what it reads is the latest. */
    Version current() {
        return current;
    }

    Database database() {
        return database;
    }

    Version acquire() {
        while (true) {
            var version = current;
            if (version.acquire()) {
                return version;
            }
            if (closed) {
                throw new StoreUnavailable("The store is closed");
            }
            var failure = broken;
            if (failure != null) {
                throw new StoreUnavailable(failure.getMessage(), failure);
            }
            // Between two versions, or the store is being opened anew.
            LockSupport.parkNanos(OPENING_NANOS);
        }
    }

    /** What has been written since the last version, which is this, is now seen by readers. */
    void publish(Iterable<Map.Entry<byte[], byte[]>> written) {
        var old = current;
        gaps.written(written, old.number + 1);
        hot.written(written, old.number + 1);
        current = new Version(database, gaps, hot, old.number + 1);
        old.release();
    }

    /**
     * Closes RocksDB and opens it again: what it does not know to be on disk it reads from there. Readers wait
     * meanwhile. When this throws it may be tried again.
     */
    void reopen() {
        letGo();
        gaps.forget();
        hot.forget();
        if (!database.awaitClosed()) {
            throw new StoreUnavailable("The store in " + folder.store()
                    + " waits for reads to end before it opens anew");
        }
        try {
            database = new Database(folder, disk);
            current = new Version(database, gaps, hot, current.number + 1);
            gaps.written(List.of(), current.number);
            hot.written(List.of(), current.number);
            open = true;
            broken = null;
        } catch (StoreUnavailable e) {
            broken = e;
            throw e;
        }
    }

    private void letGo() {
        if (open) {
            open = false;
            current.release();
            database.letGo();
        }
    }

    @Override
    public void close() {
        closed = true;
        letGo();
    }
}
