package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.DescribeExportRequest;
import dev.aloft.api.DynamoDb.DescribeExportResponse;
import dev.aloft.api.DynamoDb.ExportDescription;
import dev.aloft.api.DynamoDb.ExportFormat;
import dev.aloft.api.DynamoDb.ExportNotFoundException;
import dev.aloft.api.DynamoDb.ExportStatus;
import dev.aloft.api.DynamoDb.ExportSummary;
import dev.aloft.api.DynamoDb.ExportTableToPointInTimeRequest;
import dev.aloft.api.DynamoDb.ExportTableToPointInTimeResponse;
import dev.aloft.api.DynamoDb.ExportType;
import dev.aloft.api.DynamoDb.ListExportsRequest;
import dev.aloft.api.DynamoDb.ListExportsResponse;
import dev.aloft.api.DynamoDb.PutRequest;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.S3.PutObjectRequest;
import dev.aloft.kernel.store.Entry;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.Transfer.DataFile;
import dev.aloft.service.dynamodb.Transfer.StoredExport;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.wire.Trees;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/**
 * Exports of tables to S3: a file of items at a turn, then the manifests. A turn that is done twice writes the same files.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html">Export output
 *     format</a>
 */
final class Exports {
    private static final int FILE_BYTES = 16 << 20;
    private static final int FILE_ITEMS = 50_000;
    private static final int PAGE = 25;

    private final DynamoDbData data;
    private final OpenTables open;
    private final Tables tables;
    private final S3 s3;
    private final Store store;
    private final Time time;

    Exports(DynamoDbData data, OpenTables open, Tables tables, S3 s3, Store store, Time time) {
        this.data = data;
        this.open = open;
        this.tables = tables;
        this.s3 = s3;
        this.store = store;
        this.time = time;
    }

    ExportTableToPointInTimeResponse start(Caller caller, ExportTableToPointInTimeRequest in) {
        if (ExportFormat.ION.equals(in.exportFormat())) {
            throw ApiError.notBuilt("ExportFormat ION of DynamoDB ExportTableToPointInTime");
        }
        if (ExportType.INCREMENTAL_EXPORT.equals(in.exportType())) {
            throw ApiError.notBuilt("ExportType INCREMENTAL_EXPORT of DynamoDB ExportTableToPointInTime");
        }
        if (in.s3SseAlgorithm() != null && in.s3SseAlgorithm().equals("KMS") || in.s3SseKmsKeyId() != null) {
            throw ApiError.notBuilt("S3SseAlgorithm KMS of DynamoDB ExportTableToPointInTime");
        }
        if (!Arn.isArn(in.tableArn())) {
            throw new ValidationException("tableArn is not a valid ARN");
        }
        var ref = TableRef.ofArn(in.tableArn());
        var now = time.instant();
        var told = store.write(tx -> {
            var table = data.tables.get(tx, ref.key()).orElseThrow(() -> Backups.notFound(ref));
            var moment = Restores.moment(table, ref, in.exportTime(), now);
            if (in.exportTime() == null) {
                moment = History.mark(tx, ref, table.number(), now);
            }
            long number = DynamoDbData.nextNumber(tx);
            var id = Backups.id(now, number);
            var description = ExportDescription.of(d -> d.exportArn(ref.arn() + "/export/" + id).exportStatus(ExportStatus.IN_PROGRESS)
                .startTime(now).tableArn(ref.arn()).tableId(table.id()).exportTime(in.exportTime() == null ? now : in.exportTime())
                .clientToken(in.clientToken() == null ? UUID.randomUUID().toString() : in.clientToken()).s3Bucket(in.s3Bucket())
                .s3BucketOwner(in.s3BucketOwner()).s3Prefix(in.s3Prefix()).s3SseAlgorithm("AES256")
                .exportFormat(ExportFormat.DYNAMODB_JSON).exportType(ExportType.FULL_EXPORT));
            var key = ref.key().and(id);
            data.exports.put(tx, key, new StoredExport(description, ref.name(), table.number(), moment, 0, Key.EMPTY, List.of(), 0, 0,
                ref.account()));
            data.exporting.add(tx, now, key, Key.of(number));
            tables.put(tx, ref, Backups.copied(table, number, true), now);
            return description;
        });
        return new ExportTableToPointInTimeResponse(told);
    }

