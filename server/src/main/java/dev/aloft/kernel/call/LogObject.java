package dev.aloft.kernel.call;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/**
 * Records of a log as AWS's log delivery puts them into S3: a gzipped file with a line each, whose name says whose log
 * it is, and of which minute.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html">Logs in
 *     S3</a>
 */
public final class LogObject {
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmm'Z'").withZone(ZoneOffset.UTC);

    private LogObject() {
    }

    /** A name that no other file has. */
    public static String name(String account, String service, String region, String resource, Instant now) {
        return String.join("_", account, service, region, resource, MINUTE.format(now),
                UUID.randomUUID().toString().substring(0, 8)) + ".log.gz";
    }

    /** The content. */
    public static byte[] zipped(List<String> lines) {
        var zipped = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(zipped)) {
            for (var line : lines) {
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }
}
