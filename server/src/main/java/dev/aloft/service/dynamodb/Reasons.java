package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.DynamoDb.CancellationReason;
import dev.aloft.api.DynamoDb.ThrottlingException;
import dev.aloft.api.DynamoDb.TransactionCanceledException;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Why a transaction is cancelled: a reason for each action, by position. */
final class Reasons {
    private static final CancellationReason NONE = CancellationReason.of(r -> r.code("None"));

    private final CancellationReason[] reasons;
    private boolean any;

    Reasons(int actions) {
        reasons = new CancellationReason[actions];
        Arrays.fill(reasons, NONE);
    }

    void set(int action, CancellationReason reason) {
        reasons[action] = reason;
        any = true;
    }

    void invalid(int action, ValidationException e) {
        set(action, CancellationReason.of(r -> r.code("ValidationError").message(e.getMessage())));
    }

    void throttled(int action, ApiError e) {
        set(action, CancellationReason.of(r -> r.message(e.getMessage()).code(
            e instanceof ThrottlingException ? "ThrottlingError" : "ProvisionedThroughputExceeded")));
    }

    /** Cancels the transaction if there is a reason to. */
    void check() {
        if (any) {
            var all = Arrays.asList(reasons);
            throw new TransactionCanceledException(TransactionCanceledException.Detail.of(d ->
                d.cancellationReasons(all)
                .message("Transaction cancelled, please refer cancellation reasons for specific reasons "
                    + all.stream().map(CancellationReason::code).collect(Collectors.joining(", ", "[", "]")))));
        }
    }
}
