package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.Change.Outcome;
import dev.aloft.service.dynamodb.LiveTable.LiveIndex;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The one place where items change, and in the same transaction what follows from them: index entries, stream records,
 * expiries.
 */
final class ItemWriter {
    /** Items that expired longer ago than this were not meant to expire. */
    private static final long OLDEST_EXPIRY_SECONDS = 5 * 365 * 24 * 3600L;
    private static final BigDecimal LAST_MOMENT = BigDecimal.valueOf(Instant.MAX.getEpochSecond());

    private final DynamoDbData data;
    private final OpenTables tables;
    private final Streams streams;
    private final Outbox outbox;
    private final Throttle throttle;
    private final Store store;
    private final Time time;

    ItemWriter(DynamoDbData data, OpenTables tables, Streams streams, Outbox outbox, Throttle throttle, Store store,
            Time time) {
        this.outbox = outbox;
        this.throttle = throttle;
        this.data = data;
        this.tables = tables;
        this.streams = streams;
        this.store = store;
        this.time = time;
    }

    /**
     * Writes one item of a table. What the function checks may have to be checked again when the table changes
     * meanwhile.
     */
    Outcome write(TableRef ref, Function<LiveTable, Change> bind) {
        return write(Map.of(ref, table -> List.of(bind.apply(table)))).getFirst();
    }

    /** Writes items of tables in one transaction. */
    List<Outcome> write(Map<TableRef, Function<LiveTable, List<Change>>> binds) {
        while (true) {
            var open = store.read(tx -> binds.keySet().stream().map(ref -> tables.open(tx, ref)).toList());
            open.forEach(throttle::admitWrite);
            var changes = open.stream().flatMap(table -> binds.get(table.ref).apply(table).stream()).toList();
            var now = time.instant();
            var outcomes = store.write(tx -> {
                for (var table : open) {
                    if (!tables.isCurrent(tx, table)) {
                        return Optional.<List<Outcome>>empty();
                    }
                }
                return Optional.of(changes.stream().map(change -> apply(tx, change, now)).toList());
            });
            if (outcomes.isPresent()) {
                used(changes, outcomes.get().stream().map(ItemWriter::cost).toList());
                return outcomes.get();
            }
        }
    }

    /** Which of these tables take no writes now. */
    List<TableRef> throttled(Collection<TableRef> refs) {
        return store.read(tx -> refs.stream().filter(ref ->
            tables.find(tx, ref).filter(table -> !throttle.admitsWrite(table)).isPresent()).toList());
    }

    /** Counts what writes cost. */
    void used(List<Change> changes, List<Capacity> costs) {
        for (int i = 0; i < costs.size(); i++) {
            throttle.used(changes.get(i).table(), costs.get(i), Throttle.Kind.WRITE);
        }
    }

    /** What was not counted within the transaction is what is known of the item now. */
    static Capacity cost(Outcome outcome) {
        return outcome.capacity().ofTable() > 0 ? outcome.capacity()
            : Capacity.ofTable(Capacity.write(Math.max(size(outcome.before()), size(outcome.after()))));
    }

    /** Puts an item into a table that is being made: there is nothing before it, and nobody to tell. */
    void restore(Tx tx, LiveTable table, Key key, Map<String, AttributeValue> item, byte[] bytes, Instant now) {
        apply(tx, new Change(table, key, Optional.empty(), false, false, new Change.Put(item, bytes)), now);
    }

    /** Changes an item as it was changed in another region, which costs here too. */
    void replicate(Tx tx, LiveTable table, Key key, Optional<byte[]> item, Version version, Instant now) {
        var outcome = seed(tx, table, key, item, version, now);
        tx.afterCommit(() -> throttle.replicated(table, cost(outcome)));
    }

    /** Gives an item to a replica that is being made: what is given, or nothing. */
    Outcome seed(Tx tx, LiveTable table, Key key, Optional<byte[]> item, Version version, Instant now) {
        var effect = item.<Change.Effect>map(bytes -> new Change.Put(ITEMS.decode(bytes), bytes))
            .orElseGet(Change.Delete::new);
        return apply(tx, new Change(table, key, Optional.empty(), false, false, effect), now,
            new Origin.Replica(version));
    }

