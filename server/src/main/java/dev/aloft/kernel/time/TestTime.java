package dev.aloft.kernel.time;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * A clock that stands still until it is advanced.
 *
 * <p>Threads that were started with it come back from an await only while the clock is driven, one after another: at
 * each moment first those whose signal was raised, then those whose moment it is, in the order in which they began to
 * wait. The next is woken when no thread of this clock runs. The clock is driven by {@link #advance}, {@link #settle},
 * or a thread of another origin that awaits something: it takes the clock on itself instead of waiting for ever.
 */
public final class TestTime implements Time {
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    /** How long the threads of one turn may take by a real clock, and how many turns one moment may have. */
    private static final long PATIENCE_SECONDS = 60;
    private static final int TURNS = 1_000_000;

    private static final class Waiter {
        final Thread thread = Thread.currentThread();
        final Signal signal;
        final long seen;
        final Instant until;
        boolean awake;

        Waiter(Signal signal, long seen, Instant until) {
            this.signal = signal;
            this.seen = seen;
            this.until = until;
        }

        boolean isRaised() {
            return signal.count() != seen;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** In the order in which they began to wait. */
    private final List<Waiter> waiters = new ArrayList<>();
    private final Set<Thread> ours = new LinkedHashSet<>();
    private final Set<Thread> running = new LinkedHashSet<>();
    private final Duration backstop;
    private volatile Instant now;
    private Optional<Thread> driver = Optional.empty();
    private int turns;

    public TestTime() {
        this(START, Duration.ofHours(1));
    }

    public TestTime(Instant start, Duration backstop) {
        now = start;
        this.backstop = backstop;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public Duration backstop() {
        return backstop;
    }

    /** Moves the clock on, stopping at each moment for which somebody waits; returns when all is quiet. */
    public void advance(Duration duration) {
        advanceTo(now.plus(duration));
    }

    public void advanceTo(Instant moment) {
        lock.lock();
        try {
            while (driver.isPresent()) {
                changed.awaitUninterruptibly();
            }
            driver = Optional.of(Thread.currentThread());
            try {
                while (turn(moment)) {
                    turns++;
                }
            } finally {
                driver = Optional.empty();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets everybody run who has something to do at this moment; returns when all is quiet. */
    public void settle() {
        advanceTo(now);
    }

    @Override
    public Thread start(String name, Runnable task) {
        var thread = Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                task.run();
            } finally {
                ended();
            }
        });
        lock.lock();
        try {
            ours.add(thread);
            running.add(thread);
        } finally {
            lock.unlock();
        }
        thread.start();
        return thread;
    }

    private void ended() {
        lock.lock();
        try {
            ours.remove(Thread.currentThread());
            running.remove(Thread.currentThread());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean await(Signal signal, long seen, Instant until) throws InterruptedException {
        var waiter = new Waiter(signal, seen, until);
        lock.lockInterruptibly();
        try {
            waiters.add(waiter);
            running.remove(waiter.thread);
            changed.signalAll();
            while (!waiter.awake) {
                if (ours.contains(waiter.thread) || driver.isPresent()) {
                    changed.await();
                } else {
                    drive(waiter);
                }
            }
            return waiter.isRaised();
        } catch (InterruptedException e) {
            waiters.remove(waiter);
            if (ours.contains(waiter.thread)) {
                running.add(waiter.thread);
            }
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private void drive(Waiter waiter) {
        driver = Optional.of(waiter.thread);
        try {
            while (!waiter.awake && turn(waiter.until)) {
                turns++;
            }
        } finally {
            driver = Optional.empty();
            changed.signalAll();
        }
    }

    /** Wakes whoever is next up to this moment; says false when the clock stands there and all is quiet. */
    private boolean turn(Instant last) {
        awaitQuiet();
        if (turns > TURNS) {
            throw new IllegalStateException("No end of work at " + now + "; waiting are " + names());
        }
        for (var waiter : waiters) {
            if (waiter.isRaised()) {
                return wake(waiter);
            }
        }
        Waiter first = null;
        for (var waiter : waiters) {
            if (first == null || waiter.until.isBefore(first.until)) {
                first = waiter;
            }
        }
        if (first == null || first.until.isAfter(last)) {
            move(last);
            return false;
        }
        move(first.until);
        return wake(first);
    }

    private void move(Instant moment) {
        if (moment.isAfter(now)) {
            now = moment;
            turns = 0;
        }
    }

    private boolean wake(Waiter waiter) {
        waiters.remove(waiter);
        waiter.awake = true;
        if (ours.contains(waiter.thread)) {
            running.add(waiter.thread);
        }
        changed.signalAll();
        return true;
    }

    private void awaitQuiet() {
        long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        // Whoever drives is not waited for, though it may be a thread of this clock.
        while (running.stream().anyMatch(thread -> thread != Thread.currentThread())) {
            if (left <= 0) {
                throw new IllegalStateException("Still running after " + PATIENCE_SECONDS + " s: "
                    + running.stream().map(Thread::getName).collect(Collectors.joining(", ")));
            }
            try {
                left = changed.awaitNanos(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while the clock was driven", e);
            }
        }
    }

    private String names() {
        return waiters.stream().map(waiter -> waiter.thread.getName()).collect(Collectors.joining(", "));
    }
}
