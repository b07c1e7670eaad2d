package dev.aloft.service.lambda.durable;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import java.time.Instant;
import java.util.List;

/** What is kept of durable executions. */
final class DurableData {
    /** By account, region, function and name. */
    static final Table<Execution> EXECUTIONS = Table.of("durable-executions", Codec.of(Execution.class));
    /** By account, region, function and start. */
    static final Index<Execution> BY_START = EXECUTIONS.index("durable-executions-by-start",
            execution -> List.of(Key.of(execution.account(), execution.region(), execution.function(),
                    execution.started())));
    /** By the key of the execution and the operation's id. */
    static final Table<Operation> OPERATIONS = Table.of("durable-operations", Codec.of(Operation.class));
    /** By the key of the execution and the number of the last change. */
    static final Index<Operation> BY_CHANGE = OPERATIONS.index("durable-operations-by-change",
            (key, operation) ->
            List.of(Key.of(key.text(0), key.text(1), key.text(2), key.text(3), operation.changed())));
    /** By the key of the execution and the event's number. */
    static final Table<Lambda.Event> EVENTS = Table.of("durable-events", Codec.of(Lambda.Event.class));
    /** What invoked an execution, by the key of that. */
    static final Table<Parent> PARENTS = Table.of("durable-parents", Codec.of(Parent.class));

    /** Invocations that are due, or under way, by the key of the execution. */
    final Due<Boolean> runs;
    final Due<Timer> timers;
    final Endings endings = new Endings();

    final DurableExecutions.Functions functions;

    DurableData(DurableExecutions.Functions functions, Signal signal) {
        this.functions = functions;
        runs = new Due<>(Space.of("durable-runs"), Codec.of(Boolean.class), signal);
        timers = new Due<>(Space.of("durable-timers"), Codec.of(Timer.class), signal);
    }

    /**
     * An execution.
     *
     * @param version        of the function; all its invocations run this one
     * @param mostResultBytes less where nobody waits for it
     * @param parent         what invoked this one, or null
     * @param queuedAs       the request id of the asynchronous invocation that started it, or null
     * @param state          what changes
     */
    record Execution(String account, String region, String function, String version, String name, String id,
            String input, Instant started, int timeoutSeconds, int retentionDays, int mostResultBytes, String trace,
            String endpoint, int depth,
            Parent parent, String queuedAs, State state) {

        Key key() {
            return Key.of(account, region, function, name);
        }

        String functionArn() {
            return "arn:aws:lambda:" + region + ":" + account + ":function:" + function;
        }

        String arn() {
            return functionArn() + ":" + version + "/durable-execution/" + name + "/" + id;
        }

        Execution with(State other) {
            return new Execution(account, region, function, version, name, id, input, started, timeoutSeconds,
                    retentionDays, mostResultBytes, trace, endpoint, depth, parent, queuedAs, other);
        }
    }

    /**
     * How far an execution is.
     *
     * @param status   one of {@link Lambda.ExecutionStatus}
     * @param changes  how many changes of operations there were
     * @param seen     up to which of them the function knows
     * @param token    the number of the checkpoint token that is good
     * @param running  the request id of the invocation under way, or null
     * @param failures of invocations in a row
     * @param refusals of invocations in a row, for want of room
     * @param size     how many operations there are
     * @param waiting  how many of them something will happen to without the function
     * @param used     of the limits
     * @param events   in the history
     * @param last     the last checkpoint, which may be asked for again
     */
    record State(String status, String result, Lambda.ErrorObject error, Instant ended, long changes, long seen,
            long token, String running, Instant runningSince, int failures, int refusals, int events, Checkpoint last,
            int size, int waiting,
            Meter used) {
        static final State NEW =
                new State(Lambda.ExecutionStatus.RUNNING, null, null, null, 0, 0, 0, null, null, 0, 0, 0, null, 0,
                0, Meter.ZERO);
    }

    /** A checkpoint's token and client token, and what it was answered. */
    record Checkpoint(long token, String clientToken, List<Lambda.Operation_> answered) {}

    /**
     * An operation of an execution.
     *
     * @param order   of its start, from 0
     * @param changed the number of its last change
     * @param payload what another function is invoked with
     * @param target  that function
     * @param tenant  whose event that is, or null
     */
    record Operation(Lambda.Operation_ operation, int order, long changed, Integer heartbeatSeconds, String payload,
            String target, String tenant) {}

    /** The execution that invokes another, and its operation that does. */
    record Parent(Key execution, String operation) {}

    /** Something that will happen to an execution. */
    record Timer(Key execution, String operation, Kind kind) {
        enum Kind { WAIT, RETRY, CALLBACK, HEARTBEAT, INVOKE, EXECUTION, RETENTION }

        Key id() {
            return id(execution, operation, kind);
        }

        static Key id(Key execution, String operation, Kind kind) {
            return execution.and(kind.name(), operation == null ? "" : operation);
        }
    }
}
