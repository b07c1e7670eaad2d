package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.EventSourceMappingConfiguration;
import dev.aloft.kernel.delivery.poll.ItemFilter;
import dev.aloft.kernel.pattern.EventPattern;
import dev.aloft.service.lambda.source.Mapping;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What an event source mapping may be, in AWS's words and in the order of AWS's checks. */
final class MappingRules {
    /** Where the records of batches that are given up may go; those of events may go to functions and buses, too. */
    private static final Set<String> DESTINATIONS = Set.of("sqs", "sns", "s3");
    private static final int MOST_WITHOUT_WINDOW = 10;
    private static final int MOST_OF_FIFO = 10;
    private static final int MOST_PATTERNS = 5;
    private static final int LEAST_RECORD_SECONDS = 60;
    static final int LEAST_POLLERS = 2;

    private MappingRules() {}

    /** The source of a new mapping, whose request may be so. */
    static Arn check(Lambda.CreateEventSourceMappingRequest r) {
        refuseUnbuilt(r);
        var source = source(r.eventSourceArn());
        boolean queue = source.service().equals("sqs");
        checkDestination(queue, r.destinationConfig());
        checkStart(queue, r);
        refuseGiven(queue ? ofStreams(r.bisectBatchOnFunctionError(), r.maximumRecordAgeInSeconds(),
                r.maximumRetryAttempts(),
                r.parallelizationFactor(), r.tumblingWindowInSeconds())
                : ofQueues(r.scalingConfig(), r.provisionedPollerConfig()));
        refuseGiven(ofKafka(r.metricsConfig(), r.provisionedPollerConfig(), r.loggingConfig()));
        return source;
    }

    static void check(boolean queue, Lambda.UpdateEventSourceMappingRequest r) {
        checkDestination(queue, r.destinationConfig());
        refuseGiven(queue ? ofStreams(r.bisectBatchOnFunctionError(), r.maximumRecordAgeInSeconds(),
                r.maximumRetryAttempts(),
                r.parallelizationFactor(), r.tumblingWindowInSeconds())
                : ofQueues(r.scalingConfig(), r.provisionedPollerConfig()));
        refuseGiven(ofKafka(r.metricsConfig(), r.provisionedPollerConfig(), r.loggingConfig()));
    }

    private static void refuseUnbuilt(Lambda.CreateEventSourceMappingRequest r) {
        if (r.selfManagedEventSource() != null && r.sourceAccessConfigurations() == null) {
            throw invalid("Required 'sourceAccessConfigurations' parameter is missing.");
        }
        refuse(r.selfManagedEventSource() != null || r.topics() != null || r.selfManagedKafkaEventSourceConfig() != null
                || r.amazonManagedKafkaEventSourceConfig() != null, "An event source mapping of Kafka");
        refuse(r.queues() != null, "An event source mapping of Amazon MQ");
        refuse(r.documentDBEventSourceConfig() != null, "An event source mapping of DocumentDB");
        refuse(r.sourceAccessConfigurations() != null && !r.sourceAccessConfigurations().isEmpty(),
                "SourceAccessConfigurations");
    }

    static void refuseUnbuilt(Lambda.UpdateEventSourceMappingRequest r) {
        refuse(r.selfManagedKafkaEventSourceConfig() != null || r.amazonManagedKafkaEventSourceConfig() != null
                || r.documentDBEventSourceConfig() != null || r.sourceAccessConfigurations() != null
                && !r.sourceAccessConfigurations().isEmpty(), "SourceAccessConfigurations");
    }

    private static void refuse(boolean given, String what) {
        if (given) {
            throw ApiError.notBuilt(what);
        }
    }

    private static Arn source(String text) {
        if (text == null || !Arn.isArn(text)) {
            throw invalid("Unrecognized event source.");
        }
        var source = Arn.parse(text);
        return switch (source.service()) {
            case "sqs", "dynamodb", "kinesis" -> source;
            case "kafka", "mq", "rds" -> throw ApiError.notBuilt("An event source mapping of " + source.service());
            default -> throw invalid("Unrecognized event source.");
        };
    }

    private static void checkDestination(boolean queue, Lambda.DestinationConfig config) {
        if (config != null && (queue || config.onSuccess() != null)) {
            throw unsupported("DestinationConfig");
        }
        var target = config == null || config.onFailure() == null ? null : config.onFailure().destination();
        if (target != null && Arn.isArn(target) && !DESTINATIONS.contains(Arn.parse(target).service())) {
            throw DestinationAccess.invalid(target);
        }
    }

    /** What queues have not, and whether it is given. */
    private static Map<String, Boolean> ofStreams(Boolean bisects, Integer age, Integer retries, Integer factor,
            Integer window) {
        var given = new LinkedHashMap<String, Boolean>();
        given.put("BisectBatchOnFunctionError", Boolean.TRUE.equals(bisects));
        given.put("MaximumRecordAgeInSeconds", age != null);
        given.put("MaximumRetryAttempts", retries != null);
        given.put("ParallelizationFactor", factor != null);
        given.put("TumblingWindowInSeconds", window != null && window != 0);
        return given;
    }

