package dev.aloft.service.cloudwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.CloudWatch.MetricDataQuery;
import dev.aloft.service.cloudwatch.MathValue.Series;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What expressions make of three metrics, at four minutes: m1 1 2 3 4, m2 10 - 30 0, errors none. */
class MetricMathTest {
    private static final Instant START = Instant.parse("2026-01-01T10:58:00Z");

    private static MetricDataQuery metric(String id) {
        return MetricDataQuery.of(q -> q.id(id).metricStat(CloudWatch.MetricStat.of(s -> s.period(60).stat("Sum"))));
    }

    private static Series measured(String id) {
        var values = new TreeMap<Instant, Double>();
        var given = switch (id) {
            case "m1" -> new Double[] {1.0, 2.0, 3.0, 4.0};
            case "m2" -> new Double[] {10.0, null, 30.0, 0.0};
            default -> new Double[4];
        };
        for (int i = 0; i < given.length; i++) {
            if (given[i] != null) {
                values.put(START.plusSeconds(60L * i), given[i]);
            }
        }
        return new Series(id, 60, values);
    }

    private static List<Series> calculated(String... expressions) {
        var queries = new ArrayList<>(List.of(metric("m1"), metric("m2"), metric("errors")));
        for (int i = 0; i < expressions.length; i++) {
            var id = "e" + (i + 1);
            var text = expressions[i];
            queries.add(MetricDataQuery.of(q -> q.id(id).expression(text)));
        }
        return new MetricMath(queries, query -> measured(query.id()), _ -> START, START.plusSeconds(240)).series("e1");
    }

