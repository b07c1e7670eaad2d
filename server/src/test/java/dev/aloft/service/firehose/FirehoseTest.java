package dev.aloft.service.firehose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.aloft.api.ApiError;
import dev.aloft.api.Firehose;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Lambda;
import dev.aloft.api.S3;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** What becomes of the records that a delivery stream is given. */
class FirehoseTest extends FirehoseFixture {
    @Test
    void recordsGoTogetherWhenTheOldestHasWaitedLongEnough() {
        stream(d -> d.bufferingHints(Firehose.BufferingHints.of(h -> h.intervalInSeconds(60).sizeInMBs(1))));
        put("one\n", "two\n");
        time.advance(Duration.ofSeconds(59));
        assertThat(objects).isEmpty();
        time.advance(Duration.ofSeconds(1));
        assertThat(only()).matches("b/\\d{4}/\\d\\d/\\d\\d/\\d\\d/d-1-\\d{4}(-\\d\\d){5}-[0-9a-f-]{36}");
        assertThat(text(only())).isEqualTo("one\ntwo\n");
    }

    @Test
    void recordsGoTogetherWhenTheyAreMany() {
        stream(d -> d.bufferingHints(Firehose.BufferingHints.of(h -> h.intervalInSeconds(900).sizeInMBs(1))));
        firehose.putRecordBatch(ROOT, Firehose.PutRecordBatchRequest.of(r -> r.deliveryStreamName("d").records(
                List.of(record("x".repeat(900_000)), record("y".repeat(900_000)), record("z")))));
        time.settle();
        assertThat(objects.get(only())).hasSize(1_800_000);
        time.advance(Duration.ofSeconds(900));
        assertThat(objects.values().stream().map(it -> it.length)).containsExactlyInAnyOrder(1_800_000, 1);
    }

    @Test
    void prefixesHaveExpressionsAndObjectsAreCompressed() throws IOException {
        stream(d -> d.prefix("p/!{timestamp:yyyy}/!{firehose:random-string}/")
                .errorOutputPrefix("e/!{firehose:error-output-type}/")
                .compressionFormat("GZIP"));
        put("text");
        time.advance(Duration.ofSeconds(300));
        assertThat(only()).matches("b/p/\\d{4}/[0-9a-f]{11}/d-1-.*\\.gz");
        assertThat(requests.getFirst().contentEncoding()).isEqualTo("gzip");
        var unpacked = new GZIPInputStream(new ByteArrayInputStream(objects.get(only()))).readAllBytes();
        assertThat(new String(unpacked, StandardCharsets.UTF_8)).isEqualTo("text");
    }

    @Test
    void aFunctionMakesSomethingOfTheRecords() {
        stream(d -> d.processingConfiguration(lambda()));
        var results = List.of("Ok", "Dropped", "ProcessingFailed");
        function.set(records -> Map.of("records", List.of(answer(records.get(0), results.get(0)),
                answer(records.get(1), results.get(1)), answer(records.get(2), results.get(2)))));
        put("good", "dull", "bad", "forgotten");
        time.advance(Duration.ofSeconds(300));
        assertThat(invoked).containsExactly("arn:aws:firehose:us-east-1:111122223333:deliverystream/d");
        var keys = List.copyOf(objects.keySet());
        assertThat(keys).hasSize(2);
        assertThat(text(keys.get(0))).isEqualTo("GOOD");
        assertThat(keys.get(1)).matches("b/processing-failed/\\d{4}/\\d\\d/\\d\\d/\\d\\d/d-1-.*");
        var lines = text(keys.get(1)).split("\n");
        assertThat(lines).hasSize(2);
        assertThat((Object) JsonReader.tree(lines[0])).asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("errorCode", "Lambda.ProcessingFailedStatus").containsEntry("rawData", "YmFk")
                .containsEntry("errorMessage", "ProcessingFailed status set for record")
                        .containsEntry("lambdaARN", FUNCTION);
        assertThat(lines[1]).contains("Lambda.MissingRecordId");
    }