    /** Deletes an item because it expired. */
    void expire(Tx tx, LiveTable table, Key key, Instant now) {
        apply(tx, new Change(table, key, Optional.empty(), false, false, new Change.Delete()), now, Origin.EXPIRY);
    }

    Outcome apply(Tx tx, Change change, Instant now) {
        return apply(tx, change, now, Origin.CALLER);
    }

    private Outcome apply(Tx tx, Change change, Instant now, Origin origin) {
        var table = change.table();
        var stood = change.readsOld() ? tx.get(table.at(change.key())) : Optional.<byte[]>empty();
        var before = stood.map(ITEMS::decode).orElse(null);
        if (table.settings.conflicts() && origin == Origin.CALLER) {
            refuseConflict(tx, change, now);
        }
        if (change.effect() instanceof Change.Modify(var refuse, _)) {
            refuse.accept(before);
        }
        checkCondition(change, before);
        var after = after(change, before);
        if (table.hasCollections()) {
            Collections.grow(tx, table, after == null ? before : after, growth(table, before, after));
        }
        put(tx, change, after);
        if (table.keepsHistory() && Streams.differ(before, after)) {
            History.note(tx, table, 0, change.key(), stood, now);
        }
        var capacity = new Capacity();
        boolean counts = change.wantsOld() || table.counts();
        if (counts) {
            capacity.addTable(Capacity.write(Math.max(size(before), size(after))));
        }
        for (var index : table.indexes) {
            follow(tx, table, index, before, after, counts ? Optional.of(capacity) : Optional.empty(), now);
        }
        if (!(change.effect() instanceof Change.Check)) {
            tell(tx, change, before, after, now, origin);
        }
        return new Outcome(before, after, capacity);
    }

    /** Two regions of a strongly consistent table do not change an item at once. */
    private static void refuseConflict(Tx tx, Change change, Instant now) {
        var table = change.table();
        long since = ChronoUnit.MICROS.between(Instant.EPOCH, now.minus(table.settings.conflictWindow()));
        if (table.stored.strong().isPresent() && Outbox.version(tx, table, change.key())
                .filter(last -> !last.region().equals(table.ref.region()) && last.micros() > since).isPresent()) {
            throw new DynamoDb.ReplicatedWriteConflictException("The request was rejected because one or more items in "
                + "the request are being modified by a request in another Region.");
        }
    }

    private static void checkCondition(Change change, Map<String, AttributeValue> before) {
        if (change.condition().isPresent() && !change.condition().get().holds(before == null ? Map.of() : before)) {
            throw new DynamoDb.ConditionalCheckFailedException(DynamoDb.ConditionalCheckFailedException.Detail.of(d ->
                d.message("The conditional request failed").item(change.tellsOld() ? before : null)));
        }
    }

    private static Map<String, AttributeValue> after(Change change, Map<String, AttributeValue> before) {
        return switch (change.effect()) {
            case Change.Put(var item, _) -> item;
            case Change.Delete() -> null;
            case Change.Check() -> before;
            case Change.Modify(_, var modify) -> modify.apply(before);
        };
    }

    private static void put(Tx tx, Change change, Map<String, AttributeValue> after) {
        var at = change.table().at(change.key());
        switch (change.effect()) {
            case Change.Put(_, var bytes) -> tx.put(at, bytes);
            case Change.Delete() -> tx.delete(at);
            case Change.Check() -> { }
            case Change.Modify _ when after != null -> tx.put(at, ITEMS.encode(after));
            case Change.Modify _ -> { }
        }
    }

    /** Tells those who follow the table: its stream, other places, and the list of what expires. */
    private void tell(Tx tx, Change change, Map<String, AttributeValue> before, Map<String, AttributeValue> after,
            Instant now, Origin origin) {
        var table = change.table();
        if (table.hasStream()) {
            streams.record(tx, table, change.key(), before, after, now, origin instanceof Origin.Expiry);
        }
        if (table.hasOutbox()) {
            outbox.record(tx, table, change.key(), before, after, now, origin);
        }
        table.stored.expiry().ifPresent(attribute -> expire(tx, table, change.key(), attribute, before, after));
        if (table.stored.strong().isPresent() && !(origin instanceof Origin.Replica) && Streams.differ(before, after)) {
            mirror(tx, table, change.key(), after, now);
        }
    }

