package dev.aloft.kernel.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** The machine's clock. */
public final class SystemTime implements Time {
    /** Longer waits are looked at again, since the machine's clock may be set. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    @Override
    public Instant instant() {
        return Instant.now();
    }

    @Override
    public boolean await(Signal signal, long seen, Instant until) throws InterruptedException {
        var waiting = Thread.currentThread();
        Runnable wake = () -> LockSupport.unpark(waiting);
        signal.listen(wake);
        try {
            while (signal.count() == seen) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                var left = Duration.between(instant(), until);
                if (!left.isPositive()) {
                    return false;
                }
                LockSupport.parkNanos(this, left.compareTo(LONGEST) < 0 ? left.toNanos() : LONGEST.toNanos());
            }
            return true;
        } finally {
            signal.ignore(wake);
        }
    }

    @Override
    public Thread start(String name, Runnable task) {
        return Thread.ofVirtual().name(name).start(task);
    }
}
