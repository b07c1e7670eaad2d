package dev.aloft.service.lambda.durable;

import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.ErrorObject;
import dev.aloft.api.Lambda.Event;
import dev.aloft.api.Lambda.EventError;
import dev.aloft.api.Lambda.EventResult;
import dev.aloft.api.Lambda.EventType;
import dev.aloft.api.Lambda.ExecutionStatus;
import dev.aloft.api.Lambda.OperationStatus;
import dev.aloft.api.Lambda.OperationType;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.lambda.durable.DurableData.Checkpoint;
import dev.aloft.service.lambda.durable.DurableData.Execution;
import dev.aloft.service.lambda.durable.DurableData.Operation;
import dev.aloft.service.lambda.durable.DurableData.State;
import dev.aloft.service.lambda.durable.DurableData.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** One execution inside one transaction. What happens to it here is kept by {@link #keep}. */
final class Progress {
    private static final Duration SOON = Duration.ofMillis(250);

    final Tx tx;
    final Execution execution;
    private final DurableData data;
    private final Instant now;
    /** Those that were looked at. */
    private final Map<String, Optional<Operation>> operations = new HashMap<>();

    String status;
    String result;
    ErrorObject error;
    Instant ended;
    long changes;
    long seen;
    long token;
    String running;
    Instant runningSince;
    int failures;
    int refusals;
    Checkpoint last;
    private Meter used;
    private int events;
    private int size;
    private int waiting;

    Progress(DurableData data, Tx tx, Execution execution, Instant now) {
        this.data = data;
        this.tx = tx;
        this.execution = execution;
        this.now = now.truncatedTo(ChronoUnit.MILLIS);
        State state = execution.state();
        status = state.status();
        result = state.result();
        error = state.error();
        ended = state.ended();
        changes = state.changes();
        seen = state.seen();
        token = state.token();
        running = state.running();
        runningSince = state.runningSince();
        failures = state.failures();
        refusals = state.refusals();
        last = state.last();
        events = state.events();
        size = state.size();
        waiting = state.waiting();
        used = state.used() == null ? Meter.ZERO : state.used();
    }

    void keep() {
        var state = new State(status, result, error, ended, changes, seen, token, running, runningSince, failures,
                refusals, events, last, size, waiting, used);
        DurableData.EXECUTIONS.put(tx, execution.key(), execution.with(state));
    }

    boolean closed() {
        return !status.equals(ExecutionStatus.RUNNING);
    }

    Instant now() {
        return now;
    }

    // ---- operations

    Optional<Operation> operation(String id) {
        return operations.computeIfAbsent(id, _ -> DurableData.OPERATIONS.get(tx, execution.key().and(id)));
    }

    /** Those that changed since the function was last told, in the order of their start. */
    List<Lambda.Operation_> unseen() {
        var key = execution.key();
        return DurableData.BY_CHANGE.range(tx, Range.of(key).from(key.and(seen + 1))).map(Row::value)
                .sorted(Comparator.comparingInt(Operation::order)).map(Operation::operation).toList();
    }

    /**
     * All that a function needs to go on, in the order of their start: what happened inside a context that is done is
     * not told again.
     */
    static List<Lambda.Operation_> told(ReadTx tx, Execution execution) {
        var all = new LinkedHashMap<String, Operation>();
        DurableData.OPERATIONS.range(tx, execution.key()).map(Row::value)
                .sorted(Comparator.comparingInt(Operation::order))
                .forEach(each -> all.put(each.operation().id(), each));
        return all.values().stream().map(Operation::operation).filter(each -> isTold(each, all)).toList();
    }

    private static boolean isTold(Lambda.Operation_ each, Map<String, Operation> all) {
        if (each.parentId() == null || !all.containsKey(each.parentId())) {
            return true;
        }
        var context = all.get(each.parentId()).operation();
        boolean replayed = context.contextDetails() != null
                && Boolean.TRUE.equals(context.contextDetails().replayChildren());
        return (context.endTimestamp() == null || replayed) && isTold(context, all);
    }

    /** Whether something will happen without the function. */
    boolean waits() {
        return waiting > 0;
    }

    private static boolean waits(Lambda.Operation_ operation) {
        return operation.endTimestamp() == null && switch (operation.type()) {
            case OperationType.WAIT, OperationType.CALLBACK, OperationType.CHAINED_INVOKE -> true;
            case OperationType.STEP -> OperationStatus.PENDING.equals(operation.status());
            default -> false;
        };
    }

    /** So many operations, and what was passed in or out, count towards the limits. */
    void meter(int operations, String payload, ErrorObject error) {
        used = used.and(operations, payload, error);
    }

    void meter(Lambda.OperationUpdate update) {
        used = used.and(update);
    }

    Meter used() {
        return used;
    }

    void put(Lambda.Operation_ operation) {
        put(operation, known -> known);
    }

    /** Keeps an operation as it is from now on; {@code more} changes what is kept beside it. */
    void put(Lambda.Operation_ operation, UnaryOperator<Operation> more) {
        var known = operation(operation.id());
        var base = known.orElseGet(() -> new Operation(operation, size, 0, null, null, null, null));
        if (known.isEmpty()) {
            size++;
        }
        waiting += (waits(operation) ? 1 : 0) - (known.isPresent() && waits(known.get().operation()) ? 1 : 0);
        var given = more.apply(base);
        var kept = new Operation(operation, base.order(), ++changes, given.heartbeatSeconds(), given.payload(),
                given.target(), given.tenant());
        operations.put(operation.id(), Optional.of(kept));
        DurableData.OPERATIONS.put(tx, execution.key().and(operation.id()), kept);
    }

    /** An operation comes to its end. */
    Lambda.Operation_ end(Lambda.Operation_ operation, String status, Consumer<Lambda.Operation_.Builder> details) {
        var builder = operation.toBuilder().status(status).endTimestamp(now);
        details.accept(builder);
        var done = builder.build();
        put(done);
        return done;
    }

    // ---- history

    void tell(String type, Lambda.Operation_ operation, Consumer<Event.Builder> details) {
        int number = ++events;
        DurableData.EVENTS.put(tx, execution.key().and(number), Event.of(e -> {
            e.eventType(type).eventId(number).eventTimestamp(now);
            if (operation != null) {
                e.id(operation.id()).name(operation.name()).parentId(operation.parentId()).subType(operation.subType());
            }
            details.accept(e);
        }));
    }

    static EventError told(ErrorObject error) {
        return EventError.of(e -> e.payload(error));
    }

    static EventResult told(String payload) {
        return EventResult.of(r -> r.payload(payload));
    }

    // ---- what is due

    void timer(Timer.Kind kind, String operation, Instant at) {
        var timer = new Timer(execution.key(), operation, kind);
        data.timers.add(tx, at, timer.id(), timer);
    }

    /**
     * Another function is invoked when the invocation under way has ended, or soon: on AWS a function has suspended
     * itself, as a rule, before what it wished begins, and its history tells it in that order.
     */
    void invokeSoon(String operation) {
        timer(Timer.Kind.INVOKE, operation, running == null ? now : now.plus(SOON));
    }

    /** The invocation under way has ended: what it wished of other functions begins. */
    void invokeNow() {
        if (!waits()) {
            return;
        }
        var invokes = DurableData.OPERATIONS.range(tx, execution.key()).map(row -> row.value().operation())
                .filter(each -> each.type().equals(OperationType.CHAINED_INVOKE) && each.endTimestamp() == null)
                .map(each -> Timer.id(execution.key(), each.id(), Timer.Kind.INVOKE)).toList();
        // One that is under way is held for much longer.
        invokes.stream()
                .filter(id -> data.timers.get(tx, id).filter(it -> !it.at().isAfter(now.plus(SOON))).isPresent())
                .forEach(id -> data.timers.reschedule(tx, id, now));
    }

    void noTimer(Timer.Kind kind, String operation) {
        data.timers.cancel(tx, Timer.id(execution.key(), operation, kind));
    }

    /**
     * The function is invoked, unless it is being invoked: then it is once more after that, if it has not seen
     * everything.
     */
    void wake() {
        if (!closed() && running == null) {
            data.runs.add(tx, now, execution.key(), true);
        }
    }

    /** The function is invoked again after a pause. */
    void again(Duration pause) {
        data.runs.add(tx, now.plus(pause), execution.key(), true);
    }

    // ---- the end

    void close(String status, String result, ErrorObject error) {
        this.status = status;
        this.result = result;
        this.error = error;
        this.ended = now;
        meter(0, result, error);
        var root = operation(execution.id()).orElseThrow().operation();
        end(root, status, _ -> {});
        switch (status) {
            case ExecutionStatus.SUCCEEDED -> tell(EventType.EXECUTION_SUCCEEDED, root,
                    e -> e.executionSucceededDetails(Lambda.ExecutionSucceededDetails.of(d -> d.result(told(result)))));
            case ExecutionStatus.TIMED_OUT -> tell(EventType.EXECUTION_TIMED_OUT, root,
                    e -> e.executionTimedOutDetails(Lambda.ExecutionTimedOutDetails.of(d -> d.error(told(error)))));
            case ExecutionStatus.STOPPED -> tell(EventType.EXECUTION_STOPPED, root,
                    e -> e.executionStoppedDetails(Lambda.ExecutionStoppedDetails.of(d -> d.error(told(error)))));
            default -> tell(EventType.EXECUTION_FAILED, root,
                    e -> e.executionFailedDetails(Lambda.ExecutionFailedDetails.of(d -> d.error(told(error)))));
        }
        data.runs.cancel(tx, execution.key());
        DurableData.OPERATIONS.range(tx, execution.key()).map(row -> row.value().operation())
                .filter(each -> each.endTimestamp() == null).forEach(this::noTimers);
        noTimer(Timer.Kind.EXECUTION, null);
        timer(Timer.Kind.RETENTION, null, now.plus(execution.retentionDays(), ChronoUnit.DAYS));
        tx.afterCommit(() -> data.endings.raise(execution.key()));
        data.functions.changed(tx, change());
        tellParent();
    }

    private void noTimers(Lambda.Operation_ operation) {
        for (var kind : Timer.Kind.values()) {
            noTimer(kind, operation.id());
        }
    }

    /** What others learn of it. */
    DurableExecutions.Change change() {
        return new DurableExecutions.Change(execution.account(), execution.region(), execution.function(),
                execution.version(), execution.arn(), execution.name(), status, execution.started(), ended,
                execution.input(), error, execution.parent() == null ? execution.queuedAs() : null, execution.trace(),
                used.operations(), used.bytes());
    }

    private void tellParent() {
        if (execution.parent() == null) {
            return;
        }
        DurableData.PARENTS.delete(tx, execution.key());
        var parent = DurableData.EXECUTIONS.get(tx, execution.parent().execution());
        if (parent.isEmpty()) {
            return;
        }
        var progress = new Progress(data, tx, parent.get(), now);
        progress.invoked(execution.parent().operation(), status, result, status.equals(ExecutionStatus.TIMED_OUT)
                ? ErrorObject.of(e -> e.errorType("ChainedInvoke.Timeout")
                        .errorMessage("CHAINED_INVOKE timed out after " + execution.timeoutSeconds() + " seconds."))
                : error);
        progress.keep();
    }

    /** Another function that this execution invokes has begun: what runs is added to what the history tells of it. */
    static void begun(Tx tx, Timer invoke, String version, String arn) {
        DurableData.EVENTS.range(tx, Range.of(invoke.execution()).reversed())
                .filter(row -> EventType.CHAINED_INVOKE_STARTED.equals(row.value().eventType())
                        && invoke.operation().equals(row.value().id()))
                .findFirst()
                .ifPresent(row -> DurableData.EVENTS.put(tx, row.key(), row.value().toBuilder()
                        .chainedInvokeStartedDetails(row.value().chainedInvokeStartedDetails().toBuilder()
                                .executedVersion(version).durableExecutionArn(arn).build())
                        .build()));
    }

    /** Another function that this execution invoked has ended. */
    void invoked(String id, String status, String result, ErrorObject error) {
        var operation = operation(id).map(Operation::operation).filter(each -> each.endTimestamp() == null);
        if (closed() || operation.isEmpty()) {
            return;
        }
        noTimer(Timer.Kind.INVOKE, id);
        meter(0, result, error);
        var done = end(operation.get(), status, o -> o.chainedInvokeDetails(
                Lambda.ChainedInvokeDetails.of(d -> d.result(result).error(error))));
        switch (status) {
            case OperationStatus.SUCCEEDED -> tell(EventType.CHAINED_INVOKE_SUCCEEDED, done,
                    e -> e.chainedInvokeSucceededDetails(Lambda.ChainedInvokeSucceededDetails.of(d ->
                            d.result(told(result)))));
            case OperationStatus.TIMED_OUT -> tell(EventType.CHAINED_INVOKE_TIMED_OUT, done,
                    e -> e.chainedInvokeTimedOutDetails(Lambda.ChainedInvokeTimedOutDetails.of(d ->
                            d.error(told(error)))));
            case OperationStatus.STOPPED -> tell(EventType.CHAINED_INVOKE_STOPPED, done,
                    e -> e.chainedInvokeStoppedDetails(Lambda.ChainedInvokeStoppedDetails.of(d ->
                            d.error(told(error)))));
            default -> tell(EventType.CHAINED_INVOKE_FAILED, done,
                    e -> e.chainedInvokeFailedDetails(Lambda.ChainedInvokeFailedDetails.of(d -> d.error(told(error)))));
        }
        wake();
    }

    /** All of it goes. */
    static void forget(Tx tx, Key execution) {
        DurableData.OPERATIONS.deleteAll(tx, execution);
        DurableData.EVENTS.deleteAll(tx, execution);
        DurableData.EXECUTIONS.delete(tx, execution);
    }
}
