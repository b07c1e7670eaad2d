package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.ResourceType.Desired;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SqsResourcesTest extends SqsFixture {
    private static final Map<String, Object> POLICY = Map.of("Version", "2012-10-17", "Statement", List.of(Map.of(
        "Effect", "Allow", "Principal", Map.of("Service", "sns.amazonaws.com"), "Action", "sqs:SendMessage", "Resource",
        "*")));

    private ResourceType type(String name) {
        return service.resourceTypes().stream().filter(type -> type.type().equals("AWS::SQS::" + name)).findFirst()
            .orElseThrow();
    }

    private static Desired desired(String logicalId, Object... properties) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < properties.length; i += 2) {
            map.put((String) properties[i], properties[i + 1]);
        }
        return new Desired("arn:aws:cloudformation:us-east-1:123456789012:stack/s/1", "s", logicalId, "t", map,
            Map.of());
    }

    @Test
    void aQueueWithoutANameGetsOne() {
        var made = type("Queue").create(CALLER, desired("Jobs"));
        assertThat(made.physicalId()).matches("http://127.0.0.1:4566/123456789012/s-Jobs-[A-Z0-9]{12}");
        assertThat(made.attributes().get("Arn").toString()).startsWith(ARN + "s-Jobs-");
        var fifo = type("Queue")
            .create(CALLER, desired("Jobs2", "FifoQueue", true, "ContentBasedDeduplication", "true"));
        assertThat(fifo.attributes().get("QueueName").toString()).matches("s-Jobs2-[A-Z0-9]{12}\\.fifo");
        assertThat(attributes(fifo.physicalId())).containsEntry("ContentBasedDeduplication", "true");
    }

    @Test
    void propertiesThatATemplateHasNoLongerAreWhatTheyWereAtFirst() {
        type("Queue").create(CALLER, desired("Dead", "QueueName", "dead"));
        var before = desired("Jobs", "QueueName", "jobs", "DelaySeconds", 5, "KmsMasterKeyId", "alias/own",
            "KmsDataKeyReusePeriodSeconds", 200,
            "RedrivePolicy", Map.of("deadLetterTargetArn", ARN + "dead", "maxReceiveCount", 3),
            "Tags", List.of(Map.of("Key", "a", "Value", "1"), Map.of("Key", "b", "Value", "2")));
        var url = type("Queue").create(CALLER, before).physicalId();
        assertThat(attributes(url)).containsEntry("DelaySeconds", "5").containsEntry("SqsManagedSseEnabled", "false")
            .containsKey("RedrivePolicy");
        var after = desired("Jobs", "QueueName", "jobs", "VisibilityTimeout", "60",
            "Tags", List.of(Map.of("Key", "a", "Value", "2")));
        type("Queue").update(CALLER, url, before, after);
        assertThat(attributes(url)).containsEntry("DelaySeconds", "0").containsEntry("VisibilityTimeout", "60")
            .containsEntry("SqsManagedSseEnabled", "false").doesNotContainKeys("RedrivePolicy", "KmsMasterKeyId",
                "KmsDataKeyReusePeriodSeconds");
        assertThat(sqs.listQueueTags(CALLER, Sqs.ListQueueTagsRequest.of(r -> r.queueUrl(url))).tags())
            .containsEntry("a", "2").doesNotContainKey("b");
    }

    /** As recorded: how a FIFO queue deduplicates stays, and so does whether SQS encrypts. */
    @Test
    void someOfWhatATemplateHasNoLongerStays() {
        var before = desired("Jobs", "QueueName", "jobs.fifo", "FifoQueue", true, "ContentBasedDeduplication", true,
            "DeduplicationScope", "messageGroup", "FifoThroughputLimit", "perMessageGroupId",
            "MaximumMessageSize", 3232, "SqsManagedSseEnabled", false);
        var url = type("Queue").create(CALLER, before).physicalId();
        type("Queue").update(CALLER, url, before, desired("Jobs", "QueueName", "jobs.fifo", "FifoQueue", true));
        assertThat(attributes(url)).containsEntry("ContentBasedDeduplication", "false")
            .containsEntry("DeduplicationScope", "messageGroup")
            .containsEntry("FifoThroughputLimit", "perMessageGroupId")
            .containsEntry("MaximumMessageSize", "262144").containsEntry("SqsManagedSseEnabled", "false");
    }

    @Test
    void aQueueTellsItsOwnTagsOnly() {
        var tags = new ArrayList<Map<String, Object>>();
        for (int i = 0; i < 50; i++) {
            tags.add(Map.of("Key", "k" + i, "Value", "v"));
        }
        var url = type("Queue").create(CALLER, desired("Jobs", "QueueName", "jobs", "Tags", tags)).physicalId();
        assertThat(sqs.listQueueTags(CALLER, Sqs.ListQueueTagsRequest.of(r -> r.queueUrl(url))).tags()).hasSize(50)
            .containsEntry("k0", "v");
    }

    @Test
    void aQueueOfSomebodyElseIsNotTakenOver() {
        queue("jobs");
        assertThatThrownBy(() -> type("Queue").create(CALLER, desired("Jobs", "QueueName", "jobs")))
            .isInstanceOf(ApiError.class)
            .hasMessage("Resource of type 'AWS::SQS::Queue' with identifier 'jobs' already exists.");
    }

    @Test
    void aStepDoneTwiceIsDoneOnceAndANameIsFreeWhenItsStackIsGone() {
        var jobs = desired("Jobs", "QueueName", "jobs");
        var url = type("Queue").create(CALLER, jobs).physicalId();
        assertThat(type("Queue").create(CALLER, jobs).physicalId()).isEqualTo(url);
        type("Queue").delete(CALLER, url, jobs);
        type("Queue").delete(CALLER, url, jobs);
        assertThat(type("Queue").read(CALLER, url)).isEmpty();
        assertThat(type("Queue").create(CALLER, jobs).physicalId()).isEqualTo(url);
    }

    @Test
    void policiesOfQueues() {
        var a = queue("a");
        var b = queue("b");
        var before = desired("P", "Queues", List.of(a, b), "PolicyDocument", POLICY);
        var id = type("QueuePolicy").create(CALLER, before).physicalId();
        assertThat(attributes(a).get("Policy")).contains("sns.amazonaws.com");
        var after = desired("P", "Queues", List.of(b), "PolicyDocument", POLICY);
        type("QueuePolicy").update(CALLER, id, before, after);
        assertThat(attributes(a)).doesNotContainKey("Policy");
        type("QueuePolicy").delete(CALLER, id, after);
        assertThat(attributes(b)).doesNotContainKey("Policy");
        var inline = type("QueueInlinePolicy").create(CALLER, desired("I", "Queue", a, "PolicyDocument", POLICY));
        assertThat(inline.physicalId()).isEqualTo(a);
        assertThat(attributes(a)).containsKey("Policy");
    }
}
