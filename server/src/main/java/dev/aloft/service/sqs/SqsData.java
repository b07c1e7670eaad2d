package dev.aloft.service.sqs;

import dev.aloft.api.Principal;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Signal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * What SQS keeps. A queue's messages are under its line, a number that a purge replaces; moments are milliseconds.
 *
 * <pre>
 *   contents   (line, enqueued, sequence)    what was sent: written once, removed with the message
 *   letters    (line, sequence)              the same for what was sent to be received at once; see {@link Fresh}
 *   order      (line, visible from, sequence)      standard queues: one small entry a message without a group that is
 *                                                  not fresh
 *   grouped    (line, visible from, sequence)      and one a message with a group, which has another in byGroup
 *   byGroup    (line, group, visible from, sequence)
 *   members    (line, group, sequence)             FIFO queues: one small entry a message
 *   heads      (line, visible from, sequence)      one entry a group, that of its first message
 * </pre>
 */
final class SqsData {
    final Signal due = new Signal();
    /** By account, region and name. */
    final Table<Queue> queues = Table.of("queues", new Remembered<>(Codec.of(Queue.class)));
    /** When queues were deleted whose names are not free yet; by account, region and name. */
    final Table<Instant> deleted = Table.of("deleted", Codec.NUMBER.as(Instant::ofEpochMilli, Instant::toEpochMilli));
    /** The last number given to a queue or a line. */
    final Table<Long> numbers = Table.of("numbers", Codec.NUMBER);

    final Table<byte[]> contents = Table.of("c", Codec.BYTES);
    final Table<Letter> letters = Table.of("s", Letter.CODEC);
    final Table<Place> order = Table.of("o", Place.CODEC);
    final Table<Place> grouped = Table.of("q", Place.CODEC);
    final Table<byte[]> byGroup = Table.of("i", Codec.BYTES);
    /**
     * Where a message stands that was moved since it was received, so that its receipt still finds it: (line,
     * sequence).
     */
    final Table<Long> moved = Table.of("m", Codec.NUMBER);
    final Table<Tally> tallies = Table.of("t", Tally.CODEC);
    /** How many messages become visible in a second, by line, whether they were received, and the second. */
    final Table<Long> waiting = Table.of("w", Codec.NUMBER);

    /** The groups of a standard queue that have messages, by line and group. */
    final Table<Tenant> tenants = Table.of("n", Tenant.CODEC);
    /** As waiting, for one group of a standard queue: by line, group, whether they were received, and the second. */
    final Table<Long> waitingOf = Table.of("v", Codec.NUMBER);
    /**
     * For how many milliseconds consumers have had messages of a standard queue with groups: by line, minute and group;
     * of all its messages together by line and minute.
     */
    final Table<Long> worked = Table.of("b", Codec.NUMBER);

    final Table<Member> members = Table.of("f", Member.CODEC);
    final Table<String> heads = Table.of("h", Codec.TEXT);
    /** The key of a group's entry in heads, by line and group. */
    final Table<Key> groups = Table.of("g", Codec.KEY);
    /** What was sent to a FIFO queue of late, by queue, scope and deduplication id. */
    final Table<Sent> sent = Table.of("d", Sent.CODEC);
    /** The keys of sent by queue and the moment they are forgotten. */
    final Table<Key> forgotten = Table.of("e", Codec.KEY);

    /** By the source's id, the moment of the start, and the task's id. */
    final Table<MoveTask> tasks = Table.of("tasks", Codec.of(MoveTask.class));
    /** What was received with a ReceiveRequestAttemptId of late, by queue and that id. */
    final Table<Attempt> attempts = Table.of("attempts", Codec.of(Attempt.class));

    /** What is to be done later; see {@link Housekeeping}. */
    final Due<Chore> chores = new Due<>(Space.of("chores"), Codec.of(Chore.class), due);

    /** Something that waits for its moment. */
    sealed interface Chore {
        /** The name of a deleted queue is free again. */
        record Free(Key queue) implements Chore {}

        /** The oldest messages of a line may have been kept long enough. */
        record Expire(Key queue, long line) implements Chore {}

