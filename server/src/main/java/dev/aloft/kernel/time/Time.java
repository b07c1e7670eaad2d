package dev.aloft.kernel.time;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The clock, waiting, and the threads that wait. {@link SystemTime} runs by itself, {@link TestTime} when it is told
 * to.
 */
public interface Time extends InstantSource {
    /**
     * Waits until the signal is raised or the moment comes. It counts how often the signal was raised: take
     * {@link Signal#count} first, look at the store then, and nothing that happens in between is missed.
     *
     * @return whether the signal was raised since {@code seen}
     */
    boolean await(Signal signal, long seen, Instant until) throws InterruptedException;

    /** The same for a signal with one waiter: whether it was raised since this returned for it the last time. */
    default boolean await(Signal signal, Instant until) throws InterruptedException {
        boolean raised = await(signal, signal.taken(), until);
        signal.take();
        return raised;
    }

    default void sleep(Duration duration) throws InterruptedException {
        await(new Signal(), 0, instant().plus(duration));
    }

    /**
     * Starts a virtual thread. Threads that await something are started here, so that a test knows when all is quiet.
     */
    Thread start(String name, Runnable task);

    /** After how long a worker looks even though nothing called it. */
    default Duration backstop() {
        return Duration.ofSeconds(30);
    }
}
