package dev.aloft.kernel.store.embedded;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Ranges in which nothing is alive, learnt from looks that took long. RocksDB keeps what was deleted until it compacts,
 * and passes over all of it on the way to the first living key: at the head of a queue that would be every message ever
 * received.
 *
 * <p>A gap holds from the version in which it was learnt to the present one: a write into it cuts it short before the
 * version that has the write is published, so whoever reads a version in between may rely on what is left.
 */
final class Gaps {
    /** A look that finds the next key at once takes a few microseconds. */
    static final long SLOW_NANOS = 30_000;
    private static final int MOST = 1000;

    private record Gap(byte[] end, long since) {
    }

    private final ConcurrentSkipListMap<byte[], Gap> byStart = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
    private final long slowNanos;
    /** Only the committer waits for it, for the reason told at {@link Hot}. */
    private final ReentrantLock lock = new ReentrantLock();
    private long version;

    Gaps(long slowNanos) {
        this.slowNanos = slowNanos;
    }

    /** Whether a look took so long that it is worth remembering what it found. */
    boolean isSlow(long nanos) {
        return nanos > slowNanos;
    }

    /** The first key at or behind this one that may be alive in a version. */
    byte[] skip(byte[] from, long inVersion) {
        var found = byStart.floorEntry(from);
        return found != null && found.getValue().since <= inVersion && covers(found, from) ? found.getValue().end
                : from;
    }

    /** From here to there, without the end, nothing is alive in this version. */
    void learn(byte[] from, byte[] end, long inVersion) {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (inVersion == version && Arrays.compareUnsigned(from, end) < 0) {
                add(from, end, inVersion);
            }
        } finally {
            lock.unlock();
        }
    }

    private void add(byte[] from, byte[] end, long inVersion) {
        if (byStart.size() >= MOST) {
            byStart.clear();
        }
        var found = byStart.floorEntry(from);
        var start = found != null && covers(found, from) ? found.getKey() : from;
        byStart.subMap(start, true, end, false).clear();
        byStart.put(start, new Gap(end, inVersion));
    }

    /** Before the version that has these entries is published. */
    void written(Iterable<Map.Entry<byte[], byte[]>> entries, long newVersion) {
        lock.lock();
        try {
            version = newVersion;
            if (!byStart.isEmpty()) {
                cut(entries);
            }
        } finally {
            lock.unlock();
        }
    }

    private void cut(Iterable<Map.Entry<byte[], byte[]>> entries) {
        for (var entry : entries) {
            var key = entry.getKey();
            var found = entry.getValue() == Overlay.DELETED ? null : byStart.floorEntry(key);
            if (found != null && covers(found, key)) {
                if (Arrays.equals(found.getKey(), key)) {
                    byStart.remove(key);
                } else {
                    byStart.put(found.getKey(), new Gap(key, found.getValue().since));
                }
            }
        }
    }

    /** Nothing is known, and nothing is learnt before something is written. */
    void forget() {
        lock.lock();
        try {
            version = -1;
            byStart.clear();
        } finally {
            lock.unlock();
        }
    }

    private static boolean covers(Map.Entry<byte[], Gap> gap, byte[] key) {
        return Arrays.compareUnsigned(key, gap.getValue().end) < 0;
    }
}
