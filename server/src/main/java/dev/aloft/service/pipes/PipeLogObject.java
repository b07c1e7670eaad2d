package dev.aloft.service.pipes;

import dev.aloft.api.Body;
import dev.aloft.api.Pipes;
import dev.aloft.api.S3;
import dev.aloft.kernel.call.LogObject;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * Records of one execution as an object in S3: a line of JSON each, gzipped, under a key as AWS's log delivery makes
 * them.
 * AWS does not say what the key of a pipe's is in full: this one has the parts that those of other services have.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html">Logs in
 * S3</a>
 */
final class PipeLogObject {
    private static final DateTimeFormatter FOLDER = DateTimeFormatter.ofPattern("yyyy/MM/dd/HH")
        .withZone(ZoneOffset.UTC);

    private PipeLogObject() {}

    static S3.PutObjectRequest of(KeptPipe pipe, Pipes.S3LogDestinationParameters destination, List<String> lines,
            Instant now) {
        var content = LogObject.zipped(lines);
        return S3.PutObjectRequest.of(r -> r.bucket(destination.bucketName())
            .expectedBucketOwner(destination.bucketOwner())
                .key(key(pipe, destination.prefix(), now)).contentType("application/octet-stream")
                .body(Body.of(content)));
    }

    private static String key(KeptPipe pipe, String prefix, Instant now) {
        var before = prefix == null || prefix.isEmpty() ? "" : prefix.replaceFirst("/$", "") + "/";
        return before + "AWSLogs/" + pipe.account() + "/pipes/" + pipe.region() + "/" + pipe.name() + "/"
                + FOLDER.format(now) + "/"
                + LogObject.name(pipe.account(), "pipes", pipe.region(), pipe.name(), now);
    }
}
