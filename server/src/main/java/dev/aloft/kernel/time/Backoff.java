package dev.aloft.kernel.time;

import java.time.Duration;

/** How long to wait after so many failures in a row: each time longer by a factor, up to a limit. */
public record Backoff(Duration first, double factor, Duration longest) {
    /** After the first failure this is {@code after(1)}. */
    public Duration after(int failures) {
        double millis = first.toMillis() * Math.pow(factor, Math.max(0, failures - 1));
        return millis < longest.toMillis() ? Duration.ofMillis(Math.round(millis)) : longest;
    }
}
