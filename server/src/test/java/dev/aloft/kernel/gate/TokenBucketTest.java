package dev.aloft.kernel.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final TokenBucket bucket = new TokenBucket();

    private int taken(Instant now, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            if (bucket.take(now, 10, 5)) {
                taken++;
            }
        }
        return taken;
    }

    @Test
    void aFullBucketGivesAllItHoldsAtOnce() {
        assertThat(taken(NOON, 20)).isEqualTo(5);
    }

    @Test
    void itRefillsContinuouslyAndNotBeyondItsSize() {
        taken(NOON, 20);
        assertThat(taken(NOON.plusMillis(99), 20)).isZero();
        assertThat(taken(NOON.plusMillis(100), 20)).isEqualTo(1);
        assertThat(taken(NOON.plusMillis(400), 20)).isEqualTo(3);
        assertThat(taken(NOON.plusSeconds(3600), 20)).isEqualTo(5);
    }

    @Test
    void aClockThatIsSetBackOnlyWaits() {
        assertThat(taken(NOON, 3)).isEqualTo(3);
        assertThat(taken(NOON.minusMillis(100), 20)).isEqualTo(1);
    }
}
