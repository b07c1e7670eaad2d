package dev.aloft.service.sns;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Logs;
import dev.aloft.api.Principal;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.KeptTopic;
import dev.aloft.service.sns.SnsData.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Delivery status in CloudWatch Logs, for the protocols that a topic has a role for.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html">Message delivery status</a>
 */
final class DeliveryLog {
    private static final Logger LOG = System.getLogger(DeliveryLog.class.getName());
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    private final Logs logs;
    private final Roles roles;
    private final Time time;

    /**
     * What a status belongs to: a topic, or the text messages that go to a phone alone.
     *
     * @param arn null where there is no topic
     */
    record Place(String account, String region, String name, String arn) {
        private static Place of(KeptTopic topic) {
            return new Place(topic.account(), topic.region(), topic.name(), topic.arn());
        }

        private String group() {
            return "sns/" + region + "/" + account + "/" + name;
        }
    }

    DeliveryLog(Logs logs, Roles roles, Time time) {
        this.logs = logs;
        this.roles = roles;
        this.time = time;
    }

    /**
     * What is known of an attempt when it is over. How many there were is told of web servers only.
     *
     * @param destination may be null, and is filled in when it is written
     */
    static Map<String, Object> delivery(Message message, Attempt attempt, String destination, int status,
            String response, Instant now) {
        var notification = new LinkedHashMap<String, Object>();
        notification.put("messageMD5Sum", md5(message.text()));
        notification.put("messageId", message.id());
        if (message.topicArn() != null) {
            notification.put("topicArn", message.topicArn());
        }
        notification.put("timestamp", moment(message.at()));
        var delivery = new LinkedHashMap<String, Object>();
        delivery.put("deliveryId", UUID.nameUUIDFromBytes(attempt.id().getBytes(StandardCharsets.UTF_8)).toString());
        delivery.put("destination", destination);
        delivery.put("providerResponse", response);
        delivery.put("dwellTimeMs", Math.max(0, now.toEpochMilli() - message.at().toEpochMilli()));
        if (destination != null && destination.startsWith("http")) {
            delivery.put("attempts", attempt.number());
        }
        delivery.put("statusCode", status);
        var told = new LinkedHashMap<String, Object>();
        told.put("notification", notification);
        told.put("delivery", delivery);
        return told;
    }

    static String moment(Instant at) {
        return MOMENT.format(at);
    }

    private static String md5(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    void note(KeptTopic topic, KeptSubscription subscription, Ending ending) {
        var protocol = switch (subscription.protocol()) {
            case "http", "https" -> "HTTP";
            case "sqs" -> "SQS";
            case "lambda" -> "Lambda";
            case "firehose" -> "Firehose";
            default -> "Application";
        };
        boolean success = ending instanceof Outcome.Delivered;
        var role = topic.attribute(protocol + (success ? "SuccessFeedbackRoleArn" : "FailureFeedbackRoleArn"));
        var detail = switch (ending) {
            case Outcome.Delivered(var it) -> it;
            case Ending.GivenUp(var _, var last) -> last == null ? null : last.detail();
        };
        if (role.isEmpty() || detail == null || success && !sampled(topic, protocol)) {
            return;
        }
        write(Place.of(topic), role.get(), told(subscription, detail), success);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> told(KeptSubscription subscription, byte[] detail) {
        var told = (Map<String, Object>) JsonReader.tree(detail);
        ((Map<String, Object>) told.get("delivery")).put("destination", subscription.endpoint());
        return told;
    }

    private static boolean sampled(KeptTopic topic, String protocol) {
        int rate = Integer.parseInt(topic.attribute(protocol + "SuccessFeedbackSampleRate").orElse("0"));
        return ThreadLocalRandom.current().nextInt(100) < rate;
    }

    /** Other ends of deliveries do not wait for the log. */
    void write(Place place, String role, Map<String, Object> told, boolean success) {
        time.start("delivery status of " + place.name(), () -> {
            try {
                writeNow(place, role, told, success);
            } catch (ApiError refused) {
                LOG.log(Level.INFO, "The delivery status of " + place.name() + " could not be logged: " + refused);
            }
        });
    }

    private void writeNow(Place place, String role, Map<String, Object> told, boolean success) {
        told.put("status", success ? "SUCCESS" : "FAILURE");
        var service = new Caller(place.account(), place.region(),
                new Principal.Service("sns.amazonaws.com", place.arn()),
                UUID.randomUUID().toString(), null, 1, null, null, null);
        var caller = roles.assume(service, role, "sns");
        var group = place.group() + (success ? "" : "/Failure");
        var now = time.instant();
        // A stream a day and place.
        var stream = UUID.nameUUIDFromBytes((place.group() + now.getEpochSecond() / 86_400)
                .getBytes(StandardCharsets.UTF_8))
                .toString();
        var request = Logs.PutLogEventsRequest.of(r -> r.logGroupName(group).logStreamName(stream).logEvents(List.of(
                Logs.InputLogEvent.of(e -> e.timestamp(now.toEpochMilli()).message(JsonWriter.string(told))))));
        try {
            logs.putLogEvents(caller, request);
        } catch (Logs.ResourceNotFoundException _) {
            make(caller, group, stream);
            logs.putLogEvents(caller, request);
        }
    }

    private void make(Caller caller, String group, String stream) {
        try {
            logs.createLogGroup(caller, Logs.CreateLogGroupRequest.of(r -> r.logGroupName(group)));
        } catch (Logs.ResourceAlreadyExistsException _) {
            // Only the stream is missing.
        }
        try {
            logs.createLogStream(caller,
                    Logs.CreateLogStreamRequest.of(r -> r.logGroupName(group).logStreamName(stream)));
        } catch (Logs.ResourceAlreadyExistsException _) {
            // Somebody was faster.
        }
    }
}
