package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.dynamodb.Feeds.Feed;
import dev.aloft.service.dynamodb.Feeds.Target;
import dev.aloft.service.dynamodb.Feeds.ToRegion;
import dev.aloft.service.dynamodb.Feeds.ToStream;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/**
 * Changes of tables that go elsewhere too, to a Kinesis data stream or to replicas: kept in the transaction that makes
 * the change, from where {@link Feeds} takes them.
 */
final class Outbox {
    /**
     * For so long it is known when an item was deleted: an older change of it that comes later must not bring it back.
     */
    private static final Duration DELETED_FOR = Duration.ofHours(24);

    private final DynamoDbData data;

    Outbox(DynamoDbData data) {
        this.data = data;
    }

    /**
     * Keeps a change for all to whom the table's changes go.
     *
     * @param before null where there was no item
     * @param after  null where there is none any more
     */
    void record(Tx tx, LiveTable table, Key key, Map<String, AttributeValue> before, Map<String, AttributeValue> after,
        Instant now, Origin origin) {
        boolean byService = origin instanceof Origin.Expiry;
        var known = table.isGlobal() ? version(tx, table, key) : Optional.<Version>empty();
        long tick = tick(tx, table, now, known.map(Version::micros).orElse(0L));
        if (table.destination().isPresent() && Streams.differ(before, after)) {
            var destination = table.destination().get();
            add(tx, table, destination.number(), new ToStream(destination.streamArn()), tick,
                StoredRecord.of(table, before, after, true, true, now, byService), now);
        }
        if (!table.isGlobal()) {
            return;
        }
        if (origin instanceof Origin.Replica(var version)) {
            note(tx, table, key, version, after == null, now);
            return;
        }
        note(tx, table, key, new Version(tick, table.ref.region()), after == null, now);
        if (table.stored.strong().isEmpty() && (before != null || after != null)) {
            var change = StoredRecord.of(table, before, after, false, true, now, byService);
            table.stored.replicas().forEach(replica ->
                add(tx, table, replica.number(), new ToRegion(replica.region()), tick, change, now));
        }
    }

    /** The next moment of a table, in microseconds: none comes twice, and none is before another that was given out. */
    private static long tick(Tx tx, LiveTable table, Instant now, long after) {
        var at = DynamoDbData.sequence(table.ref, table.stored.number());
        long last = tx.get(at).map(Codec.NUMBER::decode).orElse(0L);
        long tick = Math.max(ChronoUnit.MICROS.between(Instant.EPOCH, now), Math.max(last, after) + 1);
        tx.put(at, Codec.NUMBER.encode(tick));
        return tick;
    }

    private void add(Tx tx, LiveTable table, long number, Target target, long tick, StoredRecord change, Instant now) {
        var id = DynamoDbData.numbered(table.ref, number);
        tx.put(DynamoDbData.outgoing(id).and(tick), StoredRecord.CODEC.encode(change));
        if (!data.feeding.has(tx, id)) {
            data.feeding.add(tx, now, id, new Feed(table.ref.name(), table.stored.number(), target, 0));
        }
    }

    /** When an item was changed last, since its table is a global one. */
    static Optional<Version> version(ReadTx tx, LiveTable table, Key key) {
        return tx.get(DynamoDbData.version(table.ref, table.stored.number(), key)).map(Version.CODEC::decode);
    }

    private void note(Tx tx, LiveTable table, Key key, Version version, boolean gone, Instant now) {
        tx.put(DynamoDbData.version(table.ref, table.stored.number(), key), Version.CODEC.encode(version));
        if (gone) {
            data.deleted.add(tx, now.plus(DELETED_FOR), ItemWriter.expiring(table, key), table.ref.key());
        }
    }
}