    /** Regions that are strongly consistent have a change at once, all or none. */
    private void mirror(Tx tx, LiveTable table, Key key, Map<String, AttributeValue> after, Instant now) {
        var version = Outbox.version(tx, table, key).orElseThrow();
        var item = Optional.ofNullable(after).map(ITEMS::encode);
        table.stored.replicas().forEach(replica -> tables.find(tx, table.ref.in(replica.region())).ifPresent(other ->
            replicate(tx, other, key, item, version, now)));
    }

    private static long growth(LiveTable table, Map<String, AttributeValue> before, Map<String, AttributeValue> after) {
        long growth = size(after) - size(before);
        for (var index : table.indexes) {
            if (!index.stored.global()) {
                growth += size(index.entry(after)) - size(index.entry(before));
            }
        }
        return growth;
    }

    private static long size(Map<String, AttributeValue> item) {
        return item == null ? 0 : ItemSize.of(item);
    }

    /** Brings an index in step with its table. */
    void follow(Tx tx, LiveTable table, LiveIndex index, Map<String, AttributeValue> before,
            Map<String, AttributeValue> after, Optional<Capacity> capacity, Instant now) {
        var gone = index.entry(before);
        var entry = index.entry(after);
        if (gone == null && entry == null || gone != null && gone.equals(entry)) {
            return;
        }
        var oldKey = gone == null ? null : index.key(gone);
        var newKey = entry == null ? null : index.key(entry);
        boolean moved = oldKey != null && !oldKey.equals(newKey);
        if (table.settings.lags()) {
            if (moved) {
                History.note(tx, table, index.stored.number(), oldKey, tx.get(index.at(oldKey)), now);
            }
            if (entry != null) {
                History.note(tx, table, index.stored.number(), newKey, tx.get(index.at(newKey)), now);
            }
        }
        if (moved) {
            tx.delete(index.at(oldKey));
        }
        if (entry != null) {
            tx.put(index.at(newKey), ITEMS.encode(entry));
        }
        capacity.ifPresent(units -> {
            if (moved) {
                units.addIndex(index, Capacity.write(ItemSize.of(gone)));
            }
            if (entry != null) {
                long size = ItemSize.of(entry);
                units.addIndex(index, Capacity.write(gone == null || moved ? size : Math.max(size, ItemSize.of(gone))));
            }
        });
    }

    private void expire(Tx tx, LiveTable table, Key key, String attribute, Map<String, AttributeValue> before,
            Map<String, AttributeValue> after) {
        var was = before == null ? Optional.<Instant>empty() : expiry(before.get(attribute));
        var is = after == null ? Optional.<Instant>empty() : expiry(after.get(attribute));
        if (was.equals(is)) {
            return;
        }
        var id = expiring(table, key);
        if (is.isPresent()) {
            data.expiring.add(tx, is.get(), id, table.ref.key());
        } else {
            data.expiring.cancel(tx, id);
        }
    }

    static Key expiring(LiveTable table, Key key) {
        return Key.of(table.ref.account(), table.ref.region(), table.stored.number(), key);
    }

    /** When an item with this value expires; a value that is no number of seconds does not count. */
    static Optional<Instant> expiry(AttributeValue value) {
        if (!(value instanceof AttributeValue.N(var number))) {
            return Optional.empty();
        }
        var seconds = new BigDecimal(number);
        return seconds.signum() < 0 || seconds.compareTo(LAST_MOMENT) > 0 ? Optional.empty()
            : Optional.of(Instant.ofEpochSecond(seconds.longValue()));
    }

    /** Whether the moment has come, and not so long ago that it was no moment. */
    static boolean isOver(Instant expiry, Instant now) {
        return !expiry.isAfter(now) && expiry.isAfter(now.minusSeconds(OLDEST_EXPIRY_SECONDS));
    }

    /** The item is not too large to be kept. */
    static void checkSize(Map<String, AttributeValue> item, String complaint) {
        if (ItemSize.of(item) > ItemSize.MAX) {
            throw ValidationException.plain(complaint);
        }
    }
}
