package dev.aloft.service.cloudwatch;

import dev.aloft.api.CloudWatch;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * How an alarm is configured, as functions and the event bus are told: of a change of its state what it looks at, of a
 * change of its configuration all of it.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html">Alarm
 *     events</a>
 */
final class AlarmConfiguration {
    static final String CHANGE = "CloudWatch Alarm Configuration Change";

    private AlarmConfiguration() {
    }

    static Map<String, Object> brief(Alarm alarm) {
        var configuration = new LinkedHashMap<String, Object>();
        put(configuration, "description", alarm.description());
        if (alarm.isComposite()) {
            configuration.put("alarmRule", alarm.composite().alarmRule());
        } else {
            configuration.put("metrics", metrics(alarm));
        }
        return configuration;
    }

    /**
     * The detail of an event.
     *
     * @param operation {@code create}, {@code update}, {@code delete}
     * @param before    of an update, else null
     */
    static Map<String, Object> change(String operation, Alarm alarm, Alarm before) {
        var detail = new LinkedHashMap<String, Object>();
        detail.put("alarmName", alarm.name());
        detail.put("operation", operation);
        var state = new LinkedHashMap<String, Object>();
        state.put("value", alarm.state().value());
        // Nothing has looked at a new one yet.
        put(state, "reason", alarm.state().reason().equals(Alarm.NEW) ? null : alarm.state().reason());
        put(state, "reasonData", alarm.state().reasonData());
        state.put("timestamp", Evaluation.moment(alarm.state().updated()));
        detail.put("state", state);
        detail.put("configuration", whole(alarm));
        put(detail, "previousConfiguration", before == null ? null : whole(before));
        return detail;
    }

    private static Map<String, Object> whole(Alarm alarm) {
        var whole = new LinkedHashMap<String, Object>();
        if (alarm.isComposite()) {
            whole.put("alarmRule", alarm.composite().alarmRule());
        } else {
            var metric = alarm.metric();
            whole.put("evaluationPeriods", metric.evaluationPeriods());
            put(whole, "datapointsToAlarm", metric.datapointsToAlarm());
            whole.put("threshold", Evaluation.number(metric.threshold()));
            whole.put("comparisonOperator", metric.comparisonOperator());
            put(whole, "treatMissingData", metric.treatMissingData());
            put(whole, "evaluateLowSampleCountPercentile", metric.evaluateLowSampleCountPercentile());
            whole.put("metrics", metrics(alarm));
        }
        whole.put("alarmName", alarm.name());
        put(whole, "description", alarm.description());
        whole.put("actionsEnabled", alarm.actsOnChanges());
        whole.put("timestamp", Evaluation.moment(alarm.configured()));
        whole.put("okActions", alarm.okActions());
        whole.put("alarmActions", alarm.alarmActions());
        whole.put("insufficientDataActions", alarm.insufficientDataActions());
        return whole;
    }

    private static void put(Map<String, Object> into, String name, Object value) {
        if (value != null) {
            into.put(name, value);
        }
    }

    private static List<Map<String, Object>> metrics(Alarm alarm) {
        return Alarm.isMath(alarm.metric())
                ? alarm.metric().metrics().stream().map(AlarmConfiguration::query).toList() : List.of(metric(alarm));
    }

    private static Map<String, Object> metric(Alarm whole) {
        var alarm = whole.metric();
        var metric = CloudWatch.Metric.of(m -> m.namespace(alarm.namespace()).metricName(alarm.metricName())
                .dimensions(whole.dimensions()));
        var stat = CloudWatch.MetricStat.of(s -> s.metric(metric).period(alarm.period()).unit(alarm.unit())
                .stat(alarm.statistic() == null ? alarm.extendedStatistic() : alarm.statistic()));
        return query(CloudWatch.MetricDataQuery.of(q -> q.metricStat(stat)
                .id(UUID.nameUUIDFromBytes(whole.arn().getBytes(StandardCharsets.UTF_8)).toString())));
    }

    private static Map<String, Object> query(CloudWatch.MetricDataQuery query) {
        var told = new LinkedHashMap<String, Object>();
        told.put("id", query.id());
        put(told, "expression", query.expression());
        put(told, "label", query.label());
        if (query.metricStat() != null) {
            told.put("metricStat", stat(query.metricStat()));
        }
        told.put("returnData", !Boolean.FALSE.equals(query.returnData()));
        return told;
    }

    private static Map<String, Object> stat(CloudWatch.MetricStat given) {
        var dimensions = new LinkedHashMap<String, Object>();
        if (given.metric().dimensions() != null) {
            given.metric().dimensions().forEach(it -> dimensions.put(it.name(), it.value()));
        }
        var stat = new LinkedHashMap<String, Object>();
        stat.put("metric", new LinkedHashMap<>(Map.of("namespace", given.metric().namespace(), "name",
                given.metric().metricName(), "dimensions", dimensions)));
        stat.put("period", given.period());
        stat.put("stat", given.stat());
        put(stat, "unit", given.unit());
        return stat;
    }
}
