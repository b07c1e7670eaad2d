package dev.aloft.service.cloudwatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.CloudWatch;
import dev.aloft.service.cloudwatch.Evaluation.Point;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The tables of AWS's documentation of missing data: 0 is below the threshold, X above it, - missing; the latest comes
 * last.
 */
class EvaluationTest {
    private static final Instant LATEST = Instant.parse("2026-01-01T00:04:00Z");

    private static String state(int needed, String data, String missing) {
        var alarm = CloudWatch.PutMetricAlarmRequest.of(r -> r.alarmName("a").namespace("n").metricName("m")
                .statistic("Sum")
                .period(60).evaluationPeriods(3).datapointsToAlarm(needed).threshold(1.0)
                .comparisonOperator("GreaterThanThreshold").treatMissingData(missing));
        var points = new ArrayList<Point>();
        for (int i = 0; i < data.length(); i++) {
            if (data.charAt(i) != '-') {
                points.addFirst(new Point(LATEST.minusSeconds(60L * (4 - i)), data.charAt(i) == 'X' ? 2 : 0, 1));
            }
        }
        return new Evaluation(alarm, points, 5, LATEST).verdict(LATEST).map(Evaluation.Verdict::value).orElse("RETAIN");
    }

    @ParameterizedTest
    @CsvSource({
        "0-X-X, OK, OK, OK, OK",
        "0----, OK, OK, OK, OK",
        "-----, INSUFFICIENT_DATA, RETAIN, ALARM, OK",
        "0XX-X, ALARM, ALARM, ALARM, ALARM",
        "--X--, ALARM, RETAIN, ALARM, OK",
        "----X, RETAIN, RETAIN, ALARM, OK"})
    void threeOfThree(String data, String missing, String ignore, String breaching, String notBreaching) {
        assertThat(state(3, data, "missing")).isEqualTo(missing);
        assertThat(state(3, data, "ignore")).isEqualTo(ignore);
        assertThat(state(3, data, "breaching")).isEqualTo(breaching);
        assertThat(state(3, data, "notBreaching")).isEqualTo(notBreaching);
    }

    @ParameterizedTest
    @CsvSource({
        "0-X-X, ALARM, ALARM, ALARM, ALARM",
        "00X0X, ALARM, ALARM, ALARM, ALARM",
        "0-X--, OK, OK, ALARM, OK",
        "----0, OK, OK, ALARM, OK",
        "---X-, ALARM, RETAIN, ALARM, OK"})
    void twoOfThree(String data, String missing, String ignore, String breaching, String notBreaching) {
        assertThat(state(2, data, "missing")).isEqualTo(missing);
        assertThat(state(2, data, "ignore")).isEqualTo(ignore);
        assertThat(state(2, data, "breaching")).isEqualTo(breaching);
        assertThat(state(2, data, "notBreaching")).isEqualTo(notBreaching);
    }
}
