package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDbStreams.AttributeValue;
import dev.aloft.api.DynamoDbStreams.ExpiredIteratorException;
import dev.aloft.api.DynamoDbStreams.GetRecordsRequest;
import dev.aloft.api.DynamoDbStreams.GetRecordsResponse;
import dev.aloft.api.DynamoDbStreams.GetShardIteratorRequest;
import dev.aloft.api.DynamoDbStreams.GetShardIteratorResponse;
import dev.aloft.api.DynamoDbStreams.Identity;
import dev.aloft.api.DynamoDbStreams.Record;
import dev.aloft.api.DynamoDbStreams.ResourceNotFoundException;
import dev.aloft.api.DynamoDbStreams.ShardIteratorType;
import dev.aloft.api.DynamoDbStreams.StreamRecord;
import dev.aloft.api.DynamoDbStreams.TrimmedDataAccessException;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reading a shard: iterators, and the records behind them. */
final class StreamRecords {
    private static final int MAX_RECORDS = 1000;
    private static final int MAX_BYTES = 1 << 20;
    private static final Duration ITERATOR_LIFE = Duration.ofMinutes(15);
    private static final Identity DYNAMODB = new Identity("dynamodb.amazonaws.com", "Service");

    private final OpenTables tables;
    private final Streams streams;
    private final Store store;
    private final Time time;

    StreamRecords(OpenTables tables, Streams streams, Store store, Time time) {
        this.tables = tables;
        this.streams = streams;
        this.store = store;
        this.time = time;
    }

    GetShardIteratorResponse iterator(GetShardIteratorRequest in) {
        var ref = StreamRef.of(in.streamArn());
        boolean numbered = in.shardIteratorType().equals(ShardIteratorType.AT_SEQUENCE_NUMBER)
            || in.shardIteratorType().equals(ShardIteratorType.AFTER_SEQUENCE_NUMBER);
        if (numbered && in.sequenceNumber() == null) {
            throw new ValidationException("Must specify sequence number for iterator type " + in.shardIteratorType());
        }
        if (!numbered && in.sequenceNumber() != null) {
            throw new ValidationException("Must not specify sequence number for iterator type "
                + in.shardIteratorType());
        }
        long given = numbered ? SequenceNumber.parse(in.sequenceNumber()) : 0;
        var now = time.instant();
        var iterator = store.read(tx -> {
            var stream = streams.find(tx, ref, now).orElseThrow(() -> StreamDescriptions.notFound(ref));
            var shard = shard(tx, ref, stream, in.shardId());
            return switch (in.shardIteratorType()) {
                case ShardIteratorType.LATEST ->
                    new ShardIterator(ref, in.shardId(), Streams.last(tx, ref.table(), stream.number()) + 1, false,
                        now);
                case ShardIteratorType.TRIM_HORIZON -> new ShardIterator(ref, in.shardId(), 0, true, now);
                default -> {
                    checkRange(shard, given, in);
                    boolean after = in.shardIteratorType().equals(ShardIteratorType.AFTER_SEQUENCE_NUMBER);
                    var place = new ShardIterator(ref, in.shardId(), after ? given + 1 : given, false, now);
                    // What starts a shard that lost nothing yet is its oldest record, whatever its number is.
                    refuseTrimmed(tx, ref, stream, shard, place, now);
                    yield place;
                }
            };
        });
        return new GetShardIteratorResponse(iterator.token());
    }

    private StoredStream.Shard shard(ReadTx tx, StreamRef ref, StoredStream stream, String id) {
        return streams.shard(tx, ref, stream, id).orElseThrow(() ->
            new ResourceNotFoundException("Requested resource not found: Shard does not exist"));
    }

    private static void checkRange(StoredStream.Shard shard, long given, GetShardIteratorRequest in) {
        if (given < shard.first() || shard.last().filter(last -> given > last).isPresent()) {
            throw new ValidationException("Invalid SequenceNumber: " + in.sequenceNumber() + " is not in shard "
                + in.shardId());
        }
    }

    /** An iterator must not stand where records were that are too old now, unless it asked for the oldest there are. */
    private void refuseTrimmed(ReadTx tx, StreamRef ref, StoredStream stream, StoredStream.Shard shard,
        ShardIterator place, Instant now) {
        var horizon = now.minus(Streams.RETENTION);
        var records = DynamoDbData.records(ref.table(), stream.number(), shard.number());
        boolean old = tx.range(Range.of(records).from(records.and(place.next())).limit(1)).anyMatch(entry ->
            !StoredRecord.CODEC.decode(entry.value()).at().isAfter(horizon));
        if (!place.horizon() && (old || place.next() <= shard.trimmed())) {
            throw new TrimmedDataAccessException("The data you are trying to access has been trimmed");
        }
    }

