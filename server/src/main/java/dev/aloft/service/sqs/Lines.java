package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.Order.Move;
import dev.aloft.service.sqs.Order.Standing;
import dev.aloft.service.sqs.QueueAttributes.Counts;
import dev.aloft.service.sqs.SqsData.Chore;
import dev.aloft.service.sqs.SqsData.Place;
import dev.aloft.service.sqs.SqsData.Tally;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The messages of the queues: their contents, where they stand, and how many there are, changed together. */
final class Lines {
    /** Of one queue. */
    static final int MOST_IN_FLIGHT = 120_000;
    /** So many messages at most are looked at for one receive: those kept too long or received too often are put away. */
    private static final int MOST_LOOKED_AT = 1000;
    private static final boolean RECEIVED = true;
    private static final boolean DELAYED = false;

    private final SqsData data;
    private final StandardOrder standard;
    private final FifoOrder fifo;

    Lines(SqsData data) {
        this.data = data;
        standard = new StandardOrder(data);
        fifo = new FifoOrder(data);
    }

    /**
     * A message on its way into a queue.
     *
     * @param content as {@link Content#CODEC} writes it
     * @param at      from when it is visible
     */
    record Arrival(byte[] content, String group, long at, Place place) {}

    /** What was found for one receive: what is received, and what was received too often. */
    record Found(List<Standing> received, List<Standing> dead) {}

    Order order(Queue queue) {
        return queue.fifo() ? fifo : standard;
    }

    /** Adds messages in order; the sequence number of the first. */
    long add(Tx tx, Queue queue, List<Arrival> arrivals) {
        var tally = tally(tx, queue.line());
        long sequence = tally.sequence();
        for (var arrival : arrivals) {
            var standing = new Standing(arrival.at(), ++sequence, queue.fifo() ? arrival.group() : "", arrival.place());
            data.contents.put(tx, content(queue.line(), standing), arrival.content());
            order(queue).add(tx, queue.line(), standing);
            count(tx, queue, standing, 1);
        }
        if (!tally.watched() && !arrivals.isEmpty()) {
            watch(tx, queue, arrivals.getFirst().place().enqueued());
        }
        data.tallies.put(tx, Key.of(queue.line()),
            new Tally(sequence, tally.messages() + arrivals.size(), tally.most(), true));
        return tally.sequence() + 1;
    }

    private Tally tally(ReadTx tx, long line) {
        return data.tallies.get(tx, Key.of(line)).orElse(Tally.NONE);
    }

    private void watch(Tx tx, Queue queue, long oldest) {
        data.chores.add(tx, Instant.ofEpochMilli(oldest + queue.retentionMillis()), Key.of("expire", queue.line()),
            new Chore.Expire(queue.name().key(), queue.line()));
    }

    /** Looks at once for what is kept too long, since the retention has changed. */
    void look(Tx tx, Queue queue, Instant now) {
        data.chores.reschedule(tx, Key.of("expire", queue.line()), now);
    }

    /** An emptied queue goes on with the numbers it had. */
    void follow(Tx tx, Queue before, Queue after) {
        data.tallies.put(tx, Key.of(after.line()), new Tally(tally(tx, before.line()).sequence(), 0, 0, false));
    }

    boolean hasVisible(ReadTx tx, Queue queue, long now) {
        return order(queue).visible(tx, queue.line(), now).hasNext();
    }

    OptionalLong next(ReadTx tx, Queue queue, long now) {
        return order(queue).next(tx, queue.line(), now);
    }

    /** How many more may be in flight, up to a number asked for. */
    int room(Tx tx, Queue queue, long now, int asked) {
        var tally = tally(tx, queue.line());
        long most = tally.most();
        if (most + asked > MOST_IN_FLIGHT) {
            most = counts(tx, queue, Instant.ofEpochMilli(now)).inFlight();
            data.tallies.put(tx, Key.of(queue.line()),
                new Tally(tally.sequence(), tally.messages(), most, tally.watched()));
        }
        return (int) Math.min(asked, MOST_IN_FLIGHT - most);
    }

    /** Receives: hides what is visible until a moment. What has been kept too long is removed on the way. */
    Found take(Tx tx, Queue queue, int most, long now, long until) {
        var received = new ArrayList<Move>();
        var expired = new ArrayList<Standing>();
        var dead = new ArrayList<Standing>();
        var visible = order(queue).visible(tx, queue.line(), now);
        for (int looked = 0; looked < MOST_LOOKED_AT && received.size() < most && visible.hasNext(); looked++) {
            var standing = visible.next();
            var place = standing.place();
            if (place.enqueued() + queue.retentionMillis() <= now) {
                expired.add(standing);
            } else if (queue.redrive() != null && place.receives() >= queue.redrive().maxReceiveCount()) {
                dead.add(standing);
            } else {
                received.add(new Move(standing, standing.to(until, place.received(now))));
            }
        }
        if (!expired.isEmpty()) {
            remove(tx, queue, expired);
        }
        if (!received.isEmpty()) {
            move(tx, queue, received);
            var tally = tally(tx, queue.line());
            data.tallies.put(tx, Key.of(queue.line()), new Tally(
                tally.sequence(), tally.messages(), tally.most() + received.size(), tally.watched()));
        }
        return new Found(received.stream().map(Move::to).toList(), dead);
    }

