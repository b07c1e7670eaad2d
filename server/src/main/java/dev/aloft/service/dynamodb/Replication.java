package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.kernel.store.Due.Waiting;
import dev.aloft.kernel.store.Entry;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.Feeds.Feed;
import dev.aloft.service.dynamodb.Feeds.Outgoing;
import dev.aloft.service.dynamodb.Feeds.ToRegion;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Items of global tables on their way between regions: a new replica is filled item by item, while each change goes to
 * all replicas; where two regions changed the same item, the later change stays in both.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html">How
 * global tables
 *     work</a>
 */
final class Replication implements Feeds.Carrier {
    private static final int STEP = 100;

    /** Where a replica is filled from, and the last item that it has. */
    record Seed(String table, String region, Key after) {
    }

    private final DynamoDbData data;
    private final OpenTables tables;
    private final ItemWriter writer;
    private final Store store;
    private final Time time;

    Replication(DynamoDbData data, OpenTables tables, ItemWriter writer, Store store, Time time) {
        this.data = data;
        this.tables = tables;
        this.writer = writer;
        this.store = store;
        this.time = time;
    }

    /** A table that is no replica any more has no use for the changes. */
    @Override
    public List<Outgoing> carry(TableRef from, Feed feed, List<Outgoing> changes) {
        var to = from.in(((ToRegion) feed.target()).name());
        var some = changes.subList(0, Math.min(STEP, changes.size()));
        var now = time.instant();
        store.change(tx -> tables.find(tx, to).filter(table -> knows(table, from.region())).ifPresent(table ->
            some.forEach(change -> apply(tx, table, from.region(), change, now))));
        return some;
    }

    private static boolean knows(LiveTable table, String region) {
        return table.stored.replicas().stream().anyMatch(replica -> replica.region().equals(region));
    }

    private void apply(Tx tx, LiveTable table, String region, Outgoing change, Instant now) {
        var version = new Version(change.micros(), region);
        var key = table.schema.unchecked(ITEMS.decode(change.change().keys()));
        if (Outbox.version(tx, table, key).filter(known -> known.compareTo(version) >= 0).isEmpty()) {
            writer.replicate(tx, table, key, change.change().after(), version, now);
        }
    }

    /** Takes the next items into a replica that is being made; says whether there was one. */
    boolean seed(Instant now) {
        var due = store.read(tx -> data.seeding.due(tx, now, 1));
        due.forEach(entry -> store.change(tx -> seed(tx, entry, now)));
        return !due.isEmpty();
    }

    private void seed(Tx tx, Waiting<Seed> entry, Instant now) {
        var seed = entry.value();
        var ref = new TableRef(entry.id().text(0), entry.id().text(1), seed.table());
        var replica = tables.find(tx, ref).filter(table -> table.stored.number() == entry.id().number(2));
        var source = tables.find(tx, ref.in(seed.region()));
        var items = replica.isEmpty() || source.isEmpty() ? List.<Entry>of() : items(tx, source.get(), seed.after());
        for (var item : items) {
            seed(tx, source.get(), replica.get(), item, now);
        }
        if (items.size() == STEP) {
            data.seeding.add(tx, now, entry.id(), new Seed(seed.table(), seed.region(), items.getLast().key()));
            return;
        }
        data.seeding.cancel(tx, entry.id());
        replica.ifPresent(table ->
            data.tables.put(tx, ref.key(), table.stored.with(draft -> draft.creating = false)));
    }

    private static List<Entry> items(Tx tx, LiveTable source, Key after) {
        var all = Range.of(source.items()).limit(STEP);
        return tx.range(after.length() == 0 ? all : all.after(source.at(after)))
            .map(entry -> new Entry(entry.key().without(source.items()), entry.value())).toList();
    }

    /** What the replica was told of an item meanwhile is as new as the item, or newer. */
    private void seed(Tx tx, LiveTable source, LiveTable replica, Entry item, Instant now) {
        var version = Outbox.version(tx, source, item.key()).orElseGet(() -> new Version(0, source.ref.region()));
        if (Outbox.version(tx, replica, item.key()).filter(known -> known.compareTo(version) >= 0).isEmpty()) {
            writer.seed(tx, replica, item.key(), Optional.of(item.value()), version, now);
        }
    }

    /**
     * Forgets when an item was deleted, long after nobody can have an older change of it on the way; says whether there
     * was one.
     */
    boolean forget(Instant now) {
        var due = store.read(tx -> data.deleted.due(tx, now, STEP));
        if (!due.isEmpty()) {
            store.change(tx -> due.forEach(entry -> forget(tx, entry, now)));
        }
        return !due.isEmpty();
    }

    private void forget(Tx tx, Waiting<Key> entry, Instant now) {
        var current = data.deleted.get(tx, entry.id()).filter(one -> !one.at().isAfter(now));
        if (current.isEmpty()) {
            return;
        }
        data.deleted.cancel(tx, entry.id());
        var place = entry.value();
        tables.find(tx, new TableRef(place.text(0), place.text(1), place.text(2)))
            .filter(table -> table.stored.number() == entry.id().number(2))
            .filter(table -> tx.get(table.at(entry.id().key(3))).isEmpty())
            .ifPresent(table -> tx.delete(DynamoDbData.version(table.ref, table.stored.number(), entry.id().key(3))));
    }
}
