package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.SqsData.Member;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * FIFO queues: a group is where its first message is. A message that is not visible yet, because it is delayed or in
 * flight, holds back those behind it in its group, and none before it.
 */
record FifoOrder(SqsData data) implements Order {
    @Override
    public void add(Tx tx, long line, Standing standing) {
        data.members.put(tx, key(line, standing), new Member(standing.at(), standing.place()));
        if (!data.groups.has(tx, Key.of(line, standing.group()))) {
            lead(tx, line, standing);
        }
    }

    private void lead(Tx tx, long line, Standing first) {
        var head = Key.of(line, first.at(), first.sequence());
        data.heads.put(tx, head, first.group());
        data.groups.put(tx, Key.of(line, first.group()), head);
    }

    @Override
    public Iterator<Standing> visible(ReadTx tx, long line, long now) {
        var heads = data.heads.range(tx, Range.of(Key.of(line)).to(Key.of(line, now + 1))).iterator();
        return new Visible(heads, head -> first(tx, line, head.value(), head.key().number(2)),
            first -> behind(tx, line, first), now);
    }

    private Standing first(ReadTx tx, long line, String group, long sequence) {
        var member = data.members.get(tx, Key.of(line, group, sequence)).orElseThrow();
        return new Standing(member.visible(), sequence, group, member.place());
    }

    private Iterator<Standing> behind(ReadTx tx, long line, Standing first) {
        var range = Range.of(Key.of(line, first.group())).after(key(line, first));
        return data.members.range(tx, range).map(row -> standing(row, first.group())).iterator();
    }

    private static Standing standing(Row<Member> row, String group) {
        return new Standing(row.value().visible(), row.key().number(2), group, row.value().place());
    }

    /** Group by group, each as far as it is visible; no more is read than is asked for. */
    private static final class Visible implements Iterator<Standing> {
        private final Iterator<Row<String>> heads;
        private final Function<Row<String>, Standing> first;
        private final Function<Standing, Iterator<Standing>> behind;
        private final long now;
        private Standing last;
        private Iterator<Standing> group;
        private Standing next;

        Visible(Iterator<Row<String>> heads, Function<Row<String>, Standing> first,
                Function<Standing, Iterator<Standing>> behind, long now) {
            this.heads = heads;
            this.first = first;
            this.behind = behind;
            this.now = now;
        }

        @Override
        public boolean hasNext() {
            if (next == null) {
                next = find();
            }
            return next != null;
        }

        private Standing find() {
            if (last != null) {
                group = group == null ? behind.apply(last) : group;
                if (group.hasNext()) {
                    var standing = group.next();
                    if (standing.at() <= now) {
                        return standing;
                    }
                }
                last = null;
                group = null;
            }
            return heads.hasNext() ? first.apply(heads.next()) : null;
        }

        @Override
        public Standing next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            last = next;
            next = null;
            return last;
        }
    }

    @Override
    public void move(Tx tx, long line, List<Move> moves) {
        for (var move : moves) {
            data.members.put(tx, key(line, move.to()), new Member(move.to().at(), move.to().place()));
            var head = data.groups.get(tx, Key.of(line, move.to().group()));
            if (head.isPresent() && head.get().number(2) == move.to().sequence()) {
                data.heads.delete(tx, head.get());
                lead(tx, line, move.to());
            }
        }
    }

    @Override
    public void remove(Tx tx, long line, List<Standing> standings) {
        var groups = new LinkedHashSet<String>();
        for (var standing : standings) {
            data.members.delete(tx, key(line, standing));
            groups.add(standing.group());
        }
        groups.forEach(group -> leadAgain(tx, line, group));
    }

    /** After messages have gone: the group is where the first of the others is. */
    private void leadAgain(Tx tx, long line, String group) {
        var pointer = Key.of(line, group);
        var old = data.groups.get(tx, pointer);
        var first = data.members.range(tx, Range.of(Key.of(line, group)).limit(1)).findFirst()
            .map(row -> standing(row, group));
        var head = first.map(standing -> Key.of(line, standing.at(), standing.sequence()));
        if (!old.equals(head)) {
            old.ifPresent(key -> data.heads.delete(tx, key));
            first.ifPresentOrElse(standing -> lead(tx, line, standing), () -> data.groups.delete(tx, pointer));
        }
    }

    @Override
    public Optional<Standing> find(ReadTx tx, Receipt receipt) {
        return find(tx, receipt.line(), receipt.enqueued(), receipt.sequence(), receipt.group());
    }

    @Override
    public Optional<Standing> find(ReadTx tx, long line, long enqueued, long sequence, String group) {
        return data.members.get(tx, Key.of(line, group, sequence))
            .map(member -> new Standing(member.visible(), sequence, group, member.place()));
    }

    @Override
    public OptionalLong next(ReadTx tx, long line, long now) {
        return data.heads.range(tx, Range.of(Key.of(line)).from(Key.of(line, now + 1)).limit(1))
            .mapToLong(row -> row.key().number(1)).findFirst();
    }

    long groupsInFlight(ReadTx tx, long line, long now) {
        return data.heads.range(tx, Range.of(Key.of(line)).from(Key.of(line, now + 1)))
            .filter(head -> first(tx, line, head.value(), head.key().number(2)).place().receives() > 0).count();
    }

    private static Key key(long line, Standing standing) {
        return Key.of(line, standing.group(), standing.sequence());
    }
}
