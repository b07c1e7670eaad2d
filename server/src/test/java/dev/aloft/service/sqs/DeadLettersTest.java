package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Sqs;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeadLettersTest extends SqsFixture {
    @Test
    void aCountThatWasGivenAsTextIsToldAsANumber() {
        queue("dead");
        var url = queue("q", "RedrivePolicy", redrive("dead", 3).replace(":3", ":\"3\""));
        assertThat(attributes(url)).containsEntry("RedrivePolicy", redrive("dead", 3));
    }

    @Test
    void aMessageReceivedTooOftenGoesToTheDeadLetterQueueAsItIs() {
        var dead = queue("dead");
        var url = queue("q", "VisibilityTimeout", "1", "RedrivePolicy", redrive("dead", 1));
        var sent = send(r -> r.queueUrl(url).messageBody("a").messageAttributes(Map.of("k",
            Sqs.MessageAttributeValue.of(a -> a.dataType("String").stringValue("v")))));
        var before = receive(url).getFirst();
        pass(1);
        assertThat(receive(url)).isEmpty();
        assertThat(counts(url)).isEqualTo("0 0 0");
        var after = receive(dead).getFirst();
        assertThat(after.messageId()).isEqualTo(sent.messageId());
        assertThat(after.messageAttributes()).containsKey("k");
        assertThat(after.attributes()).containsEntry("ApproximateReceiveCount", "2")
            .containsEntry("DeadLetterQueueSourceArn", ARN + "q")
            .containsEntry("SentTimestamp", before.attributes().get("SentTimestamp"));
        assertThat(sqs.listDeadLetterSourceQueues(CALLER,
            Sqs.ListDeadLetterSourceQueuesRequest.of(r -> r.queueUrl(dead)))
            .queueUrls()).containsExactly(url);
    }

    @Test
    void aPollOfTheDeadLetterQueueIsWoken() throws InterruptedException {
        var dead = queue("dead");
        var url = queue("q", "VisibilityTimeout", "1", "RedrivePolicy", redrive("dead", 1));
        send(url, "a");
        receive(url);
        pass(1);
        var poll = time.start("poll", () -> assertThat(receive(r -> r.queueUrl(dead).waitTimeSeconds(20))).hasSize(1));
        time.settle();
        receive(url);
        time.settle();
        assertThat(poll.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void fifoOrderIsKeptOnTheWay() {
        var dead = fifo("dead");
        var url = fifo("q", "VisibilityTimeout", "1", "RedrivePolicy", redrive("dead.fifo", 1));
        send(url, "g", "1");
        send(url, "g", "2");
        receive(url);
        pass(1);
        send(url, "g", "3");
        assertThat(bodies(url)).containsExactly("3");
        assertThat(bodies(dead)).containsExactly("1", "2");
    }

    @Test
    void aFifoMessagesOwnIdTakesThePlaceOfItsDeduplicationId() {
        var dead = fifo("dead");
        var url = fifo("q", "VisibilityTimeout", "1", "RedrivePolicy", redrive("dead.fifo", 1));
        var sent = send(r -> r.queueUrl(url).messageBody("1").messageGroupId("g").messageDeduplicationId("same"));
        receive(url);
        pass(1);
        assertThat(receive(url)).isEmpty();
        send(r -> r.queueUrl(dead).messageBody("2").messageGroupId("g").messageDeduplicationId("same"));
        assertThat(receive(dead)).extracting(message -> message.attributes().get("MessageDeduplicationId"))
            .containsExactly(sent.messageId(), "same");
    }

    @Test
    void aDeadLetterQueueSaysForWhom() {
        queue("dead", "RedriveAllowPolicy",
            "{\"redrivePermission\":\"byQueue\",\"sourceQueueArns\":[\"" + ARN + "a\"]}");
        queue("a", "RedrivePolicy", redrive("dead", 1));
        refused("InvalidParameterValue",
            "Value " + redrive("dead", 1) + " for parameter RedrivePolicy is invalid. Reason: "
            + "Queue " + ARN + "b is not allowed to use the dead letter queue " + ARN + "dead.",
            () -> queue("b", "RedrivePolicy", redrive("dead", 1)));
    }

    private String start(String source, String destination, Integer rate) {
        return sqs.startMessageMoveTask(CALLER, Sqs.StartMessageMoveTaskRequest.of(r -> r.sourceArn(ARN + source)
            .destinationArn(destination == null ? null : ARN + destination).maxNumberOfMessagesPerSecond(rate)))
            .taskHandle();
    }

    private Sqs.ListMessageMoveTasksResultEntry task(String source) {
        return sqs.listMessageMoveTasks(CALLER, Sqs.ListMessageMoveTasksRequest.of(r -> r.sourceArn(ARN + source)))
            .results().getFirst();
    }

    /** Puts so many messages into the dead-letter queue "dead" of "q". */
    private String dead(int number) {
        var dead = queue("dead");
        var url = queue("q", "VisibilityTimeout", "0", "RedrivePolicy", redrive("dead", 1));
        for (int i = 0; i < number; i++) {
            send(url, "m" + i);
        }
        while (!receive(url).isEmpty()) {
            // Until all have gone.
        }
        return dead;
    }

    @Test
    void aTaskBringsMessagesBackAsNewOnes() {
        var dead = dead(25);
        assertThat(counts(dead)).isEqualTo("25 0 0");
        pass(5);
        start("dead", null, null);
        time.settle();
        assertThat(counts(dead)).isEqualTo("0 0 0");
        var url = CALLER.endpoint() + "/123456789012/q";
        assertThat(counts(url)).isEqualTo("25 0 0");
        var message = receive(url, 1).getFirst();
        assertThat(message.body()).isEqualTo("m0");
        assertThat(message.attributes()).containsEntry("ApproximateReceiveCount", "1")
            .doesNotContainKey("DeadLetterQueueSourceArn")
            .containsEntry("SentTimestamp", Long.toString(time.instant().toEpochMilli()));
        assertThat(task("dead").status()).isEqualTo("COMPLETED");
        assertThat(task("dead").approximateNumberOfMessagesMoved()).isEqualTo(25);
        assertThat(task("dead").taskHandle()).isNull();
    }

    @Test
    void aTaskKeepsToItsRateAndCanBeCancelled() {
        dead(10);
        queue("other");
        var handle = start("dead", "other", 2);
        refused("InvalidParameterValue",
            "There is already a task running. Only one active task is allowed for a source queue "
            + "arn at a given time.", () -> start("dead", null, null));
        assertThat(task("dead").approximateNumberOfMessagesMoved()).isZero();
        pass(2);
        assertThat(task("dead").approximateNumberOfMessagesMoved()).isEqualTo(4);
        assertThat(task("dead").taskHandle()).isEqualTo(handle);
        assertThat(sqs.cancelMessageMoveTask(CALLER, Sqs.CancelMessageMoveTaskRequest.of(r -> r.taskHandle(handle)))
            .approximateNumberOfMessagesMoved()).isEqualTo(4);
        pass(5);
        assertThat(task("dead").status()).isEqualTo("CANCELLED");
        assertThat(counts(CALLER.endpoint() + "/123456789012/other")).isEqualTo("4 0 0");
    }

    @Test
    void aTaskFailsWhenItsDestinationIsDeleted() {
        dead(10);
        var other = queue("other");
        start("dead", "other", 1);
        pass(3);
        sqs.deleteQueue(CALLER, Sqs.DeleteQueueRequest.of(r -> r.queueUrl(other)));
        pass(1);
        assertThat(task("dead").status()).isEqualTo("FAILED");
        assertThat(task("dead").failureReason()).isEqualTo("AWS.SimpleQueueService.NonExistentQueue");
        assertThat(task("dead").approximateNumberOfMessagesToMove()).isEqualTo(10);
        assertThat(task("dead").approximateNumberOfMessagesMoved()).isEqualTo(3);
    }

    @Test
    void whatCannotBeMoved() {
        queue("plain");
        refused("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.",
            () -> start("plain", null, null));
        refused("ResourceNotFoundException",
            "The resource that you specified for the SourceArn parameter doesn't exist.",
            () -> start("none", null, null));
        dead(0);
        refused("ResourceNotFoundException",
            "The resource that you specified for the DestinationArn parameter doesn't exist.",
            () -> start("dead", "none", null));
        refused("InvalidParameterValue", "Value for parameter TaskHandle is invalid.",
            () -> sqs.cancelMessageMoveTask(CALLER,
            Sqs.CancelMessageMoveTaskRequest.of(r -> r.taskHandle("foobared"))));
    }
}
