package dev.aloft.service.pipes;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Pipes;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.WebServers;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.poll.Checkpoints;
import dev.aloft.kernel.delivery.poll.DynamoDbStream;
import dev.aloft.kernel.delivery.poll.ItemFilter;
import dev.aloft.kernel.delivery.poll.KinesisStream;
import dev.aloft.kernel.delivery.poll.Poller;
import dev.aloft.kernel.delivery.poll.Pollers;
import dev.aloft.kernel.delivery.poll.QueuePoller;
import dev.aloft.kernel.delivery.poll.Scaling;
import dev.aloft.kernel.delivery.poll.SqsQueue;
import dev.aloft.kernel.delivery.poll.Stream;
import dev.aloft.kernel.delivery.poll.StreamPoller;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.pattern.EventPattern;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Runs the poller of each pipe that is running: the same that event source mappings have. */
final class PipePollers {
    private static final System.Logger LOG = System.getLogger(PipePollers.class.getName());
    private static final Duration KEYS_AGAIN = Duration.ofMinutes(1);

    private final PipesData data;
    private final Store store;
    private final Endpoint endpoint;
    private final WebServers webServers;
    private final PipeKeys keys;
    private final Deliveries<Dispatch> deadLetters;
    private final Metrics metrics;
    private final Time time;
    private final Pollers pollers = new Pollers();

    PipePollers(PipesData data, Store store, Endpoint endpoint, WebServers webServers, PipeKeys keys,
            Deliveries<Dispatch> deadLetters, Metrics metrics, Time time) {
        this.data = data;
        this.store = store;
        this.endpoint = endpoint;
        this.webServers = webServers;
        this.keys = keys;
        this.metrics = metrics;
        this.deadLetters = deadLetters;
        this.time = time;
    }

    Optional<Instant> turn() {
        var running = store.<List<KeptPipe>>read(tx -> data.pipes.range(tx, Key.EMPTY).map(Row::value).toList())
                .stream()
                .filter(KeptPipe::runs).toList();
        var wanted = new HashMap<String, Pollers.Wanted>();
        running.forEach(kept -> opened(kept).ifPresent(pipe -> wanted.put(pipe.arn() + "@" + pipe.created(),
                new Pollers.Wanted(pipe.revision(), () -> poller(pipe)))));
        pollers.keep(wanted);
        // A key may be taken away, or given back.
        return running.stream().anyMatch(pipe -> pipe.sealed() != null) ? Optional.of(time.instant().plus(KEYS_AGAIN))
                : Optional.empty();
    }

    private Optional<KeptPipe> opened(KeptPipe pipe) {
        try {
            return Optional.of(keys.opened(pipe));
        } catch (ApiError refused) {
            LOG.log(System.Logger.Level.WARNING, pipe.arn() + " does not run: " + refused);
            return Optional.empty();
        }
    }

    private Poller poller(KeptPipe pipe) {
        Supplier<Caller> role = () -> keys.role(pipe);
        var consumer = new PipeConsumer(pipe, endpoint, webServers, role, metrics, time);
        var source = pipe.settings().sourceParameters();
        var name = "of pipe " + pipe.name();
        if (pipe.source().service().equals("sqs")) {
            var queue = new SqsQueue(endpoint, pipe.source(), role, false);
            var filter = filter(pipe, "body");
            var parameters = source.sqsQueueParameters();
            var settings = new QueuePoller.Settings(parameters.batchSize(),
                    seconds(parameters.maximumBatchingWindowInSeconds()), Scaling.upTo(0),
                    queue.isFifo());
            return new QueuePoller(name, queue, settings, item -> filter.wants(item.event()), consumer, time);
        }
        return streamPoller(pipe, StreamSettings.of(pipe), name, role, consumer);
    }

