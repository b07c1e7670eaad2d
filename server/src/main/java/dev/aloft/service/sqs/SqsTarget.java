package dev.aloft.service.sqs;

import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Target;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;

/** Brings events of schedules, notifications and subscriptions to a queue: a message each. */
public final class SqsTarget implements Target {
    private final Sqs sqs;

    public SqsTarget(Endpoint endpoint) {
        this.sqs = Sqs.at(endpoint);
    }

    @Override
    public String service() {
        return "sqs";
    }

    @Override
    public void deliver(Caller caller, Arn target, Event event) {
        var name = new QueueName(target.account(), target.region(), target.resource());
        var attributes = new LinkedHashMap<String, Sqs.MessageAttributeValue>();
        event.attributes()
            .forEach((key, value) -> attributes.put(key, Sqs.MessageAttributeValue.of(a -> a.dataType(value.type())
            .stringValue(value.binary() ? null : value.value())
            .binaryValue(value.binary() ? Bytes.fromBase64(value.value()) : null))));
        var sender = event.trace() == null ? caller : caller.withTrace(event.trace());
        sqs.sendMessage(sender, Sqs.SendMessageRequest.of(r -> r.queueUrl(url(target))
            .messageBody(new String(event.body(), StandardCharsets.UTF_8))
            .messageAttributes(attributes.isEmpty() ? null : attributes)
            .messageGroupId(event.groupId()).messageDeduplicationId(name.isFifo() ? event.deduplicationId() : null)));
    }

    /** Of the queue's own region, whoever calls from wherever. */
    private static String url(Arn queue) {
        return "https://sqs." + queue.region() + ".amazonaws.com/" + queue.account() + "/" + queue.resource();
    }
}
