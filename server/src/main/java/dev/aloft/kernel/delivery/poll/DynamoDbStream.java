package dev.aloft.kernel.delivery.poll;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDbStreams;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonWriter;
import dev.aloft.wire.Trees;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A DynamoDB stream, read under somebody's role.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html">Using Lambda with DynamoDB</a>
 */
public final class DynamoDbStream implements Stream {
    private static final int MOST_RECORDS = 1_000;
    private static final Duration FOUR_TIMES_A_SECOND = Duration.ofMillis(250);

    private final DynamoDbStreams streams;
    private final Arn stream;
    private final Supplier<Caller> reader;

    /** @param reader the role, asked before each call */
    public DynamoDbStream(Endpoint endpoint, Arn stream, Supplier<Caller> reader) {
        streams = DynamoDbStreams.at(endpoint);
        this.stream = stream;
        this.reader = reader;
    }

    @Override
    public List<Shard> shards() {
        var shards = new ArrayList<Shard>();
        String after = null;
        do {
            var start = after;
            var described = streams.describeStream(reader.get(), DynamoDbStreams.DescribeStreamRequest.of(r -> r
                .streamArn(stream.toString()).exclusiveStartShardId(start))).streamDescription();
            described.shards().forEach(shard -> shards.add(new Shard(shard.shardId(),
                shard.parentShardId() == null ? List.of() : List.of(shard.parentShardId()))));
            after = described.lastEvaluatedShardId();
        } while (after != null);
        return shards;
    }

    /** A moment cannot be asked for: what came before it is passed over by the poller. */
    @Override
    public String iterator(String shard, Start start) {
        return streams.getShardIterator(reader.get(), DynamoDbStreams.GetShardIteratorRequest.of(r -> {
            r.streamArn(stream.toString()).shardId(shard);
            switch (start) {
                case Start.Horizon _, Start.At _ -> r.shardIteratorType("TRIM_HORIZON");
                case Start.After(var number) -> r.shardIteratorType("AFTER_SEQUENCE_NUMBER").sequenceNumber(number);
            }
        })).shardIterator();
    }

    @Override
    public Page read(String shard, String iterator, int most, Duration patience) {
        var read = streams.getRecords(reader.get(), DynamoDbStreams.GetRecordsRequest.of(r -> r.shardIterator(iterator)
            .limit(Math.min(most, MOST_RECORDS))));
        return new Page(read.records().stream().map(this::item).toList(),
            Optional.ofNullable(read.nextShardIterator()));
    }

    @SuppressWarnings("unchecked")
    private Item item(DynamoDbStreams.Record record) {
        var event = new LinkedHashMap<>(Trees.of(record));
        var change = new LinkedHashMap<>((Map<String, Object>) event.get("dynamodb"));
        change.put("ApproximateCreationDateTime", record.dynamodb().approximateCreationDateTime().getEpochSecond());
        event.put("dynamodb", change);
        if (record.userIdentity() != null) {
            event.put("userIdentity",
                Map.of("type", record.userIdentity().type(), "principalId", record.userIdentity().principalId()));
        }
        event.put("eventSourceARN", stream.toString());
        return Item.of(record.dynamodb().sequenceNumber(), event, record.dynamodb().approximateCreationDateTime(),
            JsonWriter.string(change.get("Keys")), null);
    }

    @Override
    public Duration rest() {
        return FOUR_TIMES_A_SECOND;
    }

    @Override
    public boolean isStale(String errorCode) {
        return errorCode.equals("ExpiredIteratorException");
    }
}
