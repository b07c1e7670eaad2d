package dev.aloft.service.lambda;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.service.lambda.async.AsyncInvocations;
import dev.aloft.service.lambda.invoke.Invocation;
import dev.aloft.service.lambda.invoke.Invocations;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The functions as the queue of asynchronous invocations needs them. */
final class QueuedFunctions implements AsyncInvocations.Functions {
    private final Functions functions;
    private final Invocations invocations;
    private final Recursion recursion;

    QueuedFunctions(Functions functions, Invocations invocations, Recursion recursion) {
        this.functions = functions;
        this.invocations = invocations;
        this.recursion = recursion;
    }

    @Override
    public Invocations.Result run(Caller caller, AsyncInvocations.Event event, CompletableFuture<Boolean> recorded) {
        var name = FunctionName.of(caller, event.functionArn(), event.qualifier());
        recursion.check(name, event.trace());
        var invocation = new Invocation(event.requestId(), name.qualifiedArn(), event.payload(), event.trace(),
                event.clientContext()).of(event.tenant()).recorded(recorded);
        return invocations.runQueued(functions.runnable(name), caller, invocation);
    }

    /** A dead-letter queue is the function's, also for its versions; everything else is of what was invoked. */
    @Override
    public Optional<AsyncInvocations.Settings> settings(ReadTx tx, AsyncInvocations.Event event) {
        var name = new FunctionName(event.account(), event.region(), Arn.parse(event.functionArn()).resourceName(),
                event.qualifier());
        return LambdaData.FUNCTIONS.get(tx, LambdaData.key(name)).map(function -> {
            var config = LambdaData.EVENT_INVOKE_CONFIGS.get(tx, EventInvokeConfigs.key(name));
            var destinations = config.map(Lambda.FunctionEventInvokeConfig::destinationConfig);
            var letters = function.latest().deadLetterConfig();
            return new AsyncInvocations.Settings(
                    function.latest().role(),
                    letters == null ? null : letters.targetArn(),
                    config.map(Lambda.FunctionEventInvokeConfig::maximumRetryAttempts)
                    .orElse(AsyncInvocations.MOST_RETRIES),
                    config.map(Lambda.FunctionEventInvokeConfig::maximumEventAgeInSeconds).map(Duration::ofSeconds)
                            .orElse(AsyncInvocations.OLDEST),
                    destinations.map(d -> d.onSuccess().destination()).orElse(null),
                    destinations.map(d -> d.onFailure().destination()).orElse(null),
                    Integer.valueOf(0).equals(function.reserved()));
        });
    }
}
