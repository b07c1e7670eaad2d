package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDbStreams.DescribeStreamRequest;
import dev.aloft.api.DynamoDbStreams.DescribeStreamResponse;
import dev.aloft.api.DynamoDbStreams.KeySchemaElement;
import dev.aloft.api.DynamoDbStreams.KeyType;
import dev.aloft.api.DynamoDbStreams.ListStreamsRequest;
import dev.aloft.api.DynamoDbStreams.ListStreamsResponse;
import dev.aloft.api.DynamoDbStreams.ResourceNotFoundException;
import dev.aloft.api.DynamoDbStreams.SequenceNumberRange;
import dev.aloft.api.DynamoDbStreams.Shard;
import dev.aloft.api.DynamoDbStreams.Stream;
import dev.aloft.api.DynamoDbStreams.StreamDescription;
import dev.aloft.api.DynamoDbStreams.StreamStatus;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.StoredTable.KeyNames;
import java.util.List;

/** Which streams there are, and what shards they have. */
final class StreamDescriptions {
    private static final int PAGE = 100;

    private final DynamoDbData data;
    private final Streams streams;
    private final Store store;
    private final Time time;

    StreamDescriptions(DynamoDbData data, Streams streams, Store store, Time time) {
        this.data = data;
        this.streams = streams;
        this.store = store;
        this.time = time;
    }

    ListStreamsResponse list(Caller caller, ListStreamsRequest in) {
        var prefix = in.tableName() == null ? Key.of(caller.account(), caller.region())
            : TableRef.of(caller, in.tableName()).key();
        var all = Range.of(prefix);
        var range = in.exclusiveStartStreamArn() == null ? all
            : all.after(StreamRef.of(in.exclusiveStartStreamArn()).key());
        int limit = in.limit() == null ? PAGE : in.limit();
        var horizon = time.instant().minus(Streams.RETENTION);
        var found = store.read(tx -> data.streams.range(tx, range)
            .filter(row -> row.value().disabled().map(horizon::isBefore).orElse(true)).limit(limit + 1L).toList());
        var told = found.stream().limit(limit).map(row -> {
            var ref = new StreamRef(new TableRef(row.key().text(0), row.key().text(1), row.key().text(2)),
                row.key().text(3));
            return new Stream(ref.arn(), ref.table().name(), ref.label());
        }).toList();
        return new ListStreamsResponse(told, found.size() > limit ? told.getLast().streamArn() : null);
    }

    DescribeStreamResponse describe(DescribeStreamRequest in) {
        var ref = StreamRef.of(in.streamArn());
        int limit = in.limit() == null ? PAGE : in.limit();
        var now = time.instant();
        return store.read(tx -> {
            var stream = streams.find(tx, ref, now).orElseThrow(() -> notFound(ref));
            var shards = streams.shards(tx, ref, stream, now).stream().filter(row -> isWanted(in, row))
                .limit(limit + 1L).toList();
            var told = shards.stream().limit(limit).map(row -> shard(tx, row)).toList();
            return new DescribeStreamResponse(StreamDescription.of(d -> d.streamArn(ref.arn()).streamLabel(ref.label())
                .streamStatus(stream.disabled().isPresent() ? StreamStatus.DISABLED : StreamStatus.ENABLED)
                .streamViewType(stream.view()).creationRequestDateTime(stream.created()).tableName(stream.table())
                .keySchema(schema(stream.key())).shards(told)
                .lastEvaluatedShardId(shards.size() > limit ? told.getLast().shardId() : null)));
        });
    }

    static ResourceNotFoundException notFound(StreamRef ref) {
        return new ResourceNotFoundException("Requested resource not found: Stream: " + ref.arn() + " not found");
    }

    private static boolean isWanted(DescribeStreamRequest in, Row<StoredStream.Shard> row) {
        return (in.exclusiveStartShardId() == null || id(row).compareTo(in.exclusiveStartShardId()) > 0)
            && (in.shardFilter() == null || row.value().parent().filter(in.shardFilter().shardId()::equals)
                .isPresent());
    }

    private static String id(Row<StoredStream.Shard> row) {
        return row.key().text(3);
    }

    private static Shard shard(ReadTx tx, Row<StoredStream.Shard> row) {
        var shard = row.value();
        return new Shard(id(row), new SequenceNumberRange(SequenceNumber.text(shard.first()),
            shard.last().map(SequenceNumber::text).orElse(null)), shard.parent().orElse(null));
    }

    private static List<KeySchemaElement> schema(KeyNames key) {
        var hash = new KeySchemaElement(key.hash(), KeyType.HASH);
        return key.range().map(range -> List.of(hash, new KeySchemaElement(range, KeyType.RANGE)))
            .orElse(List.of(hash));
    }
}
