package dev.aloft.service.sqs;

import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.metric.Series;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What CloudWatch is told of the queues: what is sent, received and deleted as it happens, and once a minute what there
 * is in each queue that has messages or was used of late.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html">
 *     Available CloudWatch metrics for Amazon SQS</a>
 */
final class Measures {
    private static final String NAMESPACE = "AWS/SQS";
    private static final String COUNT = "Count";
    private static final Duration OF_LATE = Duration.ofHours(6);

    private final SqsData data;
    private final Lines lines;
    private final Metrics metrics;
    private final Store store;
    private final Time time;
    private final Map<QueueName, Measured> queues = new ConcurrentHashMap<>();

    /** The metrics of one queue that are measured with each call. */
    final class Measured {
        private final Series sent;
        private final Series size;
        private final Series received;
        private final Series empty;
        private final Series deleted;
        private final Series deduplicated;
        private volatile Instant used;

        private Measured(QueueName name) {
            sent = series(name, "NumberOfMessagesSent", COUNT);
            size = series(name, "SentMessageSize", "Bytes");
            received = series(name, "NumberOfMessagesReceived", COUNT);
            empty = series(name, "NumberOfEmptyReceives", COUNT);
            deleted = series(name, "NumberOfMessagesDeleted", COUNT);
            deduplicated = series(name, "NumberOfDeduplicatedSentMessages", COUNT);
        }

        void sent(List<Long> sizes) {
            used = time.instant();
            sent.add(sizes.size());
            sizes.forEach(size::add);
        }

        void received(int messages) {
            used = time.instant();
            if (messages == 0) {
                empty.add(1);
            } else {
                received.add(messages);
            }
        }

        void deduplicated(int messages) {
            if (messages > 0) {
                deduplicated.add(messages);
            }
        }

        void deleted(int messages) {
            deleted.add(messages);
        }
    }

    Measures(SqsData data, Lines lines, Metrics metrics, Store store, Time time) {
        this.data = data;
        this.lines = lines;
        this.metrics = metrics;
        this.store = store;
        this.time = time;
    }

    Measured of(QueueName name) {
        return queues.computeIfAbsent(name, Measured::new);
    }

    private Series series(QueueName name, String metric, String unit) {
        return metrics.series(name.account(), name.region(), NAMESPACE, metric, unit, Map.of("QueueName", name.name()));
    }

    Optional<Instant> turn() {
        var now = time.instant();
        var all = store.<List<Queue>>read(tx -> data.queues.range(tx, Key.EMPTY).map(Row::value).toList());
        all.forEach(queue -> measure(queue, now));
        queues.values().removeIf(measured -> measured.used != null && measured.used.plus(OF_LATE).isBefore(now));
        return Optional.of(now.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES));
    }

    private void measure(Queue queue, Instant now) {
        var oldest = store.<Optional<Instant>>read(tx -> lines.oldest(tx, queue));
        var name = queue.name();
        // To be made is to be used, as recorded.
        boolean isNew = queue.created().plus(OF_LATE).isAfter(now);
        if (oldest.isEmpty() && !queues.containsKey(name) && !isNew) {
            return;
        }
        var counts = store.<QueueAttributes.Counts>read(tx -> lines.counts(tx, queue, now));
        series(name, "ApproximateNumberOfMessagesVisible", COUNT).add(counts.visible());
        series(name, "ApproximateNumberOfMessagesNotVisible", COUNT).add(counts.inFlight());
        series(name, "ApproximateNumberOfMessagesDelayed", COUNT).add(counts.delayed());
        series(name, "ApproximateAgeOfOldestMessage", "Seconds").add(age(oldest, now));
        if (queue.fifo()) {
            series(name, "ApproximateNumberOfGroupsWithInflightMessages", COUNT)
                .add(store.<Long>read(tx -> lines.groupsInFlight(tx, queue, now)));
        }
        store.<Optional<Noise.Quiet>>read(tx -> lines.quiet(tx, queue, counts, now))
            .ifPresent(quiet -> measure(name, quiet, now));
    }

    /** Of a fair queue: what is in it besides its noisy groups. */
    private void measure(QueueName name, Noise.Quiet quiet, Instant now) {
        series(name, "ApproximateNumberOfNoisyGroups", COUNT).add(quiet.noisyGroups());
        series(name, "ApproximateNumberOfMessagesVisibleInQuietGroups", COUNT).add(quiet.counts().visible());
        series(name, "ApproximateNumberOfMessagesNotVisibleInQuietGroups", COUNT).add(quiet.counts().inFlight());
        series(name, "ApproximateNumberOfMessagesDelayedInQuietGroups", COUNT).add(quiet.counts().delayed());
        series(name, "ApproximateAgeOfOldestMessageInQuietGroups", "Seconds")
            .add(age(quiet.oldest().map(Instant::ofEpochMilli), now));
    }

    private static long age(Optional<Instant> oldest, Instant now) {
        return oldest.map(moment -> Math.max(0, Duration.between(moment, now).toSeconds())).orElse(0L);
    }
}
