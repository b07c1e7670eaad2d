package dev.aloft.service.scheduler;

import dev.aloft.api.Arn;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.metric.Metrics;
import java.util.Map;

/**
 * What CloudWatch is told of calls of targets, for the whole account and by the schedule's group.
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html">Metrics</a>
 */
record Measures(Metrics metrics) {
    private static final String FAILED_LETTERS = "InvocationsFailedToBeSentToDeadLetterCount";

    private void count(String account, String region, String group, String metric) {
        metrics.series(account, region, "AWS/Scheduler", metric, "Count", Map.of()).add(1);
        metrics.series(account, region, "AWS/Scheduler", metric, "Count", Map.of("ScheduleGroup", group)).add(1);
    }

    private void count(Invocation invocation, String metric) {
        count(invocation.account(), invocation.region(), invocation.group(), metric);
    }

    void attempted(Invocation invocation) {
        count(invocation, "InvocationAttemptCount");
    }

    /** The target answered an attempt with an error. */
    void failed(Invocation invocation, boolean throttled) {
        count(invocation, "TargetErrorCount");
        if (throttled) {
            count(invocation, "TargetErrorThrottledCount");
        }
    }

    void dropped(Invocation invocation) {
        count(invocation, "InvocationDroppedCount");
    }

    /** What became of a dead letter; one that cannot be sent is counted by the queue's error too. */
    void buried(Dispatch letter, Ending ending) {
        if (ending instanceof Ending.GivenUp(_, var failure)) {
            countLetter(letter, FAILED_LETTERS);
            countLetter(letter, FAILED_LETTERS + "_" + failure.code());
        } else {
            countLetter(letter, "InvocationsSentToDeadLetterCount");
        }
    }

    private void countLetter(Dispatch letter, String metric) {
        count(letter.account(), letter.region(), Arn.parse(letter.sourceArn()).resourceName(), metric);
    }
}
