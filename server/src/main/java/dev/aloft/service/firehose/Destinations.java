package dev.aloft.service.firehose;

import dev.aloft.api.ApiError;
import dev.aloft.api.Firehose;
import dev.aloft.api.Firehose.ExtendedS3DestinationDescription;
import dev.aloft.api.Shape;
import dev.aloft.wire.Trees;
import java.time.DateTimeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A stream's destination: settings as given, with what was left out. All that is not built is refused by its name. */
final class Destinations {
    /** Whose members an update may leave out one by one. */
    private static final Set<String> MERGED = Set.of("BufferingHints", "CloudWatchLoggingOptions",
            "ProcessingConfiguration", "DynamicPartitioningConfiguration");
    private static final int SHORTEST_BACKUP_SECONDS = 60;
    private static final int LEAST_PARTITIONED_MB = 64;
    private static final String BACKUP = "S3BackupDescription";

    private Destinations() {
    }

    static ExtendedS3DestinationDescription of(Firehose.CreateDeliveryStreamRequest input) {
        refuse("the source MSK", input.mskSourceConfiguration());
        refuse("a database as the source", input.databaseSourceConfiguration());
        refuse("the destination Redshift", input.redshiftDestinationConfiguration());
        refuse("the destination Elasticsearch", input.elasticsearchDestinationConfiguration());
        refuse("the destination OpenSearch", input.amazonopensearchserviceDestinationConfiguration());
        refuse("the destination OpenSearch Serverless", input.amazonOpenSearchServerlessDestinationConfiguration());
        refuse("the destination Splunk", input.splunkDestinationConfiguration());
        refuse("the destination Snowflake", input.snowflakeDestinationConfiguration());
        refuse("the destination Iceberg", input.icebergDestinationConfiguration());
        Shape given = input.extendedS3DestinationConfiguration() != null ? input.extendedS3DestinationConfiguration()
                : input.s3DestinationConfiguration();
        if (input.extendedS3DestinationConfiguration() != null && input.s3DestinationConfiguration() != null) {
            throw invalid("Exactly one of S3DestinationConfiguration or ExtendedS3DestinationConfiguration must be "
                    + "specified.");
        }
        long destinations = Stream.of(input.extendedS3DestinationConfiguration(), input.s3DestinationConfiguration(),
                input.httpEndpointDestinationConfiguration()).filter(Objects::nonNull).count();
        if (destinations != 1) {
            throw invalid("Exactly one destination configuration is supported for a Firehose");
        }
        return given == null ? HttpDestination.bucket(HttpDestination.of(input.httpEndpointDestinationConfiguration()))
                : checked(withDefaults(Trees.of(given)));
    }

    static ExtendedS3DestinationDescription changed(ExtendedS3DestinationDescription old,
            Firehose.UpdateDestinationRequest input) {
        if (input.extendedS3DestinationUpdate() != null && input.s3DestinationUpdate() != null) {
            throw invalid("Exactly one of s3DestinationUpdate or extendedS3DestinationUpdate must be specified.");
        }
        Shape given = input.extendedS3DestinationUpdate() != null ? input.extendedS3DestinationUpdate()
                : input.s3DestinationUpdate();
        var changed = checked(withDefaults(merged(Trees.of(old), Trees.of(given))));
        if (partitions(changed) != partitions(old)) {
            throw invalid("Dynamic Partitioning cannot be enabled or disabled for an existing delivery stream.");
        }
        if ("Enabled".equals(old.s3BackupMode()) && !"Enabled".equals(changed.s3BackupMode())) {
            throw invalid("Disabling S3 backup is not currently supported.");
        }
        if (Processors.decompresses(changed) && !Processors.decompresses(old)
                && Processors.find(Processors.of(old), Processors.LAMBDA).isEmpty()) {
            throw invalid("Enabling source decompression is not supported for existing stream with no Lambda function "
                    + "attached.");
        }
        return changed;
    }

    /** What an update leaves out stays; of processors only whether they work. */
    static Map<String, Object> merged(Map<String, Object> old, Map<String, Object> update) {
        var all = new LinkedHashMap<>(old);
        update.forEach((name, value) -> {
            boolean inParts = MERGED.contains(name) && old.get(name) instanceof Map<?, ?>;
            var part = new LinkedHashMap<Object, Object>(inParts ? (Map<?, ?>) old.get(name) : Map.of());
            if (name.equals("ProcessingConfiguration")) {
                part.remove("Processors");
            }
            all.put(name, inParts ? with(part, (Map<?, ?>) value) : value);
        });
        return all;
    }

    private static Map<Object, Object> with(Map<Object, Object> part, Map<?, ?> changes) {
        part.putAll(changes);
        return part;
    }

    private static Map<String, Object> withDefaults(Map<String, Object> destination) {
        var all = new LinkedHashMap<>(destination);
        refuse("data format conversion", enabled(all.get("DataFormatConversionConfiguration")));
        fill(all);
        all.putIfAbsent("S3BackupMode", "Disabled");
        for (var name : new String[] {"S3BackupConfiguration", "S3BackupUpdate"}) {
            if (all.remove(name) instanceof Map<?, ?> given) {
                var backup = new LinkedHashMap<String, Object>();
                if (all.get(BACKUP) instanceof Map<?, ?> known) {
                    known.forEach((member, value) -> backup.put(member.toString(), value));
                }
                var update = new LinkedHashMap<String, Object>();
                given.forEach((member, value) -> update.put(member.toString(), value));
                backup.putAll(merged(backup, update));
                fill(backup);
                all.put(BACKUP, backup);
            }
        }
        return all;
    }

