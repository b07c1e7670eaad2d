package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.StreamSpecification;
import dev.aloft.api.DynamoDb.StreamViewType;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due.Waiting;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.dynamodb.StoredStream.Shard;
import dev.aloft.service.dynamodb.StoredTable.OpenShard;
import dev.aloft.service.dynamodb.StoredTable.TableStream;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The streams of tables: they begin and end with a setting of their table, take a record in the transaction of each
 * change, and their shards are succeeded by others, split where there is much to take, and forgotten.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html">Change data capture</a>
 */
final class Streams {
    /** How long records, closed shards and disabled streams can be read. */
    static final Duration RETENTION = Duration.ofHours(24);
    /** After this a shard is closed and one begins that is its child. */
    private static final Duration SHARD_LIFE = Duration.ofHours(4);
    /** Readers do not see what is too old, so it may lie for a while. */
    private static final Duration LOOK_AT_MOST_EVERY = Duration.ofMinutes(5);
    private static final int HASHES = 1 << 8 * KeySchema.HASH_BYTES;
    private static final int MAX_SHARDS = 256;
    /** What a partition takes; more writes need more of them. */
    private static final int WRITES_A_SECOND = 1000;
    private static final int READS_A_SECOND = 3000;
    private static final int TRIMMED_AT_ONCE = 500;
    private static final DateTimeFormatter LABEL =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    private final DynamoDbData data;

    Streams(DynamoDbData data) {
        this.data = data;
    }

    /** Whether a stream is asked for, after what is wrong with the asking. */
    static boolean isWanted(StreamSpecification specification) {
        return isWanted(specification, "If stream is being enabled then UpdateViewType is required",
            "If stream is being disabled, then UpdateViewType must not be specified");
    }

    /** The same for a table to be made. */
    static boolean isWantedFirst(StreamSpecification specification) {
        return isWanted(specification, "Table is being created with a stream enabled, UpdateViewType is required",
            "Table is being created with a stream disabled, UpdateViewType should not be specified");
    }

    private static boolean isWanted(StreamSpecification specification, String missing, String given) {
        if (specification == null) {
            return false;
        }
        if (specification.streamEnabled() && specification.streamViewType() == null) {
            throw ValidationException.parameters(missing);
        }
        if (!specification.streamEnabled() && specification.streamViewType() != null) {
            throw ValidationException.parameters(given);
        }
        return specification.streamEnabled();
    }

    /** The table with a new stream. */
    StoredTable start(Tx tx, TableRef ref, StoredTable table, String view, Instant now) {
        long number = DynamoDbData.nextNumber(tx);
        var label = label(tx, ref, now);
        data.streams.put(tx, new StreamRef(ref, label).key(),
            new StoredStream(ref.name(), label, number, view, table.key(), now, Optional.empty(), 0, now));
        var open = new ArrayList<OpenShard>();
        int chosen = TableSettings.of(table.tags()).streamShards();
        int shards = chosen > 0 ? chosen : partitions(table.throughput());
        for (int i = 0; i < shards; i++) {
            open.add(open(tx, ref, number, Optional.empty(), (int) ((long) HASHES * i / shards), now));
        }
        data.shardsChanging.add(tx, now.plus(LOOK_AT_MOST_EVERY), DynamoDbData.stream(ref, number),
            new StreamRef(ref, label).key());
        return table.withStream(new TableStream(label, number, view, open));
    }

    private String label(ReadTx tx, TableRef ref, Instant now) {
        var at = now;
        while (data.streams.has(tx, new StreamRef(ref, LABEL.format(at)).key())) {
            at = at.plusMillis(1);
        }
        return LABEL.format(at);
    }

    private static int partitions(StoredTable.Throughput throughput) {
        long wanted = Math.ceilDiv(throughput.write(), (long) WRITES_A_SECOND) + throughput.read() / READS_A_SECOND;
        return (int) Math.clamp(wanted, 1L, MAX_SHARDS);
    }

    private OpenShard open(Tx tx, TableRef ref, long stream, Optional<String> parent, int from, Instant now) {
        long number = DynamoDbData.nextNumber(tx);
        var id = String.format("shardId-%020d-%08x", now.toEpochMilli(), number);
        data.shards.put(tx, DynamoDbData.stream(ref, stream).and(id),
            new Shard(number, parent, next(tx, ref, stream), Optional.empty(), now, Optional.empty(), 0));
        return new OpenShard(number, id, from);
    }

