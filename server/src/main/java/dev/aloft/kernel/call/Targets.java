package dev.aloft.kernel.call;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import java.util.HashMap;
import java.util.Map;

/** Delivers an event to whatever its ARN names. */
public final class Targets {
    private final Map<String, Target> byService = new HashMap<>();

    public void add(Target target) {
        byService.put(target.service(), target);
    }

    public boolean takes(Arn arn) {
        return byService.containsKey(arn.service());
    }

    public void deliver(Caller caller, Arn arn, Event event) {
        var target = byService.get(arn.service());
        if (target == null) {
            throw ApiError.notBuilt("A target of service " + arn.service());
        }
        target.deliver(event.trace() == null ? caller : caller.withTrace(event.trace()), arn, event);
    }
}
