package dev.aloft.service.lambda.durable;

import dev.aloft.api.ApiError;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.CheckpointDurableExecutionRequest;
import dev.aloft.api.Lambda.CheckpointDurableExecutionResponse;
import dev.aloft.api.Lambda.EventType;
import dev.aloft.api.Lambda.ExecutionStatus;
import dev.aloft.api.Lambda.OperationAction;
import dev.aloft.api.Lambda.OperationStatus;
import dev.aloft.api.Lambda.OperationType;
import dev.aloft.api.Lambda.OperationUpdate;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.lambda.durable.DurableData.Checkpoint;
import dev.aloft.service.lambda.durable.DurableData.Timer;
import java.util.List;

/** What a durable function reports while it runs, and reads of its own state. */
final class Checkpoints {
    private static final int MOST_OPERATIONS = 1_000;

    private final DurableData data;
    private final Store store;
    private final Time time;

    Checkpoints(DurableData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    CheckpointDurableExecutionResponse checkpoint(CheckpointDurableExecutionRequest r) {
        var arn = DurableArn.parse(r.durableExecutionArn());
        var token = CheckpointToken.parse(r.checkpointToken(), arn);
        return store.write(tx -> {
            var progress = open(tx, arn);
            var last = progress.last;
            if (last != null && r.clientToken() != null && last.clientToken().equals(r.clientToken())
                    && last.token() == token.number()) {
                return answer(CheckpointToken.of(progress.execution, progress.token), last.answered());
            }
            good(token, progress.execution.state());
            List<OperationUpdate> updates = r.updates() == null ? List.of() : r.updates();
            CheckpointRules.check(updates, progress);
            updates.forEach(update -> apply(progress, update));
            progress.used().check();
            var changed = progress.unseen();
            progress.seen = progress.changes;
            if (progress.closed()) {
                progress.keep();
                return answer(null, changed);
            }
            progress.last = r.clientToken() == null ? null : new Checkpoint(progress.token, r.clientToken(), changed);
            progress.token++;
            progress.keep();
            return answer(CheckpointToken.of(progress.execution, progress.token), changed);
        });
    }

    private static CheckpointDurableExecutionResponse answer(String token, List<Lambda.Operation_> changed) {
        return CheckpointDurableExecutionResponse.of(a -> a.checkpointToken(token)
                .newExecutionState(Lambda.CheckpointUpdatedExecutionState.of(s -> s.operations(changed))));
    }

    Lambda.GetDurableExecutionStateResponse state(Lambda.GetDurableExecutionStateRequest r) {
        var arn = DurableArn.parse(r.durableExecutionArn());
        var token = CheckpointToken.parse(r.checkpointToken(), arn);
        int most = r.maxItems() == null || r.maxItems() == 0 ? MOST_OPERATIONS : r.maxItems();
        int from = StateMarker.parse(r.marker());
        return store.read(tx -> {
            var execution = arn.find(tx).orElseThrow(CheckpointToken::invalid);
            good(token, execution.state());
            var page = StateMarker.page(Progress.told(tx, execution), from, most);
            return Lambda.GetDurableExecutionStateResponse.of(a -> a.operations(page.operations())
                    .nextMarker(page.next()));
        });
    }

    private Progress open(Tx tx, DurableArn arn) {
        var execution = arn.find(tx).orElseThrow(CheckpointToken::invalid);
        return new Progress(data, tx, execution, time.instant());
    }

    private static void good(CheckpointToken token, DurableData.State state) {
        if (!state.status().equals(ExecutionStatus.RUNNING) || state.running() == null
                || token.number() != state.token()) {
            throw CheckpointToken.invalid();
        }
    }

    private static void apply(Progress progress, OperationUpdate update) {
        progress.meter(update);
        switch (update.type()) {
            case OperationType.EXECUTION -> {
                boolean well = update.action().equals(OperationAction.SUCCEED);
                progress.close(well ? ExecutionStatus.SUCCEEDED : ExecutionStatus.FAILED, update.payload(),
                        update.error());
            }
            case OperationType.CONTEXT -> context(progress, update);
            case OperationType.STEP -> step(progress, update);
            case OperationType.WAIT -> waiting(progress, update);
            case OperationType.CALLBACK -> callback(progress, update);
            default -> invoke(progress, update);
        }
    }

    private static Lambda.Operation_ known(Progress progress, OperationUpdate update) {
        return progress.operation(update.id()).map(DurableData.Operation::operation)
                .orElseGet(() -> Lambda.Operation_.of(o -> o
                .id(update.id()).parentId(update.parentId()).name(update.name()).type(update.type())
                .subType(update.subType())
                .startTimestamp(progress.now()).status(OperationStatus.STARTED)));
    }

    private static void context(Progress progress, OperationUpdate update) {
        var context = known(progress, update);
        if (update.action().equals(OperationAction.START)) {
            var started = context.toBuilder()
                    .contextDetails(Lambda.ContextDetails.of(d -> d.replayChildren(replayed(update, context)))).build();
            progress.put(started);
            progress.tell(EventType.CONTEXT_STARTED, started,
                    e -> e.contextStartedDetails(Lambda.ContextStartedDetails.of(_ -> {})));
            return;
        }
        boolean well = update.action().equals(OperationAction.SUCCEED);
        var done = progress
                .end(context, well ? OperationStatus.SUCCEEDED : OperationStatus.FAILED, o -> o.contextDetails(
                Lambda.ContextDetails.of(d -> d.result(update.payload()).error(update.error())
                        .replayChildren(replayed(update, context)))));
        if (well) {
            progress.tell(EventType.CONTEXT_SUCCEEDED, done, e -> e.contextSucceededDetails(
                    Lambda.ContextSucceededDetails.of(d -> d.result(Progress.told(update.payload())))));
        } else {
            progress.tell(EventType.CONTEXT_FAILED, done, e -> e.contextFailedDetails(
                    Lambda.ContextFailedDetails.of(d -> d.error(Progress.told(update.error())))));
        }
    }

    private static Boolean replayed(OperationUpdate update, Lambda.Operation_ context) {
        return update.contextOptions() != null && update.contextOptions().replayChildren() != null
                ? update.contextOptions().replayChildren()
                : context.contextDetails() == null ? null : context.contextDetails().replayChildren();
    }

    private static void step(Progress progress, OperationUpdate update) {
        var step = known(progress, update);
        int attempt = step.stepDetails() == null || step.stepDetails().attempt() == null ? 0
                : step.stepDetails().attempt();
        switch (update.action()) {
            case OperationAction.START -> {
                var started = step.toBuilder().status(OperationStatus.STARTED)
                        .stepDetails(Lambda.StepDetails.of(d -> d.attempt(attempt)
                                .result(step.stepDetails() == null ? null : step.stepDetails().result()))).build();
                progress.put(started);
                progress.tell(EventType.STEP_STARTED, started,
                        e -> e.stepStartedDetails(Lambda.StepStartedDetails.of(_ -> {})));
            }
            case OperationAction.RETRY -> retry(progress, update, step, attempt + 1);
            default -> {
                boolean well = update.action().equals(OperationAction.SUCCEED);
                var done = progress
                        .end(step, well ? OperationStatus.SUCCEEDED : OperationStatus.FAILED, o -> o.stepDetails(
                        Lambda.StepDetails.of(d -> d.attempt(attempt + 1).result(update.payload())
                                .error(update.error()))));
                attempted(progress, update, done, attempt + 1, null);
            }
        }
    }

    /** A payload in place of an error is what a condition that is waited for has come to. */
    private static void retry(Progress progress, OperationUpdate update, Lambda.Operation_ step, int attempt) {
        int pause = update.stepOptions().nextAttemptDelaySeconds() == null ? 1
                : update.stepOptions().nextAttemptDelaySeconds();
        var at = progress.now().plusSeconds(pause);
        var waiting = step.toBuilder().status(OperationStatus.PENDING)
                .stepDetails(Lambda.StepDetails.of(d -> d.attempt(attempt)
                .nextAttemptTimestamp(at).result(update.payload()).error(update.error()))).build();
        progress.put(waiting);
        progress.timer(Timer.Kind.RETRY, waiting.id(), at);
        attempted(progress, update, waiting, attempt, pause);
    }

    private static void attempted(Progress progress, OperationUpdate update, Lambda.Operation_ step, int attempt,
            Integer pause) {
        var retry = Lambda.RetryDetails.of(d -> d.currentAttempt(attempt).nextAttemptDelaySeconds(pause));
        if (update.error() == null && !update.action().equals(OperationAction.FAIL)) {
            progress.tell(EventType.STEP_SUCCEEDED, step, e -> e.stepSucceededDetails(
                    Lambda.StepSucceededDetails.of(d -> d.result(Progress.told(update.payload()))
                            .retryDetails(retry))));
        } else {
            progress.tell(EventType.STEP_FAILED, step, e -> e.stepFailedDetails(
                    Lambda.StepFailedDetails.of(d -> d.error(Progress.told(update.error())).retryDetails(retry))));
        }
    }

    private static void waiting(Progress progress, OperationUpdate update) {
        var wait = known(progress, update);
        if (update.action().equals(OperationAction.CANCEL)) {
            progress.noTimer(Timer.Kind.WAIT, wait.id());
            var done = progress.end(wait, OperationStatus.CANCELLED, _ -> {});
            progress.tell(EventType.WAIT_CANCELLED, done, e -> e.waitCancelledDetails(
                    Lambda.WaitCancelledDetails.of(d ->
                            d.error(update.error() == null ? null : Progress.told(update.error())))));
            return;
        }
        int seconds = update.waitOptions() == null || update.waitOptions().waitSeconds() == null ? 0
                : update.waitOptions().waitSeconds();
        var at = progress.now().plusSeconds(seconds);
        var started = wait.toBuilder().waitDetails(Lambda.WaitDetails.of(d -> d.scheduledEndTimestamp(at))).build();
        progress.put(started);
        progress.timer(Timer.Kind.WAIT, wait.id(), at);
        progress.tell(EventType.WAIT_STARTED, started, e -> e.waitStartedDetails(
                Lambda.WaitStartedDetails.of(d -> d.duration(seconds).scheduledEndTimestamp(at))));
    }

    private static void callback(Progress progress, OperationUpdate update) {
        var callback = known(progress, update);
        if (update.action().equals(OperationAction.CANCEL)) {
            progress.noTimer(Timer.Kind.CALLBACK, callback.id());
            progress.noTimer(Timer.Kind.HEARTBEAT, callback.id());
            progress.end(callback, OperationStatus.CANCELLED, _ -> {});
            return;
        }
        Integer timeout = update.callbackOptions() == null ? null : positive(update.callbackOptions().timeoutSeconds());
        Integer heartbeat = update.callbackOptions() == null ? null
                : positive(update.callbackOptions().heartbeatTimeoutSeconds());
        var id = new CallbackId(progress.execution.arn(), callback.id()).toString();
        var started = callback.toBuilder().callbackDetails(Lambda.CallbackDetails.of(d -> d.callbackId(id))).build();
        progress.put(started, kept -> new DurableData.Operation(started, kept.order(), 0, heartbeat, null, null, null));
        if (timeout != null) {
            progress.timer(Timer.Kind.CALLBACK, callback.id(), progress.now().plusSeconds(timeout));
        }
        if (heartbeat != null) {
            progress.timer(Timer.Kind.HEARTBEAT, callback.id(), progress.now().plusSeconds(heartbeat));
        }
        progress.tell(EventType.CALLBACK_STARTED, started, e -> e.callbackStartedDetails(
                Lambda.CallbackStartedDetails.of(d -> d.callbackId(id).timeout(timeout).heartbeatTimeout(heartbeat))));
    }

    private static Integer positive(Integer seconds) {
        return seconds == null || seconds == 0 ? null : seconds;
    }

    private static void invoke(Progress progress, OperationUpdate update) {
        var invoke = known(progress, update);
        if (update.action().equals(OperationAction.CANCEL)) {
            progress.noTimer(Timer.Kind.INVOKE, invoke.id());
            progress.end(invoke, OperationStatus.CANCELLED, _ -> {});
            return;
        }
        if (update.chainedInvokeOptions() == null) {
            throw CheckpointRules.refused("Invalid ChainedInvokeOptions for the given action.");
        }
        var target = update.chainedInvokeOptions().functionName();
        var tenant = update.chainedInvokeOptions().tenantId();
        progress.put(invoke, kept -> new DurableData.Operation(invoke, kept.order(), 0, null, update.payload(), target,
                tenant));
        progress.invokeSoon(invoke.id());
        progress.tell(EventType.CHAINED_INVOKE_STARTED, invoke,
                e -> e.chainedInvokeStartedDetails(Lambda.ChainedInvokeStartedDetails.of(
                d -> d.functionName(target).tenantId(tenant)
                        .input(Lambda.EventInput.of(i -> i.payload(update.payload()))))));
    }
}