    GetRecordsResponse get(GetRecordsRequest in) {
        var place = ShardIterator.parse(in.shardIterator());
        var now = time.instant();
        if (place.issued().plus(ITERATOR_LIFE).isBefore(now)) {
            throw new ExpiredIteratorException("Iterator expired. The iterator was created at time " + place.issued()
                + " while right now it is " + now + " which is further in the future than the tolerated delay of "
                + ITERATOR_LIFE.toMillis() + " milliseconds.");
        }
        int limit = in.limit() == null ? MAX_RECORDS : in.limit();
        var ref = place.stream();
        return store.read(tx -> {
            var stream = streams.find(tx, ref, now).orElseThrow(() -> StreamDescriptions.notFound(ref));
            var shard = shard(tx, ref, stream, place.shard());
            refuseTrimmed(tx, ref, stream, shard, place, now);
            var lag = tables.find(tx, ref.table()).map(table -> table.settings.lag()).orElse(Duration.ZERO);
            return page(tx, stream, shard, place, limit, now, now.minus(lag));
        });
    }

    private static GetRecordsResponse page(ReadTx tx, StoredStream stream, StoredStream.Shard shard,
        ShardIterator place, int limit, Instant now, Instant visible) {
        var horizon = now.minus(Streams.RETENTION);
        var ref = place.stream();
        var space = DynamoDbData.records(ref.table(), stream.number(), shard.number());
        var records = new ArrayList<Record>();
        long bytes = 0;
        long next = place.next();
        boolean full = false;
        var entries = tx.range(Range.of(space).from(space.and(next))).iterator();
        while (!full && entries.hasNext()) {
            var entry = entries.next();
            var record = StoredRecord.CODEC.decode(entry.value());
            if (!record.at().isAfter(horizon)) {
                continue;
            }
            if (record.at().isAfter(visible)) {
                break;
            }
            long sequence = entry.key().without(space).number(0);
            var told = told(ref, stream, record, sequence);
            bytes += told.dynamodb().sizeBytes();
            if (bytes > MAX_BYTES && !records.isEmpty()) {
                full = true;
            } else {
                records.add(told);
                next = sequence + 1;
                full = records.size() == limit;
            }
        }
        boolean ended = !full && shard.closed().filter(at -> !at.isAfter(visible)).isPresent();
        var following = records.isEmpty() ? place.renewed(now) : place.at(next, now);
        return new GetRecordsResponse(records, ended ? null : following.token());
    }

    private static Record told(StreamRef ref, StoredStream stream, StoredRecord record, long sequence) {
        var keys = ITEMS.decode(record.keys());
        var before = record.before().map(ITEMS::decode);
        var after = record.after().map(ITEMS::decode);
        long size = ItemSize.of(keys) + before.map(ItemSize::of).orElse(0) + after.map(ItemSize::of).orElse(0);
        var change = StreamRecord.of(r -> r.approximateCreationDateTime(record.at().truncatedTo(ChronoUnit.SECONDS))
            .keys(item(keys)).oldImage(before.map(StreamRecords::item).orElse(null))
            .newImage(after.map(StreamRecords::item).orElse(null)).sequenceNumber(SequenceNumber.text(sequence))
            .sizeBytes(size).streamViewType(stream.view()));
        return Record.of(r -> r.eventID(id(ref, sequence)).eventName(record.kind().name()).eventVersion("1.1")
            .eventSource("aws:dynamodb").awsRegion(ref.table().region()).dynamodb(change)
            .userIdentity(record.byService() ? DYNAMODB : null));
    }

    /** The same record has the same id whenever it is read. */
    private static String id(StreamRef ref, long sequence) {
        try {
            var name = ref.arn() + "/" + sequence;
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5")
                .digest(name.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, AttributeValue> item(Map<String, DynamoDb.AttributeValue> item) {
        var told = LinkedHashMap.<String, AttributeValue>newLinkedHashMap(item.size());
        item.forEach((name, value) -> told.put(name, value(value)));
        return told;
    }

    /** The two services have shapes of their own for the same values. */
    private static AttributeValue value(DynamoDb.AttributeValue value) {
        return switch (value) {
            case DynamoDb.AttributeValue.S(var text) -> new AttributeValue.S(text);
            case DynamoDb.AttributeValue.N(var number) -> new AttributeValue.N(number);
            case DynamoDb.AttributeValue.B(var bytes) -> new AttributeValue.B(bytes);
            case DynamoDb.AttributeValue.BOOL(var truth) -> new AttributeValue.BOOL(truth);
            case DynamoDb.AttributeValue.NULL(var isNull) -> new AttributeValue.NULL(isNull);
            case DynamoDb.AttributeValue.SS(var set) -> new AttributeValue.SS(set);
            case DynamoDb.AttributeValue.NS(var set) -> new AttributeValue.NS(set);
            case DynamoDb.AttributeValue.BS(var set) -> new AttributeValue.BS(set);
            case DynamoDb.AttributeValue.L(var list) -> new AttributeValue.L(list.stream().map(StreamRecords::value)
                .toList());
            case DynamoDb.AttributeValue.M(var map) -> new AttributeValue.M(item(map));
        };
    }
}
