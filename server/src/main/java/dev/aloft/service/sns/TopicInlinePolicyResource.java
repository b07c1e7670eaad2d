package dev.aloft.service.sns;

import static dev.aloft.service.sns.SnsResources.text;
import static dev.aloft.service.sns.TopicPolicy.standard;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.ResourceType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::SNS::TopicInlinePolicy: the policy of one topic, which has none of somebody else's already. */
record TopicInlinePolicyResource(Sns sns) implements ResourceType {
    @Override
    public String type() {
        return "AWS::SNS::TopicInlinePolicy";
    }

    @Override
    public Set<String> properties() {
        return required();
    }

    @Override
    public Set<String> required() {
        return Set.of("PolicyDocument", "TopicArn");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("TopicArn");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var topic = text(desired.properties(), "TopicArn");
        var wanted = wanted(desired, topic);
        var present = tree(sns.getTopicAttributes(caller, Sns.GetTopicAttributesRequest.of(r -> r.topicArn(topic)))
                .attributes().get("Policy"));
        if (!present.equals(tree(standard(topic))) && !present.equals(wanted)) {
            throw ApiError.of("AlreadyExists", 400, "Topic: " + topic + ", Policy already exists");
        }
        return put(caller, topic, desired);
    }

    private static Object tree(String document) {
        return JsonReader.tree(document);
    }

    private static Object wanted(Desired desired, String topic) {
        var wanted = tree(desired.document("PolicyDocument"));
        if (wanted.equals(tree(standard(topic)))) {
            throw ApiError.of("InvalidRequest", 400, "Cannot set policy to the default policy");
        }
        return wanted;
    }

    private Resource put(Caller caller, String topic, Desired desired) {
        SnsResources.setPolicy(sns, caller, topic, desired.document("PolicyDocument"));
        return new Resource(topic, Map.of());
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        wanted(after, physicalId);
        return put(caller, physicalId, after);
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        SnsResources.removePolicy(sns, caller, physicalId);
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        return Optional.of(new Resource(physicalId, Map.of()));
    }
}
