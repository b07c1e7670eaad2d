package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Sns;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** FIFO topics: order, deduplication, archive and replay. */
class FifoTopicTest extends SnsFixture {
    @Test
    void flagsMayBeWrittenAsPythonDoes() {
        var arn = sns.createTopic(ROOT, Sns.CreateTopicRequest.of(r -> r.name("t.fifo")
                .attributes(Map.of("FifoTopic", "True", "ContentBasedDeduplication", "False")))).topicArn();
        assertThat(sns.getTopicAttributes(ROOT, Sns.GetTopicAttributesRequest.of(r -> r.topicArn(arn))).attributes())
                .containsEntry("FifoTopic", "true").containsEntry("ContentBasedDeduplication", "false");
    }

    @Test
    void aGroupKeepsItsOrderThoughDeliveriesFail() {
        var topic = fifoTopic("ContentBasedDeduplication", "true");
        subscribe(topic, "sqs", FIFO_QUEUE, "RawMessageDelivery", "true");
        failure = Optional.of(ApiError.of("ServiceUnavailable", 503, "later"));
        IntStream.range(0, 10).forEach(i -> publish(topic, "m" + i, "g", null));
        time.advance(Duration.ofMinutes(1));
        failure = Optional.empty();
        time.advance(Duration.ofMinutes(1));
        assertThat(caught.stream().map(Caught::body))
                .containsExactlyElementsOf(IntStream.range(0, 10).mapToObj(i -> "m" + i).toList());
    }

    @Test
    void theQueueGetsGroupAndDeduplicationId() {
        var topic = fifoTopic("ContentBasedDeduplication", "true");
        subscribe(topic, "sqs", FIFO_QUEUE);
        var answer = publish(topic, "Test", "message-group-id-1", null);
        settle();
        var event = caught.getFirst().event();
        assertThat(event.groupId()).isEqualTo("message-group-id-1");
        assertThat(event.deduplicationId())
                .isEqualTo("532eaabd9574880dbf76b9b8cc00832c20a6ec113d682299550d7a6e0f345e25");
        var body = (Map<?, ?>) JsonReader.tree(caught.getFirst().body());
        assertThat(body.get("SequenceNumber")).isEqualTo(answer.sequenceNumber());
        assertThat(answer.sequenceNumber()).hasSize(20);
        assertThat(body.containsKey("Signature")).isFalse();
    }

    @Test
    void aStandardQueueGetsNeither() {
        var topic = fifoTopic();
        subscribe(topic, "sqs", QUEUE);
        publish(topic, "Test", "g", "d");
        settle();
        assertThat(caught.getFirst().event().groupId()).isNull();
        assertThat(caught.getFirst().event().deduplicationId()).isNull();
    }

    @Test
    void theTopicDeduplicatesForFiveMinutes() {
        var topic = fifoTopic("ContentBasedDeduplication", "true");
        subscribe(topic, "sqs", QUEUE);
        var first = publish(topic, "Test", "g1", null);
        assertThat(publish(topic, "Test", "g2", null)).isEqualTo(first);
        time.advance(Duration.ofMinutes(5));
        assertThat(publish(topic, "Test", "g1", null).messageId()).isNotEqualTo(first.messageId());
        settle();
        assertThat(caught).hasSize(2);
    }

    @Test
    void orAGroupDoes() {
        var topic = fifoTopic("FifoThroughputScope", "MessageGroup");
        subscribe(topic, "sqs", QUEUE);
        publish(topic, "Test", "g1", "d");
        publish(topic, "Test", "g2", "d");
        publish(topic, "Test", "g2", "d");
        settle();
        assertThat(caught).hasSize(2);
    }

