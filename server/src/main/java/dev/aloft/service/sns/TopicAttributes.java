package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.invalid;

import dev.aloft.api.JsonReader;
import dev.aloft.service.sns.SnsData.Counts;
import dev.aloft.service.sns.SnsData.KeptTopic;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A topic's attributes: which there are, what each may be, and how they are told.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html">SetTopicAttributes</a>
 */
final class TopicAttributes {
    private static final Set<String> SETTABLE = settable();
    private static final Set<String> FLAGS = Set.of("FifoTopic", "ContentBasedDeduplication");
    private static final int LONGEST_DISPLAY_NAME = 100;

    private TopicAttributes() {
    }

    private static Set<String> settable() {
        var names = new HashSet<>(Set.of("DeliveryPolicy", "DisplayName", "Policy", "TracingConfig", "KmsMasterKeyId",
                "SignatureVersion", "ContentBasedDeduplication", "ArchivePolicy", "FifoThroughputScope"));
        for (var protocol : Set.of("HTTP", "Firehose", "Lambda", "Application", "SQS")) {
            names.add(protocol + "SuccessFeedbackRoleArn");
            names.add(protocol + "SuccessFeedbackSampleRate");
            names.add(protocol + "FailureFeedbackRoleArn");
        }
        return Set.copyOf(names);
    }

    /** Flags as they are kept: AWS's own examples for Python give them as True and False. */
    static String plain(String name, String value) {
        return FLAGS.contains(name) ? value.toLowerCase(Locale.ROOT) : value;
    }

    static boolean isKnown(String name) {
        return SETTABLE.contains(name);
    }

    /** Throws unless this attribute can be this. */
    static void check(String name, String value, boolean fifo) {
        if (!isKnown(name)) {
            throw invalid("AttributeName");
        }
        switch (name) {
            case "DisplayName" -> {
                if (value.length() > LONGEST_DISPLAY_NAME) {
                    throw invalid("DisplayName", "must be at most " + LONGEST_DISPLAY_NAME + " characters long");
                }
            }
            case "DeliveryPolicy" -> DeliveryPolicy.checkTopic(value);
            case "SignatureVersion" -> oneOf(name, value, "1", "2");
            case "TracingConfig" -> oneOf(name, value, "PassThrough", "Active");
            case "ContentBasedDeduplication" -> {
                oneOf(name, value, "true", "false");
                onlyFifo(name, fifo);
            }
            case "FifoThroughputScope" -> {
                oneOf(name, value, "Topic", "MessageGroup");
                onlyFifo(name, fifo);
            }
            case "ArchivePolicy" -> {
                onlyFifo(name, fifo);
                // What ends an archive is {}, not nothing.
                if (value.isEmpty()) {
                    throw noRetention();
                }
                retentionDays(value);
            }
            default -> {
                if (name.endsWith("SampleRate")) {
                    checkRate(name, value);
                }
            }
        }
    }

    private static void oneOf(String name, String value, String first, String second) {
        if (!value.equals(first) && !value.equals(second)) {
            throw invalid(name + ": Invalid value [" + value + "]. Must be " + first + " or " + second + ".");
        }
    }

    private static void onlyFifo(String name, boolean fifo) {
        if (!fifo) {
            throw invalid("Attributes", name + " can only be set on FIFO topics");
        }
    }

    private static void checkRate(String name, String value) {
        if (!isPercentage(value)) {
            throw invalid(name + ": " + value + " value provided is not an integer between 0-100");
        }
    }

    static boolean isPercentage(String value) {
        return value.matches("[0-9]{1,2}|100");
    }

    /** For how many days a FIFO topic keeps its messages; 0 where it does not. */
    static int retentionDays(String archivePolicy) {
        if (archivePolicy == null || archivePolicy.isEmpty()) {
            return 0;
        }
        try {
            if (JsonReader.tree(archivePolicy) instanceof Map<?, ?> policy) {
                if (policy.isEmpty()) {
                    return 0;
                }
                var days = policy.get("MessageRetentionPeriod");
                int number = days == null ? 0 : Integer.parseInt(days.toString());
                if (number >= 1 && number <= 365) {
                    return number;
                }
            }
        } catch (JsonReader.Malformed | NumberFormatException _) {
            // Told below.
        }
        throw noRetention();
    }

    private static RuntimeException noRetention() {
        return invalid("ArchivePolicy: MessageRetentionPeriod must be an integer from 1 to 365");
    }

    /** What GetTopicAttributes tells. */
    static Map<String, String> told(KeptTopic topic, Counts counts) {
        var told = new TreeMap<>(topic.attributes());
        told.putIfAbsent("DisplayName", "");
        if (topic.fifo()) {
            told.putIfAbsent("ContentBasedDeduplication", "false");
        }
        if (topic.archiveFrom() != null) {
            told.put("BeginningArchiveTime", Notification.moment(topic.archiveFrom()));
        }
        told.put("TopicArn", topic.arn());
        told.put("Owner", topic.account());
        told.put("Policy", TopicPolicy.of(topic));
        told.put("EffectiveDeliveryPolicy", DeliveryPolicy.ofTopic(topic));
        told.put("SubscriptionsConfirmed", Long.toString(counts.confirmed()));
        told.put("SubscriptionsPending", Long.toString(counts.pending()));
        told.put("SubscriptionsDeleted", Long.toString(counts.deleted()));
        return told;
    }
}
