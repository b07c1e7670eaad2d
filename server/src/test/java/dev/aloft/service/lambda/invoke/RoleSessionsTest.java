package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RoleSessionsTest {
    private static final Duration LONGEST_EVENT = Duration.ofMinutes(15);
    private static final Duration LOOK = Duration.ofMinutes(1);

    @Test
    void credentialsOutliveTheOldestEnvironmentAndItsLastEvent() {
        assertThat(RoleSessions.LIFETIME).isGreaterThan(Invocations.OLDEST.plus(LOOK).plus(LONGEST_EVENT));
    }
}
