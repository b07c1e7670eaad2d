package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.Key;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What single keys hold that are read again and again and seldom written: a queue, a table, whether there are users.
 * Half of what a small call asks of RocksDB is such.
 *
 * <p>A value holds from the version in which it was learnt to the present one: a write of its key removes it before the
 * version that has the write is published, so whoever reads a version in between may rely on what is left.
 */
final class Hot {
    private static final int MOST = 4096;
    private static final int LONGEST_BYTES = 16 << 10;
    private static final int SEEN = 4096;

    /** @param bytes null where the key holds nothing */
    record Value(byte[] bytes, long since) {
    }

    private final Map<Key, Value> values = new ConcurrentHashMap<>();
    /** The hashes of keys that were read once: only the second time is worth remembering. */
    private final AtomicIntegerArray seen = new AtomicIntegerArray(SEEN);
    /**
     * Whoever learns does not wait for it, so that the committer is the only one who does: a virtual thread that waits
     * may be next in line and find no carrier while others compute, and the committer would wait behind it for ever.
     */
    private final ReentrantLock lock = new ReentrantLock();
    private long version;

    /** What a key holds in a version, or null where that is not known. */
    Value find(Key key, long inVersion) {
        var value = values.get(key);
        return value != null && value.since <= inVersion ? value : null;
    }

    /** That a key was read in a version; bytes are null where it holds nothing. */
    void read(Key key, byte[] bytes, long inVersion) {
        int hash = key.hashCode();
        if (seen.getAndSet(hash & SEEN - 1, hash) == hash && (bytes == null || bytes.length <= LONGEST_BYTES)) {
            learn(key, new Value(bytes, inVersion));
        }
    }

    private void learn(Key key, Value value) {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (value.since != version) {
                return;
            }
            if (values.size() >= MOST) {
                values.clear();
            }
            values.put(key, value);
        } finally {
            lock.unlock();
        }
    }

    /** Before the version that has these entries is published. */
    void written(Iterable<Map.Entry<byte[], byte[]>> entries, long newVersion) {
        lock.lock();
        try {
            version = newVersion;
            for (var entry : entries) {
                var key = Key.decoded(entry.getKey());
                values.remove(key);
                seen.set(key.hashCode() & SEEN - 1, 0);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is known, and nothing is learnt before something is written. */
    void forget() {
        lock.lock();
        try {
            version = -1;
            values.clear();
        } finally {
            lock.unlock();
        }
    }
}
