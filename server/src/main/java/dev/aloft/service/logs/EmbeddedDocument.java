package dev.aloft.service.logs;

import dev.aloft.api.CloudWatch;
import dev.aloft.api.CloudWatch.MetricDatum;
import dev.aloft.api.JsonReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A log event that says in {@code _aws} which of its members are metrics, and of what.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html">
 *     Specification</a>
 */
final class EmbeddedDocument {
    private static final int MOST_DIMENSIONS = 30;
    private static final int MOST_METRICS = 100;
    private static final int MOST_VALUES = 100;

    private final Map<?, ?> root;
    private final Instant at;

    private EmbeddedDocument(Map<?, ?> root, Instant at) {
        this.root = root;
        this.at = at;
    }

    /** It looks like one and is no JSON. */
    static final class Malformed extends Exception {
        Malformed() {
            super("no JSON object", null, false, false);
        }
    }

    /** It breaks a rule of the specification. */
    static final class Invalid extends Exception {
        Invalid(String what) {
            super(what, null, false, false);
        }
    }

    static boolean isOne(String message) {
        return message.contains("\"_aws\"") && message.contains("\"CloudWatchMetrics\"");
    }

    /** Its metrics by namespace: each with each set of dimensions. */
    static Map<String, List<MetricDatum>> read(String message) throws Malformed, Invalid {
        Map<?, ?> root = json(message);
        var data = new LinkedHashMap<String, List<MetricDatum>>();
        if (!(root.get("_aws") instanceof Map<?, ?> aws)) {
            return data;
        }
        var at = Instant.ofEpochMilli(required(aws, "Timestamp", Number.class).longValue());
        var document = new EmbeddedDocument(root, at);
        for (var directive : required(aws, "CloudWatchMetrics", List.class)) {
            document.follow(object(directive), data);
        }
        return data;
    }

    private static Map<?, ?> json(String message) throws Malformed {
        try {
            if (JsonReader.tree(message) instanceof Map<?, ?> map) {
                return map;
            }
        } catch (JsonReader.Malformed e) {
            // Told below.
        }
        throw new Malformed();
    }

    private static <T> T required(Map<?, ?> from, String name, Class<T> type) throws Invalid {
        if (type.isInstance(from.get(name))) {
            return type.cast(from.get(name));
        }
        throw new Invalid(name + " is missing or of another type");
    }

    private static Map<?, ?> object(Object value) throws Invalid {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new Invalid("an object is expected");
    }

    private void follow(Map<?, ?> directive, Map<String, List<MetricDatum>> data) throws Invalid {
        var namespace = required(directive, "Namespace", String.class);
        if (namespace.startsWith("AWS/")) {
            throw new Invalid("a namespace of AWS");
        }
        var metrics = required(directive, "Metrics", List.class);
        if (metrics.size() > MOST_METRICS) {
            throw new Invalid("too many metrics");
        }
        var found = new ArrayList<MetricDatum>();
        for (var names : required(directive, "Dimensions", List.class)) {
            var dimensions = dimensions(values(names));
            for (var metric : metrics) {
                found.add(datum(object(metric), dimensions));
            }
        }
        data.computeIfAbsent(namespace, _ -> new ArrayList<>()).addAll(found);
    }

    private Map<String, String> values(Object names) throws Invalid {
        if (!(names instanceof List<?> list) || list.size() > MOST_DIMENSIONS) {
            throw new Invalid("a set of dimensions");
        }
        var values = new LinkedHashMap<String, String>();
        for (var name : list) {
            values.put(String.valueOf(name), required(root, String.valueOf(name), String.class));
        }
        return values;
    }

    static List<CloudWatch.Dimension> dimensions(Map<String, String> values) {
        return values.entrySet().stream()
                .map(each -> CloudWatch.Dimension.of(d -> d.name(each.getKey()).value(each.getValue()))).toList();
    }

    private MetricDatum datum(Map<?, ?> metric, List<CloudWatch.Dimension> dimensions) throws Invalid {
        var name = required(metric, "Name", String.class);
        var values = numbers(root.get(name));
        var unit = metric.get("Unit") instanceof String text ? text : null;
        var resolution = metric.get("StorageResolution") instanceof Number number ? number.intValue() : null;
        return MetricDatum.of(d -> d.metricName(name).unit(unit).storageResolution(resolution).timestamp(at)
                .dimensions(dimensions).values(values));
    }

    private static List<Double> numbers(Object target) throws Invalid {
        var given = target instanceof List<?> list ? list : target == null ? List.of() : List.of(target);
        if (given.isEmpty() || given.size() > MOST_VALUES) {
            throw new Invalid("a metric without values or with too many");
        }
        var numbers = new ArrayList<Double>();
        for (var each : given) {
            if (!(each instanceof Number number)) {
                throw new Invalid("a metric that is no number");
            }
            numbers.add(number.doubleValue());
        }
        return numbers;
    }
}
