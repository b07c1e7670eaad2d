package dev.aloft.service.lambda.source;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.kernel.delivery.poll.Checkpoints;
import dev.aloft.kernel.delivery.poll.DynamoDbStream;
import dev.aloft.kernel.delivery.poll.Item;
import dev.aloft.kernel.delivery.poll.ItemFilter;
import dev.aloft.kernel.delivery.poll.KinesisConsumer;
import dev.aloft.kernel.delivery.poll.KinesisStream;
import dev.aloft.kernel.delivery.poll.Poller;
import dev.aloft.kernel.delivery.poll.Pollers;
import dev.aloft.kernel.delivery.poll.QueuePoller;
import dev.aloft.kernel.delivery.poll.Scaling;
import dev.aloft.kernel.delivery.poll.SqsQueue;
import dev.aloft.kernel.delivery.poll.Stream;
import dev.aloft.kernel.delivery.poll.StreamPoller;
import dev.aloft.kernel.pattern.EventPattern;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.lambda.async.Destinations;
import dev.aloft.service.lambda.invoke.ExecutionRoles;
import dev.aloft.service.lambda.invoke.Invocations;
import dev.aloft.service.lambda.invoke.MappingMeasures;
import dev.aloft.service.lambda.invoke.Measures;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Runs a poller for each mapping that is enabled. */
public final class Sources {
    /** AWS's word before anything was processed. */
    public static final String NOTHING_YET = "No records processed";
    /** How often it is looked whether keys that filters need are good. */
    private static final Duration KEY_LOOK = Duration.ofMinutes(1);

    /** The functions as mappings need them. */
    public interface Functions {
        /** Runs a batch; throws ApiError when it could not be run. */
        Invocations.Result run(Mapping mapping, String requestId, byte[] payload, List<Item> items);

        /** The role of a mapping's function; throws ApiError when there is no such function. */
        String role(Mapping mapping);

        /** The filter patterns of a mapping that lie encrypted; throws ApiError when its key is no good. */
        List<String> patterns(Caller lambda, Mapping mapping);
    }

    private final Store store;
    private final Table<Mapping> mappings;
    private final Table<StreamPoller.Checkpoint> checkpoints;
    private final Endpoint endpoint;
    private final ExecutionRoles roles;
    private final Functions functions;
    private final Destinations destinations;
    private final Measures measures;
    private final Supplier<String> endpointUrl;
    private final Time time;
    private final Pollers pollers = new Pollers();
    private final Signal signal = new Signal();
    private final Map<String, String> results = new ConcurrentHashMap<>();

    /**
     * @param mappings    by account, region and UUID
     * @param checkpoints by UUID and shard
     */
    public Sources(Store store, Table<Mapping> mappings, Table<StreamPoller.Checkpoint> checkpoints, Endpoint endpoint,
            ExecutionRoles roles, Functions functions, Destinations destinations, Measures measures,
            Supplier<String> endpointUrl, Time time) {
        this.store = store;
        this.mappings = mappings;
        this.checkpoints = checkpoints;
        this.endpoint = endpoint;
        this.roles = roles;
        this.functions = functions;
        this.destinations = destinations;
        this.measures = measures;
        this.endpointUrl = endpointUrl;
        this.time = time;
    }

    public Worker worker() {
        return new Worker("lambda-sources", signal, this::turn);
    }

    /** Something about mappings has changed. */
    public void changed() {
        signal.raise();
    }

    /** How it went the last time, since the start of the platform. */
    public String lastResult(String uuid) {
        return results.getOrDefault(uuid, NOTHING_YET);
    }

    private Optional<Instant> turn() {
        var all = store.<List<Mapping>>read(tx -> mappings.range(tx, Key.EMPTY).map(Row::value).toList());
        var wanted = new HashMap<String, Pollers.Wanted>();
        for (var mapping : all) {
            if (mapping.enabled() && knowsWhatItWants(mapping)) {
                wanted.put(mapping.uuid(), new Pollers.Wanted(mapping.revision(), () -> poller(mapping)));
            }
        }
        pollers.keep(wanted);
        results.keySet().retainAll(all.stream().map(Mapping::uuid).toList());
        return all.stream().anyMatch(mapping -> mapping.sealed() != null)
                ? Optional.of(time.instant().plus(KEY_LOOK)) : Optional.empty();
    }

    /** A mapping whose filters cannot be decrypted reads nothing: what it would pass on is not for its function. */
    private boolean knowsWhatItWants(Mapping mapping) {
        try {
            patterns(mapping);
            return true;
        } catch (ApiError keyIsNoGood) {
            results.put(mapping.uuid(), "PROBLEM: " + keyIsNoGood.getMessage());
            return false;
        }
    }

    private List<String> patterns(Mapping mapping) {
        return mapping.sealed() == null ? mapping.patterns()
                : functions.patterns(lambda(mapping, UUID.randomUUID().toString()), mapping);
    }

    /** Calls as the role of the mapping's function. */
    public Caller reader(Mapping mapping) {
        return roles.assume(lambda(mapping, UUID.randomUUID().toString()), functions.role(mapping),
                mapping.functionName()).caller();
    }

    /** Lambda itself, at work for a mapping. */
    public Caller lambda(Mapping mapping, String requestId) {
        var source = new Arn("aws", "lambda", mapping.region(), mapping.account(),
                "event-source-mapping:" + mapping.uuid());
        return new Caller(mapping.account(), mapping.region(),
                new Principal.Service("lambda.amazonaws.com", source.toString()),
                requestId, null, 0, endpointUrl.get(), null, null);
    }

