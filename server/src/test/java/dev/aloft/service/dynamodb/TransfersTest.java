package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.DeleteItemRequest;
import dev.aloft.api.DynamoDb.DescribeExportRequest;
import dev.aloft.api.DynamoDb.DescribeImportRequest;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.ExportDescription;
import dev.aloft.api.DynamoDb.ExportTableToPointInTimeRequest;
import dev.aloft.api.DynamoDb.ImportTableDescription;
import dev.aloft.api.DynamoDb.ImportTableRequest;
import dev.aloft.api.DynamoDb.IncrementalExportSpecification;
import dev.aloft.api.DynamoDb.PointInTimeRecoverySpecification;
import dev.aloft.api.DynamoDb.S3BucketSource;
import dev.aloft.api.DynamoDb.TableCreationParameters;
import dev.aloft.api.DynamoDb.UpdateContinuousBackupsRequest;
import dev.aloft.api.JsonReader;
import dev.aloft.api.S3;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.store.Blobs;
import dev.aloft.service.s3.S3Service;
import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exports of tables to S3 and imports from there. */
class TransfersTest extends DynamoDbFixture {
    private static final String ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/" + HASH;

    private final S3 s3 = S3.at(endpoint);
    @TempDir
    private Path folder;

    @BeforeEach
    void buckets() {
        endpoint.add(new S3Service(store, new Blobs(folder), time, endpoint, new Targets(), (caller, _, _) -> caller));
        s3.createBucket(CALLER, S3.CreateBucketRequest.of(r -> r.bucket("bucket")));
        dynamoDb.updateContinuousBackups(CALLER,
            new UpdateContinuousBackupsRequest(HASH, new PointInTimeRecoverySpecification(true, null)));
    }

    private ExportDescription export(Consumer<ExportTableToPointInTimeRequest.Builder> with) {
        return dynamoDb.exportTableToPointInTime(CALLER, ExportTableToPointInTimeRequest.of(r -> {
            r.tableArn(ARN).s3Bucket("bucket").s3Prefix("p");
            with.accept(r);
        })).exportDescription();
    }

    private ExportDescription ended(ExportDescription export) {
        time.advance(Duration.ofSeconds(1));
        return dynamoDb.describeExport(CALLER, new DescribeExportRequest(export.exportArn())).exportDescription();
    }

