package dev.aloft.kernel.call;

import java.util.Map;

/**
 * An event as it reaches a target. A target takes what its service has a place for and leaves the rest.
 *
 * @param body            the event itself, mostly JSON
 * @param attributes      message attributes (SQS, SNS), by name
 * @param groupId         message group id, or null
 * @param deduplicationId message deduplication id, or null
 * @param partitionKey    of a Kinesis record, or null for one that the target chooses
 * @param trace           X-Ray trace header, in which lineage is counted too, or null for the caller's
 */
public record Event(
        byte[] body,
        Map<String, Attribute> attributes,
        String groupId,
        String deduplicationId,
        String partitionKey,
        String trace) {

    /**
     * A message attribute.
     *
     * @param type  {@code String}, {@code Number} or {@code Binary}, or one of these with a label behind a dot
     * @param value of a binary in base64
     */
    public record Attribute(String type, String value) {
        public static Attribute text(String value) {
            return new Attribute("String", value);
        }

        public boolean binary() {
            return type.startsWith("Binary");
        }

        public static Attribute number(long value) {
            return new Attribute("Number", Long.toString(value));
        }
    }

    public static Event of(byte[] body) {
        return new Event(body, Map.of(), null, null, null, null);
    }

    public Event withAttributes(Map<String, Attribute> given) {
        return new Event(body, Map.copyOf(given), groupId, deduplicationId, partitionKey, trace);
    }

    public Event withBody(byte[] other) {
        return new Event(other, attributes, groupId, deduplicationId, partitionKey, trace);
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