    public SqsQueue queue(Mapping mapping) {
        var window = mapping.configuration().maximumBatchingWindowInSeconds();
        return new SqsQueue(endpoint, mapping.source(), () -> reader(mapping), window != null && window > 0);
    }

    public Stream stream(Mapping mapping) {
        if (KinesisConsumer.isConsumer(mapping.source())) {
            return new KinesisConsumer(endpoint, mapping.source(), () -> reader(mapping),
                    () -> functions.role(mapping), time);
        }
        return mapping.source().service().equals("kinesis")
                ? new KinesisStream(endpoint, mapping.source(), () -> reader(mapping), () -> functions.role(mapping))
                : new DynamoDbStream(endpoint, mapping.source(), () -> reader(mapping));
    }

    private Poller poller(Mapping mapping) {
        var name = "of mapping " + mapping.uuid();
        var measured = measures.ofMapping(mapping.account(), mapping.region(), mapping.uuid());
        var consumer = new MappingConsumer(mapping, functions, mapping.countsEvents() ? measured : MappingMeasures.NONE,
                measured, result -> results.put(mapping.uuid(), result));
        var c = mapping.configuration();
        var window = Duration.ofSeconds(c.maximumBatchingWindowInSeconds() == null ? 0
                : c.maximumBatchingWindowInSeconds());
        if (mapping.isQueue()) {
            var queue = queue(mapping);
            var filter = filter(mapping, "body");
            return new QueuePoller(name, queue,
                    new QueuePoller.Settings(c.batchSize(), window, scaling(c), queue.isFifo()),
                    item -> filter.wants(item.event()), consumer, time);
        }
        var stream = stream(mapping);
        var filter = filter(mapping, mapping.source().service().equals("kinesis") ? "data" : null);
        boolean fromNow = "LATEST".equals(c.startingPosition());
        var start = switch (c.startingPosition()) {
            case "TRIM_HORIZON" -> new Stream.Start.Horizon();
            case "AT_TIMESTAMP" -> new Stream.Start.At(c.startingPositionTimestamp());
            default -> new Stream.Start.At(mapping.created());
        };
        var settings = new StreamPoller.Settings(start, fromNow ? mapping.created() : Instant.EPOCH, c.batchSize(),
                window, Boolean.TRUE.equals(c.bisectBatchOnFunctionError()), c.maximumRetryAttempts(),
                Duration.ofSeconds(c.maximumRecordAgeInSeconds()), c.parallelizationFactor(),
                c.tumblingWindowInSeconds());
        return new StreamPoller(name, stream, settings, item -> filter.wants(stream.filtered(item)), consumer,
                new Progress(mapping, consumer), time);
    }

    private static Scaling scaling(Lambda.EventSourceMappingConfiguration c) {
        var pollers = c.provisionedPollerConfig();
        if (pollers != null) {
            return Scaling.provisioned(pollers.minimumPollers(), pollers.maximumPollers());
        }
        var most = c.scalingConfig() == null ? null : c.scalingConfig().maximumConcurrency();
        return Scaling.upTo(most == null ? 0 : most);
    }

    private ItemFilter filter(Mapping mapping, String content) {
        try {
            return new ItemFilter(patterns(mapping), content);
        } catch (EventPattern.Malformed e) {
            throw new IllegalStateException("A pattern that was checked is none: " + e.getMessage());
        }
    }

    private final class Progress implements StreamPoller.Progress {
        private final Mapping mapping;
        private final Checkpoints checkpoints;
        private final MappingConsumer consumer;

        Progress(Mapping mapping, MappingConsumer consumer) {
            this.mapping = mapping;
            this.checkpoints = new Checkpoints(store, Sources.this.checkpoints, Key.of(mapping.uuid()));
            this.consumer = consumer;
        }

        @Override
        public StreamPoller.Checkpoint checkpoint(String shard) {
            return checkpoints.of(shard);
        }

        private Optional<Destinations.Counted> counted(Optional<StreamPoller.Dropped> dropped) {
            return dropped.filter(_ -> mapping.countsEvents())
                    .map(it -> new Destinations.Counted(mapping.uuid(), it.batch().items().size()));
        }

        @Override
        public void reached(String shard, UnaryOperator<StreamPoller.Checkpoint> change,
                Optional<StreamPoller.Dropped> dropped) {
            var target = mapping.onFailure();
            var id = UUID.randomUUID().toString();
            var now = time.instant();
            var record = dropped.filter(_ -> target != null).map(given -> BatchRecord.json(mapping, given, id, now,
                    Arn.parse(target).service().equals("s3") ? consumer.whole(given.batch().items(), shard) : null));
            var role = record.map(_ -> functions.role(mapping));
            store.change(tx -> {
                if (mappings.has(tx, Key.of(mapping.account(), mapping.region(), mapping.uuid()))) {
                    checkpoints.change(tx, shard, change);
                    record.ifPresent(json -> destinations
                            .promise(tx, id, mapping.configuration().functionArn(), role.get(), target, json,
                            mapping.uuid() + "/" + shard, counted(dropped)));
                    if (target == null) {
                        counted(dropped).ifPresent(it -> tx.afterCommit(() -> measures
                                .ofMapping(mapping.account(), mapping.region(), it.mapping()).dropped(it.events())));
                    }
                }
            });
        }
    }
}
