package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDbStreams;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.util.Optional;

/** The operations of Amazon DynamoDB Streams. */
public final class DynamoDbStreamsService implements Service, DynamoDbStreams {
    private final StreamDescriptions descriptions;
    private final StreamRecords records;
    private final TableKeys keys;
    private final DynamoDbData data = new DynamoDbData();
    private final Store store;

    public DynamoDbStreamsService(Store platform, Time time, Endpoint endpoint) {
        store = platform.in("dynamodb");
        var streams = new Streams(data);
        descriptions = new StreamDescriptions(data, streams, store, time);
        var open = new OpenTables(data);
        keys = new TableKeys(data, open, endpoint, store, time);
        records = new StreamRecords(open, streams, store, time);
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case DescribeStreamRequest r -> Access.to("dynamodb:DescribeStream", r.streamArn());
            case GetShardIteratorRequest r -> Access.to("dynamodb:GetShardIterator", r.streamArn());
            case GetRecordsRequest r -> Access.to("dynamodb:GetRecords", ShardIterator.streamArn(r.shardIterator()));
            case ListStreamsRequest _ -> Access.to("dynamodb:ListStreams");
        };
    }

    @Override
    public Optional<String> policy(Caller caller, String arn) {
        return store.read(tx -> ResourcePolicies.document(data, tx, arn));
    }

    @Override
    public ListStreamsResponse listStreams(Caller caller, ListStreamsRequest input) {
        return descriptions.list(caller, input);
    }

    @Override
    public DescribeStreamResponse describeStream(Caller caller, DescribeStreamRequest input) {
        return descriptions.describe(input);
    }

    @Override
    public GetShardIteratorResponse getShardIterator(Caller caller, GetShardIteratorRequest input) {
        return records.iterator(input);
    }

    @Override
    public GetRecordsResponse getRecords(Caller caller, GetRecordsRequest input) {
        keys.requireAccessible(ShardIterator.parse(input.shardIterator()).stream().table());
        return records.get(input);
    }
}
