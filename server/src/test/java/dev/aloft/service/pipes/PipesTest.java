package dev.aloft.service.pipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import dev.aloft.api.Operation;
import dev.aloft.api.Pipes;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.api.Sns;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.call.WebServers;
import dev.aloft.kernel.identity.PolicySource;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.cloudwatch.CloudWatchService;
import dev.aloft.service.kms.TestKeys;
import dev.aloft.service.sqs.SqsService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.api.function.Executable;

/** From a queue through a filter and an enrichment to a target. */
class PipesTest {
    private static final String ACCOUNT = "111122223333";
    private static final Caller ROOT = new Caller(ACCOUNT, "us-east-1", new Principal.Root(ACCOUNT), "r", null, 0,
        "http://localhost:4566", "127.0.0.1", "test");
    private static final String SOURCE = "arn:aws:sqs:us-east-1:111122223333:source";
    private static final String QUEUE = "arn:aws:sns:us-east-1:111122223333:topic";
    private static final String BUS = "arn:aws:events:us-east-1:111122223333:event-bus/default";
    private static final String FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:f";
    private static final String API = "arn:aws:execute-api:us-east-1:111122223333:api/prod/POST/*";
    private static final String ROLE = "arn:aws:iam::111122223333:role/pipe";
    private static final String URL = "http://localhost:4566/111122223333/source";

    private record Delivered(Caller caller, String target, String body) {
    }

    private final List<Delivered> delivered = Collections.synchronizedList(new ArrayList<>());
    private final List<String> invoked = Collections.synchronizedList(new ArrayList<>());
    private final AtomicReference<Function<String, Lambda.InvokeResponse>> function = new AtomicReference<>();
    private final List<Events.PutEventsRequestEntry> entries = Collections.synchronizedList(new ArrayList<>());
    private final List<S3.PutObjectRequest> objects = Collections.synchronizedList(new ArrayList<>());
    private final List<Logs.InputLogEvent> lines = Collections.synchronizedList(new ArrayList<>());
    /** Messages that the topic refuses the next time. */
    private final Set<String> refusing = Collections.synchronizedSet(new HashSet<>());
    private final TestTime time = new TestTime();
    private final MemoryStore memory = new MemoryStore();
    private final Store store = new FlakyStore(memory);
    private final Targets targets = new Targets();
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final SqsService sqsService = new SqsService(store, time, endpoint);
    private final List<WebServers.Request> asked = Collections.synchronizedList(new ArrayList<>());
    /** What a web server answers. */
    private final AtomicReference<String> web = new AtomicReference<>("");
    private final Metrics metrics = new Metrics(endpoint, time);
    private final PipesService service =
            new PipesService(store, targets, webServers(), metrics, time, this::call, new Roles(source(), time));
    private final Pipes pipes = Pipes.at(endpoint);
    private final Sqs sqs = Sqs.at(endpoint);
    private Workers workers;

    @BeforeEach
    void start() {
        endpoint.add(sqsService);
        endpoint.add(service);
        sqs.createQueue(ROOT, Sqs.CreateQueueRequest.of(r -> r.queueName("source")));
        var all = new ArrayList<>(service.workers());
        all.addAll(sqsService.workers());
        workers = new Workers(time, all);
        workers.start();
    }

    @AfterEach
    void stop() {
        try {
            pipes.deletePipe(ROOT, Pipes.DeletePipeRequest.of(r -> r.name("p")));
            time.advance(Duration.ofSeconds(30));
        } catch (Pipes.NotFoundException _) {
            // Not every test has one.
        }
        workers.close();
    }

