package dev.aloft.service.firehose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Principal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** What processors make of records before they are delivered, and which of their settings are taken. */
class ProcessingTest extends FirehoseFixture {
    private static final String ENVELOPE =
            "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"id\":\"1\",\"message\":\"one\"},"
            + "{\"id\":\"2\",\"message\":\"\"}]}";

    private void processed(Firehose.Processor... processors) {
        stream(d -> d.processingConfiguration(processing(processors)));
    }

    private static Firehose.ProcessingConfiguration processing(Firehose.Processor... processors) {
        return Firehose.ProcessingConfiguration.of(p -> p.enabled(true).processors(List.of(processors)));
    }

    /** As CloudWatch Logs puts records itself. */
    private void putByLogs(byte[]... contents) {
        var logs = new Caller(ROOT.account(), ROOT.region(), new Principal.Service("logs.amazonaws.com", null), "r",
                null, 0, null, null, null);
        for (var content : contents) {
            firehose.putRecord(logs, Firehose.PutRecordRequest.of(r -> r.deliveryStreamName("d")
                            .record(Firehose.Record.of(it -> it.data(Bytes.of(content))))));
        }
    }

    private static byte[] packed(String text) throws IOException {
        var all = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(all)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return all.toByteArray();
    }

    @Test
    void whatCloudWatchLogsSendsIsUnpacked() throws IOException {
        processed(processor("Decompression", Map.of()));
        putByLogs(packed(ENVELOPE));
        time.advance(Duration.ofSeconds(300));
        assertThat(text(only())).isEqualTo(ENVELOPE);
    }

    @Test
    void ofLogEventsTheMessagesAloneAreDeliveredALineEach() throws IOException {
        processed(processor("Decompression", Map.of()),
                processor("CloudWatchLogProcessing", Map.of("DataMessageExtraction", "True")));
        putByLogs(packed(ENVELOPE),
                packed("{\"messageType\":\"CONTROL_MESSAGE\",\"logEvents\":[{\"message\":\"hello\"}]}"),
                packed("{\"no\":\"envelope\"}"), "not packed".getBytes(StandardCharsets.UTF_8));
        time.advance(Duration.ofSeconds(300));
        var keys = List.copyOf(objects.keySet());
        assertThat(keys).hasSize(2);
        assertThat(text(keys.get(0))).isEqualTo("one\n\n");
        assertThat(keys.get(1)).startsWith("b/decompression-failed/20");
        assertThat(text(keys.get(1)).split("\n")).hasSize(2).allSatisfy(line -> assertThat(line)
                .contains("\"attemptsMade\":1", "\"errorCode\":\"Decompression failed.\"").doesNotContain("lambdaARN"));
        assertThat(text(keys.get(1))).as("as it came").contains("\"rawData\":\"bm90IHBhY2tlZA==\"");
    }

    @Test
    void aStreamThatUnpacksTakesRecordsOfCloudWatchLogsAlone() {
        processed(processor("Decompression", Map.of()));
        assertThatThrownBy(() -> put("text")).isInstanceOf(Firehose.InvalidSourceException.class)
                .hasMessage("Only requests from CloudWatch Logs are supported when CloudWatch Logs "
                        + "decompression is enabled.");
    }

    @Test
    void aDelimiterStandsBetweenRecords() {
        processed(processor("AppendDelimiterToRecord", Map.of("Delimiter", "x")));
        put("one", "two");
        time.advance(Duration.ofSeconds(300));
        assertThat(text(only())).isEqualTo("one\ntwo");
        assertThat(told().getFirst().parameters()).as("parameters do not count").isEmpty();
    }

    private List<Firehose.Processor> told() {
        return firehose.describeDeliveryStream(ROOT,
                Firehose.DescribeDeliveryStreamRequest.of(r -> r.deliveryStreamName("d"))).deliveryStreamDescription()
                .destinations().getFirst().extendedS3DestinationDescription().processingConfiguration().processors();
    }

    @Test
    void aFunctionIsToldWithAllItsSettings() {
        processed(lambda().processors().getFirst());
        assertThat(told().getFirst().parameters()).extracting(Firehose.ProcessorParameter::parameterName,
                Firehose.ProcessorParameter::parameterValue).containsExactly(
                        tuple("LambdaArn", FUNCTION),
                        tuple("NumberOfRetries", "3"),
                        tuple("RoleArn", ROLE),
                        tuple("BufferSizeInMBs", "1"),
                        tuple("BufferIntervalInSeconds", "60"));
    }

