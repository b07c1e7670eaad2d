package dev.aloft.service.cloudwatch;

import dev.aloft.api.CloudWatch;
import dev.aloft.api.JsonWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What an alarm's state is by the data of its metric. More periods are looked at than the alarm asks for, so that data
 * that are missing, or come late, are made up for by those before them.
 *
 * @param points  the periods of the evaluation range that have data, the latest first
 * @param periods how many the range has
 * @param begins  when the latest period of the range begins
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html">Configuring
 *     how CloudWatch alarms treat missing data</a>
 */
record Evaluation(CloudWatch.PutMetricAlarmRequest alarm, List<Point> points, int periods, Instant begins) {
    private static final DateTimeFormatter DAY_AND_TIME =
            DateTimeFormatter.ofPattern("dd/MM/yy HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxx", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int MORE_PERIODS = 2;
    private static final int LATE_SECONDS = 120;
    private static final int MINUTE = 60;

    /** @param samples how many measurements its value is of, where it is a metric's */
    record Point(Instant at, double value, double samples) {}

    /** @param value a state */
    record Verdict(String value, String reason, String reasonData) {}

    static int range(CloudWatch.PutMetricAlarmRequest alarm) {
        return alarm.evaluationPeriods()
                + (Alarm.period(alarm) < MINUTE ? LATE_SECONDS / Alarm.period(alarm) : MORE_PERIODS);
    }

    static String moment(Instant at) {
        return MOMENT.format(at);
    }

    /** With a fraction, as AWS writes them: {@code 5.0}. */
    static BigDecimal number(double value) {
        return new BigDecimal(Double.toString(value));
    }

    private int needed() {
        return alarm.datapointsToAlarm() == null ? alarm.evaluationPeriods() : alarm.datapointsToAlarm();
    }

    private String missing() {
        return alarm.treatMissingData() == null ? "missing" : alarm.treatMissingData();
    }

    private boolean breaches(Point point) {
        double threshold = alarm.threshold();
        return switch (alarm.comparisonOperator()) {
            case CloudWatch.ComparisonOperator.GREATER_THAN_THRESHOLD -> point.value() > threshold;
            case CloudWatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD -> point.value() >= threshold;
            case CloudWatch.ComparisonOperator.LESS_THAN_THRESHOLD -> point.value() < threshold;
            default -> point.value() <= threshold;
        };
    }

    /** The state, or nothing where the alarm stays in the one it is in. */
    Optional<Verdict> verdict(Instant now) {
        var latest = points.stream().limit(alarm.evaluationPeriods()).toList();
        int unknown = alarm.evaluationPeriods() - latest.size();
        long breaching = latest.stream().filter(this::breaches).count();
        if (unknown == 0) {
            return Optional.of(crossed(breaching >= needed(), latest, 0, now));
        }
        return switch (missing()) {
            case "breaching" -> Optional.of(crossed(breaching + unknown >= needed(), latest, unknown, now));
            case "notBreaching" -> Optional.of(crossed(breaching >= needed(), latest, unknown, now));
            case "ignore" -> known(latest, breaching, false, now);
            default -> latest.isEmpty() ? Optional.of(insufficient(now)) : known(latest, breaching, true, now);
        };
    }

    /** What little is known decides where it can: it must not be an alarm too early. */
    private Optional<Verdict> known(List<Point> latest, long breaching, boolean byAge, Instant now) {
        if (breaching >= needed()) {
            return Optional.of(crossed(true, latest, 0, now));
        }
        if (breaching < latest.size()) {
            return Optional.of(crossed(false, latest, 0, now));
        }
        if (byAge && !latest.isEmpty() && age(latest.getLast()) >= needed()) {
            return Optional.of(crossed(true, latest, 0, now));
        }
        return Optional.empty();
    }

    /** How many periods back a point is, from 1. */
    private long age(Point point) {
        return Duration.between(point.at(), begins).toSeconds() / Alarm.period(alarm) + 1;
    }

    private Verdict insufficient(Instant now) {
        int count = alarm.evaluationPeriods();
        return new Verdict(Alarm.INSUFFICIENT_DATA, "Insufficient Data: " + count
                + (count == 1 ? " datapoint was unknown." : " datapoints were unknown."), data(List.of(), now));
    }

    private Verdict crossed(boolean isAlarm, List<Point> latest, int unknown, Instant now) {
        return new Verdict(isAlarm ? Alarm.ALARM : Alarm.OK, "Threshold Crossed: " + reason(isAlarm, latest, unknown),
                data(latest, now));
    }

    private String reason(boolean isAlarm, List<Point> latest, int unknown) {
        if (latest.isEmpty()) {
            return "no datapoints were received for " + unknown + (unknown == 1 ? " period" : " periods") + " and "
                    + treated(unknown) + ".";
        }
        var told = latest.stream().filter(point -> breaches(point) == isAlarm).toList();
        var shown = told.isEmpty() ? latest : told;
        int count = shown.size();
        var values = shown.stream().map(point -> point.value() + " (" + DAY_AND_TIME.format(point.at()) + ")")
                .collect(Collectors.joining(", "));
        boolean ofSeveral = alarm.datapointsToAlarm() != null;
        var text = count + (ofSeveral ? " out of the last " + alarm.evaluationPeriods() + " datapoints"
                : count == 1 ? " datapoint" : " datapoints")
                + " [" + values + "] " + (count == 1 ? "was " : "were ") + (isAlarm ? "" : "not ") + comparison()
                + " the threshold (" + alarm.threshold() + ")";
        if (unknown > 0) {
            return text + " and " + treated(unknown) + ".";
        }
        return text + (ofSeveral ? " (minimum " + needed() + (needed() == 1 ? " datapoint" : " datapoints") + " for "
                + (isAlarm ? "OK -> ALARM" : "ALARM -> OK") + " transition)." : ".");
    }

    private String treated(int unknown) {
        return unknown + (unknown == 1 ? " missing datapoint was" : " missing datapoints were") + " treated as ["
                + (missing().equals("breaching") ? "Breaching" : "NonBreaching") + "]";
    }

    private String comparison() {
        return switch (alarm.comparisonOperator()) {
            case CloudWatch.ComparisonOperator.GREATER_THAN_THRESHOLD -> "greater than";
            case CloudWatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD -> "greater than or equal to";
            case CloudWatch.ComparisonOperator.LESS_THAN_THRESHOLD -> "less than";
            default -> "less than or equal to";
        };
    }

    private String data(List<Point> latest, Instant now) {
        var data = new LinkedHashMap<String, Object>();
        data.put("version", "1.0");
        data.put("queryDate", moment(now));
        if (!latest.isEmpty()) {
            data.put("startDate", moment(latest.getLast().at()));
        }
        if (alarm.unit() != null) {
            data.put("unit", alarm.unit());
        }
        if (!Alarm.isMath(alarm)) {
            data.put("statistic", alarm.statistic() == null ? alarm.extendedStatistic() : alarm.statistic());
        }
        data.put("period", Alarm.period(alarm));
        data.put("recentDatapoints", latest.reversed().stream().map(point -> number(point.value())).toList());
        data.put("threshold", number(alarm.threshold()));
        data.put("evaluatedDatapoints", evaluated(latest));
        return JsonWriter.string(data);
    }

    private List<Map<String, Object>> evaluated(List<Point> latest) {
        var all = new ArrayList<Map<String, Object>>();
        for (var point : latest) {
            var told = new LinkedHashMap<String, Object>();
            told.put("timestamp", moment(point.at()));
            if (!Alarm.isMath(alarm)) {
                told.put("sampleCount", number(point.samples()));
            }
            told.put("value", number(point.value()));
            all.add(told);
        }
        if (latest.isEmpty()) {
            for (int i = 0; i < alarm.evaluationPeriods(); i++) {
                all.add(Map.of("timestamp", moment(begins.minusSeconds((long) i * Alarm.period(alarm)))));
            }
        }
        return all;
    }
}
