package dev.aloft.service.firehose;

import dev.aloft.api.ApiError;
import dev.aloft.api.Firehose;
import dev.aloft.api.Firehose.ExtendedS3DestinationDescription;
import dev.aloft.api.Firehose.HttpEndpointDestinationDescription;
import dev.aloft.api.Firehose.S3DestinationDescription;
import dev.aloft.wire.Trees;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A destination that is a web server, with the bucket for what it does not take: settings as given, with what was
 * left out.
 */
final class HttpDestination {
    static final String ALL = "AllData";

    private HttpDestination() {
    }

    static HttpEndpointDestinationDescription of(Firehose.HttpEndpointDestinationConfiguration given) {
        if (given.s3Configuration() == null) {
            throw new Firehose.InvalidArgumentException("S3Configuration is required for the "
                    + "destination HttpEndpoint.");
        }
        var all = new LinkedHashMap<>(Trees.of(given));
        all.put("S3DestinationDescription", all.remove("S3Configuration"));
        return filled(all);
    }

    static HttpEndpointDestinationDescription changed(HttpEndpointDestinationDescription old,
            Firehose.HttpEndpointDestinationUpdate given) {
        var update = new LinkedHashMap<>(Trees.of(given));
        var bucket = Trees.of(old.s3DestinationDescription());
        if (update.remove("S3Update") instanceof Map<?, ?> && given.s3Update() != null) {
            bucket = Destinations.merged(bucket, Trees.of(given.s3Update()));
        }
        var all = Destinations.merged(Trees.of(old), update);
        all.put("S3DestinationDescription", bucket);
        return filled(all);
    }

    private static HttpEndpointDestinationDescription filled(Map<String, Object> all) {
        if (all.remove("SecretsManagerConfiguration") instanceof Map<?, ?> secret
                && Boolean.TRUE.equals(secret.get("Enabled"))) {
            throw ApiError.notBuilt("A delivery stream's SecretsManagerConfiguration");
        }
        all.put("EndpointConfiguration", told(all.get("EndpointConfiguration")));
        var hints = new LinkedHashMap<String, Object>(Map.of("SizeInMBs", 5, "IntervalInSeconds", 300));
        if (all.get("BufferingHints") instanceof Map<?, ?> some) {
            some.forEach((name, value) -> hints.put(name.toString(), value));
        }
        all.put("BufferingHints", hints);
        all.putIfAbsent("RetryOptions", Map.of("DurationInSeconds", 300));
        all.putIfAbsent("S3BackupMode", "FailedDataOnly");
        all.putIfAbsent("CloudWatchLoggingOptions", Map.of("Enabled", false));
        all.putIfAbsent("RequestConfiguration", Map.of("ContentEncoding", "NONE"));
        var bucket = new LinkedHashMap<String, Object>();
        ((Map<?, ?>) all.get("S3DestinationDescription")).forEach((name, value) -> bucket.put(name.toString(), value));
        Destinations.fill(bucket);
        all.put("S3DestinationDescription", bucket);
        all.putIfAbsent("RoleARN", bucket.get("RoleARN"));
        var read = (HttpEndpointDestinationDescription) Trees.read(
                HttpEndpointDestinationDescription.of(_ -> { }).shape(), all);
        return read.toBuilder().processingConfiguration(
                Processors.checked(read.processingConfiguration(), read.roleARN())).build();
    }

    /** Without the access key. */
    private static Map<Object, Object> told(Object endpoint) {
        var told = new LinkedHashMap<Object, Object>((Map<?, ?>) endpoint);
        told.remove("AccessKey");
        return told;
    }

    /** The same as a bucket: where failed records go, where all are backed up, how they are gathered and processed. */
    static ExtendedS3DestinationDescription bucket(HttpEndpointDestinationDescription http) {
        S3DestinationDescription bucket = http.s3DestinationDescription();
        return Destinations.checked(ExtendedS3DestinationDescription.of(d -> d.roleARN(http.roleARN())
                .bucketARN(bucket.bucketARN()).prefix(bucket.prefix()).errorOutputPrefix(bucket.errorOutputPrefix())
                .bufferingHints(Firehose.BufferingHints.of(h -> h.sizeInMBs(http.bufferingHints().sizeInMBs())
                        .intervalInSeconds(http.bufferingHints().intervalInSeconds())))
                .compressionFormat(bucket.compressionFormat()).encryptionConfiguration(bucket.encryptionConfiguration())
                .cloudWatchLoggingOptions(http.cloudWatchLoggingOptions())
                .processingConfiguration(http.processingConfiguration())
                .s3BackupMode(ALL.equals(http.s3BackupMode()) ? "Enabled" : "Disabled").s3BackupDescription(bucket)));
    }
}
