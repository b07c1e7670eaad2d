package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.ResourceType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::Events::EventBusPolicy: one statement of a bus's policy. */
record EventBusPolicyType(Events events) implements ResourceType {
    @Override
    public String type() {
        return "AWS::Events::EventBusPolicy";
    }

    @Override
    public Set<String> properties() {
        return Set.of("EventBusName", "StatementId", "Action", "Principal", "Condition", "Statement");
    }

    @Override
    public Set<String> required() {
        return Set.of("StatementId");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("EventBusName", "StatementId");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        put(caller, desired);
        return resource(desired);
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        put(caller, after);
        return resource(after);
    }

    private static Resource resource(Desired desired) {
        var bus = EventsResources.text(desired, "EventBusName");
        var id = EventsResources.text(desired, "StatementId");
        return new Resource((bus == null ? EventsData.DEFAULT_BUS : bus) + "|" + id, Map.of());
    }

    private void put(Caller caller, Desired desired) {
        if (desired.properties().get("Statement") instanceof Map<?, ?> given) {
            var statement = new LinkedHashMap<Object, Object>(given);
            statement.put("Sid", EventsResources.text(desired, "StatementId"));
            var bus = EventsResources.text(desired, "EventBusName");
            var policy = with(policy(caller, bus), statement);
            events.putPermission(caller, Events.PutPermissionRequest.of(r -> r.eventBusName(bus).policy(policy)));
        } else {
            events.putPermission(caller,
                    desired.input(Events.PUT_PERMISSION, Events.PutPermissionRequest.class, Map.of(),
                    Set.of("Statement")));
        }
    }

    private String policy(Caller caller, String bus) {
        return events.describeEventBus(caller, Events.DescribeEventBusRequest.of(r -> r.name(bus))).policy();
    }

    private static String with(String policy, Map<?, ?> statement) {
        var statements = new ArrayList<Object>();
        if (policy != null && JsonReader.tree(policy) instanceof Map<?, ?> document) {
            statements.addAll(document.get("Statement") instanceof List<?> list ? list
                    : List.of(document.get("Statement")));
            statements.removeIf(each -> each instanceof Map<?, ?> known && statement.get("Sid")
                    .equals(known.get("Sid")));
        }
        statements.add(statement);
        var document = new LinkedHashMap<String, Object>();
        document.put("Version", "2012-10-17");
        document.put("Statement", statements);
        return JsonWriter.string(document);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        int bar = physicalId.indexOf('|');
        EventsResources.gone(() -> events.removePermission(caller, Events.RemovePermissionRequest.of(
                r -> r.eventBusName(physicalId.substring(0, bar)).statementId(physicalId.substring(bar + 1)))));
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        int bar = physicalId.indexOf('|');
        try {
            var policy = policy(caller, physicalId.substring(0, bar));
            var sid = "\"Sid\":\"" + physicalId.substring(bar + 1) + "\"";
            return policy != null && policy.contains(sid) ? Optional.of(new Resource(physicalId, Map.of()))
                    : Optional.empty();
        } catch (Events.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }
}
