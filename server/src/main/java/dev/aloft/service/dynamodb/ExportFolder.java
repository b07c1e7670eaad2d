package dev.aloft.service.dynamodb;

import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.ExportFormat;
import dev.aloft.api.DynamoDb.ExportType;
import dev.aloft.api.DynamoDb.S3SseAlgorithm;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.S3;
import dev.aloft.api.S3.PutObjectRequest;
import dev.aloft.service.dynamodb.Transfer.DataFile;
import dev.aloft.service.dynamodb.Transfer.StoredExport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * What an export leaves in its bucket: files of data, and manifests that list them.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html">Export
 * output format</a>
 */
final class ExportFolder {
    private static final DateTimeFormatter MOMENT =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

    private final S3 s3;
    private final Caller caller;
    private final StoredExport export;
    private final String id;

    ExportFolder(S3 s3, Caller caller, StoredExport export, String id) {
        this.s3 = s3;
        this.caller = caller;
        this.export = export;
        this.id = id;
    }

    /** The next file of data. */
    DataFile putData(List<ExportLine> lines) {
        var bytes = compressed(lines);
        // Incremental exports put their files together.
        var folder = isIncremental() ? folder("data") : folder(id) + "data/";
        var name = folder + fileName(export.files().size())
            + (ExportFormat.ION.equals(export.told().exportFormat()) ? ".ion.gz" : ".json.gz");
        return new DataFile(name, lines.size(), md5(bytes), put(name, bytes, "application/octet-stream"));
    }

    private byte[] compressed(List<ExportLine> lines) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            for (var line : lines) {
                out.write(line.text(export.told().exportFormat()));
                out.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private boolean isIncremental() {
        return ExportType.INCREMENTAL_EXPORT.equals(export.told().exportType());
    }

    private String folder(String name) {
        var prefix = export.told().s3Prefix();
        return (prefix == null || prefix.isEmpty() ? "" : prefix + "/") + "AWSDynamoDB/" + name + "/";
    }

    /** The same file of the same export has the same name. */
    private String fileName(int index) {
        var letters = "abcdefghijklmnopqrstuvwxyz234567";
        var digest = TransactWriteItems.sha256((id + "/" + index).getBytes(StandardCharsets.UTF_8));
        var name = new StringBuilder();
        for (int i = 0; i < 26; i++) {
            name.append(letters.charAt(digest[i] & 31));
        }
        return name.toString();
    }

    /** Ends the export; answers the key of the manifest that sums it up. */
    String putManifests(Instant now) {
        var folder = folder(id);
        put(folder + "_started", new byte[0], "application/octet-stream");
        var files = new StringBuilder();
        export.files().forEach(file -> files.append(JsonWriter.string(line(file))).append('\n'));
        putWithDigest(folder + "manifest-files", files.toString().getBytes(StandardCharsets.UTF_8));
        putWithDigest(folder + "manifest-summary", JsonWriter.bytes(summary(folder, now)));
        return folder + "manifest-summary.json";
    }

    private static Map<String, Object> line(DataFile file) {
        var line = new LinkedHashMap<String, Object>();
        line.put("itemCount", file.items());
        line.put("md5Checksum", file.md5());
        line.put("etag", file.etag().replace("\"", ""));
        line.put("dataFileS3Key", file.key());
        return line;
    }

    private Map<String, Object> summary(String folder, Instant now) {
        var told = export.told();
        var window = told.incrementalExportSpecification();
        var summary = new LinkedHashMap<String, Object>();
        summary.put("version", window == null ? "2020-06-30" : "2023-08-01");
        summary.put("exportArn", told.exportArn());
        summary.put("startTime", MOMENT.format(told.startTime()));
        summary.put("endTime", MOMENT.format(now));
        summary.put("tableArn", told.tableArn());
        summary.put("tableId", told.tableId());
        if (window != null) {
            summary.put("exportFromTime", MOMENT.format(window.exportFromTime()));
            summary.put("exportToTime", MOMENT.format(window.exportToTime()));
        }
        summary.put("exportTime", MOMENT.format(window == null ? told.exportTime() : window.exportToTime()));
        summary.put("s3Bucket", told.s3Bucket());
        summary.put("s3Prefix", told.s3Prefix());
        summary.put("s3SseAlgorithm", S3SseAlgorithm.AES256);
        summary.put("s3SseKmsKeyId", null);
        summary.put("manifestFilesS3Key", folder + "manifest-files.json");
        summary.put("billedSizeBytes", export.bytes());
        summary.put("itemCount", export.items());
        summary.put("outputFormat", told.exportFormat());
        if (window != null) {
            summary.put("outputView", window.exportViewType());
            summary.put("exportType", told.exportType());
        }
        return summary;
    }

    private void putWithDigest(String name, byte[] content) {
        put(name + ".json", content, "application/json");
        put(name + ".md5", md5(content).getBytes(StandardCharsets.UTF_8), "text/plain");
    }

    /** Answers the object's ETag. */
    private String put(String key, byte[] content, String type) {
        return s3.putObject(caller, PutObjectRequest.of(r -> r.bucket(export.told().s3Bucket())
            .expectedBucketOwner(export.told().s3BucketOwner()).key(key)
            .contentType(type).body(Body.of(content)))).eTag();
    }

    private static String md5(byte[] bytes) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
