package dev.aloft.service.lambda.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.CheckpointDurableExecutionRequest;
import dev.aloft.api.Lambda.GetDurableExecutionResponse;
import dev.aloft.api.Lambda.OperationAction;
import dev.aloft.api.Lambda.OperationType;
import dev.aloft.api.Lambda.OperationUpdate;
import dev.aloft.api.Principal;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.lambda.invoke.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Executions of a function whose every invocation is scripted here, as its SDK would act. */
class DurableExecutionsTest {
    private static final Caller CALLER =
            new Caller("123456789012", "eu-central-1", new Principal.Root("123456789012"), "r", null, 0,
            "http://127.0.0.1:4566", "127.0.0.1", null);
    private static final String SUCCEEDED = "{\"Status\":\"SUCCEEDED\",\"Result\":\"\\\"done\\\"\"}";
    private static final String PENDING = "{\"Status\":\"PENDING\"}";

    private final Store store = new FlakyStore(new MemoryStore());
    private final TestTime time = new TestTime();
    /** What each invocation does, in turn; it is given the event and answers. */
    private final Deque<Function<Map<String, Object>, Outcome>> script = new ArrayDeque<>();
    private final List<Map<String, Object>> events = new ArrayList<>();
    private final List<DurableExecutions.Change> changes = new ArrayList<>();
    private final List<Lambda.InvokeRequest> invoked = new ArrayList<>();
    private Function<Lambda.InvokeRequest, Lambda.InvokeResponse> others = _ -> {
        throw new Lambda.ResourceNotFoundException("Function not found: other");
    };
    private DurableExecutions durable;
    private Workers workers;

