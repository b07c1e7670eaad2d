package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Sns;
import dev.aloft.kernel.delivery.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How often and when a web server is tried.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html">
 *     Message delivery retries</a>
 */
class DeliveryPolicyTest extends SnsFixture {
    private static List<RetryPolicy.Phase> phases(Map<String, String> topicAttributes, String subscriptionPolicy) {
        var topic = new SnsData.KeptTopic("111122223333", "us-east-1", "t", topicAttributes, null, Map.of(), null,
                null);
        var attributes = subscriptionPolicy == null ? Map.<String, String>of()
                : Map.of("DeliveryPolicy", subscriptionPolicy.replace('\'', '"'));
        var subscription = new SnsData.KeptSubscription("111122223333", "us-east-1", "t", "id", "111122223333", "p",
                "http", "http://server", attributes, true, true, null, null);
        return Outgoing.retries(DeliveryPolicy.of(topic, subscription)).phases();
    }

    private static RetryPolicy.Phase even(int retries, int seconds) {
        return RetryPolicy.Phase.at(retries, Duration.ofSeconds(seconds));
    }

    private static RetryPolicy.Phase rising(int retries, int from, int to, RetryPolicy.Curve curve) {
        return new RetryPolicy.Phase(retries, Duration.ofSeconds(from), Duration.ofSeconds(to), curve, false);
    }

    @Test
    void threeTimesEveryTwentySecondsUnlessSomethingElseIsSaid() {
        assertThat(phases(Map.of(), null)).containsExactly(rising(3, 20, 20, RetryPolicy.Curve.LINEAR));
    }

    /** At once, at the shortest pause, longer and longer, at the longest pause. */
    @ParameterizedTest
    @ValueSource(strings = {"linear", "arithmetic", "geometric", "exponential"})
    void fourPhasesFollowEachOther(String function) {
        var policy = "{'healthyRetryPolicy': {'numRetries': 9, 'numNoDelayRetries': 2, 'numMinDelayRetries': 1, "
                + "'numMaxDelayRetries': 2, 'minDelayTarget': 10, 'maxDelayTarget': 50, 'backoffFunction': '" + function
                        + "'}}";
        assertThat(phases(Map.of(), policy)).containsExactly(even(2, 0), even(1, 10),
                rising(4, 10, 50, RetryPolicy.Curve.valueOf(function.toUpperCase(Locale.ROOT))), even(2, 50));
    }

    @Test
    void aSubscriptionSaysOverItsTopicUnlessTheTopicForbidsIt() {
        var http = "{\"http\":{\"defaultHealthyRetryPolicy\":"
                + "{\"numRetries\":1,\"minDelayTarget\":5,\"maxDelayTarget\":5}%s}}";
        var own = "{'healthyRetryPolicy': {'numRetries': 2}}";
        assertThat(phases(Map.of("DeliveryPolicy", http.formatted("")), null))
                .containsExactly(rising(1, 5, 5, RetryPolicy.Curve.LINEAR));
        assertThat(phases(Map.of("DeliveryPolicy", http.formatted("")), own))
                .containsExactly(rising(2, 5, 5, RetryPolicy.Curve.LINEAR));
        assertThat(phases(Map.of("DeliveryPolicy", http.formatted(",\"disableSubscriptionOverrides\":true")), own))
                .containsExactly(rising(1, 5, 5, RetryPolicy.Curve.LINEAR));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'throttlePolicy':{}}|Unexpected JSON member: throttlePolicy",
        "{'http':{'throttlePolicy':{}}}|Unexpected JSON member: throttlePolicy",
        "{'http':{'defaultHealthyRetryPolicy':{'retries':1}}}|Unexpected JSON member: retries",
        "{'http':{'defaultHealthyRetryPolicy':{'numRetries':101}}}|http.defaultHealthyRetryPolicy.numRetries must be "
            + "less than or equal to 100",
        "{'http':{'defaultHealthyRetryPolicy':{'numRetries':-1}}}|http.defaultHealthyRetryPolicy.numRetries must be "
            + "greater than or equal to 0",
        "{'http':{'defaultHealthyRetryPolicy':{'minDelayTarget':0}}}|http.defaultHealthyRetryPolicy.minDelayTarget "
            + "must be greater than or equal to 1",
        "{'http':{'defaultThrottlePolicy':{'maxReceivesPerSecond':0}}}|http.defaultThrottlePolicy.maxReceivesPerSecond "
            + "must be greater than or equal to 1",
    })
    void whatATopicDoesNotTake(String policy, String message) {
        var topic = topic("t");
        invalid("Invalid parameter: DeliveryPolicy: " + message, () -> sns.setTopicAttributes(ROOT,
                Sns.SetTopicAttributesRequest.of(r -> r.topicArn(topic).attributeName("DeliveryPolicy")
                        .attributeValue(policy.replace('\'', '"')))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'http':{}}|Unexpected JSON member: http",
        "{'healthyRetryPolicy':{'numRetries':101}}|healthyRetryPolicy.numRetries must be less than or equal to 100",
        "{'healthyRetryPolicy':{'maxDelayTarget':3601}}|healthyRetryPolicy.maxDelayTarget must be "
            + "less than or equal to 3600",
        "{'healthyRetryPolicy':{'minDelayTarget':30}}|healthyRetryPolicy.maxDelayTarget must be greater than or equal "
            + "to healthyRetryPolicy.minDelayTarget",
        "{'healthyRetryPolicy':{'numRetries':1,'numNoDelayRetries':2}}|healthyRetryPolicy.numRetries must be greater "
            + "than or equal to the sum of numNoDelayRetries, numMinDelayRetries and numMaxDelayRetries",
        "{'healthyRetryPolicy':{'backoffFunction':'cubic'}}|healthyRetryPolicy.backoffFunction must be one of "
            + "arithmetic, exponential, geometric or linear",
        "{'healthyRetryPolicy':{'numRetries':100,'minDelayTarget':60,'maxDelayTarget':60}}|the total policy retry time "
            + "must not exceed 3600 seconds",
    })
    void whatASubscriptionDoesNotTake(String policy, String message) {
        var subscription = subscribe(topic("t"), "http", "http://127.0.0.1:1/");
        invalid("Invalid parameter: DeliveryPolicy: " + message,
                () -> set(subscription, "DeliveryPolicy", policy.replace('\'', '"')));
    }
}
