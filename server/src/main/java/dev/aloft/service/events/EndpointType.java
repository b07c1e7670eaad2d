package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.NamedType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** AWS::Events::Endpoint. */
final class EndpointType extends NamedType {
    private final Events events;

    EndpointType(Events events) {
        super("AWS::Events::Endpoint", "Name", 64, Set.of("EventBuses", "RoutingConfig"),
                Set.of("Description", "ReplicationConfig", "RoleArn"), Set.of());
        this.events = events;
    }

    @Override
    public List<String> members() {
        return List.of("EventBuses: EventBusArn!", "ReplicationConfig: State!", "RoutingConfig: FailoverConfig!",
                "RoutingConfig/FailoverConfig: Primary! Secondary!",
                "RoutingConfig/FailoverConfig/Primary: HealthCheck!",
                "RoutingConfig/FailoverConfig/Secondary: Route!");
    }

    @Override
    protected void make(Caller caller, String named, Desired desired) {
        events.createEndpoint(EventsResources.steady(caller, desired), desired.input(Events.CREATE_ENDPOINT,
                Events.CreateEndpointRequest.class, Map.of("Name", named), Set.of()));
    }

    @Override
    protected boolean isOurs(Caller caller, String named, Desired desired) {
        return endpoint(caller, named).endpointId().equals(Endpoints.id(EventsResources.steady(caller, desired),
            named));
    }

    @Override
    protected void change(Caller caller, String named, Desired before, Desired after) {
        // What the operation is not told stays; what the template has no longer is to be as at first.
        events.updateEndpoint(caller, after.input(Events.UPDATE_ENDPOINT, Events.UpdateEndpointRequest.class,
                Map.of("Name", named, "Description", after.properties().getOrDefault("Description", ""),
                        "ReplicationConfig", after.properties().getOrDefault("ReplicationConfig",
                                Map.of("State", Events.ReplicationState.ENABLED))), Set.of()));
    }

    @Override
    protected void remove(Caller caller, String named) {
        events.deleteEndpoint(caller, Events.DeleteEndpointRequest.of(r -> r.name(named)));
    }

    private Events.DescribeEndpointResponse endpoint(Caller caller, String named) {
        return events.describeEndpoint(caller, Events.DescribeEndpointRequest.of(r -> r.name(named)));
    }

    @Override
    protected Resource describe(Caller caller, String named) {
        var endpoint = endpoint(caller, named);
        return new Resource(named, Map.of("Arn", endpoint.arn(), "EndpointId", endpoint.endpointId(),
                "EndpointUrl", endpoint.endpointUrl(), "State", endpoint.state(),
                "StateReason", Objects.toString(endpoint.stateReason(), "")));
    }
}
