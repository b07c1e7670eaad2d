package dev.aloft.service.lambda.async;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Target;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.lambda.invoke.ExecutionRoles;
import dev.aloft.service.lambda.invoke.Measures;
import dev.aloft.service.lambda.invoke.Invocations;
import dev.aloft.service.lambda.invoke.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The queue with functions that only pretend; the real ones run in InvokeTest. */
class AsyncInvocationsTest {
    private static final String FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:f";
    private static final String ROLE = "arn:aws:iam::123456789012:role/f";
    private static final String QUEUE = "arn:aws:sqs:eu-central-1:123456789012:q";
    private static final Caller USER =
            new Caller("123456789012", "eu-central-1", new Principal.Root("123456789012"), "r-1", null, 0,
            "http://127.0.0.1:4566", null, null);
    private static final Lambda.TooManyRequestsException THROTTLED =
            new Lambda.TooManyRequestsException(Lambda.TooManyRequestsException.Detail.of(d ->
                    d.message("Rate Exceeded.")));

    /** What comes of the next attempts: an ApiError, an error's text, or null for success. */
    private final ArrayDeque<Object> next = new ArrayDeque<>();
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    /** Of each attempt. */
    private final List<CompletableFuture<Boolean>> recordings = Collections.synchronizedList(new ArrayList<>());
    private final TestTime time = new TestTime();
    private final Store store = new FlakyStore(new MemoryStore());
    private final AsyncInvocations async;
    private final Workers workers;
    private Optional<AsyncInvocations.Settings> settings = settings(null, 2, Duration.ofHours(6), null, null, false);
    private Optional<ApiError> refusal = Optional.empty();

    AsyncInvocationsTest() {
        var targets = new Targets();
        targets.add(new Target() {
            @Override
            public String service() {
                return "sqs";
            }

            @Override
            public void deliver(Caller caller, Arn target, Event event) {
                refusal.ifPresent(error -> {
                    throw error;
                });
                tell(target.resource() + " as " + caller.principal().arn() + " "
                        + new String(event.body(), StandardCharsets.UTF_8)
                        + (event.attributes().isEmpty() ? "" : " " + new java.util.TreeMap<>(event.attributes())));
            }
        });
        var measures = new Measures(new Metrics((_, _, _) -> null, time));
        var destinations = new Destinations(store, time, targets, (operation, _, input) -> {
            if (operation != S3.PUT_OBJECT) {
                throw new AssertionError(operation);
            }
            var put = (S3.PutObjectRequest) input;
            tell(put.bucket() + "/" + put.key().replaceAll("[0-9a-f-]{36}$", "ID") + " "
                    + new String(put.body().bytes(10_000)));
            return S3.PutObjectResponse.of(_ -> {});
        }, new Roles(), measures, () -> "http://127.0.0.1:4566");
        async = new AsyncInvocations(store, time, destinations, measures, () -> "http://127.0.0.1:4566",
                new Functions());
        workers = new Workers(time, List.of(async.worker(), destinations.worker()));
        workers.start();
    }

    private record Roles() implements ExecutionRoles {
        @Override
        public Session assume(Caller lambda, String role, String name) {
            return new Session(lambda.as(new Principal.RoleSession(role, "AROAEXAMPLE", name, null)), "", "", "");
        }

        @Override
        public boolean trusted(Caller lambda, String role) {
            return true;
        }
    }

    private final class Functions implements AsyncInvocations.Functions {
        @Override
        public Invocations.Result run(Caller caller, AsyncInvocations.Event event,
                CompletableFuture<Boolean> recorded) {
            assertThat(recorded).isNotDone();
            recordings.add(recorded);
            var how = next.poll();
            tell("run " + event.requestId());
            if (how instanceof ApiError refused) {
                throw refused;
            }
            var outcome = how == null ? new Outcome("{\"ok\":true}".getBytes(), null, Outcome.Status.SUCCESS)
                    : new Outcome(("{\"errorMessage\":\"" + how + "\",\"errorType\":\"Error\"}").getBytes(), "Error",
                            Outcome.Status.FAILURE);
            return new Invocations.Result(outcome, "$LATEST", Optional.empty());
        }

