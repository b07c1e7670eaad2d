package dev.aloft.service.lambda.durable;

import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.OperationAction;
import dev.aloft.api.Lambda.OperationStatus;
import dev.aloft.api.Lambda.OperationType;
import dev.aloft.api.Lambda.OperationUpdate;
import dev.aloft.wire.Trees;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a checkpoint may say, in AWS's words: all updates are looked at before one is made.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_CheckpointDurableExecution.html">CheckpointDurableExecution</a>
 */
final class CheckpointRules {
    private static final int MOST_ERROR_BYTES = 32_768;
    private static final int MOST_STEP_BYTES = 262_144;
    static final int MOST_INVOKE_BYTES = 1_048_576;
    private static final Map<String, Set<String>> ACTIONS = Map.of(
            OperationType.STEP,
            Set.of(OperationAction.START, OperationAction.FAIL, OperationAction.RETRY, OperationAction.SUCCEED),
            OperationType.CONTEXT, Set.of(OperationAction.START, OperationAction.FAIL, OperationAction.SUCCEED),
            OperationType.WAIT, Set.of(OperationAction.START, OperationAction.CANCEL),
            OperationType.CALLBACK, Set.of(OperationAction.START, OperationAction.CANCEL),
            OperationType.CHAINED_INVOKE, Set.of(OperationAction.START, OperationAction.CANCEL),
            OperationType.EXECUTION, Set.of(OperationAction.SUCCEED, OperationAction.FAIL));

    private CheckpointRules() {}

    static void check(List<OperationUpdate> updates, Progress progress) {
        executionLast(updates);
        parentsAndDoubles(updates, progress);
        var begun = new HashMap<String, String>();
        for (var update : updates) {
            sizes(update, progress);
            if (!ACTIONS.getOrDefault(update.type(), Set.of()).contains(update.action())) {
                throw refused("Invalid action for the given operation type.");
            }
            var known = progress.operation(update.id()).map(each -> each.operation().status()).orElse(null);
            state(update, begun.getOrDefault(update.id(), known));
            begun.put(update.id(), OperationStatus.STARTED);
        }
    }

    private static void executionLast(List<OperationUpdate> updates) {
        long ends = updates.stream().filter(update -> OperationType.EXECUTION.equals(update.type())).count();
        if (ends > 1) {
            throw refused("Cannot checkpoint multiple EXECUTION updates.");
        }
        if (ends == 1 && !OperationType.EXECUTION.equals(updates.getLast().type())) {
            throw refused("EXECUTION checkpoint must be the last update.");
        }
    }

    private static void parentsAndDoubles(List<OperationUpdate> updates, Progress progress) {
        var started = new HashMap<String, OperationUpdate>();
        var seen = new HashMap<String, OperationUpdate>();
        for (var update : updates) {
            var before = seen.put(update.id(), update);
            if (before != null && !(Set.of(OperationType.STEP, OperationType.CONTEXT).contains(before.type())
                    && OperationAction.START.equals(before.action())
                    && !OperationAction.START.equals(update.action()))) {
                throw refused("Cannot update the same operation twice in a single request.");
            }
            if (update.parentId() != null) {
                var parent = started.get(update.parentId());
                var type = parent != null ? parent.type()
                        : progress.operation(update.parentId()).map(each -> each.operation().type()).orElse(null);
                if (!OperationType.CONTEXT.equals(type)) {
                    throw refused("Invalid parent operation id.");
                }
            }
            if (OperationAction.START.equals(update.action())) {
                started.put(update.id(), update);
            }
        }
    }

    private static void sizes(OperationUpdate update, Progress progress) {
        if (update.error() != null && JsonWriter.bytes(Trees.of(update)).length > MOST_ERROR_BYTES) {
            throw refused("Error object size must be less than " + MOST_ERROR_BYTES + " bytes.");
        }
        int size = bytes(update.payload());
        switch (update.type()) {
            case OperationType.EXECUTION -> most("Execution output", size, progress.execution.mostResultBytes());
            case OperationType.CHAINED_INVOKE -> most("CHAINED_INVOKE input", size, MOST_INVOKE_BYTES);
            default -> most(update.type() + " output", size, MOST_STEP_BYTES);
        }
    }

    static int bytes(String text) {
        return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void most(String what, int size, int most) {
        if (size > most) {
            throw refused(tooLarge(what, most));
        }
    }

    static String tooLarge(String what, int most) {
        return what + " payload size must be less than or equal to " + most + " bytes.";
    }

    /** @param status the operation's now, or null where there is none yet */
    private static void state(OperationUpdate update, String status) {
        String type = update.type();
        switch (update.action()) {
            case OperationAction.START -> start(type, status);
            case OperationAction.CANCEL -> {
                if (!OperationStatus.STARTED.equals(status)) {
                    throw refused("Cannot cancel a " + type + " that does not exist or has already completed.");
                }
            }
            case OperationAction.RETRY -> retry(update, status);
            default -> end(update, status);
        }
    }

    private static void start(String type, String status) {
        if (OperationType.STEP.equals(type)) {
            if (status != null && !OperationStatus.READY.equals(status)) {
                throw refused("Invalid current STEP state to start.");
            }
        } else if (status != null) {
            throw refused("Cannot start a " + type + " that already exists.");
        }
    }

    private static void retry(OperationUpdate update, String status) {
        if (status != null && !OperationStatus.STARTED.equals(status) && !OperationStatus.READY.equals(status)) {
            throw refused("Invalid current STEP state to re-attempt.");
        }
        if (update.stepOptions() == null) {
            throw refused("Invalid StepOptions for the given action.");
        }
        if (update.error() != null && update.payload() != null) {
            throw refused("Cannot provide both error and payload to RETRY a STEP.");
        }
    }

    private static void end(OperationUpdate update, String status) {
        boolean open = status == null || OperationStatus.STARTED.equals(status)
                || OperationType.STEP.equals(update.type()) && OperationStatus.READY.equals(status)
                || OperationType.EXECUTION.equals(update.type());
        if (!open) {
            throw refused("Invalid current " + update.type() + " state to close.");
        }
        if (OperationAction.FAIL.equals(update.action()) && update.payload() != null) {
            throw refused("Cannot provide a Payload for FAIL action.");
        }
        if (OperationAction.SUCCEED.equals(update.action()) && update.error() != null) {
            throw refused("Cannot provide an Error for SUCCEED action.");
        }
    }

    static Lambda.InvalidParameterValueException refused(String message) {
        return new Lambda.InvalidParameterValueException(message);
    }
}
