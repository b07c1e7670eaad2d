package dev.aloft.service.cloudwatch;

import dev.aloft.api.CloudWatch;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * How a change of an alarm's state is told: to topics, to functions, to the event bus.
 *
 * @param before the alarm in the state it was in
 * @param after  the alarm in its new state
 * @param children of a composite alarm: those that made it change
 */
record AlarmMessages(Alarm before, Alarm after, List<Alarm> children) {
    private static final Map<String, String> REGIONS = Map.ofEntries(
            Map.entry("us-east-1", "US East (N. Virginia)"), Map.entry("us-east-2", "US East (Ohio)"),
            Map.entry("us-west-1", "US West (N. California)"), Map.entry("us-west-2", "US West (Oregon)"),
            Map.entry("ca-central-1", "Canada (Central)"), Map.entry("sa-east-1", "South America (Sao Paulo)"),
            Map.entry("eu-west-1", "EU (Ireland)"), Map.entry("eu-west-2", "EU (London)"),
            Map.entry("eu-west-3", "EU (Paris)"), Map.entry("eu-central-1", "EU (Frankfurt)"),
            Map.entry("eu-north-1", "EU (Stockholm)"), Map.entry("eu-south-1", "EU (Milan)"),
            Map.entry("ap-northeast-1", "Asia Pacific (Tokyo)"), Map.entry("ap-northeast-2", "Asia Pacific (Seoul)"),
            Map.entry("ap-southeast-1", "Asia Pacific (Singapore)"), Map.entry("ap-southeast-2",
                    "Asia Pacific (Sydney)"),
            Map.entry("ap-south-1", "Asia Pacific (Mumbai)"), Map.entry("ap-east-1", "Asia Pacific (Hong Kong)"));

    private String place() {
        return REGIONS.getOrDefault(after.region(), after.region());
    }

    String subject() {
        return after.state().value() + ": \"" + after.name() + "\" in " + place();
    }

    /** What a topic gets. */
    String notification() {
        var message = new LinkedHashMap<String, Object>();
        message.put("AlarmName", after.name());
        message.put("AlarmDescription", after.description());
        message.put("AWSAccountId", after.account());
        message.put("AlarmConfigurationUpdatedTimestamp", Evaluation.moment(after.configured()));
        message.put("NewStateValue", after.state().value());
        message.put("NewStateReason", after.state().reason());
        message.put("StateChangeTime", Evaluation.moment(after.state().updated()));
        message.put("Region", place());
        message.put("AlarmArn", after.arn());
        message.put("OldStateValue", before.state().value());
        message.put("OKActions", after.okActions());
        message.put("AlarmActions", after.alarmActions());
        message.put("InsufficientDataActions", after.insufficientDataActions());
        message.put("ActionExecutedAfterMuteWindow", false);
        if (after.isComposite()) {
            message.put("AlarmRule", after.composite().alarmRule());
            message.put("TriggeringChildren", children.stream().map(child -> Map.of("Arn", child.arn(), "State",
                    Map.of("Value", child.state().value(), "Timestamp",
                            Evaluation.moment(child.state().updated())))).toList());
        } else {
            message.put("Trigger", trigger());
        }
        return JsonWriter.string(message);
    }

    private Map<String, Object> trigger() {
        var alarm = after.metric();
        boolean isMath = Alarm.isMath(alarm);
        var trigger = isMath ? new LinkedHashMap<String, Object>() : triggerMetric(alarm);
        trigger.put("Period", Alarm.period(alarm));
        trigger.put("EvaluationPeriods", alarm.evaluationPeriods());
        if (alarm.datapointsToAlarm() != null) {
            trigger.put("DatapointsToAlarm", alarm.datapointsToAlarm());
        }
        trigger.put("ComparisonOperator", alarm.comparisonOperator());
        trigger.put("Threshold", Evaluation.number(alarm.threshold()));
        trigger.put("TreatMissingData", Objects.requireNonNullElse(alarm.treatMissingData(), ""));
        trigger.put("EvaluateLowSampleCountPercentile",
                Objects.requireNonNullElse(alarm.evaluateLowSampleCountPercentile(), ""));
        if (isMath) {
            trigger.put("Metrics", alarm.metrics().stream().map(AlarmMessages::triggerQuery).toList());
        }
        return trigger;
    }