    @Test
    void processorsThatDoNotGoTogetherAreRefused() {
        var function = lambda().processors().getFirst();
        assertThatThrownBy(() -> processed()).hasMessage(
                "A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled.");
        assertThatThrownBy(() -> processed(function, function)).hasMessage("Cannot have more than 1 Lambda processor");
        assertThatThrownBy(() -> processed(processor("Decompression", Map.of("CompressionFormat", "ZIP"))))
                .hasMessage("CompressionFormat has to be GZIP");
        assertThatThrownBy(() ->
                processed(processor("CloudWatchLogProcessing", Map.of("DataMessageExtraction", "true"))))
                .hasMessage("CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor");
        assertThatThrownBy(() -> processed(processor("Decompression", Map.of()),
                processor("CloudWatchLogProcessing", Map.of("DataMessageExtraction", "yes")))).hasMessage(
                        "Invalid parameter value for DataMessageExtraction. Allowed values are True and False.");
    }

    @Test
    void aFunctionIsNotAskedAgainForABatchThatIsTriedAgain() {
        function.set(records -> Map.of("records", List.of(answer(records.get(0), "Ok"),
                answer(records.get(1), "ProcessingFailed"))));
        processed(lambda().processors().getFirst());
        bucketFault.set(ApiError.of("AccessDenied", 403, "Access Denied"));
        put("good", "bad");
        time.advance(Duration.ofMinutes(30));
        assertThat(invoked).hasSize(1);
        bucketFault.set(null);
        time.advance(Duration.ofMinutes(3));
        assertThat(invoked).hasSize(1);
        assertThat(objects).hasSize(2);
        assertThat(objects.keySet().stream().map(this::text)).anyMatch("GOOD"::equals)
                .anyMatch(it -> it.contains("Lambda.ProcessingFailedStatus") && it.contains("\"rawData\":\"YmFk\""));
    }

