package dev.aloft.kernel.store.embedded;

import java.util.concurrent.atomic.AtomicInteger;
import org.rocksdb.ReadOptions;
import org.rocksdb.Snapshot;

/** The state of the store after one group of writes; kept while somebody reads it. */
final class Version {
    private final AtomicInteger readers = new AtomicInteger(1);
    private final Snapshot snapshot;
    final Database database;
    final Gaps gaps;
    final long number;
    final ReadOptions options;

    Version(Database database, Gaps gaps, long number) {
        this.database = database;
        this.gaps = gaps;
        this.number = number;
        database.hold();
        snapshot = database.rocks.getSnapshot();
        options = new ReadOptions().setSnapshot(snapshot);
    }

    /** Says false when it is gone already. */
    boolean acquire() {
        while (true) {
            int count = readers.get();
            if (count == 0) {
                return false;
            }
            if (readers.compareAndSet(count, count + 1)) {
                return true;
            }
        }
    }

    void release() {
        if (readers.decrementAndGet() == 0) {
            options.close();
            database.rocks.releaseSnapshot(snapshot);
            database.letGo();
        }
    }
}
