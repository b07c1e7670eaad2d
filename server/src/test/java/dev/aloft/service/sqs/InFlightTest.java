package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Sqs;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * How many messages of a queue can be in flight.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html">
 *     Amazon SQS message quotas</a>
 */
class InFlightTest extends SqsFixture {
    private static final int MOST = 120_000;

    @Override
    Store store() {
        return new MemoryStore();
    }

    /** A short poll of a standard queue is told; a long poll, and any of a FIFO queue, receives nothing. */
    @Test
    void ofAStandardQueueAHundredAndTwentyThousand() {
        var url = queue("q", "VisibilityTimeout", "43200");
        var first = fill(url, "");
        refused("OverLimit", "Too many messages are in flight: a queue can have 120000.", () -> receive(url));
        assertThat(receive(r -> r.queueUrl(url).waitTimeSeconds(1))).isEmpty();
        delete(url, first);
        assertThat(receive(url)).as("room for one").hasSize(1);
    }

    @Test
    void ofAFifoQueueAsManyAndNothingIsSaid() {
        var url = fifo("q", "VisibilityTimeout", "43200");
        var first = fill(url, "g");
        assertThat(receive(url)).isEmpty();
        delete(url, first);
        assertThat(receive(url)).hasSize(1);
    }

    /** Ten more than can be in flight, of which as many as can be are received; the first of these. */
    private Sqs.Message fill(String url, String group) {
        Sqs.Message first = null;
        for (int i = 0; i < MOST + 10; i += 10) {
            int from = i;
            sqs.sendMessageBatch(CALLER, Sqs.SendMessageBatchRequest.of(r -> r.queueUrl(url).entries(
                IntStream.range(from, from + 10).mapToObj(n -> entry(n, group)).toList())));
            if (i < MOST) {
                List<Sqs.Message> received = receive(r -> r.queueUrl(url).maxNumberOfMessages(10));
                assertThat(received).hasSize(10);
                first = first == null ? received.getFirst() : first;
            }
        }
        return first;
    }

    private static Sqs.SendMessageBatchRequestEntry entry(int number, String group) {
        return Sqs.SendMessageBatchRequestEntry.of(e -> e.id("n" + number).messageBody("x")
            .messageGroupId(group.isEmpty() ? null : group + number)
            .messageDeduplicationId(group.isEmpty() ? null : "d" + number));
    }
}
