package dev.aloft.kernel.gate;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bucket of tokens that refills continuously and never holds more than it is given. It keeps one number, the moment
 * at which it will be full again, and so takes a token without a lock and in the same time whatever its size.
 */
public final class TokenBucket {
    private static final long SECOND = 1_000_000_000L;

    /** Before that moment some tokens are missing. */
    private final AtomicLong fullAt = new AtomicLong(Long.MIN_VALUE);

    /**
     * Takes a token if there is one. Rate and size may differ from call to call: the bucket follows.
     *
     * @param perSecond how many tokens come back in a second
     * @param size      how many it holds when it is full
     */
    public boolean take(Instant now, double perSecond, double size) {
        long moment = nanos(now);
        long each = (long) (SECOND / perSecond);
        long most = (long) (size * SECOND / perSecond);
        while (true) {
            long seen = fullAt.get();
            long next = Math.max(seen, moment) + each;
            if (next - moment > most) {
                return false;
            }
            if (fullAt.compareAndSet(seen, next)) {
                return true;
            }
        }
    }

    private static long nanos(Instant moment) {
        return moment.getEpochSecond() * SECOND + moment.getNano();
    }
}
