package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.kernel.store.Due.Waiting;
import dev.aloft.kernel.store.Entry;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Backoff;
import dev.aloft.kernel.time.Time;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings the changes that {@link Outbox} keeps to where they go, in the order in which they were made; they are kept
 * until they have arrived, so each arrives at least once.
 */
final class Feeds {
    private static final Logger LOG = System.getLogger(Feeds.class.getName());
    private static final int MOST_AT_ONCE = 500;
    private static final int MOST_BYTES = 2 << 20;
    private static final int MOST_FEEDS = 100;
    private static final Backoff BETWEEN_TRIES = new Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(30));

    /** Where changes go. */
    sealed interface Target {
    }

    /** A Kinesis data stream. */
    record ToStream(String arn) implements Target {
    }

    /** The replica of the table in another region. */
    record ToRegion(String name) implements Target {
    }

    /**
     * A feed that has something to bring.
     *
     * @param number   of the table
     * @param failures in a row
     */
    record Feed(String table, long number, Target target, int failures) {
        TableRef from(Key id) {
            return new TableRef(id.text(0), id.text(1), table);
        }

        Feed failed() {
            return new Feed(table, number, target, failures + 1);
        }

        Feed well() {
            return new Feed(table, number, target, 0);
        }
    }

    /** A change under way, made at a moment that no other change of its table was made at. */
    record Outgoing(Key key, long micros, StoredRecord change) {
        Instant at() {
            return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
        }
    }

    /** Brings changes to one kind of target. */
    interface Carrier {
        /** Which of them, the oldest first, have arrived, or never will; the others are brought again. */
        List<Outgoing> carry(TableRef from, Feed feed, List<Outgoing> changes);
    }

    private final DynamoDbData data;
    private final Carrier toStreams;
    private final Carrier toRegions;
    private final Store store;
    private final Time time;

    Feeds(DynamoDbData data, Carrier toStreams, Carrier toRegions, Store store, Time time) {
        this.data = data;
        this.toStreams = toStreams;
        this.toRegions = toRegions;
        this.store = store;
        this.time = time;
    }

    /** Brings what is due; says when there is more. */
    Optional<Instant> turn() {
        var now = time.instant();
        store.read(tx -> data.feeding.due(tx, now, MOST_FEEDS)).forEach(feed -> bring(feed, now));
        return store.read(data.feeding::next);
    }

    private void bring(Waiting<Feed> entry, Instant now) {
        var feed = entry.value();
        var changes = store.<List<Outgoing>>read(tx -> next(tx, entry.id()));
        var arrived = arrived(entry, changes);
        store.change(tx -> {
            arrived.forEach(change -> tx.delete(change.key()));
            if (arrived.size() < changes.size()) {
                var next = arrived.isEmpty() ? feed.failed() : feed.well();
                data.feeding.add(tx, now.plus(BETWEEN_TRIES.after(next.failures())), entry.id(), next);
            } else if (next(tx, entry.id()).isEmpty()) {
                data.feeding.cancel(tx, entry.id());
            } else {
                data.feeding.add(tx, now, entry.id(), feed.well());
            }
        });
    }

    private List<Outgoing> arrived(Waiting<Feed> entry, List<Outgoing> changes) {
        var feed = entry.value();
        if (changes.isEmpty()) {
            return List.of();
        }
        try {
            var carrier = feed.target() instanceof ToStream ? toStreams : toRegions;
            return carrier.carry(feed.from(entry.id()), feed, changes);
        } catch (ApiError refused) {
            LOG.log(feed.failures() == 0 ? Level.WARNING : Level.DEBUG,
                "Changes of table " + feed.table() + " wait for "
                + feed.target() + ": " + refused.code() + ": " + refused.getMessage());
            return List.of();
        }
    }

    private static List<Outgoing> next(ReadTx tx, Key id) {
        var space = DynamoDbData.outgoing(id);
        var changes = new ArrayList<Outgoing>();
        long bytes = 0;
        var entries = tx.range(Range.of(space).limit(MOST_AT_ONCE)).iterator();
        while (entries.hasNext() && bytes < MOST_BYTES) {
            Entry entry = entries.next();
            bytes += entry.value().length;
            changes.add(new Outgoing(entry.key(), entry.key().without(space).number(0),
                StoredRecord.CODEC.decode(entry.value())));
        }
        return changes;
    }
}
