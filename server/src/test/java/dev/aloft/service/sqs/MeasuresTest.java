package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.CloudWatch;
import dev.aloft.service.cloudwatch.CloudWatchService;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeasuresTest extends SqsFixture {
    @Test
    void cloudWatchIsToldWhatPassesThroughAQueueAndWhatIsInIt() {
        endpoint.add(new CloudWatchService(store, time, endpoint));
        var url = queue("q");
        send(url, "abc");
        send(url, "d");
        delete(url, receive(url, 1).getFirst());
        receive(url, 10);
        receive(url, 10);
        pass(120);
        metrics.flush();
        assertThat(sum("NumberOfMessagesSent")).isEqualTo(2);
        assertThat(sum("SentMessageSize")).isEqualTo(4);
        assertThat(sum("NumberOfMessagesReceived")).isEqualTo(2);
        assertThat(sum("NumberOfEmptyReceives")).isEqualTo(1);
        assertThat(sum("NumberOfMessagesDeleted")).isEqualTo(1);
        assertThat(most("ApproximateNumberOfMessagesVisible")).isEqualTo(1);
        assertThat(most("ApproximateAgeOfOldestMessage")).isEqualTo(120);
    }

    @Test
    void cloudWatchIsToldOfMessagesForWhichAnEarlierOneStands() {
        endpoint.add(new CloudWatchService(store, time, endpoint));
        var url = fifo("q");
        List.of("a", "a", "b", "a").forEach(body -> send(url, "group", body));
        pass(120);
        metrics.flush();
        assertThat(sum("q.fifo", "NumberOfDeduplicatedSentMessages")).isEqualTo(2);
    }

    @Test
    void aQueueIsMeasuredForSixHoursSinceItWasMade() {
        endpoint.add(new CloudWatchService(store, time, endpoint));
        queue("q");
        pass(120);
        metrics.flush();
        assertThat(most("ApproximateNumberOfMessagesVisible")).isZero();
        pass(7 * 3600);
        metrics.flush();
        assertThat(statistics("q", "ApproximateNumberOfMessagesVisible", "Maximum")).isEmpty();
    }

    private double sum(String metric) {
        return sum("q", metric);
    }

    private double sum(String queue, String metric) {
        return statistics(queue, metric, "Sum").stream().mapToDouble(CloudWatch.Datapoint::sum).sum();
    }

    private double most(String metric) {
        return statistics("q", metric, "Maximum").stream().mapToDouble(CloudWatch.Datapoint::maximum).max().orElse(-1);
    }

    private List<CloudWatch.Datapoint> statistics(String queue, String metric, String statistic) {
        return CloudWatch.at(endpoint).getMetricStatistics(CALLER, CloudWatch.GetMetricStatisticsRequest.of(r -> r
            .namespace("AWS/SQS").metricName(metric).statistics(List.of(statistic)).period(60)
            .startTime(time.instant().minus(Duration.ofHours(1))).endTime(time.instant().plusSeconds(60))
            .dimensions(List.of(CloudWatch.Dimension.of(d -> d.name("QueueName").value(queue)))))).datapoints();
    }
}