    /** What AWS takes for what was left out, of a bucket as a destination or a backup. */
    static void fill(Map<String, Object> all) {
        boolean partitions = enabled(all.get("DynamicPartitioningConfiguration")) != null;
        var hints = new LinkedHashMap<String, Object>(
                Map.of("SizeInMBs", partitions ? 128 : 5, "IntervalInSeconds", 300));
        if (all.get("BufferingHints") instanceof Map<?, ?> some) {
            some.forEach((name, value) -> hints.put(name.toString(), value));
        }
        all.put("BufferingHints", hints);
        if (partitions) {
            var partitioning = new LinkedHashMap<String, Object>(
                Map.of("RetryOptions", Map.of("DurationInSeconds", 300)));
            ((Map<?, ?>) all.get("DynamicPartitioningConfiguration"))
                    .forEach((name, value) -> partitioning.put(name.toString(), value));
            all.put("DynamicPartitioningConfiguration", partitioning);
        }
        all.putIfAbsent("CompressionFormat", "UNCOMPRESSED");
        all.putIfAbsent("EncryptionConfiguration", Map.of("NoEncryptionConfig", "NoEncryption"));
        all.putIfAbsent("CloudWatchLoggingOptions", Map.of("Enabled", false));
    }

    private static Object enabled(Object configuration) {
        return configuration instanceof Map<?, ?> map && Boolean.TRUE.equals(map.get("Enabled")) ? map : null;
    }

    private static ExtendedS3DestinationDescription checked(Map<String, Object> all) {
        return checked((ExtendedS3DestinationDescription) Trees.read(
                ExtendedS3DestinationDescription.of(_ -> { }).shape(), all));
    }

    static ExtendedS3DestinationDescription checked(ExtendedS3DestinationDescription destination) {
        checkBackup(destination);
        checkLogging(destination.cloudWatchLoggingOptions());
        checkPartitions(destination);
        ObjectName.check(destination.prefix(), destination.errorOutputPrefix(), partitions(destination));
        try {
            ObjectName.zone(destination.customTimeZone());
        } catch (DateTimeException _) {
            throw invalid("Invalid CustomTimeZone: " + destination.customTimeZone());
        }
        return destination.toBuilder().processingConfiguration(
                Processors.checked(destination.processingConfiguration(), destination.roleARN())).build();
    }

    private static void checkLogging(Firehose.CloudWatchLoggingOptions options) {
        if (Boolean.TRUE.equals(options.enabled())
                && (options.logGroupName() == null || options.logStreamName() == null)) {
            throw invalid("LogGroupName and LogStreamName are required when CloudWatch logging is enabled.");
        }
    }

    private static void checkBackup(ExtendedS3DestinationDescription destination) {
        var backup = destination.s3BackupDescription();
        if (backup != null) {
            ObjectName.check(backup.prefix(), backup.errorOutputPrefix(), false);
            checkLogging(backup.cloudWatchLoggingOptions());
            if (backup.bufferingHints().intervalInSeconds() < SHORTEST_BACKUP_SECONDS) {
                throw invalid("S3 backup buffering interval must be between 60 and 900 seconds.");
            }
        } else if ("Enabled".equals(destination.s3BackupMode())) {
            throw invalid("S3BackupConfiguration is required when S3BackupMode is Enabled.");
        }
    }

    /** Whether records are given keys, and objects hold those of equal keys. */
    static boolean partitions(ExtendedS3DestinationDescription destination) {
        return destination.dynamicPartitioningConfiguration() != null
                && Boolean.TRUE.equals(destination.dynamicPartitioningConfiguration().enabled());
    }

    /** The program that finds a record's keys. */
    static Optional<Query> query(ExtendedS3DestinationDescription destination) {
        var processing = destination.processingConfiguration();
        return processing == null || processing.processors() == null ? Optional.empty()
                : Processors.find(processing.processors(), Processors.EXTRACTION)
                        .flatMap(it -> Query.of(Processors.parameter(it, "MetadataExtractionQuery", "")));
    }

    private static void checkPartitions(ExtendedS3DestinationDescription destination) {
        var processing = destination.processingConfiguration();
        var processors = processing == null || processing.processors() == null ? List.<Firehose.Processor>of()
                : processing.processors();
        var extraction = Processors.find(processors, Processors.EXTRACTION);
        if (!partitions(destination)) {
            if (extraction.isPresent()) {
                throw invalid("MetadataExtraction processor can only be present when Dynamic Partitioning is enabled.");
            }
            return;
        }
        if (destination.bufferingHints().sizeInMBs() < LEAST_PARTITIONED_MB) {
            throw invalid("BufferingHints.SizeInMBs must be at least " + LEAST_PARTITIONED_MB
                    + " when Dynamic Partitioning is enabled.");
        }
        if (extraction.isPresent() && query(destination).isEmpty()) {
            throw invalid("MetadataExtractionQuery is invalid.");
        }
        if (extraction.isEmpty() && ObjectName.names(destination.prefix(), ObjectName.FROM_QUERY).findAny()
                .isPresent()) {
            throw invalid("The Prefix uses " + ObjectName.FROM_QUERY + " without a MetadataExtraction processor.");
        }
    }

    private static void refuse(String what, Object given) {
        if (given != null) {
            throw ApiError.notBuilt(what.substring(0, 1).toUpperCase(Locale.ROOT) + what.substring(1));
        }
    }

    private static Firehose.InvalidArgumentException invalid(String message) {
        return new Firehose.InvalidArgumentException(message);
    }
}
