package dev.aloft.service.cloudformation;

import dev.aloft.api.CloudFormation;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.cloudformation.template.JsonText;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** The events of stacks, written in the transaction of what they tell. */
public final class Events {
    private static final int PAGE = 100;

    private final CloudFormationData data;

    public Events(CloudFormationData data) {
        this.data = data;
    }

    /** Tells that a stack has come to its present status. */
    public void tell(Tx tx, Stack stack, String clientToken, Instant now) {
        add(tx, stack.id(), new StackEvent(UUID.randomUUID().toString(), stack.name(), stack.arn(), "AWS::CloudFormation::Stack",
                stack.status(), stack.reason(), null, clientToken, now));
    }

    /** Tells that a resource has come to its present status. */
    public void tell(Tx tx, String stack, StackResource resource, String physicalId, Map<String, Object> properties,
            String clientToken) {
        add(tx, stack, new StackEvent(resource.logicalId() + "-" + UUID.randomUUID(), resource.logicalId(),
                physicalId == null ? "" : physicalId, resource.type(), resource.status(), resource.reason(),
                properties == null ? null : JsonText.write(properties), clientToken, resource.at()));
    }

    private void add(Tx tx, String stack, StackEvent event) {
        long number = data.lastEvent.get(tx, Key.of(stack)).orElse(0L) + 1;
        data.lastEvent.put(tx, Key.of(stack), number);
        data.events.put(tx, Key.of(stack, number), event);
    }

    /** The newest first. */
    CloudFormation.DescribeStackEventsResponse describe(Stack stack, Store store, String token) {
        var range = Range.of(Key.of(stack.id())).reversed();
        var from = token == null ? range : range.after(Key.of(stack.id(), Tokens.number(token)));
        var page = store.read(tx -> data.events.page(tx, from, PAGE));
        return CloudFormation.DescribeStackEventsResponse.of(r -> r
                .stackEvents(page.values().stream().map(event -> CloudFormation.StackEvent.of(e -> e
                        .stackId(stack.arn()).stackName(stack.name()).eventId(event.id()).logicalResourceId(event.logicalId())
                        .physicalResourceId(event.physicalId()).resourceType(event.type()).timestamp(event.at())
                        .resourceStatus(event.status()).resourceStatusReason(event.reason())
                        .resourceProperties(event.properties()).clientRequestToken(event.clientToken()))).toList())
                .nextToken(page.next().map(key -> Long.toString(key.number(1))).orElse(null)));
    }
}
