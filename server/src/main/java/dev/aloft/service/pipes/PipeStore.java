package dev.aloft.service.pipes;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Pipes;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.call.WebServers;
import dev.aloft.kernel.pattern.EventPattern;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Pipes as they are made, changed, started, stopped and deleted. */
final class PipeStore {
    private static final int PAGE = 100;
    private static final int OF_A_QUEUE = 10;
    private static final int OF_A_STREAM = 100;
    private static final Set<String> SOURCES = Set.of("sqs", "dynamodb", "kinesis");

    private final PipesData data;
    private final WebServers webServers;
    private final Store store;
    private final Time time;
    private final Runnable changed;

    /** @param changed tells those who poll */
    PipeStore(PipesData data, WebServers webServers, Store store, Time time, Runnable changed) {
        this.data = data;
        this.webServers = webServers;
        this.store = store;
        this.time = time;
        this.changed = changed;
    }

    KeptPipe create(Caller caller, Pipes.CreatePipeRequest input) {
        check(input);
        var now = time.instant();
        var settings = input.toBuilder().sourceParameters(filledIn(input)).desiredState(input.desiredState() == null
                ? Pipes.RequestedPipeState.RUNNING : input.desiredState()).build();
        var pipe = new KeptPipe(caller.account(), caller.region(), settings, UUID.randomUUID().toString(), now, now);
        store.change(tx -> {
            if (!data.pipes.putIfAbsent(tx, pipe.key(), pipe)) {
                throw new Pipes.ConflictException("Pipe " + input.name() + " already exists.");
            }
        });
        changed.run();
        return pipe;
    }

    private void check(Pipes.CreatePipeRequest input) {
        if (!Arn.isArn(input.source()) || !SOURCES.contains(Arn.parse(input.source()).service())) {
            throw ApiError.notBuilt("A source " + input.source());
        }
        var source = input.sourceParameters();
        var kind = Arn.parse(input.source()).service();
        require("DynamoDBStreamParameters", kind.equals("dynamodb"), source == null ? null
                : source.dynamoDBStreamParameters());
        require("KinesisStreamParameters", kind.equals("kinesis"), source == null ? null
                : source.kinesisStreamParameters());
        checkFilters(source);
        checkEnrichment(input);
        checkTarget(input);
        refuseWhatIsNotBuilt(input);
    }

    private void checkEnrichment(Pipes.CreatePipeRequest input) {
        if (input.enrichment() == null || input.enrichment().isEmpty()) {
            return;
        }
        var arn = Arn.parse(input.enrichment());
        if (!arn.service().equals("lambda") && !webServers.takes(arn)) {
            throw ApiError.notBuilt("An enrichment by service " + arn.service());
        }
        var parameters = input.enrichmentParameters();
        if (parameters != null && parameters.httpParameters() != null && !webServers.takes(arn)) {
            throw new Pipes.ValidationException("HttpParameters are not supported for this enrichment.");
        }
    }

    private void checkTarget(Pipes.CreatePipeRequest input) {
        var target = Arn.parse(input.target());
        int most = PipeTargets.most(target, webServers);
        if (most == 0) {
            throw ApiError.notBuilt("A target " + input.target());
        }
        var given = input.targetParameters();
        var parameters = given == null ? Pipes.PipeTargetParameters.of(_ -> { }) : given;
        if (target.service().equals("kinesis") && parameters.kinesisStreamParameters() == null) {
            throw new Pipes.ValidationException("KinesisStreamParameters with a PartitionKey are required for this target.");
        }
        of(target.service().equals("kinesis"), "KinesisStreamParameters", parameters.kinesisStreamParameters());
        of(target.service().equals("sqs"), "SqsQueueParameters", parameters.sqsQueueParameters());
        of(target.service().equals("lambda"), "LambdaFunctionParameters", parameters.lambdaFunctionParameters());
        of(target.service().equals("logs"), "CloudWatchLogsParameters", parameters.cloudWatchLogsParameters());
        of(target.resource().startsWith("event-bus/"), "EventBridgeEventBusParameters",
                parameters.eventBridgeEventBusParameters());
        of(webServers.takes(target), "HttpParameters", parameters.httpParameters());
        var batch = batchSize(input.sourceParameters());
        if (batch != null && batch > most) {
            throw new Pipes.ValidationException("The BatchSize of the source is larger than the " + most
                    + " that the target takes at once.");
        }
    }

