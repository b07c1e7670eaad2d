package dev.aloft.service.dynamodb;

import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Entry;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Tx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What stood in a table before each of its changes, for as long as somebody may want to see it as it was: reads that
 * lag, point-in-time recovery, and copies that are under way while writes go on.
 *
 * <pre>
 *   by item    (…, index or 0, key, moment) → what stood there until this moment
 *   by moment  (…, moment, index or 0, key)
 * </pre>
 *
 * What an item was at a moment is what stands under the first later moment, or the item itself where there is none.
 */
final class History {
    private static final byte[] NOTHING = {0};
    private static final int SOMETHING = 1;
    private static final long ITEMS = 0;

    private History() {
    }

    /** Notes what stood under a key until now. A moment is noted once: the first change of it counts. */
    static void note(Tx tx, LiveTable table, long index, Key key, Optional<byte[]> before, Instant now) {
        long moment = moment(tx, table.ref, table.stored.number(), now);
        var at = DynamoDbData.history(table.ref, table.stored.number()).and(index, key, moment);
        if (tx.get(at).isEmpty()) {
            tx.put(at, before.map(History::marked).orElse(NOTHING));
            tx.put(DynamoDbData.moments(table.ref, table.stored.number()).and(moment, index, key), new byte[0]);
        }
    }

    /** Milliseconds that never go back, whatever the clock does and whichever write took its time first. */
    private static long moment(Tx tx, TableRef ref, long number, Instant now) {
        var at = DynamoDbData.lastMoment(ref, number);
        long last = tx.get(at).map(Codec.NUMBER::decode).orElse(0L);
        if (now.toEpochMilli() <= last) {
            return last;
        }
        tx.put(at, Codec.NUMBER.encode(now.toEpochMilli()));
        return now.toEpochMilli();
    }

    /** A moment that has all that was written before, and nothing that will be. */
    static Instant mark(Tx tx, TableRef ref, long number, Instant now) {
        long moment = moment(tx, ref, number, now);
        tx.put(DynamoDbData.lastMoment(ref, number), Codec.NUMBER.encode(moment + 1));
        return Instant.ofEpochMilli(moment);
    }

    private static byte[] marked(byte[] value) {
        var marked = new byte[value.length + 1];
        marked[0] = SOMETHING;
        System.arraycopy(value, 0, marked, 1, value.length);
        return marked;
    }

    private static Optional<byte[]> unmarked(byte[] value) {
        return value[0] == SOMETHING ? Optional.of(Arrays.copyOfRange(value, 1, value.length)) : Optional.empty();
    }

    /** What stood there right after this moment; nothing in the outer Optional where it stands there still. */
    private static Optional<Optional<byte[]>> before(ReadTx tx, LiveTable table, long index, Key key, Instant moment) {
        var all = DynamoDbData.history(table.ref, table.stored.number()).and(index, key);
        return tx.range(Range.of(all).from(all.and(moment.toEpochMilli() + 1)).limit(1)).findFirst()
            .map(entry -> unmarked(entry.value()));
    }

    /** The table and its indexes as they were at a moment. */
    static ReadTx asOf(ReadTx tx, LiveTable table, Instant moment) {
        return new Past(tx, table, moment);
    }

    /** Forgets what ended before the horizon, at most so much; says whether there was more. */
    static boolean forget(Tx tx, TableRef ref, long number, Instant horizon, int limit) {
        var moments = DynamoDbData.moments(ref, number);
        var old = tx.range(Range.of(moments).to(moments.and(horizon.toEpochMilli())).limit(limit)).map(Entry::key)
            .toList();
        for (var key : old) {
            var parts = key.without(moments);
            tx.delete(key);
            tx.delete(DynamoDbData.history(ref, number).and(parts.number(1), parts.key(2), parts.number(0)));
        }
        return old.size() == limit;
    }

    /** The next so many items of a table as they were at a moment, behind a key of the table. */
    static Stream<Entry> items(ReadTx tx, LiveTable table, Instant moment, Key after) {
        var present = Range.of(table.items());
        var current = tx.range(after.length() == 0 ? present : present.after(table.at(after)));
        return merged(current.map(entry -> new Entry(entry.key().without(table.items()), entry.value())).iterator(),
            new Changed(tx, table, moment, after), false);
    }

    /**
     * What became of an item within a while.
     *
     * @param moment when it was changed last, in milliseconds
     */
    record Changes(Key key, Optional<byte[]> before, Optional<byte[]> after, long moment) {
    }

    /** The next items that changed from a moment on and before another, behind a key of the table. */
    static List<Changes> changes(ReadTx tx, LiveTable table, Instant from, Instant to, Key after, int limit) {
        var space = DynamoDbData.history(table.ref, table.stored.number()).and(ITEMS);
        var changes = new ArrayList<Changes>();
        for (var key = nextKey(tx, space, after); key.isPresent()
                && changes.size() < limit; key = nextKey(tx, space, key.get())) {
            changes(tx, table, space, key.get(), from, to).ifPresent(changes::add);
        }
        return changes;
    }

