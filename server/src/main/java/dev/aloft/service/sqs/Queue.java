package dev.aloft.service.sqs;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A queue as it is kept.
 *
 * @param id         this queue's alone: another of the same name has another
 * @param line       where its messages are kept: a purge gives it a new one
 * @param attributes those that were given, by AWS's names, in AWS's form
 * @param redrive    what RedrivePolicy says, or null
 * @param purged     when it was purged last, or null
 * @param scoped     when the scope of its deduplication was changed last, or null
 */
record Queue(
        QueueName name,
        long id,
        long line,
        Instant created,
        Instant modified,
        Map<String, String> attributes,
        Redrive redrive,
        Map<String, String> tags,
        Instant purged,
        Instant scoped) {

    static final String OF_CLOUDFORMATION = "aws:cloudformation:";

    /** Where messages go that were received too often. */
    record Redrive(String deadLetterArn, int maxReceiveCount) {}

    Queue with(Map<String, String> changed, Instant now) {
        var all = new LinkedHashMap<>(attributes);
        changed.forEach((name, value) -> {
            if (value.isEmpty()) {
                all.remove(name);
            } else {
                all.put(name, value);
            }
        });
        var scope = QueueAttributes.DEDUPLICATION_SCOPE;
        boolean rescoped = changed.containsKey(scope) && !changed.get(scope).equals(attributes.get(scope));
        return new Queue(name, id, line, created, now, all, RedrivePolicies.redrive(all.get("RedrivePolicy")), tags,
            purged, rescoped ? now : scoped);
    }

    Queue withTags(Map<String, String> changed) {
        return new Queue(name, id, line, created, modified, attributes, redrive, changed, purged, scoped);
    }

    /** Without those by which CloudFormation knows the queue again: on AWS a queue does not get them. */
    Map<String, String> toldTags() {
        var told = new LinkedHashMap<>(tags);
        told.keySet().removeIf(key -> key.startsWith(OF_CLOUDFORMATION));
        return told;
    }

    Queue emptied(long newLine, Instant now) {
        return new Queue(name, id, newLine, created, modified, attributes, redrive, tags, now, scoped);
    }

    boolean fifo() {
        return name.isFifo();
    }

    QueueSettings settings() {
        return QueueSettings.of(tags);
    }

    String arn() {
        return name.arn();
    }

    int number(String attribute) {
        var value = attributes.get(attribute);
        return value == null ? QueueAttributes.standard(attribute) : Integer.parseInt(value);
    }

    boolean flag(String attribute) {
        return Boolean.parseBoolean(attributes.get(attribute));
    }

    long retentionMillis() {
        return number("MessageRetentionPeriod") * 1000L;
    }
}
