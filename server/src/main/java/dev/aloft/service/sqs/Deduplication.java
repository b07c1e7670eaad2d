package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.SqsData.Sent;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a FIFO queue was sent in the last five minutes is not taken a second time, even where it was received and
 * deleted since: sending it again succeeds and answers with what was sent first.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html">
 *     Using the message deduplication ID</a>
 */
final class Deduplication {
    static final Duration WINDOW = Duration.ofMinutes(5);
    /** Until this long after it was changed, the scope is what it was: so AWS was seen to behave. */
    private static final Duration PROPAGATION = Duration.ofSeconds(60);

    private final SqsData data;

    Deduplication(SqsData data) {
        this.data = data;
    }

    /** A message that was sent. */
    record Kept(String messageId, long sequence) {}

    Optional<Kept> find(ReadTx tx, Queue queue, Content content, long now) {
        return data.sent.get(tx, key(queue, content, now)).filter(sent -> sent.until() > now)
            .map(sent -> new Kept(sent.messageId(), sent.sequence()));
    }

    void remember(Tx tx, Queue queue, Content content, Kept kept, long now) {
        var key = key(queue, content, now);
        long until = now + WINDOW.toMillis();
        data.sent.put(tx, key, new Sent(kept.messageId(), kept.sequence(), until));
        data.forgotten.put(tx, Key.of(queue.id(), until, kept.sequence()), key);
    }

    private static Key key(Queue queue, Content content, long now) {
        return Key.of(queue.id(), scopedByGroup(queue, now) ? content.group() : "", content.deduplicationId());
    }

    private static boolean scopedByGroup(Queue queue, long now) {
        boolean byGroup =
            QueueAttributes.MESSAGE_GROUP.equals(queue.attributes().get(QueueAttributes.DEDUPLICATION_SCOPE));
        boolean settling = queue.scoped() != null
            && queue.scoped().plus(PROPAGATION).isAfter(Instant.ofEpochMilli(now));
        return byGroup != settling;
    }

    /** Forgets some of what is past its time. */
    void forget(Tx tx, Queue queue, long now, int most) {
        var range = Range.of(Key.of(queue.id())).to(Key.of(queue.id(), now + 1)).limit(most);
        for (var row : data.forgotten.range(tx, range).toList()) {
            data.sent.get(tx, row.value()).filter(sent -> sent.until() <= now)
                .ifPresent(_ -> data.sent.delete(tx, row.value()));
            data.forgotten.delete(tx, row.key());
        }
    }
}
