package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.ResourceType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::Events::Connection. */
record ConnectionType(Events events) implements ResourceType {
    private static final int MAX_NAME = 64;

    @Override
    public String type() {
        return "AWS::Events::Connection";
    }

    @Override
    public Set<String> properties() {
        return Set.of("Name", "Description", "AuthorizationType", "AuthParameters", "InvocationConnectivityParameters",
                "KmsKeyIdentifier");
    }

    @Override
    public Set<String> required() {
        return Set.of("AuthorizationType", "AuthParameters");
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
            events.createConnection(steady, EventsResources.input(Events.CREATE_CONNECTION,
                    Events.CreateConnectionRequest.class,
                    desired.properties(), Map.of("Name", name)));
        } catch (Events.ResourceAlreadyExistsException e) {
            if (!describe(caller, name).connectionArn().endsWith("/" + EventsResources.id(steady, name))) {
                throw e;
            }
        }
        return existing(caller, name);
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        events.updateConnection(caller, EventsResources.input(Events.UPDATE_CONNECTION,
                Events.UpdateConnectionRequest.class,
                after.properties(), Map.of("Name", physicalId)));
        return existing(caller, physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        EventsResources.gone(() -> events.deleteConnection(caller,
                Events.DeleteConnectionRequest.of(r -> r.name(physicalId))));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(existing(caller, physicalId));
        } catch (Events.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    private Events.DescribeConnectionResponse describe(Caller caller, String name) {
        return events.describeConnection(caller, Events.DescribeConnectionRequest.of(r -> r.name(name)));
    }

    private Resource existing(Caller caller, String name) {
        var it = describe(caller, name);
        var arn = it.connectionArn();
        return new Resource(name, Map.of("Arn", arn, "ArnForPolicy", arn.substring(0, arn.lastIndexOf('/')),
                "SecretArn", it.secretArn()));
    }
}
