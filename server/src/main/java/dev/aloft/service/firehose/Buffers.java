package dev.aloft.service.firehose;

import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.firehose.FirehoseData.Batch;
import dev.aloft.service.firehose.FirehoseData.Buffer;
import dev.aloft.service.firehose.FirehoseData.Channel;
import dev.aloft.service.firehose.FirehoseData.KeptRecord;
import dev.aloft.service.firehose.FirehoseData.KeptStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Gathers records until they are many or the oldest has waited long enough. */
final class Buffers {
    private static final int AT_ONCE = 100;
    /** Streams of many small records make a batch sooner: it is read and removed in one go. */
    private static final int MOST_RECORDS = 50_000;

    private final FirehoseData data;
    private final Deliveries<Batch> batches;
    private final Store store;
    private final Time time;

    Buffers(FirehoseData data, Deliveries<Batch> batches, Store store, Time time) {
        this.data = data;
        this.batches = batches;
        this.store = store;
        this.time = time;
    }

    /** Answers the index of the first. */
    long put(Tx tx, KeptStream stream, List<KeptRecord> records) {
        return Channel.of(stream).stream().mapToLong(channel -> put(tx, channel, records)).toArray()[0];
    }

    private long put(Tx tx, Channel channel, List<KeptRecord> records) {
        var id = Key.of(channel.id());
        var buffer = data.buffers.get(tx, id).orElse(Buffer.EMPTY);
        long first = buffer.next();
        boolean waits = buffer.since() != null;
        for (var record : records) {
            data.records.put(tx, id.and(buffer.next()), record);
            buffer = buffer.with(record);
            if (full(channel, buffer)) {
                buffer = close(tx, channel, buffer);
                waits = false;
            }
        }
        data.buffers.put(tx, id, buffer);
        if (buffer.since() == null) {
            data.old.cancel(tx, id);
        } else if (!waits) {
            data.old.add(tx, due(channel, buffer), id, channel.stream().key());
        }
        return first;
    }

    private static boolean full(Channel channel, Buffer buffer) {
        return buffer.bytes() >= (long) channel.hints().sizeInMBs() << 20
                || buffer.next() - buffer.first() >= MOST_RECORDS;
    }

    private static Instant due(Channel channel, Buffer buffer) {
        return buffer.since().plusSeconds(channel.hints().intervalInSeconds());
    }

    private Buffer close(Tx tx, Channel channel, Buffer buffer) {
        // Batches go in the order of their ids.
        batches.promise(tx, "%s-%019d".formatted(channel.id(), buffer.first()),
                new Batch(channel.stream().key(), channel.id(), buffer.first(), buffer.next(), buffer.since()));
        return buffer.emptied();
    }

    Optional<Instant> turn() {
        var now = time.instant();
        for (var waiting : store.<List<Due.Waiting<Key>>>read(tx -> data.old.due(tx, now, AT_ONCE))) {
            store.change(tx -> age(tx, waiting.id()));
        }
        return store.read(data.old::next);
    }

    /** An interval that was made longer meanwhile counts at once. */
    private void age(Tx tx, Key id) {
        var waiting = data.old.get(tx, id);
        var buffer = data.buffers.get(tx, id);
        if (waiting.isEmpty() || buffer.isEmpty() || buffer.get().since() == null) {
            data.old.cancel(tx, id);
            return;
        }
        var channel = data.streams.get(tx, waiting.get().value()).flatMap(it -> Channel.of(it, id.text(0)));
        if (channel.isPresent() && due(channel.get(), buffer.get()).isAfter(time.instant())) {
            data.old.add(tx, due(channel.get(), buffer.get()), id, waiting.get().value());
            return;
        }
        channel.ifPresent(it -> data.buffers.put(tx, id, close(tx, it, buffer.get())));
        data.old.cancel(tx, id);
    }

    /** What waits in a stream goes with it. */
    void forget(Tx tx, KeptStream stream) {
        for (var channel : List.of(new Channel(stream, false), new Channel(stream, true))) {
            var id = Key.of(channel.id());
            data.records.deleteAll(tx, id);
            data.results.deleteAll(tx, id);
            data.buffers.delete(tx, id);
            data.old.cancel(tx, id);
        }
        data.checkpoints.deleteAll(tx, Key.of(stream.id()));
    }
}