    private static void of(boolean ofThisTarget, String name, Object given) {
        if (given != null && !ofThisTarget) {
            throw new Pipes.ValidationException(name + " are not supported for this target.");
        }
    }

    private static Integer batchSize(Pipes.PipeSourceParameters source) {
        if (source == null) {
            return null;
        }
        if (source.sqsQueueParameters() != null) {
            return source.sqsQueueParameters().batchSize();
        }
        return source.kinesisStreamParameters() != null ? source.kinesisStreamParameters().batchSize()
                : source.dynamoDBStreamParameters() != null ? source.dynamoDBStreamParameters().batchSize() : null;
    }

    private static void require(String parameters, boolean ofThisSource, Object given) {
        if (ofThisSource && given == null) {
            throw new Pipes.ValidationException(parameters + " with a StartingPosition are required for this source.");
        }
    }

    private static void checkFilters(Pipes.PipeSourceParameters source) {
        if (source == null || source.filterCriteria() == null || source.filterCriteria().filters() == null) {
            return;
        }
        for (var filter : source.filterCriteria().filters()) {
            try {
                EventPattern.parse(filter.pattern());
            } catch (EventPattern.Malformed e) {
                throw new Pipes.ValidationException("Event pattern is not valid. Reason: " + e.getMessage());
            }
        }
    }

    private static void refuseWhatIsNotBuilt(Pipes.CreatePipeRequest input) {
        var log = input.logConfiguration();
        if (log != null) {
            unbuilt("S3LogDestination", log.s3LogDestination());
        }
        unbuilt("ActiveMQBrokerParameters", input.sourceParameters(), Pipes.PipeSourceParameters::activeMQBrokerParameters);
        unbuilt("RabbitMQBrokerParameters", input.sourceParameters(), Pipes.PipeSourceParameters::rabbitMQBrokerParameters);
        unbuilt("ManagedStreamingKafkaParameters", input.sourceParameters(),
                Pipes.PipeSourceParameters::managedStreamingKafkaParameters);
        unbuilt("SelfManagedKafkaParameters", input.sourceParameters(),
                Pipes.PipeSourceParameters::selfManagedKafkaParameters);
        var target = input.targetParameters();
        if (target != null) {
            unbuilt("EcsTaskParameters", target.ecsTaskParameters());
            unbuilt("BatchJobParameters", target.batchJobParameters());
            unbuilt("RedshiftDataParameters", target.redshiftDataParameters());
            unbuilt("SageMakerPipelineParameters", target.sageMakerPipelineParameters());
            unbuilt("TimestreamParameters", target.timestreamParameters());
            unbuilt("StepFunctionStateMachineParameters", target.stepFunctionStateMachineParameters());
            unbuilt("EndpointId", target.eventBridgeEventBusParameters(),
                    Pipes.PipeTargetEventBridgeEventBusParameters::endpointId);
        }
    }

    private static <T> void unbuilt(String name, T of, Function<T, ?> value) {
        unbuilt(name, of == null ? null : value.apply(of));
    }

    private static void unbuilt(String name, Object value) {
        if (value != null) {
            throw ApiError.notBuilt("A pipe's " + name);
        }
    }

