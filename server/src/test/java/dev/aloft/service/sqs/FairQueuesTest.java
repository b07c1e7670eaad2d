package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.CloudWatch;
import dev.aloft.api.Sqs.Message;
import dev.aloft.service.cloudwatch.CloudWatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Standard queues whose messages have groups.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html">
 *     How Amazon SQS fair queues work</a>
 */
class FairQueuesTest extends SqsFixture {
    @Test
    void messagesOfGroupsComeInTheOrderInWhichTheyWereSentWhileNoneIsNoisy() {
        var url = queue("fair");
        sendTo(url, "a", 2);
        send(url, "alone");
        sendTo(url, "b", 1);
        sendTo(url, "a", 1);
        assertThat(bodies(url)).containsExactly("a-0", "a-1", "alone", "b-0", "a-0");
        assertThat(counts(url)).isEqualTo("0 5 0");
    }

    @Test
    void aGroupWithMoreThanATenthOfWhatIsInFlightAndAtLeastThirtyComesAfterTheQuietOnes() {
        var url = queue("fair");
        sendTo(url, "noisy", 100);
        take(url, 29);
        sendTo(url, "quiet", 1);
        send(url, "alone");
        assertThat(bodies(receive(url, 1))).as("29 are not too many").containsExactly("noisy-29");
        assertThat(bodies(receive(url, 3))).containsExactly("quiet-0", "alone", "noisy-30");
        assertThat(bodies(receive(url, 1))).as("nobody quiet waits").containsExactly("noisy-31");
    }

    @Test
    void thirtyInFlightAreNotNoisyBesideManyOthers() {
        var url = queue("fair");
        for (int group = 0; group < 20; group++) {
            sendTo(url, "g" + group, 20);
        }
        take(url, 400);
        sendTo(url, "large", 40);
        take(url, 30);
        sendTo(url, "small", 1);
        assertThat(bodies(receive(url, 1))).containsExactly("large-30");
    }

    @Test
    void aGroupThatTakesMoreThanATenthOfTheConsumersTimeComesAfterTheOthers() {
        var url = queue("fair");
        sendTo(url, "slow", 4);
        for (int i = 0; i < 2; i++) {
            var message = receive(url, 1).getFirst();
            pass(20);
            delete(url, message);
        }
        sendTo(url, "quick", 1);
        assertThat(bodies(receive(url, 2))).containsExactly("quick-0", "slow-2");
        pass(6 * 60);
        sendTo(url, "quick", 1);
        assertThat(bodies(receive(url, 3))).as("that was long ago").containsExactly("slow-3", "slow-2", "quick-0");
    }

    @Test
    void ofTheNoisyGroupsThatWithTheFewestMessagesInFlightComesFirst() {
        var url = queue("fair");
        sendTo(url, "a", 33);
        sendTo(url, "b", 32);
        take(url, 65);
        sendTo(url, "a", 3);
        sendTo(url, "b", 3);
        assertThat(bodies(receive(url, 5))).containsExactly("b-0", "a-0", "b-1", "a-1", "b-2");
    }

    @Test
    void aNoisyGroupThatIsSentNothingForFiveMinutesIsQuietAgain() {
        var url = queue("fair", "VisibilityTimeout", "600");
        sendTo(url, "noisy", 40);
        take(url, 30);
        sendTo(url, "quiet", 1);
        pass(299);
        assertThat(bodies(receive(url, 1))).containsExactly("quiet-0");
        sendTo(url, "quiet", 1);
        pass(1);
        assertThat(bodies(receive(url, 1))).containsExactly("noisy-30");
    }

    @Test
    void messagesOfGroupsAreHiddenFoundAndDeletedAsAnyOther() {
        var url = queue("fair");
        sendTo(url, "a", 3);
        var first = receive(url, 1).getFirst();
        hide(url, first, 0);
        assertThat(bodies(receive(url, 1))).containsExactly("a-0");
        pass(31);
        assertThat(counts(url)).isEqualTo("3 0 0");
        var again = receive(url, 10);
        assertThat(bodies(again)).containsExactly("a-1", "a-2", "a-0");
        again.forEach(message -> delete(url, message));
        assertThat(counts(url)).isEqualTo("0 0 0");
        send(r -> r.queueUrl(url).messageBody("later").messageGroupId("a").delaySeconds(5));
        assertThat(counts(url)).isEqualTo("0 0 1");
        pass(5);
        assertThat(bodies(url)).containsExactly("later");
        pass(4 * 24 * 3600);
        assertThat(counts(url)).as("kept long enough").isEqualTo("0 0 0");
    }

    @Test
    void deadLettersKeepTheirGroup() {
        var dead = queue("dead");
        var url = queue("fair", "RedrivePolicy", redrive("dead", 1));
        sendTo(url, "a", 1);
        receive(url);
        pass(31);
        assertThat(receive(url)).isEmpty();
        assertThat(receive(dead).getFirst().attributes()).containsEntry("MessageGroupId", "a");
    }

    @Test
    void cloudWatchIsToldOfNoisyAndQuietGroups() {
        endpoint.add(new CloudWatchService(store, time, endpoint));
        var url = queue("fair", "VisibilityTimeout", "3600");
        sendTo(url, "noisy", 50);
        take(url, 35);
        sendTo(url, "quiet", 3);
        take(url, 1);
        send(r -> r.queueUrl(url).messageBody("later").messageGroupId("quiet").delaySeconds(900));
        pass(120);
        metrics.flush();
        assertThat(latest("ApproximateNumberOfNoisyGroups")).isEqualTo(1);
        assertThat(latest("ApproximateNumberOfMessagesVisibleInQuietGroups")).isEqualTo(2);
        assertThat(latest("ApproximateNumberOfMessagesNotVisibleInQuietGroups")).isEqualTo(1);
        assertThat(latest("ApproximateNumberOfMessagesDelayedInQuietGroups")).isEqualTo(1);
        assertThat(latest("ApproximateAgeOfOldestMessageInQuietGroups")).isEqualTo(120);
        assertThat(latest("ApproximateNumberOfMessagesVisible")).isEqualTo(17);
    }

    private double latest(String metric) {
        return CloudWatch.at(endpoint).getMetricStatistics(CALLER, CloudWatch.GetMetricStatisticsRequest.of(r -> r
            .namespace("AWS/SQS").metricName(metric).statistics(List.of("Maximum")).period(3600)
            .startTime(time.instant().minus(Duration.ofHours(1))).endTime(time.instant().plusSeconds(60))
            .dimensions(List.of(CloudWatch.Dimension.of(d -> d.name("QueueName").value("fair"))))))
            .datapoints().getLast().maximum();
    }

    private void sendTo(String url, String group, int messages) {
        for (int i = 0; i < messages; i++) {
            var body = group + "-" + i;
            send(r -> r.queueUrl(url).messageBody(body).messageGroupId(group));
        }
    }

    private List<Message> take(String url, int messages) {
        var taken = new ArrayList<Message>();
        while (taken.size() < messages) {
            taken.addAll(receive(url, Math.min(10, messages - taken.size())));
        }
        return taken;
    }
}
