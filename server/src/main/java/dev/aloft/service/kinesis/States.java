package dev.aloft.service.kinesis;

import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import dev.aloft.service.kinesis.KinesisData.Sweep;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * The states of streams, each of which lasts as long as the stream's tag says, or no time at all.
 *
 * <pre>
 *   CREATING   no shards yet: nothing can be put or read      ─► ACTIVE
 *   UPDATING   what was changed counts already                ─► ACTIVE
 *   DELETING   nothing can be changed any more                ─► gone
 * </pre>
 */
final class States {
    static final String CREATING = "CREATING";
    static final String UPDATING = "UPDATING";
    static final String DELETING = "DELETING";
    static final String ACTIVE = "ACTIVE";
    private static final Duration SWEEP = Duration.ofHours(1);
    private static final int AT_ONCE = 100;

    private final KinesisData data;
    private final Store store;
    private final Time time;

    States(KinesisData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    /** What can be done to a stream only while nothing else is. */
    static KeptStream active(KeptStream stream) {
        if (!stream.state().equals(ACTIVE)) {
            throw notActive(stream);
        }
        return stream;
    }

    static Kinesis.ResourceInUseException notActive(KeptStream stream) {
        return new Kinesis.ResourceInUseException("Stream " + stream.name() + " under account " + stream.account()
                + " not ACTIVE, instead in state " + stream.state());
    }

    /** Keeps the stream, which enters the state. */
    void enter(Tx tx, KeptStream stream, String state, Instant now) {
        var lasts = StreamSettings.of(stream).transition();
        if (lasts.isZero()) {
            leave(tx, stream, state, now);
        } else {
            data.streams.put(tx, stream.key(), stream.in(state));
            data.transitions.add(tx, now.plus(lasts), Key.of(stream.id()), stream.key());
        }
    }

    private void leave(Tx tx, KeptStream stream, String state, Instant now) {
        if (state.equals(DELETING)) {
            remove(tx, stream, now);
            return;
        }
        data.streams.put(tx, stream.key(), stream.in(ACTIVE));
        if (state.equals(CREATING)) {
            var second = now.truncatedTo(ChronoUnit.SECONDS);
            for (var shard : Shards.even(stream.id(), 0, stream.shards(), second, null)) {
                data.shards.put(tx, shard.key(), shard);
            }
            data.sweeps.add(tx, now.plus(SWEEP), Key.of(stream.id()), new Sweep(stream.key(), stream.id()));
        }
    }

    private void remove(Tx tx, KeptStream stream, Instant now) {
        data.consumers.range(tx, stream.key()).toList().forEach(row -> data.consumers.delete(tx, row.key()));
        data.streams.delete(tx, stream.key());
        data.policies.delete(tx, Key.of(stream.arn()));
        data.changes.deleteAll(tx, Key.of(stream.id()));
        data.sweeps.add(tx, now, Key.of(stream.id()), new Sweep(null, stream.id()));
    }

    Optional<Instant> turn() {
        var now = time.instant();
        for (var waiting : store.<List<Due.Waiting<Key>>>read(tx -> data.transitions.due(tx, now, AT_ONCE))) {
            store.change(tx -> {
                data.transitions.get(tx, waiting.id()).flatMap(it -> data.streams.get(tx, it.value()))
                        .filter(stream -> stream.id().equals(waiting.id().text(0)))
                        .ifPresent(stream -> leave(tx, stream, stream.state(), now));
                data.transitions.cancel(tx, waiting.id());
            });
        }
        return store.read(data.transitions::next);
    }
}