    private Poller streamPoller(KeptPipe pipe, StreamSettings given, String name, Supplier<Caller> role,
            PipeConsumer consumer) {
        boolean kinesis = pipe.source().service().equals("kinesis");
        var stream = kinesis ? new KinesisStream(endpoint, pipe.source(), role, () -> pipe.settings().roleArn())
                : new DynamoDbStream(endpoint, pipe.source(), role);
        var filter = filter(pipe, kinesis ? "data" : null);
        boolean fromNow = given.position().equals("LATEST");
        var start = switch (given.position()) {
            case "LATEST" -> new Stream.Start.At(pipe.created());
            case "AT_TIMESTAMP" -> new Stream.Start.At(given.timestamp());
            default -> new Stream.Start.Horizon();
        };
        var settings = new StreamPoller.Settings(start, fromNow ? pipe.created() : Instant.EPOCH, given.batchSize(),
                seconds(given.windowSeconds()), given.bisects(), given.retries(),
                        Duration.ofSeconds(given.maximumAgeSeconds()),
                given.parallelization(), 0);
        return new StreamPoller(name, stream, settings, item -> filter.wants(stream.filtered(item)), consumer,
                new Progress(pipe), time);
    }

    private static Duration seconds(Integer given) {
        return Duration.ofSeconds(given == null ? 0 : given);
    }

    private static ItemFilter filter(KeptPipe pipe, String content) {
        var criteria = pipe.settings().sourceParameters().filterCriteria();
        var patterns = criteria == null || criteria.filters() == null ? List.<String>of()
                : criteria.filters().stream().map(Pipes.Filter::pattern).toList();
        try {
            return new ItemFilter(patterns, content);
        } catch (EventPattern.Malformed e) {
            throw new IllegalStateException("A pattern that was checked is none: " + e.getMessage());
        }
    }

    private final class Progress implements StreamPoller.Progress {
        private final KeptPipe pipe;
        private final Checkpoints checkpoints;

        Progress(KeptPipe pipe) {
            this.pipe = pipe;
            this.checkpoints = new Checkpoints(store, data.checkpoints, pipe.key());
        }

        @Override
        public StreamPoller.Checkpoint checkpoint(String shard) {
            return checkpoints.of(shard);
        }

        @Override
        public void reached(String shard, UnaryOperator<StreamPoller.Checkpoint> change,
                Optional<StreamPoller.Dropped> dropped) {
            var config = StreamSettings.of(pipe).deadLetters();
            var id = UUID.randomUUID().toString();
            store.change(tx -> {
                // Its name may be another pipe's by now, which begins anew.
                if (data.pipes.get(tx, pipe.key()).filter(it -> it.created().equals(pipe.created())).isPresent()) {
                    checkpoints.change(tx, shard, change);
                    if (dropped.isPresent() && config != null) {
                        deadLetters.promise(tx, id, new Dispatch(pipe.account(), pipe.region(), "pipes.amazonaws.com",
                                pipe.arn(),
                                pipe.settings().roleArn(), config,
                                        Event.of(JsonWriter.bytes(letter(shard, dropped.get())))));
                    }
                }
            });
        }

        /** What is said of records that are given up; the records themselves are in the stream still. */
        private Map<String, Object> letter(String shard, StreamPoller.Dropped dropped) {
            var items = dropped.batch().items();
            var context = new LinkedHashMap<String, Object>();
            context.put("partnerResourceArn", pipe.arn());
            context.put("condition", dropped.condition());
            var batch = new LinkedHashMap<String, Object>();
            batch.put("shardId", shard);
            batch.put("startSequenceNumber", items.getFirst().id());
            batch.put("endSequenceNumber", items.getLast().id());
            batch.put("approximateArrivalOfFirstRecord", items.getFirst().at().toString());
            batch.put("approximateArrivalOfLastRecord", items.getLast().at().toString());
            batch.put("batchSize", items.size());
            batch.put("streamArn", pipe.settings().source());
            var letter = new LinkedHashMap<String, Object>();
            letter.put("context", context);
            letter.put("version", "1.0");
            letter.put("timestamp", time.instant().truncatedTo(ChronoUnit.MILLIS).toString());
            letter.put(pipe.source().service().equals("kinesis") ? "KinesisBatchInfo" : "DDBStreamBatchInfo", batch);
            return letter;
        }
    }
}
