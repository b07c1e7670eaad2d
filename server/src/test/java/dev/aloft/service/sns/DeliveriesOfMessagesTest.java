package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Sns;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What reaches queues and functions, and when. */
class DeliveriesOfMessagesTest extends SnsFixture {
    private Map<?, ?> body(int index) {
        return (Map<?, ?>) JsonReader.tree(caught.get(index).body());
    }

    @Test
    void aQueueGetsTheDocument() {
        var topic = topic("t");
        var subscription = subscribe(topic, "sqs", QUEUE);
        var id = sns.publish(ROOT.withTrace("Root=1-2-3"),
                Sns.PublishRequest.of(r -> r.topicArn(topic).message("Hello ö").subject("S")
                .messageGroupId("g")
                .messageAttributes(
                        Map.of("n", Sns.MessageAttributeValue.of(a -> a.dataType("Number").stringValue("1"))))))
                .messageId();
        settle();
        var message = caught.getFirst();
        assertThat(message.body())
                .startsWith("{\n  \"Type\" : \"Notification\",\n  \"MessageId\" : \"" + id + "\",\n  \"TopicArn\" : \""
                + topic + "\",\n  \"Subject\" : \"S\",\n  \"Message\" : \"Hello ö\",\n  \"Timestamp\" : "
                + "\"2026-01-01T00:00:00.000Z\",\n  \"SignatureVersion\" : \"1\",\n  \"Signature\" : \"");
        assertThat(message.body())
                .endsWith("\n  \"UnsubscribeURL\" : \"http://localhost:4566/?Action=Unsubscribe&SubscriptionArn="
                + subscription + "\",\n  \"MessageAttributes\" : {\n    \"n\" : "
                + "{\"Type\":\"Number\",\"Value\":\"1\"}\n  }\n}");
        assertThat(message.caller().principal().arn()).isEqualTo("sns.amazonaws.com");
        assertThat(message.event().groupId()).isEqualTo("g");
        assertThat(message.event().trace()).isEqualTo("Root=1-2-3");
    }

    @Test
    void rawDeliveryLeavesTheMessageAlone() {
        var topic = topic("t");
        subscribe(topic, "sqs", QUEUE, "RawMessageDelivery", "true");
        sns.publish(ROOT, Sns.PublishRequest.of(r -> r.topicArn(topic).message("raw").messageAttributes(Map.of(
                "n", Sns.MessageAttributeValue.of(a -> a.dataType("Number").stringValue("99.12")),
                "b", Sns.MessageAttributeValue.of(a -> a.dataType("Binary")
                        .binaryValue(Bytes.of(new byte[] {1, 2})))))));
        settle();
        assertThat(caught.getFirst().body()).isEqualTo("raw");
        assertThat(caught.getFirst().event().attributes().get("n").value()).isEqualTo("99.12");
        assertThat(caught.getFirst().event().attributes().get("b").value()).isEqualTo("AQI=");
    }

    @Test
    void aDeliveryStreamGetsALineThatIsNotSigned() {
        var topic = topic("t");
        var subscription = subscribe(topic, "firehose", "arn:aws:firehose:us-east-1:111122223333:deliverystream/d",
                "SubscriptionRoleArn", "arn:aws:iam::111122223333:role/known");
        var id = sns.publish(ROOT,
                Sns.PublishRequest.of(r -> r.topicArn(topic).message("Hello").subject("S").messageAttributes(
                Map.of("n", Sns.MessageAttributeValue.of(a -> a.dataType("Number").stringValue("1")))))).messageId();
        settle();
        assertThat(caught.getFirst().body())
                .isEqualTo("{\"Type\":\"Notification\",\"MessageId\":\"" + id + "\",\"TopicArn\":\""
                + topic + "\",\"Subject\":\"S\",\"Message\":\"Hello\",\"Timestamp\":\"2026-01-01T00:00:00.000Z\","
                + "\"UnsubscribeURL\":"
                + "\"http://localhost:4566/?Action=Unsubscribe&SubscriptionArn=" + subscription
                + "\",\"MessageAttributes\":{\"n\":{\"Type\":\"Number\",\"Value\":\"1\"}}}\n");
    }

