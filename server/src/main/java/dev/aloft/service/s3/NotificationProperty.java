package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.S3;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A bucket's NotificationConfiguration as templates have it: with other names, and one event a line. */
final class NotificationProperty {
    private NotificationProperty() {
    }

    static S3.NotificationConfiguration of(Object property) {
        if (property == null) {
            return S3.NotificationConfiguration.of(_ -> { });
        }
        if (!(property instanceof Map<?, ?> given)) {
            throw ApiError.of("ValidationException", 400,
                "#/NotificationConfiguration: expected type: JSONObject, found: " + property);
        }
        return S3.NotificationConfiguration.of(c -> c
            .topicConfigurations(lines(given, "TopicConfigurations").stream()
                .map(line -> S3.TopicConfiguration.of(t -> t
                .topicArn(text(line, "Topic")).events(List.of(text(line, "Event"))).filter(filter(line)))).toList())
            .queueConfigurations(lines(given, "QueueConfigurations").stream()
                .map(line -> S3.QueueConfiguration.of(q -> q
                .queueArn(text(line, "Queue")).events(List.of(text(line, "Event"))).filter(filter(line)))).toList())
            .lambdaFunctionConfigurations(lines(given, "LambdaConfigurations").stream()
                .map(line -> S3.LambdaFunctionConfiguration.of(l -> l.lambdaFunctionArn(text(line, "Function"))
                    .events(List.of(text(line, "Event"))).filter(filter(line)))).toList())
            .eventBridgeConfiguration(toBus(given.get("EventBridgeConfiguration"))
                ? S3.EventBridgeConfiguration.of(_ -> { }) : null));
    }

    private static boolean toBus(Object property) {
        return property instanceof Map<?, ?> bus
            && !"false".equals(Objects.toString(bus.get("EventBridgeEnabled"), "true"));
    }

    private static List<Map<?, ?>> lines(Map<?, ?> given, String name) {
        var lines = new ArrayList<Map<?, ?>>();
        if (given.get(name) instanceof List<?> list) {
            list.forEach(each -> lines.add((Map<?, ?>) each));
        }
        return lines;
    }

    private static String text(Map<?, ?> line, String name) {
        if (line.get(name) == null) {
            throw ApiError.of("ValidationException", 400,
                "#/NotificationConfiguration: required key [" + name + "] not found");
        }
        return line.get(name).toString();
    }

    private static S3.NotificationConfigurationFilter filter(Map<?, ?> line) {
        if (!(line.get("Filter") instanceof Map<?, ?> filter) || !(filter.get("S3Key") instanceof Map<?, ?> key)) {
            return null;
        }
        var rules = lines(key, "Rules").stream().map(rule -> S3.FilterRule.of(
            r -> r.name(text(rule, "Name")).value(Objects.toString(rule.get("Value"), "")))).toList();
        return S3.NotificationConfigurationFilter.of(f -> f.key(S3.S3KeyFilter.of(k -> k.filterRules(rules))));
    }
}
