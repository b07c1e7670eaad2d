package dev.aloft.kernel.time;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Runs workers, each on a thread of its own: when its signal is raised, when it said, and from time to time anyway. */
public final class Workers implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Workers.class.getName());
    private static final Backoff AFTER_FAILURE = new Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(30));
    /** A turn that is under way may take this long to come to its end. */
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final Time time;
    private final List<Worker> workers;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closing;

    public Workers(Time time, List<Worker> workers) {
        this.time = time;
        this.workers = List.copyOf(workers);
    }

    public void start() {
        for (var worker : workers) {
            threads.add(time.start("worker " + worker.name(), () -> run(worker)));
        }
    }

    /** No turn begins after this; one that runs is waited for, and interrupted if it takes too long. */
    @Override
    public void close() {
        closing = true;
        workers.forEach(worker -> worker.signal().raise());
        for (var thread : threads) {
            try {
                if (!thread.join(time instanceof TestTime ? Duration.ofMillis(1) : DRAIN)) {
                    thread.interrupt();
                    thread.join(DRAIN);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                thread.interrupt();
            }
        }
    }

    private void run(Worker worker) {
        long seen = -1;
        var next = time.instant();
        int failures = 0;
        try {
            while (true) {
                time.await(worker.signal(), seen, next);
                if (closing) {
                    return;
                }
                seen = worker.signal().count();
                var backstop = time.instant().plus(time.backstop());
                try {
                    next = worker.turn().run().filter(backstop::isAfter).orElse(backstop);
                    failures = 0;
                } catch (InterruptedException e) {
                    throw e;
                } catch (Exception | LinkageError | AssertionError e) {
                    next = failed(worker, e, ++failures);
                }
            }
        } catch (InterruptedException _) {
            // Only closing interrupts.
        }
    }

    private Instant failed(Worker worker, Throwable e, int failures) {
        LOG.log(Level.ERROR, "The worker " + worker.name() + " failed, for the " + failures + ". time in a row", e);
        return time.instant().plus(AFTER_FAILURE.after(failures));
    }
}
