package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Sqs;
import dev.aloft.api.Sqs.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a standard queue does at times on AWS, and here when its tags ask for it. */
class QueueSettingsTest extends SqsFixture {
    @Test
    void anUnknownSettingAndOneForAFifoQueueAreRefused() {
        var url = queue("q");
        refused("InvalidParameterValue", "There is no setting aloft:lag. Settings: "
            + "[aloft:duplicates, aloft:reorder, aloft:seed, aloft:throttling]",
            () -> tag(url, "aloft:lag", "1"));
        refused("InvalidParameterValue", "The setting aloft:duplicates is a share from 0 to 1, not 2",
            () -> tag(url, "aloft:duplicates", "2"));
        refused("InvalidParameterValue", "The setting aloft:seed is a whole number, not x",
            () -> tag(url, "aloft:seed", "x"));
        var fifo = fifo("q");
        refused("InvalidParameterValue", "The setting aloft:reorder is for standard queues only.",
            () -> tag(fifo, "aloft:reorder", "1"));
        refused("InvalidParameterValue", "The setting aloft:throttling is for FIFO queues only.",
            () -> tag(url, "aloft:throttling", "true"));
        refused("InvalidParameterValue", "The setting aloft:throttling is true or false, not 1",
            () -> tag(fifo, "aloft:throttling", "1"));
    }

    @Test
    void aShareOfTheMessagesIsReceivedTwiceEvenIfDeletedTheFirstTime() {
        var url = queue("q");
        tag(url, "aloft:duplicates", "0.3");
        var sent = sendHundred(url);
        var received = drain(url);
        assertThat(received).hasSizeBetween(115, 145).containsAll(sent);
        assertThat(new HashSet<>(received)).hasSize(100);
        assertThat(counts(url)).isEqualTo("0 0 0");
    }

    @Test
    void aDuplicateIsTheSameMessageReceivedOnceMore() {
        var url = queue("q");
        tag(url, "aloft:duplicates", "1");
        send(url, "body");
        var first = receive(url, 10).getFirst();
        delete(url, first);
        var second = receive(url, 10).getFirst();
        assertThat(second.messageId()).isEqualTo(first.messageId());
        assertThat(second.attributes()).containsEntry("ApproximateReceiveCount", "2");
        delete(url, second);
        pass(60);
        assertThat(receive(url)).isEmpty();
    }

    @Test
    void aShareOfTheMessagesIsOvertakenByTheNextTen() {
        var url = queue("q");
        tag(url, "aloft:reorder", "0.5");
        var sent = sendHundred(url);
        var received = drain(url);
        assertThat(received).isNotEqualTo(sent).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(IntStream.range(0, 100).allMatch(i -> Math.abs(received.indexOf(sent.get(i)) - i) <= 10)).isTrue();
    }

    @Test
    void theSameSeedDisturbsInTheSameWay() {
        assertThat(run("a", "7")).isEqualTo(run("b", "7")).isNotEqualTo(run("c", "8"));
    }

    @Test
    void withoutSettingsMessagesComeOnceAndInOrder() {
        var url = queue("q");
        assertThat(sendHundred(url)).isEqualTo(drain(url));
    }

    @Test
    void aFifoQueueTakesThreeHundredCallsOfEachActionInASecond() {
        var url = fifo("q");
        tag(url, "aloft:throttling", "true");
        for (int i = 0; i < 300; i++) {
            send(url, "g", "m" + i);
        }
        refused("RequestThrottled", "Request is throttled.", () -> send(url, "g", "more"));
        var received = receive(url, 10);
        assertThat(received).hasSize(10);
        pass(1);
        send(url, "g", "more");
        assertThat(counts(url)).isEqualTo("291 10 0");
    }

    @Test
    void withHighThroughputEachGroupDoes() {
        var url = fifo("q", "DeduplicationScope", "messageGroup", "FifoThroughputLimit", "perMessageGroupId");
        tag(url, "aloft:throttling", "true");
        for (int i = 0; i < 300; i++) {
            send(url, "a", "m" + i);
        }
        refused("RequestThrottled", "Request is throttled.", () -> send(url, "a", "more"));
        send(url, "b", "more");
    }

    private List<String> run(String name, String seed) {
        var url = queue(name);
        tag(url, "aloft:reorder", "0.2");
        tag(url, "aloft:duplicates", "0.2");
        tag(url, "aloft:seed", seed);
        sendHundred(url);
        return drain(url);
    }

    private List<String> sendHundred(String url) {
        return IntStream.range(0, 100).mapToObj(i -> "m" + i).peek(body -> send(url, body)).toList();
    }

    private List<String> drain(String url) {
        var bodies = new ArrayList<String>();
        for (List<Message> some; !(some = receive(url, 3)).isEmpty(); ) {
            some.forEach(message -> delete(url, message));
            bodies.addAll(bodies(some));
        }
        return bodies;
    }

    private void tag(String url, String key, String value) {
        sqs.tagQueue(CALLER, Sqs.TagQueueRequest.of(r -> r.queueUrl(url).tags(map(key, value))));
    }
}
