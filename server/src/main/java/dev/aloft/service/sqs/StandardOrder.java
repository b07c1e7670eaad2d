package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.SqsData.Place;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Standard queues: by the moment from which a message is visible. Who receives one moves it; nobody brings it back. */
record StandardOrder(SqsData data) implements Order {
    @Override
    public void add(Tx tx, long line, Standing standing) {
        data.order.put(tx, key(line, standing), standing.place());
    }

    @Override
    public Iterator<Standing> visible(ReadTx tx, long line, long now) {
        return data.order.range(tx, Range.of(Key.of(line)).to(Key.of(line, now + 1))).map(StandardOrder::standing).iterator();
    }

    /** Those that become visible after one moment and not after another. */
    Stream<Standing> between(ReadTx tx, long line, long after, long to) {
        return data.order.range(tx, Range.of(Key.of(line)).from(Key.of(line, after + 1)).to(Key.of(line, to + 1)))
            .map(StandardOrder::standing);
    }

    private static Standing standing(Row<Place> row) {
        return new Standing(row.key().number(1), row.key().number(2), "", row.value());
    }

    @Override
    public void move(Tx tx, long line, List<Move> moves) {
        for (var move : moves) {
            data.order.delete(tx, key(line, move.from()));
            data.order.put(tx, key(line, move.to()), move.to().place());
            var pointer = Key.of(line, move.to().sequence());
            if (move.to().place().moved()) {
                data.moved.put(tx, pointer, move.to().at());
            } else if (move.from().place().moved()) {
                data.moved.delete(tx, pointer);
            }
        }
    }

    @Override
    public void remove(Tx tx, long line, List<Standing> standings) {
        for (var standing : standings) {
            data.order.delete(tx, key(line, standing));
            if (standing.place().moved()) {
                data.moved.delete(tx, Key.of(line, standing.sequence()));
            }
        }
    }

    @Override
    public Optional<Standing> find(ReadTx tx, Receipt receipt) {
        var told = at(tx, receipt.line(), receipt.at(), receipt.sequence());
        return told.isPresent() ? told : data.moved.get(tx, Key.of(receipt.line(), receipt.sequence()))
            .flatMap(at -> at(tx, receipt.line(), at, receipt.sequence()));
    }

    @Override
    public Optional<Standing> find(ReadTx tx, long line, long enqueued, long sequence, String group) {
        return at(tx, line, enqueued, sequence);
    }

    private Optional<Standing> at(ReadTx tx, long line, long at, long sequence) {
        return data.order.get(tx, Key.of(line, at, sequence)).map(place -> new Standing(at, sequence, "", place));
    }

    @Override
    public OptionalLong next(ReadTx tx, long line, long now) {
        return data.order.range(tx, Range.of(Key.of(line)).from(Key.of(line, now + 1)).limit(1))
            .mapToLong(row -> row.key().number(1)).findFirst();
    }

    @Override
    public long countedMillis() {
        return 1000;
    }

    private static Key key(long line, Standing standing) {
        return Key.of(line, standing.at(), standing.sequence());
    }
}
