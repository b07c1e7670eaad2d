package dev.aloft.kernel.call;

import java.util.Map;

/**
 * An event as it reaches a target. A target takes what its service has a place for and leaves the rest.
 *
 * @param body            the event itself, mostly JSON
 * @param attributes      message attributes of type String (SQS, SNS), by name
 * @param groupId         message group id, or null
 * @param deduplicationId message deduplication id, or null
 * @param partitionKey    of a Kinesis record, or null for one that the target chooses
 * @param trace           X-Ray trace header, in which lineage is counted too, or null for the caller's
 */
public record Event(
        byte[] body,
        Map<String, String> attributes,
        String groupId,
        String deduplicationId,
        String partitionKey,
        String trace) {

    public static Event of(byte[] body) {
        return new Event(body, Map.of(), null, null, null, null);
    }

    public Event withAttributes(Map<String, String> strings) {
        return new Event(body, Map.copyOf(strings), groupId, deduplicationId, partitionKey, trace);
    }

    public Event inGroup(String group, String deduplication) {
        return new Event(body, attributes, group, deduplication, partitionKey, trace);
    }

    public Event withPartitionKey(String key) {
        return new Event(body, attributes, groupId, deduplicationId, key, trace);
    }

    public Event withTrace(String header) {
        return new Event(body, attributes, groupId, deduplicationId, partitionKey, header);
    }
}
