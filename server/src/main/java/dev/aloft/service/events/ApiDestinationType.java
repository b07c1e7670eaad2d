package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.NamedType;
import java.util.Map;
import java.util.Set;

/** AWS::Events::ApiDestination. */
final class ApiDestinationType extends NamedType {
    private final Events events;

    ApiDestinationType(Events events) {
        super("AWS::Events::ApiDestination", "Name", 64, Set.of("ConnectionArn", "InvocationEndpoint", "HttpMethod"),
                Set.of("Description", "InvocationRateLimitPerSecond"), Set.of());
        this.events = events;
    }

    @Override
    protected void make(Caller caller, String named, Desired desired) {
        events.createApiDestination(EventsResources.steady(caller, desired),
                desired.input(Events.CREATE_API_DESTINATION,
                Events.CreateApiDestinationRequest.class, Map.of("Name", named), Set.of()));
    }

    @Override
    protected boolean isOurs(Caller caller, String named, Desired desired) {
        return EventsResources.isFrom(caller, desired, arn(caller, named), named);
    }

    @Override
    protected void change(Caller caller, String named, Desired before, Desired after) {
        // What the operation is not told stays; what the template has no longer is to be as at first.
        events.updateApiDestination(caller, after.input(Events.UPDATE_API_DESTINATION,
                Events.UpdateApiDestinationRequest.class, Map.of("Name", named,
                        "Description", after.properties().getOrDefault("Description", ""),
                        "InvocationRateLimitPerSecond", after.properties().getOrDefault("InvocationRateLimitPerSecond",
                                ApiDestinations.USUAL_RATE)), Set.of()));
    }

    @Override
    protected void remove(Caller caller, String named) {
        events.deleteApiDestination(caller, Events.DeleteApiDestinationRequest.of(r -> r.name(named)));
    }

    private String arn(Caller caller, String named) {
        return events.describeApiDestination(caller, Events.DescribeApiDestinationRequest.of(r -> r.name(named)))
                .apiDestinationArn();
    }

    @Override
    protected Resource describe(Caller caller, String named) {
        var arn = arn(caller, named);
        return new Resource(named, Map.of("Arn", arn, "ArnForPolicy", arn.substring(0, arn.lastIndexOf('/'))));
    }
}