    @Test
    void whatIsArchivedIsReplayedInOrderAndWhatComesMeanwhileFollows() {
        var topic = fifoTopic("ContentBasedDeduplication", "true", "ArchivePolicy",
                "{\"MessageRetentionPeriod\":\"1\"}");
        assertThat(topicAttributes(topic)).containsEntry("BeginningArchiveTime", "2026-01-01T00:00:00.000Z");
        publish(topic, "old", "g", null);
        time.advance(Duration.ofMinutes(10));
        IntStream.range(0, 250).forEach(i -> publish(topic, "m" + i, "g", null));
        var subscription = subscribe(topic, "sqs", FIFO_QUEUE, "RawMessageDelivery", "true", "ReplayPolicy",
                "{\"PointType\":\"Timestamp\",\"StartingPoint\":\"2026-01-01T00:05:00.000Z\"}");
        publish(topic, "new", "g", null);
        settle();
        assertThat(caught.stream().map(Caught::body)).hasSize(251).startsWith("m0", "m1").endsWith("m249", "new");
        assertThat(attributes(subscription)).containsEntry("ReplayStatus", "Completed");
        publish(topic, "later", "g", null);
        settle();
        assertThat(caught.getLast().body()).isEqualTo("later");
    }

    /** So that it does not go by mistake; and what has been archived goes with the policy. */
    @Test
    void aTopicIsNotDeletedWithItsArchive() {
        var topic = fifoTopic("ContentBasedDeduplication", "true");
        archive(topic, "{\"MessageRetentionPeriod\":\"1\"}");
        publish(topic, "old", "g", null);
        refused(400, "InvalidState", "Invalid state: Cannot delete a topic with an ArchivePolicy", () -> delete(topic));
        invalid("Invalid parameter: ArchivePolicy: MessageRetentionPeriod must be an integer from 1 to 365",
                () -> archive(topic, ""));
        archive(topic, "{}");
        assertThat(topicAttributes(topic)).doesNotContainKeys("ArchivePolicy", "BeginningArchiveTime");
        archive(topic, "{\"MessageRetentionPeriod\":\"1\"}");
        subscribe(topic, "sqs", FIFO_QUEUE, "ReplayPolicy",
                "{\"PointType\":\"Timestamp\",\"StartingPoint\":\"2026-01-01T00:00:00.000Z\"}");
        settle();
        assertThat(caught).isEmpty();
        archive(topic, "{}");
        delete(topic);
    }

    private void archive(String topic, String policy) {
        sns.setTopicAttributes(ROOT, Sns.SetTopicAttributesRequest.of(
                r -> r.topicArn(topic).attributeName("ArchivePolicy").attributeValue(policy)));
    }

    private void delete(String topic) {
        sns.deleteTopic(ROOT, Sns.DeleteTopicRequest.of(r -> r.topicArn(topic)));
    }

    @Test
    void aReplayedMessageSaysSo() {
        var topic = fifoTopic("ContentBasedDeduplication", "true", "ArchivePolicy",
                "{\"MessageRetentionPeriod\":\"1\"}");
        var id = publish(topic, "m", "g", null).messageId();
        subscribe(topic, "sqs", FIFO_QUEUE, "ReplayPolicy",
                "{\"PointType\":\"Timestamp\",\"StartingPoint\":\"2026-01-01T00:00:00.000Z\"}");
        settle();
        var body = (Map<?, ?>) JsonReader.tree(caught.getFirst().body());
        assertThat(body.get("MessageId")).isEqualTo(id);
        assertThat(body.get("Replayed")).isEqualTo(true);
    }

    @Test
    void theArchiveForgets() {
        var topic = fifoTopic("ContentBasedDeduplication", "true", "ArchivePolicy",
                "{\"MessageRetentionPeriod\":\"1\"}");
        publish(topic, "m", "g", null);
        time.advance(Duration.ofHours(25));
        subscribe(topic, "sqs", FIFO_QUEUE, "ReplayPolicy",
                "{\"PointType\":\"Timestamp\",\"StartingPoint\":\"2026-01-01T00:00:00.000Z\"}");
        settle();
        assertThat(caught).isEmpty();
    }

    @Test
    void onlyQueuesSubscribe() {
        invalid("Invalid parameter: Invalid parameter: Endpoint Reason: Please use FIFO SQS queue",
                () -> subscribe(fifoTopic(), "email", "a@b.example"));
        refused(400, "InvalidParameter",
                "Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase "
                + "ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.",
                () -> sns.createTopic(ROOT,
                        Sns.CreateTopicRequest.of(r -> r.name("t").attributes(Map.of("FifoTopic", "true")))));
    }
}
