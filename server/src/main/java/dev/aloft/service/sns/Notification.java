package dev.aloft.service.sns;

import dev.aloft.api.JsonWriter;
import dev.aloft.service.sns.SnsData.Attribute;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.KeptTopic;
import dev.aloft.service.sns.SnsData.Message;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The documents that SNS sends: notifications as each protocol has them, and the questions whether a subscription is
 * wanted.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html">HTTP/S notification JSON
 *     format</a>
 */
final class Notification {
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Signer signer;
    private final Supplier<String> url;

    /** @param url where the platform is reached, for messages whose publisher did not come from outside */
    Notification(Signer signer, Supplier<String> url) {
        this.signer = signer;
        this.url = url;
    }

    static String moment(Instant at) {
        return MOMENT.format(at);
    }

    /** The document for queues, HTTP endpoints and e-mail as JSON. */
    byte[] json(KeptTopic topic, KeptSubscription subscription, Message message, boolean replayed) {
        // FIFO topics deliver to queues alone and sign nothing.
        var document = document(topic, subscription, message, !topic.fifo());
        if (replayed) {
            document.put("Replayed", true);
        }
        return spaced(document);
    }

    /**
     * The document for delivery streams: a line, and nothing signed.
     *
     * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/firehose-archived-message-format-S3.html">Formatting
     *     notifications for storage in Amazon S3 destinations</a>
     */
    byte[] record(KeptTopic topic, KeptSubscription subscription, Message message) {
        return JsonWriter.bytes(document(topic, subscription, message, false));
    }

    private Map<String, Object> document(KeptTopic topic, KeptSubscription subscription, Message message,
            boolean signed) {
        var text = message.text(subscription.protocol());
        var document = new LinkedHashMap<String, Object>();
        document.put("Type", "Notification");
        document.put("MessageId", message.id());
        if (message.sequence() != null) {
            document.put("SequenceNumber", message.sequence());
        }
        document.put("TopicArn", message.topicArn());
        if (message.subject() != null) {
            document.put("Subject", message.subject());
        }
        document.put("Message", text);
        document.put("Timestamp", moment(message.at()));
        if (signed) {
            sign(document, topic, message, text, "SigningCertURL");
        }
        document.put("UnsubscribeURL", unsubscribeUrl(subscription, message.endpoint()));
        if (!message.attributes().isEmpty()) {
            document.put("MessageAttributes", attributes(message.attributes()));
        }
        return document;
    }

    /** The event of a function. */
    byte[] lambda(KeptTopic topic, KeptSubscription subscription, Message message) {
        var text = message.text("lambda");
        var sns = new LinkedHashMap<String, Object>();
        sns.put("Type", "Notification");
        sns.put("MessageId", message.id());
        sns.put("TopicArn", message.topicArn());
        sns.put("Subject", message.subject());
        sns.put("Message", text);
        sns.put("Timestamp", moment(message.at()));
        sign(sns, topic, message, text, "SigningCertUrl");
        sns.put("UnsubscribeUrl", unsubscribeUrl(subscription, message.endpoint()));
        sns.put("MessageAttributes", attributes(message.attributes()));
        var record = new LinkedHashMap<String, Object>();
        record.put("EventSource", "aws:sns");
        record.put("EventVersion", "1.0");
        record.put("EventSubscriptionArn", subscription.arn());
        record.put("Sns", sns);
        return JsonWriter.bytes(Map.of("Records", List.of(record)));
    }

    private void sign(Map<String, Object> document, KeptTopic topic, Message message, String text, String certificate) {
        var version = topic.attribute("SignatureVersion").orElse("1");
        var signed = new StringBuilder();
        line(signed, "Message", text);
        line(signed, "MessageId", message.id());
        line(signed, "Subject", message.subject());
        line(signed, "Timestamp", moment(message.at()));
        line(signed, "TopicArn", message.topicArn());
        line(signed, "Type", "Notification");
        document.put("SignatureVersion", version);
        document.put("Signature", signer.sign(signed.toString(), version));
        document.put(certificate, certificateUrl(message.endpoint()));
    }

