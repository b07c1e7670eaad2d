package dev.aloft.service.firehose;

import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Endpoint;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.delivery.poll.Batch;
import dev.aloft.kernel.delivery.poll.Checkpoints;
import dev.aloft.kernel.delivery.poll.Consumer;
import dev.aloft.kernel.delivery.poll.Item;
import dev.aloft.kernel.delivery.poll.KinesisStream;
import dev.aloft.kernel.delivery.poll.Poller;
import dev.aloft.kernel.delivery.poll.Pollers;
import dev.aloft.kernel.delivery.poll.Stream;
import dev.aloft.kernel.delivery.poll.StreamPoller;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.firehose.FirehoseData.KeptRecord;
import dev.aloft.service.firehose.FirehoseData.KeptStream;
import dev.aloft.service.firehose.FirehoseData.Origin;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Reads the Kinesis streams that delivery streams have as their source, from the moment on at which these were made.
 */
final class Sources {
    private static final Logger LOG = System.getLogger(Sources.class.getName());
    private static final int AT_ONCE = 10_000;
    private static final Duration FOR_EVER = Duration.ofSeconds(-1);

    private final FirehoseData data;
    private final Buffers buffers;
    private final Dispatches.Assume roles;
    private final Endpoint endpoint;
    private final Store store;
    private final Measures measures;
    private final Time time;
    private final Pollers pollers = new Pollers();

    Sources(FirehoseData data, Buffers buffers, Dispatches.Assume roles, Endpoint endpoint, Store store,
            Measures measures, Time time) {
        this.data = data;
        this.buffers = buffers;
        this.roles = roles;
        this.endpoint = endpoint;
        this.store = store;
        this.measures = measures;
        this.time = time;
    }

    Optional<Instant> turn() {
        var wanted = new HashMap<String, Pollers.Wanted>();
        store.<List<KeptStream>>read(tx -> data.streams.range(tx, Key.EMPTY).map(Row::value).toList()).stream()
                .filter(stream -> stream.source() != null)
                .forEach(stream -> wanted.put(stream.id(), new Pollers.Wanted("", () -> poller(stream))));
        pollers.keep(wanted);
        return Optional.empty();
    }

    private Poller poller(KeptStream stream) {
        var source = stream.source();
        var kinesis = new KinesisStream(endpoint, Arn.parse(source.stream()), () -> roles.role(
                BatchCarrier.service(stream, UUID.randomUUID().toString()), source.role(), stream.name()),
                        source::role);
        var settings = new StreamPoller.Settings(new Stream.Start.At(source.since()), source.since(), AT_ONCE,
                Duration.ZERO,
                false, -1, FOR_EVER, 1, 0);
        return new StreamPoller("of delivery stream " + stream.name(), kinesis, settings, _ -> true,
                new Keeping(stream),
                new Progress(stream), time);
    }

    /** Records are kept before the stream counts as read so far: some may be kept twice, none is lost. */
    private final class Keeping implements Consumer {
        private final KeptStream stream;

        Keeping(KeptStream stream) {
            this.stream = stream;
        }

        @Override
        public Result consume(Batch batch) {
            var records = batch.items().stream().flatMap(item -> records(batch.shard(), item).stream()).toList();
            measures.read(stream, records.size(), records.stream().mapToLong(it -> it.data().length()).sum());
            // Its settings may have changed since.
            store.change(tx -> data.streams.get(tx, stream.key()).filter(it -> it.id().equals(stream.id()))
                    .ifPresent(now -> buffers.put(tx, now, records)));
            return new Result.Done(null);
        }

        @Override
        public void problem(String what) {
            LOG.log(Level.WARNING, stream.arn() + " cannot read its source: " + what);
        }
    }

    /** One; or those that the Kinesis Producer Library packed into one. */
    private static List<KeptRecord> records(String shard, Item item) {
        var fields = (Map<?, ?>) item.event().get("kinesis");
        var data = Bytes.fromBase64(fields.get("data").toString());
        var packed = AggregatedRecord.of(data);
        if (packed.isEmpty()) {
            return List.of(new KeptRecord(data, item.at(),
                    new Origin(shard, fields.get("partitionKey").toString(), item.id(), null)));
        }
        var parts = packed.get().parts();
        return IntStream.range(0, parts.size()).mapToObj(i -> new KeptRecord(parts.get(i).data(), item.at(),
                new Origin(shard, parts.get(i).partitionKey(), item.id(), i))).toList();
    }

    private final class Progress implements StreamPoller.Progress {
        private final KeptStream stream;
        private final Checkpoints checkpoints;

        Progress(KeptStream stream) {
            this.stream = stream;
            this.checkpoints = new Checkpoints(store, data.checkpoints, Key.of(stream.id()));
        }

        @Override
        public StreamPoller.Checkpoint checkpoint(String shard) {
            return checkpoints.of(shard);
        }

        @Override
        public void reached(String shard, UnaryOperator<StreamPoller.Checkpoint> change,
                Optional<StreamPoller.Dropped> dropped) {
            store.change(tx -> data.streams.get(tx, stream.key()).filter(it -> it.id().equals(stream.id()))
                    .ifPresent(_ -> checkpoints.change(tx, shard, change)));
        }
    }
}
