package dev.aloft.service.lambda.durable;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.ErrorObject;
import dev.aloft.api.Lambda.EventType;
import dev.aloft.api.Lambda.ExecutionStatus;
import dev.aloft.api.Lambda.OperationStatus;
import dev.aloft.api.Lambda.OperationType;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.lambda.durable.DurableData.Execution;
import dev.aloft.service.lambda.durable.DurableData.State;
import dev.aloft.service.lambda.durable.DurableData.Timer;
import dev.aloft.service.lambda.invoke.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;

/**
 * Executions of durable functions: started by Invoke, and the operations on them.
 *
 * <p>An execution lasts at most its function's {@code ExecutionTimeout} (1 second to 366 days); one that is waited for
 * at most 15 minutes. Its name is unique among those of the function, whatever the version. It is kept for
 * {@code RetentionPeriodInDays} (1 to 90, 14 by default) after its end.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html">Invoking durable functions</a>
 */
public final class DurableExecutions {
    public static final int DEFAULT_RETENTION_DAYS = 14;
    private static final int MOST_WAITED_SECONDS = 900;
    private static final int MOST_WAITED_BYTES = 6_291_456;
    private static final int MOST_BYTES = 1_048_576;

    /** What the rest of Lambda does for durable executions. */
    public interface Functions {
        /** Runs one invocation of a version; throws ApiError when it could not be run. */
        Outcome run(Caller lambda, String functionArn, String version, String requestId, byte[] event, String trace);

        /** The function's execution role as Lambda assumes it. */
        Caller role(Caller lambda, String functionArn, String version);

        /** A function by any of its names, or AWS's refusal. */
        Target target(Caller caller, String functionName);

        /** In the commit that starts or ends an execution. */
        void changed(Tx tx, Change change);
    }

    /**
     * An execution that has another status.
     *
     * @param ended      null while it runs
     * @param error      why it has failed, or null
     * @param queuedAs   the request id of the asynchronous invocation that started it, or null
     * @param operations and bytes are what it has used
     */
    public record Change(String account, String region, String function, String version, String arn, String name,
            String status, Instant started, Instant ended, String input, ErrorObject error, String queuedAs,
            String trace, int operations,
            long bytes) {}

    public record Target(String account, String region, String name, boolean durable) {}

    /**
     * A function's version whose execution is started.
     *
     * @param version what the qualifier stands for
     */
    public record Function(String account, String region, String name, String version, Lambda.DurableConfig durable) {}

    private final DurableData data;
    private final Store store;
    private final Time time;
    private final Functions functions;
    private final Signal signal = new Signal();
    private final Runner runner;
    private final Checkpoints checkpoints;
    private final Callbacks callbacks;

    public DurableExecutions(Store store, Time time, Endpoint endpoint, Functions functions) {
        this.store = store;
        this.time = time;
        this.functions = functions;
        data = new DurableData(functions, signal);
        runner = new Runner(data, store, time, functions, Lambda.at(endpoint), signal);
        checkpoints = new Checkpoints(data, store, time);
        callbacks = new Callbacks(data, store, time);
    }

    public Worker worker() {
        return new Worker("lambda-durable", signal, runner::turn);
    }

    // ---- invoking

    /** Starts an execution that nobody waits for, or finds the one of this name; its ARN. */
    public String start(Caller caller, Function function, String name, byte[] input) {
        return started(caller, function, name, input, true).arn();
    }

    /** Starts an execution and waits for its end. */
    public Lambda.InvokeResponse run(Caller caller, Function function, String name, byte[] input) {
        if (function.durable().executionTimeout() > MOST_WAITED_SECONDS) {
            throw CheckpointRules.refused(
                    "You cannot synchronously invoke a durable function with an executionTimeout "
                    + "greater than 15 minutes.");
        }
        var execution = ended(started(caller, function, name, input, false));
        var state = execution.state();
        boolean well = state.status().equals(ExecutionStatus.SUCCEEDED);
        byte[] payload = !well ? FunctionErrors.told(state.error())
                : state.result() == null ? "null".getBytes(StandardCharsets.UTF_8)
                : state.result().getBytes(StandardCharsets.UTF_8);
        return Lambda.InvokeResponse.of(a -> a.statusCode(200).executedVersion(execution.version())
                .durableExecutionArn(execution.arn())
                .functionError(well ? null : "Unhandled").payload(Bytes.of(payload)));
    }

    private Execution started(Caller caller, Function function, String given, byte[] input, boolean queued) {
        var id = UUID.randomUUID().toString();
        var name = given == null ? UUID.randomUUID().toString() : given;
        var key = Key.of(function.account(), function.region(), function.name(), name);
        var text = new String(input, StandardCharsets.UTF_8);
        var now = time.instant().truncatedTo(ChronoUnit.MILLIS);
        return store.write(tx -> {
            var existing = DurableData.EXECUTIONS.get(tx, key);
            if (existing.isPresent()) {
                return same(existing.get(), function, text);
            }
            var parent = DurableData.PARENTS.get(tx, key).orElse(null);
            var execution = new Execution(function.account(), function.region(), function.name(), function.version(),
                    name, id, text, now, function.durable().executionTimeout(),
                    function.durable().retentionPeriodInDays(),
                    queued ? MOST_BYTES : MOST_WAITED_BYTES, caller.trace(), caller.endpoint(), caller.depth(), parent,
                    queued ? caller.requestId() : null, State.NEW);
            var progress = new Progress(data, tx, execution, now);
            var root = Lambda.Operation_.of(o -> o.id(id).name(name).type(OperationType.EXECUTION)
                    .status(OperationStatus.STARTED)
                    .startTimestamp(now).executionDetails(Lambda.ExecutionDetails.of(d -> d.inputPayload(text))));
            progress.put(root);
            progress.meter(1, text, null);
            functions.changed(tx, progress.change());
            progress.tell(EventType.EXECUTION_STARTED, root,
                    e -> e.executionStartedDetails(Lambda.ExecutionStartedDetails.of(d -> d
                    .executionTimeout(execution.timeoutSeconds()).input(Lambda.EventInput.of(i -> i.payload(text))))));
            progress.timer(Timer.Kind.EXECUTION, null, now.plusSeconds(execution.timeoutSeconds()));
            progress.wake();
            progress.keep();
            return execution;
        });
    }

