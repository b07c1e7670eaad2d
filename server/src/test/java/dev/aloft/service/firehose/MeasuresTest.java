package dev.aloft.service.firehose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Firehose;
import dev.aloft.service.cloudwatch.CloudWatchService;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The numbers of the second test are those that AWS was seen to tell of such records. */
class MeasuresTest extends FirehoseFixture {
    @BeforeEach
    void watch() {
        endpoint.add(new CloudWatchService(store, time, endpoint));
    }

    @Test
    void cloudWatchIsToldWhatComesAndWhatIsDelivered() {
        stream(_ -> { });
        put("12345");
        firehose.putRecordBatch(ROOT, Firehose.PutRecordBatchRequest.of(r -> r.deliveryStreamName("d")
            .records(List.of(record("123"), record("")))));
        assertThat(List.of(sum("IncomingRecords"), sum("IncomingBytes"), samples("IncomingRecords")))
            .containsExactly(3.0, 8.0, 2.0);
        assertThat(List.of(sum("PutRecord.Requests"), sum("PutRecordBatch.Requests"), sum("PutRecordBatch.Records"),
            sum("IncomingPutRequests"))).containsExactly(1.0, 1.0, 2.0, 2.0);
        bucketFault.set(ApiError.of("NoSuchBucket", 404, "The specified bucket does not exist"));
        time.advance(Duration.ofSeconds(300));
        assertThat(List.of(sum("DeliveryToS3.Success"), sum("DeliveryToS3.Records"))).containsExactly(0.0, 0.0);
        assertThat(samples("DeliveryToS3.Success")).isEqualTo(1);
        bucketFault.set(null);
        time.advance(Duration.ofSeconds(60));
        assertThat(List.of(sum("DeliveryToS3.Success"), sum("DeliveryToS3.Records"), sum("DeliveryToS3.Bytes")))
            .containsExactly(1.0, 3.0, 8.0);
        assertThat(told("DeliveryToS3.DataFreshness", "Minimum", CloudWatch.Datapoint::minimum))
            .isGreaterThanOrEqualTo(300);
    }

    @Test
    void whatAFunctionMakesOfRecordsCountsByTheirSizesAsTheyCame() {
        var results = List.of("Ok", "Dropped", "ProcessingFailed");
        function.set(records -> Map.of("records", List.of(answer(records.get(0), results.get(0)),
            answer(records.get(1), results.get(1)), answer(records.get(2), results.get(2)))));
        stream(d -> d.processingConfiguration(lambda()).s3BackupMode("Enabled").s3BackupConfiguration(
            Firehose.S3DestinationConfiguration.of(b -> b.roleARN(ROLE).bucketARN("arn:aws:s3:::raw"))));
        put("o".repeat(51), "d".repeat(53), "f".repeat(53));
        time.advance(Duration.ofSeconds(300));
        assertThat(List.of(sum("DeliveryToS3.Records"), sum("DeliveryToS3.Bytes"))).containsExactly(2.0, 104.0);
        assertThat(List.of(sum("BackupToS3.Records"), sum("BackupToS3.Bytes"))).containsExactly(3.0, 157.0);
        assertThat(List.of(sum("SucceedProcessing.Records"), sum("SucceedProcessing.Bytes"),
            sum("ExecuteProcessing.Success"))).containsExactly(1.0, 51.0, 1.0);
    }

    private double sum(String metric) {
        return told(metric, "Sum", CloudWatch.Datapoint::sum);
    }

    private double samples(String metric) {
        return told(metric, "SampleCount", CloudWatch.Datapoint::sampleCount);
    }

    private double told(String metric, String statistic, ToDoubleFunction<CloudWatch.Datapoint> value) {
        metrics.flush();
        return CloudWatch.at(endpoint).getMetricStatistics(ROOT, CloudWatch.GetMetricStatisticsRequest.of(r -> r
            .namespace("AWS/Firehose").metricName(metric).statistics(List.of(statistic)).period(60)
            .startTime(time.instant().minus(Duration.ofHours(1))).endTime(time.instant().plusSeconds(60))
            .dimensions(List.of(CloudWatch.Dimension.of(d -> d.name("DeliveryStreamName").value("d"))))))
            .datapoints().stream().mapToDouble(value).sum();
    }
}