    /** Targets are not here: what they are told is noted, and functions answer as they are told to. */
    private Shape call(Operation operation, Caller caller, Shape input) {
        return switch (input) {
            case Lambda.InvokeRequest r -> {
                var payload = new String(r.payload().array(), StandardCharsets.UTF_8);
                invoked.add(payload);
                yield function.get().apply(payload);
            }
            case Sns.PublishBatchRequest r -> {
                var refused = new ArrayList<Sns.BatchResultErrorEntry>();
                r.publishBatchRequestEntries().forEach(each -> {
                    if (refusing.remove(each.message())) {
                        refused.add(Sns.BatchResultErrorEntry.of(e -> e.id(each.id()).code("InternalError")
                                .message("later")));
                    } else {
                        delivered.add(new Delivered(caller, r.topicArn(), each.message()));
                    }
                });
                yield Sns.PublishBatchResponse.of(it -> it.failed(refused));
            }
            case Events.PutEventsRequest r -> {
                r.entries().forEach(each -> delivered.add(new Delivered(caller, each.eventBusName(), each.toString())));
                entries.addAll(r.entries());
                yield Events.PutEventsResponse.of(it -> it.entries(r.entries().stream()
                        .map(_ -> Events.PutEventsResultEntry.of(e -> e.eventId("e"))).toList()));
            }
            case Logs.PutLogEventsRequest r -> {
                lines.addAll(r.logEvents());
                yield Logs.PutLogEventsResponse.of(_ -> { });
            }
            case S3.PutObjectRequest r -> {
                objects.add(r);
                yield S3.PutObjectResponse.of(_ -> { });
            }
            default -> endpoint.call(operation, caller, input);
        };
    }

    private WebServers webServers() {
        return new WebServers() {
            @Override
            public boolean takes(Arn arn) {
                return arn.service().equals("execute-api");
            }

            @Override
            public byte[] send(Caller caller, Arn server, Request request) {
                asked.add(request);
                return web.get().getBytes(StandardCharsets.UTF_8);
            }
        };
    }

    private static Lambda.InvokeResponse answer(String json) {
        return Lambda.InvokeResponse.of(r -> r.statusCode(200)
                .payload(Bytes.of(json.getBytes(StandardCharsets.UTF_8))));
    }

    private static PolicySource source() {
        return new PolicySource() {
            @Override
            public boolean hasUsers() {
                return false;
            }

            @Override
            public Optional<AccessKey> accessKey(String accessKeyId) {
                return Optional.empty();
            }

            @Override
            public Optional<Role> role(String roleArn) {
                return Optional.of(new Role(ROLE, "AROA", """
                    {"Statement":[{"Effect":"Allow","Principal":{"Service":"pipes.amazonaws.com"},"Action":"sts:AssumeRole",\
                    "Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:pipes:us-east-1:111122223333:pipe/*"}}}]}""", 3600));
            }

            @Override
            public boolean isThere(String principal, String account) {
                return true;
            }

            @Override
            public Optional<Identity> identity(Principal principal) {
                return Optional.empty();
            }
        };
    }

    private Pipes.CreatePipeResponse create(Consumer<Pipes.CreatePipeRequest.Builder> with) {
        return pipes.createPipe(ROOT, Pipes.CreatePipeRequest.of(r -> {
            r.name("p").source(SOURCE).target(QUEUE).roleArn(ROLE);
            with.accept(r);
        }));
    }

    private void send(String... bodies) {
        for (var body : bodies) {
            sqs.sendMessage(ROOT, Sqs.SendMessageRequest.of(r -> r.queueUrl(URL).messageBody(body)));
        }
        time.advance(Duration.ofSeconds(25));
    }

    private int left() {
        var names = List.of("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible");
        return sqs.getQueueAttributes(ROOT, Sqs.GetQueueAttributesRequest.of(r -> r.queueUrl(URL)
                .attributeNames(names)))
            .attributes().values().stream().mapToInt(Integer::parseInt).sum();
    }