    /** What streams have not. */
    private static Map<String, Boolean> ofQueues(Lambda.ScalingConfig scaling, Lambda.ProvisionedPollerConfig pollers) {
        var given = new LinkedHashMap<String, Boolean>();
        given.put("ScalingConfig", scaling != null && scaling.maximumConcurrency() != null);
        given.put("ProvisionedPollerConfig", pollers != null
                && (pollers.minimumPollers() != null || pollers.maximumPollers() != null));
        return given;
    }

    /** What neither has: logs of the pollers themselves, and what is measured of a broker. */
    private static Map<String, Boolean> ofKafka(Lambda.EventSourceMappingMetricsConfig metrics,
            Lambda.ProvisionedPollerConfig pollers, Lambda.EventSourceMappingLoggingConfig logging) {
        var given = new LinkedHashMap<String, Boolean>();
        given.put("MetricsConfig", metrics != null && metrics.metrics() != null
                && !List.of("EventCount").containsAll(metrics.metrics()));
        given.put("PollerGroupName", pollers != null && pollers.pollerGroupName() != null);
        given.put("LoggingConfig", logging != null && logging.systemLogLevel() != null);
        return given;
    }

    private static void refuseGiven(Map<String, Boolean> given) {
        given.forEach((name, is) -> {
            if (is) {
                throw unsupported(name);
            }
        });
    }

    private static Lambda.InvalidParameterValueException unsupported(String name) {
        return invalid("Unsupported " + name + " parameter for given event source mapping type.");
    }

    private static void checkStart(boolean queue, Lambda.CreateEventSourceMappingRequest r) {
        if (queue) {
            if (r.startingPosition() != null) {
                throw invalid("StartingPosition is not valid for SQS event sources.");
            }
        } else if (r.startingPosition() == null) {
            throw invalid("1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint:"
                    + " Member must not be null.");
        } else if (r.startingPosition().equals("AT_TIMESTAMP")) {
            if (Arn.parse(r.eventSourceArn()).service().equals("dynamodb")) {
                throw invalid("Unsupported starting position for arn type: " + r.eventSourceArn());
            }
            if (r.startingPositionTimestamp() == null) {
                throw invalid("StartingPositionTimestamp is required when StartingPosition is AT_TIMESTAMP.");
            }
        }
    }

    static void check(Mapping mapping) {
        var c = mapping.configuration();
        if (mapping.isQueue()) {
            boolean fifo = mapping.source().resource().endsWith(".fifo");
            if (fifo && c.maximumBatchingWindowInSeconds() > 0) {
                throw invalid("Batching window is not supported for FIFO queues");
            }
            if (fifo && c.batchSize() > MOST_OF_FIFO) {
                throw invalid("Batch size is greater than the maximum of 10 for FIFO queues");
            }
        }
        checkPollers(c);
        if (!mapping.isQueue()) {
            checkStream(c);
        }
        if (c.batchSize() > MOST_WITHOUT_WINDOW && c.maximumBatchingWindowInSeconds() == 0 && mapping.isQueue()) {
            throw invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than"
                    + " 10");
        }
        var criteria = c.filterCriteria();
        if (criteria != null) {
            if (criteria.filters().size() > MOST_PATTERNS) {
                throw invalid("Maximum number of filters exceeded. You can have at most 5 filters per event source"
                        + " mapping.");
            }
            for (var filter : criteria.filters()) {
                checkPattern(filter.pattern());
            }
        }
    }

    private static void checkStream(EventSourceMappingConfiguration c) {
        int age = c.maximumRecordAgeInSeconds();
        if (age != -1 && age < LEAST_RECORD_SECONDS) {
            throw invalid("MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)");
        }
        if (c.tumblingWindowInSeconds() > 0 && c.parallelizationFactor() > 1) {
            throw invalid("ParallelizationFactor must be 1 when TumblingWindowInSeconds is set.");
        }
    }

    private static void checkPollers(EventSourceMappingConfiguration c) {
        var pollers = c.provisionedPollerConfig();
        if (pollers == null) {
            return;
        }
        if (c.scalingConfig() != null && c.scalingConfig().maximumConcurrency() != null) {
            throw invalid("ScalingConfig and ProvisionedPollerConfig cannot be used together.");
        }
        if (pollers.minimumPollers() < LEAST_POLLERS || pollers.maximumPollers() < LEAST_POLLERS) {
            throw invalid("MinimumPollers and MaximumPollers must be at least 2 for SQS event sources.");
        }
        if (pollers.minimumPollers() > pollers.maximumPollers()) {
            throw invalid("MinimumPollers must not be greater than MaximumPollers.");
        }
    }

    private static void checkPattern(String pattern) {
        try {
            if (pattern == null) {
                throw invalid("Invalid filter pattern definition.");
            }
            new ItemFilter(List.of(pattern), null);
        } catch (EventPattern.Malformed e) {
            throw invalid("Invalid filter pattern definition.");
        }
    }

    static Lambda.InvalidParameterValueException invalid(String message) {
        return new Lambda.InvalidParameterValueException(message);
    }
}
