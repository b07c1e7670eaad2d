package dev.aloft.kernel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static List<Double> pauses(RetryPolicy policy, int... retries) {
        return IntStream.of(retries)
            .mapToObj(retry -> policy.pause(retry, new Random(1)).map(Duration::toMillis).orElse(-1L) / 1000.0)
            .toList();
    }

    private static RetryPolicy one(RetryPolicy.Curve curve) {
        return new RetryPolicy(
            List.of(new RetryPolicy.Phase(5, Duration.ofSeconds(2), Duration.ofSeconds(32), curve, false)),
            Duration.ofDays(1), null);
    }

    @Test
    void phasesFollowEachOther() {
        assertThat(pauses(RetryPolicy.SNS_TO_AWS, 1, 3, 4, 5, 6, 15, 16, 100_015, 100_016))
            .containsExactly(0.0, 0.0, 1.0, 1.0, 1.0, 20.0, 20.0, 20.0, -0.001);
    }

    @Test
    void curvesBeginWithTheShortestAndEndWithTheLongest() {
        for (var curve : List.of(RetryPolicy.Curve.LINEAR, RetryPolicy.Curve.ARITHMETIC, RetryPolicy.Curve.GEOMETRIC,
            RetryPolicy.Curve.EXPONENTIAL,
                RetryPolicy.Curve.DOUBLING)) {
            assertThat(pauses(one(curve), 1, 5)).as(curve.name()).containsExactly(2.0, 32.0);
            assertThat(pauses(one(curve), 1, 2, 3, 4, 5)).as(curve.name()).isSorted();
        }
        assertThat(pauses(one(RetryPolicy.Curve.LINEAR), 3)).containsExactly(17.0);
        assertThat(pauses(one(RetryPolicy.Curve.GEOMETRIC), 3)).containsExactly(8.0);
        assertThat(pauses(one(RetryPolicy.Curve.EXPONENTIAL), 3)).containsExactly(8.0);
    }

    @Test
    void eventBridgeTriesForADay() {
        assertThat(pauses(RetryPolicy.EVENTBRIDGE, 186)).containsExactly(-0.001);
        assertThat(RetryPolicy.EVENTBRIDGE.pause(1, new Random(2)).orElseThrow())
            .isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
        assertThat(RetryPolicy.EVENTBRIDGE.pause(100, new Random(2)).orElseThrow())
            .isBetween(Duration.ofMinutes(5), Duration.ofMinutes(10));
    }
}
