package dev.aloft.service.sns;

import dev.aloft.api.JsonReader;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.KeptTopic;
import dev.aloft.service.sns.SnsData.Message;
import java.util.Map;

/**
 * What CloudWatch is told of topics.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html">
 *     Monitoring Amazon SNS topics using CloudWatch</a>
 */
final class Measures {
    private static final String NAMESPACE = "AWS/SNS";
    private static final String FILTERED_OUT = "NumberOfNotificationsFilteredOut";

    private final Metrics metrics;

    Measures(Metrics metrics) {
        this.metrics = metrics;
    }

    private void add(String account, String region, String topic, String metric, String unit, double value) {
        metrics.series(account, region, NAMESPACE, metric, unit, Map.of("TopicName", topic)).add(value);
    }

    private void count(KeptTopic topic, String metric) {
        add(topic.account(), topic.region(), topic.name(), metric, "Count", 1);
    }

    private void count(KeptSubscription subscription, String metric) {
        add(subscription.account(), subscription.region(), subscription.topic(), metric, "Count", 1);
    }

    void published(KeptTopic topic, long bytes) {
        count(topic, "NumberOfMessagesPublished");
        add(topic.account(), topic.region(), topic.name(), "PublishSize", "Bytes", bytes);
    }

    /** A message that a subscription does not want. */
    void filteredOut(KeptSubscription subscription, Message message) {
        count(subscription, FILTERED_OUT);
        boolean body = FilterPolicy.BODY.equals(subscription.attributes().get("FilterPolicyScope"));
        if (!body) {
            count(subscription, FILTERED_OUT + (message.attributes().isEmpty() ? "-NoMessageAttributes"
                    : "-MessageAttributes"));
        } else {
            count(subscription, FILTERED_OUT
                    + (JsonReader.isJson(message.text()) ? "-MessageBody" : "-InvalidMessageBody"));
        }
    }

    /** A message for a subscription that has it now, or never will. */
    void ended(KeptSubscription subscription, boolean delivered) {
        count(subscription, delivered ? "NumberOfNotificationsDelivered" : "NumberOfNotificationsFailed");
    }

    /** The same for its dead-letter queue. */
    void buried(KeptSubscription subscription, boolean delivered) {
        count(subscription, delivered ? "NumberOfNotificationsRedrivenToDlq"
                : "NumberOfNotificationsFailedToRedriveToDlq");
    }
}