    @Test
    void partitionsBeyondFiveHundredGoWhereErrorsGo() {
        partitioned("c=!{partitionKeyFromQuery:c}/", query("{c: .c}"));
        for (int i = 0; i < 502; i++) {
            put("{\"c\":" + i + "}");
        }
        put("{\"c\":3}");
        time.advance(Duration.ofSeconds(300));
        assertThat(objects).hasSize(501);
        var failed = objects.keySet().iterator().next();
        assertThat(failed).startsWith("b/bad/activePartitionExceeded/");
        assertThat(text(failed).split("\n")).hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("DynamicPartitioning.ActivePartitionsLimitExceeded"));
    }

    /** A message of protocol buffers: a table of two keys and a record of each, as a producer's library packs them. */
    private static byte[] aggregated() throws Exception {
        var message = new ByteArrayOutputStream();
        message.writeBytes(new byte[] {10, 2, 'k', '0', 10, 2, 'k', '1'});
        message.writeBytes(new byte[] {26, 7, 8, 0, 26, 3, 'o', 'n', 'e'});
        message.writeBytes(new byte[] {26, 7, 8, 1, 26, 3, 't', 'w', 'o'});
        var all = new ByteArrayOutputStream();
        all.writeBytes(new byte[] {(byte) 0xf3, (byte) 0x89, (byte) 0x9a, (byte) 0xc2});
        message.writeTo(all);
        all.writeBytes(MessageDigest.getInstance("MD5").digest(message.toByteArray()));
        return all.toByteArray();
    }

    @Test
    void recordsThatAProducerPackedTogetherAreTakenApart() throws Exception {
        var kinesis = Kinesis.at(endpoint);
        kinesis.createStream(ROOT, Kinesis.CreateStreamRequest.of(r -> r.streamName("k").shardCount(1)));
        function.set(records -> {
            assertThat(records.stream().map(it -> (Map<?, ?>) it.get("kinesisRecordMetadata"))
                    .map(it -> it.get("partitionKey") + " " + it.get("subsequenceNumber")))
                    .containsExactly("k0 0", "k1 1");
            return Map.of("records", records.stream().map(it -> answer(it, "Ok")).toList());
        });
        firehose.createDeliveryStream(ROOT, Firehose.CreateDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")
                .deliveryStreamType("KinesisStreamAsSource").kinesisStreamSourceConfiguration(
                        Firehose.KinesisStreamSourceConfiguration.of(k -> k.roleARN(ROLE)
                                .kinesisStreamARN("arn:aws:kinesis:us-east-1:111122223333:stream/k")))
                .extendedS3DestinationConfiguration(Firehose.ExtendedS3DestinationConfiguration.of(d -> d.roleARN(ROLE)
                        .bucketARN("arn:aws:s3:::b").processingConfiguration(lambda())))));
        var data = Bytes.of(aggregated());
        kinesis.putRecord(ROOT, Kinesis.PutRecordRequest.of(r -> r.streamName("k").partitionKey("key").data(data)));
        time.advance(Duration.ofSeconds(310));
        assertThat(text(only())).isEqualTo("ONETWO");
        firehose.deleteDeliveryStream(ROOT, Firehose.DeleteDeliveryStreamRequest.of(r -> r.deliveryStreamName("d")));
        time.advance(Duration.ofSeconds(30));
    }

    @Test
    void anUpdateKeepsWhatItLeavesOut() {
        stream(d -> d.bufferingHints(Firehose.BufferingHints.of(h -> h.sizeInMBs(7).intervalInSeconds(120)))
                .processingConfiguration(lambda()));
        update("1", d -> d.prefix(""));
        assertThat(description().versionId()).as("an empty prefix is another than none").isEqualTo("2");
        update("2", d -> d.prefix(""));
        assertThat(description().versionId()).as("what changes nothing makes no version").isEqualTo("2");
        update("2", d -> d.bufferingHints(Firehose.BufferingHints.of(h -> h.intervalInSeconds(60)))
                .processingConfiguration(Firehose.ProcessingConfiguration.of(p -> p.processors(
                        List.of(processor("AppendDelimiterToRecord", Map.of()))))));
        var destination = description().destinations().getFirst().extendedS3DestinationDescription();
        assertThat(destination.bufferingHints().sizeInMBs()).isEqualTo(7);
        assertThat(destination.processingConfiguration().enabled()).isTrue();
        assertThat(destination.processingConfiguration().processors()).hasSize(1);
    }

    @Test
    void updatesThatCannotBeAreRefused() {
        stream(_ -> { });
        assertThatThrownBy(() -> firehose.updateDestination(ROOT, Firehose.UpdateDestinationRequest.of(r -> r
                .deliveryStreamName("d").currentDeliveryStreamVersionId("1")
                .destinationId("destinationId-000000000001"))))
                .hasMessage("At least one destination or source configuration update must be provided");
        assertThatThrownBy(() -> update("1", d -> d.processingConfiguration(
                processing(processor("Decompression", Map.of()))))).hasMessage("Enabling source decompression is not "
                        + "supported for existing stream with no Lambda function attached.");
        update("1", d -> d.s3BackupMode("Enabled").s3BackupUpdate(Firehose.S3DestinationUpdate.of(
                b -> b.roleARN(ROLE).bucketARN("arn:aws:s3:::raw"))));
        assertThatThrownBy(() -> update("2", d -> d.s3BackupMode("Disabled")))
                .hasMessage("Disabling S3 backup is not currently supported.");
        assertThatThrownBy(() ->
                update("2", d -> d.s3BackupUpdate(Firehose.S3DestinationUpdate.of(b -> b.bufferingHints(
                Firehose.BufferingHints.of(h -> h.intervalInSeconds(30)))))))
                .hasMessage("S3 backup buffering interval must be between 60 and 900 seconds.");
    }

    private Firehose.DeliveryStreamDescription description() {
        return firehose.describeDeliveryStream(ROOT,
                Firehose.DescribeDeliveryStreamRequest.of(r -> r.deliveryStreamName("d"))).deliveryStreamDescription();
    }

    private void update(String version, Consumer<Firehose.ExtendedS3DestinationUpdate.Builder> with) {
        firehose.updateDestination(ROOT, Firehose.UpdateDestinationRequest.of(r -> r.deliveryStreamName("d")
                .currentDeliveryStreamVersionId(version).destinationId("destinationId-000000000001")
                .extendedS3DestinationUpdate(Firehose.ExtendedS3DestinationUpdate.of(with))));
    }

    @Test
    void objectsLieUnderTheBucketsKeyThatTheDestinationNames() {
        var key = "arn:aws:kms:us-east-1:111122223333:key/k";
        stream(d -> d.encryptionConfiguration(Firehose.EncryptionConfiguration.of(
                e -> e.kmsEncryptionConfig(Firehose.KMSEncryptionConfig.of(k -> k.awskmsKeyARN(key))))));
        put("text");
        time.advance(Duration.ofSeconds(300));
        assertThat(requests.getFirst().serverSideEncryption()).isEqualTo("aws:kms");
        assertThat(requests.getFirst().ssekmsKeyId()).isEqualTo(key);
    }

    @Test
    void aPrefixWithoutATimeIsFollowedByIt() {
        stream(d -> d.prefix("p/!{firehose:random-string}/").errorOutputPrefix("e/!{firehose:error-output-type}/"));
        put("text");
        time.advance(Duration.ofSeconds(300));
        assertThat(only()).matches("b/p/[0-9a-f]{11}/\\d{4}/\\d\\d/\\d\\d/\\d\\d/d-1-.*");
    }
}