    DescribeExportResponse describe(DescribeExportRequest in) {
        var export = store.read(tx -> data.exports.get(tx, key(in.exportArn())));
        return new DescribeExportResponse(export.map(StoredExport::told).orElseThrow(() ->
            new ExportNotFoundException("Export not found: " + in.exportArn())));
    }

    private static Key key(String arn) {
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().matches("table/[^/]+/export/[^/]+")) {
            throw new ValidationException("Invalid Export ARN");
        }
        return TableRef.ofArn(arn).key().and(arn.substring(arn.lastIndexOf('/') + 1));
    }

    ListExportsResponse list(Caller caller, ListExportsRequest in) {
        int limit = in.maxResults() == null ? PAGE : in.maxResults();
        var prefix = in.tableArn() == null ? Key.of(caller.account(), caller.region()) : TableRef.ofArn(in.tableArn()).key();
        var page = store.read(tx -> data.exports.page(tx, prefix, Optional.ofNullable(in.nextToken()).map(Exports::key), limit));
        var told = page.values().stream().map(export -> new ExportSummary(export.told().exportArn(), export.told().exportStatus(),
            export.told().exportType())).toList();
        return new ListExportsResponse(told, page.next().isPresent() ? told.getLast().exportArn() : null);
    }

    /** One file of one export; says when there is more to do. */
    Optional<Instant> turn() {
        var now = time.instant();
        var due = store.read(tx -> data.exporting.due(tx, now, 1));
        for (var entry : due) {
            store.read(tx -> data.exports.get(tx, entry.id())).ifPresent(export -> {
                try {
                    step(entry.id(), entry.value().number(0), export, now);
                } catch (ApiError e) {
                    end(entry.id(), entry.value().number(0), export.told().toBuilder().exportStatus(ExportStatus.FAILED).endTime(now)
                        .failureCode(e.code()).failureMessage(e.getMessage()).build(), now);
                }
            });
        }
        return due.isEmpty() ? store.read(data.exporting::next) : Optional.of(now);
    }

    private void step(Key key, long number, StoredExport export, Instant now) {
        var ref = new TableRef(key.text(0), key.text(1), export.table());
        var entries = entries(ref, export);
        if (!entries.isEmpty()) {
            var bytes = new ByteArrayOutputStream();
            long size = 0;
            try (var out = new GZIPOutputStream(bytes)) {
                for (var entry : entries) {
                    var item = ITEMS.decode(entry.value());
                    size += ItemSize.of(item);
                    out.write(JsonWriter.bytes(Map.of("Item", Trees.of(new PutRequest(item)).get("Item"))));
                    out.write('\n');
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            var name = folder(export, key.text(3)) + "data/" + fileName(key.text(3), export.files().size()) + ".json.gz";
            var etag = put(ref, export, name, bytes.toByteArray(), "application/json");
            var files = new ArrayList<>(export.files());
            files.add(new DataFile(name, entries.size(), md5(bytes.toByteArray()), etag));
            long count = entries.size();
            long more = size;
            store.change(tx -> data.exports.update(tx, key, one -> one.with(entries.getLast().key(), files, count, more)));
            return;
        }
        manifests(ref, key.text(3), export, now);
        end(key, number, export.told().toBuilder().exportStatus(ExportStatus.COMPLETED).endTime(now).itemCount(export.items())
            .billedSizeBytes(export.bytes()).exportManifest(folder(export, key.text(3)) + "manifest-summary.json").build(), now);
    }

    /** As many of the next items as make a file. */
    private List<Entry> entries(TableRef ref, StoredExport export) {
        return store.read(tx -> {
            var live = open.find(tx, ref).filter(one -> one.stored.number() == export.number()).orElseThrow(() ->
                ApiError.of("ResourceNotFoundException", 400, "Table: " + ref.name() + " not found"));
            var entries = new ArrayList<Entry>();
            long bytes = 0;
            var all = History.items(tx, live, export.moment(), export.after()).iterator();
            while (bytes < FILE_BYTES && entries.size() < FILE_ITEMS && all.hasNext()) {
                entries.add(all.next());
                bytes += entries.getLast().value().length;
            }
            return entries;
        });
    }

    private static String folder(StoredExport export, String id) {
        var prefix = export.told().s3Prefix();
        return (prefix == null || prefix.isEmpty() ? "" : prefix + "/") + "AWSDynamoDB/" + id + "/";
    }

    /** The same file of the same export has the same name. */
    private static String fileName(String id, int index) {
        var letters = "abcdefghijklmnopqrstuvwxyz234567";
        var digest = TransactWriteItems.sha256((id + "/" + index).getBytes(StandardCharsets.UTF_8));
        var name = new StringBuilder();
        for (int i = 0; i < 26; i++) {
            name.append(letters.charAt(digest[i] & 31));
        }
        return name.toString();
    }

    private void manifests(TableRef ref, String id, StoredExport export, Instant now) {
        var told = export.told();
        var folder = folder(export, id);
        put(ref, export, folder + "_started", new byte[0], "application/octet-stream");
        var lines = new StringBuilder();
        for (var file : export.files()) {
            var line = new LinkedHashMap<String, Object>();
            line.put("itemCount", file.items());
            line.put("md5Checksum", file.md5());
            line.put("etag", file.etag().replace("\"", ""));
            line.put("dataFileS3Key", file.key());
            lines.append(JsonWriter.string(line)).append('\n');
        }
        withDigest(ref, export, folder + "manifest-files", lines.toString().getBytes(StandardCharsets.UTF_8));
        var summary = new LinkedHashMap<String, Object>();
        summary.put("version", "2020-06-30");
        summary.put("exportArn", told.exportArn());
        summary.put("startTime", told.startTime().truncatedTo(ChronoUnit.MILLIS).toString());
        summary.put("endTime", now.truncatedTo(ChronoUnit.MILLIS).toString());
        summary.put("tableArn", told.tableArn());
        summary.put("tableId", told.tableId());
        summary.put("exportTime", told.exportTime().truncatedTo(ChronoUnit.MILLIS).toString());
        summary.put("s3Bucket", told.s3Bucket());
        summary.put("s3Prefix", told.s3Prefix());
        summary.put("s3SseAlgorithm", "AES256");
        summary.put("s3SseKmsKeyId", null);
        summary.put("manifestFilesS3Key", folder + "manifest-files.json");
        summary.put("billedSizeBytes", export.bytes());
        summary.put("itemCount", export.items());
        summary.put("outputFormat", told.exportFormat());
        summary.put("exportType", told.exportType());
        withDigest(ref, export, folder + "manifest-summary", JsonWriter.bytes(summary));
    }

    private void withDigest(TableRef ref, StoredExport export, String name, byte[] content) {
        put(ref, export, name + ".json", content, "application/json");
        put(ref, export, name + ".md5", md5(content).getBytes(StandardCharsets.UTF_8), "text/plain");
    }

    private String put(TableRef ref, StoredExport export, String key, byte[] content, String type) {
        return s3.putObject(caller(ref), PutObjectRequest.of(r -> r.bucket(export.told().s3Bucket()).key(key).contentType(type)
            .body(Body.of(content)))).eTag();
    }

    /** In the background the account itself is the caller: who began it needed no more. */
    static Caller caller(TableRef ref) {
        return new Caller(ref.account(), ref.region(), new Principal.Root(ref.account()), UUID.randomUUID().toString(), null, 0, null,
            null, null);
    }

    private void end(Key key, long number, ExportDescription told, Instant now) {
        var ref = new TableRef(key.text(0), key.text(1), key.text(2));
        store.change(tx -> {
            data.exports.update(tx, key, export -> export.with(told));
            data.exporting.cancel(tx, key);
            data.tables.get(tx, ref.key()).ifPresent(table -> tables.put(tx, ref, Backups.copied(table, number, false), now));
        });
    }

    private static String md5(byte[] bytes) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
