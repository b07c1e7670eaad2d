package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.CloudWatch;
import dev.aloft.service.cloudwatch.CloudWatchService;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MeasuresTest extends SnsFixture {
    @BeforeEach
    void watch() {
        endpoint.add(new CloudWatchService(store, time, endpoint));
    }

    @Test
    void whatIsPublishedAndWhatBecomesOfItIsCounted() {
        var topic = topic("t");
        subscribe(topic, "sqs", QUEUE);
        subscribe(topic, "sms", "+15551234567");
        subscribe(topic, "sqs", QUEUE + "-a", "FilterPolicy", "{\"n\":[2]}");
        subscribe(topic, "sqs", QUEUE + "-b", "FilterPolicy", "{\"n\":[2]}", "FilterPolicyScope", "MessageBody");
        publish(topic, "12345");
        publish(topic, "{}", "n", "Number", "1");
        batch(topic, entry("a", "x"), entry("b", ""));
        settle();
        assertThat(sum("NumberOfMessagesPublished")).isEqualTo(3);
        assertThat(sum("PublishSize")).as("attributes count by name, type and value").isEqualTo(5 + 2 + 8 + 1);
        assertThat(sum("NumberOfNotificationsDelivered")).isEqualTo(6);
        assertThat(sum("NumberOfNotificationsFailed")).isZero();
        assertThat(sum("NumberOfNotificationsFilteredOut")).isEqualTo(6);
        assertThat(sum("NumberOfNotificationsFilteredOut-NoMessageAttributes")).isEqualTo(2);
        assertThat(sum("NumberOfNotificationsFilteredOut-MessageAttributes")).isEqualTo(1);
        assertThat(sum("NumberOfNotificationsFilteredOut-MessageBody")).isEqualTo(2);
        assertThat(sum("NumberOfNotificationsFilteredOut-InvalidMessageBody")).isEqualTo(1);
    }

    @Test
    void whatIsGivenUpIsCountedAndWhatGoesToTheDeadLetters() {
        var topic = topic("t");
        subscribe(topic, "lambda", FUNCTION, "RedrivePolicy",
                "{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:111122223333:dead\"}");
        failure = Optional.of(ApiError.of("ResourceNotFoundException", 404, "no function"));
        publish(topic, "m");
        settle();
        assertThat(sum("NumberOfNotificationsFailed")).isEqualTo(1);
        assertThat(sum("NumberOfNotificationsDelivered")).isZero();
        assertThat(sum("NumberOfNotificationsRedrivenToDlq")).isEqualTo(1);
    }

    private double sum(String metric) {
        metrics.flush();
        return CloudWatch.at(endpoint).getMetricStatistics(ROOT, CloudWatch.GetMetricStatisticsRequest.of(r -> r
                .namespace("AWS/SNS").metricName(metric).statistics(List.of("Sum")).period(60)
                .startTime(time.instant().minus(Duration.ofHours(1))).endTime(time.instant().plusSeconds(60))
                .dimensions(List.of(CloudWatch.Dimension.of(d -> d.name("TopicName").value("t"))))))
                .datapoints().stream().mapToDouble(CloudWatch.Datapoint::sum).sum();
    }
}
