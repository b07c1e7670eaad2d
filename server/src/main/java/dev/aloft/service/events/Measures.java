package dev.aloft.service.events;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.metric.Metrics;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What CloudWatch is told of rules and of PutEvents: by the rule's name, with its bus's before it where that is a
 * custom one, and for the whole account.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html">Monitoring EventBridge</a>
 */
final class Measures {
    private static final String NAMESPACE = "AWS/Events";
    private static final String COUNT = "Count";

    private final Metrics metrics;

    Measures(Metrics metrics) {
        this.metrics = metrics;
    }

    private void ofAccount(String account, String region, String metric, String unit, double value) {
        metrics.series(account, region, NAMESPACE, metric, unit, Map.of()).add(value);
    }

    private void ofRule(RuleDelivery delivery, String metric, String unit, double value) {
        var dimensions = delivery.bus().equals(EventsData.DEFAULT_BUS) ? Map.of("RuleName", delivery.rule())
                : Map.of("EventBusName", delivery.bus(), "RuleName", delivery.rule());
        metrics.series(delivery.account(), delivery.region(), NAMESPACE, metric, unit, dimensions).add(value);
    }

    private void ofBoth(RuleDelivery delivery, String metric, String unit, double value) {
        ofRule(delivery, metric, unit, value);
        ofAccount(delivery.account(), delivery.region(), metric, unit, value);
    }

    /** A rule wants an event. */
    void matched(RuleDelivery first) {
        ofBoth(first, "MatchedEvents", COUNT, 1);
        triggered(first);
    }

    /** A rule runs, for an event or by its schedule. */
    void triggered(RuleDelivery first) {
        ofBoth(first, "TriggeredRules", COUNT, 1);
    }

    void created(RuleDelivery delivery) {
        ofAccount(delivery.account(), delivery.region(), "InvocationsCreated", COUNT, 1);
    }

    void attempted(RuleDelivery delivery, int number, Instant now) {
        ofBoth(delivery, "InvocationAttempts", COUNT, 1);
        if (number == 1) {
            ofBoth(delivery, "IngestionToInvocationStartLatency", "Milliseconds", millis(delivery, now));
        } else {
            ofBoth(delivery, "RetryInvocationAttempts", COUNT, 1);
        }
    }

    /** An invocation came to its end, one way or the other. */
    void ended(RuleDelivery delivery, boolean delivered, Instant now) {
        ofBoth(delivery, "Invocations", COUNT, 1);
        ofBoth(delivery, "IngestionToInvocationCompleteLatency", "Milliseconds", millis(delivery, now));
        if (delivered) {
            ofBoth(delivery, "SuccessfulInvocationAttempts", COUNT, 1);
            ofBoth(delivery, "IngestionToInvocationSuccessLatency", "Milliseconds", millis(delivery, now));
        } else {
            ofBoth(delivery, "FailedInvocations", COUNT, 1);
        }
    }

    /** A rule's dead letter; those of buses are not counted. */
    void buried(Dispatch letter, Ending ending) {
        var source = Arn.parse(letter.sourceArn());
        if (source.resource().startsWith("rule/")) {
            var rule = Rules.key(source);
            ofRule(new RuleDelivery(rule.text(0), rule.text(1), rule.text(2), rule.text(3), null, null, null, null),
                    ending instanceof Ending.GivenUp ? "InvocationsFailedToBeSentToDlq" : "InvocationsSentToDlq", COUNT,
                    1);
        }
    }

    private static long millis(RuleDelivery delivery, Instant now) {
        return Math.max(0, Duration.between(delivery.ingested(), now).toMillis());
    }

    /** One PutEvents with so many entries, some of which were refused. */
    void put(Caller caller, int entries, int failed, long bytes, Duration took) {
        put(caller, "PutEventsApproximateCallCount", COUNT, 1);
        put(caller, failed == entries ? "PutEventsApproximateFailedCount" : "PutEventsApproximateSuccessCount", COUNT,
            1);
        put(caller, "PutEventsEntriesCount", COUNT, entries);
        if (failed > 0) {
            put(caller, "PutEventsFailedEntriesCount", COUNT, failed);
        }
        put(caller, "PutEventsRequestSize", "Bytes", bytes);
        put(caller, "PutEventsLatency", "Milliseconds", took.toMillis());
    }

    private void put(Caller caller, String metric, String unit, double value) {
        ofAccount(caller.account(), caller.region(), metric, unit, value);
    }
}