    private static Execution same(Execution existing, Function function, String input) {
        if (!existing.version().equals(function.version()) || !Objects.equals(existing.input(), input)) {
            throw new Lambda.DurableExecutionAlreadyStartedException("Execution already started: " + existing.arn());
        }
        return existing;
    }

    private Execution ended(Execution execution) {
        var giveUp = time.instant().plus(Duration.ofSeconds(MOST_WAITED_SECONDS));
        try {
            while (true) {
                var ending = data.endings.of(execution.key());
                long seen = ending.count();
                var current = store
                        .<Execution>read(tx -> DurableData.EXECUTIONS.get(tx, execution.key()).orElseThrow());
                if (!current.state().status().equals(ExecutionStatus.RUNNING)) {
                    data.endings.raise(execution.key());
                    return current;
                }
                if (!time.instant().isBefore(giveUp)) {
                    throw new Lambda.ServiceException("The durable execution has not ended within 15 minutes.");
                }
                time.await(ending, seen, giveUp);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Lambda.ServiceException("The platform is stopping.");
        }
    }

    // ---- the function's side

    public Lambda.CheckpointDurableExecutionResponse checkpoint(Lambda.CheckpointDurableExecutionRequest r) {
        return checkpoints.checkpoint(r);
    }

    public Lambda.GetDurableExecutionStateResponse state(Lambda.GetDurableExecutionStateRequest r) {
        return checkpoints.state(r);
    }

    // ---- whoever answers callbacks

    public Lambda.SendDurableExecutionCallbackSuccessResponse succeed(
            Lambda.SendDurableExecutionCallbackSuccessRequest r) {
        boolean empty = r.result() == null || r.result().length() == 0;
        callbacks.succeed(r.callbackId(), empty ? null : new String(r.result().array(), StandardCharsets.UTF_8));
        return Lambda.SendDurableExecutionCallbackSuccessResponse.of(_ -> {});
    }

    public Lambda.SendDurableExecutionCallbackFailureResponse fail(
            Lambda.SendDurableExecutionCallbackFailureRequest r) {
        callbacks.fail(r.callbackId(), r.error() == null ? ErrorObject.of(_ -> {}) : r.error());
        return Lambda.SendDurableExecutionCallbackFailureResponse.of(_ -> {});
    }

    public Lambda.SendDurableExecutionCallbackHeartbeatResponse heartbeat(
            Lambda.SendDurableExecutionCallbackHeartbeatRequest r) {
        callbacks.heartbeat(r.callbackId());
        return Lambda.SendDurableExecutionCallbackHeartbeatResponse.of(_ -> {});
    }

    /** The function whose execution waits for a callback: what IAM is asked about. */
    public static String functionOf(String callbackId) {
        var arn = CallbackId.parse(callbackId).execution();
        return "arn:aws:lambda:" + arn.region() + ":" + arn.account() + ":function:" + arn.function() + ":"
                + arn.version();
    }

    // ---- whoever looks

    public Lambda.GetDurableExecutionResponse get(Lambda.GetDurableExecutionRequest r) {
        var execution = store.<Execution>read(DurableArn.parse(r.durableExecutionArn())::get);
        var state = execution.state();
        return Lambda.GetDurableExecutionResponse.of(a -> {
            a.durableExecutionArn(execution.arn()).durableExecutionName(execution.name())
                    .functionArn(execution.functionArn() + ":" + execution.version()).version(execution.version())
                    .inputPayload(execution.input()).result(state.result()).error(state.error()).status(state.status())
                    .startTimestamp(execution.started()).endTimestamp(state.ended());
            if (execution.trace() != null) {
                a.traceHeader(Lambda.TraceHeader.of(t -> t.xAmznTraceId(execution.trace())));
            }
        });
    }

    /** Stopping what has ended changes nothing. */
    public Lambda.StopDurableExecutionResponse stop(Lambda.StopDurableExecutionRequest r) {
        var arn = DurableArn.parse(r.durableExecutionArn());
        var now = time.instant();
        return store.write(tx -> {
            var progress = new Progress(data, tx, arn.get(tx), now);
            if (!progress.closed()) {
                progress.close(ExecutionStatus.STOPPED, null, r.error() == null ? ErrorObject.of(_ -> {}) : r.error());
                progress.keep();
            }
            return Lambda.StopDurableExecutionResponse.of(a -> a.stopTimestamp(progress.ended));
        });
    }

    public Lambda.GetDurableExecutionHistoryResponse history(Lambda.GetDurableExecutionHistoryRequest r) {
        return store.read(tx -> Histories.page(tx, r));
    }

    /** @param version what the qualifier stands for, or null for all */
    public Lambda.ListDurableExecutionsByFunctionResponse list(
            Target function, String version, Lambda.ListDurableExecutionsByFunctionRequest r) {
        return store.read(tx -> Listing.page(tx, function, version, r));
    }
}
