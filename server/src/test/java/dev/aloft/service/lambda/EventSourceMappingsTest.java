package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.EventSourceMappingConfiguration;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.service.kinesis.KinesisService;
import dev.aloft.service.sqs.SqsService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The operations; what pollers do is in the kernel's tests. */
class EventSourceMappingsTest {
    private static final String QUEUE = "arn:aws:sqs:eu-central-1:123456789012:q";
    private static final String STREAM =
            "arn:aws:dynamodb:eu-central-1:123456789012:table/t/stream/2026-01-01T00:00:00.000";

    @TempDir
    Path folder;

    private TestLambda test;

    @BeforeEach
    void open() {
        test = new TestLambda(folder);
        test.endpoint.add(new SqsService(test.store, test.time, test.endpoint));
        Sqs.at(test.endpoint).createQueue(caller(), Sqs.CreateQueueRequest.of(r -> r.queueName("q")));
        test.create("f", "nodejs22.x", "exports.handler = async () => 1;");
        test.create("strict", "nodejs22.x", "exports.handler = async event => { if (event.Records.some(r =>"
                + " r.eventSourceARN.includes('/consumer/fan') && atob(r.kinesis.data) === 'bad')) throw "
                + "new Error('bad'); };");
    }

    @AfterEach
    void close() {
        test.close();
    }

    private EventSourceMappingConfiguration create(Consumer<Lambda.CreateEventSourceMappingRequest.Builder> more) {
        return test.lambda.createEventSourceMapping(caller(), Lambda.CreateEventSourceMappingRequest.of(r -> {
            r.functionName("f").eventSourceArn(QUEUE);
            more.accept(r);
        }));
    }

    private EventSourceMappingConfiguration get(String uuid) {
        return test.lambda.getEventSourceMapping(caller(), Lambda.GetEventSourceMappingRequest.of(r -> r.uuid(uuid)));
    }

