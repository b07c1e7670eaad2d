package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.kernel.store.Due.Waiting;
import dev.aloft.kernel.store.Entry;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.value.Values;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What goes on behind the calls: items expire, new indexes are filled, streams are trimmed, what is left of deleted
 * tables and indexes is cleared away. Each step is one short transaction, so that calls need not wait for it.
 */
final class Housekeeping {
    private static final int STEP = 100;
    private static final int STEPS_A_TURN = 50;
    private static final Duration FORGET_EVERY = Duration.ofMinutes(5);

    private final DynamoDbData data;
    private final OpenTables tables;
    private final ItemWriter writer;
    private final Streams streams;
    private final Backups backups;
    private final Restores restores;
    private final Replication replication;
    private final Store store;
    private final Time time;

    Housekeeping(DynamoDbData data, OpenTables tables, ItemWriter writer, Streams streams, Backups backups,
        Restores restores, Replication replication, Store store, Time time) {
        this.replication = replication;
        this.backups = backups;
        this.restores = restores;
        this.data = data;
        this.tables = tables;
        this.writer = writer;
        this.streams = streams;
        this.store = store;
        this.time = time;
    }

    /** A turn; when there is more to do at once it says so. */
    Optional<Instant> turn() {
        var now = time.instant();
        for (int step = 0; step < STEPS_A_TURN; step++) {
            boolean worked = expire(now) | fill(now) | clear(now) | forgetTokens(now) | lookAfterStreams(now) | forget(
                now)
                | copy(now) | replication.seed(now) | replication.forget(now);
            if (!worked) {
                return store.read(tx -> Stream.of(data.expiring.next(tx), data.filling.next(tx), data.clearing.next(tx),
                        data.tokens.next(tx), data.shardsChanging.next(tx),
                        data.forgetting.next(tx), data.copying.next(tx), data.expiringBackups.next(tx),
                        data.seeding.next(tx), data.deleted.next(tx))
                    .flatMap(Optional::stream).min(Instant::compareTo));
            }
        }
        return Optional.of(now);
    }

    private boolean expire(Instant now) {
        var due = store.read(tx -> data.expiring.due(tx, now, STEP));
        if (!due.isEmpty()) {
            store.change(tx -> due.forEach(entry -> expire(tx, entry, now)));
        }
        return !due.isEmpty();
    }

    /** The entry is gone afterwards, and the item if it is still the one that was to expire. */
    private void expire(Tx tx, Waiting<Key> entry, Instant now) {
        var table = tables.find(tx, new TableRef(entry.value().text(0), entry.value().text(1), entry.value().text(2)));
        if (table.isPresent() && table.get().stored.number() == entry.id().number(2)) {
            var live = table.get();
            var key = entry.id().key(3);
            var item = tx.get(live.at(key)).map(ITEMS::decode);
            var expiry = live.stored.expiry().flatMap(attribute ->
                item.flatMap(one -> ItemWriter.expiry(one.get(attribute))));
            if (expiry.isPresent() && ItemWriter.isOver(expiry.get(), now)) {
                writer.expire(tx, live, key, now);
            }
        }
        data.expiring.get(tx, entry.id()).filter(rest -> !rest.at().isAfter(now))
            .ifPresent(rest -> data.expiring.cancel(tx, rest.id()));
    }

    private boolean fill(Instant now) {
        var due = store.read(tx -> data.filling.due(tx, now, 1));
        due.forEach(entry -> store.change(tx -> fill(tx, entry, now)));
        return !due.isEmpty();
    }

    /** Takes the next items of a table into an index, or into the list of those that expire. */
    private void fill(Tx tx, Waiting<Key> entry, Instant now) {
        var id = entry.id();
        var ref = new TableRef(id.text(0), id.text(1), id.text(2));
        long indexNumber = id.number(4);
        var table = tables.find(tx, ref).filter(live -> live.stored.number() == id.number(3));
        var index = table.stream().flatMap(live -> live.indexes.stream())
            .filter(live -> live.stored.number() == indexNumber).findFirst();
        if (table.isEmpty() || indexNumber > 0 && index.isEmpty()) {
            data.filling.cancel(tx, id);
            return;
        }
        var live = table.get();
        var all = Range.of(live.items()).limit(STEP);
        List<Entry> entries = tx.range(entry.value().length() == 0 ? all : all.after(live.at(entry.value()))).toList();
        for (var one : entries) {
            var item = ITEMS.decode(one.value());
            if (index.isPresent()) {
                if (hasKeys(index.get(), item)) {
                    writer.follow(tx, live, index.get(), null, item, Optional.empty(), now);
                }
            } else {
                live.stored.expiry().flatMap(attribute -> ItemWriter.expiry(item.get(attribute))).ifPresent(at ->
                    data.expiring.add(tx, at, ItemWriter.expiring(live, live.schema.unchecked(item)), ref.key()));
            }
        }
        if (entries.size() == STEP) {
            data.filling.add(tx, now, id, entries.getLast().key().without(live.items()));
            return;
        }
        data.filling.cancel(tx, id);
        index.ifPresent(filled -> data.tables.put(tx, ref.key(), live.stored.withIndexes(live.stored.indexes().stream()
            .map(one -> one.number() == indexNumber ? one.filled() : one).toList())));
    }

