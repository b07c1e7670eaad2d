package dev.aloft.service.sqs;

import dev.aloft.api.Caller;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.time.Time;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How often a FIFO queue is called in a second, where its tags ask for AWS's limit: 300 calls of each action, however
 * many messages a batch has. With high throughput it is as many sends for each group, and no limit else.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html">
 *     Amazon SQS message quotas</a>
 */
final class Throttle {
    private static final int MOST_CALLS = 300;

    private final Queues queues;
    private final Time time;
    private volatile Second current = new Second(0);

    Throttle(Queues queues, Time time) {
        this.queues = queues;
        this.time = time;
    }

    private record Counted(long queue, String action, String group) {}

    /** What was called within one second. */
    private record Second(long number, Map<Counted, Integer> calls) {
        Second(long number) {
            this(number, new ConcurrentHashMap<>());
        }

        boolean takes(Counted counted) {
            return calls.merge(counted, 1, Integer::sum) <= MOST_CALLS;
        }
    }

    void call(Caller caller, String url, String action) {
        call(caller, url, action, List.of());
    }

    /** @param groups those that messages are sent to; what is no group yet is told later */
    void call(Caller caller, String url, String action, Collection<String> groups) {
        if (url == null || !url.endsWith(".fifo")) {
            return;
        }
        var queue = queues.get(QueueName.of(caller, url));
        if (!queue.settings().throttling()) {
            return;
        }
        boolean byGroup = "perMessageGroupId".equals(queue.attributes().get(QueueAttributes.THROUGHPUT_LIMIT));
        var counted = byGroup ? groups.stream().filter(group -> group != null).distinct()
            .map(group -> new Counted(queue.id(), action, group)).toList()
                : List.of(new Counted(queue.id(), action, ""));
        var second = second();
        if (!counted.stream().allMatch(second::takes)) {
            throw new Sqs.RequestThrottled("Request is throttled.");
        }
    }

    private Second second() {
        long now = time.instant().getEpochSecond();
        var second = current;
        if (second.number() != now) {
            second = new Second(now);
            current = second;
        }
        return second;
    }
}
