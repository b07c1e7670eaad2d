package dev.aloft.service.sqs;

import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.SqsData.Place;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** In which order the messages of a line are received. A message stands at the moment from which it is visible. */
sealed interface Order permits StandardOrder, FifoOrder {
    /** A message in its line; the group is empty where the order knows none. */
    record Standing(long at, long sequence, String group, Place place) {
        Standing to(long moment, Place changed) {
            return new Standing(moment, sequence, group, changed);
        }

        /** Whether it belongs to a group of a standard queue. */
        boolean isTenants(Queue queue) {
            return !queue.fifo() && !group.isEmpty();
        }
    }

    /** A message that moves. */
    record Move(Standing from, Standing to) {}

    void add(Tx tx, long line, Standing standing);

    /** Those that can be received now, in order, found as they are asked for. */
    Iterator<Standing> visible(ReadTx tx, long line, long now);

    void move(Tx tx, long line, List<Move> moves);

    void remove(Tx tx, long line, List<Standing> standings);

    Optional<Standing> find(ReadTx tx, Receipt receipt);

    /** Where a message stands that was never received, if it does so without delay. */
    Optional<Standing> find(ReadTx tx, long line, long enqueued, long sequence, String group);

    /** When something becomes visible next. */
    OptionalLong next(ReadTx tx, long line, long now);
}