    /** Minute by minute; a minus where there is nothing. */
    private static String told(Series series) {
        var told = new ArrayList<String>();
        for (int i = 0; i < 4; i++) {
            var value = series.values().get(START.plusSeconds(60L * i));
            told.add(value == null ? "-" : value == Math.rint(value) ? String.valueOf(value.longValue())
                    : String.format("%.2f", value));
        }
        return String.join(" ", told);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "m1 + 1|2 3 4 5", "2 * m1 ^ 2|2 8 18 32", "-m1|-1 -2 -3 -4", "-m1 ^ 2|-1 -4 -9 -16",
        "(m1 - 1) / 2|0 0.50 1 1.50",
        "m1 + m2|11 2 33 4", "m2 / m1|10 0 10 0", "m1 / m2|0.10 - 0.10 -", "10 - m1 - 1|8 7 6 5",
        "m1 > 2|0 0 1 1", "m1 >= 2 AND m1 < 4|0 1 1 0", "m1 == 1 OR m1 == 4|1 0 0 1", "m1 != 3|1 1 0 1",
        "m1 * 100 / (m1 + m2)|9.09 100 9.09 100"})
    void operators(String expression, String expected) {
        assertThat(calculated(expression)).extracting(MetricMathTest::told).containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ABS(m1 - 3)|2 1 0 1", "CEIL(m1 / 2)|1 1 2 2", "FLOOR(m1 / 2)|0 1 1 2", "LOG10(m1 * 0 + 100)|2 2 2 2",
        "m1 / SUM(m1)|0.10 0.20 0.30 0.40", "m1 - AVG(m1)|-1.50 -0.50 0.50 1.50", "m1 * 0 + MAX(m2)|30 30 30 30",
        "m1 * 0 + MIN(m2)|0 0 0 0", "SUM([m1, m2])|11 2 33 4", "AVG([m1, m2])|5.50 1 16.50 2",
        "MAX(METRICS())|10 2 30 4",
        "SUM(METRICS('m'))|11 2 33 4", "TIME_SERIES(STDDEV(m1) ^ 2)|1.25 1.25 1.25 1.25",
        "DIFF(m1)|- 1 1 1", "DIFF(m2)|- - 20 -30", "DIFF_TIME(m2)|- - 120 60", "RATE(m2) * 60|- - 10 -30",
        "RUNNING_SUM(m2)|10 - 40 40", "FILL(m2, 7)|10 7 30 0", "FILL(m2, REPEAT)|10 10 30 0",
        "FILL(m2, LINEAR)|10 20 30 0", "FILL(errors, 0)|0 0 0 0", "FILL(m2, m1)|10 2 30 0",
        "IF(m1 > 2, m1)|- - 3 4", "IF(m1 > 2, m1, 0)|0 0 3 4", "IF(m1 > 2, m2, m1)|1 2 30 0",
        "IF(m1 < 3, m2)|10 0 - -", "IF(m1 < 3, 5, m2)|5 5 30 0", "IF(m1 > 2, 1, m2)|10 - 1 1", "IF(m2, 1, 5)|1 - 1 5",
        "IF(FILL(m2, 0), 1, 9)|1 9 1 9", "HOUR(m2)|10 10 11 11",
        "MINUTE(m1)|58 59 0 1", "HOUR(m1)|10 10 11 11", "DAY(m1)|4 4 4 4", "YEAR(m1) - 2000|26 26 26 26",
        "m1 * PERIOD(m1)|60 120 180 240", "TIME_SERIES(METRIC_COUNT(METRICS()))|3 3 3 3",
        "TIME_SERIES(DATAPOINT_COUNT(m2))|3 3 3 3", "FIRST([m1, m2])|1 2 3 4", "LAST([m1, m2])|10 - 30 0",
        "FIRST(SORT(METRICS('m'), MAX, DESC))|10 - 30 0", "SLICE(METRICS(), 1, 2)|10 - 30 0"})
    void functions(String expression, String expected) {
        assertThat(calculated(expression)).extracting(MetricMathTest::told).containsExactly(expected);
    }

    @Test
    void anArrayIsSeveralSeriesWithTheirMetricsNames() {
        assertThat(calculated("REMOVE_EMPTY(METRICS()) * 2")).extracting(it -> it.label() + ": " + told(it))
                .containsExactly("m1: 2 4 6 8", "m2: 20 - 60 0");
    }

    @Test
    void expressionsReferToOthers() {
        assertThat(calculated("e2 * 10", "e3 + 1", "m1 * 2")).extracting(MetricMathTest::told)
                .containsExactly("30 50 70 90");
        assertThatThrownBy(() -> calculated("e2 + 1", "e1 + 1")).hasMessage("Circular reference of e1");
        assertThatThrownBy(() -> calculated("m7")).hasMessage("Unknown metric id m7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"m1 +", "(m1", "m1)", "m1 m2", "AVG(", "m1 % 2", "FOO(m1)", "5", "AVG(m1)", "'text'",
        "REPEAT",
        "[m1, 5]", "METRICS() + [m1]", "SORT(METRICS(), MAX, UP)"})
    void whatCannotBeCalculatedIsRefused(String expression) {
        assertThatThrownBy(() -> calculated(expression)).isInstanceOf(MathExpression.Invalid.class);
    }

    @Test
    void whatIsNotBuiltIsToldByName() {
        assertThatThrownBy(() -> calculated("SEARCH('{AWS/Lambda} Errors', 'Sum')")).isInstanceOf(ApiError.class)
                .hasMessageContaining("SEARCH");
    }

    @Test
    void deepExpressionsEnd() {
        var deep = "(".repeat(500) + "m1" + ")".repeat(500);
        assertThatThrownBy(() -> calculated(deep)).hasMessage("Syntax error: nested too deeply");
        var signs = "-".repeat(2000) + "m1";
        assertThat(calculated(signs)).extracting(MetricMathTest::told).containsExactly("1 2 3 4");
        var powers = List.of("m1^1", "m1^-1^1").stream().map(MetricMathTest::calculated).map(List::getFirst)
                .map(MetricMathTest::told).collect(Collectors.joining(" / "));
        assertThat(powers).isEqualTo("1 2 3 4 / 1 0.50 0.33 0.25");
    }
}
