package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.EventSourceMappingConfiguration;
import dev.aloft.kernel.delivery.poll.SqsQueue;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.lambda.source.Mapping;
import dev.aloft.service.lambda.source.Sources;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Event source mappings: made, told, changed, deleted.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html">CreateEventSourceMapping</a>
 */
final class EventSourceMappings {
    private static final int PAGE = 100;
    private static final int USUAL_POLLERS = 200;

    private final Store store;
    private final Functions functions;
    private final Sources sources;
    private final DestinationAccess access;
    private final EncryptedCriteria criteria;
    private final Time time;

    EventSourceMappings(Store store, Functions functions, Sources sources, DestinationAccess access,
            EncryptedCriteria criteria, Time time) {
        this.criteria = criteria;
        this.store = store;
        this.functions = functions;
        this.sources = sources;
        this.access = access;
        this.time = time;
    }

    EventSourceMappingConfiguration create(Caller caller, Lambda.CreateEventSourceMappingRequest r) {
        var source = MappingRules.check(r);
        boolean queue = source.service().equals("sqs");
        var name = FunctionName.of(caller, r.functionName());
        var made = Instant.from(time.instant()).truncatedTo(ChronoUnit.MILLIS);
        var uuid = UUID.randomUUID().toString();
        var configuration = queue ? queue(r) : stream(r);
        configuration.uuid(uuid).eventSourceArn(source.toString()).functionArn(name.qualifiedArn()).lastModified(made)
                .eventSourceMappingArn(arn(caller, uuid))
                .state(Boolean.FALSE.equals(r.enabled()) ? "Disabled" : "Enabled")
                .stateTransitionReason(queue ? "USER_INITIATED" : "User action");
        var mapping = new Mapping(uuid, name.account(), name.region(), name.name(), name.qualifier(),
                !Boolean.FALSE.equals(r.enabled()),
                configuration.build(), made, UUID.randomUUID().toString(),
                r.tags() == null ? Map.of() : r.tags(), null);
        MappingRules.check(mapping);
        checkSource(caller, name, mapping);
        var kept = criteria.kept(caller, mapping);
        store.change(tx -> {
            refuseSecond(tx, mapping);
            LambdaData.MAPPINGS.put(tx, key(mapping), kept);
            tx.afterCommit(sources::changed);
        });
        return told(mapping).toBuilder().state(mapping.enabled() || !queue ? "Creating" : "Disabled").build();
    }

    EventSourceMappingConfiguration get(Caller caller, String uuid) {
        var mapping = store.read(tx -> find(tx, caller, uuid));
        return criteria.told(caller, mapping, told(mapping));
    }

    EventSourceMappingConfiguration delete(Caller caller, String uuid) {
        var gone = store.write(tx -> {
            var mapping = find(tx, caller, uuid);
            LambdaData.MAPPINGS.delete(tx, key(mapping));
            LambdaData.CHECKPOINTS.deleteAll(tx, Key.of(uuid));
            tx.afterCommit(sources::changed);
            return mapping;
        });
        return criteria.told(caller, gone, told(gone)).toBuilder().state("Deleting").build();
    }

    EventSourceMappingConfiguration update(Caller caller, Lambda.UpdateEventSourceMappingRequest r) {
        MappingRules.refuseUnbuilt(r);
        var before = store.read(tx -> find(tx, caller, r.uuid()));
        boolean queue = before.isQueue();
        MappingRules.check(queue, r);
        var name = r.functionName() == null
                ? new FunctionName(before.account(), before.region(), before.functionName(), before.qualifier())
                : FunctionName.of(caller, r.functionName());
        boolean enabled = r.enabled() == null ? before.enabled() : r.enabled();
        var now = Instant.from(time.instant()).truncatedTo(ChronoUnit.MILLIS);
        boolean sealed = before.sealed() != null && r.filterCriteria() == null && r.kmsKeyArn() == null
                && name.qualifiedArn().equals(before.configuration().functionArn());
        var changed = changed(before, r, () -> sealed ? null : criteria.plain(caller, before)).toBuilder()
                .functionArn(name.qualifiedArn()).lastModified(now)
                .state(enabled ? "Enabled" : "Disabled").build();
        var after = new Mapping(before.uuid(), before.account(), before.region(), name.name(), name.qualifier(),
                enabled, changed, before.created(), UUID.randomUUID().toString(), before.tags(), null);
        MappingRules.check(after);
        checkSource(caller, name, after);
        var kept = sealed ? after.with(changed, before.sealed()) : criteria.kept(caller, after);
        store.change(tx -> {
            find(tx, caller, r.uuid());
            LambdaData.MAPPINGS.put(tx, key(after), kept);
            tx.afterCommit(sources::changed);
        });
        var state = enabled == before.enabled() ? "Updating" : enabled ? "Enabling" : "Disabling";
        return criteria.told(caller, kept, told(kept)).toBuilder().state(state).build();
    }