    private static long next(Tx tx, TableRef ref, long stream) {
        long next = last(tx, ref, stream) + 1;
        tx.put(DynamoDbData.sequence(ref, stream), Codec.NUMBER.encode(next));
        return next;
    }

    /** The sequence number that was taken last. */
    static long last(ReadTx tx, TableRef ref, long stream) {
        return tx.get(DynamoDbData.sequence(ref, stream)).map(Codec.NUMBER::decode).orElse(0L);
    }

    /** The table after its stream has come to its end; what is in it can be read for a day. */
    StoredTable stop(Tx tx, TableRef ref, StoredTable table, Instant now) {
        if (table.stream().isEmpty() || !table.stream().get().enabled()) {
            return table;
        }
        var stream = table.stream().get();
        stream.open().forEach(shard -> close(tx, ref, stream.number(), shard, now));
        data.streams.update(tx, new StreamRef(ref, stream.label()).key(), stored -> stored.disabledAt(now));
        return table.withStream(stream.withOpen(List.of()));
    }

    private void close(Tx tx, TableRef ref, long stream, OpenShard shard, Instant now) {
        data.shards.update(tx, DynamoDbData.stream(ref, stream).and(shard.id()),
            one -> one.closedAt(now, next(tx, ref, stream)));
    }

    /**
     * Whether the two are different items to whoever follows the stream: a write that changes nothing leaves no record.
     */
    static boolean differ(Map<String, AttributeValue> before, Map<String, AttributeValue> after) {
        return before == null || after == null ? before != after
            : !Values.equal(new AttributeValue.M(before), new AttributeValue.M(after));
    }

    /**
     * Takes down that an item changed, if it did.
     *
     * @param before null where there was no item
     * @param after  null where there is none any more
     */
    void record(Tx tx, LiveTable table, Key key, Map<String, AttributeValue> before, Map<String, AttributeValue> after,
            Instant now, boolean byService) {
        if (!differ(before, after)) {
            return;
        }
        var stream = table.stored.stream().orElseThrow();
        boolean old = stream.view().equals(StreamViewType.OLD_IMAGE)
            || stream.view().equals(StreamViewType.NEW_AND_OLD_IMAGES);
        boolean fresh = stream.view().equals(StreamViewType.NEW_IMAGE)
            || stream.view().equals(StreamViewType.NEW_AND_OLD_IMAGES);
        var record = StoredRecord.of(table, before, after, old, fresh, now, byService);
        long shard = shard(stream.open(), key).number();
        tx.put(DynamoDbData.records(table.ref, stream.number(), shard).and(next(tx, table.ref, stream.number())),
            StoredRecord.CODEC.encode(record));
    }

    private static OpenShard shard(List<OpenShard> open, Key key) {
        if (open.size() == 1) {
            return open.getFirst();
        }
        int hash = KeySchema.hash(key);
        return open.stream().filter(shard -> shard.from() <= hash).reduce((_, later) -> later).orElseThrow();
    }

    /** Looks after a stream that is due: see the class. Says when to look again, or nothing when the stream is gone. */
    Optional<Instant> look(Tx tx, Waiting<Key> entry, Instant now) {
        var key = entry.value();
        var ref = new TableRef(key.text(0), key.text(1), key.text(2));
        var stream = data.streams.get(tx, key).orElseThrow();
        boolean more = trim(tx, ref, stream, now);
        var shards = data.shards.range(tx, DynamoDbData.stream(ref, stream.number())).toList();
        if (shards.isEmpty()) {
            data.streams.delete(tx, key);
            tx.delete(DynamoDbData.sequence(ref, stream.number()));
            return Optional.empty();
        }
        if (stream.disabled().isEmpty()) {
            data.tables.update(tx, ref.key(), table -> table.withStream(renewed(tx, ref, table, stream, now)));
            data.streams.update(tx, key, one -> one.seen(last(tx, ref, stream.number()), now));
        }
        return Optional.of(now.plus(more ? Duration.ZERO : LOOK_AT_MOST_EVERY));
    }