    private static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
                .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
                .hasMessage(message);
    }

    private void refused(String message, Consumer<Lambda.CreateEventSourceMappingRequest.Builder> request) {
        refused("InvalidParameterValueException", message, () -> create(request));
    }

    @Test
    void whatCannotBeIsRefusedInAwsWords() {
        refused("Unrecognized event source.", r -> r.functionName("none").eventSourceArn(null));
        refused("Function does not exist", r -> r.functionName("none"));
        refused("Unsupported DestinationConfig parameter for given event source mapping type.",
                r -> r.functionName("none").destinationConfig(
                Lambda.DestinationConfig.of(d -> d.onFailure(Lambda.OnFailure.of(f -> f.destination(QUEUE))))));
        var function = "arn:aws:lambda:eu-central-1:123456789012:function:f";
        refused("The destination ARN " + function + " is invalid.", r -> r.eventSourceArn(STREAM)
                .startingPosition("LATEST").destinationConfig(
                Lambda.DestinationConfig.of(d -> d.onFailure(Lambda.OnFailure.of(f -> f.destination(function))))));
        refused("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
                r -> r.batchSize(11));
        refused("Invalid filter pattern definition.", r -> r.filterCriteria(
                Lambda.FilterCriteria.of(c -> c.filters(List.of(Lambda.Filter.of(f -> f.pattern("simple string")))))));
        refused("Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS "
                + "Error Message: The specified queue does not exist.", r -> r.eventSourceArn(QUEUE + "-none"));
        refused("1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
                + "Member must not be null.",
                r -> r.eventSourceArn(STREAM));
        refused("Unsupported starting position for arn type: " + STREAM,
                r -> r.eventSourceArn(STREAM).startingPosition("AT_TIMESTAMP"));
    }

    @Test
    void aQueueMustHideMessagesAsLongAsTheFunctionMayRun() {
        Sqs.at(test.endpoint)
                .createQueue(caller(), Sqs.CreateQueueRequest.of(r -> r.queueName("short")
                        .attributes(Map.of("VisibilityTimeout", "2"))));
        refused("Queue visibility timeout: 2 seconds is less than Function timeout: 20 seconds", r -> r.eventSourceArn(
                "arn:aws:sqs:eu-central-1:123456789012:short"));
    }

    @Test
    void aMappingIsToldAsAwsTellsIt() {
        var made = create(_ -> {});
        assertThat(made.state()).isEqualTo("Creating");
        assertThat(made.stateTransitionReason()).isEqualTo("USER_INITIATED");
        assertThat(made.batchSize()).isEqualTo(10);
        assertThat(made.functionResponseTypes()).isEmpty();
        assertThat(made.lastProcessingResult()).isNull();
        assertThat(made.eventSourceMappingArn())
                .isEqualTo("arn:aws:lambda:eu-central-1:123456789012:event-source-mapping:" + made.uuid());
        assertThat(get(made.uuid()).state()).isEqualTo("Enabled");
        var disabling = test.lambda.updateEventSourceMapping(caller(),
                Lambda.UpdateEventSourceMappingRequest.of(r -> r.uuid(made.uuid()).enabled(false).batchSize(5)));
        assertThat(disabling.state()).isEqualTo("Disabling");
        assertThat(get(made.uuid()).state()).isEqualTo("Disabled");
        assertThat(get(made.uuid()).batchSize()).isEqualTo(5);
        var deleting = test.lambda.deleteEventSourceMapping(caller(),
                Lambda.DeleteEventSourceMappingRequest.of(r -> r.uuid(made.uuid())));
        assertThat(deleting.state()).isEqualTo("Deleting");
        refused("ResourceNotFoundException", "The resource you requested does not exist.", () -> get(made.uuid()));
    }

    @Test
    void aSecondOneOfTheSameKindIsRefused() {
        var made = create(r -> r.enabled(false));
        assertThat(made.state()).isEqualTo("Disabled");
        refused("ResourceConflictException",
                "An event source mapping with SQS arn (\" " + QUEUE + " \") and function (\" f \") already exists."
                + " Please update or delete the existing mapping with UUID " + made.uuid(), () -> create(_ -> {}));
        assertThat(create(r -> r.functionName("f:$LATEST")).functionArn()).endsWith(":function:f:$LATEST");
    }

    @Test
    void mappingsAreListedByFunctionAndSource() {
        var made = create(r -> r.enabled(false));
        assertThat(list(r -> r.functionName("f"))).containsExactly(made.uuid());
        assertThat(list(r -> r.eventSourceArn(QUEUE))).containsExactly(made.uuid());
        assertThat(list(r -> r.functionName("none"))).isEmpty();
        assertThat(list(r -> r.eventSourceArn(QUEUE + "-none"))).isEmpty();
    }

    private List<String> list(Consumer<Lambda.ListEventSourceMappingsRequest.Builder> request) {
        return test.lambda.listEventSourceMappings(caller(), Lambda.ListEventSourceMappingsRequest.of(request))
                .eventSourceMappings().stream()
                .map(EventSourceMappingConfiguration::uuid).toList();
    }

    @Test
    void mappingsHaveTags() {
        var made = create(r -> r.enabled(false).tags(Map.of("a", "1")));
        test.lambda.tagResource(caller(),
                Lambda.TagResourceRequest.of(r -> r.resource(made.eventSourceMappingArn()).tags(Map.of("b", "2"))));
        assertThat(test.lambda
                .listTags(caller(), Lambda.ListTagsRequest.of(r -> r.resource(made.eventSourceMappingArn()))).tags())
                .containsOnly(Map.entry("a", "1"), Map.entry("b", "2"));
    }

    @Test
    void aLoopIsCutUnlessItIsAllowed() {
        var header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=3995c3f42cd8ad82;Sampled=0;Lineage="
                + String.format("%08x", "arn:aws:lambda:eu-central-1:123456789012:function:f".hashCode()) + ":16";
        Executable invoke = () ->
                test.lambda.invoke(caller().withTrace(header), Lambda.InvokeRequest.of(r -> r.functionName("f")));
        refused("RecursiveInvocationException",
                "Lambda has detected your function being invoked in a recursive loop with other Amazon Web"
                + " Services resources and stopped your function's invocation.", invoke);
        assertThat(counted("FunctionName", "f", "RecursiveInvocationsDropped")).isEqualTo(1);
        test.lambda.putFunctionRecursionConfig(caller(),
                Lambda.PutFunctionRecursionConfigRequest.of(r -> r.functionName("f").recursiveLoop("Allow")));
        assertThat(test.lambda.invoke(caller().withTrace(header), Lambda.InvokeRequest.of(r -> r.functionName("f")))
                .functionError()).isNull();
    }

    @Test
    void whatTheKindOfSourceHasNotIsRefused() {
        refused("Unsupported MaximumRetryAttempts parameter for given event source mapping type.",
                r -> r.maximumRetryAttempts(1));
        refused("Unsupported ProvisionedPollerConfig parameter for given event source mapping type.",
                r -> r.eventSourceArn(STREAM).startingPosition("LATEST").provisionedPollerConfig(pollers(2, null)));
        refused("MinimumPollers and MaximumPollers must be at least 2 for SQS event sources.",
                r -> r.provisionedPollerConfig(pollers(1, 5)));
        refused("ScalingConfig and ProvisionedPollerConfig cannot be used together.",
                r -> r.provisionedPollerConfig(pollers(2, 5))
                .scalingConfig(Lambda.ScalingConfig.of(c -> c.maximumConcurrency(2))));
    }

    @Test
    void whatOnlyKafkaHasIsRefused() {
        refused("Unsupported LoggingConfig parameter for given event source mapping type.", r -> r.loggingConfig(
                Lambda.EventSourceMappingLoggingConfig.of(l -> l.systemLogLevel("INFO"))));
        refused("Unsupported MetricsConfig parameter for given event source mapping type.", r -> r.metricsConfig(
                Lambda.EventSourceMappingMetricsConfig.of(m -> m.metrics(List.of("EventCount", "ErrorCount")))));
        refused("Unsupported PollerGroupName parameter for given event source mapping type.", r -> r
                .provisionedPollerConfig(pollers(2, 5).toBuilder().pollerGroupName("group").build()));
    }

    @Test
    void whatStreamsMayHaveHasItsLimits() {
        var forever = "MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)";
        Consumer<Lambda.CreateEventSourceMappingRequest.Builder> stream =
                r -> r.eventSourceArn(STREAM).startingPosition("LATEST");
        refused(forever, stream.andThen(r -> r.maximumRecordAgeInSeconds(59)));
        refused(forever, stream.andThen(r -> r.maximumRecordAgeInSeconds(0)));
        refused("ParallelizationFactor must be 1 when TumblingWindowInSeconds is set.",
                stream.andThen(r -> r.tumblingWindowInSeconds(10).parallelizationFactor(2)));
        refused("StartingPositionTimestamp is required when StartingPosition is AT_TIMESTAMP.",
                r -> r.eventSourceArn("arn:aws:kinesis:eu-central-1:123456789012:stream/s")
                        .startingPosition("AT_TIMESTAMP"));
    }

    @Test
    void theRoleMustBeAllowedToTellWhatWasGivenUp() {
        test.endpoint.add(new KinesisService(test.store, KeyFile.inMemory(), test.time, test.endpoint));
        Kinesis.at(test.endpoint).createStream(caller(), Kinesis.CreateStreamRequest.of(
                r -> r.streamName("s").shardCount(1)));
        test.time.settle();
        test.denied.addAll(Set.of("SendMessage", "PutObject"));
        for (var target : Map.of(QUEUE, "SendMessage on SQS", "arn:aws:s3:::letters", "PutObject on S3").entrySet()) {
            refused("The function execution role does not have permissions to call " + target.getValue(),
                    r -> r.eventSourceArn("arn:aws:kinesis:eu-central-1:123456789012:stream/s")
                            .startingPosition("LATEST")
                            .destinationConfig(Lambda.DestinationConfig.of(d -> d.onFailure(
                                    Lambda.OnFailure.of(f -> f.destination(target.getKey()))))));
        }
    }

    private static Lambda.ProvisionedPollerConfig pollers(Integer least, Integer most) {
        return Lambda.ProvisionedPollerConfig.of(c -> c.minimumPollers(least).maximumPollers(most));
    }

    @Test
    void provisionedModeBeginsAndEnds() {
        var made = create(r -> r.enabled(false).provisionedPollerConfig(pollers(null, 5)));
        assertThat(made.provisionedPollerConfig()).isEqualTo(pollers(2, 5));
        test.lambda.updateEventSourceMapping(caller(), Lambda.UpdateEventSourceMappingRequest.of(
                r -> r.uuid(made.uuid()).provisionedPollerConfig(pollers(null, null))));
        assertThat(get(made.uuid()).provisionedPollerConfig()).isNull();
    }

    @Test
    void aMappingThatAsksForItCountsItsEvents() {
        test.create("picky", "nodejs22.x", "exports.handler = async event => ({batchItemFailures: event.Records"
                + ".filter(r => r.body === 'bad').map(r => ({itemIdentifier: r.messageId}))});");
        for (var body : List.of("good", "bad", "skipped")) {
            Sqs.at(test.endpoint).sendMessage(caller(), Sqs.SendMessageRequest.of(
                    r -> r.queueUrl("http://127.0.0.1:4566/123456789012/q").messageBody(body)));
        }
        var made = create(r -> r.functionName("picky").functionResponseTypes(List.of("ReportBatchItemFailures"))
                .provisionedPollerConfig(pollers(3, 5))
                .metricsConfig(Lambda.EventSourceMappingMetricsConfig.of(m -> m.metrics(List.of("EventCount"))))
                .filterCriteria(Lambda.FilterCriteria.of(c -> c.filters(List.of(Lambda.Filter.of(
                        f -> f.pattern("{\"body\": [{\"anything-but\": \"skipped\"}]}")))))));
        test.time.settle();
        assertThat(counted(made, "PolledEventCount")).isEqualTo(3);
        assertThat(counted(made, "FilteredOutEventCount")).isEqualTo(1);
        assertThat(counted(made, "InvokedEventCount")).isEqualTo(2);
        assertThat(counted(made, "FailedInvokeEventCount")).isEqualTo(1);
        assertThat(counted(made, "DeletedEventCount")).isEqualTo(1);
        assertThat(counted(made, "ProvisionedPollers")).isGreaterThanOrEqualTo(3);
    }

    private double counted(EventSourceMappingConfiguration mapping, String metric) {
        return counted("EventSourceMappingUUID", mapping.uuid(), metric);
    }

    private double counted(String dimension, String value, String metric) {
        test.metrics.flush();
        return CloudWatch.at(test.endpoint)
                .getMetricStatistics(caller(), CloudWatch.GetMetricStatisticsRequest.of(r -> r
                .namespace("AWS/Lambda").metricName(metric).statistics(List.of("Sum")).period(60)
                .dimensions(List.of(CloudWatch.Dimension.of(d -> d.name(dimension).value(value))))
                .startTime(TestTime.START.minusSeconds(60)).endTime(TestTime.START.plusSeconds(600))))
                .datapoints().stream().mapToDouble(CloudWatch.Datapoint::sum).sum();
    }

    @Test
    void aConsumerWithEnhancedFanOutIsRead() {
        test.endpoint.add(new KinesisService(test.store, KeyFile.inMemory(), test.time, test.endpoint));
        var kinesis = Kinesis.at(test.endpoint);
        kinesis.createStream(caller(), Kinesis.CreateStreamRequest.of(r -> r.streamName("s").shardCount(1)));
        test.time.settle();
        var consumer = kinesis
                .registerStreamConsumer(caller(), Kinesis.RegisterStreamConsumerRequest.of(r -> r.consumerName("fan")
                .streamARN("arn:aws:kinesis:eu-central-1:123456789012:stream/s"))).consumer().consumerARN();
        refused("Stream not found: " + consumer + "0",
                r -> r.eventSourceArn(consumer + "0").startingPosition("TRIM_HORIZON"));
        put(kinesis, "bad");
        var made = create(r -> r.functionName("strict").eventSourceArn(consumer).startingPosition("TRIM_HORIZON")
                .maximumRetryAttempts(0)
                .metricsConfig(Lambda.EventSourceMappingMetricsConfig.of(m -> m.metrics(List.of("EventCount")))));
        test.time.settle();
        assertThat(get(made.uuid()).lastProcessingResult()).isEqualTo("PROBLEM: Function call failed");
        assertThat(counted(made, "DroppedEventCount")).isEqualTo(1);
        put(kinesis, "good");
        test.time.settle();
        assertThat(get(made.uuid()).lastProcessingResult()).isEqualTo("OK");
        // A subscription ends after five minutes, and reading goes on behind the last record.
        test.time.advance(Duration.ofMinutes(6));
        put(kinesis, "good");
        test.time.settle();
        assertThat(counted(made, "InvokedEventCount")).isEqualTo(3);
    }

    private void put(Kinesis kinesis, String data) {
        kinesis.putRecord(caller(), Kinesis.PutRecordRequest.of(r -> r.streamName("s").partitionKey("k")
                .data(Bytes.of(data.getBytes(StandardCharsets.UTF_8)))));
    }

    @Test
    void messagesBecomeInvocationsAndAreDeleted() {
        create(_ -> {});
        var sqs = Sqs.at(test.endpoint);
        sqs.sendMessage(caller(), Sqs.SendMessageRequest.of(r -> r.queueUrl("http://127.0.0.1:4566/123456789012/q")
                .messageBody("hello")));
        test.time.settle();
        assertThat(sqs.getQueueAttributes(caller(),
                Sqs.GetQueueAttributesRequest.of(r -> r.queueUrl("http://127.0.0.1:4566/123456789012/q")
                .attributeNames(List.of("All")))).attributes()).containsEntry("ApproximateNumberOfMessages", "0")
                .containsEntry("ApproximateNumberOfMessagesNotVisible", "0");
    }
}
