package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.Order.Standing;
import dev.aloft.service.sqs.SqsData.Place;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages that were received too often go to their queue's dead-letter queue, when somebody would have received them
 * once more. In a standard queue they keep the moment at which they were sent, and so their age.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html">
 *     Using dead-letter queues in Amazon SQS</a>
 */
final class DeadLetters {
    private final SqsData data;
    private final Lines lines;
    private final Arrivals arrivals;

    DeadLetters(SqsData data, Lines lines, Arrivals arrivals) {
        this.data = data;
        this.lines = lines;
        this.arrivals = arrivals;
    }

    /** Without a queue to go to they stay where they are. */
    void move(Tx tx, Queue queue, List<Standing> dead, long now) {
        var target = data.queues.get(tx, QueueName.ofArn(queue.redrive().deadLetterArn()).key());
        if (target.isEmpty()) {
            return;
        }
        var moving = new ArrayList<Lines.Arrival>();
        for (var standing : dead) {
            lines.content(tx, queue, standing).map(Content.CODEC::decode).ifPresent(content -> {
                var place = standing.place();
                moving.add(new Lines.Arrival(Content.CODEC.encode(content.from(queue)), content.group(), now, new Place(
                    queue.fifo() ? now : place.enqueued(), place.receives(), place.first(), place.last(), false)));
            });
        }
        lines.remove(tx, queue, dead);
        lines.add(tx, target.get(), moving);
        tx.afterCommit(() -> arrivals.wake(target.get().id(), moving.size()));
    }
}
