package dev.aloft.service.cloudwatch;

import dev.aloft.api.CloudWatch;
import dev.aloft.kernel.store.Key;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An alarm on a metric or on other alarms.
 *
 * @param metric     how it was put, without tags; null of a composite alarm
 * @param composite  likewise; null of an alarm on a metric
 * @param configured when it was put last
 */
record Alarm(
        String account,
        String region,
        CloudWatch.PutMetricAlarmRequest metric,
        CloudWatch.PutCompositeAlarmRequest composite,
        State state,
        Instant configured,
        Map<String, String> tags) {
    private static final int MINUTE = 60;
    static final String NEW = "Unchecked: Initial alarm creation";
    static final String OK = CloudWatch.StateValue.OK;
    static final String ALARM = CloudWatch.StateValue.ALARM;
    static final String INSUFFICIENT_DATA = CloudWatch.StateValue.INSUFFICIENT_DATA;

    /**
     * @param reasonData   a JSON document, or null
     * @param updated      when reason or value changed last
     * @param transitioned when the value changed last
     */
    record State(String value, String reason, String reasonData, Instant updated, Instant transitioned) {
        static State first(Instant now) {
            return new State(INSUFFICIENT_DATA, NEW, null, now, now);
        }

        State changed(String to, String why, String data, Instant now) {
            return new State(to, why, data, now, to.equals(value) ? transitioned : now);
        }
    }

    /** Whether it looks at what an expression makes of metrics. */
    static boolean isMath(CloudWatch.PutMetricAlarmRequest metric) {
        return metric.metrics() != null && !metric.metrics().isEmpty();
    }

    /** In seconds; of an expression's metrics. */
    static int period(CloudWatch.PutMetricAlarmRequest metric) {
        return !isMath(metric) ? metric.period() : metric.metrics().stream().map(it -> it.metricStat() != null
                ? it.metricStat().period() : it.period()).filter(Objects::nonNull).findFirst().orElse(MINUTE);
    }

    /** The metric or expression that its threshold is for. */
    static CloudWatch.MetricDataQuery watched(CloudWatch.PutMetricAlarmRequest metric) {
        return metric.metrics().stream().filter(it -> !Boolean.FALSE.equals(it.returnData())).findFirst().orElseThrow();
    }

    boolean isComposite() {
        return composite != null;
    }

    String name() {
        return isComposite() ? composite.alarmName() : metric.alarmName();
    }

    String description() {
        return isComposite() ? composite.alarmDescription() : metric.alarmDescription();
    }

    boolean actsOnChanges() {
        return !Boolean.FALSE.equals(isComposite() ? composite.actionsEnabled() : metric.actionsEnabled());
    }

    List<String> okActions() {
        return list(isComposite() ? composite.okActions() : metric.okActions());
    }

    List<String> alarmActions() {
        return list(isComposite() ? composite.alarmActions() : metric.alarmActions());
    }

    List<String> insufficientDataActions() {
        return list(isComposite() ? composite.insufficientDataActions() : metric.insufficientDataActions());
    }

    private static List<String> list(List<String> given) {
        return Objects.requireNonNullElse(given, List.of());
    }

    /** What is to be done in a state. */
    List<String> actions(String value) {
        return value.equals(OK) ? okActions() : value.equals(ALARM) ? alarmActions() : insufficientDataActions();
    }

    List<CloudWatch.Dimension> dimensions() {
        return Objects.requireNonNullElse(metric.dimensions(), List.of());
    }

    String arn() {
        return arn(account, region, name());
    }

    static String arn(String account, String region, String name) {
        return "arn:aws:cloudwatch:" + region + ":" + account + ":alarm:" + name;
    }

    Key key() {
        return Key.of(account, region, name());
    }

    Alarm in(State other) {
        return new Alarm(account, region, metric, composite, other, configured, tags);
    }

    Alarm withTags(Map<String, String> other) {
        return new Alarm(account, region, metric, composite, state, configured, other);
    }

    Alarm acting(boolean enabled, Instant now) {
        return isComposite()
                ? new Alarm(account, region, null, composite.toBuilder().actionsEnabled(enabled).build(), state, now,
                tags)
                : new Alarm(account, region, metric.toBuilder().actionsEnabled(enabled).build(), null, state, now,
                tags);
    }

    CloudWatch.MetricAlarm toldMetric() {
        return CloudWatch.MetricAlarm.of(a -> a.alarmName(name()).alarmArn(arn()).alarmDescription(description())
                .alarmConfigurationUpdatedTimestamp(configured).actionsEnabled(actsOnChanges()).okActions(okActions())
                .alarmActions(alarmActions()).insufficientDataActions(insufficientDataActions())
                .stateValue(state.value())
                .stateReason(state.reason()).stateReasonData(state.reasonData()).stateUpdatedTimestamp(state.updated())
                .stateTransitionedTimestamp(state.transitioned()).metricName(metric.metricName())
                .namespace(metric.namespace()).statistic(metric.statistic())
                .extendedStatistic(metric.extendedStatistic())
                .metrics(isMath(metric) ? metric.metrics().stream().map(it -> it.toBuilder()
                        .returnData(!Boolean.FALSE.equals(it.returnData())).build()).toList() : null)
                .dimensions(dimensions()).period(metric.period()).unit(metric.unit())
                .evaluationPeriods(metric.evaluationPeriods()).datapointsToAlarm(metric.datapointsToAlarm())
                .threshold(metric.threshold()).comparisonOperator(metric.comparisonOperator())
                .treatMissingData(metric.treatMissingData())
                .evaluateLowSampleCountPercentile(metric.evaluateLowSampleCountPercentile()));
    }

    CloudWatch.CompositeAlarm toldComposite() {
        return CloudWatch.CompositeAlarm.of(a -> a.alarmName(name()).alarmArn(arn()).alarmDescription(description())
                .alarmConfigurationUpdatedTimestamp(configured).actionsEnabled(actsOnChanges()).okActions(okActions())
                .alarmActions(alarmActions()).insufficientDataActions(insufficientDataActions())
                .stateValue(state.value())
                .stateReason(state.reason()).stateReasonData(state.reasonData()).stateUpdatedTimestamp(state.updated())
                .stateTransitionedTimestamp(state.transitioned()).alarmRule(composite.alarmRule()));
    }
}
