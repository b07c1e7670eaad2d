package dev.aloft.service.lambda.invoke;

import dev.aloft.kernel.sandbox.Sandbox;
import dev.aloft.kernel.sandbox.SandboxException;
import dev.aloft.kernel.sandbox.SandboxSpec;
import dev.aloft.kernel.sandbox.Sandboxes;
import dev.aloft.kernel.time.Time;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Runtimes that booted ahead and wait for a function: what makes a cold start short. */
final class Spares implements AutoCloseable {
    private static final int KEPT = 2;
    private static final int CLOSING_SECONDS = 10;
    /** An interpreter that boots takes a processor or two: the event that took the last spare gets them first. */
    private static final long BREATH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Sandboxes sandboxes;
    private final Time time;
    private final Map<SandboxSpec, Deque<Sandbox>> waiting = new HashMap<>();
    private final Map<SandboxSpec, Instant> used = new HashMap<>();
    private final ExecutorService refill =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("spares").factory());

    Spares(Sandboxes sandboxes, Time time) {
        this.sandboxes = sandboxes;
        this.time = time;
    }

    /** One that waits, or a new one. */
    Sandbox take(SandboxSpec spec) {
        synchronized (this) {
            used.put(spec, time.instant());
            var queue = waiting.computeIfAbsent(spec, _ -> new ArrayDeque<>());
            for (Sandbox spare = queue.pollFirst(); spare != null; spare = queue.pollFirst()) {
                if (spare.alive()) {
                    return spare;
                }
            }
        }
        return sandboxes.boot(spec);
    }

    /** Boots what is missing, not at the caller's cost. */
    void refill(SandboxSpec spec) {
        synchronized (this) {
            used.put(spec, time.instant());
        }
        try {
            refill.execute(() -> {
                try {
                    if (missing(spec)) {
                        LockSupport.parkNanos(BREATH_NANOS);
                    }
                    while (missing(spec)) {
                        Sandbox spare = sandboxes.boot(spec);
                        synchronized (this) {
                            waiting.computeIfAbsent(spec, _ -> new ArrayDeque<>()).addLast(spare);
                        }
                    }
                } catch (SandboxException e) {
                    // Whoever invokes will be told.
                }
            });
        } catch (RejectedExecutionException closed) {
            // no more functions will start
        }
    }

    private synchronized boolean missing(SandboxSpec spec) {
        var queue = waiting.get(spec);
        if (queue != null) {
            queue.removeIf(spare -> !spare.alive());
        }
        return !refill.isShutdown() && (queue == null || queue.size() < KEPT);
    }

    /** Ends those of kinds that nobody used since. */
    synchronized void recycle(Instant unusedSince) {
        waiting.forEach((spec, queue) -> {
            if (used.get(spec).isBefore(unusedSince)) {
                queue.forEach(Sandbox::kill);
                queue.clear();
            }
        });
    }

    @Override
    public void close() {
        refill.shutdown();
        try {
            refill.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
