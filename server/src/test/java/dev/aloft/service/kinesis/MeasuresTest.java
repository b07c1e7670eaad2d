package dev.aloft.service.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.CloudWatch;
import dev.aloft.api.Kinesis;
import dev.aloft.service.cloudwatch.CloudWatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MeasuresTest extends KinesisFixture {
    @BeforeEach
    void watch() {
        endpoint.add(new CloudWatchService(store, time, endpoint));
        stream(1);
    }

    @Test
    void cloudWatchIsToldWhatPassesThroughAStream() {
        put("a", "123");
        put("b", "4567");
        time.advance(Duration.ofSeconds(30));
        get(iterator(0, "TRIM_HORIZON"));
        assertThat(sum("IncomingRecords")).isEqualTo(2);
        assertThat(sum("IncomingBytes")).as("keys count").isEqualTo(9);
        assertThat(sum("PutRecord.Success")).isEqualTo(2);
        assertThat(sum("PutRecord.Bytes")).isEqualTo(9);
        assertThat(sum("GetRecords.Records")).isEqualTo(2);
        assertThat(sum("GetRecords.Bytes")).isEqualTo(9);
        assertThat(sum("GetRecords.IteratorAgeMilliseconds")).isEqualTo(30_000);
        assertThat(sum("WriteProvisionedThroughputExceeded")).isZero();
    }

    @Test
    void aBatchIsCountedByWhatBecameOfItsRecords() {
        kinesis.addTagsToStream(ROOT, Kinesis.AddTagsToStreamRequest.of(
            r -> r.streamName("s").tags(Map.of("aloft:throttling", "true"))));
        var entry = Kinesis.PutRecordsRequestEntry.of(e -> e.partitionKey("a").data(bytes("x".repeat(400_000))));
        kinesis.putRecords(ROOT, Kinesis.PutRecordsRequest.of(r -> r.streamName("s")
            .records(List.of(entry, entry, entry))));
        assertThat(sum("PutRecords.TotalRecords")).isEqualTo(3);
        assertThat(sum("PutRecords.SuccessfulRecords")).isEqualTo(2);
        assertThat(sum("PutRecords.ThrottledRecords")).isEqualTo(1);
        assertThat(sum("WriteProvisionedThroughputExceeded")).isEqualTo(1);
        assertThat(sum("IncomingRecords")).isEqualTo(2);
        assertThat(statistic("IncomingRecords", "SampleCount")).as("of each call").isEqualTo(1);
    }

    private double statistic(String metric, String statistic) {
        metrics.flush();
        return CloudWatch.at(endpoint).getMetricStatistics(ROOT, CloudWatch.GetMetricStatisticsRequest.of(r -> r
            .namespace("AWS/Kinesis").metricName(metric).statistics(List.of(statistic)).period(60)
            .startTime(time.instant().minus(Duration.ofHours(1))).endTime(time.instant().plusSeconds(60))
            .dimensions(List.of(CloudWatch.Dimension.of(d -> d.name("StreamName").value("s"))))))
            .datapoints().stream().mapToDouble(CloudWatch.Datapoint::sampleCount).sum();
    }

    @Test
    void shardsHaveTheMetricsThatAreSwitchedOn() {
        put("a", "before");
        var answer = kinesis.enableEnhancedMonitoring(ROOT, Kinesis.EnableEnhancedMonitoringRequest.of(
            r -> r.streamName("s").shardLevelMetrics(List.of("IncomingRecords", "OutgoingRecords"))));
        assertThat(answer.currentShardLevelMetrics()).isEmpty();
        assertThat(answer.desiredShardLevelMetrics()).containsExactly("IncomingRecords", "OutgoingRecords");
        put("a", "after");
        get(iterator(0, "TRIM_HORIZON"));
        assertThat(ofShard("IncomingRecords")).isEqualTo(1);
        assertThat(ofShard("OutgoingRecords")).isEqualTo(2);
        assertThat(ofShard("IncomingBytes")).isZero();
        kinesis.disableEnhancedMonitoring(ROOT, Kinesis.DisableEnhancedMonitoringRequest.of(
            r -> r.streamName("s").shardLevelMetrics(List.of("ALL"))));
        put("a", "later");
        assertThat(ofShard("IncomingRecords")).isEqualTo(1);
    }

    @Test
    void consumersHaveTheirOwn() {
        var consumer = kinesis.registerStreamConsumer(ROOT, Kinesis.RegisterStreamConsumerRequest.of(
            r -> r.streamARN(ARN).consumerName("c"))).consumer().consumerARN();
        put("a", "123");
        kinesis.subscribeToShard(ROOT, Kinesis.SubscribeToShardRequest.of(r -> r.consumerARN(consumer)
            .shardId("shardId-0")
            .startingPosition(Kinesis.StartingPosition.of(p -> p.type("TRIM_HORIZON"))))).eventStream().next();
        assertThat(sum("SubscribeToShardEvent.Records", Map.of("StreamName", "s", "ConsumerName", "c"))).isEqualTo(1);
        assertThat(sum("SubscribeToShard.Success", Map.of("StreamName", "s", "ConsumerName", "c"))).isEqualTo(1);
    }

    private double sum(String metric) {
        return sum(metric, Map.of("StreamName", "s"));
    }

    private double ofShard(String metric) {
        return sum(metric, Map.of("StreamName", "s", "ShardId", "shardId-000000000000"));
    }

    private double sum(String metric, Map<String, String> dimensions) {
        metrics.flush();
        var told = new ArrayList<CloudWatch.Dimension>();
        dimensions.forEach((name, value) -> told.add(CloudWatch.Dimension.of(d -> d.name(name).value(value))));
        return CloudWatch.at(endpoint).getMetricStatistics(ROOT, CloudWatch.GetMetricStatisticsRequest.of(r -> r
            .namespace("AWS/Kinesis").metricName(metric).statistics(List.of("Sum")).period(60)
            .startTime(time.instant().minus(Duration.ofHours(1))).endTime(time.instant().plusSeconds(60))
                .dimensions(told)))
            .datapoints().stream().mapToDouble(CloudWatch.Datapoint::sum).sum();
    }
}