    private static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
            .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
                    .hasMessage(message);
    }

    @Test
    void theyAreRefused() {
        refused("NotFoundException", "Pipe p does not exist.",
                () -> pipes.describePipe(ROOT, Pipes.DescribePipeRequest.of(r -> r.name("p"))));
        refused("NotImplemented", "A source arn:aws:mq:us-east-1:111122223333:broker:b is not built in Aloft yet.",
            () -> create(r -> r.source("arn:aws:mq:us-east-1:111122223333:broker:b")));
        refused("NotImplemented", "A target arn:aws:ecs:us-east-1:111122223333:cluster/c is not built in Aloft yet.",
            () -> create(r -> r.target("arn:aws:ecs:us-east-1:111122223333:cluster/c")));
        refused("ValidationException", "A log destination is required where the log level is INFO.",
                () -> create(r -> r.logConfiguration(Pipes.PipeLogConfigurationParameters.of(
                        l -> l.level(Pipes.LogLevel.INFO)))));
        refused("ValidationException", "KinesisStreamParameters are not supported for this source.",
                () -> create(r -> r.sourceParameters(Pipes.PipeSourceParameters.of(s -> s.kinesisStreamParameters(
                        Pipes.PipeSourceKinesisStreamParameters.of(k -> k.startingPosition("LATEST")))))));
        refused("ValidationException", "StartingPositionTimestamp is required where StartingPosition is AT_TIMESTAMP.",
                () -> create(r -> r.source("arn:aws:kinesis:us-east-1:111122223333:stream/s").sourceParameters(
                        Pipes.PipeSourceParameters.of(s -> s.kinesisStreamParameters(
                                Pipes.PipeSourceKinesisStreamParameters.of(k ->
                                k.startingPosition("AT_TIMESTAMP")))))));
        refused("ValidationException",
                "The BatchSize of the source is larger than the 10 that the target takes at once.",
                () -> create(r -> r.sourceParameters(Pipes.PipeSourceParameters.of(s -> s.sqsQueueParameters(
                        Pipes.PipeSourceSqsQueueParameters.of(q -> q.batchSize(11)))))));
        refused("ValidationException", "HttpParameters are not supported for this target.",
                () -> create(r -> r.targetParameters(Pipes.PipeTargetParameters.of(t -> t.httpParameters(
                        Pipes.PipeTargetHttpParameters.of(_ -> { }))))));
        refused("ValidationException", "Event pattern is not valid. Reason: Empty arrays are not allowed\n"
            + " at [Source: (String)\"{\"a\":[]}\"; line: 1, column: 8]",
                    () -> create(r -> r.sourceParameters(filter("{\"a\":[]}"))));
        create(_ -> { });
        refused("ConflictException", "Pipe p already exists.", () -> create(_ -> { }));
    }

    private static Pipes.PipeSourceParameters filter(String pattern) {
        return Pipes.PipeSourceParameters.of(s -> s.filterCriteria(Pipes.FilterCriteria.of(
            c -> c.filters(List.of(Pipes.Filter.of(f -> f.pattern(pattern)))))));
    }

    @Test
    void recordsThatAreWantedReachTheTargetUnderTheRoleAndLeaveTheQueue() {
        assertThat(create(r -> r.sourceParameters(filter("{\"body\":{\"n\":[{\"numeric\":[\">\",1]}]}}")))
                .currentState())
            .isEqualTo(Pipes.PipeState.CREATING);
        send("{\"n\":1}", "{\"n\":2}", "no json");
        assertThat(delivered).singleElement().satisfies(each -> {
            assertThat(((Principal.RoleSession) each.caller().principal()).roleArn()).isEqualTo(ROLE);
            var record = (Map<?, ?>) JsonReader.tree(each.body());
            assertThat(record.get("body")).isEqualTo("{\"n\":2}");
            assertThat(record.get("eventSource")).isEqualTo("aws:sqs");
            assertThat(record.get("eventSourceARN")).isEqualTo(SOURCE);
        });
        assertThat(left()).isZero();
    }

    @Test
    void templatesSeeTheContentOfMessages() {
        create(r -> r.targetParameters(Pipes.PipeTargetParameters.of(t -> t.inputTemplate(
            "{\"n\": <$.body.n>, \"text\": \"<$.body.who> by <aws.pipes.pipe-name>\", \"all\": <$.body>}"))));
        send("{\"n\":1,\"who\":\"ann\"}");
        assertThat(delivered).extracting(Delivered::body)
            .containsExactly("{\"n\":1,\"text\":\"ann by p\",\"all\":{\"n\":1,\"who\":\"ann\"}}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "Order <$.body.n> by <$.body.who>, said \"<$.body>\" ~ Order 1 by ann, said \"{\"n\":1,\"who\":\"ann\"}\"",
        "<$.body.who> and <$.body.gone>nobody ~ ann and nobody",
        "Hello ~ Hello",
        "<$.body.who> ~ ann",
    })
    void aTemplateMayBeWords(String template, String body) {
        create(r -> r.targetParameters(Pipes.PipeTargetParameters.of(t -> t.inputTemplate(template))));
        send("{\"n\":1,\"who\":\"ann\"}");
        assertThat(delivered).extracting(Delivered::body).containsExactly(body);
    }

    @Test
    void anEnrichmentsAnswerIsWhatTheTargetGets() {
        function.set(payload -> answer(payload.contains("drop") ? "[]" : "[{\"a\":1},{\"b\":2}]"));
        create(r -> r.enrichment(FUNCTION)
                .enrichmentParameters(Pipes.PipeEnrichmentParameters.of(e -> e.inputTemplate("<$.body>"))));
        send("{\"n\":1}");
        assertThat(invoked).containsExactly("[{\"n\":1}]");
        assertThat(delivered).extracting(Delivered::body).containsExactly("{\"a\":1}", "{\"b\":2}");
        send("{\"n\":\"drop\"}");
        assertThat(delivered).hasSize(2);
        assertThat(left()).isZero();
    }

    @Test
    void aFunctionGetsTheBatchAndNamesWhatItCouldNotProcess() {
        function.set(payload -> {
            var second = (Map<?, ?>) ((List<?>) JsonReader.tree(payload)).getLast();
            return answer("{\"batchItemFailures\":[{\"itemIdentifier\":\"" + second.get("messageId") + "\"}]}");
        });
        create(r -> r.target(FUNCTION).sourceParameters(Pipes.PipeSourceParameters.of(s -> s.sqsQueueParameters(
            Pipes.PipeSourceSqsQueueParameters.of(q -> q.batchSize(10).maximumBatchingWindowInSeconds(5))))));
        send("1", "2");
        assertThat(invoked.getFirst()).startsWith("[{\"messageId\"");
        assertThat((List<?>) JsonReader.tree(invoked.getFirst())).hasSize(2);
        assertThat(left()).isEqualTo(1);
        function.set(_ -> answer("null"));
        time.advance(Duration.ofMinutes(2));
        assertThat(left()).isZero();
    }

    @Test
    void aFunctionThatFailsLeavesTheMessageInTheQueue() {
        function.set(_ -> Lambda.InvokeResponse.of(r -> r.statusCode(200).functionError("Unhandled")
            .payload(Bytes.of("{}".getBytes(StandardCharsets.UTF_8)))));
        create(r -> r.target(FUNCTION));
        send("1");
        assertThat(left()).isEqualTo(1);
    }

    @Test
    void aBusIsSentAnEventOfThePipe() {
        create(r -> r.target(BUS).targetParameters(Pipes.PipeTargetParameters.of(t -> t.inputTemplate("<$.body>"))));
        send("{\"n\":1}");
        assertThat(entries).containsExactly(Events.PutEventsRequestEntry.of(e -> e.eventBusName(BUS).source("Pipe p")
            .detailType("Event from aws:sqs").detail("{\"n\":1}")));
    }

    @Test
    void whatATargetRefusesOfABatchIsTriedAgainWithoutTheRest() {
        create(r -> r.targetParameters(Pipes.PipeTargetParameters.of(t -> t.inputTemplate("\"<$.body>\"")))
            .sourceParameters(Pipes.PipeSourceParameters.of(s -> s.sqsQueueParameters(
                Pipes.PipeSourceSqsQueueParameters.of(q -> q.batchSize(10).maximumBatchingWindowInSeconds(5))))));
        refusing.add("2");
        send("1", "2", "3");
        assertThat(delivered).extracting(Delivered::body).containsExactlyInAnyOrder("1", "3");
        assertThat(left()).isEqualTo(1);
        time.advance(Duration.ofMinutes(2));
        assertThat(delivered).extracting(Delivered::body).containsExactlyInAnyOrder("1", "3", "2");
        assertThat(left()).isZero();
    }

    @Test
    void aWebServerEnrichesOneRecordAtATimeWithItsParameters() {
        web.set("{\"said\":1}");
        create(r -> r.enrichment(API).enrichmentParameters(Pipes.PipeEnrichmentParameters.of(e -> e
            .inputTemplate("<$.body>").httpParameters(Pipes.PipeEnrichmentHttpParameters.of(h -> h
                .pathParameterValues(List.of("$.body.n")).headerParameters(Map.of("X-N", "$.body.n"))
                .queryStringParameters(Map.of("a", "b")))))));
        send("{\"n\":1}");
        assertThat(asked).singleElement().satisfies(request -> {
            assertThat(new String(request.body(), StandardCharsets.UTF_8)).isEqualTo("{\"n\":1}");
            assertThat(request.path()).containsExactly("1");
            assertThat(request.headers()).containsExactlyEntriesOf(Map.of("X-N", "1"));
            assertThat(request.query()).containsExactlyEntriesOf(Map.of("a", "b"));
        });
        assertThat(delivered).extracting(Delivered::body).containsExactly("{\"said\":1}");
        web.set("{}");
        send("{\"n\":2}");
        assertThat(delivered).hasSize(1);
        assertThat(left()).isZero();
    }

    @Test
    void aWebServerIsATarget() {
        create(r -> r.target(API));
        assertThat(pipes.describePipe(ROOT, Pipes.DescribePipeRequest.of(r -> r.name("p"))).sourceParameters()
            .sqsQueueParameters().batchSize()).isEqualTo(1);
        send("1", "2");
        assertThat(asked).hasSize(2);
        assertThat(left()).isZero();
        pipes.updatePipe(ROOT, Pipes.UpdatePipeRequest.of(r -> r.name("p").roleArn(ROLE).target(QUEUE).sourceParameters(
            Pipes.UpdatePipeSourceParameters.of(s -> s.sqsQueueParameters(
                Pipes.UpdatePipeSourceSqsQueueParameters.of(_ -> { }))))));
        var source = pipes.describePipe(ROOT, Pipes.DescribePipeRequest.of(r -> r.name("p"))).sourceParameters();
        assertThat(source.sqsQueueParameters().batchSize()).isEqualTo(10);
    }

    @Test
    void aLogTellsTheStepsOfItsLevelWithTheDataThatIsWanted() {
        function.set(_ -> answer("[{\"a\":1}]"));
        log(Pipes.LogLevel.INFO, null);
        send("1");
        assertThat(steps()).containsExactly("ExecutionStarted", "EnrichmentStageEntered", "EnrichmentStageSucceeded",
            "TargetStageEntered", "TargetStageSucceeded", "ExecutionSucceeded");
        var first = (Map<?, ?>) JsonReader.tree(lines.getFirst().message());
        assertThat(first.keySet()).hasToString("[executionId, timestamp, messageType, resourceArn, logLevel]");
        assertThat(first.get("resourceArn")).isEqualTo("arn:aws:pipes:us-east-1:111122223333:pipe/p");
        pipes.deletePipe(ROOT, Pipes.DeletePipeRequest.of(r -> r.name("p")));
        time.advance(Duration.ofSeconds(30));
        lines.clear();
        log(Pipes.LogLevel.TRACE, List.of("ALL"));
        send("2");
        assertThat(steps()).containsExactly("ExecutionStarted", "EnrichmentStageEntered",
                "EnrichmentTransformationStarted",
            "EnrichmentTransformationSucceeded", "EnrichmentInvocationStarted", "EnrichmentInvocationSucceeded",
            "EnrichmentStageSucceeded", "TargetStageEntered", "TargetTransformationStarted",
            "TargetTransformationSucceeded", "TargetInvocationStarted", "TargetInvocationSucceeded",
                    "TargetStageSucceeded",
            "ExecutionSucceeded");
        assertThat(lines.get(11).message()).contains("\"awsRequest\":\"{\\\"TopicArn\\\":");
    }

    @Test
    void aLogInABucketIsAnObjectOfLinesForEachExecution() throws IOException {
        create(r -> r.logConfiguration(Pipes.PipeLogConfigurationParameters.of(l -> l.level(Pipes.LogLevel.INFO)
                .s3LogDestination(Pipes.S3LogDestinationParameters.of(d -> d.bucketName("bucket").bucketOwner(ACCOUNT)
                        .prefix("logs"))))));
        send("1");
        assertThat(objects).singleElement().satisfies(object -> {
            assertThat(object.bucket()).isEqualTo("bucket");
            assertThat(object.expectedBucketOwner()).isEqualTo(ACCOUNT);
            assertThat(object.key()).matches("logs/AWSLogs/111122223333/pipes/us-east-1/p/\\d{4}/\\d\\d/\\d\\d/\\d\\d/"
                    + "111122223333_pipes_us-east-1_p_\\d{8}T\\d{4}Z_[0-9a-f]{8}\\.log\\.gz");
        });
        try (var in = new GZIPInputStream(objects.getFirst().body().stream())) {
            var written = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .<Object>map(line -> ((Map<?, ?>) JsonReader.tree(line)).get("messageType"));
            assertThat(written).containsExactly("ExecutionStarted", "TargetStageEntered", "TargetStageSucceeded",
                    "ExecutionSucceeded");
        }
        var told = pipes.describePipe(ROOT, Pipes.DescribePipeRequest.of(r -> r.name("p"))).logConfiguration();
        assertThat(told.s3LogDestination().outputFormat()).isEqualTo("json");
    }

    private List<String> written(String format) throws IOException {
        create(r -> r.logConfiguration(Pipes.PipeLogConfigurationParameters.of(l -> l.level(Pipes.LogLevel.INFO)
                .s3LogDestination(Pipes.S3LogDestinationParameters.of(d -> d.bucketName("bucket").bucketOwner(ACCOUNT)
                        .outputFormat(format))))));
        send("1");
        try (var in = new GZIPInputStream(objects.getFirst().body().stream())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    void aLogInABucketMayBePlainText() throws IOException {
        assertThat(written(Pipes.S3OutputFormat.PLAIN)).hasSize(4).first().asString()
                .matches("[0-9a-f-]{36} \\d{13} ExecutionStarted "
                        + "arn:aws:pipes:us-east-1:111122223333:pipe/p INFO - - - - -");
    }

    @Test
    void aLogInABucketMayBeOfTheW3cForm() throws IOException {
        var lines = written(Pipes.S3OutputFormat.W3C);
        assertThat(lines).hasSize(6).startsWith("#Version: 1.0", "#Fields: executionId timestamp messageType"
                + " resourceArn logLevel payload awsRequest awsResponse truncatedFields error");
        assertThat(lines.getLast().split("\t")).hasSize(10).contains("ExecutionSucceeded", "-");
    }

    private double sum(String metric, String dimension, String value) {
        time.advance(Duration.ofSeconds(10));
        return CloudWatch.at(endpoint).getMetricStatistics(ROOT, CloudWatch.GetMetricStatisticsRequest.of(r -> r
                .namespace("AWS/EventBridge/Pipes").metricName(metric).statistics(List.of("Sum")).period(86_400)
                .startTime(TestTime.START.minus(Duration.ofDays(1))).endTime(TestTime.START.plus(Duration.ofDays(2)))
                .dimensions(List.of(CloudWatch.Dimension.of(d -> d.name(dimension).value(value))))))
                .datapoints().stream().mapToDouble(CloudWatch.Datapoint::sum).sum();
    }

    @Test
    void cloudWatchIsToldOfExecutionsAndTheirStages() {
        endpoint.add(new CloudWatchService(store, time, endpoint));
        try (var measuring = new Workers(time, List.of(metrics.worker()))) {
            measuring.start();
            function.set(_ -> answer("[{\"a\":1}]"));
            create(r -> r.enrichment(FUNCTION));
            send("1");
            assertThat(sum("Invocations", "PipeName", "p")).isEqualTo(1);
            assertThat(sum("Invocations", "AwsAccountId", ACCOUNT)).isEqualTo(1);
            assertThat(sum("EventCount", "PipeName", "p")).isEqualTo(1);
            assertThat(sum("EventSize", "PipeName", "p")).isGreaterThan(100);
            assertThat(sum("ExecutionFailed", "PipeName", "p")).isZero();
            function.set(_ -> answer("[]"));
            send("2");
            assertThat(sum("TargetStageSkipped", "PipeName", "p")).isEqualTo(1);
            function.set(_ -> Lambda.InvokeResponse.of(r -> r.statusCode(200).functionError("Unhandled")));
            send("3");
            assertThat(sum("EnrichmentStageFailed", "PipeName", "p")).isPositive()
                    .isEqualTo(sum("ExecutionFailed", "PipeName", "p"));
            assertThat(sum("TargetStageFailed", "PipeName", "p")).isZero();
        }
    }

    @Test
    void patternsAndTransformersLieUnderThePipesKeyWithoutWhichItDoesNotRun() {
        var keys = new TestKeys(ROOT, store, time, endpoint);
        endpoint.add(keys.service());
        var key = keys.key();
        create(r -> r.kmsKeyIdentifier(key).sourceParameters(filter("{\"body\":{\"secret\":[\"mellon\"]}}"))
                .targetParameters(Pipes.PipeTargetParameters.of(t ->
                        t.inputTemplate("{\"hidden\": <$.body.secret>}"))));
        assertThat(memory.<Boolean>read(tx -> tx.range(Range.all()).anyMatch(entry ->
                new String(entry.value(), StandardCharsets.ISO_8859_1).contains("hidden")))).isFalse();
        send("{\"secret\":\"mellon\"}");
        assertThat(delivered).singleElement()
                .satisfies(it -> assertThat(it.body()).isEqualTo("{\"hidden\":\"mellon\"}"));
        var told = pipes.describePipe(ROOT, Pipes.DescribePipeRequest.of(r -> r.name("p")));
        assertThat(told.kmsKeyIdentifier()).isEqualTo(key);
        assertThat(told.targetParameters().inputTemplate()).isEqualTo("{\"hidden\": <$.body.secret>}");
        assertThat(told.sourceParameters().filterCriteria().filters()).hasSize(1);
        keys.disable(key);
        time.advance(Duration.ofMinutes(10));
        send("{\"secret\":\"mellon\"}");
        time.advance(Duration.ofMinutes(2));
        assertThat(delivered).hasSize(1);
        keys.enable(key);
        time.advance(Duration.ofMinutes(2));
        assertThat(delivered).hasSize(2);
        keys.disable(key);
        time.advance(Duration.ofMinutes(6));
        refused("ValidationException", "The KMS key cannot be used: " + key + " is disabled.",
                () -> pipes.updatePipe(ROOT, Pipes.UpdatePipeRequest.of(r -> r.name("p").roleArn(ROLE)
                        .kmsKeyIdentifier(""))));
    }

    @Test
    void aLogOfErrorsTellsWhatFailed() {
        function.set(_ -> Lambda.InvokeResponse.of(r -> r.statusCode(200).functionError("Unhandled")
            .payload(Bytes.of("{}".getBytes(StandardCharsets.UTF_8)))));
        log(Pipes.LogLevel.ERROR, null);
        send("1");
        assertThat(steps()).containsExactly("EnrichmentInvocationFailed", "EnrichmentStageFailed", "ExecutionFailed");
        assertThat(lines.getFirst().message())
                .contains("\"error\":{\"httpStatusCode\":200,\"message\":\"Unhandled: {}\"");
    }

    private void log(String level, List<String> data) {
        create(r -> r.enrichment(FUNCTION).logConfiguration(Pipes.PipeLogConfigurationParameters.of(l -> l.level(level)
            .includeExecutionData(data).cloudwatchLogsLogDestination(Pipes.CloudwatchLogsLogDestinationParameters.of(
                d -> d.logGroupArn("arn:aws:logs:us-east-1:111122223333:log-group:g:*"))))));
    }

    private List<Object> steps() {
        return lines.stream().<Object>map(line -> ((Map<?, ?>) JsonReader.tree(line.message())).get("messageType"))
                .toList();
    }

    @Test
    void aPipeThatIsStoppedReadsNothing() {
        create(_ -> { });
        assertThat(pipes.stopPipe(ROOT, Pipes.StopPipeRequest.of(r -> r.name("p"))).currentState())
                .isEqualTo(Pipes.PipeState.STOPPING);
        time.advance(Duration.ofSeconds(25));
        send("1");
        assertThat(delivered).isEmpty();
        assertThat(pipes.describePipe(ROOT, Pipes.DescribePipeRequest.of(r -> r.name("p"))).currentState())
                .isEqualTo(Pipes.PipeState.STOPPED);
        assertThat(pipes.stopPipe(ROOT, Pipes.StopPipeRequest.of(r -> r.name("p"))).currentState())
                .isEqualTo(Pipes.PipeState.STOPPED);
        pipes.startPipe(ROOT, Pipes.StartPipeRequest.of(r -> r.name("p")));
        time.advance(Duration.ofSeconds(25));
        assertThat(delivered).hasSize(1);
    }

    @Test
    void templatesDeclareThem() {
        var type = service.resourceTypes().getFirst();
        var wanted = desired(Map.of("Source", SOURCE, "Target", QUEUE, "RoleArn", ROLE, "Name", "p", "Tags",
                Map.of("a", "1"),
            "SourceParameters", Map.of("SqsQueueParameters", Map.of("BatchSize", "1"))));
        var made = type.create(ROOT, wanted);
        assertThat(type.create(ROOT, wanted)).isEqualTo(made);
        assertThat(made.attributes()).containsEntry("Arn", "arn:aws:pipes:us-east-1:111122223333:pipe/p")
            .containsEntry("CurrentState", "RUNNING");
        type.update(ROOT, "p", wanted, desired(Map.of("Source", SOURCE, "Target", BUS, "RoleArn", ROLE, "Name", "p",
            "DesiredState", "STOPPED")));
        var pipe = pipes.describePipe(ROOT, Pipes.DescribePipeRequest.of(r -> r.name("p")));
        assertThat(pipe.target()).isEqualTo(BUS);
        assertThat(pipe.sourceParameters().sqsQueueParameters().batchSize()).isEqualTo(10);
        assertThat(pipe.tags()).doesNotContainKey("a");
        assertThat(pipes.listPipes(ROOT, Pipes.ListPipesRequest.of(r -> r.currentState(Pipes.PipeState.STOPPED)))
                .pipes()).hasSize(1);
        type.delete(ROOT, "p", wanted);
        type.delete(ROOT, "p", wanted);
        assertThat(type.read(ROOT, "p")).isEmpty();
    }

    private static ResourceType.Desired desired(Map<String, Object> properties) {
        return new ResourceType.Desired("arn:stack", "app", "Pipe", "t", properties, Map.of());
    }
}