        /** The next messages of a move task. */
        record Move(Key task) implements Chore {}

        /** An attempt that cannot be repeated any more. */
        record Forget(Key attempt) implements Chore {}

        /** The messages of a line that no queue has any more. */
        record Clear(long line) implements Chore {}
    }

    /**
     * How a message stands in its queue.
     *
     * @param enqueued when it was sent, which counts for its retention
     * @param receives how often it was received
     * @param first    when it was received first, or 0
     * @param last     when it was received last, or 0
     * @param moved    whether it stands elsewhere than one of its receipts says
     * @param letter   whether its content is among the letters, and not among the contents
     */
    record Place(long enqueued, int receives, long first, long last, boolean moved, boolean letter) {
        static final Codec<Place> CODEC = Codec.of(Place::encode, bytes -> decode(Key.decoded(bytes), 0));

        Place(long enqueued, int receives, long first, long last, boolean moved) {
            this(enqueued, receives, first, last, moved, false);
        }

        private byte[] encode() {
            var key = Key.of(enqueued, receives, first, last, moved);
            return (letter ? key.and(true) : key).raw();
        }

        private static Place decode(Key key, int at) {
            return new Place(key.number(at), (int) key.number(at + 1), key.number(at + 2), key.number(at + 3),
                key.flag(at + 4), key.size() > at + 5);
        }

        Place received(long now) {
            return new Place(enqueued, receives + 1, first == 0 ? now : first, now, receives > 0, letter);
        }

        /** That of a copy, whose content is kept besides. */
        Place copied() {
            return new Place(enqueued, receives, first, last, moved);
        }

        Place shifted() {
            return new Place(enqueued, receives, first, last, true, letter);
        }
    }

    /** What was sent, with the moment at which it was. */
    record Letter(long enqueued, byte[] content) {
        static final Codec<Letter> CODEC = Codec.of(
            letter -> ByteBuffer.allocate(Long.BYTES + letter.content.length)
                .putLong(letter.enqueued).put(letter.content).array(),
            bytes -> new Letter(ByteBuffer.wrap(bytes).getLong(), Arrays.copyOfRange(bytes, Long.BYTES, bytes.length)));
    }

    /** A message of a group, and from when it is visible. */
    record Member(long visible, Place place) {
        static final Codec<Member> CODEC = Codec.of(
            member -> Key.of(member.visible).and(
                member.place.enqueued, member.place.receives, member.place.first, member.place.last,
                member.place.moved).raw(),
            bytes -> {
                var key = Key.decoded(bytes);
                return new Member(key.number(0), Place.decode(key, 1));
            });
    }

    /**
     * A line's counters.
     *
     * @param sequence the last number given to a message
     * @param messages how many there are
     * @param most     no more than this many are in flight
     * @param watched  whether a chore waits to remove what is kept too long
     * @param fair     whether a standard queue has been sent messages with groups
     * @param passed   the number of the last message that is not fresh any more
     * @param soonest  nothing in the order of a standard queue is visible before this moment
     * @param strays   whether there may be messages whose content is gone already
     */
    record Tally(long sequence, long messages, long most, boolean watched, boolean fair, long passed, long soonest,
            boolean strays) {
        static final Tally NONE = new Tally(0, 0, 0, false, false, 0, Long.MAX_VALUE, false);
        static final Codec<Tally> CODEC = Codec.of(Tally::encode, bytes -> decode(Key.decoded(bytes)));

        private byte[] encode() {
            return Key.of(sequence, messages, most, watched, fair, passed, soonest, strays).raw();
        }

        private static Tally decode(Key key) {
            boolean fair = key.size() > 4 && key.flag(4);
            // Earlier versions knew nothing of fresh messages, and the earliest nothing of fair queues.
            boolean older = key.size() < 8;
            return new Tally(key.number(0), key.number(1), key.number(2), key.flag(3), fair, key.number(older ? 0 : 5),
                older ? 0 : key.number(6), older || key.flag(7));
        }

        /** That of a line which goes on with the numbers of another. */
        Tally emptied() {
            return new Tally(sequence, 0, 0, false, false, sequence, Long.MAX_VALUE, false);
        }

        Tally added(long lastSequence, int more, boolean grouped) {
            return new Tally(lastSequence, messages + more, most, true, fair || grouped, passed, soonest, strays);
        }

        Tally fewer(int removed) {
            return new Tally(sequence, messages - removed, most, watched, fair, passed, soonest, strays);
        }

        Tally withMost(long inFlight) {
            return new Tally(sequence, messages, inFlight, watched, fair, passed, soonest, strays);
        }

        Tally unwatched() {
            return new Tally(sequence, messages, most, false, fair, passed, soonest, strays);
        }

        Tally passing(long last) {
            return new Tally(sequence, messages, most, watched, fair, last, soonest, strays);
        }

        Tally withSoonest(long moment) {
            return new Tally(sequence, messages, most, watched, fair, passed, moment, strays);
        }

        Tally withStrays() {
            return new Tally(sequence, messages, most, watched, fair, passed, soonest, true);
        }

        Tally notLaterThan(long moment) {
            return moment < soonest ? withSoonest(moment) : this;
        }
    }

