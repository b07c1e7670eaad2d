package dev.aloft.service.lambda.durable;

import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda.ErrorObject;
import dev.aloft.api.Lambda.OperationAction;
import dev.aloft.api.Lambda.OperationType;
import dev.aloft.api.Lambda.OperationUpdate;
import dev.aloft.wire.Trees;

/**
 * What an execution has used of what it may: operations, and bytes of what was passed in and out. A step counts with
 * each of its attempts, an invocation that broke counts too.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/durable-execution-sdk.html#durable-operations-checkpoint-consumption">
 *     How durable operations are metered</a>
 */
record Meter(int operations, long bytes) {
    static final int MOST_OPERATIONS = 3_000;
    static final long MOST_BYTES = 100L << 20;
    static final Meter ZERO = new Meter(0, 0);

    Meter and(int more, String payload, ErrorObject error) {
        int errorBytes = error == null ? 0 : JsonWriter.bytes(Trees.of(error)).length;
        return new Meter(operations + more, bytes + CheckpointRules.bytes(payload) + errorBytes);
    }

    Meter and(OperationUpdate update) {
        boolean starts = OperationAction.START.equals(update.action());
        boolean counts = switch (update.type()) {
            case OperationType.WAIT, OperationType.CALLBACK, OperationType.CHAINED_INVOKE -> starts;
            case OperationType.STEP, OperationType.CONTEXT -> !starts;
            default -> false;
        };
        return counts ? and(1, update.payload(), update.error()) : this;
    }

    /** A checkpoint beyond the limits is refused. */
    void check() {
        if (operations > MOST_OPERATIONS) {
            throw CheckpointRules.refused("The durable execution exceeds the limit of " + MOST_OPERATIONS
                    + " operations.");
        }
        if (bytes > MOST_BYTES) {
            throw CheckpointRules.refused("The durable execution exceeds the limit of " + MOST_BYTES
                    + " bytes of data.");
        }
    }
}
