package dev.aloft.service.sqs;

import dev.aloft.api.JsonReader;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.identity.Policy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The attributes of a queue: what may be given, in which range, and what holds where nothing is given.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html">
 *     SetQueueAttributes</a>
 */
final class QueueAttributes {
    static final String DEDUPLICATION_SCOPE = "DeduplicationScope";
    static final String THROUGHPUT_LIMIT = "FifoThroughputLimit";
    static final String MESSAGE_GROUP = "messageGroup";

    /** Of a queue's policy. */
    static final int MOST_STATEMENTS = 20;

    private record Bounds(int least, int most, int standard) {}

    private static final Map<String, Bounds> NUMBERS = Map.of(
        "DelaySeconds", new Bounds(0, 900, 0),
        "MaximumMessageSize", new Bounds(1024, 1_048_576, 1_048_576),
        "MessageRetentionPeriod", new Bounds(60, 1_209_600, 345_600),
        "ReceiveMessageWaitTimeSeconds", new Bounds(0, 20, 0),
        "VisibilityTimeout", new Bounds(0, 43_200, 30),
        "KmsDataKeyReusePeriodSeconds", new Bounds(60, 86_400, 300));
    private static final Set<String> FLAGS = Set.of("ContentBasedDeduplication", "SqsManagedSseEnabled", "FifoQueue");
    private static final Map<String, Set<String>> CHOICES = Map.of(
        DEDUPLICATION_SCOPE, Set.of("queue", MESSAGE_GROUP),
        THROUGHPUT_LIMIT, Set.of("perQueue", "perMessageGroupId"));
    /** What GetQueueAttributes tells besides, and SetQueueAttributes does not take. */
    private static final Set<String> TOLD = Set.of("QueueArn", "CreatedTimestamp", "LastModifiedTimestamp",
        "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed");
    private static final Set<String> DOCUMENTS = Set.of("Policy", "RedrivePolicy", "RedriveAllowPolicy");
    private static final Set<String> OF_FIFO = Set.of("FifoQueue", "ContentBasedDeduplication", DEDUPLICATION_SCOPE,
        THROUGHPUT_LIMIT);

    private QueueAttributes() {}

    static int standard(String number) {
        return NUMBERS.get(number).standard;
    }

    static boolean isKnown(String name) {
        return isGiven(name) || TOLD.contains(name) || name.equals("All");
    }

    private static boolean isGiven(String name) {
        return NUMBERS.containsKey(name) || FLAGS.contains(name) || CHOICES.containsKey(name)
                || DOCUMENTS.contains(name)
            || name.equals("KmsMasterKeyId");
    }

    /** What is given, checked and in the form in which it is told again; an empty value takes an attribute away. */
    static Map<String, String> checked(Map<String, String> given, boolean fifo) {
        var checked = new LinkedHashMap<String, String>();
        given.forEach((name, value) -> {
            if (!isGiven(name)) {
                throw new Sqs.InvalidAttributeName("Unknown Attribute " + name + ".");
            }
            if (!fifo && OF_FIFO.contains(name)) {
                throw new Sqs.InvalidAttributeName(CHOICES.containsKey(name)
                    ? "You can specify the " + name + " only when FifoQueue is set to true."
                    : "Unknown Attribute " + name + ".");
            }
            checked.put(name, value(name, value == null ? "" : value));
        });
        checkEncryption(checked);
        return checked;
    }

    private static String value(String name, String value) {
        if (NUMBERS.containsKey(name)) {
            return number(name, value, NUMBERS.get(name));
        }
        if (FLAGS.contains(name)) {
            var flag = value.toLowerCase(Locale.ROOT);
            if (!flag.equals("true") && !flag.equals("false")) {
                throw invalid(name);
            }
            return flag;
        }
        if (CHOICES.containsKey(name) && !CHOICES.get(name).contains(value)) {
            throw invalid(name);
        }
        switch (name) {
            case "Policy" -> checkPolicy(value);
            case "RedrivePolicy" -> {
                return RedrivePolicies.told(value);
            }
            case "RedriveAllowPolicy" -> RedrivePolicies.checkAllow(value);
            default -> {}
        }
        return value;
    }

