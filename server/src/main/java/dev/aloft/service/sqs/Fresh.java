package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.service.sqs.Order.Standing;
import dev.aloft.service.sqs.SqsData.Letter;
import dev.aloft.service.sqs.SqsData.Place;
import dev.aloft.service.sqs.SqsData.Tally;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The messages of a standard queue that nobody has received yet and that never waited for anything: most there ever
 * are. They stand by their number alone, so that sending one writes nothing but its content, and the next one is found
 * by its key where the order would have to be searched behind all that has been deleted. They are those behind the
 * last one that the line has passed; who receives one, or needs it in the order, passes it.
 */
record Fresh(SqsData data) {
    /** A message and its content as {@link Content#CODEC} writes it. */
    record Message(Standing standing, byte[] content) {
        private static Message of(long sequence, Letter letter) {
            var place = new Place(letter.enqueued(), 0, 0, 0, false, true);
            return new Message(new Standing(letter.enqueued(), sequence, "", place), letter.content());
        }

        /** The same, received now and hidden until a moment. */
        Message received(long now, long until) {
            return new Message(standing.to(until, standing.place().received(now)), content);
        }
    }

    /** Messages of the order with the fresh ones among them. */
    static final class InOrder implements Iterator<Standing> {
        private static final Comparator<Standing> ORDER =
            Comparator.comparingLong(Standing::at).thenComparingLong(Standing::sequence);

        private final Iterator<Standing> order;
        private final Iterator<Standing> fresh;
        private final long last;
        private Standing nextInOrder;
        private Standing nextFresh;
        private long passed;

        private InOrder(Iterator<Standing> order, Iterator<Standing> fresh, long passed, long last) {
            this.order = order;
            this.fresh = fresh;
            this.passed = passed;
            this.last = last;
            nextInOrder = order.hasNext() ? order.next() : null;
            nextFresh = fresh.hasNext() ? fresh.next() : null;
        }

        static InOrder without(Iterator<Standing> order) {
            return new InOrder(order, Collections.emptyIterator(), 0, 0);
        }

        /** The number of the last fresh message that was handed out, or of the last of all where none is left. */
        long passed() {
            return nextFresh == null ? last : passed;
        }

        @Override
        public boolean hasNext() {
            return nextInOrder != null || nextFresh != null;
        }

        @Override
        public Standing next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            boolean isFresh = nextInOrder == null || nextFresh != null && ORDER.compare(nextFresh, nextInOrder) < 0;
            var next = isFresh ? nextFresh : nextInOrder;
            if (isFresh) {
                passed = next.sequence();
                nextFresh = fresh.hasNext() ? fresh.next() : null;
            } else {
                nextInOrder = order.hasNext() ? order.next() : null;
            }
            return next;
        }
    }

    InOrder inOrder(ReadTx tx, long line, Tally tally, Iterator<Standing> order) {
        var range = Range.of(Key.of(line)).from(Key.of(line, tally.passed() + 1));
        var fresh = data.letters.range(tx, range).map(row -> Message.of(row.key().number(1), row.value()).standing());
        return new InOrder(order, fresh.iterator(), tally.passed(), tally.sequence());
    }

    /** The next ones in the order in which they were sent. */
    List<Message> next(ReadTx tx, long line, Tally tally, int most) {
        var found = new ArrayList<Message>(most);
        for (long sequence = tally.passed() + 1; sequence <= tally.sequence() && found.size() < most; sequence++) {
            var letter = data.letters.get(tx, Key.of(line, sequence));
            if (letter.isEmpty()) {
                // This number is that of a message which was delayed, or which is gone: others may have it too.
                search(tx, line, sequence + 1, most - found.size(), found);
                break;
            }
            found.add(Message.of(sequence, letter.get()));
        }
        return found;
    }

    private void search(ReadTx tx, long line, long from, int most, List<Message> found) {
        var range = Range.of(Key.of(line)).from(Key.of(line, from)).limit(most);
        data.letters.range(tx, range).forEach(row -> found.add(Message.of(row.key().number(1), row.value())));
    }

    boolean any(ReadTx tx, long line, Tally tally) {
        return !next(tx, line, tally, 1).isEmpty();
    }

    /** Where a message stands if it is fresh. */
    Optional<Standing> find(ReadTx tx, long line, Tally tally, long sequence) {
        return sequence <= tally.passed() ? Optional.empty()
            : data.letters.get(tx, Key.of(line, sequence)).map(letter -> Message.of(sequence, letter).standing());
    }
}
