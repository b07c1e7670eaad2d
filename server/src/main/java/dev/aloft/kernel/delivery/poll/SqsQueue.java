package dev.aloft.kernel.delivery.poll;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Sqs;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * An SQS queue, read under somebody's role.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html">Using Lambda with Amazon SQS</a>
 */
public final class SqsQueue implements Queue {
    private final Sqs sqs;
    private final Arn queue;
    private final Supplier<Caller> reader;
    private final boolean nulls;

    /**
     * @param reader the role, asked before each call
     * @param nulls  whether a message without attributes says so with a null, as those of mappings with a window do
     */
    public SqsQueue(Endpoint endpoint, Arn queue, Supplier<Caller> reader, boolean nulls) {
        sqs = Sqs.at(endpoint);
        this.queue = queue;
        this.reader = reader;
        this.nulls = nulls;
    }

    /** An address that any caller's region may be joined with. */
    public String url() {
        return url(queue);
    }

    /** The same of any queue. */
    public static String url(Arn queue) {
        return "https://sqs." + queue.region() + ".amazonaws.com/" + queue.account() + "/" + queue.resource();
    }

    public boolean isFifo() {
        return queue.resource().endsWith(".fifo");
    }

    @Override
    public List<Item> receive(int most, int waitSeconds) {
        var messages = sqs.receiveMessage(reader.get(), Sqs.ReceiveMessageRequest.of(r -> r.queueUrl(url())
            .maxNumberOfMessages(most).waitTimeSeconds(waitSeconds).messageAttributeNames(List.of("All"))
            .messageSystemAttributeNames(List.of("All")))).messages();
        return messages == null ? List.of() : messages.stream().map(this::item).toList();
    }

    private Item item(Sqs.Message message) {
        var event = new LinkedHashMap<String, Object>();
        event.put("messageId", message.messageId());
        event.put("receiptHandle", message.receiptHandle());
        event.put("body", message.body());
        event.put("attributes", message.attributes());
        event.put("messageAttributes", attributes(message.messageAttributes()));
        if (nulls || message.md5OfMessageAttributes() != null) {
            event.put("md5OfMessageAttributes", message.md5OfMessageAttributes());
        }
        event.put("md5OfBody", message.md5OfBody());
        event.put("eventSource", "aws:sqs");
        event.put("eventSourceARN", queue.toString());
        event.put("awsRegion", queue.region());
        var sent = Instant.ofEpochMilli(Long.parseLong(message.attributes().get("SentTimestamp")));
        return Item.of(message.messageId(), event, sent, message.attributes().get("MessageGroupId"),
            message.receiptHandle());
    }

    private static Map<String, Object> attributes(Map<String, Sqs.MessageAttributeValue> given) {
        var attributes = new LinkedHashMap<String, Object>();
        if (given != null) {
            given.forEach((name, value) -> {
                var attribute = new LinkedHashMap<String, Object>();
                if (value.stringValue() != null) {
                    attribute.put("stringValue", value.stringValue());
                }
                if (value.binaryValue() != null) {
                    attribute.put("binaryValue", value.binaryValue().base64());
                }
                attribute.put("stringListValues", List.of());
                attribute.put("binaryListValues", List.of());
                attribute.put("dataType", value.dataType());
                attributes.put(name, attribute);
            });
        }
        return attributes;
    }

    @Override
    public void delete(List<Item> items) {
        var entries = IntStream.range(0, items.size()).mapToObj(i -> Sqs.DeleteMessageBatchRequestEntry.of(e -> e
            .id(Integer.toString(i)).receiptHandle(items.get(i).handle()))).toList();
        if (!entries.isEmpty()) {
            sqs.deleteMessageBatch(reader.get(),
                Sqs.DeleteMessageBatchRequest.of(r -> r.queueUrl(url()).entries(entries)));
        }
    }

    @Override
    public Duration visibility() {
        return Duration.ofSeconds(Long.parseLong(attributesOfQueue().get("VisibilityTimeout")));
    }

    public Map<String, String> attributesOfQueue() {
        return sqs.getQueueAttributes(reader.get(),
            Sqs.GetQueueAttributesRequest.of(r -> r.queueUrl(url()).attributeNames(List.of("All"))))
            .attributes();
    }
}
