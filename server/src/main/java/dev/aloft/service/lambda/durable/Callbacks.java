package dev.aloft.service.lambda.durable;

import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.ErrorObject;
import dev.aloft.api.Lambda.EventType;
import dev.aloft.api.Lambda.OperationStatus;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.lambda.durable.DurableData.Operation;
import dev.aloft.service.lambda.durable.DurableData.Timer;
import java.util.function.BiConsumer;

/**
 * What others tell an execution that waits for them.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_SendDurableExecutionCallbackSuccess.html">
 *     SendDurableExecutionCallbackSuccess</a>
 */
final class Callbacks {
    private final DurableData data;
    private final Store store;
    private final Time time;

    Callbacks(DurableData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    void succeed(String callbackId, String result) {
        change(callbackId, (progress, callback) -> {
            var done = end(progress, callback.operation(), OperationStatus.SUCCEEDED, result, null);
            progress.tell(EventType.CALLBACK_SUCCEEDED, done, e -> e.callbackSucceededDetails(
                    Lambda.CallbackSucceededDetails.of(d -> d.result(Progress.told(result)))));
            progress.wake();
        });
    }

    void fail(String callbackId, ErrorObject error) {
        change(callbackId, (progress, callback) -> {
            var done = end(progress, callback.operation(), OperationStatus.FAILED, null, error);
            progress.tell(EventType.CALLBACK_FAILED, done, e -> e.callbackFailedDetails(
                    Lambda.CallbackFailedDetails.of(d -> d.error(Progress.told(error)))));
            progress.wake();
        });
    }

    void heartbeat(String callbackId) {
        change(callbackId, (progress, callback) -> {
            if (callback.heartbeatSeconds() != null) {
                progress.timer(Timer.Kind.HEARTBEAT, callback.operation().id(),
                        progress.now().plusSeconds(callback.heartbeatSeconds()));
            }
        });
    }

    /** Nobody answered in time. */
    static void timeOut(Progress progress, Lambda.Operation_ callback, Timer.Kind kind) {
        boolean heartbeat = kind == Timer.Kind.HEARTBEAT;
        var error = ErrorObject.of(e -> e.errorType(heartbeat ? "Callback.Heartbeat" : "Callback.Timeout")
                .errorMessage(heartbeat ? "Callback timed out on heartbeat" : "Callback timed out"));
        var done = end(progress, callback, OperationStatus.TIMED_OUT, null, error);
        progress.tell(EventType.CALLBACK_TIMED_OUT, done, e -> e.callbackTimedOutDetails(
                Lambda.CallbackTimedOutDetails.of(d -> d.error(Progress.told(error)))));
    }

    private static Lambda.Operation_ end(Progress progress, Lambda.Operation_ callback, String status, String result,
            ErrorObject error) {
        progress.noTimer(Timer.Kind.CALLBACK, callback.id());
        progress.noTimer(Timer.Kind.HEARTBEAT, callback.id());
        progress.meter(0, result, error);
        return progress.end(callback, status,
                o -> o.callbackDetails(callback.callbackDetails().toBuilder().result(result).error(error).build()));
    }

    private void change(String text, BiConsumer<Progress, Operation> change) {
        var id = CallbackId.parse(text);
        var arn = id.execution();
        store.change(tx -> {
            var progress = open(tx, arn);
            var callback = progress.operation(id.operation())
                    .filter(each -> !progress.closed() && OperationStatus.STARTED.equals(each.operation().status()))
                    .filter(each -> each.operation().callbackDetails() != null)
                    .orElseThrow(Callbacks::closed);
            change.accept(progress, callback);
            progress.keep();
        });
    }

    private Progress open(Tx tx, DurableArn arn) {
        return new Progress(data, tx, arn.find(tx).orElseThrow(Callbacks::closed), time.instant());
    }

    private static Lambda.CallbackTimeoutException closed() {
        return new Lambda.CallbackTimeoutException("The callback is either timed out or already completed");
    }
}
