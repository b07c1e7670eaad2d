package dev.aloft.service.cloudwatch;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudwatch.CloudWatchData.Tier;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Which metrics there are, and forgetting those that nobody puts any more. */
final class MetricList {
    private static final int PAGE = 500;
    private static final Duration LISTED = Duration.ofDays(14);
    private static final Duration RECENT = Duration.ofHours(3);
    private static final Duration LOOK = Duration.ofHours(1);
    private static final int CHUNK = 500;

    private final Store store;
    private final Time time;

    MetricList(Store store, Time time) {
        this.store = store;
        this.time = time;
    }

    CloudWatch.ListMetricsResponse list(Caller caller, CloudWatch.ListMetricsRequest r) {
        Statistics.requireOwn(caller, r.owningAccount());
        Key prefix = r.namespace() == null ? Key.of(caller.account(), caller.region())
                : r.metricName() == null ? Key.of(caller.account(), caller.region(), r.namespace())
                : Key.of(caller.account(), caller.region(), r.namespace(), r.metricName());
        Instant since = time.instant().minus("PT3H".equals(r.recentlyActive()) ? RECENT : LISTED);
        Range range = r.nextToken() == null ? Range.of(prefix) : Range.of(prefix).after(after(r.nextToken()));
        List<Row<CloudWatchData.Metric>> found = store.read(tx -> CloudWatchData.METRICS.range(tx, range)
                .filter(row -> r.metricName() == null || row.key().text(3).equals(r.metricName()))
                .filter(row -> !row.value().seen().isBefore(since))
                .filter(row -> r.dimensions() == null
                        || r.dimensions().stream().allMatch(filter -> matches(row.value(), filter)))
                .limit(PAGE + 1L).toList());
        var some = found.size() > PAGE ? found.subList(0, PAGE) : found;
        String next = found.size() > PAGE ? Base64.getUrlEncoder().encodeToString(some.getLast().key().toBytes())
                : null;
        return CloudWatch.ListMetricsResponse.of(a -> a.nextToken(next)
                .metrics(some.stream().map(row -> CloudWatch.Metric.of(
                m -> m.namespace(row.key().text(2)).metricName(row.key().text(3)).dimensions(row.value().dimensions())))
                .toList()));
    }

    private static Key after(String token) {
        try {
            Key key = Key.decoded(Base64.getUrlDecoder().decode(token));
            key.elements();
            return key;
        } catch (RuntimeException e) {
            throw new CloudWatch.InvalidParameterValueException("Invalid nextToken");
        }
    }

    private static boolean matches(CloudWatchData.Metric metric, CloudWatch.DimensionFilter filter) {
        return metric.dimensions().stream().anyMatch(dimension -> dimension.name().equals(filter.name())
                && (filter.value() == null || dimension.value().equals(filter.value())));
    }

    /** Deletes what is kept no longer. */
    Optional<Instant> turn() {
        Instant now = time.instant();
        for (var row : store.read(tx -> CloudWatchData.METRICS.range(tx, Key.EMPTY).toList())) {
            for (Tier tier : Tier.values()) {
                for (String unit : row.value().units()) {
                    deleteBefore(Key.of(row.key().text(0), row.key().text(1), row.key().text(4), tier.seconds, unit),
                            now.minus(tier.kept));
                }
            }
            if (row.value().seen().isBefore(now.minus(Tier.HOUR.kept))) {
                store.change(tx -> CloudWatchData.METRICS.get(tx, row.key())
                        .filter(metric -> metric.equals(row.value()))
                        .ifPresent(_ -> CloudWatchData.METRICS.delete(tx, row.key())));
            }
        }
        return Optional.of(now.plus(LOOK));
    }

    private void deleteBefore(Key points, Instant end) {
        Range range = Range.of(points).to(points.and(end.getEpochSecond())).limit(CHUNK);
        boolean any = store.read(tx -> CloudWatchData.POINTS.range(tx, range.limit(1)).findFirst().isPresent());
        while (any) {
            any = store.<Boolean>write(tx -> {
                var old = CloudWatchData.POINTS.range(tx, range).toList();
                old.forEach(row -> CloudWatchData.POINTS.delete(tx, row.key()));
                return old.size() == CHUNK;
            });
        }
    }
}
