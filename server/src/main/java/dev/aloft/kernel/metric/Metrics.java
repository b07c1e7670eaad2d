package dev.aloft.kernel.metric;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Principal;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** All that this platform's services measure of themselves. */
public final class Metrics {
    private static final System.Logger LOG = System.getLogger(Metrics.class.getName());
    private static final Duration GATHERING = Duration.ofSeconds(5);
    private static final int MOST_DATA = 1_000;
    /** From there on all are forgotten: who measures on keeps what it has, and others are given new ones. */
    static final int MOST_KEPT = 20_000;
    private static final long MINUTE_MILLIS = 60_000;

    private final CloudWatch cloudWatch;
    private final Time time;
    private final Signal signal = new Signal();
    private final Map<Name, Series> series = new ConcurrentHashMap<>();
    private final Queue<Series> measured = new ConcurrentLinkedQueue<>();
    private volatile Instant due = Instant.MAX;

    /** Whose metric it is, and which. */
    record Name(String account, String region, String namespace, String metric, String unit,
            Map<String, String> dimensions) {}

    /** Who measures where: what one PutMetricData carries. */
    private record Batch(String account, String region, String namespace) {}

    public Metrics(Endpoint endpoint, Time time) {
        this.cloudWatch = CloudWatch.at(endpoint);
        this.time = time;
    }

    /**
     * A metric, to be kept by whoever measures it often.
     *
     * @param namespace  such as {@code AWS/Lambda}
     * @param unit       CloudWatch's name of it, such as {@code Count}
     * @param dimensions by name
     */
    public Series series(String account, String region, String namespace, String metric, String unit,
            Map<String, String> dimensions) {
        if (series.size() >= MOST_KEPT) {
            series.clear();
        }
        return series.computeIfAbsent(new Name(account, region, namespace, metric, unit, Map.copyOf(dimensions)),
                name -> new Series(this, name));
    }

    int kept() {
        return series.size();
    }

    /** Brings what was measured to CloudWatch every few seconds. */
    public Worker worker() {
        return new Worker("metrics", signal, () -> {
            Instant now = time.instant();
            if (now.isBefore(due)) {
                return due.equals(Instant.MAX) ? Optional.empty() : Optional.of(due);
            }
            flush();
            return Optional.empty();
        });
    }

    long minute() {
        return time.millis() / MINUTE_MILLIS;
    }

    void measured(Series one) {
        measured.add(one);
        if (due.equals(Instant.MAX)) {
            due = time.instant().plus(GATHERING);
            signal.raise();
        }
    }

    /** Brings all that was measured so far. */
    public void flush() {
        due = Instant.MAX;
        var batches = new HashMap<Batch, List<CloudWatch.MetricDatum>>();
        for (Series one = measured.poll(); one != null; one = measured.poll()) {
            Name name = one.name();
            var batch = batches.computeIfAbsent(new Batch(name.account(), name.region(), name.namespace()),
                    _ -> new ArrayList<>());
            one.take().forEach((minute, values) -> batch.addAll(data(name, minute, List.copyOf(values.entrySet()))));
        }
        batches.forEach((batch, data) -> {
            for (int from = 0; from < data.size(); from += MOST_DATA) {
                put(batch, data.subList(from, Math.min(data.size(), from + MOST_DATA)));
            }
        });
    }

    private static List<CloudWatch.MetricDatum> data(Name name, long minute, List<Map.Entry<Double, Long>> values) {
        var dimensions = name.dimensions().entrySet().stream().sorted(Map.Entry.comparingByKey())
                .map(each -> CloudWatch.Dimension.of(d -> d.name(each.getKey()).value(each.getValue()))).toList();
        var data = new ArrayList<CloudWatch.MetricDatum>();
        for (int from = 0; from < values.size(); from += Series.MOST_VALUES) {
            var some = values.subList(from, Math.min(values.size(), from + Series.MOST_VALUES));
            data.add(CloudWatch.MetricDatum.of(d -> d.metricName(name.metric()).dimensions(dimensions).unit(name.unit())
                    .timestamp(Instant.ofEpochMilli(minute * MINUTE_MILLIS))
                    .values(some.stream().map(Map.Entry::getKey).toList())
                    .counts(some.stream().map(pair -> pair.getValue().doubleValue()).toList())));
        }
        return data;
    }

    private void put(Batch batch, List<CloudWatch.MetricDatum> data) {
        var caller = new Caller(batch.account(), batch.region(),
                new Principal.Service("monitoring.amazonaws.com", null),
                UUID.randomUUID().toString(), null, 0, "", null, null);
        try {
            cloudWatch.putMetricData(caller,
                    CloudWatch.PutMetricDataRequest.of(r -> r.namespace(batch.namespace()).metricData(data)));
        } catch (ApiError refused) {
            LOG.log(System.Logger.Level.WARNING, "Metrics of " + batch + " are lost: " + refused);
        }
    }
}
