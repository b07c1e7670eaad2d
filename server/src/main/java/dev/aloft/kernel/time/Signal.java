package dev.aloft.kernel.time;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Tells those who wait to look again. It carries nothing, and losing one loses nothing. */
public final class Signal {
    private final AtomicLong count = new AtomicLong();
    private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
    private volatile long taken;

    public void raise() {
        count.incrementAndGet();
        listeners.forEach(Runnable::run);
    }

    /** How often it was raised. */
    public long count() {
        return count.get();
    }

    void listen(Runnable listener) {
        listeners.add(listener);
    }

    void ignore(Runnable listener) {
        listeners.remove(listener);
    }

    long taken() {
        return taken;
    }

    void take() {
        taken = count.get();
    }
}
