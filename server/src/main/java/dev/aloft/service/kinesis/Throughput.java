package dev.aloft.service.kinesis;

import dev.aloft.kernel.store.Key;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a shard carried in this second, for streams that have AWS's limits.
 *
 * @see <a href="https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html">Quotas and limits</a>
 */
final class Throughput {
    private static final long BYTES_IN = 1 << 20;
    private static final int RECORDS_IN = 1000;
    private static final long BYTES_OUT = 2 << 20;
    private static final int READS = 5;

    private final Map<Key, Second> written = new ConcurrentHashMap<>();
    private final Map<Key, Second> read = new ConcurrentHashMap<>();

    private record Second(long number, long bytes, int count) {
        Second plus(long now, long more) {
            return number == now ? new Second(now, bytes + more, count + 1) : new Second(now, more, 1);
        }

        /**
         * What was given beyond a second's share counts in the seconds that follow: 10 MiB at once are those of five.
         */
        Second at(long now) {
            return number == now ? this : new Second(now, Math.max(0, bytes - BYTES_OUT * (now - number)), 0);
        }
    }

    /** Counts a record unless it is too much. */
    boolean takes(Key shard, long bytes, Instant now) {
        long second = now.getEpochSecond();
        var counted = new boolean[1];
        written.compute(shard, (_, old) -> {
            var next = (old == null ? new Second(second, 0, 0) : old).plus(second, bytes);
            counted[0] = next.bytes() <= BYTES_IN && next.count() <= RECORDS_IN;
            return counted[0] ? next : old;
        });
        return counted[0];
    }

    /** Counts a read unless there were too many, or they gave too much. */
    boolean gives(Key shard, Instant now) {
        long second = now.getEpochSecond();
        var counted = new boolean[1];
        read.compute(shard, (_, old) -> {
            var before = old == null ? new Second(second, 0, 0) : old.at(second);
            counted[0] = before.bytes() < BYTES_OUT && before.count() < READS;
            return counted[0] ? before.plus(second, 0) : before;
        });
        return counted[0];
    }

    void gave(Key shard, long bytes, Instant now) {
        long second = now.getEpochSecond();
        read.computeIfPresent(shard,
                (_, old) -> old.number() == second ? new Second(second, old.bytes() + bytes, old.count()) : old);
    }
}
