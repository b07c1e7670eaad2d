package dev.aloft.service.sqs;

import dev.aloft.api.Arn;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The two documents about dead letters: a queue's RedrivePolicy, which says where they go, and a dead-letter queue's
 * RedriveAllowPolicy, which says from where they may come.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html">
 *     SetQueueAttributes</a>
 */
final class RedrivePolicies {
    private static final int MOST_SOURCES = 10;
    private static final int MOST_RECEIVES = 1000;
    private static final String REDRIVE = "RedrivePolicy";
    private static final String ALLOW = "RedriveAllowPolicy";
    private static final String TARGET = "deadLetterTargetArn";
    private static final String COUNT = "maxReceiveCount";
    private static final String PERMISSION = "redrivePermission";
    private static final String SOURCES = "sourceQueueArns";
    private static final String NOT_CREATED = "Amazon SQS can't create the redrive allow policy";

    private RedrivePolicies() {}

    /** A RedrivePolicy as it is told: a count that was given as text is a number. */
    static String told(String document) {
        var redrive = redrive(document);
        if (redrive == null || !(redriveMap(document).get(COUNT) instanceof String)) {
            return document;
        }
        var told = new LinkedHashMap<String, Object>();
        told.put(TARGET, redrive.deadLetterArn());
        told.put(COUNT, redrive.maxReceiveCount());
        return JsonWriter.string(told);
    }

    /** What a RedrivePolicy says, or null for an empty one. */
    static Queue.Redrive redrive(String document) {
        if (document == null || document.isEmpty()) {
            return null;
        }
        var policy = redriveMap(document);
        for (var needed : List.of(COUNT, TARGET)) {
            if (policy.get(needed) == null) {
                throw Errors.invalid(REDRIVE, document, "Redrive policy does not contain mandatory attribute: " + needed
                    + ".");
            }
        }
        if (policy.size() > 2) {
            throw Errors.invalid(REDRIVE, document,
                "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].");
        }
        var count = policy.get(COUNT).toString();
        int most = count.matches("[0-9]{1,6}") ? Integer.parseInt(count) : 0;
        if (most < 1 || most > MOST_RECEIVES) {
            throw Errors.invalid(REDRIVE, document, "Invalid value for maxReceiveCount: " + count
                + ", valid values are from 1 to 1000 both inclusive.");
        }
        var arn = policy.get(TARGET).toString();
        if (!Arn.isArn(arn)) {
            throw Errors.invalid(REDRIVE, document, "Dead-letter target ARN should be fully qualified ARN.");
        }
        if (QueueName.ofArn(arn) == null) {
            throw Errors.invalid(REDRIVE, document, "Only SQS queues are valid resources for deadLetterTargetArn.");
        }
        return new Queue.Redrive(arn, most);
    }

    private static Map<?, ?> redriveMap(String document) {
        var policy = map(document);
        if (policy == null) {
            throw QueueAttributes.invalid(REDRIVE, "Redrive policy is not a valid JSON map.");
        }
        return policy;
    }

    static void checkAllow(String document) {
        if (document.isEmpty()) {
            return;
        }
        var policy = map(document);
        if (policy == null || !Set.of(PERMISSION, SOURCES).containsAll(policy.keySet())
                || !Set.of("allowAll", "denyAll", "byQueue").contains(String.valueOf(policy.get(PERMISSION)))
                || !(sources(policy) instanceof List<?> sources && sources.stream()
                    .allMatch(String.class::isInstance))) {
            throw QueueAttributes.invalid(ALLOW, NOT_CREATED + ", as it’s in an unsupported format.");
        }
        boolean byQueue = "byQueue".equals(policy.get(PERMISSION));
        if (!byQueue && !sources.isEmpty()) {
            throw notAllowed(document,
                "To specify one or more source queue ARNs, you must set redrivePermission to byQueue.");
        }
        if (byQueue && sources.isEmpty()) {
            throw notAllowed(document,
                "When you specify the byQueue permission type, you must also specify one or more "
                + "sourceQueueArns values.");
        }
        if (sources.size() > MOST_SOURCES) {
            throw notAllowed(document, "The maximum number of source queue ARNs you can specify is 10.");
        }
    }

    private static Object sources(Map<?, ?> policy) {
        return policy.get(SOURCES) == null ? List.of() : policy.get(SOURCES);
    }

    private static RuntimeException notAllowed(String document, String reason) {
        return Errors.invalid(ALLOW, document, NOT_CREATED + ". " + reason);
    }

    /** Whether a RedriveAllowPolicy, which may be null, lets a queue name this one as its dead-letter queue. */
    static boolean allows(String document, String sourceArn) {
        var policy = document == null ? null : map(document);
        return policy == null || switch (String.valueOf(policy.get(PERMISSION))) {
            case "denyAll" -> false;
            case "byQueue" -> policy.get(SOURCES) instanceof List<?> sources && sources.contains(sourceArn);
            default -> true;
        };
    }

    /** Null for what is no JSON, or no map. */
    private static Map<?, ?> map(String document) {
        try {
            return JsonReader.tree(document) instanceof Map<?, ?> map ? map : null;
        } catch (JsonReader.Malformed _) {
            return null;
        }
    }
}
