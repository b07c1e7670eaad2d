package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.NamedType;
import java.util.Map;
import java.util.Set;

/** AWS::Events::Connection. */
final class ConnectionType extends NamedType {
    private final Events events;

    ConnectionType(Events events) {
        super("AWS::Events::Connection", "Name", 64, Set.of(),
                Set.of("AuthorizationType", "AuthParameters", "Description", "InvocationConnectivityParameters",
                        "KmsKeyIdentifier"), Set.of());
        this.events = events;
    }

    @Override
    protected void make(Caller caller, String named, Desired desired) {
        events.createConnection(EventsResources.steady(caller, desired), desired.input(Events.CREATE_CONNECTION,
                Events.CreateConnectionRequest.class, Map.of("Name", named), Set.of()));
    }

    @Override
    protected boolean isOurs(Caller caller, String named, Desired desired) {
        return EventsResources.isFrom(caller, desired, connection(caller, named).connectionArn(), named);
    }

    @Override
    protected void change(Caller caller, String named, Desired before, Desired after) {
        events.updateConnection(caller, after.input(Events.UPDATE_CONNECTION, Events.UpdateConnectionRequest.class,
                Map.of("Name", named, "Description", after.properties().getOrDefault("Description", ""),
                        "KmsKeyIdentifier", after.properties().getOrDefault("KmsKeyIdentifier", "")), Set.of()));
    }

    @Override
    protected void remove(Caller caller, String named) {
        events.deleteConnection(caller, Events.DeleteConnectionRequest.of(r -> r.name(named)));
    }

    private Events.DescribeConnectionResponse connection(Caller caller, String named) {
        return events.describeConnection(caller, Events.DescribeConnectionRequest.of(r -> r.name(named)));
    }

    @Override
    protected Resource describe(Caller caller, String named) {
        var it = connection(caller, named);
        var arn = it.connectionArn();
        return new Resource(named, Map.of("Arn", arn, "ArnForPolicy", arn.substring(0, arn.lastIndexOf('/')),
                "SecretArn", it.secretArn()));
    }
}
