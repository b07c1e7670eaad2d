package dev.aloft.service.events;

import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Holds requests back so that a destination gets no more of them a second than it wants. */
final class RateLimits {
    private final Time time;
    /** When the next request may go, by what is limited. */
    private final Map<String, Instant> next = new ConcurrentHashMap<>();

    RateLimits(Time time) {
        this.time = time;
    }

    /** Waits for this request's turn. */
    void await(String what, int perSecond) {
        var now = time.instant();
        var distance = Duration.ofNanos(1_000_000_000L / perSecond);
        var turn = next.merge(what, now.plus(distance), (due, _) -> due.isAfter(now) ? due.plus(distance)
                : now.plus(distance))
                .minus(distance);
        if (turn.isAfter(now)) {
            try {
                time.sleep(Duration.between(now, turn));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
