package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.NamedType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** AWS::Events::EventBus. Its policy is put once it is there. */
final class EventBusType extends NamedType {
    private final Events events;

    EventBusType(Events events) {
        super("AWS::Events::EventBus", "Name", 256, Set.of("Name"), Set.of("Description", "DeadLetterConfig",
                "EventSourceName", "KmsKeyIdentifier", "LogConfig", "Policy", "Tags"), Set.of("EventSourceName"));
        this.events = events;
    }

    @Override
    public boolean tellsProperties() {
        return true;
    }

    @Override
    protected void make(Caller caller, String named, Desired desired) {
        events.createEventBus(caller, desired.input(Events.CREATE_EVENT_BUS, Events.CreateEventBusRequest.class,
                Map.of("Name", named, "Tags", EventsResources.tags(desired)), Set.of("Policy")));
    }

    @Override
    protected boolean isOurs(Caller caller, String named, Desired desired) {
        return EventsResources.isOursOrNone(events, caller, BusName.of(caller, named).arn(), desired);
    }

    @Override
    protected void finish(Caller caller, String named, Desired desired) {
        var policy = desired.document("Policy");
        if (policy != null) {
            events.putPermission(caller, Events.PutPermissionRequest.of(r -> r.eventBusName(named).policy(policy)));
        }
    }

    @Override
    protected void change(Caller caller, String named, Desired before, Desired after) {
        events.updateEventBus(caller, after.input(Events.UPDATE_EVENT_BUS, Events.UpdateEventBusRequest.class,
                Map.of("Name", named), Set.of("Policy", "Tags", "EventSourceName")));
        // Statements that an AWS::Events::EventBusPolicy added stay while this one's own do not change.
        if (!Objects.equals(before.document("Policy"), after.document("Policy"))) {
            if (after.properties().get("Policy") == null) {
                events.removePermission(caller, Events.RemovePermissionRequest.of(r -> r.eventBusName(named)
                        .removeAllPermissions(true)));
            }
            finish(caller, named, after);
        }
        EventsResources.changeTags(events, caller, BusName.of(caller, named).arn(), before, after);
    }

    @Override
    protected void remove(Caller caller, String named) {
        events.deleteEventBus(caller, Events.DeleteEventBusRequest.of(r -> r.name(named)));
    }

    @Override
    protected Resource describe(Caller caller, String named) {
        var bus = events.describeEventBus(caller, Events.DescribeEventBusRequest.of(r -> r.name(named)));
        var attributes = new LinkedHashMap<String, Object>(Map.of("Arn", bus.arn(), "Name", bus.name()));
        if (bus.policy() != null) {
            attributes.put("Policy", bus.policy());
        }
        return new Resource(named, attributes);
    }
}
