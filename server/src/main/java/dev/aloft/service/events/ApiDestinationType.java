package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.ResourceType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::Events::ApiDestination. */
record ApiDestinationType(Events events) implements ResourceType {
    private static final int MAX_NAME = 64;

    @Override
    public String type() {
        return "AWS::Events::ApiDestination";
    }

    @Override
    public Set<String> properties() {
        return Set.of("Name", "Description", "ConnectionArn", "InvocationEndpoint", "HttpMethod",
                "InvocationRateLimitPerSecond");
    }

    @Override
    public Set<String> required() {
        return Set.of("ConnectionArn", "InvocationEndpoint", "HttpMethod");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("Name");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.name("Name", MAX_NAME);
        var steady = EventsResources.steady(caller, desired);
        try {
            events.createApiDestination(steady, EventsResources.input(Events.CREATE_API_DESTINATION,
                    Events.CreateApiDestinationRequest.class, desired.properties(), Map.of("Name", name)));
        } catch (Events.ResourceAlreadyExistsException e) {
            if (!describe(caller, name).apiDestinationArn().endsWith("/" + EventsResources.id(steady, name))) {
                throw e;
            }
        }
        return existing(caller, name);
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        events.updateApiDestination(caller, EventsResources.input(Events.UPDATE_API_DESTINATION,
                Events.UpdateApiDestinationRequest.class, after.properties(), Map.of("Name", physicalId)));
        return existing(caller, physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        EventsResources.gone(() -> events.deleteApiDestination(caller,
                Events.DeleteApiDestinationRequest.of(r -> r.name(physicalId))));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(existing(caller, physicalId));
        } catch (Events.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    private Events.DescribeApiDestinationResponse describe(Caller caller, String name) {
        return events.describeApiDestination(caller, Events.DescribeApiDestinationRequest.of(r -> r.name(name)));
    }

    private Resource existing(Caller caller, String name) {
        var arn = describe(caller, name).apiDestinationArn();
        return new Resource(name, Map.of("Arn", arn, "ArnForPolicy", arn.substring(0, arn.lastIndexOf('/'))));
    }
}
