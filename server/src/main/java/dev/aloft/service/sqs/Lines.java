package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.Order.Move;
import dev.aloft.service.sqs.Order.Standing;
import dev.aloft.service.sqs.QueueAttributes.Counts;
import dev.aloft.service.sqs.SqsData.Chore;
import dev.aloft.service.sqs.SqsData.Letter;
import dev.aloft.service.sqs.SqsData.Place;
import dev.aloft.service.sqs.SqsData.Tally;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The messages of the queues: their contents, where they stand, and how many there are, changed together. */
final class Lines {
    /** Of one queue. */
    static final int MOST_IN_FLIGHT = 120_000;
    /**
     * So many messages at most are looked at for one receive: those kept too long or received too often are put away.
     */
    private static final int MOST_LOOKED_AT = 1000;
    /** How far ahead is looked for what becomes visible: the farther, the more that is deleted is passed over then. */
    private static final long LOOKED_AHEAD_MILLIS = 1000;

    private final SqsData data;
    private final Noise noise;
    private final StandardOrder standard;
    private final FifoOrder fifo;
    private final Fresh fresh;
    private final Waiting waiting;

    Lines(SqsData data) {
        this.data = data;
        noise = new Noise(data);
        standard = new StandardOrder(data, noise);
        fifo = new FifoOrder(data);
        fresh = new Fresh(data);
        waiting = new Waiting(data, standard);
    }

    /**
     * A message on its way into a queue.
     *
     * @param content as {@link Content#CODEC} writes it
     * @param at      from when it is visible
     */
    record Arrival(byte[] content, String group, long at, Place place) {
        Standing standing(long sequence) {
            return new Standing(at, sequence, group == null ? "" : group, place);
        }

        /** Whether it waits for nothing and nobody knows it. */
        boolean isFresh() {
            return group == null && at == place.enqueued() && place.receives() == 0;
        }
    }

    /** What was found for one receive: what is received, and what was received too often. */
    record Found(List<Standing> received, List<Standing> dead) {}

    Order order(Queue queue) {
        return queue.fifo() ? fifo : standard;
    }

    /** Adds messages in order; the sequence number of the first. */
    long add(Tx tx, Queue queue, List<Arrival> arrivals) {
        var tally = tally(tx, queue.line());
        long sequence = tally.sequence();
        long soonest = Long.MAX_VALUE;
        boolean grouped = false;
        for (var arrival : arrivals) {
            var standing = arrival.standing(++sequence);
            if (!queue.fifo() && !tally.fair() && arrival.isFresh()) {
                data.letters.put(tx, Key.of(queue.line(), sequence), new Letter(standing.at(), arrival.content()));
                continue;
            }
            data.contents.put(tx, content(queue.line(), standing), arrival.content());
            order(queue).add(tx, queue.line(), standing);
            waiting.count(tx, queue, standing, 1);
            soonest = Math.min(soonest, standing.at());
            if (standing.isTenants(queue)) {
                noise.sent(tx, queue.line(), standing);
                grouped = true;
            }
        }
        if (!tally.watched() && !arrivals.isEmpty()) {
            watch(tx, queue, arrivals.getFirst().place().enqueued());
        }
        data.tallies.put(tx, Key.of(queue.line()),
            tally.added(sequence, arrivals.size(), grouped).notLaterThan(soonest));
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
        data.tallies.put(tx, Key.of(after.line()), tally(tx, before.line()).emptied());
    }