    @Test
    void aFunctionThatFailsIsAskedFourTimes() {
        stream(d -> d.processingConfiguration(lambda()).errorOutputPrefix("bad-"));
        function.set(_ -> {
            throw ApiError.of("ResourceNotFoundException", 404, "Function not found");
        });
        put("text");
        time.advance(Duration.ofSeconds(300));
        assertThat(invoked).hasSize(4);
        assertThat(only()).startsWith("b/bad-processing-failed/");
        assertThat(text(only())).contains("\"attemptsMade\":4", "\"errorCode\":\"Lambda.ResourceNotFound\"");
    }

    @Test
    void aBucketThatIsMissingIsWaitedFor() {
        stream(_ -> { });
        bucketFault.set(ApiError.of("NoSuchBucket", 404, "The specified bucket does not exist"));
        put("first");
        time.advance(Duration.ofSeconds(300));
        put("second");
        time.advance(Duration.ofHours(2));
        assertThat(objects).isEmpty();
        bucketFault.set(null);
        time.advance(Duration.ofMinutes(5));
        assertThat(objects.keySet().stream().map(this::text)).containsExactly("first", "second");
    }

    @Test
    void whatABucketRefusesIsLogged() {
        stream(d -> d.cloudWatchLoggingOptions(Firehose.CloudWatchLoggingOptions.of(o -> o.enabled(true)
                .logGroupName("g")
                .logStreamName("s"))));
        bucketFault.set(ApiError.of("AccessDenied", 403, "Access Denied"));
        put("text");
        time.advance(Duration.ofSeconds(300));
        assertThat(lines)
                .containsExactly("{\"deliveryStreamARN\":\"arn:aws:firehose:us-east-1:111122223333:deliverystream/d\","
                + "\"destination\":\"arn:aws:s3:::b\",\"deliveryStreamVersionId\":\"1\",\"message\":\"Access Denied\","
                + "\"errorCode\":\"S3.AccessDenied\"}");
    }

    @Test
    void recordsAreBackedUpAsTheyCame() {
        function.set(records -> Map.of("records", records.stream().map(it -> answer(it, "Ok")).toList()));
        stream(d -> d.processingConfiguration(lambda()).s3BackupMode("Enabled").s3BackupConfiguration(
                Firehose.S3DestinationConfiguration.of(b -> b.roleARN(ROLE).bucketARN("arn:aws:s3:::raw").prefix("src/")
                        .bufferingHints(Firehose.BufferingHints.of(h -> h.intervalInSeconds(60))))));
        put("one", "two");
        time.advance(Duration.ofSeconds(60));
        assertThat(only()).startsWith("raw/src/20");
        assertThat(text(only())).isEqualTo("onetwo");
        time.advance(Duration.ofSeconds(240));
        assertThat(objects.keySet().stream().map(this::text)).containsExactlyInAnyOrder("onetwo", "ONETWO");
    }

