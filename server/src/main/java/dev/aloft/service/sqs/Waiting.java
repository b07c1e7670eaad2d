package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.Order.Standing;
import dev.aloft.service.sqs.QueueAttributes.Counts;

/**
 * How many messages of a queue wait for their moment: those that were received, and those that are delayed. Kept by the
 * moment, as nobody comes by when it is there.
 */
record Waiting(SqsData data, StandardOrder standard) {
    /** The moments of a standard queue to which messages are counted together: this many milliseconds each. */
    private static final long STANDARD_MILLIS = 1000;
    private static final boolean RECEIVED = true;
    private static final boolean DELAYED = false;

    /** One more or one less, if this message waits. */
    void count(Tx tx, Queue queue, Standing standing, int by) {
        boolean received = standing.place().receives() > 0;
        if (received || standing.at() > standing.place().enqueued()) {
            long moment = standing.at() / countedMillis(queue);
            SqsData.add(tx, data.waiting, Key.of(queue.line(), received, moment), by);
            if (standing.isTenants(queue)) {
                SqsData.add(tx, data.waitingOf, Key.of(queue.line(), standing.group(), received, moment), by);
            }
        }
    }

    private static long countedMillis(Queue queue) {
        return queue.fifo() ? 1 : STANDARD_MILLIS;
    }

    /** Of so many messages in all. */
    Counts counts(ReadTx tx, Queue queue, long all, long now) {
        long inFlight = after(tx, queue, RECEIVED, now);
        long delayed = after(tx, queue, DELAYED, now);
        if (!queue.fifo()) {
            // Those that become visible within this second are counted with it, and some of them may be visible by now.
            long end = now / 1000 * 1000 + 999;
            var soon = standard.between(tx, queue.line(), now, end).toList();
            long received = soon.stream().filter(standing -> standing.place().receives() > 0).count();
            inFlight += received;
            delayed += soon.size() - received;
        }
        return new Counts(Math.max(0, all - inFlight - delayed), inFlight, delayed);
    }

    private long after(ReadTx tx, Queue queue, boolean received, long now) {
        return SqsData.after(tx, data.waiting, Key.of(queue.line(), received), now / countedMillis(queue));
    }
}
