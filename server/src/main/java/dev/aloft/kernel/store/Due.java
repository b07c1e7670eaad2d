package dev.aloft.kernel.store;

import dev.aloft.kernel.time.Signal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Entries by the moment they fall due, each with an id of its own: all waiting is one of these and a worker that looks.
 *
 * <pre>
 *   due.add(tx, retryAt, Key.of(deliveryId), delivery);          // in the commit that causes it
 *   return due.turn(store, time.instant(), 100, (tx, entry) -&gt; { … due.cancel(tx, entry.id()) … });   // in its turn
 * </pre>
 */
public final class Due<V> {
    /** One entry. */
    public record Waiting<V>(Instant at, Key id, V value) {
    }

    private final Space byMoment;
    private final Space byId;
    private final Codec<V> codec;
    private final Optional<Signal> signal;

    public Due(Space space, Codec<V> codec) {
        this(space, codec, Optional.empty());
    }

    /** Raises the signal after each commit that added an entry, so that the worker looks sooner. */
    public Due(Space space, Codec<V> codec, Signal signal) {
        this(space, codec, Optional.of(signal));
    }

    private Due(Space space, Codec<V> codec, Optional<Signal> signal) {
        byMoment = space.in(true);
        byId = space.in(false);
        this.codec = codec;
        this.signal = signal;
    }

    public static <V> Due<V> of(String name, Codec<V> codec) {
        return new Due<>(Space.of(name), codec);
    }

    /** Adds an entry, or replaces the one that has this id. */
    public void add(Tx tx, Instant at, Key id, V value) {
        moment(tx, id).ifPresent(old -> tx.delete(byMoment.key(key(old, id))));
        tx.put(byId.key(id), Key.of(at).raw());
        tx.put(byMoment.key(key(at, id)), codec.encode(value));
        signal.ifPresent(worker -> tx.afterCommit(worker::raise));
    }

    /** Moves an entry to another moment; says whether there was one. */
    public boolean reschedule(Tx tx, Key id, Instant at) {
        var entry = get(tx, id);
        entry.ifPresent(old -> add(tx, at, id, old.value()));
        return entry.isPresent();
    }

    /** Removes an entry, because it was done or is no longer wanted; says whether there was one. */
    public boolean cancel(Tx tx, Key id) {
        var at = moment(tx, id);
        at.ifPresent(old -> {
            tx.delete(byMoment.key(key(old, id)));
            tx.delete(byId.key(id));
        });
        return at.isPresent();
    }

    public boolean has(ReadTx tx, Key id) {
        return tx.get(byId.key(id)).isPresent();
    }

    public Optional<Waiting<V>> get(ReadTx tx, Key id) {
        return moment(tx, id).map(at ->
            new Waiting<>(at, id, codec.decode(tx.get(byMoment.key(key(at, id))).orElseThrow())));
    }

    /** What is due at this moment, the longest waiting first. */
    public List<Waiting<V>> due(ReadTx tx, Instant now, int limit) {
        var range = Range.all().to(Key.of(now.plusNanos(1))).limit(limit);
        return tx.range(byMoment.range(range)).map(this::entry).toList();
    }

    /**
     * A worker's turn that needs no more: does what is due, each entry in a transaction of its own if it is still due
     * then, and says when to look again. The work moves the entry or removes it. What fails holds up none behind it,
     * and is thrown at the end.
     *
     * @param some how many at most
     */
    public Optional<Instant> turn(Store store, Instant now, int some, BiConsumer<Tx, Waiting<V>> work) {
        Optional<RuntimeException> failure = Optional.empty();
        for (var due : store.<List<Waiting<V>>>read(tx -> due(tx, now, some))) {
            try {
                store.change(tx -> get(tx, due.id()).filter(it -> it.at().equals(due.at()))
                    .ifPresent(it -> work.accept(tx, it)));
            } catch (RuntimeException e) {
                failure = Optional.of(e);
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        return store.read(this::next);
    }

    /** The moment of the first entry, past or to come. */
    public Optional<Instant> next(ReadTx tx) {
        return tx.range(byMoment.range(Range.all().limit(1))).findFirst().map(entry -> entry.key().instant(0));
    }

    /** All entries in the order in which they fall due. */
    public List<Waiting<V>> all(ReadTx tx) {
        return tx.range(byMoment.range(Range.all())).map(this::entry).toList();
    }

    private Optional<Instant> moment(ReadTx tx, Key id) {
        return tx.get(byId.key(id)).map(bytes -> Key.decoded(bytes).instant(0));
    }

    private Waiting<V> entry(Entry entry) {
        return new Waiting<>(entry.key().instant(0), entry.key().key(1), codec.decode(entry.value()));
    }

    private static Key key(Instant at, Key id) {
        return Key.of(at, id);
    }
}
