package dev.aloft.service.kinesis;

import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kinesis.KinesisData.KeptRecord;
import dev.aloft.service.kinesis.KinesisData.KeptShard;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import dev.aloft.service.kinesis.KinesisData.Sweep;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Throws away what is older than a stream keeps it, and what a deleted stream left. */
final class Housekeeping {
    private static final Duration SWEEP = Duration.ofHours(1);
    private static final int STREAMS = 50;
    private static final int RECORDS = 2_000;

    private final KinesisData data;
    private final Store store;
    private final Time time;

    Housekeeping(KinesisData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    Optional<Instant> turn() {
        var now = time.instant();
        for (var waiting : store.<List<Due.Waiting<Sweep>>>read(tx -> data.sweeps.due(tx, now, STREAMS))) {
            store.change(tx -> sweep(tx, waiting, now));
        }
        return store.read(data.sweeps::next);
    }

    private void sweep(Tx tx, Due.Waiting<Sweep> waiting, Instant now) {
        var current = data.sweeps.get(tx, waiting.id());
        if (current.isEmpty()) {
            return;
        }
        var sweep = current.get().value();
        var stream = Optional.ofNullable(sweep.stream()).flatMap(key -> data.streams.get(tx, key));
        boolean more = stream.isPresent() ? trim(tx, stream.get(), now) : remove(tx, sweep.id());
        if (more) {
            data.sweeps.add(tx, now, waiting.id(), sweep);
        } else if (stream.isPresent()) {
            data.sweeps.add(tx, now.plus(SWEEP), waiting.id(), sweep);
        } else {
            data.sweeps.cancel(tx, waiting.id());
        }
    }

    /** Says whether there is more to be done at once. */
    private boolean trim(Tx tx, KeptStream stream, Instant now) {
        var horizon = now.minus(stream.retention());
        int left = RECORDS;
        for (var shard : data.shards.range(tx, Key.of(stream.id())).map(Row::value).toList()) {
            var old = data.records.range(tx, Range.of(shard.key()).limit(left))
                    .takeWhile(row -> row.value().arrival().isBefore(horizon)).toList();
            old.forEach(row -> data.records.delete(tx, row.key()));
            left -= old.size();
            if (left == 0) {
                return true;
            }
            if (!shard.open() && shard.closed().isBefore(horizon)) {
                forget(tx, shard);
            }
        }
        return false;
    }

    private void forget(Tx tx, KeptShard shard) {
        data.shards.delete(tx, shard.key());
        data.next.delete(tx, shard.key());
    }

    private boolean remove(Tx tx, String id) {
        List<Row<KeptRecord>> some = data.records.range(tx, Range.of(Key.of(id)).limit(RECORDS)).toList();
        some.forEach(row -> data.records.delete(tx, row.key()));
        if (some.size() < RECORDS) {
            data.shards.range(tx, Key.of(id)).map(Row::value).toList().forEach(shard -> forget(tx, shard));
        }
        return some.size() == RECORDS;
    }
}
