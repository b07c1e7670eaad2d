package dev.aloft.service.kinesis;

import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kinesis.KinesisData.KeptRecord;
import dev.aloft.service.kinesis.KinesisData.KeptShard;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import dev.aloft.service.kinesis.ShardIterators.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reading records: where to begin, and what follows. */
final class Reading {
    private static final int MOST_RECORDS = 10_000;
    static final long MOST_BYTES = 10 << 20;

    private final KinesisData data;
    private final Streams streams;
    private final Throughput throughput;
    private final Measures measures;
    private final Encryption encryption;
    private final Store store;
    private final ShardIterators iterators;
    private final Time time;

    Reading(KinesisData data, Streams streams, Throughput throughput, Measures measures, Encryption encryption,
            ShardIterators iterators, Store store, Time time) {
        this.data = data;
        this.streams = streams;
        this.throughput = throughput;
        this.measures = measures;
        this.encryption = encryption;
        this.store = store;
        this.iterators = iterators;
        this.time = time;
    }

    /**
     * Some records of a shard.
     *
     * @param sealed      which of them are in envelopes still
     * @param next        the index to go on at
     * @param behind      how old the last record is of which there are more, in milliseconds
     * @param over        whether the shard is closed and all was read
     */
    record Batch(List<Kinesis.Record> records, List<Integer> sealed, long next, long behind, boolean over,
            List<Kinesis.ChildShard> children, long bytes) {
    }

    String iterator(Caller caller, Kinesis.GetShardIteratorRequest input) {
        var key = Streams.key(caller, input.streamName(), input.streamARN());
        int number = ShardIds.require(input.shardId(), key.text(2), key.text(0));
        var now = time.instant();
        return store.read(tx -> {
            var stream = data.streams.get(tx, key).orElseThrow(() -> ShardIds.absent(number, key.text(2), key.text(0)));
            var shard = data.shards.get(tx, Key.of(stream.id(), number))
                    .orElseThrow(() -> ShardIds.absent(number, stream.name(), stream.account()));
            checkArguments(input, now);
            long index = start(tx, stream, shard, input.shardIteratorType(), input.startingSequenceNumber(),
                    input.timestamp(), "GetShardIterator");
            return iterators.of(new Position(key, stream.id(), number, index, now));
        });
    }

    private static void checkArguments(Kinesis.GetShardIteratorRequest input, Instant now) {
        var type = input.shardIteratorType();
        boolean numbered = type.endsWith("SEQUENCE_NUMBER");
        if (numbered && input.startingSequenceNumber() == null) {
            throw wrongArguments("Request specified " + type + " and no StartingSequenceNumber.");
        }
        if (!numbered && !type.equals("AT_TIMESTAMP") && input.startingSequenceNumber() != null) {
            throw wrongArguments("Request specified " + type + " and also a StartingSequenceNumber.");
        }
        if (type.equals("AT_TIMESTAMP")) {
            if (input.timestamp() == null) {
                throw new Kinesis.InvalidArgumentException("Must specify timestampInMillis parameter "
                        + "for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.");
            }
            if (input.timestamp().isAfter(now)) {
                throw new Kinesis.InvalidArgumentException("The timestampInMillis parameter cannot be greater than the "
                        + "currentTimestampInMillis. timestampInMillis: " + input.timestamp().toEpochMilli()
                        + ", currentTimestampInMillis: " + now.toEpochMilli());
            }
        }
    }

    private static Kinesis.InvalidArgumentException wrongArguments(String request) {
        return new Kinesis.InvalidArgumentException("Must either specify (1) AT_SEQUENCE_NUMBER or "
                + "AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no "
                + "StartingSequenceNumber. " + request);
    }

    /** The index of the first record that is meant. */
    long start(ReadTx tx, KeptStream stream, KeptShard shard, String type, String sequence, Instant timestamp,
            String operation) {
        return switch (type) {
            case "TRIM_HORIZON" -> 0;
            case "LATEST" -> data.next.get(tx, shard.key()).orElse(0L);
            case "AT_TIMESTAMP" -> firstAt(tx, shard, timestamp);
            case "AT_SEQUENCE_NUMBER" -> index(stream, shard, sequence, operation);
            default -> {
                long index = index(stream, shard, sequence, operation);
                // The number with which a shard begins is that of no record, unless it is the first one's.
                yield index == SequenceNumber.LAST ? index : index + 1;
            }
        };
    }

    private static long index(KeptStream stream, KeptShard shard, String text, String operation) {
        SequenceNumber number;
        try {
            number = SequenceNumber.parse(text);
        } catch (SequenceNumber.Invalid _) {
            throw new Kinesis.InvalidArgumentException("StartingSequenceNumber " + text + " used in " + operation
                    + " on shard "
                    + shard.shardId() + " in stream " + stream.name() + " under account " + stream.account()
                    + " is invalid.");
        }
        if (number.shard() != shard.number()) {
            throw new Kinesis.InvalidArgumentException("Invalid StartingSequenceNumber. It encodes "
                    + ShardIds.name(number.shard())
                    + ", while it was used in a call to a shard with " + shard.shardId());
        }
        if (number.shardSecond() != shard.created().getEpochSecond()) {
            throw new Kinesis.InvalidArgumentException("StartingSequenceNumber " + text + " used in " + operation
                    + " on shard "
                    + shard.shardId() + " in stream " + stream.name() + " under account " + stream.account()
                    + " is invalid because it did not come from this stream.");
        }
        return number.index();
    }

