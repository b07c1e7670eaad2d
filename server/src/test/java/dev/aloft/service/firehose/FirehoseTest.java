package dev.aloft.service.firehose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Delivery streams into a bucket that is none: what is put there is noted. */
class FirehoseTest {
    private static final Caller ROOT = new Caller("111122223333", "us-east-1", new Principal.Root("111122223333"), "r", null, 0,
            "http://localhost:4566", "127.0.0.1", "test");
    private static final String ROLE = "arn:aws:iam::111122223333:role/r";
    private static final String FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:f";

    private final TestTime time = new TestTime();
    private final FlakyStore store = new FlakyStore(new MemoryStore());
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final Map<String, byte[]> objects = Collections.synchronizedMap(new TreeMap<>());
    private final List<String> invoked = Collections.synchronizedList(new ArrayList<>());
    private final AtomicReference<Function<List<Map<?, ?>>, Object>> function = new AtomicReference<>();
    private final AtomicReference<ApiError> bucketFault = new AtomicReference<>();
    private final Firehose firehose = Firehose.at(endpoint);
    private final Workers workers;

    FirehoseTest() {
        var service = new FirehoseService(store, time, this::call, (caller, role, _) -> {
            if (role.endsWith("/none")) {
                throw ApiError.of("AccessDenied", 403, "no such role");
            }
            return caller;
        });
        endpoint.add(service);
        workers = new Workers(time, service.workers());
        workers.start();
    }

    @AfterEach
    void close() {
        workers.close();
    }

    private Shape call(Operation operation, Caller caller, Shape input) {
        if (operation == Lambda.INVOKE) {
            var event = (Map<?, ?>) JsonReader.tree(((Lambda.InvokeRequest) input).payload().array());
            invoked.add(event.get("deliveryStreamArn").toString());
            @SuppressWarnings("unchecked") var records = (List<Map<?, ?>>) event.get("records");
            return Lambda.InvokeResponse.of(r -> r.payload(Bytes.of(JsonWriter.bytes(function.get().apply(records)))));
        }
        if (bucketFault.get() != null) {
            throw bucketFault.get();
        }
        var put = (S3.PutObjectRequest) input;
        objects.put(put.bucket() + "/" + put.key(), put.body().bytes(1 << 24));
        return S3.PutObjectResponse.of(_ -> { });
    }

    private void stream(Consumer<Firehose.ExtendedS3DestinationConfiguration.Builder> with) {
        firehose.createDeliveryStream(ROOT, Firehose.CreateDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")
                .extendedS3DestinationConfiguration(Firehose.ExtendedS3DestinationConfiguration.of(d -> {
                    d.roleARN(ROLE).bucketARN("arn:aws:s3:::b");
                    with.accept(d);
                }))));
    }

    private void put(String... texts) {
        for (var text : texts) {
            firehose.putRecord(ROOT, Firehose.PutRecordRequest.of(r -> r.deliveryStreamName("d").record(record(text))));
        }
    }

    private static Firehose.Record record(String text) {
        return Firehose.Record.of(it -> it.data(Bytes.of(text.getBytes(StandardCharsets.UTF_8))));
    }

    private String only() {
        assertThat(objects).hasSize(1);
        return objects.keySet().iterator().next();
    }

    private String text(String key) {
        return new String(objects.get(key), StandardCharsets.UTF_8);
    }

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
        stream(d -> d.prefix("p/!{timestamp:yyyy}/!{firehose:random-string}/").errorOutputPrefix("e/!{firehose:error-output-type}/")
                .compressionFormat("GZIP"));
        put("text");
        time.advance(Duration.ofSeconds(300));
        assertThat(only()).matches("b/p/\\d{4}/[0-9a-f]{11}/d-1-.*\\.gz");
        var unpacked = new GZIPInputStream(new ByteArrayInputStream(objects.get(only()))).readAllBytes();
        assertThat(new String(unpacked, StandardCharsets.UTF_8)).isEqualTo("text");
    }

    private static Firehose.ProcessingConfiguration lambda() {
        return Firehose.ProcessingConfiguration.of(p -> p.enabled(true).processors(List.of(Firehose.Processor.of(it -> it
                .type("Lambda").parameters(List.of(Firehose.ProcessorParameter.of(
                        l -> l.parameterName("LambdaArn").parameterValue(FUNCTION))))))));
    }

    private static Map<String, Object> answer(Map<?, ?> record, String result) {
        var data = new String(Base64.getDecoder().decode(record.get("data").toString()), StandardCharsets.UTF_8);
        return Map.of("recordId", record.get("recordId"), "result", result, "data",
                Base64.getEncoder().encodeToString(data.toUpperCase().getBytes(StandardCharsets.UTF_8)));
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
                .containsEntry("errorMessage", "ProcessingFailed status set for record").containsEntry("lambdaArn", FUNCTION);
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
    void aDestinationIsChangedByWhoKnowsItsVersion() {
        stream(_ -> { });
        assertThatThrownBy(() -> update("7", "new/")).isInstanceOf(Firehose.ConcurrentModificationException.class);
        update("1", "new/");
        var told = firehose.describeDeliveryStream(ROOT, Firehose.DescribeDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")))
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
                .hasMessage("Firehose is unable to assume role arn:aws:iam::111122223333:role/none. Please check the role provided.");
        assertThatThrownBy(() -> stream(d -> d.prefix("!{timestamp:yyyy}/")))
                .hasMessage("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.");
        assertThatThrownBy(() -> stream(d -> d.compressionFormat("Snappy")))
                .hasMessage("The compression Snappy is not built in Aloft yet.");
        firehose.deleteDeliveryStream(ROOT, Firehose.DeleteDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")));
        assertThatThrownBy(() -> put("text")).isInstanceOf(Firehose.ResourceNotFoundException.class)
                .hasMessage("Firehose d under account 111122223333 not found.");
    }
}
