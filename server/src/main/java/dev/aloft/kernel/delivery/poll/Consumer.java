package dev.aloft.kernel.delivery.poll;

import java.util.Set;

/** Whom batches are for. */
public interface Consumer {
    /** Takes a batch, blocking as long as it takes. */
    Result consume(Batch batch);

    /** What is told of the source, such as that it cannot be read. */
    default void problem(String what) {
    }

    /** The source was asked: so many came, and of them so many are not wanted. */
    default void polled(int items, int unwanted) {
    }

    /** So many that were processed were deleted from their queue. */
    default void deleted(int items) {
    }

    /** So many event pollers are at work, where they are counted. */
    default void pollers(int running) {
    }

    /** How it went. */
    sealed interface Result {
        /** @param state of a tumbling window, JSON; or null */
        record Done(String state) implements Result {
        }

        /**
         * Some were not processed.
         *
         * @param failed the ids of those
         * @param detail for {@link StreamPoller.Dropped}
         */
        record Some(Set<String> failed, String state, Object detail) implements Result {
        }

        /** None counts as processed. */
        record Failed(Object detail) implements Result {
        }

        /** There was no room; the same batch is tried again and it does not count. */
        record Busy() implements Result {
        }
    }
}
