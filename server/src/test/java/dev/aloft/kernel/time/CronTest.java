package dev.aloft.kernel.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "rate(1 minute)           | 2026-01-01T00:01:00Z",
        "rate(5 minutes)          | 2026-01-01T00:05:00Z",
        "rate(1 day)              | 2026-01-02T00:00:00Z",
        "cron(* * * * ? *)        | 2026-01-01T00:01:00Z",
        "cron(0 10 * * ? *)       | 2026-01-01T10:00:00Z",
        "cron(15 12 ? * MON-FRI *)| 2026-01-01T12:15:00Z",
        "cron(0 18 ? * mon *)     | 2026-01-05T18:00:00Z",
        "cron(0 8 1 * ? *)        | 2026-01-01T08:00:00Z",
        "cron(0/15 * * * ? *)     | 2026-01-01T00:15:00Z",
        "cron(7/10 3 * * ? *)     | 2026-01-01T03:07:00Z",
        "cron(0-15/5 8-8 ? * 1 *) | 2026-01-04T08:00:00Z",
        "cron(0 0 L * ? *)        | 2026-01-31T00:00:00Z",
        "cron(0 0 LW * ? *)       | 2026-01-30T00:00:00Z",
        "cron(0 0 3W * ? *)       | 2026-01-02T00:00:00Z",
        "cron(0 0 1W 2 ? *)       | 2026-02-02T00:00:00Z",
        "cron(0 0 ? * 6L *)       | 2026-01-30T00:00:00Z",
        "cron(0 0 ? * L *)        | 2026-01-03T00:00:00Z",
        "cron(0 0 ? * 3#2 *)      | 2026-01-13T00:00:00Z",
        "cron(0 0 ? * TUE#5 *)    | 2026-03-31T00:00:00Z",
        "cron(0 0 29 2 ? *)       | 2028-02-29T00:00:00Z",
        "cron(0 0 1 JAN ? 2030)   | 2030-01-01T00:00:00Z",
        "cron(0 0 ? * FRI-MON *)  | 2026-01-02T00:00:00Z",
        "cron(30 22-2/2 * * ? *)  | 2026-01-01T00:30:00Z",
        "cron(0 0 1 * ? 2025)     | ",
        "cron(0 0 31 2 ? *)       | "
    })
    void theNextMomentAfterTheStartOf2026(String expression, String expected) {
        var next = Schedule.parse(expression).next(TestTime.START, ZoneOffset.UTC);
        assertThat(next).isEqualTo(Optional.ofNullable(expected).map(Instant::parse));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "rate(5 minute)", "rate(1 minutes)", "rate(0 minutes)", "rate(-1 minutes)",
        "rate(5 seconds)", "rate(5minutes)", "cron(* * * * *)", "cron(* * * * * *)", "cron(* * ? * ? *)",
        "cron(*/60 * * * ? *)", "cron(60 * * * ? *)", "cron(0 24 * * ? *)", "cron(0 0 0 * ? *)", "cron(0 0 32 * ? *)",
        "cron(0 0 ? * 0 *)", "cron(0 0 ? * -1 *)", "cron(0 0 ? * 3#6 *)", "cron(0 0 ? * 3#1,6#3 *)",
        "cron(0 0 1 13 ? *)", "cron(0 0 1 * ? 1969)", "cron(0/5, 9-18, ?, *, MON-FRI, *)", "cron(1,,2 * * * ? *)",
        "cron(a * * * ? *)", "at(2026-01-01T00:00:00)", "0 0 * * ? *"})
    void whatAwsRefuses(String expression) {
        assertThatThrownBy(() -> Schedule.parse(expression)).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("Parameter ScheduleExpression is not valid.");
    }

    @Test
    void aTimeThatTheClocksJumpOverIsLeftOut() {
        assertThat(moments("cron(30 2 * * ? *)", "2026-03-28T00:00:00Z", "Europe/Berlin", 3))
            .containsExactly("2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z");
    }

    @Test
    void aTimeThatComesTwiceCountsOnce() {
        assertThat(moments("cron(30 2 * * ? *)", "2026-10-24T22:00:00Z", "Europe/Berlin", 2))
            .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
        assertThat(moments("cron(0/30 * * * ? *)", "2026-10-25T00:00:00Z", "Europe/Berlin", 3))
            .containsExactly("2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:30:00Z");
    }

    private static List<String> moments(String expression, String after, String zone, int count) {
        var moments = new ArrayList<String>();
        var moment = Instant.parse(after);
        for (int i = 0; i < count; i++) {
            moment = Schedule.parse(expression).next(moment, ZoneId.of(zone)).orElseThrow();
            moments.add(moment.toString());
        }
        return moments;
    }
}
