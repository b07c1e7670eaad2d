package dev.aloft.service.cloudwatch;

import dev.aloft.api.ApiError;
import dev.aloft.api.CloudWatch;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What alarms must be like. Anomaly bands, and actions but for topics, functions and scaling
 * policies are not built.
 */
final class AlarmChecks {
    private static final int DAY = 86_400;
    private static final int WEEK = 7 * DAY;
    private static final int HOUR = 3_600;
    private static final int MOST_METRICS = 20;
    private static final List<Integer> SHORT = List.of(10, 20, 30);
    private static final List<String> MISSING = List.of("breaching", "notBreaching", "ignore", "missing");
    private static final List<String> PLAIN = List.of(CloudWatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            CloudWatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            CloudWatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            CloudWatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD);

    private AlarmChecks() {}

    static void check(CloudWatch.PutMetricAlarmRequest alarm) {
        if (alarm.thresholdMetricId() != null || !PLAIN.contains(alarm.comparisonOperator())) {
            throw ApiError.notBuilt("Alarms on anomaly detection bands");
        }
        switch (alarm.evaluateLowSampleCountPercentile()) {
            case null -> { }
            case "evaluate" -> { }
            case "ignore" -> throw ApiError.notBuilt("An alarm's EvaluateLowSampleCountPercentile ignore");
            case String unknown -> throw invalid("Option " + unknown + " is not supported. Supported options for "
                    + "parameter EvaluateLowSampleCountPercentile are evaluate and ignore.");
        }
        required("Threshold", alarm.threshold());
        if (Alarm.isMath(alarm)) {
            checkMetrics(alarm);
        } else {
            checkMetric(alarm);
        }
        if (alarm.treatMissingData() != null && !MISSING.contains(alarm.treatMissingData())) {
            throw invalid("Option " + alarm.treatMissingData()
                    + " for TreatMissingData is not valid. Valid options are "
                    + String.join(", ", MISSING));
        }
        checkPeriods(alarm);
        actions(alarm.okActions(), alarm.alarmActions(), alarm.insufficientDataActions());
    }

    private static void checkMetric(CloudWatch.PutMetricAlarmRequest alarm) {
        required("MetricName", alarm.metricName());
        required("Namespace", alarm.namespace());
        required("Period", alarm.period());
        if ((alarm.statistic() == null) == (alarm.extendedStatistic() == null)) {
            throw invalid("Exactly one of Statistic and ExtendedStatistic must be specified");
        }
        if (alarm.extendedStatistic() != null) {
            Statistics.checkExtended(alarm.extendedStatistic(), "ExtendedStatistic");
        }
    }

    private static void checkMetrics(CloudWatch.PutMetricAlarmRequest alarm) {
        if (Stream.of(alarm.metricName(), alarm.namespace(), alarm.period(), alarm.statistic(),
                alarm.extendedStatistic(), alarm.unit()).anyMatch(Objects::nonNull)
                || alarm.dimensions() != null && !alarm.dimensions().isEmpty()) {
            throw new CloudWatch.InvalidParameterCombinationException("A metric alarm with a Metrics list must not"
                    + " specify MetricName, Namespace, Dimensions, Period, Unit, Statistic or ExtendedStatistic.");
        }
        if (alarm.metrics().size() > MOST_METRICS) {
            throw invalid("The collection Metrics must not have a size greater than " + MOST_METRICS + ".");
        }
        if (alarm.metrics().stream().filter(it -> !Boolean.FALSE.equals(it.returnData())).count() != 1) {
            throw invalid("Exactly one element of the metrics list should return data.");
        }
        if (alarm.metrics().stream().map(CloudWatch.MetricDataQuery::metricStat).filter(Objects::nonNull)
                .map(CloudWatch.MetricStat::period).distinct().count() > 1) {
            throw invalid("Metrics list contains metrics with different periods.");
        }
    }

    private static void checkPeriods(CloudWatch.PutMetricAlarmRequest alarm) {
        int period = Alarm.period(alarm);
        if (period % 60 != 0 && !SHORT.contains(period)) {
            throw invalid("Metric period must be 10, 20, 30 or a multiple of 60");
        }
        long whole = (long) period * alarm.evaluationPeriods();
        if (whole > DAY && period < HOUR) {
            throw invalid("Metrics cannot be checked across more than a day (EvaluationPeriods * Period "
                    + "must be <= 86400).");
        }
        if (whole > WEEK) {
            throw invalid("Metrics cannot be checked across more than a week (EvaluationPeriods * Period "
                    + "must be <= 604800).");
        }
        if (alarm.datapointsToAlarm() != null && alarm.datapointsToAlarm() > alarm.evaluationPeriods()) {
            throw invalid("DatapointsToAlarm cannot be greater than EvaluationPeriods");
        }
    }

    static void check(CloudWatch.PutCompositeAlarmRequest alarm) {
        unbuilt("An alarm's ActionsSuppressor", alarm.actionsSuppressor());
        AlarmRule.read(alarm.alarmRule());
        actions(alarm.okActions(), alarm.alarmActions(), alarm.insufficientDataActions());
    }

    @SafeVarargs
    private static void actions(List<String>... lists) {
        Stream.of(lists).filter(list -> list != null).flatMap(List::stream).forEach(target -> {
            if (!AlarmActions.takes(target)) {
                throw ApiError.notBuilt("The alarm action " + target);
            }
        });
    }

    private static void required(String name, Object value) {
        if (value == null) {
            throw new CloudWatch.MissingRequiredParameterException("The parameter " + name + " is required.");
        }
    }

    private static void unbuilt(String what, Object given) {
        if (given instanceof Collection<?> list ? !list.isEmpty() : given != null) {
            throw ApiError.notBuilt(what);
        }
    }

    private static ApiError invalid(String message) {
        return ApiError.of("ValidationError", 400, message);
    }
}