    /** What is not given is told with what AWS takes for it. */
    private Pipes.PipeSourceParameters filledIn(Pipes.CreatePipeRequest input) {
        var given = input.sourceParameters();
        int most = PipeTargets.most(Arn.parse(input.target()), webServers);
        if (Arn.parse(input.source()).service().equals("sqs")) {
            var queue = given == null ? null : given.sqsQueueParameters();
            var filled = Pipes.PipeSourceSqsQueueParameters.of(p -> p
                    .batchSize(queue == null || queue.batchSize() == null
                            ? Math.min(OF_A_QUEUE, most) : queue.batchSize())
                    .maximumBatchingWindowInSeconds(queue == null ? null : queue.maximumBatchingWindowInSeconds()));
            return Pipes.PipeSourceParameters.of(p -> p.sqsQueueParameters(filled)
                    .filterCriteria(given == null ? null : given.filterCriteria()));
        }
        if (given.kinesisStreamParameters() != null) {
            var stream = given.kinesisStreamParameters();
            return given.toBuilder().kinesisStreamParameters(stream.toBuilder()
                    .batchSize(or(stream.batchSize(), Math.min(OF_A_STREAM, most)))
                            .parallelizationFactor(or(stream.parallelizationFactor(), 1))
                    .maximumRetryAttempts(or(stream.maximumRetryAttempts(), -1))
                    .maximumRecordAgeInSeconds(or(stream.maximumRecordAgeInSeconds(), -1)).build()).build();
        }
        var stream = given.dynamoDBStreamParameters();
        return given.toBuilder().dynamoDBStreamParameters(stream.toBuilder()
                .batchSize(or(stream.batchSize(), Math.min(OF_A_STREAM, most)))
                        .parallelizationFactor(or(stream.parallelizationFactor(), 1))
                .maximumRetryAttempts(or(stream.maximumRetryAttempts(), -1))
                .maximumRecordAgeInSeconds(or(stream.maximumRecordAgeInSeconds(), -1)).build()).build();
    }

    private static int or(Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }

    KeptPipe update(Caller caller, Pipes.UpdatePipeRequest r) {
        return change(caller, r.name(), before -> {
            var source = before.sourceParameters().toBuilder();
            if (r.sourceParameters() != null) {
                source.filterCriteria(r.sourceParameters().filterCriteria());
                var queue = r.sourceParameters().sqsQueueParameters();
                if (queue != null) {
                    source.sqsQueueParameters(Pipes.PipeSourceSqsQueueParameters.of(p ->
                            p.batchSize(or(queue.batchSize(), OF_A_QUEUE))
                            .maximumBatchingWindowInSeconds(queue.maximumBatchingWindowInSeconds())));
                }
                var kinesis = r.sourceParameters().kinesisStreamParameters();
                if (kinesis != null) {
                    source.kinesisStreamParameters(before.sourceParameters().kinesisStreamParameters().toBuilder()
                            .batchSize(or(kinesis.batchSize(), OF_A_STREAM))
                                    .deadLetterConfig(kinesis.deadLetterConfig())
                            .onPartialBatchItemFailure(kinesis.onPartialBatchItemFailure())
                            .maximumBatchingWindowInSeconds(kinesis.maximumBatchingWindowInSeconds())
                            .maximumRecordAgeInSeconds(or(kinesis.maximumRecordAgeInSeconds(), -1))
                            .maximumRetryAttempts(or(kinesis.maximumRetryAttempts(), -1))
                            .parallelizationFactor(or(kinesis.parallelizationFactor(), 1)).build());
                }
                var stream = r.sourceParameters().dynamoDBStreamParameters();
                if (stream != null) {
                    source.dynamoDBStreamParameters(before.sourceParameters().dynamoDBStreamParameters().toBuilder()
                            .batchSize(or(stream.batchSize(), OF_A_STREAM)).deadLetterConfig(stream.deadLetterConfig())
                            .onPartialBatchItemFailure(stream.onPartialBatchItemFailure())
                            .maximumBatchingWindowInSeconds(stream.maximumBatchingWindowInSeconds())
                            .maximumRecordAgeInSeconds(or(stream.maximumRecordAgeInSeconds(), -1))
                            .maximumRetryAttempts(or(stream.maximumRetryAttempts(), -1))
                            .parallelizationFactor(or(stream.parallelizationFactor(), 1)).build());
                }
            }
            var next = before.toBuilder().sourceParameters(source.build()).roleArn(r.roleArn())
                    .description(given(r.description(), before.description()))
                    .desiredState(given(r.desiredState(), before.desiredState()))
                    .enrichment(given(r.enrichment(), before.enrichment()))
                    .enrichmentParameters(given(r.enrichmentParameters(), before.enrichmentParameters()))
                    .target(given(r.target(), before.target()))
                    .targetParameters(given(r.targetParameters(), before.targetParameters()))
                    .logConfiguration(given(r.logConfiguration(), before.logConfiguration())).build();
            check(next);
            return next;
        });
    }