    /** Arrivals grow with the index, so halving finds the first that is not before the moment. */
    private long firstAt(ReadTx tx, KeptShard shard, Instant moment) {
        long low = 0;
        long high = data.next.get(tx, shard.key()).orElse(0L);
        while (low < high) {
            long middle = (low + high) >>> 1;
            var found = from(tx, shard, middle, 1).stream().findFirst();
            if (found.isEmpty() || !found.get().value().arrival().isBefore(moment)) {
                high = middle;
            } else {
                low = found.get().key().number(2) + 1;
            }
        }
        return low;
    }

    private List<Row<KeptRecord>> from(ReadTx tx, KeptShard shard, long index, int most) {
        return data.records.range(tx, Range.of(shard.key()).from(shard.key().and(index)).limit(most)).toList();
    }

    Kinesis.GetRecordsResponse get(Caller caller, Kinesis.GetRecordsRequest input) {
        var now = time.instant();
        var position = iterators.position(input.shardIterator(), now);
        int most = input.limit() == null ? MOST_RECORDS : input.limit();
        var place = store.<Place>read(tx -> place(tx, position));
        var stream = place.stream();
        var shard = place.shard();
        if (StreamSettings.of(stream).throttling() && !throughput.gives(shard.key(), now)) {
            measures.notGot(stream, shard);
            throw new Kinesis.ProvisionedThroughputExceededException("Rate exceeded for shard " + shard.shardId()
                    + " in stream "
                    + stream.name() + " under account " + stream.account() + ".");
        }
        var batch = store.<Batch>read(tx -> read(tx, stream, shard, position.index(), most, MOST_BYTES, now));
        var records = encryption.opened(caller, stream, batch);
        throughput.gave(shard.key(), batch.bytes(), now);
        measures.got(stream, shard, batch, now);
        return Kinesis.GetRecordsResponse.of(r -> r.records(records).millisBehindLatest(batch.behind())
                .nextShardIterator(batch.over() ? null : iterators.of(position.at(batch.next(), now)))
                .childShards(batch.over() ? batch.children() : null));
    }

    private record Place(KeptStream stream, KeptShard shard) {
    }

    private Place place(ReadTx tx, Position position) {
        var stream = data.streams.get(tx, position.stream()).filter(it -> it.id().equals(position.id()))
                .orElseThrow(() -> absent(position));
        return new Place(stream, data.shards.get(tx, Key.of(stream.id(), position.shard()))
                .orElseThrow(() -> absent(position)));
    }

    private static Kinesis.ResourceNotFoundException absent(Position position) {
        return ShardIds.absent(position.shard(), position.stream().text(2), position.stream().text(0));
    }

    /** At least one record where there is any, then as many as the limits allow. */
    Batch read(ReadTx tx, KeptStream stream, KeptShard shard, long index, int most, long mostBytes, Instant now) {
        var horizon = now.minus(stream.retention());
        var rows = data.records.range(tx, Range.of(shard.key()).from(shard.key().and(index)))
                .filter(row -> !row.value().arrival().isBefore(horizon)).iterator();
        var records = new ArrayList<Kinesis.Record>();
        var sealed = new ArrayList<Integer>();
        long bytes = 0;
        long next = index;
        Instant last = null;
        boolean more = false;
        while (rows.hasNext()) {
            var row = rows.next();
            long size = row.value().dataLength() + row.value().partitionKey().length();
            if (records.size() == most || !records.isEmpty() && bytes + size > mostBytes) {
                more = true;
                break;
            }
            bytes += size;
            next = row.key().number(2) + 1;
            last = row.value().arrival();
            if (row.value().isSealed()) {
                sealed.add(records.size());
            }
            records.add(told(shard, row));
        }
        long behind = more ? Math.max(0, Duration.between(last, now).toMillis()) : 0;
        boolean over = !shard.open() && !more;
        return new Batch(records, sealed, next, behind, over, over ? children(tx, stream, shard) : List.of(), bytes);
    }

    private static Kinesis.Record told(KeptShard shard, Row<KeptRecord> row) {
        var record = row.value();
        return Kinesis.Record.of(r -> r.partitionKey(record.partitionKey()).data(record.data())
                .approximateArrivalTimestamp(record.arrival()).encryptionType(record.encryption())
                .sequenceNumber(SequenceNumber.of(shard.created(), shard.number(), row.key().number(2),
                        record.arrival()).toString()));
    }

    private List<Kinesis.ChildShard> children(ReadTx tx, KeptStream stream, KeptShard shard) {
        return streams.shards(tx, stream).stream()
                .filter(it -> isParent(shard, it))
                .map(it -> Kinesis.ChildShard.of(c -> c.shardId(it.shardId()).hashKeyRange(Shards.range(it))
                        .parentShards(
                        it.adjacent() == null ? List.of(ShardIds.name(it.parent()))
                                : List.of(ShardIds.name(it.parent()), ShardIds.name(it.adjacent())))))
                .toList();
    }

    private static boolean isParent(KeptShard parent, KeptShard child) {
        return child.parent() != null && child.parent() == parent.number()
                || child.adjacent() != null && child.adjacent() == parent.number();
    }
}
