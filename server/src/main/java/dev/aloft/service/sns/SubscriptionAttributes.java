package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.invalid;

import com.fasterxml.jackson.core.JsonFactory;
import dev.aloft.api.Arn;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Sns;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.KeptTopic;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A subscription's attributes: which there are, what each may be, and how they are told.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html">SetSubscriptionAttributes</a>
 */
final class SubscriptionAttributes {
    private static final Set<String> SETTABLE = Set.of("DeliveryPolicy", "FilterPolicy", "FilterPolicyScope",
            "RawMessageDelivery", "RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy");
    private static final Set<String> RAW_PROTOCOLS = Set.of("sqs", "http", "https", "firehose");

    private SubscriptionAttributes() {
    }

    /** The attributes of a new subscription, held against each other. */
    static Map<String, String> checked(Map<String, String> given, KeptTopic topic, String protocol, String endpoint) {
        var attributes = new LinkedHashMap<String, String>();
        try {
            // The scope first: the policy is read in its light.
            given.forEach((name, value) -> {
                if (name.equals("FilterPolicyScope")) {
                    change(attributes, name, value, topic, protocol, endpoint);
                }
            });
            given.forEach((name, value) -> {
                if (!SETTABLE.contains(name)) {
                    throw invalid("Unknown attribute " + name);
                }
                if (!name.equals("FilterPolicyScope")) {
                    change(attributes, name, value, topic, protocol, endpoint);
                }
            });
        } catch (Sns.InvalidParameterException e) {
            throw invalid("Attributes", e.getMessage().substring("Invalid parameter: ".length()));
        }
        if (protocol.equals("firehose") && !attributes.containsKey("SubscriptionRoleArn")) {
            throw invalid("Attributes",
                    "SubscriptionRoleArn: SubscriptionRoleArn is required for the firehose protocol");
        }
        return attributes;
    }

    /** Sets one attribute, or throws where it cannot be this; an empty value takes it away. */
    static void change(Map<String, String> attributes, String name, String value, KeptTopic topic, String protocol,
            String endpoint) {
        if (!SETTABLE.contains(name)) {
            throw invalid("AttributeName");
        }
        if (!name.equals("RawMessageDelivery") && isEmpty(value)) {
            attributes.remove(name);
            return;
        }
        switch (name) {
            case "RawMessageDelivery" -> checkRaw(value, protocol);
            case "FilterPolicy" ->
                    checkFilter(value, attributes.getOrDefault("FilterPolicyScope", FilterPolicy.ATTRIBUTES));
            case "FilterPolicyScope" -> {
                if (!value.equals(FilterPolicy.BODY) && !value.equals(FilterPolicy.ATTRIBUTES)) {
                    throw invalid("FilterPolicyScope: Invalid value [" + value
                            + "]. Please use either MessageBody or MessageAttributes");
                }
                if (attributes.containsKey("FilterPolicy")) {
                    checkFilter(attributes.get("FilterPolicy"), value);
                }
            }
            case "RedrivePolicy" -> checkRedrive(value, topic, endpoint);
            case "DeliveryPolicy" -> DeliveryPolicy.checkSubscription(value);
            case "ReplayPolicy" -> replay(value, topic);
            case "SubscriptionRoleArn" -> {
                if (!Arn.isArn(value) || !Arn.parse(value).service().equals("iam")) {
                    throw invalid("SubscriptionRoleArn: " + value + " is an invalid arn");
                }
            }
            default -> throw new IllegalStateException(name);
        }
        attributes.put(name, value.equals("TRUE")
                || value.equals("FALSE") ? value.toLowerCase(java.util.Locale.ROOT) : value);
    }

    private static boolean isEmpty(String value) {
        var text = value.strip();
        return text.isEmpty() || text.replaceAll("\\s", "").equals("{}");
    }

    private static void checkRaw(String value, String protocol) {
        boolean raw = value.equalsIgnoreCase("true");
        if (!raw && !value.equalsIgnoreCase("false")) {
            throw invalid("RawMessageDelivery: Invalid value [" + value + "]. Must be true or false.");
        }
        if (raw && !RAW_PROTOCOLS.contains(protocol)) {
            throw invalid("Delivery protocol [" + protocol + "] does not support raw message delivery.");
        }
    }

