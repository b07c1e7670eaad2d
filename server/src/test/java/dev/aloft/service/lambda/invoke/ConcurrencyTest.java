package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.time.TestTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ConcurrencyTest {
    private final TestTime time = new TestTime();
    private final Map<String, Integer> provisioned = new HashMap<>();
    private int claimed;

    private final Concurrency.Claims claims = new Concurrency.Claims() {
        @Override
        public int claimed(String account, String region) {
            return claimed;
        }

        @Override
        public int provisioned(String account, String region, String function) {
            return provisioned.getOrDefault(function, 0);
        }
    };

    private final Concurrency concurrency = new Concurrency(1_000, claims, time);

    private static FunctionVersion function(String name, Integer reserved) {
        return new FunctionVersion("123456789012", "eu-central-1", name, "$LATEST",
                "arn:aws:lambda:eu-central-1:123456789012:function:" + name, "r", "nodejs22.x", "index.handler", "role",
                128, 3, 512, Map.of(), Path.of("code"), Optional.empty(), reserved, false, "/aws/lambda/" + name, false,
                null, null, Optional.empty(), Optional.empty(), false, false, false);
    }

    private List<Concurrency.Seat> admit(FunctionVersion version, int events) {
        var seats = new ArrayList<Concurrency.Seat>();
        for (int i = 0; i < events; i++) {
            seats.add(concurrency.admit(version, false));
        }
        return seats;
    }

    @Test
    void aFunctionMadeAnewCountsNothingOfTheOneBefore() {
        var function = function("again", 2);
        var before = admit(function, 2);

        concurrency.forget(function.functionArn());
        assertThat(concurrency.running(function)).isZero();
        admit(function, 2);
        before.forEach(Concurrency.Seat::leave);

        assertThat(concurrency.running(function)).isEqualTo(2);
    }

    private static void assertThrottled(ThrowingCallable call, String reason) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Lambda.TooManyRequestsException.class, refused -> {
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.detail()).isEqualTo(Lambda.TooManyRequestsException.Detail.of(
                    d -> d.message("Rate Exceeded.").type("User").reason(reason)));
        });
    }

    @Test
    void anAccountRunsAThousandEventsAtOnceWhicheverFunctionTheyAreOf() {
        var seats = admit(function("a", null), 600);
        admit(function("b", null), 400);
        assertThrottled(() -> admit(function("c", null), 1), "ConcurrentInvocationLimitExceeded");
        seats.getFirst().leave();
        admit(function("c", null), 1);
    }

    @Test
    void aReservationIsBothALimitAndAGuarantee() {
        claimed = 300;
        admit(function("reserving", 300), 300);
        assertThrottled(() -> admit(function("reserving", 300), 1),
                "ReservedFunctionConcurrentInvocationLimitExceeded");
        admit(function("other", null), 700);
        assertThrottled(() -> admit(function("other", null), 1), "ConcurrentInvocationLimitExceeded");
    }

    @Test
    void aReservationOfNothingRunsNothing() {
        assertThrottled(() -> concurrency.admit(function("off", 0), true),
                "ReservedFunctionConcurrentInvocationLimitExceeded");
    }

    @Test
    void whatIsProvisionedOfAReservationIsNotThereOnDemand() {
        provisioned.put("warm", 3);
        admit(function("warm", 5), 2);
        assertThrottled(() -> admit(function("warm", 5), 1), "ReservedFunctionConcurrentInvocationLimitExceeded");
    }

    @Test
    void aChangeOfWhatIsSetAsideCountsAtOnce() {
        admit(function("a", null), 900);
        claimed = 100;
        admit(function("a", null), 1);
        concurrency.changed("123456789012", "eu-central-1");
        assertThrottled(() -> admit(function("a", null), 1), "ConcurrentInvocationLimitExceeded");
    }

    @Test
    void aProvisionedEnvironmentTakesTenRequestsASecondAndNoMore() {
        var warm = function("warm", null);
        for (int i = 0; i < 20; i++) {
            assertThat(concurrency.provisionedTakes(warm, 2, true)).isTrue();
        }
        assertThat(concurrency.provisionedTakes(warm, 2, true)).isFalse();
        assertThat(concurrency.provisionedTakes(warm, 2, false)).as("from Lambda's own queue").isTrue();
        time.advance(Duration.ofMillis(50));
        assertThat(concurrency.provisionedTakes(warm, 2, true)).isTrue();
    }

    @Test
    void requestsMayComeTenTimesAsFastAsConcurrencyAllows() {
        var reserving = function("reserving", 2);
        for (int i = 0; i < 20; i++) {
            concurrency.admit(reserving, true).leave();
        }
        assertThrottled(() -> concurrency.admit(reserving, true), "ReservedFunctionInvocationRateLimitExceeded");
        concurrency.admit(reserving, false).leave();
        time.advance(Duration.ofMillis(50));
        concurrency.admit(reserving, true).leave();
        assertThrottled(() -> concurrency.admit(reserving, true), "ReservedFunctionInvocationRateLimitExceeded");

        for (int i = 0; i < 10_000; i++) {
            concurrency.admit(function("free" + i % 7, null), true).leave();
        }
        assertThrottled(() -> concurrency.admit(function("free", null), true), "FunctionInvocationRateLimitExceeded");
    }

    @Test
    void aFunctionGrowsByAThousandEnvironmentsInTenSecondsRefilledContinuously() {
        var version = function("burst", null);
        for (int i = 0; i < 1_000; i++) {
            concurrency.grow(version);
        }
        assertThrottled(() -> concurrency.grow(version), "ConcurrentInvocationLimitExceeded");
        concurrency.grow(function("other", null));
        time.advance(Duration.ofMillis(10));
        concurrency.grow(version);
        assertThrottled(() -> concurrency.grow(version), "ConcurrentInvocationLimitExceeded");
        time.advance(Duration.ofHours(1));
        for (int i = 0; i < 1_000; i++) {
            concurrency.grow(version);
        }
        assertThrottled(() -> concurrency.grow(version), "ConcurrentInvocationLimitExceeded");
    }

    @Test
    void otherAccountsAndRegionsHaveLimitsOfTheirOwn() {
        admit(function("a", null), 1_000);
        var elsewhere = function("a", null);
        concurrency.admit(new FunctionVersion("123456789012", "us-east-1", "a", "$LATEST",
                "arn:aws:lambda:us-east-1:123456789012:function:a",
                elsewhere.revision(), elsewhere.runtime(), elsewhere.handler(), elsewhere.role(), 128, 3, 512, Map.of(),
                elsewhere.code(), elsewhere.layers(), null, false, elsewhere.logGroup(), false, null, null,
                Optional.empty(), Optional.empty(), false, false, false), true);
    }
}
