package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.SqsData.Place;
import dev.aloft.service.sqs.SqsData.Tally;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Standard queues: by the moment from which a message is visible, and fairly where messages have groups. Who receives
 * one moves it; nobody brings it back.
 */
record StandardOrder(SqsData data, Noise noise) implements Order {
    private static final byte[] NOTHING = {};

    @Override
    public void add(Tx tx, long line, Standing standing) {
        put(tx, line, standing);
        var group = standing.group();
        if (!group.isEmpty()) {
            var key = key(line, standing);
            var head = data.groups.get(tx, Key.of(line, group));
            if (head.isEmpty() || key.compareTo(head.get()) < 0) {
                lead(tx, line, group, head, Optional.of(key));
            }
        }
    }

    private void put(Tx tx, long line, Standing standing) {
        table(standing.group()).put(tx, key(line, standing), standing.place());
        if (!standing.group().isEmpty()) {
            data.byGroup.put(tx, inGroup(line, standing), NOTHING);
        }
    }

    private void take(Tx tx, long line, Standing standing) {
        table(standing.group()).erase(tx, key(line, standing));
        if (!standing.group().isEmpty()) {
            data.byGroup.erase(tx, inGroup(line, standing));
        }
    }

    private Table<Place> table(String group) {
        return group.isEmpty() ? data.order : data.grouped;
    }

    private void lead(Tx tx, long line, String group, Optional<Key> old, Optional<Key> head) {
        old.ifPresent(key -> data.heads.erase(tx, key));
        if (head.isPresent()) {
            data.heads.put(tx, head.get(), group);
            data.groups.put(tx, Key.of(line, group), head.get());
        } else {
            data.groups.erase(tx, Key.of(line, group));
        }
    }

    /** After messages have moved or gone: each group is where the first of its messages is. */
    private void leadAgain(Tx tx, long line, Set<String> groups) {
        for (var group : groups) {
            var old = data.groups.get(tx, Key.of(line, group));
            var head = data.byGroup.range(tx, Range.of(Key.of(line, group)).limit(1)).findFirst()
                .map(row -> Key.of(line, row.key().number(2), row.key().number(3)));
            if (!old.equals(head)) {
                lead(tx, line, group, old, head);
            }
        }
    }

    @Override
    public Iterator<Standing> visible(ReadTx tx, long line, long now) {
        var range = Range.of(Key.of(line)).to(Key.of(line, now + 1));
        var alone = data.order.range(tx, range).map(StandardOrder::standing).iterator();
        if (!data.tallies.get(tx, Key.of(line)).orElse(Tally.NONE).fair()) {
            return alone;
        }
        return new FairOrder(alone, data.heads.range(tx, range).iterator(), group -> ofGroup(tx, line, group, now),
            noise.look(tx, line, now));
    }

    private Iterator<Standing> ofGroup(ReadTx tx, long line, String group, long now) {
        var range = Range.of(Key.of(line, group)).to(Key.of(line, group, now + 1));
        return data.byGroup.range(tx, range)
            .flatMap(row -> at(tx, line, row.key().number(2), row.key().number(3), group).stream()).iterator();
    }

    /** Those that become visible after one moment and not after another. */
    Stream<Standing> between(ReadTx tx, long line, long after, long to) {
        var range = Range.of(Key.of(line)).from(Key.of(line, after + 1)).to(Key.of(line, to + 1));
        return Stream.concat(data.order.range(tx, range), data.grouped.range(tx, range)).map(StandardOrder::standing);
    }

    private static Standing standing(Row<Place> row) {
        return new Standing(row.key().number(1), row.key().number(2), "", row.value());
    }

    @Override
    public void move(Tx tx, long line, List<Move> moves) {
        var groups = new HashSet<String>();
        for (var move : moves) {
            take(tx, line, move.from());
            put(tx, line, move.to());
            if (!move.to().group().isEmpty()) {
                groups.add(move.to().group());
            }
            var pointer = Key.of(line, move.to().sequence());
            if (move.to().place().moved()) {
                data.moved.put(tx, pointer, move.to().at());
            } else if (move.from().place().moved()) {
                data.moved.erase(tx, pointer);
            }
        }
        leadAgain(tx, line, groups);
    }

    @Override
    public void remove(Tx tx, long line, List<Standing> standings) {
        var groups = new HashSet<String>();
        for (var standing : standings) {
            take(tx, line, standing);
            if (!standing.group().isEmpty()) {
                groups.add(standing.group());
            }
            if (standing.place().moved()) {
                data.moved.erase(tx, Key.of(line, standing.sequence()));
            }
        }
        leadAgain(tx, line, groups);
    }

    @Override
    public Optional<Standing> find(ReadTx tx, Receipt receipt) {
        var told = at(tx, receipt.line(), receipt.at(), receipt.sequence(), receipt.group());
        return told.isPresent() ? told : data.moved.get(tx, Key.of(receipt.line(), receipt.sequence()))
            .flatMap(at -> at(tx, receipt.line(), at, receipt.sequence(), receipt.group()));
    }

    @Override
    public Optional<Standing> find(ReadTx tx, long line, long enqueued, long sequence, String group) {
        return at(tx, line, enqueued, sequence, group);
    }

    private Optional<Standing> at(ReadTx tx, long line, long at, long sequence, String group) {
        return table(group).get(tx, Key.of(line, at, sequence)).map(place -> new Standing(at, sequence, group, place));
    }

    @Override
    public OptionalLong next(ReadTx tx, long line, long now) {
        var range = Range.of(Key.of(line)).from(Key.of(line, now + 1)).limit(1);
        return Stream.concat(data.order.range(tx, range), data.grouped.range(tx, range))
            .mapToLong(row -> row.key().number(1)).min();
    }

    /** The first moment at which something without a group becomes visible, or this one where nothing does before. */
    long first(ReadTx tx, long line, long until) {
        var range = Range.of(Key.of(line)).to(Key.of(line, until)).limit(1);
        return data.order.range(tx, range).findFirst().map(row -> row.key().number(1)).orElse(until);
    }

    private static Key key(long line, Standing standing) {
        return Key.of(line, standing.at(), standing.sequence());
    }

    private static Key inGroup(long line, Standing standing) {
        return Key.of(line, standing.group(), standing.at(), standing.sequence());
    }
}