    @Test
    void aFunctionGetsARecord() {
        var topic = topic("t");
        var subscription = subscribe(topic, "lambda", FUNCTION);
        publish(topic, "Hello");
        settle();
        var record = (Map<?, ?>) ((List<?>) body(0).get("Records")).getFirst();
        assertThat(record.get("EventSource")).isEqualTo("aws:sns");
        assertThat(record.get("EventVersion")).isEqualTo("1.0");
        assertThat(record.get("EventSubscriptionArn")).isEqualTo(subscription);
        var sns = (Map<?, ?>) record.get("Sns");
        assertThat(sns.get("Message")).isEqualTo("Hello");
        assertThat(sns.containsKey("Subject")).isTrue();
        assertThat(sns.get("MessageAttributes")).isEqualTo(Map.of());
        assertThat(sns.get("SigningCertUrl").toString())
                .matches("https://localhost:4566/SimpleNotificationService-[0-9a-f]+\\.pem");
    }

    @Test
    void eachProtocolGetsItsOwnText() {
        var topic = topic("t");
        subscribe(topic, "sqs", QUEUE, "RawMessageDelivery", "true");
        var structure = "{\"default\": \"all\", \"sqs\": \"queues\"}";
        sns.publish(ROOT, Sns.PublishRequest.of(r -> r.topicArn(topic).messageStructure("json").message(structure)));
        sns.publish(ROOT, Sns.PublishRequest.of(r -> r.topicArn(topic).messageStructure("json")
                .message("{\"default\": \"all\", \"sqs\": {\"no\": \"text\"}}")));
        settle();
        assertThat(caught.stream().map(Caught::body)).containsExactlyInAnyOrder("queues", "all");
    }

    @Test
    void aBatchTellsWhatFailed() {
        var topic = topic("t");
        subscribe(topic, "sqs", QUEUE);
        var answer = batch(topic, entry("good", "m"), entry("bad", ""));
        settle();
        assertThat(answer.successful()).extracting(Sns.PublishBatchResultEntry::id).containsExactly("good");
        assertThat(answer.failed()).extracting(Sns.BatchResultErrorEntry::message)
                .containsExactly("Invalid parameter: Empty message");
        assertThat(caught).hasSize(1);
    }

    @Test
    void whatFailsIsTriedAgainAndComesInTheEnd() {
        var topic = topic("t");
        subscribe(topic, "sqs", QUEUE);
        failure = Optional.of(ApiError.of("ServiceUnavailable", 503, "later"));
        publish(topic, "m");
        time.advance(Duration.ofHours(1));
        assertThat(caught).isEmpty();
        failure = Optional.empty();
        time.advance(Duration.ofSeconds(20));
        assertThat(caught).hasSize(1);
    }

    @Test
    void whatCannotBeDeliveredGoesToTheDeadLetterQueueAtOnce() {
        var topic = topic("t");
        subscribe(topic, "lambda", FUNCTION, "RedrivePolicy",
                "{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:111122223333:dead\"}");
        failure = Optional.of(ApiError.of("ResourceNotFoundException", 404, "no function"));
        publish(topic, "m", "n", "Number", "1");
        settle();
        assertThat(caught).hasSize(1);
        assertThat(caught.getFirst().target()).endsWith(":dead");
        assertThat(body(0).get("Type")).isEqualTo("Notification");
        assertThat(body(0).get("MessageAttributes")).isEqualTo(Map.of("n", Map.of("Type", "Number", "Value", "1")));
    }

    @Test
    void nobodyGetsWhatWasPublishedBeforeTheSubscription() {
        var topic = topic("t");
        publish(topic, "before");
        var subscription = subscribe(topic, "sqs", QUEUE, "RawMessageDelivery", "true");
        publish(topic, "after");
        settle();
        sns.unsubscribe(ROOT, Sns.UnsubscribeRequest.of(r -> r.subscriptionArn(subscription)));
        publish(topic, "gone");
        settle();
        assertThat(caught.stream().map(Caught::body)).containsExactly("after");
    }

    @Test
    void aHundredQueuesGetOneMessageEach() {
        var topic = topic("t");
        for (int i = 0; i < 100; i++) {
            subscribe(topic, "sqs", QUEUE + i);
        }
        publish(topic, "m");
        settle();
        assertThat(caught.stream().map(Caught::target).distinct()).hasSize(100);
    }
}
