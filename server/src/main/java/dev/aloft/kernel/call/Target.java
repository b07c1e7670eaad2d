package dev.aloft.kernel.call;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;

/** Somewhere an event can be delivered to. Schedules, notifications, subscriptions and destinations all end here. */
public interface Target {
    /** The service part of the ARNs that it takes, such as {@code lambda}. */
    String service();

    /**
     * Brings the event to the target and returns once the target has taken responsibility for it, or throws its
     * ApiError.
     */
    void deliver(Caller caller, Arn target, Event event);
}
