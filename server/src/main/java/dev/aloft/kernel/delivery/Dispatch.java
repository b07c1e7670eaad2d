package dev.aloft.kernel.delivery;

import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.Event;

/**
 * An event to be brought to a resource in somebody's name: a dead letter, a record for a destination, a notification.
 *
 * @param account   whose the source is
 * @param service   the service that brings it, such as {@code sns.amazonaws.com}; the target's resource policy decides
 * @param sourceArn for what it does so, such as the topic
 * @param roleArn   the role whose policies decide instead, or null
 * @param target    an ARN
 */
public record Dispatch(
        String account, String region, String service, String sourceArn, String roleArn, String target, Event event) {

    /** The same with another event. */
    public Dispatch carrying(Event other) {
        return new Dispatch(account, region, service, sourceArn, roleArn, target, other);
    }

    /** The service that brings it, before any role. What goes in circles through deliveries is not cut by its depth. */
    Caller caller(String requestId) {
        return new Caller(account, region, new Principal.Service(service, sourceArn), requestId, event.trace(), 0, null,
                null, null);
    }
}