    boolean hasVisible(ReadTx tx, Queue queue, long now) {
        if (queue.fifo()) {
            return fifo.visible(tx, queue.line(), now).hasNext();
        }
        var tally = tally(tx, queue.line());
        return fresh.any(tx, queue.line(), tally)
            || (tally.fair() || tally.soonest() <= now) && standard.visible(tx, queue.line(), now).hasNext();
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
            data.tallies.put(tx, Key.of(queue.line()), tally.withMost(most));
        }
        return (int) Math.min(asked, MOST_IN_FLIGHT - most);
    }

    /**
     * Receives for the first time what nobody has received: all that most receives do. Nothing is done, and nothing is
     * said, where others may come first, or where there is more to do than to hide messages until a moment.
     */
    Optional<List<Fresh.Message>> takeFresh(Tx tx, Queue queue, int most, long now, long until) {
        var tally = tally(tx, queue.line());
        if (queue.fifo() || tally.fair() || !queue.settings().areNone() || tally.most() + most > MOST_IN_FLIGHT) {
            return Optional.empty();
        }
        if (tally.soonest() <= now) {
            tally = tally.withSoonest(standard.first(tx, queue.line(), now + LOOKED_AHEAD_MILLIS));
        }
        var found = tally.soonest() > now ? fresh.next(tx, queue.line(), tally, most) : List.<Fresh.Message>of();
        long kept = now - queue.retentionMillis();
        if (found.isEmpty() || found.stream().anyMatch(message -> message.standing().at() <= kept)) {
            return Optional.empty();
        }
        var received = found.stream().map(message -> message.received(now, until)).toList();
        received.forEach(message -> {
            standard.add(tx, queue.line(), message.standing());
            waiting.count(tx, queue, message.standing(), 1);
        });
        data.tallies.put(tx, Key.of(queue.line()), tally.passing(found.getLast().standing().sequence())
            .withMost(tally.most() + found.size()).notLaterThan(until));
        return Optional.of(received);
    }

    /** Gives so many fresh messages their places in the order. */
    void settle(Tx tx, Queue queue, int most) {
        var tally = tally(tx, queue.line());
        if (queue.fifo() || tally.passed() == tally.sequence()) {
            return;
        }
        var found = fresh.next(tx, queue.line(), tally, most);
        found.forEach(message -> standard.add(tx, queue.line(), message.standing()));
        var soonest = found.stream().mapToLong(message -> message.standing().at()).min();
        data.tallies.put(tx, Key.of(queue.line()),
            tally.passing(found.isEmpty() ? tally.sequence() : found.getLast().standing().sequence())
                .notLaterThan(soonest.orElse(Long.MAX_VALUE)));
    }

    /** Receives: hides what is visible until a moment. What has been kept too long is removed on the way. */
    Found take(Tx tx, Queue queue, int most, long now, long until) {
        var settings = queue.settings();
        var found = look(tx, queue, settings.reorders() ? most + QueueSettings.FARTHEST : most, now);
        if (!found.expired().isEmpty()) {
            remove(tx, queue, found.expired());
        }
        var received = (settings.reorders() ? reordered(found.living(), settings) : found.living()).stream().limit(most)
            .map(standing -> new Move(standing, standing.to(until, standing.place().received(now)))).toList();
        if (!received.isEmpty()) {
            receive(tx, queue, received, now);
            duplicate(tx, queue, received.stream().map(Move::from).filter(it -> it.place().receives() == 0
                && settings.isDuplicated(it.sequence())).toList(), now);
        }
        return new Found(received.stream().map(Move::to).toList(), found.dead());
    }

    /** What is visible: what can be received, what was received too often, and what has been kept too long. */
    private record Looked(List<Standing> living, List<Standing> dead, List<Standing> expired) {}

    private Looked look(Tx tx, Queue queue, int most, long now) {
        var found = new Looked(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        long retention = queue.retentionMillis();
        var visible = visible(tx, queue, now);
        for (int looked = 0; looked < MOST_LOOKED_AT && found.living().size() < most && visible.hasNext(); looked++) {
            var standing = visible.next();
            var place = standing.place();
            if (place.enqueued() + retention <= now) {
                found.expired().add(standing);
            } else if (queue.redrive() != null && place.receives() >= queue.redrive().maxReceiveCount()) {
                found.dead().add(standing);
            } else {
                found.living().add(standing);
            }
        }
        var tally = tally(tx, queue.line());
        if (visible.passed() > tally.passed()) {
            data.tallies.put(tx, Key.of(queue.line()), tally.passing(visible.passed()));
        }
        return found;
    }

    /** All that is looked at is received or removed; where that is not so, fresh messages must stand in the order. */
    private Fresh.InOrder visible(Tx tx, Queue queue, long now) {
        var tally = tally(tx, queue.line());
        if (queue.fifo() || tally.fair() || queue.settings().reorders()) {
            settle(tx, queue, MOST_LOOKED_AT);
            return Fresh.InOrder.without(order(queue).visible(tx, queue.line(), now));
        }
        return fresh.inOrder(tx, queue.line(), tally, standard.visible(tx, queue.line(), now));
    }

    private void receive(Tx tx, Queue queue, List<Move> received, long now) {
        move(tx, queue, received);
        var tally = tally(tx, queue.line());
        data.tallies.put(tx, Key.of(queue.line()), tally.withMost(tally.most() + received.size()));
        if (tally.fair()) {
            received.forEach(move -> noise.worked(tx, queue.line(), move.from(), now));
        }
    }

    /** Some messages fall behind those that were sent soon after them. */
    private static List<Standing> reordered(List<Standing> inOrder, QueueSettings settings) {
        var all = new ArrayList<>(inOrder);
        for (int i = all.size() - 2; i >= 0; i--) {
            long sequence = all.get(i).sequence();
            long last = sequence + settings.lateness(sequence);
            for (int at = i; at + 1 < all.size() && all.get(at + 1).sequence() > sequence
                    && all.get(at + 1).sequence() <= last; at++) {
                Collections.swap(all, at, at + 1);
            }
        }
        return all;
    }

    /** Another of the same: as on AWS where a server that has a copy of a message did not hear that it was received. */
    private void duplicate(Tx tx, Queue queue, List<Standing> twice, long now) {
        var copies = new ArrayList<Arrival>();
        for (var standing : twice) {
            content(tx, queue, standing).ifPresent(content -> copies.add(
                new Arrival(content, standing.group(), now, standing.place().received(now).copied())));
        }
        if (!copies.isEmpty()) {
            add(tx, queue, copies);
        }
    }

    void move(Tx tx, Queue queue, List<Move> moves) {
        order(queue).move(tx, queue.line(), moves);
        for (var move : moves) {
            waiting.count(tx, queue, move.from(), -1);
            waiting.count(tx, queue, move.to(), 1);
        }
        if (queue.fifo()) {
            return;
        }
        var tally = tally(tx, queue.line());
        var sooner = tally.notLaterThan(moves.stream().mapToLong(move -> move.to().at()).min().orElse(Long.MAX_VALUE));
        if (sooner != tally) {
            data.tallies.put(tx, Key.of(queue.line()), sooner);
        }
    }

    /** Removes what its receiver is done with. */
    void delete(Tx tx, Queue queue, Standing standing, long now) {
        remove(tx, queue, List.of(standing));
        if (!queue.fifo() && tally(tx, queue.line()).fair()) {
            noise.worked(tx, queue.line(), standing, now);
        }
    }

    void remove(Tx tx, Queue queue, List<Standing> standings) {
        order(queue).remove(tx, queue.line(), standings);
        boolean strays = tally(tx, queue.line()).strays();
        int removed = 0;
        for (var standing : standings) {
            waiting.count(tx, queue, standing, -1);
            if (standing.isTenants(queue)) {
                noise.removed(tx, queue.line(), standing);
            }
            removed += !strays || content(tx, queue, standing).isPresent() ? 1 : 0;
            if (standing.place().letter()) {
                data.letters.erase(tx, letter(queue.line(), standing));
            } else {
                data.contents.erase(tx, content(queue.line(), standing));
            }
        }
        fewer(tx, queue.line(), removed);
    }

    private void fewer(Tx tx, long line, int removed) {
        if (removed > 0) {
            data.tallies.put(tx, Key.of(line), tally(tx, line).fewer(removed));
        }
    }

    /** Where a message stands that was received: among the fresh ones still, where a power cut undid that. */
    Optional<Standing> find(ReadTx tx, Queue queue, Receipt receipt) {
        if (receipt.line() != queue.line()) {
            return Optional.empty();
        }
        return order(queue).find(tx, receipt)
            .or(() -> fresh.find(tx, queue.line(), tally(tx, queue.line()), receipt.sequence()));
    }

    Optional<byte[]> content(ReadTx tx, Queue queue, Standing standing) {
        return standing.place().letter() ? data.letters.get(tx, letter(queue.line(), standing)).map(Letter::content)
            : data.contents.get(tx, content(queue.line(), standing));
    }

    private static Key letter(long line, Standing standing) {
        return Key.of(line, standing.sequence());
    }

    private static Key content(long line, Standing standing) {
        return Key.of(line, standing.place().enqueued(), standing.sequence());
    }

    Counts counts(ReadTx tx, Queue queue, Instant moment) {
        return waiting.counts(tx, queue, tally(tx, queue.line()).messages(), moment.toEpochMilli());
    }

    /** How many messages the quiet groups of a standard queue have; nothing where no message has a group. */
    Optional<Noise.Quiet> quiet(ReadTx tx, Queue queue, Counts all, Instant moment) {
        return queue.fifo() || !tally(tx, queue.line()).fair() ? Optional.empty()
            : Optional.of(noise.quiet(tx, queue.line(), all, moment.toEpochMilli()));
    }

    /** How many groups of a FIFO queue have messages in flight. */
    long groupsInFlight(ReadTx tx, Queue queue, Instant moment) {
        return fifo.groupsInFlight(tx, queue.line(), moment.toEpochMilli());
    }

    /** When the oldest message was sent. */
    Optional<Instant> oldest(ReadTx tx, Queue queue) {
        var first = Range.of(Key.of(queue.line())).limit(1);
        var contents = data.contents.range(tx, first).map(row -> row.key().number(1));
        var letters = data.letters.range(tx, first).map(row -> row.value().enqueued());
        return Stream.concat(contents, letters).min(Comparator.naturalOrder()).map(Instant::ofEpochMilli);
    }

    /** A line without messages is not looked at for what is kept too long. */
    void unwatch(Tx tx, Queue queue) {
        data.tallies.put(tx, Key.of(queue.line()), tally(tx, queue.line()).unwatched());
    }

    /** Removes a letter or a content alone: what is not fresh stands elsewhere, and is found when its turn comes. */
    void removeAlone(Tx tx, Queue queue, Table<?> table, Key key) {
        table.erase(tx, key);
        var tally = tally(tx, queue.line());
        boolean isFresh = table == data.letters && key.number(1) > tally.passed();
        var fewer = tally.fewer(1);
        data.tallies.put(tx, Key.of(queue.line()), isFresh ? fewer : fewer.withStrays());
    }
}
