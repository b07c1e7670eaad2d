package dev.aloft.service.lambda.invoke;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** The environments of one version of a function. */
final class Pool {
    /** How long a new event waits for an environment that has answered but not yet asked for more. */
    private static final long FINISHING_MILLIS = 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private final Deque<Environment> idle = new ArrayDeque<>();
    private final Set<Environment> all = new HashSet<>();
    private final Set<Environment> finishing = new HashSet<>();
    private boolean closed;

    /** The environment that was used last, since it is the least likely to be cold in any cache; null if none is free. */
    Environment take() throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(FINISHING_MILLIS);
            while (idle.isEmpty() && !finishing.isEmpty() && left > 0) {
                left = freed.awaitNanos(left);
            }
            return idle.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    /** A new environment, in the hands of whoever started it. */
    void add(Environment environment) {
        lock.lock();
        try {
            all.add(environment);
        } finally {
            lock.unlock();
        }
    }

    /** The caller has its answer; the environment will soon be free. */
    void finishing(Environment environment) {
        lock.lock();
        try {
            if (all.contains(environment) && !idle.contains(environment)) {
                finishing.add(environment);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The runtime asks for its next event. */
    void free(Environment environment) {
        boolean stop;
        lock.lock();
        try {
            finishing.remove(environment);
            stop = closed;
            if (!closed && all.contains(environment)) {
                idle.addFirst(environment);
                freed.signal();
            }
        } finally {
            lock.unlock();
        }
        if (stop) {
            environment.stop();
        }
    }

    /** The environment is stopped or has ended. */
    void left(Environment environment) {
        lock.lock();
        try {
            all.remove(environment);
            idle.remove(environment);
            finishing.remove(environment);
            freed.signal();
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return all.size();
        } finally {
            lock.unlock();
        }
    }

    boolean hasIdle() {
        lock.lock();
        try {
            return !idle.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Stops the environments that have been idle since before a moment, and those started before another. */
    void recycle(Instant idleBefore, Instant startedBefore) {
        stop(environment -> environment.idleSince().isBefore(idleBefore) || environment.startedAt().isBefore(startedBefore));
    }

    /** Stops the environment that has been idle longest; says whether there was one. */
    boolean evict() {
        Environment oldest;
        lock.lock();
        try {
            oldest = idle.pollLast();
        } finally {
            lock.unlock();
        }
        if (oldest != null) {
            oldest.stop();
        }
        return oldest != null;
    }

    /** The version changed or is gone: idle environments end now, busy ones after their event. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        stop(_ -> true);
    }

    private void stop(Predicate<Environment> which) {
        List<Environment> stopped = new ArrayList<>();
        lock.lock();
        try {
            idle.removeIf(environment -> which.test(environment) && stopped.add(environment));
        } finally {
            lock.unlock();
        }
        stopped.forEach(Environment::stop);
    }
}
