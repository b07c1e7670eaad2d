package dev.aloft.kernel.delivery.poll;

import java.util.List;

/**
 * Records that are handed on together.
 *
 * @param shard  the shard they are from, or null
 * @param window the tumbling window they belong to, or null
 */
public record Batch(List<Item> items, String shard, Window window) {
    /** As large as an invocation's payload may be. */
    public static final int MOST_BYTES = 6 * 1024 * 1024;
    /** What surrounds the records in the payload. */
    static final int FRAME_BYTES = 1024;
}
