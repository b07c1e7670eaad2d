package dev.aloft.service.firehose;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.kinesis.KinesisService;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;

/** Delivery streams into a bucket that is none: what is put there is noted. */
abstract class FirehoseFixture {
    static final Caller ROOT = new Caller("111122223333", "us-east-1", new Principal.Root("111122223333"), "r",
            null, 0,
            "http://localhost:4566", "127.0.0.1", "test");
    static final String ROLE = "arn:aws:iam::111122223333:role/r";
    static final String FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:f";

    final TestTime time = new TestTime();
    final FlakyStore store = new FlakyStore(new MemoryStore());
    final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    final Map<String, byte[]> objects = Collections.synchronizedMap(new TreeMap<>());
    final List<S3.PutObjectRequest> requests = Collections.synchronizedList(new ArrayList<>());
    final List<String> invoked = Collections.synchronizedList(new ArrayList<>());
    final AtomicReference<Function<List<Map<?, ?>>, Object>> function = new AtomicReference<>();
    final List<Headers> asked = Collections.synchronizedList(new ArrayList<>());
    final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    final AtomicReference<ApiError> bucketFault = new AtomicReference<>();
    final Metrics metrics = new Metrics(endpoint, time);
    final Firehose firehose = Firehose.at(endpoint);
    private final Outbound outbound = new Outbound();
    private final Workers workers;

    FirehoseFixture() {
        var service = new FirehoseService(store, KeyFile.inMemory(), metrics, time, this::call, (caller, role, _) -> {
            if (role.endsWith("/none")) {
                throw ApiError.of("AccessDenied", 403, "no such role");
            }
            return caller;
        }, outbound);
        var kinesisService = new KinesisService(store, KeyFile.inMemory(), time, endpoint);
        endpoint.add(service);
        endpoint.add(kinesisService);
        workers = new Workers(time, Stream.of(service, kinesisService).flatMap(it -> it.workers().stream()).toList());
        workers.start();
    }

    @AfterEach
    void close() {
        workers.close();
        outbound.close();
    }

    private Shape call(Operation operation, Caller caller, Shape input) {
        if (operation == Lambda.INVOKE) {
            var event = (Map<?, ?>) JsonReader.tree(((Lambda.InvokeRequest) input).payload().array());
            invoked.add(event.get("deliveryStreamArn").toString());
            @SuppressWarnings("unchecked") var records = (List<Map<?, ?>>) event.get("records");
            return Lambda.InvokeResponse.of(r -> r.payload(Bytes.of(JsonWriter.bytes(function.get().apply(records)))));
        }
        if (operation.service() == Kinesis.MODEL) {
            return endpoint.call(operation, caller, input);
        }
        if (operation == Logs.PUT_LOG_EVENTS) {
            lines.addAll(((Logs.PutLogEventsRequest) input).logEvents().stream().map(Logs.InputLogEvent::message)
                    .toList());
            return Logs.PutLogEventsResponse.of(_ -> { });
        }
        if (bucketFault.get() != null) {
            throw bucketFault.get();
        }
        var put = (S3.PutObjectRequest) input;
        requests.add(put);
        objects.put(put.bucket() + "/" + put.key(), put.body().bytes(1 << 24));
        return S3.PutObjectResponse.of(_ -> { });
    }

    final void stream(Consumer<Firehose.ExtendedS3DestinationConfiguration.Builder> with) {
        firehose.createDeliveryStream(ROOT, Firehose.CreateDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")
                .extendedS3DestinationConfiguration(Firehose.ExtendedS3DestinationConfiguration.of(d -> {
                    d.roleARN(ROLE).bucketARN("arn:aws:s3:::b");
                    with.accept(d);
                }))));
    }

    final void put(String... texts) {
        for (var text : texts) {
            firehose.putRecord(ROOT, Firehose.PutRecordRequest.of(r -> r.deliveryStreamName("d").record(record(text))));
        }
    }

    static Firehose.Record record(String text) {
        return Firehose.Record.of(it -> it.data(Bytes.of(text.getBytes(StandardCharsets.UTF_8))));
    }

    final String only() {
        assertThat(objects).hasSize(1);
        return objects.keySet().iterator().next();
    }

    final String text(String key) {
        return new String(objects.get(key), StandardCharsets.UTF_8);
    }

    static Firehose.ProcessingConfiguration lambda() {
        return Firehose.ProcessingConfiguration.of(p -> p.enabled(true)
                .processors(List.of(Firehose.Processor.of(it -> it
                .type("Lambda").parameters(List.of(Firehose.ProcessorParameter.of(
                        l -> l.parameterName("LambdaArn").parameterValue(FUNCTION))))))));
    }

    static Map<String, Object> answer(Map<?, ?> record, String result) {
        var data = new String(Base64.getDecoder().decode(record.get("data").toString()), StandardCharsets.UTF_8);
        return Map.of("recordId", record.get("recordId"), "result", result, "data",
                Base64.getEncoder().encodeToString(data.toUpperCase().getBytes(StandardCharsets.UTF_8)));
    }

    static void put(Kinesis kinesis, String... texts) {
        for (var text : texts) {
            kinesis.putRecord(ROOT, Kinesis.PutRecordRequest.of(r -> r.streamName("k").partitionKey("key")
                    .data(Bytes.of(text.getBytes(StandardCharsets.UTF_8)))));
        }
    }

    static Firehose.Processor processor(String type, Map<String, String> parameters) {
        return Firehose.Processor.of(it -> it.type(type).parameters(parameters.entrySet().stream().map(each ->
                Firehose.ProcessorParameter.of(p -> p.parameterName(each.getKey()).parameterValue(each.getValue())))
                        .toList()));
    }

    final void partitioned(String prefix, Firehose.Processor... processors) {
        stream(d -> d.prefix(prefix).errorOutputPrefix("bad/!{firehose:error-output-type}/")
                .dynamicPartitioningConfiguration(Firehose.DynamicPartitioningConfiguration.of(c -> c.enabled(true)))
                .processingConfiguration(Firehose.ProcessingConfiguration.of(p -> p.enabled(true)
                        .processors(List.of(processors)))));
    }

    static Firehose.Processor query(String text) {
        return processor("MetadataExtraction", Map.of("MetadataExtractionQuery", text, "JsonParsingEngine", "JQ-1.6"));
    }
}
