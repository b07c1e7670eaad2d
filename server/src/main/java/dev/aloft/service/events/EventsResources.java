package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.Operation;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.wire.Trees;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** What templates can declare of EventBridge, and what their types share. */
final class EventsResources {
    private static final String STACK = "aws:cloudformation:stack-id";
    private static final String LOGICAL_ID = "aws:cloudformation:logical-id";

    private EventsResources() {}

    static List<ResourceType> all(Events events) {
        return List.of(new RuleType(events), new EventBusType(events), new EventBusPolicyType(events),
                new ArchiveType(events),
                new ConnectionType(events), new ApiDestinationType(events));
    }

    /** The properties as the operation's input; a property deeper down that the operation does not know fails the resource. */
    static <T extends Shape> T input(Operation operation, Class<T> type, Map<String, ?> properties, Map<String,
            ?> more) {
        var all = new LinkedHashMap<String, Object>(properties);
        all.putAll(more);
        return type.cast(Trees.lenient(operation.input(), all, path -> {
            throw ApiError.of("InvalidRequest", 400, "Encountered unsupported property " + path);
        }));
    }

    static String text(Desired desired, String property) {
        return Objects.toString(desired.properties().get(property), null);
    }

    /** The stack's tags, those that the template gives the resource, and CloudFormation's own. */
    static List<Map<String, String>> tags(Desired desired) {
        var tags = tagMap(desired);
        return tags.entrySet().stream().map(tag -> Map.of("Key", tag.getKey(), "Value", tag.getValue())).toList();
    }

    static Map<String, String> tagMap(Desired desired) {
        var tags = new LinkedHashMap<>(desired.tags());
        if (desired.properties().get("Tags") instanceof List<?> list) {
            for (var each : list) {
                if (each instanceof Map<?, ?> tag && tag.get("Key") != null) {
                    tags.put(tag.get("Key").toString(), Objects.toString(tag.get("Value"), ""));
                }
            }
        }
        tags.put(STACK, desired.stackId());
        tags.put(LOGICAL_ID, desired.logicalId());
        return tags;
    }

    /** Whether the resource with this ARN was made for the same resource of the same stack; true where there is none. */
    static boolean isOursOrNone(Events events, Caller caller, String arn, Desired desired) {
        try {
            var known = Tags.with(Map.of(),
                    events.listTagsForResource(caller, Events.ListTagsForResourceRequest.of(r -> r.resourceARN(arn)))
                            .tags());
            return desired.stackId().equals(known.get(STACK)) && desired.logicalId().equals(known.get(LOGICAL_ID));
        } catch (Events.ResourceNotFoundException _) {
            return true;
        }
    }

    static void changeTags(Events events, Caller caller, String arn, Desired before, Desired after) {
        var tags = tagMap(after);
        var gone = tagMap(before).keySet().stream().filter(key -> !tags.containsKey(key)).toList();
        if (!gone.isEmpty()) {
            events.untagResource(caller, Events.UntagResourceRequest.of(r -> r.resourceARN(arn).tagKeys(gone)));
        }
        events.tagResource(caller, Events.TagResourceRequest.of(r -> r.resourceARN(arn).tags(Tags.told(tags))));
    }

    /** The caller with a request id that stays the same when the step is done again: ids of what is made follow from it. */
    static Caller steady(Caller caller, Desired desired) {
        var name = desired.stackId() + "/" + desired.logicalId() + "/" + desired.token();
        return caller.withRequestId(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString());
    }

    /** The id of what this request makes. */
    static String id(Caller caller, String name) {
        return UUID.nameUUIDFromBytes((caller.requestId() + "/" + name).getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** Runs a deletion; that something is gone already is no failure. */
    static void gone(Runnable deletion) {
        try {
            deletion.run();
        } catch (Events.ResourceNotFoundException _) {
            // Which is what was wanted.
        }
    }
}