    /**
     * A group of a standard queue.
     *
     * @param messages how many there are
     * @param sent     when the last one was sent
     */
    record Tenant(long messages, long sent) {
        static final Codec<Tenant> CODEC = Codec.of(
            tenant -> Key.of(tenant.messages, tenant.sent).raw(),
            bytes -> {
                var key = Key.decoded(bytes);
                return new Tenant(key.number(0), key.number(1));
            });
    }

    /** What a deduplication id was sent with. */
    record Sent(String messageId, long sequence, long until) {
        static final Codec<Sent> CODEC = Codec.of(
            sent -> Key.of(sent.messageId, sent.sequence, sent.until).raw(),
            bytes -> {
                var key = Key.decoded(bytes);
                return new Sent(key.text(0), key.number(1), key.number(2));
            });
    }

    /**
     * A message move task.
     *
     * @param destinationArn where messages go, or null: back to where they came from
     * @param rate           messages a second, or null: as fast as it goes
     * @param toMove         how many there were at the start
     * @param failure        why it failed, or null
     * @param principal      who started it, who must be allowed to use the keys of the queues
     */
    record MoveTask(
            String id,
            QueueName source,
            String destinationArn,
            Integer rate,
            long toMove,
            long moved,
            Instant started,
            String status,
            String failure,
            Principal principal) {
        boolean isRunning() {
            return status.equals(MoveTasks.RUNNING);
        }

        MoveTask moved(int more) {
            return new MoveTask(id, source, destinationArn, rate, toMove, moved + more, started, status, failure,
                principal);
        }

        MoveTask ended(String how, String why) {
            return new MoveTask(id, source, destinationArn, rate, toMove, moved, started, how, why, principal);
        }
    }

    /** The messages of one receive. */
    record Attempt(List<Taken> messages) {}

    /**
     * A message that was received.
     *
     * @param receiptAt the moment that its receipt tells
     * @param at        the moment to which it is hidden
     */
    record Taken(long sequence, String group, long enqueued, int receives, long receiptAt, long at) {}

    /** The numbers under a prefix that are for later than a moment, together. */
    static long after(ReadTx tx, Table<Long> numbers, Key prefix, long moment) {
        return numbers.range(tx, Range.of(prefix).from(prefix.and(moment + 1))).mapToLong(Row::value).sum();
    }

    /** Adds to a number, which is not kept where it is zero. */
    static void add(Tx tx, Table<Long> numbers, Key key, long by) {
        long number = numbers.get(tx, key).orElse(0L) + by;
        if (number == 0) {
            numbers.delete(tx, key);
        } else {
            numbers.put(tx, key, number);
        }
    }

    /** Everything under a line, for clearing it. */
    List<Table<?>> ofLine() {
        return List.of(contents, letters, order, grouped, byGroup, moved, tallies, waiting, tenants, waitingOf, worked,
            members, heads, groups);
    }

    /** Everything under a queue's id. */
    List<Table<?>> ofQueue() {
        return List.of(sent, forgotten, tasks, attempts);
    }
}