    /** An item that was there before the index may have what is no key where the index has its key: it is left out. */
    private static boolean hasKeys(LiveTable.LiveIndex index, Map<String, AttributeValue> item) {
        return index.schema.names().stream().allMatch(name -> item.containsKey(name)
            && Values.type(item.get(name)).equals(index.schema.type(name))
            && !KeySchema.isEmpty(item.get(name)) && index.schema.fits(name, item.get(name)));
    }

    private boolean forgetTokens(Instant now) {
        var due = store.read(tx -> data.tokens.due(tx, now, STEP));
        if (!due.isEmpty()) {
            store.change(tx -> due.forEach(entry -> data.tokens.get(tx, entry.id())
                .filter(rest -> !rest.at().isAfter(now)).ifPresent(rest -> data.tokens.cancel(tx, rest.id()))));
        }
        return !due.isEmpty();
    }

    private boolean copy(Instant now) {
        var due = store.read(tx -> data.copying.due(tx, now, 1));
        due.forEach(entry -> store.change(tx -> {
            if (entry.value().target().isPresent()) {
                restores.step(tx, entry, now);
            } else {
                backups.step(tx, entry, now);
            }
        }));
        var over = store.read(tx -> data.expiringBackups.due(tx, now, STEP));
        over.forEach(entry -> store.change(tx -> backups.expire(tx, entry, now)));
        return !due.isEmpty() || !over.isEmpty();
    }

    private boolean lookAfterStreams(Instant now) {
        var due = store.read(tx -> data.shardsChanging.due(tx, now, 1));
        due.forEach(entry -> store.change(tx -> streams.look(tx, entry, now).ifPresentOrElse(
            next -> data.shardsChanging.add(tx, next, entry.id(), entry.value()),
            () -> data.shardsChanging.cancel(tx, entry.id()))));
        return !due.isEmpty();
    }

    /** The past of a table is forgotten once nobody may want to see it any more. */
    private boolean forget(Instant now) {
        var due = store.read(tx -> data.forgetting.due(tx, now, 1));
        due.forEach(entry -> store.change(tx -> {
            var ref = new TableRef(entry.value().text(0), entry.value().text(1), entry.value().text(2));
            var table = tables.find(tx, ref).filter(live -> live.stored.number() == entry.id().number(2));
            var horizon = table.map(live -> live.historyFrom(now)).orElse(Optional.empty());
            boolean more = table.isPresent()
                && History.forget(tx, ref, entry.id().number(2), horizon.orElse(now.plusMillis(1)), STEP);
            if (more || horizon.isPresent()) {
                data.forgetting.add(tx, more ? now : now.plus(FORGET_EVERY), entry.id(), entry.value());
            } else {
                data.forgetting.cancel(tx, entry.id());
            }
        }));
        return !due.isEmpty();
    }

    private boolean clear(Instant now) {
        var due = store.read(tx -> data.clearing.due(tx, now, 1));
        due.forEach(entry -> store.change(tx -> {
            if (clear(tx, entry.value()) > 0) {
                data.clearing.cancel(tx, entry.id());
            }
        }));
        return !due.isEmpty();
    }

    /** Clears away some of a deleted table or backup, of a deleted index, or of what a table had besides its items. */
    private static int clear(Tx tx, Key numbers) {
        boolean whole = numbers.size() == 3;
        boolean beside = !whole && numbers.number(3) == DynamoDbData.BESIDE_ONLY;
        int left = STEP;
        for (var space : DynamoDbData.besideAt(beside ? Key.of(numbers.text(0), numbers.text(1), numbers.number(2))
                : numbers)) {
            left = delete(tx, space, left);
        }
        return !whole ? left : delete(tx, DynamoDbData.copiesAt(numbers),
            delete(tx, DynamoDbData.itemsAt(numbers), left));
    }

    /** Deletes up to so many; says how many fewer it took. */
    private static int delete(Tx tx, Key prefix, int limit) {
        if (limit == 0) {
            return 0;
        }
        var keys = tx.range(Range.of(prefix).limit(limit)).map(Entry::key).toList();
        keys.forEach(tx::delete);
        return limit - keys.size();
    }
}
