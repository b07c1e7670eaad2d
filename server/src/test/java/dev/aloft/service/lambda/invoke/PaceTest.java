package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a pool expects of what it saw. */
class PaceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private static Pace pace(long answered, long started) {
        var pace = new Pace();
        pace.answered(answered);
        pace.started(started);
        return pace;
    }

    @Test
    void nothingIsExpectedBeforeAnEventAndAStartWereSeen() {
        var pace = new Pace();
        assertThat(pace.soonFree(1, 1)).isFalse();
        pace.answered(SECOND);
        assertThat(pace.soonFree(1, 1)).isFalse();
        pace.started(3 * SECOND);
        assertThat(pace.soonFree(1, 1)).isTrue();
        assertThat(pace.soonFree(1, 0)).as("without an environment").isFalse();
    }

    @Test
    void anEnvironmentIsSoonFreeWhereAllWhoWaitAreServedInHalfTheTimeOfAStart() {
        var pace = pace(SECOND, 10 * SECOND);
        assertThat(pace.soonFree(4, 1)).isTrue();
        assertThat(pace.soonFree(5, 1)).isFalse();
        assertThat(pace.soonFree(9, 2)).isTrue();
    }

    @Test
    void theNewestCountsForAFifth() {
        var pace = pace(SECOND, 10 * SECOND);
        pace.started(20 * SECOND);
        assertThat(pace.startNanos()).isEqualTo(12 * SECOND);
    }

    @Test
    void aQueueThatIsTooLongMovesAllTheSameWhereProcessorsAreShort() {
        var pace = pace(SECOND, HOUR);
        assertThat(pace.moves(1 << 20, 1, () -> false)).isFalse();
        assertThat(pace.moves(1 << 20, 1, () -> true)).isTrue();
        assertThat(pace(2 * HOUR, HOUR).moves(1 << 20, 1, () -> true)).as("events take longer than a start").isFalse();
    }
}
