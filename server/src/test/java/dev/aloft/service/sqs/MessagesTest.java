package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Bytes;
import dev.aloft.api.Sqs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MessagesTest extends SqsFixture {
    @Test
    void aQueueIsFoundByItsBareNameToo() {
        queue("q");
        send("q", "body");
        assertThat(bodies("q")).containsExactly("body");
    }

    @Test
    void aMessageIsReceivedOnceWhileItIsHiddenAndAgainAfterwards() {
        var url = queue("q", "VisibilityTimeout", "5");
        var sent = send(url, "hello");
        assertThat(sent.md5OfMessageBody()).isEqualTo("5d41402abc4b2a76b9719d911017c592");
        var first = receive(url).getFirst();
        assertThat(first.body()).isEqualTo("hello");
        assertThat(first.messageId()).isEqualTo(sent.messageId());
        assertThat(receive(url)).isEmpty();
        assertThat(counts(url)).isEqualTo("0 1 0");
        pass(4);
        assertThat(receive(url)).isEmpty();
        pass(1);
        assertThat(counts(url)).isEqualTo("1 0 0");
        var second = receive(url).getFirst();
        assertThat(second.attributes()).containsEntry("ApproximateReceiveCount", "2")
            .containsEntry("ApproximateFirstReceiveTimestamp",
                first.attributes().get("ApproximateFirstReceiveTimestamp"));
        delete(url, first);
        assertThat(counts(url)).as("an older receipt does not delete").isEqualTo("0 1 0");
        delete(url, second);
        delete(url, second);
        assertThat(counts(url)).isEqualTo("0 0 0");
    }

    @Test
    void aReceiptDeletesAfterItsTimeAsLongAsNobodyElseReceivedTheMessage() {
        var url = queue("q", "VisibilityTimeout", "1");
        send(url, "a");
        var message = receive(url).getFirst();
        pass(2);
        delete(url, message);
        assertThat(receive(url)).isEmpty();
        assertThat(counts(url)).isEqualTo("0 0 0");
    }

    @Test
    void visibilityIsChangedFromTheMomentOfTheCall() {
        var url = queue("q");
        send(url, "a");
        var message = receive(url).getFirst();
        hide(url, message, 100);
        pass(99);
        assertThat(receive(url)).isEmpty();
        hide(url, message, 0);
        refused("InvalidParameterValue",
            "Value " + message.receiptHandle() + " for parameter ReceiptHandle is invalid. "
            + "Reason: Message does not exist or is not available for visibility timeout change.",
            () -> hide(url, message, 5));
        hide(url, receive(url).getFirst(), 50);
        hide(url, message, 0);
        var again = receive(url).getFirst();
        assertThat(again.body()).as("an older receipt changes it too").isEqualTo("a");
        pass(10);
        refused("InvalidParameterValue", "Value 43200 for parameter VisibilityTimeout is invalid. Reason: "
            + "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
            () -> hide(url, again, 43_200));
        hide(url, again, 43_190);
        delete(url, again);
        assertThat(counts(url)).isEqualTo("0 0 0");
    }

    @Test
    void delays() {
        var url = queue("q", "DelaySeconds", "10");
        send(url, "queue's");
        send(r -> r.queueUrl(url).messageBody("own").delaySeconds(20));
        send(r -> r.queueUrl(url).messageBody("none").delaySeconds(0));
        assertThat(counts(url)).isEqualTo("1 0 2");
        assertThat(bodies(url)).containsExactly("none");
        pass(10);
        assertThat(bodies(url)).containsExactly("queue's");
        pass(10);
        assertThat(bodies(url)).containsExactly("own");
        assertThat(counts(url)).isEqualTo("0 3 0");
    }

    @Test
    void batchesTellWhatFailedBesideWhatDidNot() {
        var url = queue("q", "MaximumMessageSize", "1024");
        var answer = sqs.sendMessageBatch(CALLER, Sqs.SendMessageBatchRequest.of(r -> r.queueUrl(url).entries(List.of(
            Sqs.SendMessageBatchRequestEntry.of(e -> e.id("a").messageBody("x")),
            Sqs.SendMessageBatchRequestEntry.of(e -> e.id("b").messageBody("x".repeat(1025))),
            Sqs.SendMessageBatchRequestEntry.of(e -> e.id("c").messageBody(""))))));
        assertThat(answer.successful()).extracting(e -> e.id()).containsExactly("a");
        assertThat(answer.failed()).extracting(e -> e.id() + " " + e.code() + " " + e.message()).containsExactly(
            "b InvalidParameterValue One or more parameters are invalid. Reason: Message must be "
            + "shorter than 1024 bytes.",
            "c EmptyValue The request must contain the parameter MessageBody.");
        var message = receive(url).getFirst();
        var deleted = sqs
            .deleteMessageBatch(CALLER, Sqs.DeleteMessageBatchRequest.of(r -> r.queueUrl(url).entries(List.of(
            Sqs.DeleteMessageBatchRequestEntry.of(e -> e.id("a").receiptHandle(message.receiptHandle())),
            Sqs.DeleteMessageBatchRequestEntry.of(e -> e.id("b").receiptHandle("no"))))));
        assertThat(deleted.successful()).extracting(e -> e.id()).containsExactly("a");
        assertThat(deleted.failed()).extracting(e -> e.code()).containsExactly("ReceiptHandleIsInvalid");
        assertThat(counts(url)).isEqualTo("0 0 0");
    }

    @Test
    void attributesComeWithTheDigestsThatSdksCheck() {
        var url = queue("q");
        send(r -> r.queueUrl(url).messageBody("test").messageAttributes(Map.of("attr1",
            Sqs.MessageAttributeValue.of(a -> a.dataType("Binary").binaryValue(Bytes.of(
                "traceparent\u001e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01".getBytes()))))));
        assertThat(receive(url).getFirst().md5OfMessageAttributes()).isEqualTo("8cbe4db156db8a94db8b801b7addb984");
    }

    @Test
    void aLongPollEndsWithTheMessageThatBecomesVisible() {
        var url = queue("q");
        send(r -> r.queueUrl(url).messageBody("later").delaySeconds(7));
        var before = time.instant();
        assertThat(bodies(receive(r -> r.queueUrl(url).waitTimeSeconds(20)))).containsExactly("later");
        assertThat(time.instant()).isEqualTo(before.plusSeconds(7));
        assertThat(receive(r -> r.queueUrl(url).waitTimeSeconds(20))).isEmpty();
        assertThat(time.instant()).isEqualTo(before.plusSeconds(27));
    }

    @Test
    void messagesAreKeptAsLongAsTheQueueSays() {
        var url = queue("q", "MessageRetentionPeriod", "60");
        send(url, "a");
        pass(30);
        send(url, "b");
        pass(30);
        assertThat(counts(url)).isEqualTo("1 0 0");
        assertThat(bodies(url)).containsExactly("b");
        pass(30);
        assertThat(counts(url)).isEqualTo("0 0 0");
    }

    @Test
    void aMessageEndsOneOfThousandsOfLongPollsThatWait() throws InterruptedException {
        var url = queue("q");
        var answers = new ConcurrentLinkedQueue<List<String>>();
        var polls = new ArrayList<Thread>();
        for (int i = 0; i < 2_000; i++) {
            polls.add(time.start("poll " + i,
                () -> answers.add(bodies(receive(r -> r.queueUrl(url).waitTimeSeconds(20))))));
        }
        time.settle();
        send(url, "a");
        send(url, "b");
        time.settle();
        assertThat(answers).containsExactlyInAnyOrder(List.of("a"), List.of("b"));
        pass(20);
        for (var poll : polls) {
            poll.join();
        }
        assertThat(answers).hasSize(2_000);
    }

    @Test
    void countsFollowTheClock() {
        var url = queue("q");
        var entries = IntStream.range(0, 10)
            .mapToObj(i -> Sqs.SendMessageBatchRequestEntry.of(e -> e.id("e" + i).messageBody("x"))).toList();
        for (int i = 0; i < 3; i++) {
            sqs.sendMessageBatch(CALLER, Sqs.SendMessageBatchRequest.of(r -> r.queueUrl(url).entries(entries)));
        }
        assertThat(receive(url)).hasSize(10);
        assertThat(counts(url)).isEqualTo("20 10 0");
        pass(30);
        assertThat(counts(url)).isEqualTo("30 0 0");
    }
}