    void move(Tx tx, Queue queue, List<Move> moves) {
        order(queue).move(tx, queue.line(), moves);
        for (var move : moves) {
            count(tx, queue, move.from(), -1);
            count(tx, queue, move.to(), 1);
        }
    }

    void remove(Tx tx, Queue queue, List<Standing> standings) {
        order(queue).remove(tx, queue.line(), standings);
        int removed = 0;
        for (var standing : standings) {
            count(tx, queue, standing, -1);
            removed += data.contents.delete(tx, content(queue.line(), standing)) ? 1 : 0;
        }
        fewer(tx, queue.line(), removed);
    }

    private void fewer(Tx tx, long line, int removed) {
        if (removed > 0) {
            var tally = tally(tx, line);
            data.tallies.put(tx, Key.of(line),
                new Tally(tally.sequence(), tally.messages() - removed, tally.most(), tally.watched()));
        }
    }

    Optional<Standing> find(ReadTx tx, Queue queue, Receipt receipt) {
        return receipt.line() == queue.line() ? order(queue).find(tx, receipt) : Optional.empty();
    }

    Optional<byte[]> content(ReadTx tx, Queue queue, Standing standing) {
        return data.contents.get(tx, content(queue.line(), standing));
    }

    private static Key content(long line, Standing standing) {
        return Key.of(line, standing.place().enqueued(), standing.sequence());
    }

    /** Keeps how many messages wait for a moment: those that were received, and those that are delayed. */
    private void count(Tx tx, Queue queue, Standing standing, int by) {
        boolean received = standing.place().receives() > 0;
        if (received || standing.at() > standing.place().enqueued()) {
            var key = Key.of(queue.line(), received, standing.at() / order(queue).countedMillis());
            long number = data.waiting.get(tx, key).orElse(0L) + by;
            if (number == 0) {
                data.waiting.delete(tx, key);
            } else {
                data.waiting.put(tx, key, number);
            }
        }
    }

    Counts counts(ReadTx tx, Queue queue, Instant moment) {
        long now = moment.toEpochMilli();
        long all = tally(tx, queue.line()).messages();
        long inFlight = waiting(tx, queue, RECEIVED, now);
        long delayed = waiting(tx, queue, DELAYED, now);
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

    private long waiting(ReadTx tx, Queue queue, boolean received, long now) {
        var range = Range.of(Key.of(queue.line(), received))
            .from(Key.of(queue.line(), received, now / order(queue).countedMillis() + 1));
        return data.waiting.range(tx, range).mapToLong(Row::value).sum();
    }

    /** When the oldest message was sent. */
    Optional<Instant> oldest(ReadTx tx, Queue queue) {
        return data.contents.range(tx, Range.of(Key.of(queue.line())).limit(1)).findFirst()
            .map(row -> Instant.ofEpochMilli(row.key().number(1)));
    }

    /** Removes some of what has been kept too long, and says when to look again. */
    Optional<Instant> expire(Tx tx, Queue queue, long now, int most) {
        long until = now - queue.retentionMillis();
        var range = Range.of(Key.of(queue.line())).to(Key.of(queue.line(), until + 1));
        var old = data.contents.range(tx, range.limit(most)).toList();
        int alone = 0;
        for (var row : old) {
            long enqueued = row.key().number(1);
            var group = queue.fifo() ? Content.CODEC.decode(row.value()).group() : "";
            var standing = order(queue).find(tx, queue.line(), enqueued, row.key().number(2), group);
            if (standing.isPresent()) {
                remove(tx, queue, List.of(standing.get()));
            } else {
                // It stands elsewhere, which is found when its turn comes.
                data.contents.delete(tx, row.key());
                alone++;
            }
        }
        fewer(tx, queue.line(), alone);
        var oldest = oldest(tx, queue);
        if (oldest.isEmpty()) {
            var tally = tally(tx, queue.line());
            data.tallies.put(tx, Key.of(queue.line()), new Tally(tally.sequence(), tally.messages(), tally.most(), false));
        }
        return oldest.map(moment -> moment.plusMillis(queue.retentionMillis()));
    }
}