    private String object(String key) {
        try (var in = s3.getObject(CALLER, S3.GetObjectRequest.of(r -> r.bucket("bucket").key(key))).body().stream()) {
            var bytes = in.readAllBytes();
            return new String(key.endsWith(".gz") ? new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes()
                : bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<?, ?> json(String text) {
        return (Map<?, ?>) JsonReader.tree(text);
    }

    /** The lines of all files of an export. */
    private List<String> lines(ExportDescription export) {
        var files = object(json(object(ended(export).exportManifest())).get("manifestFilesS3Key").toString());
        var lines = new ArrayList<String>();
        files.lines().forEach(file -> object(json(file).get("dataFileS3Key").toString()).lines().forEach(lines::add));
        return lines;
    }

    private void rich() {
        put(HASH, item("a", s("x"), "s", s("quote \" and newline\n"), "n", n("-1.50"), "b", b(1, 2), "t",
            new AttributeValue.BOOL(true),
            "z", new AttributeValue.NULL(true), "l", list(n(1), s("two")), "m", new AttributeValue.M(item("k", n(3))),
            "ss", new AttributeValue.SS(List.of("p", "q")), "ns", new AttributeValue.NS(List.of("1", "2.5")),
            "bs", new AttributeValue.BS(List.of(Bytes.of(new byte[] {7})))));
    }

    @Test
    void anExportHasTheItemsAsLinesOfJson() {
        put(HASH, item("a", s("x"), "n", n("1.50")));
        var begun = export(_ -> { });
        assertThat(begun.exportStatus()).isEqualTo("IN_PROGRESS");
        assertThat(begun.exportType()).isNull();
        assertThat(lines(begun)).containsExactly("{\"Item\":{\"a\":{\"S\":\"x\"},\"n\":{\"N\":\"1.5\"}}}");
        assertThat(ended(begun).exportStatus()).isEqualTo("COMPLETED");
        assertThat(ended(begun).itemCount()).isEqualTo(1);
    }

    @Test
    void aClientTokenStandsForItsRequestForEightHours() {
        var first = export(r -> r.clientToken("once"));
        time.advance(Duration.ofHours(8).minusSeconds(1));
        assertThat(export(r -> r.clientToken("once")).exportArn()).isEqualTo(first.exportArn());
        refused("ExportConflictException", "Export conflict: Duplicate request detected with conflicting parameters",
            () -> export(r -> r.clientToken("once").s3Prefix("other")));
        time.advance(Duration.ofSeconds(1));
        assertThat(export(r -> r.clientToken("once").s3Prefix("other")).exportArn())
            .isNotEqualTo(first.exportArn());
    }

    @Test
    void anExportInIonHasDecimalsAndAnnotatedSets() {
        rich();
        assertThat(lines(export(r -> r.exportFormat("ION")))).containsExactly(
            "$ion_1_0 {Item:{a:\"x\",s:\"quote \\\" and newline\\n\","
            + "n:-1.5,b:{{AQI=}},t:true,z:null,l:[1.,\"two\"],m:{k:3.},ss:$dynamodb_SS::[\"p\",\"q\"],"
            + "ns:$dynamodb_NS::[1.,2.5],"
            + "bs:$dynamodb_BS::[{{Bw==}}]}}");
    }

    @Test
    void whatWasExportedCanBeImported() {
        rich();
        for (var format : List.of("DYNAMODB_JSON", "ION")) {
            var export = export(r -> r.exportFormat(format).s3Prefix(format));
            lines(export);
            var name = "imported-" + format;
            var ended = imported(name, r -> r.inputFormat(format).inputCompressionType("GZIP").s3BucketSource(
                S3BucketSource.of(s -> s.s3Bucket("bucket").s3KeyPrefix(ended(export).exportManifest()
                    .replace("manifest-summary.json", "data/")))));
            assertThat(ended.importStatus()).isEqualTo("COMPLETED");
            assertThat(ended.importedItemCount()).isEqualTo(1);
            assertThat(get(name, item("a", s("x")))).isEqualTo(get(HASH, item("a", s("x"))));
        }
    }

    private ImportTableDescription imported(String name, Consumer<ImportTableRequest.Builder> with) {
        var begun = dynamoDb.importTable(CALLER, ImportTableRequest.of(r -> {
            r.tableCreationParameters(TableCreationParameters.of(p -> p.tableName(name).keySchema(List.of(hash("a")))
                .attributeDefinitions(List.of(attribute("a", "S"))).billingMode("PAY_PER_REQUEST")));
            with.accept(r);
        })).importTableDescription();
        time.advance(Duration.ofSeconds(1));
        return dynamoDb.describeImport(CALLER, new DescribeImportRequest(begun.importArn())).importTableDescription();
    }

    private void object(String key, String content) {
        s3.putObject(CALLER, S3.PutObjectRequest.of(r -> r.bucket("bucket").key(key)
            .body(Body.of(content.getBytes(StandardCharsets.UTF_8)))));
    }

    @Test
    void whatIsImportedMayBeCompressed() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ZstdOutputStream(bytes)) {
            out.write("a,n\nx,1\ny,2\n".getBytes(StandardCharsets.UTF_8));
        }
        s3.putObject(CALLER, S3.PutObjectRequest.of(r -> r.bucket("bucket").key("zstd/a")
            .body(Body.of(bytes.toByteArray()))));
        var ended = imported("from-zstd", r -> r.inputFormat("CSV").inputCompressionType("ZSTD").s3BucketSource(
            S3BucketSource.of(s -> s.s3Bucket("bucket").s3KeyPrefix("zstd/"))));
        assertThat(ended.importedItemCount()).isEqualTo(2);
        var broken = imported("broken", r -> r.inputFormat("CSV").inputCompressionType("GZIP").s3BucketSource(
            S3BucketSource.of(s -> s.s3Bucket("bucket").s3KeyPrefix("zstd/"))));
        assertThat(broken.importStatus()).isEqualTo("FAILED");
    }

    @Test
    void whatIsNoItemIsCountedAsAnError() {
        object("ion/data", "{Item:{a:\"x\",n:1}} {Item:{a:\"y\",t:2020-01-01T}} {Nothing:1} 5 "
            + "{Item:{a:\"z\",s:$dynamodb_NS::[\"p\"]}}\n" + "{Item:{b:1}} {Item:{a:\"last\",f:1.5e0}}");
        var ended = imported("from-ion", r -> r.inputFormat("ION").s3BucketSource(
            S3BucketSource.of(s -> s.s3Bucket("bucket").s3KeyPrefix("ion/"))));
        assertThat(List.of(ended.processedItemCount(), ended.importedItemCount(), ended.errorCount()))
            .containsExactly(7L, 2L, 5L);
        assertThat(ended.importStatus()).isEqualTo("FAILED");
        assertThat(ended.failureCode()).isEqualTo("ItemValidationError");
        assertThat(ended.failureMessage()).isEqualTo("Some of the items failed validation checks and were not "
            + "imported. Please check CloudWatch error logs for more details.");
        assertThat(get("from-ion", item("a", s("last")))).isEqualTo(item("a", s("last"), "f", n("1.5")));
    }

    /** As Moto verified on AWS; a document may as well take several lines. */
    @Test
    void documentsOfJsonNeedNoLinesOfTheirOwn() {
        object("lines/data", "{\"Item\":{\"a\":{\"S\":\"x\"}}}{\"Item\":{\"a\":{\"S\":\"} \\\" {\"}}}\n\n"
            + "{\n  \"Item\": {\n    \"a\": {\"S\": \"y\"}\n  }\n}{\"Nothing\":1}");
        var ended = imported("from-lines", r -> r.inputFormat("DYNAMODB_JSON").s3BucketSource(
            S3BucketSource.of(s -> s.s3Bucket("bucket").s3KeyPrefix("lines/"))));
        assertThat(List.of(ended.processedItemCount(), ended.importedItemCount(), ended.errorCount()))
            .containsExactly(4L, 3L, 1L);
        assertThat(get("from-lines", item("a", s("} \" {")))).isNotNull();
    }

    /** As AWS was seen to do in October 2026. */
    @Test
    void aLineThatIsNoJsonEndsItsFileAndABucketThatIsNotThereLeavesNoTable() {
        object("broken/data", "{\"Item\":{\"a\":{\"S\":\"x\"}}}\nnonsense\n{\"Item\":{\"a\":{\"S\":\"y\"}}}\n");
        var ended = imported("from-broken", r -> r.inputFormat("DYNAMODB_JSON").s3BucketSource(
            S3BucketSource.of(s -> s.s3Bucket("bucket").s3KeyPrefix("broken/"))));
        assertThat(List.of(ended.processedItemCount(), ended.importedItemCount(), ended.errorCount()))
            .containsExactly(2L, 1L, 1L);
        assertThat(get("from-broken", item("a", s("x")))).isNotNull();
        assertThat(ended.s3BucketSource().s3BucketOwner()).isEqualTo(CALLER.account());
        var none = imported("from-nowhere", r -> r.inputFormat("DYNAMODB_JSON").s3BucketSource(
            S3BucketSource.of(s -> s.s3Bucket("no-such-bucket"))));
        assertThat(none.failureCode()).isEqualTo("S3NoSuchBucket");
        refused("ResourceNotFoundException", "Requested resource not found: Table: from-nowhere not found", () ->
            dynamoDb.describeTable(CALLER, new DescribeTableRequest("from-nowhere")));
    }

    @Test
    void anIncrementalExportTellsWhatBecameOfItemsMeanwhile() {
        put(HASH, item("a", s("stays"), "v", n(1)));
        put(HASH, item("a", s("changes"), "v", n(1)));
        put(HASH, item("a", s("goes"), "v", n(1)));
        time.advance(Duration.ofMinutes(1));
        var from = time.instant();
        time.advance(Duration.ofMinutes(1));
        put(HASH, item("a", s("changes"), "v", n(2)));
        put(HASH, item("a", s("comes"), "v", n(1)));
        put(HASH, item("a", s("comes and goes"), "v", n(1)));
        dynamoDb.deleteItem(CALLER, DeleteItemRequest.of(r -> r.tableName(HASH).key(item("a", s("goes")))));
        time.advance(Duration.ofMinutes(1));
        var last = time.instant();
        put(HASH, item("a", s("changes"), "v", n(3)));
        dynamoDb.deleteItem(CALLER, DeleteItemRequest.of(r -> r.tableName(HASH).key(item("a", s("comes and goes")))));
        time.advance(Duration.ofMinutes(20));
        var to = time.instant();
        put(HASH, item("a", s("changes"), "v", n(4)));
        put(HASH, item("a", s("later"), "v", n(1)));
        time.advance(Duration.ofMinutes(1));

        var export = export(r -> incremental(r, from, to, null));
        var micros = last.toEpochMilli() * 1000;
        var earlier = last.minus(Duration.ofMinutes(1)).toEpochMilli() * 1000;
        assertThat(lines(export)).containsExactlyInAnyOrder(
            "{\"Metadata\":{\"WriteTimestampMicros\":{\"N\":\"" + micros + "\"}},\"Keys\":{\"a\":{\"S\":\"changes\"}},"
                + "\"OldImage\":{\"a\":{\"S\":\"changes\"},\"v\":{\"N\":\"1\"}},"
                + "\"NewImage\":{\"a\":{\"S\":\"changes\"},\"v\":{\"N\":\"3\"}}}",
            "{\"Metadata\":{\"WriteTimestampMicros\":{\"N\":\"" + earlier + "\"}},\"Keys\":{\"a\":{\"S\":\"comes\"}},"
                + "\"NewImage\":{\"a\":{\"S\":\"comes\"},\"v\":{\"N\":\"1\"}}}",
            "{\"Metadata\":{\"WriteTimestampMicros\":{\"N\":\"" + earlier + "\"}},\"Keys\":{\"a\":{\"S\":\"goes\"}},"
                + "\"OldImage\":{\"a\":{\"S\":\"goes\"},\"v\":{\"N\":\"1\"}}}");
        var summary = json(object(ended(export).exportManifest()));
        assertThat(summary.get("outputView")).isEqualTo("NEW_AND_OLD_IMAGES");
        assertThat(summary.get("exportType")).isEqualTo("INCREMENTAL_EXPORT");
        assertThat(summary.get("exportFromTime")).isEqualTo("2026-01-01T00:01:00.000Z");
        assertThat(lines(export(r -> incremental(r, from, to, "NEW_IMAGE"))))
            .noneMatch(line -> line.contains("OldImage")).hasSize(3);
    }

    private static void incremental(ExportTableToPointInTimeRequest.Builder request, Instant from, Instant to,
            String view) {
        request.exportType("INCREMENTAL_EXPORT").incrementalExportSpecification(
            new IncrementalExportSpecification(from, to, view));
    }

    @Test
    void aTokenBeginsOneExportHoweverOftenItIsSent() {
        var first = export(r -> r.clientToken("token"));
        assertThat(export(r -> r.clientToken("token")).exportArn()).isEqualTo(first.exportArn());
        refused("ExportConflictException", "Export conflict: Duplicate request detected with conflicting parameters",
            () ->
            export(r -> r.clientToken("token").exportFormat("ION")));
    }

    @Test
    void whatIsWrongIsToldInAwsWords() {
        refused("Invalid Request: Incremental Export Specification expected when export type is set as Incremental "
            + "Export", () ->
            export(r -> r.exportType("INCREMENTAL_EXPORT")));
        refused("Invalid Request: When Export Type is Full Export , Incremental Export Specification should not be "
            + "provided", () ->
            export(r -> r.exportType("FULL_EXPORT").incrementalExportSpecification(
                new IncrementalExportSpecification(null, null, null))));
        refused("Invalid Request: ExportFromTime must be provided in IncrementalExportSpecification", () ->
            export(r -> incremental(r, null, null, null)));
        refused("InvalidExportTimeException",
            "Difference between export period from time and export period to time is less than 15 "
            + "minutes", () -> export(r -> incremental(r, time.instant(), null, null)));
        refused("InvalidExportTimeException", "Export Time is invalid", () ->
            export(r -> r.exportTime(time.instant().plusSeconds(60))));
        refused("Invalid Request: KMS Key Id is not supported for this encryption type",
            () -> export(r -> r.s3SseKmsKeyId("k")));
        refused("TableNotFoundException", "Table not found: " + ARN + "2", () -> export(r -> r.tableArn(ARN + "2")));
    }

    /** Buckets are looked for later. */
    @Test
    void anExportIntoABucketThatIsNotThereOrAnothersFails() {
        put(HASH, item("a", s("x")));
        var missing = ended(export(r -> r.s3Bucket("no-such-bucket")));
        assertThat(List.of(missing.exportStatus(), missing.failureCode())).containsExactly("FAILED", "S3NoSuchBucket");
        var foreign = ended(export(r -> r.s3BucketOwner("999999999999")));
        assertThat(List.of(foreign.exportStatus(), foreign.failureCode())).containsExactly("FAILED", "S3AccessDenied");
        var imported = imported("foreign", r -> r.inputFormat("CSV").s3BucketSource(
            S3BucketSource.of(s -> s.s3Bucket("bucket").s3BucketOwner("999999999999"))));
        assertThat(imported.importStatus()).isEqualTo("FAILED");
    }

    @Test
    void aTemplateCanMakeATableOfWhatLiesInS3() {
        object("in/one.csv", "a,n\nx,1\ny,2\n");
        var table = service.resourceTypes().getFirst();
        var desired = new Desired("stack-id", "stack", "Orders", "token", Map.of("BillingMode", "PAY_PER_REQUEST",
            "KeySchema", List.of(Map.of("AttributeName", "a", "KeyType", "HASH")),
            "AttributeDefinitions", List.of(Map.of("AttributeName", "a", "AttributeType", "S")),
            "ImportSourceSpecification", Map.of("InputFormat", "CSV",
                "S3BucketSource", Map.of("S3Bucket", "bucket", "S3KeyPrefix", "in/")),
            "DeletionProtectionEnabled", true, "StreamSpecification", Map.of("StreamViewType", "KEYS_ONLY"),
            "Tags", List.of(Map.of("Key", "k", "Value", "v"))), Map.of());
        var made = table.create(CALLER, desired);
        assertThat(table.create(CALLER, desired)).isEqualTo(made);
        assertThat(made.attributes()).containsKey("StreamArn");
        assertThat(scanAll(made.physicalId(), _ -> { })).hasSize(2);
    }
}
