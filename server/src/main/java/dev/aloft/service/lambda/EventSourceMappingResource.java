package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TemplateProperties.list;
import static dev.aloft.service.lambda.TemplateProperties.map;
import static dev.aloft.service.lambda.TemplateProperties.number;
import static dev.aloft.service.lambda.TemplateProperties.text;
import static dev.aloft.service.lambda.TemplateProperties.texts;
import static dev.aloft.service.lambda.TemplateProperties.truth;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.ResourceType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html">
 *     AWS::Lambda::EventSourceMapping</a>
 */
record EventSourceMappingResource(Lambda lambda) implements ResourceType {
    @Override
    public String type() {
        return "AWS::Lambda::EventSourceMapping";
    }

    @Override
    public Set<String> properties() {
        return Set.of("FunctionName", "EventSourceArn", "BatchSize", "BisectBatchOnFunctionError", "DestinationConfig",
                "Enabled", "FilterCriteria", "FunctionResponseTypes", "KmsKeyArn", "LoggingConfig",
                "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "MetricsConfig",
                "ParallelizationFactor", "ProvisionedPollerConfig", "ScalingConfig", "StartingPosition",
                "StartingPositionTimestamp", "TumblingWindowInSeconds", "Tags");
    }

    @Override
    public List<String> members() {
        return List.of(
                "DestinationConfig: OnFailure",
                "DestinationConfig/OnFailure: Destination",
                "FilterCriteria: Filters",
                "FilterCriteria/Filters: Pattern",
                "ScalingConfig: MaximumConcurrency",
                "ProvisionedPollerConfig: MinimumPollers MaximumPollers PollerGroupName",
                "MetricsConfig: Metrics",
                "LoggingConfig: SystemLogLevel");
    }

    @Override
    public Set<String> required() {
        return Set.of("FunctionName");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("EventSourceArn", "StartingPosition", "StartingPositionTimestamp");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        Map<String, Object> p = desired.properties();
        try {
            return resource(lambda.createEventSourceMapping(caller, Lambda.CreateEventSourceMappingRequest.of(r -> r
                    .functionName(text(p, "FunctionName")).eventSourceArn(text(p, "EventSourceArn"))
                    .batchSize(number(p, "BatchSize"))
                    .bisectBatchOnFunctionError(truth(p, "BisectBatchOnFunctionError"))
                    .destinationConfig(destinations(p))
                    .enabled(truth(p, "Enabled")).filterCriteria(filters(p)).kmsKeyArn(text(p, "KmsKeyArn"))
                    .functionResponseTypes(texts(p, "FunctionResponseTypes"))
                    .maximumBatchingWindowInSeconds(number(p, "MaximumBatchingWindowInSeconds"))
                    .maximumRecordAgeInSeconds(number(p, "MaximumRecordAgeInSeconds"))
                    .maximumRetryAttempts(number(p, "MaximumRetryAttempts"))
                    .parallelizationFactor(number(p, "ParallelizationFactor"))
                    .scalingConfig(scaling(p)).provisionedPollerConfig(pollers(p)).metricsConfig(metrics(p))
                    .loggingConfig(logging(p))
                    .startingPosition(text(p, "StartingPosition")).startingPositionTimestamp(moment(p))
                    .tumblingWindowInSeconds(number(p, "TumblingWindowInSeconds")).tags(desired.marked()))));
        } catch (Lambda.ResourceConflictException e) {
            return own(caller, p, desired).orElseThrow(() -> e);
        }
    }