    private Map<String, Object> triggerMetric(CloudWatch.PutMetricAlarmRequest alarm) {
        var trigger = new LinkedHashMap<String, Object>();
        trigger.put("MetricName", alarm.metricName());
        trigger.put("Namespace", alarm.namespace());
        boolean plain = alarm.statistic() != null;
        trigger.put("StatisticType", plain ? "Statistic" : "ExtendedStatistic");
        trigger.put(plain ? "Statistic" : "ExtendedStatistic",
                plain ? statistic(alarm.statistic()) : alarm.extendedStatistic());
        trigger.put("Unit", alarm.unit());
        trigger.put("Dimensions", triggerDimensions(after.dimensions()));
        return trigger;
    }

    private static List<Map<String, String>> triggerDimensions(List<CloudWatch.Dimension> dimensions) {
        return dimensions == null ? List.of() : dimensions.stream().<Map<String, String>>map(
                it -> new LinkedHashMap<>(Map.of("value", it.value(), "name", it.name()))).toList();
    }

    private static Map<String, Object> triggerQuery(CloudWatch.MetricDataQuery query) {
        var told = new LinkedHashMap<String, Object>();
        put(told, "Expression", query.expression());
        told.put("Id", query.id());
        put(told, "Label", query.label());
        if (query.metricStat() != null) {
            var metric = new LinkedHashMap<String, Object>();
            metric.put("Dimensions", triggerDimensions(query.metricStat().metric().dimensions()));
            metric.put("MetricName", query.metricStat().metric().metricName());
            metric.put("Namespace", query.metricStat().metric().namespace());
            var stat = new LinkedHashMap<String, Object>();
            stat.put("Metric", metric);
            stat.put("Period", query.metricStat().period());
            stat.put("Stat", query.metricStat().stat());
            put(stat, "Unit", query.metricStat().unit());
            told.put("MetricStat", stat);
        }
        told.put("ReturnData", !Boolean.FALSE.equals(query.returnData()));
        return told;
    }

    private static void put(Map<String, Object> into, String name, Object value) {
        if (value != null) {
            into.put(name, value);
        }
    }

    private static String statistic(String name) {
        return name.equals("SampleCount") ? "SAMPLE_COUNT" : name.toUpperCase(Locale.ROOT);
    }

    /** What a function gets. */
    String event() {
        var event = new LinkedHashMap<String, Object>();
        event.put("source", "aws.cloudwatch");
        event.put("alarmArn", after.arn());
        event.put("accountId", after.account());
        event.put("time", Evaluation.moment(after.state().updated()));
        event.put("region", after.region());
        event.put("alarmData", data());
        return JsonWriter.string(event);
    }

    /** What the event bus is told of the change. */
    Map<String, Object> data() {
        var data = new LinkedHashMap<String, Object>();
        data.put("alarmName", after.name());
        data.put("state", state(after.state()));
        data.put("previousState", state(before.state()));
        data.put("configuration", AlarmConfiguration.brief(after));
        return data;
    }

    private static Map<String, Object> state(Alarm.State state) {
        var told = new LinkedHashMap<String, Object>();
        told.put("value", state.value());
        told.put("reason", state.reason());
        if (state.reasonData() != null) {
            told.put("reasonData", state.reasonData());
        }
        told.put("timestamp", Evaluation.moment(state.updated()));
        return told;
    }

    /** What the history keeps of the change. */
    String history() {
        var all = new LinkedHashMap<String, Object>();
        all.put("version", "1.0");
        all.put("oldState", past(before.state()));
        all.put("newState", past(after.state()));
        return JsonWriter.string(all);
    }

    private static Map<String, Object> past(Alarm.State state) {
        var told = new LinkedHashMap<String, Object>();
        told.put("stateValue", state.value());
        told.put("stateReason", state.reason());
        if (state.reasonData() != null) {
            told.put("stateReasonData", JsonReader.tree(state.reasonData()));
        }
        return told;
    }
}
