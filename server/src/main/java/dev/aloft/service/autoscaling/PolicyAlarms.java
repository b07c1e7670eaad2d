package dev.aloft.service.autoscaling;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApplicationAutoScaling.CustomizedMetricSpecification;
import dev.aloft.api.ApplicationAutoScaling.TargetTrackingMetric;
import dev.aloft.api.ApplicationAutoScaling.TargetTrackingMetricDataQuery;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.CloudWatch.ComparisonOperator;
import dev.aloft.api.CloudWatch.Dimension;
import dev.aloft.api.CloudWatch.PutMetricAlarmRequest;
import dev.aloft.service.autoscaling.AutoScalingData.KeptAlarm;
import dev.aloft.service.autoscaling.AutoScalingData.KeptPolicy;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * The alarms of target tracking policies. Those of DynamoDB look at sums of a minute, which mean something else with
 * each change of the capacity: so two more alarms look whether others have changed it.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html">DynamoDB</a>
 * @see <a href="https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html">
 *     Target tracking</a>
 */
final class PolicyAlarms {
    private static final int MINUTE = 60;
    private static final int FIVE_MINUTES = 300;
    private static final int HIGH_PERIODS = 3;
    private static final int TABLE_HIGH_PERIODS = 2;
    private static final int LOW_PERIODS = 15;
    private static final int CAPACITY_PERIODS = 3;
    /** A table is scaled in when so many hundredths less than the target are used, others when a tenth less is. */
    private static final double TABLE_LOW_BELOW = 20;
    /** So many tenths of the target. */
    private static final int LOW_TENTHS = 9;
    private static final double PERCENT = 100;

    /** As they stand in the alarms' names. */
    enum Kind {
        HIGH("AlarmHigh"), LOW("AlarmLow"), CAPACITY_HIGH("ProvisionedCapacityHigh"),
        CAPACITY_LOW("ProvisionedCapacityLow");

        final String told;

        Kind(String told) {
            this.told = told;
        }
    }

    private final CloudWatch cloudWatch;

    PolicyAlarms(CloudWatch cloudWatch) {
        this.cloudWatch = cloudWatch;
    }

    /** Those that a policy has; their names are kept for as long as there is the policy. */
    static List<KeptAlarm> named(KeptPolicy policy, Scalable scalable) {
        boolean tracksTable = scalable instanceof TableCapacity
                && policy.configuration().predefinedMetricSpecification() != null;
        var kinds = tracksTable ? List.of(Kind.HIGH, Kind.LOW, Kind.CAPACITY_HIGH, Kind.CAPACITY_LOW)
                : List.of(Kind.HIGH, Kind.LOW);
        return kinds.stream().filter(kind -> kind != Kind.LOW || scalesIn(policy))
                .map(kind -> policy.alarms().stream().filter(it -> it.kind() == kind).findFirst()
                        .orElseGet(() -> new KeptAlarm(kind, "TargetTracking-" + policy.target().resource() + "-"
                                + kind.told + "-" + UUID.randomUUID()))).toList();
    }

    static boolean scalesIn(KeptPolicy policy) {
        return !Boolean.TRUE.equals(policy.configuration().disableScaleIn());
    }

    /** Puts all alarms of a policy, with the thresholds that a capacity asks for. */
    void put(Caller role, KeptPolicy policy, Scalable scalable, int capacity) {
        policy.alarms().forEach(alarm -> cloudWatch.putMetricAlarm(role, alarm(policy, scalable, alarm, capacity)));
    }

