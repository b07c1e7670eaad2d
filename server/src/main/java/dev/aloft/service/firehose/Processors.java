package dev.aloft.service.firehose;

import dev.aloft.api.Firehose;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The processors of a destination: as AWS tells them, and what they are set to. */
final class Processors {
    static final String LAMBDA = "Lambda";
    static final String DECOMPRESSION = "Decompression";
    static final String LOGS = "CloudWatchLogProcessing";
    static final String DEAGGREGATION = "RecordDeAggregation";
    static final String EXTRACTION = "MetadataExtraction";
    static final String DELIMITER = "AppendDelimiterToRecord";
    private static final int MOST = 5;
    private static final double LARGEST_LAMBDA_MB = 3;
    private static final double SMALLEST_LAMBDA_MB = 0.2;
    private static final Set<String> BOOLEANS = Set.of("true", "false");

    private Processors() {
    }

    /** Those that work; none where processing is switched off. */
    static List<Firehose.Processor> of(Firehose.ExtendedS3DestinationDescription destination) {
        var processing = destination.processingConfiguration();
        return processing == null || !Boolean.TRUE.equals(processing.enabled()) || processing.processors() == null
                ? List.of() : processing.processors();
    }

    static Optional<Firehose.Processor> find(List<Firehose.Processor> processors, String type) {
        return processors.stream().filter(it -> it.type().equals(type)).findFirst();
    }

    static boolean decompresses(Firehose.ExtendedS3DestinationDescription destination) {
        return find(of(destination), DECOMPRESSION).isPresent();
    }

    static boolean transforms(Firehose.ExtendedS3DestinationDescription destination) {
        return find(of(destination), LAMBDA).isPresent();
    }

    static String parameter(Firehose.Processor processor, String name, String otherwise) {
        return processor.parameters() == null ? otherwise : processor.parameters().stream()
                .filter(it -> it.parameterName().equals(name)).findFirst()
                .map(Firehose.ProcessorParameter::parameterValue).orElse(otherwise);
    }

    /** With what was left out, and without what does not count. */
    static Firehose.ProcessingConfiguration checked(Firehose.ProcessingConfiguration given, String role) {
        if (given == null) {
            return null;
        }
        boolean enabled = Boolean.TRUE.equals(given.enabled());
        var processors = given.processors() == null ? List.<Firehose.Processor>of() : given.processors();
        if (enabled && (processors.isEmpty() || processors.size() > MOST)) {
            throw invalid("A maximum of 5 and a minimum of 1 processor needs to be supplied when "
                    + "processing is enabled.");
        }
        if (processors.stream().filter(it -> it.type().equals(LAMBDA)).count() > 1) {
            throw invalid("Cannot have more than 1 Lambda processor");
        }
        if (find(processors, LOGS).isPresent() && find(processors, DECOMPRESSION).isEmpty()) {
            throw invalid("CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor");
        }
        return Firehose.ProcessingConfiguration.of(p -> p.enabled(enabled)
                .processors(processors.stream().map(each -> checked(each, role)).toList()));
    }

    private static Firehose.Processor checked(Firehose.Processor processor, String role) {
        return switch (processor.type()) {
            case LAMBDA -> lambda(processor, role);
            case DECOMPRESSION -> {
                if (!parameter(processor, "CompressionFormat", "GZIP").equals("GZIP")) {
                    throw invalid("CompressionFormat has to be GZIP");
                }
                yield with(processor, List.of(parameter("CompressionFormat", "GZIP")));
            }
            case LOGS -> {
                var wanted = parameter(processor, "DataMessageExtraction", "").toLowerCase(Locale.ROOT);
                if (!BOOLEANS.contains(wanted)) {
                    throw invalid("Invalid parameter value for DataMessageExtraction. Allowed values "
                            + "are True and False.");
                }
                yield with(processor, List.of(parameter("DataMessageExtraction", wanted)));
            }
            case DELIMITER -> with(processor, List.of());
            default -> processor;
        };
    }

    private static Firehose.Processor lambda(Firehose.Processor processor, String role) {
        var function = parameter(processor, "LambdaArn", null);
        if (function == null) {
            throw invalid("LambdaArn is a required parameter of the processor Lambda.");
        }
        var all = new ArrayList<>(List.of(parameter("LambdaArn", function),
                parameter("NumberOfRetries", parameter(processor, "NumberOfRetries", "3")),
                parameter("RoleArn", parameter(processor, "RoleArn", role)),
                parameter("BufferSizeInMBs", parameter(processor, "BufferSizeInMBs", "1")),
                parameter("BufferIntervalInSeconds", parameter(processor, "BufferIntervalInSeconds", "60"))));
        double size;
        try {
            size = Double.parseDouble(all.get(3).parameterValue());
            Integer.parseInt(all.get(1).parameterValue());
            Integer.parseInt(all.get(4).parameterValue());
        } catch (NumberFormatException _) {
            throw invalid("Processor parameters NumberOfRetries, BufferSizeInMBs and "
                    + "BufferIntervalInSeconds must be numbers.");
        }
        if (size < SMALLEST_LAMBDA_MB || size > LARGEST_LAMBDA_MB) {
            throw invalid("BufferSizeInMBs must be between 0.2 and 3");
        }
        return with(processor, all);
    }

    private static Firehose.Processor with(Firehose.Processor processor, List<Firehose.ProcessorParameter> parameters) {
        return Firehose.Processor.of(it -> it.type(processor.type()).parameters(parameters));
    }

    private static Firehose.ProcessorParameter parameter(String name, String value) {
        return Firehose.ProcessorParameter.of(p -> p.parameterName(name).parameterValue(value));
    }

    private static Firehose.InvalidArgumentException invalid(String message) {
        return new Firehose.InvalidArgumentException(message);
    }
}