    private static String number(String name, String value, Bounds bounds) {
        try {
            int number = Integer.parseInt(value);
            if (number < bounds.least || number > bounds.most) {
                throw invalid(name);
            }
            return Integer.toString(number);
        } catch (NumberFormatException _) {
            throw invalid(name);
        }
    }

    static Sqs.InvalidAttributeValue invalid(String name) {
        return new Sqs.InvalidAttributeValue("Invalid value for the parameter " + name + ".");
    }

    static Sqs.InvalidAttributeValue invalid(String name, String reason) {
        return new Sqs.InvalidAttributeValue("Invalid value for the parameter " + name + ". Reason: " + reason);
    }

    /** What must hold of a queue's attributes together, those that it had before too. */
    static void checkTogether(Map<String, String> attributes) {
        if ("perMessageGroupId".equals(attributes.get(THROUGHPUT_LIMIT))
                && !MESSAGE_GROUP.equals(attributes.get(DEDUPLICATION_SCOPE))) {
            throw invalid(THROUGHPUT_LIMIT,
                "To set FifoThroughputLimit to perMessageGroupId, the DeduplicationScope must be messageGroup.");
        }
    }

    private static void checkEncryption(Map<String, String> attributes) {
        boolean own = !attributes.getOrDefault("KmsMasterKeyId", "").isEmpty();
        if (own && "true".equals(attributes.get("SqsManagedSseEnabled"))) {
            throw new Sqs.InvalidAttributeValue("You can use one type of server-side encryption (SSE) at one time. "
                + "You can either enable KMS SSE or SQS SSE.");
        }
        if (own) {
            attributes.put("SqsManagedSseEnabled", "false");
        } else if (attributes.containsKey("KmsMasterKeyId") || "true".equals(attributes.get("SqsManagedSseEnabled"))) {
            attributes.put("KmsMasterKeyId", "");
            attributes.put("KmsDataKeyReusePeriodSeconds", "");
        }
    }

    private static void checkPolicy(String document) {
        if (document.isEmpty()) {
            return;
        }
        try {
            Policy.of(document, Policy.Kind.RESOURCE);
        } catch (Policy.Malformed _) {
            throw invalid("Policy");
        }
        if (JsonReader.tree(document) instanceof Map<?, ?> policy && policy.get("Statement") instanceof List<?> all
                && all.size() > MOST_STATEMENTS) {
            throw new Sqs.OverLimit(all.size() + " statements were found in the submitted policy, max allowed is "
                + MOST_STATEMENTS);
        }
    }

    /** All attributes of a queue, those that hold by default too. */
    static Map<String, String> told(Queue queue, Counts counts) {
        var told = new LinkedHashMap<String, String>();
        told.put("ApproximateNumberOfMessages", Long.toString(counts.visible()));
        told.put("ApproximateNumberOfMessagesDelayed", Long.toString(counts.delayed()));
        told.put("ApproximateNumberOfMessagesNotVisible", Long.toString(counts.inFlight()));
        told.put("CreatedTimestamp", Long.toString(queue.created().getEpochSecond()));
        told.put("LastModifiedTimestamp", Long.toString(queue.modified().getEpochSecond()));
        told.put("QueueArn", queue.arn());
        NUMBERS.forEach((name, bounds) -> {
            if (!name.equals("KmsDataKeyReusePeriodSeconds") || queue.attributes().containsKey("KmsMasterKeyId")) {
                told.put(name, Integer.toString(bounds.standard));
            }
        });
        told.put("SqsManagedSseEnabled", "true");
        if (queue.fifo()) {
            told.put("FifoQueue", "true");
            told.put("ContentBasedDeduplication", "false");
            told.put(DEDUPLICATION_SCOPE, "queue");
            told.put(THROUGHPUT_LIMIT, "perQueue");
        }
        told.putAll(queue.attributes());
        return told;
    }

    /** How many messages a queue has, by what becomes of them. */
    record Counts(long visible, long inFlight, long delayed) {}
}
