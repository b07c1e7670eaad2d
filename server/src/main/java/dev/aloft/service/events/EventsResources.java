package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.ResourceType.Desired;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** What templates can declare of EventBridge, and what their types share. */
final class EventsResources {
    private EventsResources() {}

    static List<ResourceType> all(Events events) {
        return List.of(new RuleType(events), new EventBusType(events), new EventBusPolicyType(events),
                new ArchiveType(events),
                new ConnectionType(events), new ApiDestinationType(events), new EndpointType(events));
    }

    static String text(Desired desired, String property) {
        return Objects.toString(desired.properties().get(property), null);
    }

    static List<Map<String, String>> tags(Desired desired) {
        return desired.marked().entrySet().stream()
                .map(tag -> Map.of("Key", tag.getKey(), "Value", tag.getValue())).toList();
    }

    /**
     * Whether the resource with this ARN was made for the same resource of the same stack; true where there is none.
     */
    static boolean isOursOrNone(Events events, Caller caller, String arn, Desired desired) {
        try {
            return desired.isMarkedIn(Tags.with(Map.of(), events.listTagsForResource(caller,
                    Events.ListTagsForResourceRequest.of(r -> r.resourceARN(arn))).tags()));
        } catch (Events.ResourceNotFoundException _) {
            return true;
        }
    }

    static void changeTags(Events events, Caller caller, String arn, Desired before, Desired after) {
        var gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            events.untagResource(caller, Events.UntagResourceRequest.of(r -> r.resourceARN(arn).tagKeys(gone)));
        }
        events.tagResource(caller,
                Events.TagResourceRequest.of(r -> r.resourceARN(arn).tags(Tags.told(after.marked()))));
    }

    /**
     * The caller with a request id that stays the same when the step is done again: ids of what is made follow from it.
     */
    static Caller steady(Caller caller, Desired desired) {
        var name = desired.stackId() + "/" + desired.logicalId() + "/" + desired.token();
        return caller.withRequestId(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString());
    }

    /** Whether what has this ARN was made by this step. */
    static boolean isFrom(Caller caller, Desired desired, String arn, String name) {
        return arn.endsWith("/" + id(steady(caller, desired), name));
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
