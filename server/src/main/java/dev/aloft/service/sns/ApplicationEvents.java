package dev.aloft.service.sns;

import dev.aloft.api.Arn;
import dev.aloft.api.JsonWriter;
import dev.aloft.service.sns.SnsData.KeptApplication;
import dev.aloft.service.sns.SnsData.Message;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a platform application's owner is told of its devices, by the topic that the application names for it.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/application-event-notifications.html">Application event
 *     notifications</a>
 */
final class ApplicationEvents {
    /** A topic that tells a device which cannot be reached that it could not be reached would go on for ever. */
    private static final int DEEPEST = 16;

    enum Kind {
        CREATED("EndpointCreated"),
        UPDATED("EndpointUpdated"),
        DELETED("EndpointDeleted"),
        FAILED("DeliveryFailure");

        private final String type;

        Kind(String type) {
            this.type = type;
        }

        /** The attribute of the application that names the topic. */
        String attribute() {
            return "Event" + type;
        }
    }

    private ApplicationEvents() {
    }

    /** What becomes of a device. */
    static Optional<Parcel.Announcement> of(Kind kind, KeptApplication application, String endpointArn, Instant at) {
        return of(kind, application, endpointArn, at, Map.of(), 0);
    }

    /** A message for a device that did not arrive, and never will. */
    static Optional<Parcel.Announcement> failure(KeptApplication application, String endpointArn, Devices.Fault fault,
            Message message, Instant at) {
        var told = Map.<String, Object>of("DeliveryAttempts", 1, "FailureMessage", fault.text,
                "FailureType", fault.code, "MessageId", message.id());
        return message.depth() >= DEEPEST ? Optional.empty()
                : of(Kind.FAILED, application, endpointArn, at, told, message.depth());
    }

    private static Optional<Parcel.Announcement> of(Kind kind, KeptApplication application, String endpointArn,
            Instant at, Map<String, Object> more, int depth) {
        var topic = application.attributes().getOrDefault(kind.attribute(), "");
        if (topic.isEmpty()) {
            return Optional.empty();
        }
        var told = new TreeMap<String, Object>(more);
        told.put("EndpointArn", endpointArn);
        told.put("EventType", kind.type);
        told.put("Resource", application.arn());
        told.put("Service", "SNS");
        told.put("Time", Notification.moment(at));
        var subject = kind.type + " event for app " + application.name() + " (" + application.platform() + ")";
        return Optional.of(new Parcel.Announcement(application.account(), topic,
                subject.length() <= Draft.LONGEST_SUBJECT ? subject : null, JsonWriter.string(told), depth + 1));
    }

    /** Whether a topic can be told: a standard one, as events belong to no group. */
    static boolean isTopic(String arn) {
        return Arn.isArn(arn) && Arn.parse(arn).service().equals("sns") && !arn.endsWith(".fifo")
                && !Arn.parse(arn).resource().contains("/");
    }
}
