package dev.aloft.kernel.delivery.poll;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A stream of ordered shards that is polled. */
public interface Stream {
    /** A part of it; read after its parents. */
    record Shard(String id, List<String> parents) {
    }

    /** Where reading begins. */
    sealed interface Start {
        /** The oldest record there is. */
        record Horizon() implements Start {
        }

        /** The first that arrived at this moment or later. */
        record At(Instant moment) implements Start {
        }

        /** The one behind this one. */
        record After(String sequenceNumber) implements Start {
        }
    }

    /** @param next to go on with, or nothing where the shard has ended */
    record Page(List<Item> items, Optional<String> next) {
    }

    List<Shard> shards();

    String iterator(String shard, Start start);

    /**
     * The next records.
     *
     * @param patience how long a source that pushes may wait for a first one; others answer at once
     */
    Page read(String shard, String iterator, int most, Duration patience) throws InterruptedException;

    /** Nobody reads the shard any more. */
    default void leave(String shard) {
    }

    /** How long to wait after a page with nothing in it. */
    Duration rest();

    /** Whether this error says that the iterator can be replaced by a new one. */
    boolean isStale(String errorCode);

    /** A record as filters see it, its content as text. */
    default Map<String, Object> filtered(Item item) {
        return item.event();
    }
}
