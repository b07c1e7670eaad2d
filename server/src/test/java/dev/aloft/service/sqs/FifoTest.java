package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Sqs.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

class FifoTest extends SqsFixture {
    @Test
    void aGroupWaitsForItsFirstMessage() {
        var url = fifo("q");
        send(url, "a", "a1");
        send(url, "b", "b1");
        send(url, "a", "a2");
        var first = receive(url, 1).getFirst();
        assertThat(first.body()).isEqualTo("a1");
        assertThat(bodies(url)).containsExactly("b1");
        assertThat(receive(url)).isEmpty();
        assertThat(counts(url)).isEqualTo("1 2 0");
        delete(url, first);
        assertThat(bodies(url)).containsExactly("a2");
    }

    /** As recorded on AWS: what stands before a hidden message is received, and nothing behind it. */
    @Test
    void aMessageHiddenForLongerHoldsBackThoseBehindIt() {
        for (int longer = 0; longer < 3; longer++) {
            var url = fifo("q" + longer, "VisibilityTimeout", "1");
            send(url, "1", "foo");
            send(url, "1", "bar");
            send(url, "1", "baz");
            var all = receive(url);
            assertThat(bodies(all)).containsExactly("foo", "bar", "baz");
            hide(url, all.get(longer), 4);
            pass(2);
            assertThat(bodies(url)).isEqualTo(bodies(all).subList(0, longer));
        }
    }

    @Test
    void aReceiptEndsWithTheVisibility() {
        var url = fifo("q", "VisibilityTimeout", "1");
        send(url, "g", "a");
        var message = receive(url).getFirst();
        pass(1);
        refused("InvalidParameterValue",
            "Value " + message.receiptHandle() + " for parameter ReceiptHandle is invalid. "
            + "Reason: The receipt handle has expired.", () -> delete(url, message));
        assertThat(bodies(url)).containsExactly("a");
    }

    @Test
    void whatWasSentIsNotTakenAgainForFiveMinutes() {
        var url = fifo("q");
        var first = send(url, "a", "x");
        delete(url, receive(url).getFirst());
        var again = send(url, "b", "x");
        assertThat(again.messageId()).isEqualTo(first.messageId());
        assertThat(again.sequenceNumber()).isEqualTo(first.sequenceNumber());
        assertThat(receive(url)).isEmpty();
        pass(300);
        assertThat(send(url, "b", "x").messageId()).isNotEqualTo(first.messageId());
        assertThat(bodies(url)).containsExactly("x");
    }

    @Test
    void deduplicationByGroup() {
        var url = fifo("q", "DeduplicationScope", "messageGroup", "FifoThroughputLimit", "perMessageGroupId");
        send(url, "a", "x");
        send(url, "b", "x");
        send(url, "a", "x");
        assertThat(bodies(url)).containsExactly("x", "x");
    }

    @Test
    void aDelayedMessageHoldsBackItsGroup() {
        var url = fifo("q", "DelaySeconds", "5");
        send(url, "a", "1");
        set(url, "DelaySeconds", "0");
        send(url, "a", "2");
        send(url, "b", "3");
        assertThat(bodies(url)).containsExactly("3");
        pass(5);
        assertThat(bodies(url)).containsExactly("1", "2");
    }

    @Test
    void anAttemptRepeatedReceivesTheSameMessagesWithTheSameReceipts() {
        var url = fifo("q");
        send(url, "a", "1");
        send(url, "a", "2");
        var first = attempt(url, "try");
        assertThat(bodies(first)).containsExactly("1", "2");
        pass(20);
        assertThat(attempt(url, "try")).isEqualTo(first);
        pass(20);
        assertThat(receive(url)).as("hidden anew by the second").isEmpty();
        delete(url, first.getFirst());
        assertThat(attempt(url, "try")).as("one of them is gone").isEmpty();
        refused("InvalidParameterValue",
            "Value x for parameter ReceiveRequestAttemptId is invalid. Reason: The request include "
            + "parameter that is not valid for this queue type.", () -> attempt(queue("standard"), "x"));
    }

    private List<Message> attempt(String url, String id) {
        return receive(r -> r.queueUrl(url).maxNumberOfMessages(10).receiveRequestAttemptId(id));
    }
}
