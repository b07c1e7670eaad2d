package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.ResourceType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::Events::EventBus. */
record EventBusType(Events events) implements ResourceType {
    private static final int MAX_NAME = 256;

    @Override
    public String type() {
        return "AWS::Events::EventBus";
    }

    @Override
    public Set<String> properties() {
        return Set.of("Name", "Description", "DeadLetterConfig", "EventSourceName", "KmsKeyIdentifier", "LogConfig",
                "Policy", "Tags");
    }

    @Override
    public Set<String> required() {
        return Set.of("Name");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("Name", "EventSourceName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.name("Name", MAX_NAME);
        var given = withoutPolicy(desired);
        try {
            events.createEventBus(caller, EventsResources.input(Events.CREATE_EVENT_BUS,
                    Events.CreateEventBusRequest.class, given,
                    Map.of("Name", name, "Tags", EventsResources.tags(desired))));
        } catch (Events.ResourceAlreadyExistsException e) {
            if (!EventsResources.isOursOrNone(events, caller, BusName.of(caller, name).arn(), desired)) {
                throw e;
            }
        }
        return ResourceType.complete(name, () -> {
            putPolicy(caller, name, desired);
            return existing(caller, name);
        });
    }

    private static Map<String, Object> withoutPolicy(Desired desired) {
        var given = new LinkedHashMap<>(desired.properties());
        given.remove("Policy");
        return given;
    }

    private void putPolicy(Caller caller, String name, Desired desired) {
        if (desired.properties().get("Policy") instanceof Map<?, ?> policy) {
            events.putPermission(caller, Events.PutPermissionRequest.of(r -> r.eventBusName(name)
                    .policy(JsonWriter.string(policy))));
        }
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var given = withoutPolicy(after);
        given.remove("Tags");
        given.remove("EventSourceName");
        events.updateEventBus(caller, EventsResources.input(Events.UPDATE_EVENT_BUS, Events.UpdateEventBusRequest.class,
                given,
                Map.of("Name", physicalId)));
        if (before.properties().get("Policy") != null && after.properties().get("Policy") == null) {
            events.removePermission(caller, Events.RemovePermissionRequest.of(r -> r.eventBusName(physicalId)
                    .removeAllPermissions(true)));
        }
        putPolicy(caller, physicalId, after);
        EventsResources.changeTags(events, caller, BusName.of(caller, physicalId).arn(), before, after);
        return existing(caller, physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        events.deleteEventBus(caller, Events.DeleteEventBusRequest.of(r -> r.name(physicalId)));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(existing(caller, physicalId));
        } catch (Events.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    private Resource existing(Caller caller, String name) {
        var bus = events.describeEventBus(caller, Events.DescribeEventBusRequest.of(r -> r.name(name)));
        return new Resource(name, Map.of("Arn", bus.arn(), "Name", bus.name()));
    }
}
