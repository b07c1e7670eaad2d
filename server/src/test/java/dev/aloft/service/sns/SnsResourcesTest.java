package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.aloft.api.ApiError;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.ResourceType.Desired;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What templates declare, with every property. */
class SnsResourcesTest extends SnsFixture {
    private static final String ROLE = "arn:aws:iam::111122223333:role/known";
    private static final Map<String, Object> POLICY = Map.of("Version", "2012-10-17", "Statement", List.of(Map.of(
            "Effect", "Allow", "Principal", Map.of("Service", "s3.amazonaws.com"), "Action", "sns:Publish", "Resource",
                    "*")));

    private ResourceType type(String name) {
        return service.resourceTypes().stream().filter(it -> it.type().equals("AWS::SNS::" + name)).findFirst()
                .orElseThrow();
    }

    private static Desired desired(Object... properties) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < properties.length; i += 2) {
            map.put((String) properties[i], properties[i + 1]);
        }
        return new Desired("arn:aws:cloudformation:us-east-1:111122223333:stack/app/1", "app", "Orders", "t", map,
                Map.of());
    }

    /** Each step may be done twice. */
    private String make(String type, Desired desired) {
        type(type).create(ROOT, desired);
        return type(type).create(ROOT, desired).physicalId();
    }

    @Test
    void aTopicHasAllThatItsTemplateSaysAndNothingThatItSaysNoLonger() {
        var full = desired("TopicName", "orders.fifo", "FifoTopic", true, "ContentBasedDeduplication", true,
                "FifoThroughputScope", "MessageGroup", "DisplayName", "Orders", "SignatureVersion", "2",
                        "TracingConfig", "Active",
                "KmsMasterKeyId", "alias/aws/sns", "ArchivePolicy", Map.of("MessageRetentionPeriod", "30"),
                "DataProtectionPolicy", Map.of("Name", "p", "Version", "2021-06-01", "Statement", List.of()),
                "DeliveryStatusLogging", List.of(Map.of("Protocol", "sqs", "SuccessFeedbackRoleArn", ROLE,
                        "SuccessFeedbackSampleRate", "50", "FailureFeedbackRoleArn", ROLE)),
                "Subscription", List.of(Map.of("Protocol", "sqs", "Endpoint", FIFO_QUEUE)),
                "Tags", List.of(Map.of("Key", "team", "Value", "x")));
        var arn = make("Topic", full);
        assertThat(arn).isEqualTo("arn:aws:sns:us-east-1:111122223333:orders.fifo");
        assertThat(topicAttributes(arn)).containsEntry("ContentBasedDeduplication", "true")
                .containsEntry("FifoThroughputScope", "MessageGroup").containsEntry("DisplayName", "Orders")
                .containsEntry("SignatureVersion", "2").containsEntry("TracingConfig", "Active")
                .containsEntry("KmsMasterKeyId", "alias/aws/sns")
                .containsEntry("ArchivePolicy", "{\"MessageRetentionPeriod\":\"30\"}")
                .containsEntry("SQSSuccessFeedbackRoleArn", ROLE).containsEntry("SQSSuccessFeedbackSampleRate", "50")
                .containsEntry("SQSFailureFeedbackRoleArn", ROLE).containsEntry("SubscriptionsConfirmed", "1");
        assertThat(protection(arn)).contains("2021-06-01");

        var bare = desired("TopicName", "orders.fifo", "FifoTopic", true);
        type("Topic").update(ROOT, arn, full, bare);
        assertThat(topicAttributes(arn)).containsEntry("ContentBasedDeduplication", "false")
                .containsEntry("DisplayName", "")
                .containsEntry("SubscriptionsConfirmed", "0").containsEntry("SQSSuccessFeedbackSampleRate", "0")
                .doesNotContainKeys("ArchivePolicy", "KmsMasterKeyId", "SQSSuccessFeedbackRoleArn",
                        "SQSFailureFeedbackRoleArn");
        assertThat(protection(arn)).isNullOrEmpty();
        assertThat(sns.listTagsForResource(ROOT, Sns.ListTagsForResourceRequest.of(r -> r.resourceArn(arn))).tags())
                .noneMatch(tag -> tag.key().equals("team"));
        type("Topic").delete(ROOT, arn, bare);
        type("Topic").delete(ROOT, arn, bare);
        assertThat(type("Topic").read(ROOT, arn)).isEmpty();
    }

    private String protection(String arn) {
        return sns.getDataProtectionPolicy(ROOT, Sns.GetDataProtectionPolicyRequest.of(r -> r.resourceArn(arn)))
                .dataProtectionPolicy();
    }

    @Test
    void aTopicOfSomebodyElseIsNotTakenOver() {
        topic("orders");
        assertThat(catchThrowable(() -> make("Topic", desired("TopicName", "orders"))))
                .isInstanceOf(ApiError.class).hasMessage("Resource of type 'AWS::SNS::Topic' with identifier "
                        + "'arn:aws:sns:us-east-1:111122223333:orders' already exists.");
    }

    @Test
    void aSubscriptionHasAllThatItsTemplateSays() {
        var topic = topic("t");
        var nested = desired("TopicArn", topic, "Protocol", "firehose",
                "Endpoint", "arn:aws:firehose:us-east-1:111122223333:deliverystream/d", "SubscriptionRoleArn", ROLE,
                "RawMessageDelivery", true, "FilterPolicyScope", "MessageBody", "FilterPolicy",
                        Map.of("a", Map.of("b", List.of("c"))),
                "RedrivePolicy", Map.of("deadLetterTargetArn", "arn:aws:sqs:us-east-1:111122223333:dead"));
        var arn = make("Subscription", nested);
        assertThat(attributes(arn)).containsEntry("RawMessageDelivery", "true")
                .containsEntry("FilterPolicyScope", "MessageBody")
                .containsEntry("FilterPolicy", "{\"a\":{\"b\":[\"c\"]}}").containsEntry("SubscriptionRoleArn", ROLE)
                .containsEntry("RedrivePolicy",
                        "{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:111122223333:dead\"}");
        var flat = new LinkedHashMap<>(nested.properties());
        flat.put("FilterPolicyScope", "MessageAttributes");
        flat.put("FilterPolicy", Map.of("a", List.of("c")));
        flat.remove("RedrivePolicy");
        flat.remove("RawMessageDelivery");
        var after = desired(flat.entrySet().stream().flatMap(it -> Stream.of(it.getKey(), it.getValue())).toArray());
        type("Subscription").update(ROOT, arn, nested, after);
        assertThat(attributes(arn)).containsEntry("RawMessageDelivery", "false")
                .containsEntry("FilterPolicyScope", "MessageAttributes")
                        .containsEntry("FilterPolicy", "{\"a\":[\"c\"]}")
                .doesNotContainKey("RedrivePolicy");
        type("Subscription").update(ROOT, arn, after, nested);
        assertThat(attributes(arn)).containsEntry("FilterPolicyScope", "MessageBody");
        type("Subscription").delete(ROOT, arn, nested);
        assertThat(type("Subscription").read(ROOT, arn)).isEmpty();
    }

    /** The stack goes without it; it stays until it is forgotten, or its topic goes. */
    @Test
    void aSubscriptionThatNobodyConfirmedIsLeft() {
        var topic = topic("t");
        var mail = desired("TopicArn", topic, "Protocol", "email", "Endpoint", "a@example.com");
        var arn = make("Subscription", mail);
        type("Subscription").delete(ROOT, arn, mail);
        assertThat(attributes(arn)).containsEntry("PendingConfirmation", "true");
    }

    @Test
    void aPolicyOfSomeTopicsAndOneOfOne() {
        var a = topic("a");
        var b = topic("b");
        var before = desired("Topics", List.of(a, b), "PolicyDocument", POLICY);
        var id = type("TopicPolicy").create(ROOT, before).physicalId();
        assertThat(topicAttributes(a).get("Policy")).contains("s3.amazonaws.com");
        type("TopicPolicy").update(ROOT, id, before, desired("Topics", List.of(b), "PolicyDocument", POLICY));
        assertThat(topicAttributes(a).get("Policy")).contains("__default_policy_ID");
        assertThat(topicAttributes(b).get("Policy")).contains("s3.amazonaws.com");
        make("TopicInlinePolicy", desired("TopicArn", a, "PolicyDocument", POLICY));
        assertThat(topicAttributes(a).get("Policy")).contains("s3.amazonaws.com");
        assertThat(catchThrowable(() -> make("TopicInlinePolicy", desired("TopicArn", b, "PolicyDocument", Map.of(
                "Statement", List.of())))))
                .hasMessage("Topic: " + b + ", Policy already exists");
        type("TopicInlinePolicy").delete(ROOT, a, before);
        var standard = topicAttributes(a).get("Policy");
        assertThat(catchThrowable(() -> make("TopicInlinePolicy", desired("TopicArn", a, "PolicyDocument", standard))))
                .hasMessage("Cannot set policy to the default policy");
        assertThat(topicAttributes(a).get("Policy")).contains("__default_policy_ID");
    }
}
