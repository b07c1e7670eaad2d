package dev.aloft.service.lambda.durable;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.ErrorObject;
import dev.aloft.api.Lambda.EventType;
import dev.aloft.api.Lambda.ExecutionStatus;
import dev.aloft.api.Lambda.OperationStatus;
import dev.aloft.api.Principal;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Backoff;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.lambda.durable.DurableData.Execution;
import dev.aloft.service.lambda.durable.DurableData.Timer;
import dev.aloft.wire.Trees;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Invokes the functions of executions when something is due, and lets timers fire. */
final class Runner {
    private static final System.Logger LOG = System.getLogger(Runner.class.getName());
    private static final int BATCH = 100;
    private static final int PAGE = 1_000;
    /** AWS tries for some minutes, with growing pauses. */
    private static final Backoff AFTER_FAILURE = new Backoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(1));
    private static final int MOST_FAILURES = 8;
    /** Longer than any function runs; what was under way when the platform ended is due at its next start anyway. */
    private static final Duration HELD = Duration.ofMinutes(20);

    private final DurableData data;
    private final Store store;
    private final Time time;
    private final DurableExecutions.Functions functions;
    private final ChainedInvokes invokes;
    private final Signal signal;
    private boolean recovered;

    Runner(DurableData data, Store store, Time time, DurableExecutions.Functions functions, Lambda lambda,
            Signal signal) {
        this.data = data;
        this.store = store;
        this.time = time;
        this.functions = functions;
        this.invokes = new ChainedInvokes(data, store, time, functions, lambda);
        this.signal = signal;
    }

    Optional<Instant> turn() {
        if (!recovered) {
            recover();
            recovered = true;
        }
        fireTimers(time.instant());
        startRuns(time.instant());
        return store.read(tx -> Stream.concat(data.timers.next(tx).stream(), data.runs.next(tx).stream())
                .min(Instant::compareTo));
    }

    /** Nothing runs yet: what is marked so was cut off. */
    private void recover() {
        var now = time.instant();
        store.change(tx -> {
            for (var run : data.runs.all(tx)) {
                DurableData.EXECUTIONS.get(tx, run.id()).filter(it -> it.state().running() != null)
                        .ifPresent(execution -> {
                    var progress = new Progress(data, tx, execution, now);
                    progress.running = null;
                    progress.wake();
                    progress.keep();
                });
            }
            data.timers.all(tx).stream().filter(timer -> timer.value().kind() == Timer.Kind.INVOKE)
                    .forEach(timer -> data.timers.add(tx, now, timer.id(), timer.value()));
        });
    }

    // ---- timers

    private void fireTimers(Instant now) {
        List<Due.Waiting<Timer>> due = store.read(tx -> data.timers.due(tx, now, BATCH));
        if (due.isEmpty()) {
            return;
        }
        List<Timer> wishes = store.write(tx -> {
            var found = new ArrayList<Timer>();
            for (var each : due) {
                if (data.timers.get(tx, each.id()).filter(it -> it.at().equals(each.at())).isPresent()) {
                    fire(tx, each, now, found);
                }
            }
            return found;
        });
        wishes.forEach(timer -> time.start("durable-invoke", () -> invokes.invoke(timer)));
    }

    private void fire(Tx tx, Due.Waiting<Timer> due, Instant now, List<Timer> wishes) {
        var timer = due.value();
        if (timer.kind() == Timer.Kind.INVOKE) {
            data.timers.add(tx, now.plus(HELD), due.id(), timer);
            wishes.add(timer);
            return;
        }
        data.timers.cancel(tx, due.id());
        if (timer.kind() == Timer.Kind.RETENTION) {
            Progress.forget(tx, timer.execution());
            return;
        }
        DurableData.EXECUTIONS.get(tx, timer.execution()).ifPresent(execution -> {
            var progress = new Progress(data, tx, execution, now);
            if (!progress.closed()) {
                fire(progress, timer);
                progress.keep();
            }
        });
    }

    private static void fire(Progress progress, Timer timer) {
        if (timer.kind() == Timer.Kind.EXECUTION) {
            progress.close(ExecutionStatus.TIMED_OUT, null, ErrorObject.of(e -> e.errorMessage(
                    "Execution timed out after " + progress.execution.timeoutSeconds() + " seconds.")));
            return;
        }
        var operation = progress.operation(timer.operation()).orElseThrow().operation();
        if (operation.endTimestamp() != null) {
            return;
        }
        switch (timer.kind()) {
            case WAIT -> {
                var done = progress.end(operation, OperationStatus.SUCCEEDED, _ -> {});
                int seconds = (int) Duration.between(operation.startTimestamp(),
                        operation.waitDetails().scheduledEndTimestamp()).toSeconds();
                progress.tell(EventType.WAIT_SUCCEEDED, done, e -> e.waitSucceededDetails(
                        Lambda.WaitSucceededDetails.of(d -> d.duration(seconds))));
            }
            case RETRY -> progress.put(operation.toBuilder().status(OperationStatus.READY)
                    .stepDetails(operation.stepDetails().toBuilder().nextAttemptTimestamp(null).build()).build());
            default -> Callbacks.timeOut(progress, operation, timer.kind());
        }
        progress.wake();
    }

    // ---- invocations of the execution's own function

    /** @param execution as it was when the run began */
    private record Run(Execution execution, String requestId, long token, List<String> updated,
            List<Lambda.Operation_> operations) {}

    private void startRuns(Instant now) {
        List<Due.Waiting<Boolean>> due = store.read(tx -> data.runs.due(tx, now, BATCH));
        for (var each : due) {
            var requestId = UUID.randomUUID().toString();
            Optional<Run> run = store.write(tx -> begin(tx, each.id(), requestId, now));
            run.ifPresent(begun -> time.start("durable-run", () -> run(begun)));
        }
    }

    private Optional<Run> begin(Tx tx, Key key, String requestId, Instant now) {
        var execution = DurableData.EXECUTIONS.get(tx, key)
                .filter(it -> it.state().status().equals(ExecutionStatus.RUNNING));
        if (execution.isEmpty()) {
            data.runs.cancel(tx, key);
            return Optional.empty();
        }
        var progress = new Progress(data, tx, execution.get(), now);
        var updated = progress.unseen().stream().map(Lambda.Operation_::id).toList();
        progress.running = requestId;
        progress.runningSince = progress.now();
        progress.seen = progress.changes;
        progress.token++;
        progress.last = null;
        progress.keep();
        data.runs.add(tx, now.plus(HELD), key, true);
        return Optional.of(new Run(execution.get(), requestId, progress.token, updated,
                Progress.told(tx, execution.get())));
    }

    private void run(Run run) {
        var execution = run.execution();
        Answer answer;
        try {
            var outcome = functions.run(caller(execution, run.requestId()), execution.functionArn(),
                    execution.version(), run.requestId(), event(run), execution.trace());
            answer = outcome.failed() ? new Answer.Broken(FunctionErrors.read(outcome.payload()), false)
                    : Answer.read(outcome.payload());
        } catch (ApiError refused) {
            var error = ErrorObject.of(e -> e.errorType(refused.code()).errorMessage(refused.getMessage()));
            answer = refused.status() == 404 ? new Answer.Failed(error)
                    : new Answer.Broken(error, refused.status() == 429);
        } catch (RuntimeException bug) {
            LOG.log(System.Logger.Level.WARNING, "An invocation of " + execution.arn() + " is tried again", bug);
            answer = new Answer.Broken(ErrorObject.of(e -> e.errorType("InternalFailure")), true);
        }
        var ended = answer;
        store.change(tx -> end(tx, run, ended, time.instant()));
        signal.raise();
    }

    /** The execution was accepted: its function is invoked by Lambda itself. */
    static Caller caller(Execution execution, String requestId) {
        return new Caller(execution.account(), execution.region(),
                new Principal.Service("lambda.amazonaws.com", execution.functionArn()),
                requestId, execution.trace(), execution.depth() + 1, execution.endpoint(), null, null);
    }

    private static byte[] event(Run run) {
        var page = StateMarker.page(run.operations(), 0, PAGE);
        var event = new LinkedHashMap<String, Object>();
        event.put("DurableExecutionArn", run.execution().arn());
        event.put("CheckpointToken", CheckpointToken.of(run.execution(), run.token()));
        event.put("UpdatedOperationIds", run.updated());
        event.put("InitialExecutionState",
                Map.of("Operations", page.operations().stream().map(Trees::of).toList(), "NextMarker", page.next()));
        return JsonWriter.bytes(event);
    }

    private void end(Tx tx, Run run, Answer answer, Instant now) {
        var execution = DurableData.EXECUTIONS.get(tx, run.execution().key())
                .filter(it -> it.id().equals(run.execution().id()) && run.requestId().equals(it.state().running()));
        if (execution.isEmpty()) {
            return;
        }
        var progress = new Progress(data, tx, execution.get(), now);
        progress.running = null;
        data.runs.cancel(tx, execution.get().key());
        var settled = progress.closed() ? answer : settled(progress, answer);
        progress.tell(EventType.INVOCATION_COMPLETED, null,
                e -> e.invocationCompletedDetails(Lambda.InvocationCompletedDetails.of(d -> d
                .startTimestamp(progress.runningSince).endTimestamp(progress.now()).requestId(run.requestId())
                .error(settled.error() == null ? null : Progress.told(settled.error())))));
        if (!progress.closed()) {
            goOn(progress, settled);
            progress.invokeNow();
        }
        progress.keep();
    }

    private static void goOn(Progress progress, Answer answer) {
        switch (answer) {
            case Answer.Succeeded(String result) -> progress.close(ExecutionStatus.SUCCEEDED, result, null);
            case Answer.Failed(ErrorObject error) -> progress.close(ExecutionStatus.FAILED, null, error);
            case Answer.Pending _ -> {
                progress.failures = 0;
                progress.refusals = 0;
                if (progress.changes > progress.seen) {
                    progress.wake();
                }
            }
            case Answer.Broken(ErrorObject error, boolean busy) -> {
                if (busy) {
                    progress.again(AFTER_FAILURE.after(++progress.refusals));
                } else if (++progress.failures >= MOST_FAILURES) {
                    progress.close(ExecutionStatus.FAILED, null, error);
                } else {
                    progress.meter(1, null, error);
                    progress.again(AFTER_FAILURE.after(progress.failures));
                }
            }
        }
    }

    /** What a function may not answer is a failure of the execution. */
    private static Answer settled(Progress progress, Answer answer) {
        int most = progress.execution.mostResultBytes();
        if (answer instanceof Answer.Succeeded(String result) && CheckpointRules.bytes(result) > most) {
            return Answer.refused(CheckpointRules.tooLarge("Execution output", most));
        }
        if (answer instanceof Answer.Pending && !progress.waits() && progress.changes == progress.seen) {
            return Answer.refused("Cannot return PENDING status with no pending operations.");
        }
        return answer;
    }
}