    @BeforeEach
    void start() {
        durable = new DurableExecutions(store, time, (_, _, input) -> {
            invoked.add((Lambda.InvokeRequest) input);
            return others.apply((Lambda.InvokeRequest) input);
        }, new Scripted());
        workers = new Workers(time, List.of(durable.worker()));
        workers.start();
        time.settle();
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    private final class Scripted implements DurableExecutions.Functions {
        @Override
        @SuppressWarnings("unchecked")
        public Outcome run(Caller lambda, String functionArn, String version, String requestId, byte[] event,
                String trace) {
            var tree = (Map<String, Object>) JsonReader.tree(event);
            events.add(tree);
            return script.removeFirst().apply(tree);
        }

        @Override
        public Caller role(Caller lambda, String functionArn, String version) {
            return lambda;
        }

        @Override
        public DurableExecutions.Target target(Caller caller, String functionName) {
            return new DurableExecutions.Target(caller.account(), caller.region(), functionName.replaceAll(":.*", ""),
                    functionName.startsWith("durable"));
        }

        @Override
        public void changed(Tx tx, DurableExecutions.Change change) {
            tx.afterCommit(() -> changes.add(change));
        }
    }

    private static DurableExecutions.Function function(int timeoutSeconds) {
        return new DurableExecutions.Function("123456789012", "eu-central-1", "orders", "7",
                Lambda.DurableConfig.of(d -> d.executionTimeout(timeoutSeconds).retentionPeriodInDays(2)));
    }

    private String begin() {
        return begin("one");
    }

    private String begin(String name) {
        var arn = durable.start(CALLER, function(3600), name, "{\"a\":1}".getBytes(StandardCharsets.UTF_8));
        time.settle();
        return arn;
    }

    private static Outcome answer(String json) {
        return new Outcome(json.getBytes(StandardCharsets.UTF_8), null, Outcome.Status.SUCCESS);
    }

    private static Outcome crash() {
        return new Outcome("{\"errorMessage\":\"crash\",\"errorType\":\"Runtime.ExitError\"}"
                .getBytes(StandardCharsets.UTF_8),
                "Runtime.ExitError", Outcome.Status.ERROR);
    }

    /** As a function sleeps that takes its time. */
    private void sleep(Duration duration) {
        try {
            time.sleep(duration);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void next(String answer, OperationUpdate... updates) {
        script.add(event -> {
            checkpoint(event, updates);
            return answer(answer);
        });
    }

    private Lambda.CheckpointDurableExecutionResponse checkpoint(Map<String, Object> event,
            OperationUpdate... updates) {
        return checkpoint(event, (String) event.get("CheckpointToken"), null, updates);
    }

    private Lambda.CheckpointDurableExecutionResponse checkpoint(
            Map<String, Object> event, String token, String clientToken, OperationUpdate... updates) {
        return durable.checkpoint(CheckpointDurableExecutionRequest.of(r ->
                r.durableExecutionArn((String) event.get("DurableExecutionArn"))
                .checkpointToken(token).clientToken(clientToken).updates(List.of(updates))));
    }

    private static OperationUpdate update(String id, String type, String action,
            Consumer<OperationUpdate.Builder> more) {
        return OperationUpdate.of(u -> {
            u.id(id).type(type).action(action);
            more.accept(u);
        });
    }

    private static OperationUpdate step(String id, String action) {
        return update(id, OperationType.STEP, action, _ -> {});
    }

    private static OperationUpdate waiting(String id, int seconds) {
        return update(id, OperationType.WAIT, OperationAction.START,
                u -> u.waitOptions(Lambda.WaitOptions.of(w -> w.waitSeconds(seconds))));
    }

    private static OperationUpdate callback(String id, Integer timeout, Integer heartbeat) {
        return update(id, OperationType.CALLBACK, OperationAction.START, u -> u.callbackOptions(
                Lambda.CallbackOptions.of(c -> c.timeoutSeconds(timeout).heartbeatTimeoutSeconds(heartbeat))));
    }

    private static OperationUpdate invoke(String id, String function) {
        return update(id, OperationType.CHAINED_INVOKE, OperationAction.START, u -> u.payload("{\"to\":2}")
                .chainedInvokeOptions(Lambda.ChainedInvokeOptions.of(c -> c.functionName(function))));
    }

    private GetDurableExecutionResponse execution(String arn) {
        return durable.get(Lambda.GetDurableExecutionRequest.of(r -> r.durableExecutionArn(arn)));
    }

    private List<String> history(String arn) {
        return durable.history(Lambda.GetDurableExecutionHistoryRequest.of(r -> r.durableExecutionArn(arn)))
                .events().stream()
                .map(Lambda.Event::eventType).toList();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> told(Map<String, Object> event, String id) {
        var operations = (List<Map<String, Object>>) ((Map<String, Object>) event.get("InitialExecutionState"))
                .get("Operations");
        return operations.stream().filter(each -> each.get("Id").equals(id)).findFirst().orElse(Map.of());
    }

    // ---- an execution

    @Test
    void itsFunctionIsInvokedWithItsInputAndEndsIt() {
        script.add(_ -> answer(SUCCEEDED));
        var arn = begin();

        assertThat(arn).startsWith("arn:aws:lambda:eu-central-1:123456789012:function:orders:7/durable-execution/one/");
        var id = arn.substring(arn.lastIndexOf('/') + 1);
        assertThat(told(events.getFirst(), id)).containsEntry("Type", "EXECUTION").containsEntry("Status", "STARTED")
                .containsEntry("ExecutionDetails", Map.of("InputPayload", "{\"a\":1}"));
        assertThat(execution(arn).status()).isEqualTo("SUCCEEDED");
        assertThat(execution(arn).result()).isEqualTo("\"done\"");
        assertThat(history(arn)).containsExactly("ExecutionStarted", "InvocationCompleted", "ExecutionSucceeded");
    }

    @Test
    void whoWaitsIsToldItsResultOrItsError() {
        script.add(_ -> answer(SUCCEEDED));
        var well = durable.run(CALLER, function(900), null, "{}".getBytes(StandardCharsets.UTF_8));
        assertThat(new String(well.payload().array(), StandardCharsets.UTF_8)).isEqualTo("\"done\"");
        assertThat(well.functionError()).isNull();
        assertThat(well.durableExecutionArn()).contains("/durable-execution/");

        script.add(_ ->
                answer("{\"Status\":\"FAILED\",\"Error\":{\"ErrorType\":\"TypeError\",\"ErrorMessage\":\"no\"}}"));
        var badly = durable.run(CALLER, function(900), null, "{}".getBytes(StandardCharsets.UTF_8));
        assertThat(badly.functionError()).isEqualTo("Unhandled");
        assertThat(new String(badly.payload().array(), StandardCharsets.UTF_8))
                .isEqualTo("{\"errorMessage\":\"no\",\"errorType\":\"TypeError\"}");

        assertThatThrownBy(() -> durable.run(CALLER, function(901), null, new byte[0])).hasMessage(
                "You cannot synchronously invoke a durable function with an executionTimeout greater than 15 minutes.");
    }

    @Test
    void aNameIsTakenOnceForTheSameInputAndVersion() {
        script.add(_ -> answer(SUCCEEDED));
        var arn = begin("same");
        assertThat(begin("same")).isEqualTo(arn);
        assertThat(events).hasSize(1);

        assertThatThrownBy(() ->
                durable.start(CALLER, function(3600), "same", "{\"a\":2}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Lambda.DurableExecutionAlreadyStartedException.class)
                .hasMessage("Execution already started: " + arn);
    }

    @Test
    void itEndsWhenItsTimeIsUpAndIsForgottenAfterItsRetention() {
        next(PENDING, callback("c", null, null));
        var arn = begin();
        time.advance(Duration.ofSeconds(3600));
        assertThat(execution(arn).status()).isEqualTo("TIMED_OUT");
        assertThat(execution(arn).error().errorMessage()).isEqualTo("Execution timed out after 3600 seconds.");

        time.advance(Duration.ofDays(2));
        assertThatThrownBy(() -> execution(arn)).isInstanceOf(Lambda.ResourceNotFoundException.class)
                .hasMessage("Durable Execution does not exist");
    }

    @Test
    void stoppingEndsItOnce() {
        next(PENDING, callback("c", null, null));
        var arn = begin();
        var stopped = durable.stop(Lambda.StopDurableExecutionRequest.of(r -> r.durableExecutionArn(arn)
                .error(Lambda.ErrorObject.of(e -> e.errorType("Stop").errorMessage("enough")))));
        time.advance(Duration.ofMinutes(1));
        var again = durable.stop(Lambda.StopDurableExecutionRequest.of(r -> r.durableExecutionArn(arn)));

        assertThat(again.stopTimestamp()).isEqualTo(stopped.stopTimestamp());
        assertThat(execution(arn).status()).isEqualTo("STOPPED");
        assertThat(execution(arn).error().errorMessage()).isEqualTo("enough");
        assertThat(history(arn)).last().isEqualTo("ExecutionStopped");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"foo\":1} | Invalid Status in invocation output.",
            "not json | Invalid Status in invocation output.",
            "{\"Status\":\"PENDING\"} | Cannot return PENDING status with no pending operations.",
            "{\"Status\":\"SUCCEEDED\",\"Error\":{}} | Cannot provide an Error for SUCCEEDED status.",
            "{\"Status\":\"FAILED\",\"Result\":\"1\"} | Cannot provide a Result for FAILED status."})
    void anAnswerThatBreaksTheProtocolFailsIt(String answer, String message) {
        script.add(_ -> answer(answer));
        var arn = begin();
        assertThat(execution(arn).status()).isEqualTo("FAILED");
        assertThat(execution(arn).error().errorMessage()).isEqualTo(message);
    }

    @Test
    void anInvocationThatBreaksIsTriedAgainWithGrowingPauses() {
        script.add(_ -> crash());
        script.add(_ -> crash());
        script.add(_ -> answer(SUCCEEDED));
        var arn = begin();
        time.advance(Duration.ofSeconds(1));
        assertThat(events).hasSize(2);
        time.advance(Duration.ofSeconds(1));
        assertThat(events).hasSize(2);
        time.advance(Duration.ofSeconds(1));
        assertThat(execution(arn).status()).isEqualTo("SUCCEEDED");
    }

    @Test
    void wantOfRoomIsNoFailureOfTheFunction() {
        for (int i = 0; i < 10; i++) {
            script.add(_ -> {
                throw new Lambda.TooManyRequestsException("Rate Exceeded.");
            });
        }
        for (int i = 0; i < 7; i++) {
            script.add(_ -> crash());
        }
        script.add(_ -> answer(SUCCEEDED));
        var arn = begin();
        time.advance(Duration.ofMinutes(20));
        assertThat(execution(arn).status()).isEqualTo("SUCCEEDED");
    }

    @Test
    void threeThousandOperationsAreTheMost() {
        var steps = new OperationUpdate[2_998];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = update("s" + i, OperationType.STEP, OperationAction.SUCCEED, u -> u.payload("1"));
        }
        script.add(event -> {
            var token = checkpoint(event, steps).checkpointToken();
            var last = checkpoint(event, token, null,
                    update("last", OperationType.STEP, OperationAction.SUCCEED, _ -> {})).checkpointToken();
            assertThatThrownBy(() ->
                    checkpoint(event, last, null, update("more", OperationType.STEP, OperationAction.SUCCEED, _ -> {})))
                    .isInstanceOf(Lambda.InvalidParameterValueException.class)
                    .hasMessage("The durable execution exceeds the limit of 3000 operations.");
            return answer(SUCCEEDED);
        });
        assertThat(execution(begin()).status()).isEqualTo("SUCCEEDED");
        assertThat(changes.getLast().operations()).isEqualTo(3_000);
    }

    @Test
    void aHundredMegabytesAreTheMost() {
        var meter = new Meter(1, Meter.MOST_BYTES - 3).and(1, "123", null);
        meter.check();
        assertThatThrownBy(meter.and(0, "4", null)::check).isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("The durable execution exceeds the limit of 104857600 bytes of data.");
    }

    @Test
    void othersLearnOfTheBeginningAndTheEnd() {
        script.add(_ -> answer(SUCCEEDED));
        begin();
        assertThat(changes).extracting(DurableExecutions.Change::status).containsExactly("RUNNING", "SUCCEEDED");
        assertThat(changes).extracting(DurableExecutions.Change::queuedAs).containsOnly("r");
        assertThat(changes.getLast().bytes()).isEqualTo("{\"a\":1}".length() + "\"done\"".length());
    }

    @Test
    void oneThatBreaksForMinutesFailsIt() {
        for (int i = 0; i < 8; i++) {
            script.add(_ -> crash());
        }
        var arn = begin();
        time.advance(Duration.ofMinutes(5));
        assertThat(execution(arn).status()).isEqualTo("FAILED");
        assertThat(execution(arn).error().errorMessage()).isEqualTo("crash");
        assertThat(events).hasSize(8);
    }

    // ---- operations

    @Test
    void aStepIsReportedOnceAndToldAtTheNextInvocation() {
        next(PENDING, step("s", OperationAction.START),
                update("s", OperationType.STEP, OperationAction.SUCCEED, u -> u.payload("42")),
                waiting("w", 60));
        script.add(event -> {
            assertThat(told(event, "s")).containsEntry("Status", "SUCCEEDED")
                    .containsEntry("StepDetails", Map.of("Attempt", 1, "Result", "42"));
            assertThat(told(event, "w")).containsEntry("Status", "SUCCEEDED");
            assertThat(event).containsEntry("UpdatedOperationIds", List.of("w"));
            return answer(SUCCEEDED);
        });
        var arn = begin();
        time.advance(Duration.ofSeconds(59));
        assertThat(events).hasSize(1);
        time.advance(Duration.ofSeconds(1));
        assertThat(execution(arn).status()).isEqualTo("SUCCEEDED");
        assertThat(history(arn))
                .containsExactly("ExecutionStarted", "StepStarted", "StepSucceeded", "WaitStarted",
                        "InvocationCompleted",
                "WaitSucceeded", "InvocationCompleted", "ExecutionSucceeded");
    }

    @Test
    void aStepIsReadyAgainAfterItsPause() {
        next(PENDING, step("s", OperationAction.START), update("s", OperationType.STEP, OperationAction.RETRY, u -> u
                .error(Lambda.ErrorObject.of(e -> e.errorMessage("not yet")))
                .stepOptions(Lambda.StepOptions.of(o -> o.nextAttemptDelaySeconds(5)))));
        script.add(event -> {
            assertThat(told(event, "s")).containsEntry("Status", "READY");
            assertThat(((Map<?, ?>) told(event, "s").get("StepDetails")).get("Attempt")).isEqualTo(1);
            checkpoint(event, step("s", OperationAction.START),
                    update("s", OperationType.STEP, OperationAction.SUCCEED, u -> u.payload("1")));
            return answer(SUCCEEDED);
        });
        var arn = begin();
        time.advance(Duration.ofSeconds(5));
        assertThat(execution(arn).status()).isEqualTo("SUCCEEDED");
        assertThat(history(arn)).contains("StepFailed", "StepSucceeded");
    }

    @Test
    void whatFallsDueDuringAnInvocationIsToldByTheNextCheckpoint() {
        script.add(event -> {
            var token = checkpoint(event, waiting("w", 1)).checkpointToken();
            sleep(Duration.ofSeconds(2));
            var answered = checkpoint(event, token, null);
            assertThat(answered.newExecutionState().operations()).extracting(Lambda.Operation_::status)
                    .containsExactly("SUCCEEDED");
            assertThat(checkpoint(event, answered.checkpointToken(), null).newExecutionState().operations()).isEmpty();
            return answer(SUCCEEDED);
        });
        var arn = begin();
        time.advance(Duration.ofSeconds(2));
        assertThat(execution(arn).status()).isEqualTo("SUCCEEDED");
    }

    @Test
    void contextsThatAreDoneKeepTheirInsidesToThemselves() {
        var inside = update("s", OperationType.STEP, OperationAction.SUCCEED, u -> u.parentId("c").payload("1"));
        next(PENDING, update("c", OperationType.CONTEXT, OperationAction.START, _ -> {}), inside,
                update("c", OperationType.CONTEXT, OperationAction.SUCCEED, u -> u.payload("2")), waiting("w", 1));
        script.add(event -> {
            assertThat(told(event, "c")).containsEntry("Status", "SUCCEEDED");
            assertThat(told(event, "s")).isEmpty();
            return answer(SUCCEEDED);
        });
        var arn = begin();
        time.advance(Duration.ofSeconds(1));
        assertThat(execution(arn).status()).isEqualTo("SUCCEEDED");
    }

    // ---- tokens

    @Test
    void aTokenIsGoodOnceAndTheSameRequestIsAnsweredTheSame() {
        script.add(event -> {
            var first = (String) event.get("CheckpointToken");
            var answered = checkpoint(event, first, "t1", waiting("w", 1));
            assertThat(checkpoint(event, first, "t1", waiting("w", 1))).isEqualTo(answered);
            assertThatThrownBy(() -> checkpoint(event, first, "t2"))
                    .isInstanceOf(Lambda.InvalidParameterValueException.class)
                    .hasMessage("Invalid checkpoint token");
            assertThatThrownBy(() -> checkpoint(event, "QUJD", null)).hasMessage("Invalid checkpoint token");
            return answer(SUCCEEDED);
        });
        assertThat(execution(begin()).status()).isEqualTo("SUCCEEDED");
    }

    @Test
    void aResultTooLargeForAnAnswerIsReported() {
        script.add(event -> {
            var closing = checkpoint(event,
                    update("result", OperationType.EXECUTION, OperationAction.SUCCEED, u -> u.payload("\"large\"")));
            assertThat(closing.checkpointToken()).isNull();
            return answer("{\"Status\":\"SUCCEEDED\",\"Result\":\"\"}");
        });
        var arn = begin();
        assertThat(execution(arn).result()).isEqualTo("\"large\"");
        assertThat(history(arn)).containsExactly("ExecutionStarted", "ExecutionSucceeded", "InvocationCompleted");
    }

    @Test
    void updatesAreLookedAtBeforeOneIsMade() {
        script.add(event -> {
            refused(event, "Cannot update the same operation twice in a single request.", waiting("w", 1),
                    waiting("w", 1));
            refused(event, "Invalid parent operation id.",
                    update("s", OperationType.STEP, OperationAction.START, u -> u.parentId("none")));
            refused(event, "Invalid action for the given operation type.",
                    update("w", OperationType.WAIT, OperationAction.SUCCEED, _ -> {}));
            refused(event, "Cannot cancel a WAIT that does not exist or has already completed.",
                    update("w", OperationType.WAIT, OperationAction.CANCEL, _ -> {}));
            refused(event, "Cannot provide a Payload for FAIL action.",
                    update("s", OperationType.STEP, OperationAction.FAIL, u -> u.payload("1")));
            refused(event, "Invalid StepOptions for the given action.", step("s", OperationAction.RETRY));
            refused(event, "EXECUTION checkpoint must be the last update.",
                    update("e", OperationType.EXECUTION, OperationAction.SUCCEED, _ -> {}), waiting("w", 1));
            refused(event, "STEP output payload size must be less than or equal to 262144 bytes.",
                    update("s", OperationType.STEP, OperationAction.SUCCEED, u -> u.payload("x".repeat(262_145))));
            return answer(SUCCEEDED);
        });
        var arn = begin();
        assertThat(history(arn)).containsExactly("ExecutionStarted", "InvocationCompleted", "ExecutionSucceeded");
    }

    private void refused(Map<String, Object> event, String message, OperationUpdate... updates) {
        assertThatThrownBy(() -> checkpoint(event, updates)).isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage(message);
    }

    // ---- callbacks

    private String callbackId(String arn) {
        return durable.history(Lambda.GetDurableExecutionHistoryRequest.of(r -> r.durableExecutionArn(arn)))
                .events().stream()
                .filter(event -> event.callbackStartedDetails() != null).findFirst().orElseThrow()
                .callbackStartedDetails().callbackId();
    }

    @Test
    void aCallbackIsAnsweredOnce() {
        next(PENDING, callback("c", 60, null));
        script.add(event -> {
            assertThat(told(event, "c")).containsEntry("Status", "SUCCEEDED");
            assertThat(((Map<?, ?>) told(event, "c").get("CallbackDetails")).get("Result")).isEqualTo("{\"ok\":true}");
            return answer(SUCCEEDED);
        });
        var arn = begin();
        var id = callbackId(arn);
        var success = Lambda.SendDurableExecutionCallbackSuccessRequest.of(
                r -> r.callbackId(id).result(Bytes.of("{\"ok\":true}".getBytes(StandardCharsets.UTF_8))));
        durable.succeed(success);
        time.settle();

        assertThat(execution(arn).status()).isEqualTo("SUCCEEDED");
        assertThatThrownBy(() -> durable.succeed(success)).isInstanceOf(Lambda.CallbackTimeoutException.class)
                .hasMessage("The callback is either timed out or already completed");
        assertThatThrownBy(() ->
                durable.heartbeat(Lambda.SendDurableExecutionCallbackHeartbeatRequest.of(r -> r.callbackId("QUJD"))))
                .hasMessage("Invalid callback id");
    }

    @Test
    void aHeartbeatKeepsACallbackOpen() {
        next(PENDING, callback("c", null, 10));
        script.add(event -> {
            assertThat(told(event, "c")).containsEntry("Status", "TIMED_OUT");
            assertThat(told(event, "c").get("CallbackDetails").toString()).contains("Callback timed out on heartbeat");
            return answer(SUCCEEDED);
        });
        var arn = begin();
        time.advance(Duration.ofSeconds(9));
        durable.heartbeat(Lambda.SendDurableExecutionCallbackHeartbeatRequest.of(r -> r.callbackId(callbackId(arn))));
        time.advance(Duration.ofSeconds(9));
        assertThat(execution(arn).status()).isEqualTo("RUNNING");
        time.advance(Duration.ofSeconds(1));
        assertThat(execution(arn).status()).isEqualTo("SUCCEEDED");
    }

    // ---- other functions

    @Test
    void anotherFunctionIsInvokedAndItsAnswerTold() {
        others = _ -> Lambda.InvokeResponse.of(a -> a.statusCode(200).executedVersion("$LATEST")
                .payload(Bytes.of("[3]".getBytes(StandardCharsets.UTF_8))));
        next(PENDING, invoke("i", "plain"));
        script.add(event -> {
            assertThat(told(event, "i")).containsEntry("Status", "SUCCEEDED")
                    .containsEntry("ChainedInvokeDetails", Map.of("Result", "[3]"));
            return answer(SUCCEEDED);
        });
        var arn = begin();
        assertThat(execution(arn).status()).isEqualTo("SUCCEEDED");
        assertThat(invocationStarted(arn).executedVersion()).isEqualTo("$LATEST");
        assertThat(history(arn)).as("it begins once the function has suspended itself")
                .containsSubsequence("ChainedInvokeStarted", "InvocationCompleted", "ChainedInvokeSucceeded");
        assertThat(new String(invoked.getFirst().payload().array(), StandardCharsets.UTF_8)).isEqualTo("{\"to\":2}");
    }

    @Test
    void oneThatCannotBeInvokedFailsItsOperation() {
        next(PENDING, invoke("i", "plain"));
        script.add(event -> {
            assertThat(told(event, "i")).containsEntry("Status", "FAILED");
            assertThat(told(event, "i").get("ChainedInvokeDetails").toString()).contains("ResourceNotFoundException");
            return answer(SUCCEEDED);
        });
        assertThat(execution(begin()).status()).isEqualTo("SUCCEEDED");
    }

    @Test
    void aDurableFunctionReportsItsEndItself() {
        others = request -> {
            var started = durable.start(CALLER,
                    new DurableExecutions.Function("123456789012", "eu-central-1", "durable-other", "1",
                    Lambda.DurableConfig.of(d -> d.executionTimeout(60).retentionPeriodInDays(1))),
                    request.durableExecutionName(), request.payload().array());
            return Lambda.InvokeResponse.of(a -> a.statusCode(202).durableExecutionArn(started));
        };
        next(PENDING, invoke("i", "durable-other:1"));
        next(PENDING, waiting("w", 30));
        script.add(_ -> answer("{\"Status\":\"SUCCEEDED\",\"Result\":\"5\"}"));
        script.add(event -> {
            assertThat(told(event, "i")).containsEntry("Status", "SUCCEEDED")
                    .containsEntry("ChainedInvokeDetails", Map.of("Result", "5"));
            return answer(SUCCEEDED);
        });
        var arn = begin();
        assertThat(execution(arn).status()).isEqualTo("RUNNING");
        assertThat(invocationStarted(arn).executedVersion()).isEqualTo("1");
        assertThat(execution(invocationStarted(arn).durableExecutionArn()).status()).isEqualTo("RUNNING");
        time.advance(Duration.ofSeconds(30));
        assertThat(execution(arn).status()).isEqualTo("SUCCEEDED");
    }

    private Lambda.ChainedInvokeStartedDetails invocationStarted(String arn) {
        return durable.history(Lambda.GetDurableExecutionHistoryRequest.of(r -> r.durableExecutionArn(arn)))
                .events().stream().map(Lambda.Event::chainedInvokeStartedDetails).filter(Objects::nonNull)
                .findFirst().orElseThrow();
    }

    // ---- reading

    @Test
    void theNewestExecutionsAreListedFirstInPages() {
        for (int i = 0; i < 3; i++) {
            script.add(_ -> answer(SUCCEEDED));
            begin("e" + i);
            time.advance(Duration.ofSeconds(1));
        }
        var target = new DurableExecutions.Target("123456789012", "eu-central-1", "orders", true);
        var first = durable.list(target, null,
                Lambda.ListDurableExecutionsByFunctionRequest.of(r -> r.functionName("orders").maxItems(2)));
        assertThat(first.durableExecutions()).extracting(Lambda.Execution::durableExecutionName)
                .containsExactly("e2", "e1");
        var second = durable.list(target, null, Lambda.ListDurableExecutionsByFunctionRequest.of(
                r -> r.functionName("orders").maxItems(2).marker(first.nextMarker())));
        assertThat(second.durableExecutions()).extracting(Lambda.Execution::durableExecutionName).containsExactly("e0");
        assertThat(second.nextMarker()).isNull();
        assertThatThrownBy(() ->
                durable.list(target, null, Lambda.ListDurableExecutionsByFunctionRequest.of(r -> r.marker("bogus"))))
                .isInstanceOf(ApiError.class).hasMessage("Invalid Marker");
    }

    @Test
    void aHistoryCanBeReadWithoutWhatWasPassedInIt() {
        script.add(_ -> answer(SUCCEEDED));
        var arn = begin();
        var bare = durable.history(Lambda.GetDurableExecutionHistoryRequest.of(
                r -> r.durableExecutionArn(arn).includeExecutionData(false).reverseOrder(true).maxItems(1)));
        assertThat(bare.events().getFirst().eventType()).isEqualTo("ExecutionSucceeded");
        assertThat(bare.events().getFirst().executionSucceededDetails().result().payload()).isNull();
        assertThat(bare.events().getFirst().executionSucceededDetails().result().truncated()).isTrue();
        assertThat(bare.nextMarker()).isNotEmpty();
    }

    // ---- a platform that ended

    @Test
    void whatWasUnderWayIsTakenUpAtTheNextStart() {
        script.add(event -> {
            checkpoint(event, update("s", OperationType.STEP, OperationAction.SUCCEED, u -> u.payload("1")));
            sleep(Duration.ofDays(1000));
            return crash();
        });
        var arn = begin();
        workers.close();
        script.add(event -> {
            assertThat(told(event, "s")).containsEntry("Status", "SUCCEEDED");
            return answer(SUCCEEDED);
        });
        start();
        assertThat(execution(arn).status()).isEqualTo("SUCCEEDED");
    }
}
