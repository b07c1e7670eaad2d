package dev.aloft.service.lambda.invoke;

import java.util.function.BooleanSupplier;

/** How long events and starts take in a pool, as far as is known; nothing is expected before both are. */
final class Pace {
    /** The weight of the newest in the means. */
    private static final double NEWEST = 0.2;

    private double busyNanos;
    private double startNanos;
    private long freedNanos = System.nanoTime();

    /** How long an environment had an event. */
    void answered(long nanos) {
        busyNanos = mean(busyNanos, nanos);
    }

    /** How long it took until a new environment could take its first event. */
    void started(long nanos) {
        startNanos = mean(startNanos, nanos);
    }

    private static double mean(double old, long nanos) {
        return old == 0 ? nanos : old + NEWEST * (nanos - old);
    }

    /** An environment became free. */
    void freed() {
        freedNanos = System.nanoTime();
    }

    /** How long a start takes; 0 where that is not known. */
    long startNanos() {
        return (long) startNanos;
    }

    /** Whether so many that wait are expected to have an environment before a new one could be there. */
    boolean soonFree(int count, int environments) {
        return isKnown(environments) && busyNanos * count / environments < startNanos / 2;
    }

    /**
     * Whether the queue moves, and fast enough for the last in it; or as fast as it can, where the processors are short
     * and a start would take more of them than an event does.
     */
    boolean moves(int waiting, int environments, BooleanSupplier processorsAreShort) {
        return isKnown(environments) && System.nanoTime() - freedNanos < startNanos
                && (soonFree(waiting, environments) || busyNanos < startNanos && processorsAreShort.getAsBoolean());
    }

    private boolean isKnown(int environments) {
        return environments > 0 && busyNanos > 0 && startNanos > 0;
    }
}
