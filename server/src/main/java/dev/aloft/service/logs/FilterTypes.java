package dev.aloft.service.logs;

import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.ResourceType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What templates can declare of a log group's filters: AWS::Logs::MetricFilter, SubscriptionFilter, Destination. */
final class FilterTypes {
    private static final int MAX_NAME = 512;
    /** What both types have. */
    private static final Set<String> KEYS = Set.of("LogGroupName", "FilterName");

    private FilterTypes() {
    }

    static List<ResourceType> all(Logs logs) {
        return List.of(new MetricFilterType(logs), new SubscriptionFilterType(logs), new DestinationType(logs));
    }

    /** A filter's physical id is its name, so what deletes it asks the last template for its group. */
    private static String group(ResourceType.Desired desired) {
        return String.valueOf(desired.properties().get("LogGroupName"));
    }

    private record MetricFilterType(Logs logs) implements ResourceType {
        @Override
        public String type() {
            return "AWS::Logs::MetricFilter";
        }

        @Override
        public Set<String> properties() {
            return Set.of("FilterName", "LogGroupName", "FilterPattern", "MetricTransformations",
                "ApplyOnTransformedLogs");
        }

        @Override
        public Set<String> required() {
            return Set.of("LogGroupName", "FilterPattern", "MetricTransformations");
        }

        @Override
        public List<String> members() {
            return List.of(
                "MetricTransformations: MetricName! MetricNamespace! MetricValue! DefaultValue Dimensions Unit",
                "MetricTransformations/Dimensions: Key! Value!");
        }

        @Override
        public Set<String> replacedBy() {
            return KEYS;
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            return put(caller, desired.name("FilterName", MAX_NAME), desired);
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            return put(caller, physicalId, after);
        }

        private Resource put(Caller caller, String name, Desired desired) {
            var transformations = desired.properties().get("MetricTransformations") instanceof List<?> list
                ? list.stream().map(MetricFilterType::transformation).toList() : List.of();
            logs.putMetricFilter(caller, desired.input(Logs.PUT_METRIC_FILTER, Logs.PutMetricFilterRequest.class,
                Map.of("filterName", name, "metricTransformations", transformations), Set.of("FilterName",
                    "MetricTransformations")));
            return new Resource(name, Map.of());
        }

        /** Dimensions are a list here and a map in the operation. */
        private static Object transformation(Object given) {
            var transformation = new LinkedHashMap<Object, Object>((Map<?, ?>) given);
            if (transformation.get("Dimensions") instanceof List<?> list) {
                var dimensions = new LinkedHashMap<Object, Object>();
                list.forEach(each -> dimensions.put(((Map<?, ?>) each).get("Key"), ((Map<?, ?>) each).get("Value")));
                transformation.put("Dimensions", dimensions);
            }
            return transformation;
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            try {
                logs.deleteMetricFilter(caller, Logs.DeleteMetricFilterRequest.of(r -> r.logGroupName(group(last))
                    .filterName(physicalId)));
            } catch (Logs.ResourceNotFoundException _) {
                // Gone already, perhaps with its group.
            }
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(new Resource(physicalId, Map.of()));
        }
    }

    private record SubscriptionFilterType(Logs logs) implements ResourceType {
        @Override
        public String type() {
            return "AWS::Logs::SubscriptionFilter";
        }

        @Override
        public Set<String> properties() {
            return Set.of("FilterName", "LogGroupName", "FilterPattern", "DestinationArn", "RoleArn", "Distribution",
                "ApplyOnTransformedLogs");
        }

        @Override
        public Set<String> required() {
            return Set.of("LogGroupName", "FilterPattern", "DestinationArn");
        }

        @Override
        public Set<String> replacedBy() {
            return KEYS;
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            return put(caller, desired.name("FilterName", MAX_NAME), desired);
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            return put(caller, physicalId, after);
        }

        private Resource put(Caller caller, String name, Desired desired) {
            logs.putSubscriptionFilter(caller, desired.input(Logs.PUT_SUBSCRIPTION_FILTER,
                Logs.PutSubscriptionFilterRequest.class, Map.of("filterName", name), Set.of("FilterName")));
            return new Resource(name, Map.of());
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            try {
                logs.deleteSubscriptionFilter(caller, Logs.DeleteSubscriptionFilterRequest.of(r -> r
                    .logGroupName(group(last)).filterName(physicalId)));
            } catch (Logs.ResourceNotFoundException _) {
                // Gone already, perhaps with its group.
            }
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return Optional.of(new Resource(physicalId, Map.of()));
        }
    }
}