    /** Clears away what nobody can read any more; says whether there is more of it. */
    private boolean trim(Tx tx, TableRef ref, StoredStream stream, Instant now) {
        var horizon = now.minus(RETENTION);
        for (var row : data.shards.range(tx, DynamoDbData.stream(ref, stream.number())).toList()) {
            var records = DynamoDbData.records(ref, stream.number(), row.value().number());
            var entries = tx.range(Range.of(records).limit(TRIMMED_AT_ONCE)).toList();
            var old = entries.stream().takeWhile(one -> !StoredRecord.CODEC.decode(one.value()).at().isAfter(horizon))
                .toList();
            old.forEach(one -> tx.delete(one.key()));
            if (!old.isEmpty()) {
                data.shards.put(tx, row.key(), row.value().trimmedTo(old.getLast().key().without(records).number(0)));
            }
            if (old.size() == TRIMMED_AT_ONCE) {
                return true;
            }
            if (old.size() == entries.size() && row.value().closed().filter(at -> !at.isAfter(horizon)).isPresent()) {
                data.shards.delete(tx, row.key());
            }
        }
        return false;
    }

    /** The stream with children in place of the shards that are old, or that have more to take than a shard does. */
    private TableStream renewed(Tx tx, TableRef ref, StoredTable table, StoredStream stored, Instant now) {
        var stream = table.stream().orElseThrow();
        double seconds = Math.max(1, Duration.between(stored.seenAt(), now).toMillis() / 1000.0);
        double rate = (last(tx, ref, stream.number()) - stored.seen()) / seconds;
        boolean hot = rate > (double) WRITES_A_SECOND * stream.open().size();
        var split = hot ? split(tx, ref, stream, Math.min(MAX_SHARDS, 2 * stream.open().size()), now) : stream;
        return split != stream ? split : rolled(tx, ref, stream, now);
    }

    private TableStream rolled(Tx tx, TableRef ref, TableStream stream, Instant now) {
        var open = new ArrayList<OpenShard>();
        for (var shard : stream.open()) {
            var stored = data.shards.get(tx, DynamoDbData.stream(ref, stream.number()).and(shard.id())).orElseThrow();
            if (stored.opened().plus(SHARD_LIFE).isAfter(now)) {
                open.add(shard);
            } else {
                close(tx, ref, stream.number(), shard, now);
                open.add(open(tx, ref, stream.number(), Optional.of(shard.id()), shard.from(), now));
            }
        }
        return open.equals(stream.open()) ? stream : stream.withOpen(open);
    }

    /** A table that was given more capacity has more partitions, and its stream more shards. */
    StoredTable grown(Tx tx, TableRef ref, StoredTable table, Instant now) {
        var stream = table.stream().filter(TableStream::enabled);
        return stream.isEmpty() ? table
            : table.withStream(split(tx, ref, stream.get(), partitions(table.throughput()), now));
    }

    /** Splits the widest shard until there are so many. */
    private TableStream split(Tx tx, TableRef ref, TableStream stream, int shards, Instant now) {
        var open = new ArrayList<>(stream.open());
        while (open.size() < shards) {
            int widest = 0;
            for (int i = 1; i < open.size(); i++) {
                widest = width(open, i) > width(open, widest) ? i : widest;
            }
            int half = width(open, widest) / 2;
            var parent = open.get(widest);
            close(tx, ref, stream.number(), parent, now);
            open.set(widest, open(tx, ref, stream.number(), Optional.of(parent.id()), parent.from(), now));
            open.add(widest + 1, open(tx, ref, stream.number(), Optional.of(parent.id()), parent.from() + half, now));
        }
        return open.equals(stream.open()) ? stream : stream.withOpen(open);
    }

    private static int width(List<OpenShard> open, int index) {
        return (index + 1 < open.size() ? open.get(index + 1).from() : HASHES) - open.get(index).from();
    }

    /** A shard of a stream, for whoever reads it. */
    Optional<Shard> shard(ReadTx tx, StreamRef ref, StoredStream stream, String id) {
        return data.shards.get(tx, DynamoDbData.stream(ref.table(), stream.number()).and(id));
    }

    /** The shards of a stream that can be read still, in the order in which they were opened. */
    List<Row<Shard>> shards(ReadTx tx, StreamRef ref, StoredStream stream, Instant now) {
        return data.shards.range(tx, DynamoDbData.stream(ref.table(), stream.number()))
            .filter(row -> row.value().closed().map(now.minus(RETENTION)::isBefore).orElse(true)).toList();
    }

    /** A stream that can be read still. */
    Optional<StoredStream> find(ReadTx tx, StreamRef ref, Instant now) {
        return data.streams.get(tx, ref.key()).filter(stream ->
            stream.disabled().map(now.minus(RETENTION)::isBefore).orElse(true));
    }
}