    Lambda.ListEventSourceMappingsResponse list(Caller caller, Lambda.ListEventSourceMappingsRequest r) {
        var account = Key.of(caller.account(), caller.region());
        var function = r.functionName() == null ? null : FunctionName.of(caller, r.functionName());
        var page = store.read(tx -> Paged.of(LambdaData.MAPPINGS.range(tx, Paged.after(account, r.marker()))
                .filter(row -> r.eventSourceArn() == null
                        || r.eventSourceArn().equals(row.value().configuration().eventSourceArn()))
                .filter(row -> function == null || isFor(row.value(), function)), r.maxItems(), PAGE));
        return Lambda.ListEventSourceMappingsResponse.of(a -> a
                .eventSourceMappings(page.items().stream().map(this::told).toList()).nextMarker(page.next()));
    }

    private static boolean isFor(Mapping mapping, FunctionName function) {
        var own = new FunctionName(mapping.account(), mapping.region(), mapping.functionName(), mapping.qualifier());
        return own.unqualified().equals(function.unqualified())
                && (function.isLatest() ? own.isLatest() : function.qualifier().equals(own.qualifier()));
    }

    // ---- of a request

    private EventSourceMappingConfiguration.Builder queue(Lambda.CreateEventSourceMappingRequest r) {
        var builder = new EventSourceMappingConfiguration.Builder();
        return builder.batchSize(r.batchSize() == null ? 10 : r.batchSize())
                .maximumBatchingWindowInSeconds(r.maximumBatchingWindowInSeconds() == null ? 0
                        : r.maximumBatchingWindowInSeconds())
                .filterCriteria(criteria(r.filterCriteria())).kmsKeyArn(key(r.kmsKeyArn()))
                .scalingConfig(r.scalingConfig()).metricsConfig(r.metricsConfig())
                .provisionedPollerConfig(pollers(r.provisionedPollerConfig()))
                .functionResponseTypes(r.functionResponseTypes() == null ? List.of() : r.functionResponseTypes());
    }

    private EventSourceMappingConfiguration.Builder stream(Lambda.CreateEventSourceMappingRequest r) {
        var builder = new EventSourceMappingConfiguration.Builder();
        return builder.batchSize(r.batchSize() == null ? 100 : r.batchSize())
                .maximumBatchingWindowInSeconds(r.maximumBatchingWindowInSeconds() == null ? 0
                        : r.maximumBatchingWindowInSeconds())
                .filterCriteria(criteria(r.filterCriteria())).kmsKeyArn(key(r.kmsKeyArn()))
                .metricsConfig(r.metricsConfig())
                .functionResponseTypes(r.functionResponseTypes() == null ? List.of() : r.functionResponseTypes())
                .bisectBatchOnFunctionError(Boolean.TRUE.equals(r.bisectBatchOnFunctionError()))
                .destinationConfig(destinations(r.destinationConfig()))
                .maximumRecordAgeInSeconds(r.maximumRecordAgeInSeconds() == null ? -1 : r.maximumRecordAgeInSeconds())
                .maximumRetryAttempts(r.maximumRetryAttempts() == null ? -1 : r.maximumRetryAttempts())
                .parallelizationFactor(r.parallelizationFactor() == null ? 1 : r.parallelizationFactor())
                .tumblingWindowInSeconds(r.tumblingWindowInSeconds() == null ? 0 : r.tumblingWindowInSeconds())
                .startingPosition(r.startingPosition()).startingPositionTimestamp(r.startingPositionTimestamp());
    }

