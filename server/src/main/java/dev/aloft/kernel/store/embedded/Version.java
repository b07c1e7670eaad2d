package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.Key;
import java.util.concurrent.atomic.AtomicInteger;
import org.rocksdb.ReadOptions;
import org.rocksdb.Snapshot;

/** The state of the store after one group of writes; kept while somebody reads it. */
final class Version {
    private final AtomicInteger readers = new AtomicInteger(1);
    private final Snapshot snapshot;
    final Database database;
    final Gaps gaps;
    private final Hot hot;
    final long number;
    final ReadOptions options;

    Version(Database database, Gaps gaps, Hot hot, long number) {
        this.database = database;
        this.gaps = gaps;
        this.hot = hot;
        this.number = number;
        database.hold();
        snapshot = database.rocks.getSnapshot();
        options = new ReadOptions().setSnapshot(snapshot);
    }

    /** What a key holds, or null. */
    byte[] get(Key key) {
        return get(options, key);
    }

    /** The same for the committer, whose version is the latest. */
    byte[] getLatest(Key key) {
        return get(database.latest, key);
    }

    private byte[] get(ReadOptions how, Key key) {
        var known = hot.find(key, number);
        if (known != null) {
            return known.bytes();
        }
        var bytes = database.get(how, key.raw());
        hot.read(key, bytes, number);
        return bytes;
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
