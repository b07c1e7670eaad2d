package dev.aloft.service.sns;

import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Target;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;

/** Publishes events of rules, schedules, notifications and destinations to a topic. */
public final class SnsTarget implements Target {
    private final Sns sns;

    public SnsTarget(Endpoint endpoint) {
        this.sns = Sns.at(endpoint);
    }

    @Override
    public String service() {
        return "sns";
    }

    @Override
    public void deliver(Caller caller, Arn target, Event event) {
        var attributes = new LinkedHashMap<String, Sns.MessageAttributeValue>();
        event.attributes()
                .forEach((name, value) ->
                        attributes.put(name, Sns.MessageAttributeValue.of(a -> a.dataType(value.type())
                .stringValue(value.binary() ? null : value.value())
                .binaryValue(value.binary() ? Bytes.fromBase64(value.value()) : null))));
        boolean fifo = target.resource().endsWith(".fifo");
        sns.publish(caller.in(caller.account(), target.region()),
                Sns.PublishRequest.of(r -> r.topicArn(target.toString())
                .message(new String(event.body(), StandardCharsets.UTF_8))
                .messageAttributes(attributes.isEmpty() ? null : attributes)
                .messageGroupId(event.groupId()).messageDeduplicationId(fifo ? event.deduplicationId() : null)));
    }
}
