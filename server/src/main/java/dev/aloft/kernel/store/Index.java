package dev.aloft.kernel.store;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Other keys under which a table's records are found, kept by the table in the same transaction; made by
 * {@link Table#index}.
 */
public final class Index<V> {
    private static final byte[] NOTHING = {};

    private final Table<V> table;
    private final Space space;
    private final BiFunction<Key, ? super V, List<Key>> keys;

    Index(Table<V> table, Space space, BiFunction<Key, ? super V, List<Key>> keys) {
        this.table = table;
        this.space = space;
        this.keys = keys;
    }

    void replace(Tx tx, Key row, Optional<V> old, Optional<V> now) {
        var before = old.map(value -> keys.apply(row, value)).orElseGet(List::of);
        var after = now.map(value -> keys.apply(row, value)).orElse(List.of());
        if (!before.equals(after)) {
            before.forEach(key -> tx.delete(at(key, row)));
            after.forEach(key -> tx.put(at(key, row), NOTHING));
        }
    }

    /** The records whose index key has this prefix, in the order of the index, with the key each has in the table. */
    public Stream<Row<V>> range(ReadTx tx, Key prefix) {
        return range(tx, Range.of(prefix));
    }

    public Stream<Row<V>> range(ReadTx tx, Range range) {
        return tx.range(space.range(range)).map(entry -> row(tx, entry.key()));
    }

    public Optional<Row<V>> first(ReadTx tx, Key prefix) {
        return range(tx, Range.of(prefix).limit(1)).findFirst();
    }

    /** The next so many records; the key to go on after is one of the index, not of the table. */
    public Page<V> page(ReadTx tx, Key prefix, Optional<Key> after, int limit) {
        var range = after.map(Range.of(prefix)::after).orElse(Range.of(prefix));
        var entries = tx.range(space.range(range.limit(limit + 1))).map(Entry::key).toList();
        boolean more = entries.size() > limit;
        var some = more ? entries.subList(0, limit) : entries;
        return new Page<>(some.stream().map(key -> row(tx, key)).toList(),
            more && limit > 0 ? Optional.of(some.getLast()) : Optional.empty());
    }

    private Row<V> row(ReadTx tx, Key entry) {
        var key = entry.key(entry.size() - 1);
        return new Row<>(key,
            table.get(tx, key).orElseThrow(() -> new IllegalStateException("An index names the row " + key
            + ", which is not there")));
    }

    private Key at(Key key, Key row) {
        return space.key(key.and(row));
    }
}
