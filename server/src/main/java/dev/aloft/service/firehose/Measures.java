package dev.aloft.service.firehose;

import dev.aloft.api.Caller;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.firehose.FirehoseData.Batch;
import dev.aloft.service.firehose.FirehoseData.Channel;
import dev.aloft.service.firehose.FirehoseData.KeptStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What CloudWatch is told of delivery streams. Bytes are those of the records as they came; a call and a try are one
 * sample each.
 *
 * @see <a href="https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html">
 *     Monitor Amazon Data Firehose with CloudWatch metrics</a>
 */
final class Measures {
    private static final String NAMESPACE = "AWS/Firehose";
    private static final String COUNT = "Count";
    private static final String BYTES = "Bytes";
    private static final String MILLISECONDS = "Milliseconds";
    private static final Set<String> LARGE_REGIONS = Set.of("us-east-1", "us-west-2", "eu-west-1");

    private final Metrics metrics;
    private final Time time;

    Measures(Metrics metrics, Time time) {
        this.metrics = metrics;
        this.time = time;
    }

    private void add(KeptStream stream, String metric, String unit, double value) {
        metrics.series(stream.account(), stream.region(), NAMESPACE, metric, unit,
                Map.of("DeliveryStreamName", stream.name())).add(value);
    }

    private long since(Instant began) {
        return Duration.between(began, time.instant()).toMillis();
    }

    /** A call that put records; by which operation. */
    void put(KeptStream stream, String operation, long records, long bytes, Instant began) {
        add(stream, "IncomingRecords", COUNT, records);
        add(stream, "IncomingBytes", BYTES, bytes);
        add(stream, "IncomingPutRequests", COUNT, 1);
        add(stream, "ThrottledRecords", COUNT, 0);
        add(stream, operation + ".Requests", COUNT, 1);
        add(stream, operation + ".Bytes", BYTES, bytes);
        add(stream, operation + ".Latency", MILLISECONDS, since(began));
        if (operation.equals("PutRecordBatch")) {
            add(stream, "PutRecordBatch.Records", COUNT, records);
        }
        boolean large = LARGE_REGIONS.contains(stream.region());
        add(stream, "BytesPerSecondLimit", "Bytes/Second", large ? 5 << 20 : 1 << 20);
        add(stream, "RecordsPerSecondLimit", "Count/Second", large ? 500_000 : 100_000);
        add(stream, "PutRequestsPerSecondLimit", "Count/Second", large ? 2_000 : 1_000);
    }

    /** Records that were read from the stream's source. */
    void read(KeptStream stream, long records, long bytes) {
        add(stream, "DataReadFromKinesisStream.Records", COUNT, records);
        add(stream, "DataReadFromKinesisStream.Bytes", BYTES, bytes);
    }

    /** A call that tells or changes a stream. */
    <T> T called(Caller caller, String operation, String stream, Supplier<T> call) {
        var began = time.instant();
        var answer = call.get();
        called(caller, operation + ".Requests", COUNT, stream, 1);
        called(caller, operation + ".Latency", MILLISECONDS, stream, since(began));
        return answer;
    }

    private void called(Caller caller, String metric, String unit, String stream, double value) {
        metrics.series(caller.account(), caller.region(), NAMESPACE, metric, unit,
                stream == null ? Map.of() : Map.of("DeliveryStreamName", stream)).add(value);
    }

    /** A try to deliver a batch: how old its oldest record is. */
    void tried(Channel channel, Batch batch) {
        add(channel.stream(), way(channel) + ".DataFreshness", "Seconds",
                Duration.between(batch.since(), time.instant()).toSeconds());
    }

    private static String way(Channel channel) {
        return channel.isBackup() ? "BackupToS3" : channel.stream().http() == null ? "DeliveryToS3"
                : "DeliveryToHttpEndpoint";
    }

    /** A try to put an object of so many records into a bucket. */
    void object(KeptStream stream, boolean isBackup, boolean success, long records, long bytes) {
        delivered(stream, isBackup ? "BackupToS3" : "DeliveryToS3", success, records, bytes);
        if (!isBackup && success && Destinations.partitions(stream.destination())) {
            add(stream, "DeliveryToS3.ObjectCount", COUNT, 1);
        }
    }

    /** A try to send so many records to a web server. */
    void request(KeptStream stream, boolean success, long records, long bytes) {
        delivered(stream, "DeliveryToHttpEndpoint", success, records, bytes);
        add(stream, "DeliveryToHttpEndpoint.ProcessedRecords", COUNT, records);
        add(stream, "DeliveryToHttpEndpoint.ProcessedBytes", BYTES, bytes);
    }

    private void delivered(KeptStream stream, String way, boolean success, long records, long bytes) {
        add(stream, way + ".Success", COUNT, success ? 1 : 0);
        if (success) {
            add(stream, way + ".Records", COUNT, records);
            add(stream, way + ".Bytes", BYTES, bytes);
        }
    }

    /** An invocation of the stream's function. */
    void invoked(KeptStream stream, boolean success, Instant began) {
        add(stream, "ExecuteProcessing.Duration", MILLISECONDS, since(began));
        add(stream, "ExecuteProcessing.Success", COUNT, success ? 1 : 0);
    }

    /** Records of which the function made others. */
    void processed(KeptStream stream, long records, long bytes) {
        add(stream, "SucceedProcessing.Records", COUNT, records);
        add(stream, "SucceedProcessing.Bytes", BYTES, bytes);
    }

    /** Partitions of a batch, and whether there were more than may be. */
    void partitions(KeptStream stream, int partitions, int most, boolean exceeded) {
        add(stream, "PartitionCount", COUNT, partitions);
        add(stream, "PartitionCountExceeded", COUNT, exceeded ? 1 : 0);
        add(stream, "ActivePartitionsLimit", COUNT, most);
    }

    /** How long queries took that find partition keys. */
    void queried(KeptStream stream, Instant began) {
        add(stream, "JQProcessing.Duration", MILLISECONDS, since(began));
    }
}
