package dev.aloft.kernel.delivery.poll;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Kinesis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A Kinesis data stream, read under somebody's role.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html">Using Lambda with Kinesis</a>
 */
public final class KinesisStream implements Stream {
    private static final int MOST_RECORDS = 10_000;
    private static final Duration ONCE_A_SECOND = Duration.ofSeconds(1);
    private static final String CONTENT = "data";

    private final Kinesis kinesis;
    private final Arn stream;
    private final Arn source;
    private final Supplier<Caller> reader;
    private final Supplier<String> role;

    /**
     * @param reader the role, asked before each call
     * @param role   its ARN, as records tell it
     */
    public KinesisStream(Endpoint endpoint, Arn stream, Supplier<Caller> reader, Supplier<String> role) {
        this(endpoint, stream, stream, reader, role);
    }

    /** @param source as records tell it */
    KinesisStream(Endpoint endpoint, Arn stream, Arn source, Supplier<Caller> reader, Supplier<String> role) {
        kinesis = Kinesis.at(endpoint);
        this.stream = stream;
        this.source = source;
        this.reader = reader;
        this.role = role;
    }

    @Override
    public List<Shard> shards() {
        var shards = new ArrayList<Shard>();
        String token = null;
        do {
            var next = token;
            var listed = kinesis.listShards(reader.get(), Kinesis.ListShardsRequest.of(r -> {
                if (next == null) {
                    r.streamARN(stream.toString());
                } else {
                    r.nextToken(next);
                }
            }));
            listed.shards().forEach(shard -> shards.add(new Shard(shard.shardId(),
                java.util.stream.Stream.of(shard.parentShardId(), shard.adjacentParentShardId())
                .filter(Objects::nonNull).toList())));
            token = listed.nextToken();
        } while (token != null);
        return shards;
    }

    @Override
    public String iterator(String shard, Start start) {
        return kinesis.getShardIterator(reader.get(), Kinesis.GetShardIteratorRequest.of(r -> {
            r.streamARN(stream.toString()).shardId(shard);
            switch (start) {
                case Start.Horizon _ -> r.shardIteratorType("TRIM_HORIZON");
                case Start.At(var moment) -> r.shardIteratorType("AT_TIMESTAMP").timestamp(moment);
                case Start.After(var number) ->
                    r.shardIteratorType("AFTER_SEQUENCE_NUMBER").startingSequenceNumber(number);
            }
        })).shardIterator();
    }

    @Override
    public Page read(String shard, String iterator, int most, Duration patience) {
        var read = kinesis.getRecords(reader.get(), Kinesis.GetRecordsRequest.of(r -> r.shardIterator(iterator)
            .limit(Math.min(most, MOST_RECORDS)).streamARN(stream.toString())));
        return new Page(read.records().stream().map(record -> item(shard, record)).toList(),
            Optional.ofNullable(read.nextShardIterator()));
    }

    Item item(String shard, Kinesis.Record record) {
        var kinesis = new LinkedHashMap<String, Object>();
        kinesis.put("kinesisSchemaVersion", "1.0");
        kinesis.put("partitionKey", record.partitionKey());
        kinesis.put("sequenceNumber", record.sequenceNumber());
        kinesis.put(CONTENT, record.data().base64());
        kinesis.put("approximateArrivalTimestamp", record.approximateArrivalTimestamp().toEpochMilli() / 1000.0);
        var event = new LinkedHashMap<String, Object>();
        event.put("kinesis", kinesis);
        event.put("eventSource", "aws:kinesis");
        event.put("eventVersion", "1.0");
        event.put("eventID", shard + ":" + record.sequenceNumber());
        event.put("eventName", "aws:kinesis:record");
        event.put("invokeIdentityArn", role.get());
        event.put("awsRegion", stream.region());
        event.put("eventSourceARN", source.toString());
        return Item.of(record.sequenceNumber(), event, record.approximateArrivalTimestamp(),
            record.partitionKey(), null);
    }

    @Override
    public Duration rest() {
        return ONCE_A_SECOND;
    }

    @Override
    public boolean isStale(String errorCode) {
        return errorCode.equals("ExpiredIteratorException");
    }

    /** The record's own fields stand beside those of the event, its data as text. */
    @Override
    @SuppressWarnings("unchecked")
    public Map<String, Object> filtered(Item item) {
        var filtered = new LinkedHashMap<>(item.event());
        filtered.putAll((Map<String, Object>) filtered.remove("kinesis"));
        filtered.put(CONTENT,
            new String(Base64.getDecoder().decode((String) filtered.get(CONTENT)), StandardCharsets.UTF_8));
        return filtered;
    }
}
