package dev.aloft.service.kinesis;

import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.metric.Series;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kinesis.KinesisData.KeptConsumer;
import dev.aloft.service.kinesis.KinesisData.KeptShard;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What CloudWatch is told of streams, and of those of their shards' metrics that a stream has switched on.
 *
 * @see <a href="https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html">
 *     Monitor the Amazon Kinesis Data Streams service with Amazon CloudWatch</a>
 */
final class Measures {
    /** The metrics of shards, in the order in which they are told. */
    static final List<String> OF_SHARDS = List.of("IncomingBytes", "IncomingRecords", "IteratorAgeMilliseconds",
            "OutgoingBytes",
            "OutgoingRecords", "ReadProvisionedThroughputExceeded", "WriteProvisionedThroughputExceeded");
    private static final String NAMESPACE = "AWS/Kinesis";
    private static final String BYTES = "Bytes";
    private static final String COUNT = "Count";
    private static final String MILLISECONDS = "Milliseconds";

    private final Metrics metrics;
    private final Time time;

    Measures(Metrics metrics, Time time) {
        this.metrics = metrics;
        this.time = time;
    }

    private Series series(KeptStream stream, String metric, String unit, Map<String, String> dimensions) {
        return metrics.series(stream.account(), stream.region(), NAMESPACE, metric, unit, dimensions);
    }

    private void add(KeptStream stream, String metric, String unit, double value) {
        series(stream, metric, unit, Map.of("StreamName", stream.name())).add(value);
    }

    private void add(KeptStream stream, KeptShard shard, String metric, String unit, double value) {
        if (stream.metrics().contains(metric)) {
            series(stream, metric, unit, Map.of("StreamName", stream.name(), "ShardId", shard.shardId())).add(value);
        }
    }

    private long since(Instant began) {
        return Duration.between(began, time.instant()).toMillis();
    }

    /** Records that one call put into a shard, of so many bytes each with its key. */
    void put(KeptStream stream, KeptShard shard, List<Long> bytes) {
        add(stream, shard, "IncomingRecords", COUNT, bytes.size());
        bytes.forEach(each -> add(stream, shard, "IncomingBytes", BYTES, each));
        add(stream, shard, "WriteProvisionedThroughputExceeded", COUNT, 0);
    }

    /** What one call put into a stream. */
    void put(KeptStream stream, long records, long bytes) {
        add(stream, "IncomingRecords", COUNT, records);
        add(stream, "IncomingBytes", BYTES, bytes);
        add(stream, "WriteProvisionedThroughputExceeded", COUNT, 0);
    }

    /** A record for which the shard had no capacity. */
    void notPut(KeptStream stream, KeptShard shard) {
        add(stream, "WriteProvisionedThroughputExceeded", COUNT, 1);
        add(stream, shard, "WriteProvisionedThroughputExceeded", COUNT, 1);
    }

    /** A call of PutRecord. */
    void putRecord(KeptStream stream, boolean success, long bytes, Instant began) {
        add(stream, "PutRecord.Success", COUNT, success ? 1 : 0);
        if (success) {
            add(stream, "PutRecord.Bytes", BYTES, bytes);
        }
        add(stream, "PutRecord.Latency", MILLISECONDS, since(began));
    }

    /** A call of PutRecords. */
    void putRecords(KeptStream stream, long total, long throttled, long bytes, Instant began) {
        add(stream, "PutRecords.Success", COUNT, throttled < total ? 1 : 0);
        add(stream, "PutRecords.TotalRecords", COUNT, total);
        add(stream, "PutRecords.SuccessfulRecords", COUNT, total - throttled);
        add(stream, "PutRecords.ThrottledRecords", COUNT, throttled);
        add(stream, "PutRecords.FailedRecords", COUNT, 0);
        add(stream, "PutRecords.Records", COUNT, total - throttled);
        add(stream, "PutRecords.Bytes", BYTES, bytes);
        add(stream, "PutRecords.Latency", MILLISECONDS, since(began));
    }

    /** A call of GetRecords. */
    void got(KeptStream stream, KeptShard shard, Reading.Batch batch, Instant began) {
        long age = age(batch, began);
        add(stream, "GetRecords.Success", COUNT, 1);
        add(stream, "GetRecords.Records", COUNT, batch.records().size());
        add(stream, "GetRecords.Bytes", BYTES, batch.bytes());
        add(stream, "GetRecords.IteratorAgeMilliseconds", MILLISECONDS, age);
        add(stream, "GetRecords.Latency", MILLISECONDS, since(began));
        add(stream, "ReadProvisionedThroughputExceeded", COUNT, 0);
        add(stream, shard, "OutgoingRecords", COUNT, batch.records().size());
        add(stream, shard, "OutgoingBytes", BYTES, batch.bytes());
        add(stream, shard, "IteratorAgeMilliseconds", MILLISECONDS, age);
        add(stream, shard, "ReadProvisionedThroughputExceeded", COUNT, 0);
    }

    /** Of the last record that was read; nothing is old where there was none. */
    private static long age(Reading.Batch batch, Instant now) {
        return batch.records().isEmpty() ? 0
                : Math.max(0, Duration.between(batch.records().getLast().approximateArrivalTimestamp(), now)
                        .toMillis());
    }

    /** A call of GetRecords for which the shard had no capacity. */
    void notGot(KeptStream stream, KeptShard shard) {
        add(stream, "GetRecords.Success", COUNT, 0);
        add(stream, "ReadProvisionedThroughputExceeded", COUNT, 1);
        add(stream, shard, "ReadProvisionedThroughputExceeded", COUNT, 1);
    }

    /** A call of SubscribeToShard, or why there is none: somebody else has the shard. */
    void subscribed(KeptConsumer consumer, boolean success) {
        toConsumer(consumer, "SubscribeToShard.Success", COUNT, success ? 1 : 0);
        toConsumer(consumer, "SubscribeToShard.RateExceeded", COUNT, success ? 0 : 1);
    }

    /** An event that was pushed to a consumer. */
    void pushed(KeptStream stream, KeptShard shard, KeptConsumer consumer, Reading.Batch batch) {
        toConsumer(consumer, "SubscribeToShardEvent.Success", COUNT, 1);
        toConsumer(consumer, "SubscribeToShardEvent.Records", COUNT, batch.records().size());
        toConsumer(consumer, "SubscribeToShardEvent.Bytes", BYTES, batch.bytes());
        toConsumer(consumer, "SubscribeToShardEvent.MillisBehindLatest", MILLISECONDS, batch.behind());
        add(stream, shard, "OutgoingRecords", COUNT, batch.records().size());
        add(stream, shard, "OutgoingBytes", BYTES, batch.bytes());
    }

    private void toConsumer(KeptConsumer consumer, String metric, String unit, double value) {
        metrics.series(consumer.account(), consumer.region(), NAMESPACE, metric, unit,
                Map.of("StreamName", consumer.stream(), "ConsumerName", consumer.name())).add(value);
    }
}
