package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.SqsData.Member;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * FIFO queues: a group is where its first message is. A message that is not visible yet, because it is delayed or in flight,
 * holds back those behind it in its group, and none before it.
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
    public Stream<Standing> visible(ReadTx tx, long line, long now) {
        return data.heads.range(tx, Range.of(Key.of(line)).to(Key.of(line, now + 1)))
            .flatMap(head -> members(tx, line, head.value()).takeWhile(member -> member.at() <= now));
    }

    private Stream<Standing> members(ReadTx tx, long line, String group) {
        return data.members.range(tx, Key.of(line, group))
            .map(row -> new Standing(row.value().visible(), row.key().number(2), group, row.value().place()));
    }

    @Override
    public void move(Tx tx, long line, List<Move> moves) {
        var groups = new LinkedHashSet<String>();
        for (var move : moves) {
            data.members.put(tx, key(line, move.to()), new Member(move.to().at(), move.to().place()));
            groups.add(move.to().group());
        }
        groups.forEach(group -> leadAgain(tx, line, group));
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

    private void leadAgain(Tx tx, long line, String group) {
        var pointer = Key.of(line, group);
        var old = data.groups.get(tx, pointer);
        var first = members(tx, line, group).findFirst();
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

    @Override
    public long countedMillis() {
        return 1;
    }

    private static Key key(long line, Standing standing) {
        return Key.of(line, standing.group(), standing.sequence());
    }
}
