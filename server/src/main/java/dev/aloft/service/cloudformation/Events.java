package dev.aloft.service.cloudformation;

import dev.aloft.api.Arn;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.cloudformation.template.JsonText;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;

/**
 * The events of stacks, written in the transaction of what they tell, and told to the account's event bus.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-ref-cloudformation.html">Events of
 *     CloudFormation</a>
 */
public final class Events {
    private static final int PAGE = 100;
    private static final int NEIGHBOURS = 8;
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final CloudFormationData data;
    private final Targets targets;
    private final Deliveries<Dispatch> notices;

    public Events(CloudFormationData data, Targets targets, Deliveries<Dispatch> notices) {
        this.data = data;
        this.targets = targets;
        this.notices = notices;
    }

    /** Tells that a stack has come to its present status. */
    public void tell(Tx tx, Stack stack, String clientToken, Instant now) {
        add(tx, stack.id(),
                new StackEvent(UUID.randomUUID().toString(), stack.name(), stack.arn(), "AWS::CloudFormation::Stack",
                stack.status(), stack.reason(), null, clientToken, now));
    }

    /**
     * Tells that a resource has come to its present status.
     *
     * @param properties without secrets; null where what an update leaves over is deleted
     */
    public void tell(Tx tx, String stack, StackResource resource, String physicalId, Map<String, Object> properties,
            String clientToken) {
        add(tx, stack, new StackEvent(id(tx, stack, resource, properties == null), resource.logicalId(),
                physicalId == null ? "" : physicalId, resource.type(), resource.status(), resource.reason(),
                properties == null ? null : JsonText.write(properties), clientToken, resource.at()));
    }

    /** Two events of one status of a resource can come within a millisecond: the second's id is of the next. */
    private String id(Tx tx, String stack, StackResource resource, boolean isCleanup) {
        if (isCleanup) {
            return resource.logicalId() + "-" + UUID.randomUUID();
        }
        long number = data.lastEvent.get(tx, Key.of(stack)).orElse(0L);
        var front = resource.logicalId() + "-" + resource.status() + "-";
        var at = resource.at();
        while (isUsed(tx, stack, number, front + MILLIS.format(at))) {
            at = at.plusMillis(1);
        }
        return front + MILLIS.format(at);
    }

    /** Looks at the events that can be of the same moment. */
    private boolean isUsed(ReadTx tx, String stack, long last, String id) {
        return LongStream.rangeClosed(Math.max(1, last - NEIGHBOURS), last).mapToObj(number ->
                data.events.get(tx, Key.of(stack, number))).flatMap(Optional::stream)
                .anyMatch(event -> event.id().equals(id));
    }

    private void add(Tx tx, String stack, StackEvent event) {
        long number = data.lastEvent.get(tx, Key.of(stack)).orElse(0L) + 1;
        data.lastEvent.put(tx, Key.of(stack), number);
        data.events.put(tx, Key.of(stack, number), event);
        data.stack(tx, stack).ifPresent(it -> notify(tx, it, event, stack + "/" + number));
    }

    private void notify(Tx tx, Stack stack, StackEvent event, String id) {
        var bus = new Arn("aws", "events", stack.region(), stack.account(), "event-bus/default");
        if (!targets.takes(bus)) {
            return;
        }
        boolean ofStack = event.physicalId().equals(stack.arn());
        var detail = new LinkedHashMap<String, Object>();
        detail.put("stack-id", stack.arn());
        if (!ofStack) {
            detail.put("logical-resource-id", event.logicalId());
            detail.put("physical-resource-id", event.physicalId());
        }
        var status = new LinkedHashMap<String, Object>();
        status.put("status", event.status());
        status.put("status-reason", Objects.toString(event.reason(), ""));
        detail.put("status-details", status);
        if (!ofStack) {
            detail.put("resource-type", event.type());
        }
        detail.put("client-request-token", Objects.toString(event.clientToken(), ""));
        var body = new LinkedHashMap<String, Object>();
        body.put("source", "aws.cloudformation");
        body.put("detail-type",
                ofStack ? "CloudFormation Stack Status Change" : "CloudFormation Resource Status Change");
        body.put("resources", List.of(stack.arn()));
        body.put("time", event.at().toString());
        body.put("detail", detail);
        notices.promise(tx, id,
                new Dispatch(stack.account(), stack.region(), "cloudformation.amazonaws.com", stack.arn(),
                null, bus.toString(), Event.of(JsonWriter.bytes(body))));
    }

    /** The newest first. */
    CloudFormation.DescribeStackEventsResponse describe(Stack stack, Store store, String token) {
        var range = Range.of(Key.of(stack.id())).reversed();
        var from = token == null ? range : range.after(Key.of(stack.id(), Tokens.number(token)));
        var page = store.read(tx -> data.events.page(tx, from, PAGE));
        return CloudFormation.DescribeStackEventsResponse.of(r -> r
                .stackEvents(page.values().stream().map(event -> CloudFormation.StackEvent.of(e -> e
                        .stackId(stack.arn()).stackName(stack.name()).eventId(event.id())
                        .logicalResourceId(event.logicalId())
                        .physicalResourceId(event.physicalId()).resourceType(event.type()).timestamp(event.at())
                        .resourceStatus(event.status()).resourceStatusReason(event.reason())
                        .resourceProperties(event.properties()).clientRequestToken(event.clientToken()))).toList())
                .nextToken(page.next().map(key -> Long.toString(key.number(1))).orElse(null)));
    }
}
