package dev.aloft.service.lambda.invoke;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Decides which function may start its next environment: few at a time, since more only make each other slow, and none
 * beyond what the machine holds. Of several functions the one with the fewest environments comes first, so that a burst
 * of one does not keep the others out; on a full machine it makes way as its events end.
 */
final class Starts {
    private static final int AT_ONCE = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    /**
     * One that takes longer waits for something else than this machine's processors and holds up nobody; but while they
     * are short it is looked at some times more.
     */
    private static final long COUNTED_MILLIS = 100;
    private static final int MOST_LOOKS = 15;

    private static final System.Logger LOG = System.getLogger(Starts.class.getName());
    private static final long TOLD_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final IntPredicate room;
    private final BooleanSupplier busy;
    private final Supplier<Stream<Pool>> pools;
    private final BooleanSupplier evictOther;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Pool> wanting = new LinkedHashSet<>();
    private int starting;
    private long toldNanos = System.nanoTime() - TOLD_NANOS - 1;
    private volatile boolean wanted;
    private volatile boolean full;
    /** On a full machine, how many environments the function has that comes next. */
    private volatile int fewest = Integer.MAX_VALUE;

    /**
     * @param room  whether the machine has room for so many environments more
     * @param busy  whether its processors are short
     * @param pools all there are, to make room from
     * @param evictOther ends an environment that is in no pool; says whether there was one
     */
    Starts(IntPredicate room, BooleanSupplier busy, Supplier<Stream<Pool>> pools, BooleanSupplier evictOther) {
        this.evictOther = evictOther;
        this.room = room;
        this.busy = busy;
        this.pools = pools;
    }

    /** An event of this pool wants to start an environment. */
    void look(Pool pool) {
        lock.lock();
        try {
            wanting.add(pool);
            wanted = true;
            grant();
        } finally {
            lock.unlock();
        }
    }

    /** Something ended: there may be room again. */
    void look() {
        if (!wanted || lock.isHeldByCurrentThread()) {
            return;
        }
        lock.lock();
        try {
            grant();
        } finally {
            lock.unlock();
        }
    }

    /** A start that was granted; over when the environment is there, or after a while. */
    final class Start implements AutoCloseable {
        private final Pool pool;
        private volatile boolean over;

        private Start(Pool pool) {
            this.pool = pool;
        }

        @Override
        public void close() {
            synchronized (this) {
                if (over) {
                    return;
                }
                over = true;
            }
            ended(pool);
        }
    }

    /** What {@link Pool#take} granted, to be closed. */
    Start granted(Pool pool) {
        var start = new Start(pool);
        lookAt(start, MOST_LOOKS);
        return start;
    }

    private void lookAt(Start start, int looks) {
        CompletableFuture.delayedExecutor(COUNTED_MILLIS, TimeUnit.MILLISECONDS).execute(() -> {
            if (!start.over && looks > 1 && busy.getAsBoolean()) {
                lookAt(start, looks - 1);
            } else {
                start.close();
            }
        });
    }

    void ended(Pool pool) {
        pool.startEnded();
        lock.lock();
        try {
            starting--;
            grant();
        } finally {
            lock.unlock();
        }
    }

    private void grant() {
        while (starting < AT_ONCE) {
            Pool next = wanting.stream().min(Comparator.comparingInt(Pool::size)).orElse(null);
            if (next == null) {
                wanted = false;
                fullFor(Integer.MAX_VALUE);
                return;
            }
            if (!next.wantsStart()) {
                wanting.remove(next);
                continue;
            }
            if (!room.test(starting + 1) && !evict()) {
                fullFor(next.size());
                return;
            }
            fullFor(Integer.MAX_VALUE);
            if (next.grantStart()) {
                starting++;
            }
        }
    }

    private void fullFor(int environments) {
        boolean isFull = environments != Integer.MAX_VALUE;
        if (isFull && !full && System.nanoTime() - toldNanos > TOLD_NANOS) {
            toldNanos = System.nanoTime();
            LOG.log(System.Logger.Level.WARNING, "This machine has no memory for another environment of a function:"
                    + " events wait for one that ends, and are throttled after some seconds.");
        }
        full = isFull;
        fewest = environments;
    }

    /** Ends the environment that was idle longest. */
    private boolean evict() {
        return pools.get()
                .filter(pool -> pool.idleSince().isPresent())
                .min(Comparator.comparing(pool -> pool.idleSince().orElse(Instant.MAX)))
                .map(Pool::evict)
                .orElseGet(evictOther::getAsBoolean);
    }

    boolean isBusy() {
        return busy.getAsBoolean();
    }

    /** Whether the machine holds no more. */
    boolean full() {
        return full;
    }

    /**
     * Whether another function waits on a full machine that has fewer environments than this would have without one.
     */
    boolean starvedBy(Pool pool) {
        return full && pool.size() > fewest + 1;
    }
}