    private static EventSourceMappingConfiguration changed(Mapping before, Lambda.UpdateEventSourceMappingRequest r,
            Supplier<Lambda.FilterCriteria> had) {
        var old = before.configuration();
        var builder = old.toBuilder()
                .batchSize(or(r.batchSize(), old.batchSize()))
                .maximumBatchingWindowInSeconds(or(r.maximumBatchingWindowInSeconds(),
                        old.maximumBatchingWindowInSeconds()))
                .filterCriteria(r.filterCriteria() == null ? had.get() : criteria(r.filterCriteria()))
                .kmsKeyArn(r.kmsKeyArn() == null ? old.kmsKeyArn() : key(r.kmsKeyArn()))
                .functionResponseTypes(or(r.functionResponseTypes(), old.functionResponseTypes()))
                .metricsConfig(or(r.metricsConfig(), old.metricsConfig()));
        if (before.isQueue()) {
            builder.provisionedPollerConfig(r.provisionedPollerConfig() == null ? old.provisionedPollerConfig()
                    : pollers(r.provisionedPollerConfig()));
            boolean none = r.scalingConfig() != null && r.scalingConfig().maximumConcurrency() == null;
            return builder.scalingConfig(none ? null : or(r.scalingConfig(), old.scalingConfig())).build();
        }
        return builder.bisectBatchOnFunctionError(or(r.bisectBatchOnFunctionError(), old.bisectBatchOnFunctionError()))
                .destinationConfig(r.destinationConfig() == null ? old.destinationConfig()
                        : destinations(r.destinationConfig()))
                .maximumRecordAgeInSeconds(or(r.maximumRecordAgeInSeconds(), old.maximumRecordAgeInSeconds()))
                .maximumRetryAttempts(or(r.maximumRetryAttempts(), old.maximumRetryAttempts()))
                .parallelizationFactor(or(r.parallelizationFactor(), old.parallelizationFactor()))
                .tumblingWindowInSeconds(or(r.tumblingWindowInSeconds(), old.tumblingWindowInSeconds())).build();
    }

    /** An empty one, in an update, ends provisioned mode. */
    private static Lambda.ProvisionedPollerConfig pollers(Lambda.ProvisionedPollerConfig given) {
        if (given == null || given.minimumPollers() == null && given.maximumPollers() == null) {
            return null;
        }
        return Lambda.ProvisionedPollerConfig.of(p ->
                p.minimumPollers(or(given.minimumPollers(), MappingRules.LEAST_POLLERS))
                .maximumPollers(or(given.maximumPollers(), USUAL_POLLERS)));
    }

    private static <V> V or(V given, V old) {
        return given == null ? old : given;
    }

    private static String key(String given) {
        return given == null || given.isEmpty() ? null : given;
    }

    /** Criteria without a filter are none. */
    private static Lambda.FilterCriteria criteria(Lambda.FilterCriteria given) {
        return given == null || given.filters() == null || given.filters().isEmpty() ? null : given;
    }

    private static Lambda.DestinationConfig destinations(Lambda.DestinationConfig given) {
        var target = given == null || given.onFailure() == null ? null : given.onFailure().destination();
        return Lambda.DestinationConfig.of(d -> d.onFailure(
                Lambda.OnFailure.of(f -> f.destination(target == null || target.isEmpty() ? null : target))));
    }

    // ---- what the source and the function must be

    private Lambda.FunctionConfiguration function(FunctionName name) {
        try {
            var function = functions.configuration(name);
            Tenancy.checkWithout(function, "Event source mapping");
            if (function.durableConfig() != null && name.qualifier() == null) {
                throw MappingRules.invalid("You cannot invoke a durable function using an unqualified ARN.");
            }
            return function;
        } catch (Lambda.ResourceNotFoundException _) {
            throw MappingRules.invalid("Function does not exist");
        }
    }

    /** The source must be there, and the function's role must be able to read it and to tell what was given up. */
    private void checkSource(Caller caller, FunctionName name, Mapping mapping) {
        var function = function(name);
        if (mapping.isQueue()) {
            checkQueue(mapping, function.timeout());
        } else {
            checkStream(mapping);
            access.checkBatches(caller, name, function.role(), mapping.onFailure());
        }
    }