    private static void checkFilter(String policy, String scope) {
        try {
            FilterPolicy.check(policy, scope);
        } catch (FilterPolicy.Faulty e) {
            throw invalid((e.bare ? "" : "FilterPolicy: ") + e.getMessage());
        }
    }

    private static void checkRedrive(String value, KeptTopic topic, String endpoint) {
        checkSyntax("RedrivePolicy", value);
        var target = JsonReader.tree(value) instanceof Map<?, ?> policy ? policy.get("deadLetterTargetArn") : null;
        if (!(target instanceof String arn) || !Arn.isArn(arn) || !Arn.parse(arn).service().equals("sqs")) {
            throw invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn");
        }
        if (topic.fifo() && endpoint.endsWith(".fifo") && !arn.endsWith(".fifo")) {
            throw invalid("RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.");
        }
        if (!topic.fifo() && arn.endsWith(".fifo")) {
            throw invalid("RedrivePolicy: must use a standard queue as DLQ for a subscription to a standard Topic.");
        }
    }

    private static void checkSyntax(String name, String json) {
        try (var parser = new JsonFactory().createParser(json)) {
            while (parser.nextToken() != null) {
                parser.getText();
            }
        } catch (IOException e) {
            throw invalid(name + ": failed to parse JSON. " + e.getMessage());
        }
    }

    /** The queue for what cannot be delivered. */
    static Optional<Arn> deadLetters(KeptSubscription subscription) {
        return subscription.attribute("RedrivePolicy")
                .map(policy -> Arn.parse(((Map<?, ?>) JsonReader.tree(policy)).get("deadLetterTargetArn").toString()));
    }

    /** From when to when archived messages are to be brought again. */
    record Window(Instant start, Instant end) {
    }

    static Window replay(String value, KeptTopic topic) {
        if (topic.archiveFrom() == null) {
            throw invalid("ReplayPolicy: the topic has no message archive");
        }
        checkSyntax("ReplayPolicy", value);
        if (JsonReader.tree(value) instanceof Map<?, ?> policy && "Timestamp".equals(policy.get("PointType"))) {
            try {
                var start = Instant.parse(String.valueOf(policy.get("StartingPoint")));
                var end = policy.get("EndingPoint") == null ? null
                        : Instant.parse(policy.get("EndingPoint").toString());
                if (end == null || end.isAfter(start)) {
                    return new Window(start, end);
                }
            } catch (DateTimeParseException _) {
                // Told below.
            }
        }
        throw invalid("ReplayPolicy: PointType must be Timestamp, and StartingPoint and EndingPoint "
                + "moments in ISO 8601");
    }

    /** What GetSubscriptionAttributes tells. */
    static Map<String, String> told(KeptSubscription subscription, KeptTopic topic) {
        var told = new TreeMap<>(subscription.attributes());
        told.putIfAbsent("RawMessageDelivery", "false");
        told.remove("FilterPolicyScope");
        if (told.containsKey("FilterPolicy")) {
            told.put("FilterPolicyScope", subscription.attribute("FilterPolicyScope").orElse(FilterPolicy.ATTRIBUTES));
        }
        if (topic != null && subscription.protocol().startsWith("http")) {
            told.put("EffectiveDeliveryPolicy", DeliveryPolicy.ofSubscription(topic, subscription));
        }
        told.put("SubscriptionArn", subscription.arn());
        told.put("TopicArn", subscription.topicArn());
        told.put("Owner", subscription.owner());
        told.put("Protocol", subscription.protocol());
        told.put("Endpoint", subscription.endpoint());
        told.put("ConfirmationWasAuthenticated", Boolean.toString(subscription.authenticated()));
        told.put("PendingConfirmation", Boolean.toString(!subscription.confirmed()));
        told.put("SubscriptionPrincipal", subscription.principal());
        return told;
    }
}