    @Test
    void aKinesisStreamIsReadFromWhenTheDeliveryStreamWasMade() {
        var kinesis = Kinesis.at(endpoint);
        kinesis.createStream(ROOT, Kinesis.CreateStreamRequest.of(r -> r.streamName("k").shardCount(1)));
        time.advance(Duration.ofSeconds(1));
        put(kinesis, "before");
        time.advance(Duration.ofSeconds(1));
        function.set(records -> {
            var metadata = (Map<?, ?>) records.getFirst().get("kinesisRecordMetadata");
            assertThat(metadata.get("shardId")).isEqualTo("shardId-000000000000");
            assertThat(metadata.get("partitionKey")).isEqualTo("key");
            return Map.of("records", records.stream().map(it -> answer(it, "Ok")).toList());
        });
        firehose.createDeliveryStream(ROOT, Firehose.CreateDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")
                .deliveryStreamType("KinesisStreamAsSource").kinesisStreamSourceConfiguration(
                        Firehose.KinesisStreamSourceConfiguration.of(k -> k.roleARN(ROLE)
                                .kinesisStreamARN("arn:aws:kinesis:us-east-1:111122223333:stream/k")))
                .extendedS3DestinationConfiguration(Firehose.ExtendedS3DestinationConfiguration.of(d -> d.roleARN(ROLE)
                        .bucketARN("arn:aws:s3:::b").processingConfiguration(lambda())))));
        assertThatThrownBy(() -> put("direct")).isInstanceOf(Firehose.InvalidArgumentException.class)
                .hasMessage("This operation is not permitted on KinesisStreamAsSource delivery stream type.");
        put(kinesis, "one", "two");
        time.advance(Duration.ofSeconds(310));
        assertThat(text(only())).isEqualTo("ONETWO");
        assertThat(firehose.describeDeliveryStream(ROOT,
                Firehose.DescribeDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")))
                .deliveryStreamDescription().source().kinesisStreamSourceDescription().roleARN()).isEqualTo(ROLE);
        firehose.deleteDeliveryStream(ROOT, Firehose.DeleteDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")));
        time.advance(Duration.ofSeconds(30));
    }

    @Test
    void recordsArePartitionedByWhatAQueryFindsInThem() {
        partitioned("c=!{partitionKeyFromQuery:c}/", query("{c: .customer.id}"),
                processor("RecordDeAggregation", Map.of("SubRecordType", "JSON")),
                processor("AppendDelimiterToRecord", Map.of("Delimiter", "\\n")));
        put("{\"customer\":{\"id\":\"ann\"}}{\"customer\":{\"id\":7}}", "{\"customer\":{\"id\":\"ann\"},\"b\":\"}\"}",
                "{\"other\":1}", "no json");
        time.advance(Duration.ofSeconds(300));
        var keys = List.copyOf(objects.keySet());
        assertThat(keys).hasSize(3);
        assertThat(keys.get(0)).startsWith("b/bad/processing-failed/");
        assertThat(text(keys.get(0))).contains("\"errorCode\":\"DynamicPartitioning.MetadataExtractionFailed\"",
                "partitionKeys values must not be null or empty", "Non JSON record provided");
        assertThat(keys.get(1)).startsWith("b/c=7/d-1-");
        assertThat(keys.get(2)).startsWith("b/c=ann/d-1-");
        assertThat(text(keys.get(2)))
                .isEqualTo("{\"customer\":{\"id\":\"ann\"}}\n{\"customer\":{\"id\":\"ann\"},\"b\":\"}\"}");
    }

    @Test
    void recordsArePartitionedByTheKeysThatAFunctionGives() {
        function.set(records -> Map.of("records", records.stream().map(it -> {
            var answer = new TreeMap<>(answer(it, "Ok"));
            answer.put("metadata", Map.of("partitionKeys", Map.of("size", it.get("data").toString().length())));
            return answer;
        }).toList()));
        partitioned("!{partitionKeyFromLambda:size}/", lambda().processors().getFirst());
        assertThat(firehose.describeDeliveryStream(ROOT,
                Firehose.DescribeDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")))
                .deliveryStreamDescription().destinations().getFirst().extendedS3DestinationDescription()
                .dynamicPartitioningConfiguration().retryOptions().durationInSeconds()).isEqualTo(300);
        put("a", "text", "more");
        time.advance(Duration.ofSeconds(300));
        assertThat(objects.keySet().stream().map(it -> it.substring(0, 4))).containsExactly("b/4/", "b/8/");
        assertThat(objects.values().stream().map(String::new)).containsExactly("A", "TEXTMORE");
    }

    @Test
    void partitioningThatCannotBeIsRefused() {
        assertThatThrownBy(() -> stream(d -> d.prefix("!{partitionKeyFromQuery:c}/").errorOutputPrefix("e/")))
                .hasMessage("Dynamic Partitioning Namespaces can only be part of a prefix expression when "
                        + "Dynamic Partitioning is enabled.");
        assertThatThrownBy(() -> partitioned("!{partitionKeyFromQuery:c}/", query("{c: .a")))
                .hasMessage("MetadataExtractionQuery is invalid.");
        assertThatThrownBy(() -> stream(d -> d.bufferingHints(Firehose.BufferingHints.of(h -> h.sizeInMBs(5)))
                .dynamicPartitioningConfiguration(Firehose.DynamicPartitioningConfiguration.of(c -> c.enabled(true)))))
                .hasMessage("BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.");
    }

    /** A web server that says what it is told to; what it was asked is noted. */
    private HttpServer server(Function<Map<?, ?>, String> answer) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var body = exchange.getRequestBody().readAllBytes();
            var plain = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))
                    ? new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes() : body;
            var request = (Map<?, ?>) JsonReader.tree(plain);
            asked.add(exchange.getRequestHeaders());
            var said = answer.apply(request).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(new String(said, StandardCharsets.UTF_8).contains("errorMessage") ? 500 : 200,
                    said.length);
            exchange.getResponseBody().write(said);
            exchange.close();
        });
        server.start();
        return server;
    }

    private void toServer(HttpServer server, String backup) {
        firehose.createDeliveryStream(ROOT, Firehose.CreateDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")
                .httpEndpointDestinationConfiguration(Firehose.HttpEndpointDestinationConfiguration.of(d ->
                        d.roleARN(ROLE)
                        .endpointConfiguration(Firehose.HttpEndpointConfiguration.of(e -> e.name("there")
                                .accessKey("secret")
                                .url("http://127.0.0.1:" + server.getAddress().getPort() + "/in")))
                        .bufferingHints(Firehose.HttpEndpointBufferingHints.of(h -> h.intervalInSeconds(60)))
                        .requestConfiguration(Firehose.HttpEndpointRequestConfiguration.of(c ->
                                c.contentEncoding("GZIP")
                                .commonAttributes(List.of(Firehose.HttpEndpointCommonAttribute.of(
                                        a -> a.attributeName("stage").attributeValue("test"))))))
                        .s3BackupMode(backup)
                                .s3Configuration(Firehose.S3DestinationConfiguration.of(b -> b.roleARN(ROLE)
                                .bucketARN("arn:aws:s3:::b").bufferingHints(Firehose.BufferingHints.of(
                                        h -> h.intervalInSeconds(60)))))))));
    }

    @Test
    void aWebServerIsSentRecordsAndAnswersWithTheRequestsId() throws IOException {
        var records = Collections.synchronizedList(new ArrayList<Object>());
        var server = server(request -> {
            records.addAll((List<?>) request.get("records"));
            return "{\"requestId\":\"" + request.get("requestId") + "\",\"timestamp\":1}";
        });
        toServer(server, "AllData");
        put("one", "two");
        time.advance(Duration.ofSeconds(60));
        server.stop(0);
        assertThat(records).containsExactly(Map.of("data", "b25l"), Map.of("data", "dHdv"));
        assertThat(asked).singleElement().satisfies(headers -> {
            assertThat(headers.getFirst("X-Amz-Firehose-Protocol-Version")).isEqualTo("1.0");
            assertThat(headers.getFirst("X-Amz-Firehose-Access-Key")).isEqualTo("secret");
            assertThat(headers.getFirst("X-Amz-Firehose-Source-Arn"))
                    .isEqualTo("arn:aws:firehose:us-east-1:111122223333:deliverystream/d");
            assertThat(headers.getFirst("X-Amz-Firehose-Common-Attributes"))
                    .isEqualTo("{\"commonAttributes\":{\"stage\":\"test\"}}");
        });
        assertThat(text(only())).isEqualTo("onetwo");
        var told = firehose.describeDeliveryStream(ROOT,
                Firehose.DescribeDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")))
                .deliveryStreamDescription().destinations().getFirst();
        assertThat(told.extendedS3DestinationDescription()).isNull();
        assertThat(told.httpEndpointDestinationDescription().endpointConfiguration().name()).isEqualTo("there");
        assertThat(told.httpEndpointDestinationDescription().retryOptions().durationInSeconds()).isEqualTo(300);
    }

    @Test
    void whatAWebServerDoesNotTakeGoesToTheBucketAfterAWhile() throws IOException {
        var server = server(_ -> "{\"errorMessage\":\"no\"}");
        toServer(server, "FailedDataOnly");
        put("one");
        time.advance(Duration.ofSeconds(60 + 290));
        assertThat(objects).isEmpty();
        assertThat(asked).hasSizeGreaterThan(3);
        time.advance(Duration.ofSeconds(300));
        server.stop(0);
        assertThat(only()).startsWith("b/http-endpoint-failed/20");
        assertThat(text(only())).contains("\"errorCode\":\"HttpEndpoint.DestinationException\"", "\"rawData\":\"b25l\"",
                "Received the following response from the endpoint destination. {\\\"errorMessage\\\":\\\"no\\\"}");
    }

    @Test
    void aDestinationIsChangedByWhoKnowsItsVersion() {
        stream(_ -> { });
        assertThatThrownBy(() -> update("7", "new/")).isInstanceOf(Firehose.ConcurrentModificationException.class);
        update("1", "new/");
        var told = firehose.describeDeliveryStream(ROOT,
                Firehose.DescribeDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")))
                .deliveryStreamDescription();
        assertThat(told.versionId()).isEqualTo("2");
        var destination = told.destinations().getFirst().extendedS3DestinationDescription();
        assertThat(destination.prefix()).isEqualTo("new/");
        assertThat(destination.bucketARN()).isEqualTo("arn:aws:s3:::b");
        assertThat(destination.bufferingHints().intervalInSeconds()).isEqualTo(300);
    }

    private void update(String version, String prefix) {
        firehose.updateDestination(ROOT, Firehose.UpdateDestinationRequest.of(r -> r.deliveryStreamName("d")
                .currentDeliveryStreamVersionId(version).destinationId("destinationId-000000000001")
                .extendedS3DestinationUpdate(Firehose.ExtendedS3DestinationUpdate.of(d -> d.prefix(prefix)))));
    }

    @Test
    void whatIsRefused() {
        stream(_ -> { });
        assertThatThrownBy(() -> stream(_ -> { })).isInstanceOf(Firehose.ResourceInUseException.class)
                .hasMessage("Firehose d under accountId 111122223333 already exists");
        assertThatThrownBy(() -> stream(d -> d.roleARN("arn:aws:iam::111122223333:role/none")))
                .isInstanceOf(Firehose.InvalidArgumentException.class)
                .hasMessage("Firehose is unable to assume role arn:aws:iam::111122223333:role/none. Please check "
                        + "the role provided.");
        assertThatThrownBy(() -> stream(d -> d.prefix("!{timestamp:yyyy}/")))
                .hasMessage("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.");
        assertThatThrownBy(() -> stream(d -> d.prefix("!{timestamp:yyyy").errorOutputPrefix("e/")))
                .hasMessage("Invalid expression: !{timestamp:yyyy");
        assertThatThrownBy(() -> stream(d -> d.cloudWatchLoggingOptions(Firehose.CloudWatchLoggingOptions.of(
                o -> o.enabled(true)))))
                .hasMessage("LogGroupName and LogStreamName are required when CloudWatch logging is enabled.");
        firehose.deleteDeliveryStream(ROOT, Firehose.DeleteDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")));
        assertThatThrownBy(() -> put("text")).isInstanceOf(Firehose.ResourceNotFoundException.class)
                .hasMessage("Firehose d under account 111122223333 not found.");
    }
}
