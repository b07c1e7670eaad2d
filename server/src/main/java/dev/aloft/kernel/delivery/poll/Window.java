package dev.aloft.kernel.delivery.poll;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A tumbling window over a shard.
 *
 * @param state      what the consumer answered last, JSON
 * @param last       whether nothing more follows in it
 * @param terminated whether it ended before its time
 */
public record Window(Instant start, Instant end, String state, boolean last, boolean terminated) {
    public static final String NO_STATE = "{}";
    static final int MOST_STATE_BYTES = 1 << 20;

    static Window of(Instant at, long seconds) {
        long start = Math.floorDiv(at.getEpochSecond(), seconds) * seconds;
        return new Window(Instant.ofEpochSecond(start), Instant.ofEpochSecond(start + seconds), NO_STATE, false, false);
    }

    Window with(String newState) {
        return new Window(start, end, newState, last, terminated);
    }

    /** Whether its state is too large to be carried on: then it ends before its time. */
    boolean isFull() {
        return state.getBytes(StandardCharsets.UTF_8).length > MOST_STATE_BYTES;
    }

    Window ended(boolean early) {
        return new Window(start, end, state, true, early);
    }
}
