package dev.aloft.service.logs;

import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.ResourceType.Desired;
import java.util.List;

/** What templates can declare of log deliveries, and what these types share. */
final class DeliveryTypes {
    private DeliveryTypes() {
    }

    static List<ResourceType> all(Logs logs) {
        return List.of(new DeliverySourceType(logs), new DeliveryDestinationType(logs), new DeliveryType(logs));
    }

    static String text(Desired desired, String property) {
        var value = desired.properties().get(property);
        return value == null ? null : value.toString();
    }

    /** A put takes tags of what it makes alone. */
    static void changeTags(Logs logs, Caller caller, String arn, Desired before, Desired after) {
        var gone = before.tagsGoneIn(after);
        if (!gone.isEmpty()) {
            logs.untagResource(caller, Logs.UntagResourceRequest.of(r -> r.resourceArn(arn).tagKeys(gone)));
        }
        logs.tagResource(caller, Logs.TagResourceRequest.of(r -> r.resourceArn(arn).tags(after.marked())));
    }

    static boolean isOurs(Logs logs, Caller caller, String arn, Desired desired) {
        return desired.isMarkedIn(logs.listTagsForResource(caller,
                Logs.ListTagsForResourceRequest.of(r -> r.resourceArn(arn))).tags());
    }
}