    private static PutMetricAlarmRequest alarm(KeptPolicy policy, Scalable scalable, KeptAlarm alarm, int capacity) {
        var createdBy = UUID.nameUUIDFromBytes(policy.uid().getBytes(StandardCharsets.UTF_8));
        var action = policy.arn() + ":createdBy/" + createdBy;
        boolean isHigh = alarm.kind() == Kind.HIGH || alarm.kind() == Kind.CAPACITY_HIGH;
        var builder = metric(policy, scalable, alarm.kind(), capacity).toBuilder();
        return builder.alarmName(alarm.name()).alarmActions(List.of(action))
                .alarmDescription("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + action + ".")
                .comparisonOperator(isHigh ? ComparisonOperator.GREATER_THAN_THRESHOLD
                        : ComparisonOperator.LESS_THAN_THRESHOLD).build();
    }

    private static PutMetricAlarmRequest metric(KeptPolicy policy, Scalable scalable, Kind kind, int capacity) {
        double target = policy.configuration().targetValue();
        var custom = policy.configuration().customizedMetricSpecification();
        if (custom != null) {
            return customized(custom, kind, target);
        }
        var metric = scalable.predefined();
        var told = PutMetricAlarmRequest.of(a -> a.namespace(metric.namespace()).metricName(metric.metric())
                .dimensions(metric.dimensions()).statistic(metric.statistic()));
        return scalable instanceof TableCapacity table ? ofTable(told, table, kind, target, capacity)
                : tracking(told, kind, target);
    }

    private static PutMetricAlarmRequest ofTable(PutMetricAlarmRequest metric, TableCapacity table, Kind kind,
            double target, int capacity) {
        if (kind == Kind.CAPACITY_HIGH || kind == Kind.CAPACITY_LOW) {
            return metric.toBuilder().metricName(table.provisionedMetric()).statistic("Average").period(FIVE_MINUTES)
                    .evaluationPeriods(CAPACITY_PERIODS).threshold((double) capacity).build();
        }
        double percent = kind == Kind.HIGH ? target : Math.max(0, target - TABLE_LOW_BELOW);
        return metric.toBuilder().period(MINUTE).threshold(capacity * MINUTE * percent / PERCENT)
                .evaluationPeriods(kind == Kind.HIGH ? TABLE_HIGH_PERIODS : LOW_PERIODS).build();
    }

    private static PutMetricAlarmRequest tracking(PutMetricAlarmRequest metric, Kind kind, double target) {
        boolean isMath = metric.metrics() != null;
        return metric.toBuilder().period(isMath ? null : MINUTE).threshold(kind == Kind.HIGH ? target
                        : BigDecimal.valueOf(target).multiply(BigDecimal.valueOf(LOW_TENTHS)).movePointLeft(1)
                                .doubleValue())
                .evaluationPeriods(kind == Kind.HIGH ? HIGH_PERIODS : LOW_PERIODS).build();
    }

    private static PutMetricAlarmRequest customized(CustomizedMetricSpecification custom, Kind kind, double target) {
        if (custom.metrics() != null && !custom.metrics().isEmpty()) {
            return tracking(PutMetricAlarmRequest.of(a -> a.metrics(custom.metrics().stream()
                    .map(PolicyAlarms::query).toList())), kind, target);
        }
        var dimensions = custom.dimensions() == null ? List.<Dimension>of()
                : custom.dimensions().stream().map(it -> new Dimension(it.name(), it.value())).toList();
        return tracking(PutMetricAlarmRequest.of(a -> a.namespace(custom.namespace()).metricName(custom.metricName())
                .dimensions(dimensions).statistic(custom.statistic()).unit(custom.unit())), kind, target);
    }

    /** Scaling looks at minutes. */
    private static CloudWatch.MetricDataQuery query(TargetTrackingMetricDataQuery given) {
        var stat = given.metricStat();
        return CloudWatch.MetricDataQuery.of(q -> q.id(given.id()).expression(given.expression()).label(given.label())
                .returnData(!Boolean.FALSE.equals(given.returnData())).metricStat(stat == null ? null
                        : CloudWatch.MetricStat.of(s -> s.period(MINUTE).stat(stat.stat()).unit(stat.unit())
                                .metric(metric(stat.metric())))));
    }

    private static CloudWatch.Metric metric(TargetTrackingMetric given) {
        return CloudWatch.Metric.of(m -> m.namespace(given.namespace()).metricName(given.metricName())
                .dimensions(given.dimensions() == null ? List.of() : given.dimensions().stream()
                        .map(it -> new Dimension(it.name(), it.value())).toList()));
    }

    /** Those that somebody has deleted are passed over. */
    void delete(Caller role, List<String> names) {
        for (var name : names) {
            try {
                cloudWatch.deleteAlarms(role, CloudWatch.DeleteAlarmsRequest.of(r -> r.alarmNames(List.of(name))));
            } catch (ApiError e) {
                if (!e.code().equals("ResourceNotFound")) {
                    throw e;
                }
            }
        }
    }

    /** Whether all of these are in the state ALARM. */
    boolean all(Caller role, List<String> names) {
        if (names.isEmpty()) {
            return true;
        }
        var told = cloudWatch.describeAlarms(role, CloudWatch.DescribeAlarmsRequest.of(
                r -> r.alarmNames(names).stateValue(CloudWatch.StateValue.ALARM)));
        return told.metricAlarms().size() == names.size();
    }

    static String arn(TargetId target, String name) {
        return "arn:aws:cloudwatch:" + target.region() + ":" + target.account() + ":alarm:" + name;
    }
}
