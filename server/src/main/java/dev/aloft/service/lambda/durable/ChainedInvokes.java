package dev.aloft.service.lambda.durable;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.ErrorObject;
import dev.aloft.api.Lambda.ExecutionStatus;
import dev.aloft.api.Lambda.OperationStatus;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.lambda.durable.DurableData.Execution;
import dev.aloft.service.lambda.durable.DurableData.Parent;
import dev.aloft.service.lambda.durable.DurableData.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Invocations of other functions: a durable one reports its end itself, another one is waited for here. */
final class ChainedInvokes {
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final DurableData data;
    private final Store store;
    private final Time time;
    private final DurableExecutions.Functions functions;
    private final Lambda lambda;

    ChainedInvokes(DurableData data, Store store, Time time, DurableExecutions.Functions functions, Lambda lambda) {
        this.data = data;
        this.store = store;
        this.time = time;
        this.functions = functions;
        this.lambda = lambda;
    }

    /** What is invoked, and by whom. */
    private record Wish(Execution execution, String target, String payload, String tenant) {}

    /** What came of it. */
    private sealed interface Reply {
        record Result(String payload) implements Reply {}

        record Failure(ErrorObject error) implements Reply {}

        /** Later, by the execution that was started. */
        record Promised() implements Reply {}

        /** There was no room for it. */
        record Busy() implements Reply {}
    }

    void invoke(Timer timer) {
        wish(timer).ifPresent(wish -> {
            switch (reply(timer, wish)) {
                case Reply.Result(String payload) -> ended(timer, OperationStatus.SUCCEEDED, payload, null);
                case Reply.Failure(ErrorObject error) -> ended(timer, OperationStatus.FAILED, null, error);
                case Reply.Busy _ -> store.change(tx -> data.timers.reschedule(tx, timer.id(), time.instant()
                        .plus(AGAIN)));
                case Reply.Promised _ -> { }
            }
        });
    }

    private Optional<Wish> wish(Timer timer) {
        return store.read(tx -> DurableData.EXECUTIONS.get(tx, timer.execution()).flatMap(execution ->
                DurableData.OPERATIONS.get(tx, timer.execution().and(timer.operation()))
                        .filter(operation -> operation.operation().endTimestamp() == null)
                        .map(operation -> new Wish(execution, operation.target(), operation.payload(),
                                operation.tenant()))));
    }

    private Reply reply(Timer timer, Wish wish) {
        var execution = wish.execution();
        // The same however often it is tried.
        var id = UUID.nameUUIDFromBytes((execution.arn() + "/" + timer.operation()).getBytes(StandardCharsets.UTF_8))
                .toString();
        try {
            var role = functions.role(Runner.caller(execution, id), execution.functionArn(), execution.version());
            var target = functions.target(role, wish.target());
            return target.durable() ? start(timer, wish, role, target, id) : answer(timer, role, wish);
        } catch (ApiError refused) {
            return refused.status() == 429 || refused.status() >= 500 ? new Reply.Busy()
                    : new Reply.Failure(ErrorObject.of(e -> e.errorType(refused.code())
                    .errorMessage(refused.getMessage())));
        }
    }

    private Reply start(Timer timer, Wish wish, Caller role, DurableExecutions.Target target, String id) {
        if (wish.execution().state().status().equals(ExecutionStatus.RUNNING)) {
            store.change(tx -> DurableData.PARENTS.put(tx, Key.of(target.account(), target.region(), target.name(), id),
                    new Parent(timer.execution(), timer.operation())));
        }
        var started = lambda.invoke(role, Lambda.InvokeRequest.of(r -> r.functionName(wish.target())
                .durableExecutionName(id).invocationType(Lambda.InvocationType.EVENT).payload(payload(wish))
                .tenantId(wish.tenant()))).durableExecutionArn();
        begun(timer, DurableArn.parse(started).version(), started);
        return new Reply.Promised();
    }

    private Reply answer(Timer timer, Caller role, Wish wish) {
        var answer = lambda.invoke(role, Lambda.InvokeRequest.of(r -> r.functionName(wish.target())
                .payload(payload(wish)).tenantId(wish.tenant())));
        begun(timer, answer.executedVersion(), null);
        if (answer.functionError() != null) {
            return new Reply.Failure(FunctionErrors.read(answer.payload().array()));
        }
        int most = CheckpointRules.MOST_INVOKE_BYTES;
        return answer.payload().length() > most
                ? new Reply.Failure(ErrorObject.of(e ->
                e.errorMessage(CheckpointRules.tooLarge("CHAINED_INVOKE output", most))))
                : new Reply.Result(new String(answer.payload().array(), StandardCharsets.UTF_8));
    }

    /** The history told of the invocation before it was known what would run. */
    private void begun(Timer timer, String version, String arn) {
        store.change(tx -> Progress.begun(tx, timer, version, arn));
    }

    private static Bytes payload(Wish wish) {
        return Bytes.of((wish.payload() == null ? "{}" : wish.payload()).getBytes(StandardCharsets.UTF_8));
    }

    private void ended(Timer timer, String status, String result, ErrorObject error) {
        store.change(tx -> DurableData.EXECUTIONS.get(tx, timer.execution()).ifPresent(execution -> {
            var progress = new Progress(data, tx, execution, time.instant());
            progress.invoked(timer.operation(), status, result, error);
            progress.keep();
        }));
    }
}
