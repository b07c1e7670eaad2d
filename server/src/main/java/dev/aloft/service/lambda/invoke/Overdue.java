package dev.aloft.service.lambda.invoke;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Environments that have answered and not yet asked for more. Nobody waits for them, and yet an event may not take
 * longer than its function's timeout: looks at them now and then.
 */
final class Overdue implements AutoCloseable {
    private static final long LOOK_MILLIS = 100;
    /** Looks in vain before it sleeps. */
    private static final int IDLE_LOOKS = 20;

    private final Set<Environment> answered = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private volatile boolean awake;
    private volatile boolean closed;

    void start() {
        Thread.ofVirtual().name("lambda-overdue").start(() -> {
            try {
                while (!closed) {
                    look();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void look() throws InterruptedException {
        awake = true;
        for (int vain = 0; vain < IDLE_LOOKS && !closed; vain++) {
            if (!answered.isEmpty()) {
                vain = 0;
                answered.forEach(Environment::endIfOverdue);
            }
            pause();
        }
        awake = false;
        sleep();
    }

    /** Under the lock, so that nobody comes unseen between the look and the sleep. */
    private void sleep() throws InterruptedException {
        lock.lock();
        try {
            while (answered.isEmpty() && !closed) {
                added.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void pause() throws InterruptedException {
        lock.lock();
        try {
            boolean _ = added.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } finally {
            lock.unlock();
        }
    }

    void add(Environment environment) {
        answered.add(environment);
        if (!awake) {
            wake();
        }
    }

    private void wake() {
        lock.lock();
        try {
            added.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void remove(Environment environment) {
        answered.remove(environment);
    }

    @Override
    public void close() {
        closed = true;
        wake();
    }
}
