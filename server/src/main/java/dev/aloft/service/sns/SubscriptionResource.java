package dev.aloft.service.sns;

import static dev.aloft.service.sns.SnsResources.text;

import dev.aloft.api.Caller;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.ResourceType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** AWS::SNS::Subscription. */
record SubscriptionResource(Sns sns) implements ResourceType {
    /** The scope before the policy, which may need the wider one. */
    private static final List<String> ATTRIBUTES =
            List.of("RawMessageDelivery", "FilterPolicyScope", "FilterPolicy",
            "DeliveryPolicy", "RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy");
    /** The other way about, where the scope becomes the narrower one. */
    private static final List<String> NARROWING = List.of("RawMessageDelivery", "FilterPolicy", "FilterPolicyScope",
            "DeliveryPolicy", "RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy");

    @Override
    public String type() {
        return "AWS::SNS::Subscription";
    }

    @Override
    public Set<String> properties() {
        return Set.of("TopicArn", "Protocol", "Endpoint", "Region", "RawMessageDelivery", "FilterPolicyScope",
                "FilterPolicy", "DeliveryPolicy", "RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy");
    }

    @Override
    public Set<String> required() {
        return Set.of("TopicArn", "Protocol");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("TopicArn", "Protocol", "Endpoint");
    }

    /** In the topic's region, which may be another than the stack's. */
    private static Caller there(Caller caller, Map<String, Object> properties) {
        var region = text(properties, "Region");
        return region == null ? caller : caller.in(caller.account(), region);
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var properties = desired.properties();
        var response = sns.subscribe(there(caller, properties), Sns.SubscribeRequest.of(r -> r
                .topicArn(text(properties, "TopicArn")).protocol(text(properties, "Protocol"))
                .endpoint(text(properties, "Endpoint")).attributes(attributes(properties))
                .returnSubscriptionArn(true)));
        return resource(response.subscriptionArn());
    }

    private static Map<String, String> attributes(Map<String, Object> properties) {
        var attributes = new LinkedHashMap<String, String>();
        for (var name : ATTRIBUTES) {
            if (properties.get(name) != null) {
                attributes.put(name, Desired.document(properties, name));
            }
        }
        return attributes;
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var old = attributes(before.properties());
        var wanted = attributes(after.properties());
        var there = there(caller, after.properties());
        for (var name : FilterPolicy.BODY.equals(wanted.get("FilterPolicyScope")) ? ATTRIBUTES : NARROWING) {
            if (!Objects.equals(old.get(name), wanted.get(name))) {
                var value = wanted.getOrDefault(name, name.equals("RawMessageDelivery") ? "false" : "");
                sns.setSubscriptionAttributes(there, Sns.SetSubscriptionAttributesRequest.of(
                        r -> r.subscriptionArn(physicalId).attributeName(name).attributeValue(value)));
            }
        }
        return resource(physicalId);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        var there = there(caller, last.properties());
        // What nobody has confirmed cannot be ended: it goes when nobody does, or with its topic.
        if (!isPending(there, physicalId)) {
            sns.unsubscribe(there, Sns.UnsubscribeRequest.of(r -> r.subscriptionArn(physicalId)));
        }
    }

    private boolean isPending(Caller caller, String arn) {
        try {
            return "true".equals(sns.getSubscriptionAttributes(caller, Sns.GetSubscriptionAttributesRequest.of(
                    r -> r.subscriptionArn(arn))).attributes().get("PendingConfirmation"));
        } catch (Sns.NotFoundException _) {
            return false;
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            sns.getSubscriptionAttributes(caller,
                    Sns.GetSubscriptionAttributesRequest.of(r -> r.subscriptionArn(physicalId)));
            return Optional.of(resource(physicalId));
        } catch (Sns.NotFoundException _) {
            return Optional.empty();
        }
    }

    private static Resource resource(String arn) {
        return new Resource(arn, Map.of("Arn", arn));
    }
}
