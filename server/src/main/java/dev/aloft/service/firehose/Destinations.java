package dev.aloft.service.firehose;

import dev.aloft.api.ApiError;
import dev.aloft.api.Firehose;
import dev.aloft.api.Firehose.ExtendedS3DestinationDescription;
import dev.aloft.api.Shape;
import dev.aloft.wire.Trees;
import java.time.DateTimeException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A stream's destination: settings as given, with what was left out. All that is not built is refused by its name. */
final class Destinations {
    private static final Set<String> COMPRESSIONS = Set.of("UNCOMPRESSED", "GZIP", "ZIP");
    private static final Set<String> PROCESSORS = Set.of("Lambda", "AppendDelimiterToRecord");
    private static final int LARGEST_LAMBDA_MB = 3;

    private Destinations() {
    }

    static ExtendedS3DestinationDescription of(Firehose.CreateDeliveryStreamRequest input) {
        refuse("the source MSK", input.mskSourceConfiguration());
        refuse("a Kinesis stream as the source of a delivery stream", input.kinesisStreamSourceConfiguration());
        refuse("the destination Redshift", input.redshiftDestinationConfiguration());
        refuse("the destination Elasticsearch", input.elasticsearchDestinationConfiguration());
        refuse("the destination OpenSearch", input.amazonopensearchserviceDestinationConfiguration());
        refuse("the destination OpenSearch Serverless", input.amazonOpenSearchServerlessDestinationConfiguration());
        refuse("the destination Splunk", input.splunkDestinationConfiguration());
        refuse("the destination HttpEndpoint", input.httpEndpointDestinationConfiguration());
        refuse("the destination Snowflake", input.snowflakeDestinationConfiguration());
        refuse("the destination Iceberg", input.icebergDestinationConfiguration());
        Shape given = input.extendedS3DestinationConfiguration() != null ? input.extendedS3DestinationConfiguration()
                : input.s3DestinationConfiguration();
        if (given == null || input.extendedS3DestinationConfiguration() != null && input.s3DestinationConfiguration() != null) {
            throw invalid("Exactly one destination configuration is supported for a Firehose");
        }
        return checked(withDefaults(Trees.of(given)));
    }

    static ExtendedS3DestinationDescription changed(ExtendedS3DestinationDescription old, Firehose.UpdateDestinationRequest input) {
        Shape given = input.extendedS3DestinationUpdate() != null ? input.extendedS3DestinationUpdate() : input.s3DestinationUpdate();
        if (given == null) {
            throw invalid("Exactly one destination configuration is supported for a Firehose");
        }
        var merged = new LinkedHashMap<>(Trees.of(old));
        merged.putAll(Trees.of(given));
        return checked(withDefaults(merged));
    }

    private static Map<String, Object> withDefaults(Map<String, Object> given) {
        var all = new LinkedHashMap<>(given);
        for (var name : new String[] {"S3BackupConfiguration", "S3BackupUpdate"}) {
            refuse("the backup of a delivery stream's source records", all.get(name));
        }
        refuse("data format conversion", enabled(all.get("DataFormatConversionConfiguration")));
        refuse("dynamic partitioning", enabled(all.get("DynamicPartitioningConfiguration")));
        var hints = new LinkedHashMap<String, Object>(Map.of("SizeInMBs", 5, "IntervalInSeconds", 300));
        if (all.get("BufferingHints") instanceof Map<?, ?> some) {
            some.forEach((name, value) -> hints.put(name.toString(), value));
        }
        all.put("BufferingHints", hints);
        all.putIfAbsent("CompressionFormat", "UNCOMPRESSED");
        all.putIfAbsent("EncryptionConfiguration", Map.of("NoEncryptionConfig", "NoEncryption"));
        all.putIfAbsent("CloudWatchLoggingOptions", Map.of("Enabled", false));
        all.putIfAbsent("S3BackupMode", "Disabled");
        return all;
    }

    private static Object enabled(Object configuration) {
        return configuration instanceof Map<?, ?> map && Boolean.TRUE.equals(map.get("Enabled")) ? map : null;
    }

    private static ExtendedS3DestinationDescription checked(Map<String, Object> all) {
        var destination = (ExtendedS3DestinationDescription) Trees.read(
                ExtendedS3DestinationDescription.of(_ -> { }).shape(), all);
        if (!COMPRESSIONS.contains(destination.compressionFormat())) {
            throw ApiError.notBuilt("The compression " + destination.compressionFormat());
        }
        refuse("the backup of a delivery stream's source records", "Enabled".equals(destination.s3BackupMode()) ? destination : null);
        ObjectName.check(destination.prefix(), destination.errorOutputPrefix());
        try {
            ObjectName.zone(destination.customTimeZone());
        } catch (DateTimeException _) {
            throw invalid("Invalid CustomTimeZone: " + destination.customTimeZone());
        }
        var processing = destination.processingConfiguration();
        if (processing != null && Boolean.TRUE.equals(processing.enabled()) && processing.processors() != null) {
            processing.processors().forEach(Destinations::check);
        }
        return destination;
    }

    private static void check(Firehose.Processor processor) {
        if (!PROCESSORS.contains(processor.type())) {
            throw ApiError.notBuilt("The processor " + processor.type());
        }
        if (processor.type().equals("Lambda")) {
            if (parameter(processor, "LambdaArn", null) == null) {
                throw invalid("LambdaArn is a required parameter of the processor Lambda.");
            }
            double size;
            try {
                size = Double.parseDouble(parameter(processor, "BufferSizeInMBs", "1"));
                Integer.parseInt(parameter(processor, "NumberOfRetries", "3"));
            } catch (NumberFormatException _) {
                throw invalid("Processor parameters BufferSizeInMBs and NumberOfRetries must be numbers.");
            }
            if (size <= 0 || size > LARGEST_LAMBDA_MB) {
                throw invalid("BufferSizeInMBs must be between 0.2 and " + LARGEST_LAMBDA_MB);
            }
        }
    }

    static String parameter(Firehose.Processor processor, String name, String otherwise) {
        return processor.parameters() == null ? otherwise : processor.parameters().stream()
                .filter(it -> it.parameterName().equals(name)).findFirst().map(Firehose.ProcessorParameter::parameterValue)
                .orElse(otherwise);
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