    private static <T> T given(T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    KeptPipe setState(Caller caller, String name, String state) {
        return change(caller, name, before -> before.toBuilder().desiredState(state).build());
    }

    private KeptPipe change(Caller caller, String name, UnaryOperator<Pipes.CreatePipeRequest> how) {
        var revision = UUID.randomUUID().toString();
        var pipe = store.<KeptPipe>write(tx -> {
            var before = existing(tx, caller, name);
            var next = before.with(how.apply(before.settings()), revision, time.instant());
            data.pipes.put(tx, next.key(), next);
            return next;
        });
        changed.run();
        return pipe;
    }

    KeptPipe get(Caller caller, String name) {
        return store.<KeptPipe>read(tx -> existing(tx, caller, name));
    }

    private KeptPipe existing(ReadTx tx, Caller caller, String name) {
        return data.pipes.get(tx, Key.of(caller.account(), caller.region(), name)).orElseThrow(() ->
                new Pipes.NotFoundException("Pipe " + name + " does not exist."));
    }

    KeptPipe delete(Caller caller, String name) {
        var pipe = store.<KeptPipe>write(tx -> {
            var found = existing(tx, caller, name);
            data.pipes.delete(tx, found.key());
            data.checkpoints.deleteAll(tx, found.key());
            return found;
        });
        changed.run();
        return pipe;
    }

    Pipes.ListPipesResponse list(Caller caller, Pipes.ListPipesRequest input) {
        return store.read(tx -> {
            var all = data.pipes.range(tx, Key.of(caller.account(), caller.region())).map(Row::value)
                    .filter(it -> input.sourcePrefix() == null || it.settings().source()
                            .startsWith(input.sourcePrefix()))
                    .filter(it -> input.targetPrefix() == null || it.settings().target()
                            .startsWith(input.targetPrefix()))
                    .filter(it -> input.desiredState() == null || input.desiredState()
                            .equals(it.settings().desiredState()))
                    .filter(it -> input.currentState() == null || input.currentState().equals(state(it)));
            var page = NamedPage.of(all, KeptPipe::name, input.namePrefix(), input.nextToken(), input.limit(), PAGE,
                    PipeStore::badToken);
            return Pipes.ListPipesResponse.of(r -> r.nextToken(page.next())
                    .pipes(page.items().stream().map(PipeStore::told).toList()));
        });
    }

    private static Pipes.ValidationException badToken() {
        return new Pipes.ValidationException("Invalid NextToken.");
    }

    /** As it is told. */
    static Pipes.PipeLogConfiguration log(Pipes.PipeLogConfigurationParameters given) {
        return given == null ? null : Pipes.PipeLogConfiguration.of(l -> l.level(given.level())
                .includeExecutionData(given.includeExecutionData())
                .cloudwatchLogsLogDestination(given.cloudwatchLogsLogDestination() == null ? null
                        : Pipes.CloudwatchLogsLogDestination.of(d ->
                                d.logGroupArn(given.cloudwatchLogsLogDestination().logGroupArn())))
                .firehoseLogDestination(given.firehoseLogDestination() == null ? null
                        : Pipes.FirehoseLogDestination.of(d ->
                                d.deliveryStreamArn(given.firehoseLogDestination().deliveryStreamArn()))));
    }

    static String state(KeptPipe pipe) {
        return pipe.runs() ? Pipes.PipeState.RUNNING : Pipes.PipeState.STOPPED;
    }

    private static Pipes.Pipe told(KeptPipe it) {
        return Pipes.Pipe.of(p -> p.name(it.name()).arn(it.arn()).desiredState(it.settings().desiredState())
                .currentState(state(it))
                .creationTime(it.created()).lastModifiedTime(it.modified()).source(it.settings().source())
                .enrichment(it.settings().enrichment()).target(it.settings().target()));
    }

    Map<String, String> tags(Caller caller, String arn) {
        var tags = get(caller, named(arn)).settings().tags();
        return tags == null ? Map.of() : tags;
    }

    void changeTags(Caller caller, String arn, UnaryOperator<Map<String, String>> how) {
        store.change(tx -> {
            var before = existing(tx, caller, named(arn));
            var tags = how.apply(new LinkedHashMap<>(Optional.ofNullable(before.settings().tags()).orElse(Map.of())));
            data.pipes.put(tx, before.key(), before.with(before.settings().toBuilder().tags(tags).build(),
                    before.revision(),
                    before.modified()));
        });
    }

    private static String named(String arn) {
        return Arn.parse(arn).resourceName();
    }
}
