package dev.aloft.service.sns;

import dev.aloft.api.Caller;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The CloudFormation types of SNS, and what they share. */
final class SnsResources {
    private SnsResources() {
    }

    static List<ResourceType> all(Sns sns) {
        return List.of(new TopicResource(sns), new SubscriptionResource(sns), new TopicPolicyResource(sns),
                new TopicInlinePolicyResource(sns));
    }

    static String text(Map<?, ?> properties, String name) {
        return Objects.toString(properties.get(name), null);
    }

    static void setPolicy(Sns sns, Caller caller, String topic, String policy) {
        sns.setTopicAttributes(caller, Sns.SetTopicAttributesRequest.of(
                r -> r.topicArn(topic).attributeName("Policy").attributeValue(policy)));
    }

    /** The topic has the policy that every topic has at first. */
    static void removePolicy(Sns sns, Caller caller, String topic) {
        try {
            setPolicy(sns, caller, topic, TopicPolicy.standard(topic));
        } catch (Sns.NotFoundException _) {
            // Gone with the topic.
        }
    }
}
