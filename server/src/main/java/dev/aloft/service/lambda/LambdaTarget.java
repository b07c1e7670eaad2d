package dev.aloft.service.lambda;

import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Target;

/** Brings events of schedules, notifications and subscriptions to a function: an asynchronous invocation. */
public final class LambdaTarget implements Target {
    private final Lambda lambda;

    public LambdaTarget(Endpoint endpoint) {
        this.lambda = Lambda.at(endpoint);
    }

    @Override
    public String service() {
        return "lambda";
    }

    @Override
    public void deliver(Caller caller, Arn target, Event event) {
        lambda.invoke(caller, Lambda.InvokeRequest.of(r -> r.functionName(target.toString())
                .invocationType(Lambda.InvocationType.EVENT).payload(Bytes.of(event.body()))));
    }
}