    private static Optional<Changes> changes(ReadTx tx, LiveTable table, Key space, Key key, Instant from, Instant to) {
        var all = space.and(key);
        var within = tx.range(Range.of(all).from(all.and(from.toEpochMilli())).to(all.and(to.toEpochMilli()))).toList();
        if (within.isEmpty()) {
            return Optional.empty();
        }
        var before = unmarked(within.getFirst().value());
        var later = before(tx, table, ITEMS, key, to.minusMillis(1));
        var after = later.isPresent() ? later.get() : tx.get(table.at(key));
        return before.isEmpty() && after.isEmpty() ? Optional.empty()
            : Optional.of(new Changes(key, before, after, within.getLast().key().without(all).number(0)));
    }

    /** The first key behind this one that has a past. */
    private static Optional<Key> nextKey(ReadTx tx, Key space, Key after) {
        var range = after.length() == 0 ? Range.of(space) : Range.of(space).from(space.and(after).behind());
        return tx.range(range.limit(1)).findFirst().map(entry -> entry.key().without(space).key(0));
    }

    /** The keys that changed since a moment, in their order, each with what it was. */
    private static final class Changed implements Iterator<Map.Entry<Key, Optional<byte[]>>> {
        private final ReadTx tx;
        private final LiveTable table;
        private final Instant moment;
        private Optional<Key> next;

        Changed(ReadTx tx, LiveTable table, Instant moment, Key after) {
            this.tx = tx;
            this.table = table;
            this.moment = moment;
            next = following(after);
        }

        /** The first key behind this one that changed since. */
        private Optional<Key> following(Key after) {
            var space = DynamoDbData.history(table.ref, table.stored.number()).and(ITEMS);
            var from = after;
            while (true) {
                var found = nextKey(tx, space, from);
                if (found.isEmpty() || before(tx, table, ITEMS, found.get(), moment).isPresent()) {
                    return found;
                }
                from = found.get();
            }
        }

        @Override
        public boolean hasNext() {
            return next.isPresent();
        }

        @Override
        public Map.Entry<Key, Optional<byte[]>> next() {
            var key = next.orElseThrow();
            var was = before(tx, table, ITEMS, key, moment).orElseThrow();
            next = following(key);
            return Map.entry(key, was);
        }
    }

    /** Entries in order; where a key changed since, what it was counts in place of what it is. */
    private static Stream<Entry> merged(Iterator<Entry> current, Iterator<Map.Entry<Key, Optional<byte[]>>> changed,
            boolean reversed) {
        Comparator<Key> order = reversed ? Comparator.reverseOrder() : Comparator.naturalOrder();
        var merged = new Iterator<Entry>() {
            private Entry present = nextOf(current);
            private Map.Entry<Key, Optional<byte[]>> past = nextOf(changed);
            private Entry next = find();

            private static <T> T nextOf(Iterator<T> from) {
                return from.hasNext() ? from.next() : null;
            }

            private Entry find() {
                while (present != null || past != null) {
                    int side = present == null ? 1 : past == null ? -1 : order.compare(present.key(), past.getKey());
                    var found = side < 0 ? Optional.of(present)
                        : past.getValue().map(value -> new Entry(past.getKey(), value));
                    if (side <= 0) {
                        present = nextOf(current);
                    }
                    if (side >= 0) {
                        past = nextOf(changed);
                    }
                    if (found.isPresent()) {
                        return found.get();
                    }
                }
                return null;
            }

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public Entry next() {
                var found = next;
                next = find();
                return found;
            }
        };
        return StreamSupport.stream(((Iterable<Entry>) () -> merged).spliterator(), false);
    }

    /** Reads a table's own keys as they were, and everything else as it is. */
    private record Past(ReadTx tx, LiveTable table, Instant moment) implements ReadTx {
        @Override
        public Optional<byte[]> get(Key key) {
            if (!key.startsWith(table.items())) {
                return tx.get(key);
            }
            return before(tx, table, ITEMS, key.without(table.items()), moment).orElseGet(() -> tx.get(key));
        }

        @Override
        public Stream<Entry> range(Range range) {
            var changed = new TreeMap<Key, Optional<byte[]>>(range.isReversed() ? Comparator.reverseOrder() : null);
            var moments = DynamoDbData.moments(table.ref, table.stored.number());
            tx.range(Range.of(moments).from(moments.and(moment.toEpochMilli() + 1))).forEach(entry -> {
                var parts = entry.key().without(moments);
                long index = parts.number(1);
                place(index, parts.key(2)).filter(key -> isIn(range, key)).ifPresent(key ->
                    changed.computeIfAbsent(key, _ -> before(tx, table, index, parts.key(2), moment).orElseThrow()));
            });
            return changed.isEmpty() ? tx.range(range)
                : merged(tx.range(range).iterator(), changed.entrySet().iterator(), range.isReversed());
        }

        private Optional<Key> place(long index, Key key) {
            return index == ITEMS ? Optional.of(table.at(key)) : table.indexes.stream()
                .filter(one -> one.stored.number() == index).map(one -> one.at(key)).findFirst();
        }

        private static boolean isIn(Range range, Key key) {
            return Arrays.compareUnsigned(key.raw(), range.lower()) >= 0
                && Arrays.compareUnsigned(key.raw(), range.upper()) < 0;
        }
    }
}
