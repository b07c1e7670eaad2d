package dev.aloft.service.kinesis;

import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kinesis.KinesisData.KeptShard;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How a stream on demand follows its load: a shard that takes more than half of what it can for a minute is split in
 * two, so that the stream is ready for twice its peak. AWS splits within fifteen minutes; here it is when the minute
 * ends.
 *
 * @see <a href="https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html">On-demand mode</a>
 */
final class Growth {
    private static final Duration MEASURED = Duration.ofMinutes(1);
    private static final long MOST_BYTES = 500_000 * MEASURED.toSeconds();
    private static final long MOST_RECORDS = 500 * MEASURED.toSeconds();
    private static final int AT_ONCE = 100;
    private static final Set<String> LARGE_REGIONS = Set.of("us-east-1", "us-west-2", "eu-west-1");
    /** 10 GB a second in the large regions, 200 MB in others. */
    private static final int MOST_SHARDS_IN_LARGE = 10_000;
    private static final int MOST_SHARDS = 200;

    private final KinesisData data;
    private final Streams streams;
    private final Shards shards;
    private final Store store;
    private final Time time;
    private final Map<Key, Minute> written = new ConcurrentHashMap<>();

    Growth(KinesisData data, Streams streams, Shards shards, Store store, Time time) {
        this.data = data;
        this.streams = streams;
        this.shards = shards;
        this.store = store;
        this.time = time;
    }

    /** What a shard took in a minute. */
    private record Minute(long number, long bytes, long records) {
        Minute plus(long now, long more) {
            return number == now ? new Minute(now, bytes + more, records + 1) : new Minute(now, more, 1);
        }

        boolean isMuch() {
            return bytes > MOST_BYTES || records > MOST_RECORDS;
        }
    }

    /** Counts a record. The one with which it becomes too much has the shard split. */
    void wrote(KeptStream stream, KeptShard shard, long bytes, Instant now) {
        if (!stream.onDemand()) {
            return;
        }
        long minute = now.getEpochSecond() / MEASURED.toSeconds();
        var before = new boolean[1];
        var after = written.compute(shard.key(), (_, old) -> {
            before[0] = old != null && old.number() == minute && old.isMuch();
            return (old == null ? new Minute(minute, 0, 0) : old).plus(minute, bytes);
        });
        if (after.isMuch() && !before[0]) {
            store.change(tx ->
                    data.growths.add(tx, Instant.ofEpochSecond((minute + 1) * MEASURED.toSeconds()), shard.key(),
                    stream.key()));
        }
    }

    Optional<Instant> turn() {
        var now = time.instant();
        for (var waiting : store.<List<Due.Waiting<Key>>>read(tx -> data.growths.due(tx, now, AT_ONCE))) {
            store.change(tx -> grow(tx, waiting.id(), now));
            written.remove(waiting.id());
        }
        return store.read(data.growths::next);
    }

    private void grow(Tx tx, Key shard, Instant now) {
        data.growths.get(tx, shard).flatMap(it -> data.streams.get(tx, it.value()))
                .filter(stream -> stream.onDemand() && stream.id().equals(shard.text(0)))
                .filter(stream -> streams.openShards(tx, stream) < most(stream.region()))
                .ifPresent(stream -> data.shards.get(tx, shard).filter(KeptShard::open)
                        .ifPresent(it -> shards.halve(tx, stream, it, now)));
        data.growths.cancel(tx, shard);
    }

    private static int most(String region) {
        return LARGE_REGIONS.contains(region) ? MOST_SHARDS_IN_LARGE : MOST_SHARDS;
    }
}