        @Override
        public Optional<AsyncInvocations.Settings> settings(ReadTx tx, AsyncInvocations.Event event) {
            return settings;
        }
    }

    private static Optional<AsyncInvocations.Settings> settings(String deadLetters, int retries, Duration age,
            String onSuccess, String onFailure, boolean stopped) {
        return Optional.of(new AsyncInvocations.Settings(ROLE, deadLetters, retries, age, onSuccess, onFailure,
                stopped));
    }

    private synchronized void tell(String what) {
        told.add(Duration.between(TestTime.START, time.instant()).toSeconds() + ": " + what);
    }

    private void invoke(Object... outcomes) {
        for (var outcome : outcomes) {
            next.add(outcome);
        }
        async.promise(USER, FUNCTION, null, "r-1", "{\"a\":1}".getBytes(), null, null);
        time.advance(Duration.ofHours(12));
    }

    @AfterEach
    void close() {
        workers.close();
    }

    @Test
    void aFunctionThatFailsIsTriedAgainAfterOneMinuteAndTwoMore() {
        invoke("no", "no", "no", "no");
        assertThat(told).containsExactly("0: run r-1", "60: run r-1", "180: run r-1");
    }

    @Test
    void aRuntimeIsToldThatItWasHeardOnceItsOutcomeIsKept() {
        invoke("no", THROTTLED);
        assertThat(recordings).hasSize(3).allSatisfy(recorded -> assertThat(recorded).isCompletedWithValue(true));
    }

    @Test
    void retriesAreWhatTheFunctionWants() {
        settings = settings(null, 0, Duration.ofHours(6), null, null, false);
        invoke("no", "no");
        assertThat(told).containsExactly("0: run r-1");
    }

    @Test
    void throttlesAreNoAttempts() {
        settings = settings(null, 1, Duration.ofHours(6), null, QUEUE, false);
        invoke(THROTTLED, THROTTLED, new Lambda.ServiceException("no"), "no", THROTTLED, "no");
        assertThat(told.subList(0, 6))
                .containsExactly("0: run r-1", "1: run r-1", "3: run r-1", "7: run r-1", "67: run r-1", "68: run r-1");
        assertThat(told.get(6)).contains("\"condition\":\"RetriesExhausted\",\"approximateInvokeCount\":2");
    }

    @Test
    void throttlesEndWhenTheEventIsTooOld() {
        settings = settings(QUEUE, 2, Duration.ofSeconds(600), null, null, false);
        next.addAll(Collections.nCopies(100, THROTTLED));
        invoke();
        assertThat(told).contains("255: run r-1", "511: run r-1").last().asString()
                .isEqualTo("600: q as arn:aws:sts::123456789012:assumed-role/f/f {\"a\":1} "
                        + "{ErrorCode=Attribute[type=Number, value=429], ErrorMessage=Attribute[type=String, "
                        + "value=Rate Exceeded.], RequestID=Attribute[type=String, value=r-1]}");
    }

    @Test
    void aSuccessIsRecorded() {
        settings = settings(QUEUE, 2, Duration.ofHours(6), QUEUE, QUEUE, false);
        invoke();
        assertThat(told).containsExactly("0: run r-1", "0: q as arn:aws:sts::123456789012:assumed-role/f/f "
                + "{\"version\":\"1.0\",\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"requestContext\":{"
                + "\"requestId\":\"r-1\","
                + "\"functionArn\":\"" + FUNCTION
                + ":$LATEST\",\"condition\":\"Success\",\"approximateInvokeCount\":1},"
                + "\"requestPayload\":{\"a\":1},\"responseContext\":{\"statusCode\":200,"
                + "\"executedVersion\":\"$LATEST\"},"
                + "\"responsePayload\":{\"ok\":true}}");
    }

