package dev.aloft.service.sqs;

import dev.aloft.api.Bytes;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.store.Codec;
import java.util.Map;
import java.util.UUID;

/**
 * What was sent.
 *
 * @param sender   the id of who sent it
 * @param trace    the AWSTraceHeader, or null
 * @param group    the MessageGroupId, or null
 * @param source   the ARN of the queue it came from as a dead letter, or null
 * @param sealed   the body in an envelope, where the queue it was sent to had a key of KMS; body is null then, and this
 *                 is null where body is not
 */
record Content(
        String messageId,
        String body,
        String bodyDigest,
        Map<String, Attribute> attributes,
        String sender,
        String trace,
        String group,
        String deduplicationId,
        String source,
        Bytes sealed) {
    static final Codec<Content> CODEC = Codec.of(ContentBytes::write, ContentBytes::read);

    /** @param text null where it is binary */
    record Attribute(String type, String text, Bytes binary) {
        Sqs.MessageAttributeValue told() {
            return Sqs.MessageAttributeValue.of(a -> a.dataType(type).stringValue(text).binaryValue(binary));
        }
    }

    /** The same as a new message, which comes from nowhere. */
    Content anew() {
        var id = UUID.randomUUID().toString();
        return new Content(id, body, bodyDigest, attributes, sender, trace, group, deduplicationId, null, sealed);
    }

    /**
     * The same as a dead letter of a queue. Between FIFO queues the message's id takes the place of its deduplication
     * id, so that two messages that were sent with the same one may stand in the dead-letter queue.
     */
    Content from(Queue queue) {
        return new Content(messageId, body, bodyDigest, attributes, sender, trace, group,
            queue.fifo() ? messageId : deduplicationId, source == null ? queue.arn() : source, sealed);
    }

    Content withBody(String plain, Bytes envelope) {
        return new Content(messageId, plain, bodyDigest, attributes, sender, trace, group, deduplicationId, source,
            envelope);
    }
}
