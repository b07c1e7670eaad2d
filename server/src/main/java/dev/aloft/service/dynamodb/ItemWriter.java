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
    private final Store store;
    private final Time time;

    ItemWriter(DynamoDbData data, OpenTables tables, Streams streams, Store store, Time time) {
        this.data = data;
        this.tables = tables;
        this.streams = streams;
        this.store = store;
        this.time = time;
    }

    /** Writes one item of a table. What the function checks may have to be checked again when the table changes meanwhile. */
    Outcome write(TableRef ref, Function<LiveTable, Change> bind) {
        return write(Map.of(ref, table -> List.of(bind.apply(table)))).getFirst();
    }

    /** Writes items of tables in one transaction. */
    List<Outcome> write(Map<TableRef, Function<LiveTable, List<Change>>> binds) {
        while (true) {
            var open = store.read(tx -> binds.keySet().stream().map(ref -> tables.open(tx, ref)).toList());
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
                return outcomes.get();
            }
        }
    }

    /** Deletes an item because it expired. */
    void expire(Tx tx, LiveTable table, Key key, Instant now) {
        apply(tx, new Change(table, key, Optional.empty(), false, false, new Change.Delete()), now, true);
    }

    Outcome apply(Tx tx, Change change, Instant now) {
        return apply(tx, change, now, false);
    }

    private Outcome apply(Tx tx, Change change, Instant now, boolean byService) {
        var table = change.table();
        var at = table.at(change.key());
        var before = change.readsOld() ? tx.get(at).map(ITEMS::decode).orElse(null) : null;
        if (change.condition().isPresent() && !change.condition().get().holds(before == null ? Map.of() : before)) {
            throw new DynamoDb.ConditionalCheckFailedException(DynamoDb.ConditionalCheckFailedException.Detail.of(d ->
                d.message("The conditional request failed").item(change.tellsOld() ? before : null)));
        }
        var capacity = new Capacity();
        var after = switch (change.effect()) {
            case Change.Put(var item, var bytes) -> {
                tx.put(at, bytes);
                yield item;
            }
            case Change.Delete() -> {
                tx.delete(at);
                yield null;
            }
            case Change.Check() -> before;
            case Change.Modify(var modify) -> {
                var item = modify.apply(before);
                if (item != null) {
                    tx.put(at, ITEMS.encode(item));
                }
                yield item;
            }
        };
        if (change.wantsOld()) {
            capacity.addTable(Capacity.write(Math.max(before == null ? 0 : ItemSize.of(before),
                after == null ? 0 : ItemSize.of(after))));
        }
        for (var index : table.indexes) {
            follow(tx, index, before, after, change.wantsOld() ? Optional.of(capacity) : Optional.empty());
        }
        if (table.hasStream()) {
            streams.record(tx, table, change.key(), before, after, now, byService);
        }
        table.stored.expiry().ifPresent(attribute -> expire(tx, table, change.key(), attribute, before, after));
        return new Outcome(before, after, capacity);
    }

    /** Brings an index in step with its table. */
    void follow(Tx tx, LiveIndex index, Map<String, AttributeValue> before, Map<String, AttributeValue> after,
            Optional<Capacity> capacity) {
        var gone = before != null && index.schema.isIn(before) ? index.projection(before) : null;
        var now = after != null && index.schema.isIn(after) ? index.projection(after) : null;
        if (gone == null && now == null || gone != null && gone.equals(now)) {
            return;
        }
        var oldKey = gone == null ? null : index.key(gone);
        var newKey = now == null ? null : index.key(now);
        boolean moved = oldKey != null && !oldKey.equals(newKey);
        if (moved) {
            tx.delete(index.at(oldKey));
        }
        if (now != null) {
            tx.put(index.at(newKey), ITEMS.encode(now));
        }
        capacity.ifPresent(units -> {
            if (moved) {
                units.addIndex(index, Capacity.write(ItemSize.of(gone)));
            }
            if (now != null) {
                long size = ItemSize.of(now);
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
            throw new ValidationException(complaint);
        }
    }
}