    @Test
    void aFailureIsRecordedAndADeadLetterIsTheEventItself() {
        settings = settings(QUEUE, 0, Duration.ofHours(6), null, QUEUE, false);
        invoke("boom");
        assertThat(told).containsExactlyInAnyOrder("0: run r-1",
                "0: q as arn:aws:sts::123456789012:assumed-role/f/f "
                + "{\"version\":\"1.0\",\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"requestContext\":{"
                + "\"requestId\":\"r-1\","
                + "\"functionArn\":\"" + FUNCTION
                + ":$LATEST\",\"condition\":\"RetriesExhausted\",\"approximateInvokeCount\":1},"
                + "\"requestPayload\":{\"a\":1},\"responseContext\":{\"statusCode\":200,"
                + "\"executedVersion\":\"$LATEST\","
                + "\"functionError\":\"Unhandled\"},\"responsePayload\":{\"errorMessage\":\"boom\","
                + "\"errorType\":\"Error\"}}",
                "0: q as arn:aws:sts::123456789012:assumed-role/f/f {\"a\":1} "
                + "{ErrorCode=Attribute[type=Number, value=200], ErrorMessage=Attribute[type=String, value=boom], "
                + "RequestID=Attribute[type=String, value=r-1]}");
    }

    @Test
    void anEventOfALoopIsNotTriedAgainAndGoesWhereFailuresGo() {
        settings = settings(QUEUE, 2, Duration.ofHours(6), null, QUEUE, false);
        invoke(new Lambda.RecursiveInvocationException("a loop"));
        assertThat(told).hasSize(3).first().isEqualTo("0: run r-1");
        assertThat(told).anySatisfy(line -> assertThat(line).startsWith("0: q")
                .contains("\"condition\":\"RecursiveInvocation\""));
        assertThat(told).anySatisfy(line -> assertThat(line).startsWith("0: q").contains("{\"a\":1} {", "a loop"));
    }

    @Test
    void anEventThatGrowsTooOldBetweenAttemptsIsRecordedAsSuch() {
        settings = settings(null, 2, Duration.ofSeconds(60), null, QUEUE, false);
        invoke("no", "no", "no");
        assertThat(told).hasSize(2).last().asString().startsWith("60: q")
                .contains("\"condition\":\"EventAgeExceeded\",\"approximateInvokeCount\":1",
                        "\"functionError\":\"Unhandled\"");
    }

    @Test
    void noReservedConcurrencyMeansNoRetries() {
        settings = settings(QUEUE, 2, Duration.ofHours(6), null, QUEUE, true);
        invoke(THROTTLED, THROTTLED);
        assertThat(told).hasSize(3);
        assertThat(told)
                .anySatisfy(line -> assertThat(line).startsWith("0: q")
                        .endsWith("\"condition\":\"ZeroReservedConcurrency\","
                + "\"approximateInvokeCount\":0},\"requestPayload\":{\"a\":1}}"));
        assertThat(told)
                .anySatisfy(line -> assertThat(line)
                        .endsWith("{\"a\":1} {ErrorMessage=Attribute[type=String, value=Function not invoked."
                + " Function isconfigured with zero reserved concurrent executions], "
                + "RequestID=Attribute[type=String, value=r-1]}"));
    }

    @Test
    void aFailureMayBecomeAnObject() {
        settings = settings(null, 0, Duration.ofHours(6), null, "arn:aws:s3:::failures", false);
        invoke("boom");
        assertThat(told.get(1))
                .startsWith("0: failures/aws/lambda/async/f/2026/01/01/2026-01-01T00.00.00-ID {\"version\":\"1.0\"");
    }

    @Test
    void whatMayNotBeSentIsDropped() {
        settings = settings(QUEUE, 0, Duration.ofHours(6), null, null, false);
        refusal = Optional.of(ApiError.of("AccessDenied", 403, "no"));
        invoke("boom");
        assertThat(told).containsExactly("0: run r-1");
    }

    @Test
    void eventsOfAFunctionThatIsGoneAreDropped() {
        settings = Optional.empty();
        invoke(new Lambda.ResourceNotFoundException("gone"), "no");
        assertThat(told).containsExactly("0: run r-1");
    }
}
