package dev.aloft.service.kinesis;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kinesis.KinesisData.KeptConsumer;
import dev.aloft.service.kinesis.KinesisData.KeptShard;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pushes a shard's records to a consumer as they come, for five minutes. Whoever subscribes again after five seconds
 * takes the subscription over.
 *
 * @see <a href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html">SubscribeToShard</a>
 */
final class Subscriptions {
    private static final Duration LIFE = Duration.ofMinutes(5);
    private static final Duration EXCLUSIVE = Duration.ofSeconds(5);
    /** How long nothing may be heard of a shard on which nothing happens. */
    private static final Duration BEAT = Duration.ofSeconds(5);
    private static final int MOST_RECORDS = 1000;
    private static final long MOST_BYTES = 2 << 20;

    private final KinesisData data;
    private final Consumers consumers;
    private final Reading reading;
    private final Encryption encryption;
    private final Measures measures;
    private final Wakeups wakeups;
    private final Store store;
    private final Time time;
    private final Map<Key, Pushing> current = new ConcurrentHashMap<>();

    Subscriptions(KinesisData data, Consumers consumers, Reading reading, Encryption encryption, Measures measures,
            Wakeups wakeups, Store store, Time time) {
        this.data = data;
        this.consumers = consumers;
        this.reading = reading;
        this.encryption = encryption;
        this.measures = measures;
        this.wakeups = wakeups;
        this.store = store;
        this.time = time;
    }

    Kinesis.SubscribeToShardResponse subscribe(Caller caller, Kinesis.SubscribeToShardRequest input) {
        var now = time.instant();
        var pushing = store.<Pushing>read(tx -> {
            var consumer = consumers.existing(tx, input.consumerARN());
            var stream = data.streams.get(tx, Key.of(consumer.account(), consumer.region(), consumer.stream()))
                    .orElseThrow(() -> Streams.notFound(consumer.stream(), consumer.account()));
            if (Consumers.state(stream, consumer, now).equals(States.CREATING)) {
                throw new Kinesis.ResourceInUseException("Consumer " + consumer.arn() + " is not ACTIVE.");
            }
            int number = ShardIds.require(input.shardId(), stream.name(), stream.account());
            var shard = data.shards.get(tx, Key.of(stream.id(), number))
                    .orElseThrow(() -> ShardIds.absent(number, stream.name(), stream.account()));
            var position = input.startingPosition();
            if (position.type().endsWith("SEQUENCE_NUMBER") && position.sequenceNumber() == null
                    || position.type().equals("AT_TIMESTAMP") && position.timestamp() == null) {
                throw new Kinesis.InvalidArgumentException("StartingPosition of type " + position.type() + " lacks its "
                        + (position.type().equals("AT_TIMESTAMP") ? "Timestamp." : "SequenceNumber."));
            }
            long index = reading
                    .start(tx, stream, shard, position.type(), position.sequenceNumber(), position.timestamp(),
                    "SubscribeToShard");
            return new Pushing(caller, consumer, stream, shard, index, now);
        });
        current.compute(pushing.key, (_, before) -> {
            if (before != null && before.began.plus(EXCLUSIVE).isAfter(now) && !before.over) {
                measures.subscribed(pushing.consumer, false);
                throw new Kinesis.ResourceInUseException("Another active subscription exists for this consumer: "
                        + input.consumerARN());
            }
            if (before != null) {
                before.takenOver = true;
                wakeups.of(before.shard).raise();
            }
            return pushing;
        });
        measures.subscribed(pushing.consumer, true);
        return Kinesis.SubscribeToShardResponse.of(r -> r.eventStream(pushing));
    }

    /** What a look at a shard found, and what the stream was like then. */
    private record Seen(KeptStream stream, KeptShard shard, Reading.Batch batch) {
    }

    /** The events of one subscription; each is made when the one before is on its way. */
    private final class Pushing implements Iterator<Kinesis.SubscribeToShardEventStream>, AutoCloseable {
        private final Caller caller;
        private final KeptConsumer consumer;
        private final Key key;
        private final Key stream;
        private final Key shard;
        private final Instant began;
        private final long second;
        private final int number;
        private long index;
        private volatile boolean takenOver;
        private volatile boolean over;
        private Kinesis.SubscribeToShardEvent next;

        Pushing(Caller caller, KeptConsumer consumer, KeptStream stream, KeptShard shard, long index, Instant began) {
            this.caller = caller;
            this.consumer = consumer;
            this.key = Key.of(consumer.arn(), shard.number());
            this.stream = stream.key();
            this.shard = shard.key();
            this.second = shard.created().getEpochSecond();
            this.number = shard.number();
            this.index = index;
            this.began = began;
        }

        @Override
        public boolean hasNext() {
            if (next == null && !over) {
                next = event();
            }
            return next != null;
        }

        @Override
        public Kinesis.SubscribeToShardEventStream next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            var event = new Kinesis.SubscribeToShardEventStream.SubscribeToShardEvent(next);
            next = null;
            return event;
        }

        private Kinesis.SubscribeToShardEvent event() {
            try {
                return awaited();
            } catch (ApiError e) {
                close();
                throw e;
            }
        }

        /** Waits for records, a beat at the longest; nothing once the time is over. */
        private Kinesis.SubscribeToShardEvent awaited() {
            var signal = wakeups.of(shard);
            var beat = time.instant().plus(BEAT);
            while (true) {
                long seen = signal.count();
                var now = time.instant();
                if (takenOver || !now.isBefore(began.plus(LIFE))) {
                    close();
                    return null;
                }
                var seenNow = store.<Seen>read(tx -> see(tx, now));
                var batch = seenNow.batch();
                if (!batch.records().isEmpty() || batch.over() || !now.isBefore(beat)) {
                    var records = encryption.opened(caller, seenNow.stream(), batch);
                    index = batch.next();
                    over = batch.over();
                    measures.pushed(seenNow.stream(), seenNow.shard(), consumer, batch);
                    return told(batch, records, now);
                }
                try {
                    time.await(signal, seen, earlier(beat, began.plus(LIFE)));
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                    close();
                    return null;
                }
            }
        }

        /** A stream or consumer that is gone ends the subscription with an error of its own. */
        private Seen see(ReadTx tx, Instant now) {
            consumers.existing(tx, consumer.arn());
            var kept = data.streams.get(tx, stream).orElseThrow(() -> Streams.notFound(stream.text(2), stream.text(0)));
            var open = data.shards.get(tx, shard).orElseThrow(() -> ShardIds.absent(number, kept.name(),
                    kept.account()));
            return new Seen(kept, open, reading.read(tx, kept, open, index, MOST_RECORDS, MOST_BYTES, now));
        }

        private static Instant earlier(Instant one, Instant other) {
            return one.isBefore(other) ? one : other;
        }

        /** Whoever comes back with the number goes on behind it. */
        private Kinesis.SubscribeToShardEvent told(Reading.Batch batch, List<Kinesis.Record> records, Instant now) {
            var last = batch.records().isEmpty()
                    ? new SequenceNumber(second, Math.max(0, index - 1), now.getEpochSecond(), number).toString()
                    : batch.records().getLast().sequenceNumber();
            return Kinesis.SubscribeToShardEvent.of(e -> e.records(records).millisBehindLatest(batch.behind())
                    .continuationSequenceNumber(batch.over() ? null : last)
                    .childShards(batch.over() ? batch.children() : List.of()));
        }

        @Override
        public void close() {
            over = true;
            current.remove(key, this);
        }
    }
}