    private static void line(StringBuilder signed, String name, String value) {
        if (value != null) {
            signed.append(name).append('\n').append(value).append('\n');
        }
    }

    /**
     * Asks for a subscription ({@code SubscriptionConfirmation}) or says how to have one back ({@code
     * UnsubscribeConfirmation}).
     */
    byte[] question(KeptTopic topic, KeptSubscription subscription, String type, String id, Instant at,
            String endpoint) {
        var document = new LinkedHashMap<String, Object>();
        var text = question(subscription, type);
        var link = confirmUrl(subscription, endpoint);
        document.put("Type", type);
        document.put("MessageId", id);
        document.put("Token", subscription.token());
        document.put("TopicArn", subscription.topicArn());
        document.put("Message", text);
        document.put("SubscribeURL", link);
        document.put("Timestamp", moment(at));
        var version = topic == null ? "1" : topic.attribute("SignatureVersion").orElse("1");
        var signed = new StringBuilder();
        line(signed, "Message", text);
        line(signed, "MessageId", id);
        line(signed, "SubscribeURL", link);
        line(signed, "Timestamp", moment(at));
        line(signed, "Token", subscription.token());
        line(signed, "TopicArn", subscription.topicArn());
        line(signed, "Type", type);
        document.put("SignatureVersion", version);
        document.put("Signature", signer.sign(signed.toString(), version));
        document.put("SigningCertURL", certificateUrl(endpoint));
        return spaced(document);
    }

    private static String question(KeptSubscription subscription, String type) {
        return type.equals("SubscriptionConfirmation")
                ? "You have chosen to subscribe to the topic " + subscription.topicArn()
                        + ".\nTo confirm the subscription, visit the SubscribeURL included in this message."
                : "You have chosen to deactivate subscription " + subscription.arn()
                        + ".\nTo cancel this operation and restore the subscription, visit the "
                        + "SubscribeURL included in this message.";
    }

    private String base(String endpoint) {
        return endpoint == null ? url.get() : endpoint;
    }

    String confirmUrl(KeptSubscription subscription, String endpoint) {
        return base(endpoint) + "/?Action=ConfirmSubscription&TopicArn=" + subscription.topicArn() + "&Token="
                + subscription.token();
    }

    String unsubscribeUrl(KeptSubscription subscription, String endpoint) {
        return base(endpoint) + "/?Action=Unsubscribe&SubscriptionArn=" + subscription.arn();
    }

    /** Over TLS, which the same port speaks: validators take nothing else. */
    private String certificateUrl(String endpoint) {
        return "https://" + URI.create(base(endpoint)).getAuthority() + signer.path();
    }

    static Map<String, Object> attributes(Map<String, Attribute> attributes) {
        var told = new LinkedHashMap<String, Object>();
        attributes.forEach((name, attribute) -> {
            var value = new LinkedHashMap<String, Object>();
            value.put("Type", attribute.type());
            value.put("Value", attribute.bytes() == null ? attribute.text() : attribute.bytes().base64());
            told.put(name, value);
        });
        return told;
    }

    /** As SNS lays it out: a member a line, and a space at each side of the colon. */
    private static byte[] spaced(Map<String, Object> document) {
        var text = new StringBuilder("{");
        spaced(text, document, "  ");
        return text.append("\n}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void spaced(StringBuilder text, Map<String, Object> members, String indent) {
        boolean first = true;
        for (var member : members.entrySet()) {
            text.append(first ? "\n" : ",\n").append(indent).append(JsonWriter.string((Object) member.getKey()))
                    .append(" : ");
            if (member.getKey().equals("MessageAttributes") && member.getValue() instanceof Map<?, ?> attributes) {
                var nested = new LinkedHashMap<String, Object>();
                attributes.forEach((name, value) -> nested.put(name.toString(), value));
                text.append('{');
                spaced(text, nested, indent + "  ");
                text.append('\n').append(indent).append('}');
            } else {
                text.append(JsonWriter.string(member.getValue()));
            }
            first = false;
        }
    }
}