    private void checkStream(Mapping mapping) {
        try {
            sources.stream(mapping).shards();
        } catch (ApiError refused) {
            if (refused.code().equals("ResourceNotFoundException")) {
                throw MappingRules.invalid("Stream not found: " + mapping.configuration().eventSourceArn());
            }
            throw MappingRules.invalid("Cannot access stream " + mapping.configuration().eventSourceArn()
                    + ". Please ensure the role can perform the"
                    + " GetRecords, GetShardIterator, DescribeStream, "
                    + (mapping.source().service().equals("kinesis") ? "ListShards, " : "")
                    + "and ListStreams Actions on your stream in IAM.");
        }
    }

    private void checkQueue(Mapping mapping, int timeoutSeconds) {
        var queue = sources.queue(mapping);
        var attributes = asked(queue, "GetQueueAttributes", queue::attributesOfQueue);
        int visibility = Integer.parseInt(attributes.get("VisibilityTimeout"));
        if (visibility < timeoutSeconds) {
            throw MappingRules.invalid("Queue visibility timeout: " + visibility
                    + " seconds is less than Function timeout: " + timeoutSeconds + " seconds");
        }
        // Where nothing waits, trying takes nothing away.
        if ("0".equals(attributes.get("ApproximateNumberOfMessages"))) {
            asked(queue, "ReceiveMessage", () -> queue.receive(1, 0));
        }
    }

    private static <V> V asked(SqsQueue queue, String operation, Supplier<V> call) {
        try {
            return call.get();
        } catch (ApiError refused) {
            if (refused.status() == 403) {
                throw MappingRules.invalid("The function execution role does not have permissions to call " + operation
                        + " on SQS");
            }
            var code = refused.code().equals("QueueDoesNotExist") ? "AWS.SimpleQueueService.NonExistentQueue"
                    : refused.code();
            throw MappingRules.invalid("Error occurred while ReceiveMessage. SQS Error Code: " + code
                    + ". SQS Error Message: " + refused.getMessage());
        }
    }

    private static void refuseSecond(ReadTx tx, Mapping mapping) {
        LambdaData.MAPPINGS.range(tx, Key.of(mapping.account(), mapping.region())).map(Row::value)
                .filter(other -> other.configuration().eventSourceArn().equals(mapping.configuration().eventSourceArn())
                        && other.configuration().functionArn().equals(mapping.configuration().functionArn()))
                .findFirst().ifPresent(other -> {
                    var what = mapping.isQueue() ? "An event source mapping with SQS arn" : "The event source arn";
                    throw new Lambda.ResourceConflictException(what + " (\" " + mapping.configuration().eventSourceArn()
                            + " \") and function (\" " + mapping.functionName() + " \") "
                            + (mapping.isQueue() ? "" : "provided mapping ")
                            + "already exists. Please update or delete the existing mapping with UUID " + other.uuid());
                });
    }

    // ---- keeping and telling

    private static Mapping find(ReadTx tx, Caller caller, String uuid) {
        return LambdaData.MAPPINGS.get(tx, Key.of(caller.account(), caller.region(), uuid))
                .orElseThrow(() -> new Lambda.ResourceNotFoundException("The resource you requested does not exist."));
    }

    private static Key key(Mapping mapping) {
        return Key.of(mapping.account(), mapping.region(), mapping.uuid());
    }

    static String arn(Caller caller, String uuid) {
        return caller.arn("lambda", "event-source-mapping:" + uuid).toString();
    }

    private EventSourceMappingConfiguration told(Mapping mapping) {
        return mapping.isQueue() ? mapping.configuration()
                : mapping.configuration().toBuilder().lastProcessingResult(sources.lastResult(mapping.uuid())).build();
    }

    Map<String, String> tags(String arn) {
        return store.read(tx -> tagged(tx, arn)).tags();
    }

    void changeTags(String arn, Consumer<TreeMap<String, String>> change) {
        store.change(tx -> {
            var mapping = tagged(tx, arn);
            var tags = new TreeMap<>(mapping.tags());
            change.accept(tags);
            Settings.tags(tags);
            LambdaData.MAPPINGS.put(tx, key(mapping), mapping.withTags(tags));
        });
    }

    private static Mapping tagged(ReadTx tx, String text) {
        var arn = Arn.parse(text);
        return LambdaData.MAPPINGS.get(tx, Key.of(arn.account(), arn.region(), arn.resourceName()))
                .orElseThrow(() -> new Lambda.ResourceNotFoundException("Event source mapping not found: " + text));
    }
}