    private Optional<Resource> own(Caller caller, Map<String, Object> p, Desired desired) {
        return lambda.listEventSourceMappings(caller, Lambda.ListEventSourceMappingsRequest.of(r -> r
                        .functionName(text(p, "FunctionName")).eventSourceArn(text(p, "EventSourceArn"))))
                        .eventSourceMappings().stream()
                .filter(mapping -> Objects.equals(mapping.startingPosition(), text(p, "StartingPosition"))
                        && Objects.equals(mapping.startingPositionTimestamp(), moment(p)))
                .filter(mapping -> desired.isMarkedIn(lambda.listTags(caller,
                        Lambda.ListTagsRequest.of(r -> r.resource(mapping.eventSourceMappingArn()))).tags()))
                .findFirst().map(EventSourceMappingResource::resource);
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        Map<String, Object> p = after.properties();
        boolean queue = text(p, "EventSourceArn") != null && text(p, "EventSourceArn").contains(":sqs:");
        return resource(lambda.updateEventSourceMapping(caller, Lambda.UpdateEventSourceMappingRequest.of(r -> {
            r.uuid(physicalId).functionName(text(p, "FunctionName"))
                    .batchSize(or(number(p, "BatchSize"), queue ? 10 : 100))
                    .enabled(or(truth(p, "Enabled"), true))
                    .filterCriteria(or(filters(p), Lambda.FilterCriteria.of(f -> f.filters(List.of()))))
                    .kmsKeyArn(or(text(p, "KmsKeyArn"), ""))
                    .functionResponseTypes(or(texts(p, "FunctionResponseTypes"), List.of()))
                    .maximumBatchingWindowInSeconds(or(number(p, "MaximumBatchingWindowInSeconds"), 0))
                    .metricsConfig(or(metrics(p), Lambda.EventSourceMappingMetricsConfig.of(m -> m.metrics(List.of()))))
                    .loggingConfig(logging(p));
            if (queue) {
                r.scalingConfig(or(scaling(p), Lambda.ScalingConfig.of(_ -> {})))
                        .provisionedPollerConfig(or(pollers(p), Lambda.ProvisionedPollerConfig.of(_ -> {})))
                        .destinationConfig(destinations(p));
            } else {
                r.bisectBatchOnFunctionError(or(truth(p, "BisectBatchOnFunctionError"), false))
                        .destinationConfig(or(destinations(p),
                                Lambda.DestinationConfig.of(d -> d.onFailure(Lambda.OnFailure.of(_ -> {})))))
                        .maximumRecordAgeInSeconds(or(number(p, "MaximumRecordAgeInSeconds"), -1))
                        .maximumRetryAttempts(or(number(p, "MaximumRetryAttempts"), -1))
                        .parallelizationFactor(or(number(p, "ParallelizationFactor"), 1))
                        .tumblingWindowInSeconds(or(number(p, "TumblingWindowInSeconds"), 0));
            }
        })));
    }

    private static <V> V or(V given, V otherwise) {
        return given == null ? otherwise : given;
    }

    private static Lambda.DestinationConfig destinations(Map<String, Object> p) {
        var given = map(p, "DestinationConfig");
        var failure = given == null ? null : map(given, "OnFailure");
        return failure == null ? null
                : Lambda.DestinationConfig.of(d ->
                        d.onFailure(Lambda.OnFailure.of(f -> f.destination(text(failure, "Destination")))));
    }

    private static Lambda.FilterCriteria filters(Map<String, Object> p) {
        var given = map(p, "FilterCriteria");
        var filters = given == null ? null : list(given, "Filters");
        return filters == null ? null : Lambda.FilterCriteria.of(c -> c.filters(filters.stream()
                .map(filter -> Lambda.Filter.of(f -> f.pattern(text(filter, "Pattern")))).toList()));
    }

    private static Lambda.ScalingConfig scaling(Map<String, Object> p) {
        var given = map(p, "ScalingConfig");
        return given == null ? null
                : Lambda.ScalingConfig.of(c -> c.maximumConcurrency(number(given, "MaximumConcurrency")));
    }

    private static Lambda.ProvisionedPollerConfig pollers(Map<String, Object> p) {
        var given = map(p, "ProvisionedPollerConfig");
        return given == null ? null
                : Lambda.ProvisionedPollerConfig.of(c -> c.minimumPollers(number(given, "MinimumPollers"))
                .maximumPollers(number(given, "MaximumPollers")).pollerGroupName(text(given, "PollerGroupName")));
    }

    private static Lambda.EventSourceMappingMetricsConfig metrics(Map<String, Object> p) {
        var given = map(p, "MetricsConfig");
        return given == null ? null
                : Lambda.EventSourceMappingMetricsConfig.of(c -> c.metrics(texts(given, "Metrics")));
    }

    private static Lambda.EventSourceMappingLoggingConfig logging(Map<String, Object> p) {
        var given = map(p, "LoggingConfig");
        return given == null ? null
                : Lambda.EventSourceMappingLoggingConfig.of(c -> c.systemLogLevel(text(given, "SystemLogLevel")));
    }

    private static Instant moment(Map<String, Object> p) {
        var seconds = text(p, "StartingPositionTimestamp");
        try {
            return seconds == null ? null : Instant.ofEpochMilli(Math.round(Double.parseDouble(seconds) * 1000));
        } catch (NumberFormatException e) {
            throw ApiError.of("ValidationError", 400,
                    "Value of property StartingPositionTimestamp must be of type Double");
        }
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            lambda.deleteEventSourceMapping(caller, Lambda.DeleteEventSourceMappingRequest.of(r -> r.uuid(physicalId)));
        } catch (Lambda.ResourceNotFoundException _) {
            // gone already
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(resource(lambda.getEventSourceMapping(caller,
                    Lambda.GetEventSourceMappingRequest.of(r -> r.uuid(physicalId)))));
        } catch (Lambda.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    private static Resource resource(Lambda.EventSourceMappingConfiguration mapping) {
        return new Resource(mapping.uuid(),
                Map.of("Id", mapping.uuid(), "EventSourceMappingArn", mapping.eventSourceMappingArn()));
    }
}
