package dev.aloft.kernel.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Records of one type by key, with the indexes that are kept with it. A constant: it holds no data itself. */
public final class Table<V> {
    private final Space space;
    private final Codec<V> codec;
    private final List<Index<V>> indexes = new ArrayList<>();

    public Table(Space space, Codec<V> codec) {
        this.space = space;
        this.codec = codec;
    }

    public static <V> Table<V> of(String name, Codec<V> codec) {
        return new Table<>(Space.of(name), codec);
    }

    /**
     * Adds an index, in a space of its own of this name: the keys under which a record can be found besides its own.
     * Declare it where the table is declared, before anything is written.
     */
    public Index<V> index(String name, Function<? super V, List<Key>> keys) {
        return index(name, (_, value) -> keys.apply(value));
    }

    /** The same where the record's own key says something that the record does not. */
    public Index<V> index(String name, BiFunction<Key, ? super V, List<Key>> keys) {
        var index = new Index<V>(this, Space.of(name), keys);
        indexes.add(index);
        return index;
    }

    public Optional<V> get(ReadTx tx, Key key) {
        return tx.get(at(key)).map(codec::decode);
    }

    public boolean has(ReadTx tx, Key key) {
        return tx.get(at(key)).isPresent();
    }

    public void put(Tx tx, Key key, V value) {
        if (!indexes.isEmpty()) {
            var old = get(tx, key);
            indexes.forEach(index -> index.replace(tx, key, old, Optional.of(value)));
        }
        tx.put(at(key), codec.encode(value));
    }

    /** Puts unless the key is taken; says whether it did. */
    public boolean putIfAbsent(Tx tx, Key key, V value) {
        if (has(tx, key)) {
            return false;
        }
        put(tx, key, value);
        return true;
    }

    /** Replaces a record by what the function makes of it; the new one, or nothing where there was none. */
    public Optional<V> update(Tx tx, Key key, UnaryOperator<V> change) {
        var updated = get(tx, key).map(change);
        updated.ifPresent(value -> put(tx, key, value));
        return updated;
    }

    /** Deletes; says whether there was something. */
    public boolean delete(Tx tx, Key key) {
        var old = tx.get(at(key));
        if (old.isEmpty()) {
            return false;
        }
        if (!indexes.isEmpty()) {
            var value = old.map(codec::decode);
            indexes.forEach(index -> index.replace(tx, key, value, Optional.empty()));
        }
        tx.delete(at(key));
        return true;
    }

    /** Deletes without a look whether there is something; for tables without indexes. */
    public void erase(Tx tx, Key key) {
        if (!indexes.isEmpty()) {
            throw new IllegalStateException("What is in an index is deleted from it too");
        }
        tx.delete(at(key));
    }

    /** Deletes every record whose key has this prefix; says how many. */
    public long deleteAll(Tx tx, Key prefix) {
        return range(tx, prefix).filter(row -> delete(tx, row.key())).count();
    }

    /** The records whose keys have this prefix, in order. */
    public Stream<Row<V>> range(ReadTx tx, Key prefix) {
        return range(tx, Range.of(prefix));
    }

    public Stream<Row<V>> range(ReadTx tx, Range range) {
        return tx.range(space.range(range)).map(entry -> new Row<>(entry.key(), codec.decode(entry.value())));
    }

    /** The next so many records with a prefix, after the last key of the page before. */
    public Page<V> page(ReadTx tx, Key prefix, Optional<Key> after, int limit) {
        return page(tx, after.map(Range.of(prefix)::after).orElse(Range.of(prefix)), limit);
    }

    /** The first so many records of a range. */
    public Page<V> page(ReadTx tx, Range range, int limit) {
        var rows = range(tx, range.limit(limit + 1)).toList();
        if (rows.size() <= limit) {
            return new Page<>(rows, Optional.empty());
        }
        var some = rows.subList(0, limit);
        return new Page<>(some, some.isEmpty() ? Optional.empty() : Optional.of(some.getLast().key()));
    }

    private Key at(Key key) {
        return space.key(key);
    }
}
