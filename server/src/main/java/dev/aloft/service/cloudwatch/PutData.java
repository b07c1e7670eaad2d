package dev.aloft.service.cloudwatch;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.CloudWatch.InvalidParameterCombinationException;
import dev.aloft.api.CloudWatch.InvalidParameterValueException;
import dev.aloft.api.CloudWatch.MetricDatum;
import dev.aloft.api.Principal;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudwatch.CloudWatchData.Tier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The operation PutMetricData.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html">PutMetricData</a>
 */
final class PutData {
    private static final Duration PAST = Duration.ofDays(14);
    private static final Duration FUTURE = Duration.ofHours(2);
    private static final double LARGEST = Math.pow(2, 360);
    private static final int MOST_VALUES = 150;
    private static final String NONE = "None";

    private final Store store;
    private final Time time;

    PutData(Store store, Time time) {
        this.store = store;
        this.time = time;
    }

    CloudWatch.PutMetricDataResponse put(Caller caller, CloudWatch.PutMetricDataRequest r) {
        // AWS's own services alone write to its namespaces.
        if (r.namespace().startsWith("AWS/") && !(caller.principal() instanceof Principal.Service)) {
            throw new InvalidParameterValueException("The value AWS/ for parameter Namespace is invalid.");
        }
        if (r.entityMetricData() != null && !r.entityMetricData().isEmpty()) {
            throw ApiError.notBuilt("CloudWatch's EntityMetricData");
        }
        List<MetricDatum> data = r.metricData() == null ? List.of() : r.metricData();
        if (data.isEmpty()) {
            throw new CloudWatch.MissingRequiredParameterException("The parameter MetricData is required.");
        }
        Instant now = time.instant();
        var measured = new ArrayList<Aggregate>();
        for (int i = 0; i < data.size(); i++) {
            measured.add(aggregate(data.get(i), "MetricData.member." + (i + 1), now));
        }
        store.change(tx -> {
            for (int i = 0; i < data.size(); i++) {
                keep(tx, caller, r.namespace(), data.get(i), measured.get(i), now);
            }
        });
        return CloudWatch.PutMetricDataResponse.of(_ -> {});
    }

    private static Aggregate aggregate(MetricDatum d, String at, Instant now) {
        exclusive(d.value() != null && given(d.values()), at, "Value", "Values");
        exclusive(d.value() != null && d.statisticValues() != null, at, "Value", "StatisticValues");
        // AWS takes Values and StatisticValues together.
        if (d.counts() != null && (d.values() == null || d.values().size() != d.counts().size())) {
            throw new InvalidParameterValueException(
                    "The parameters " + at + ".Values and " + at + ".Counts must be of the same size.");
        }
        if (d.values() != null && d.values().size() > MOST_VALUES) {
            throw new InvalidParameterValueException("The collection " + at
                    + ".Values must not have a size greater than " + MOST_VALUES + ".");
        }
        if (d.storageResolution() != null && d.storageResolution() != 1 && d.storageResolution() != 60) {
            throw new InvalidParameterValueException(
                    "The value " + d.storageResolution() + " for parameter " + at + ".StorageResolution is invalid.");
        }
        if (d.timestamp() != null
                && (d.timestamp().isBefore(now.minus(PAST)) || d.timestamp().isAfter(now.plus(FUTURE)))) {
            throw new InvalidParameterValueException("The parameter " + at
                    + ".Timestamp must specify a time no more than two weeks in"
                    + " the past and no more than two hours in the future.");
        }
        if (d.statisticValues() != null) {
            var s = d.statisticValues();
            return Aggregate.of(number(s.sampleCount(), at + ".StatisticValues.SampleCount"),
                    number(s.sum(), at + ".StatisticValues.Sum"),
                    number(s.minimum(), at + ".StatisticValues.Minimum"),
                    number(s.maximum(), at + ".StatisticValues.Maximum"));
        }
        var values = new HashMap<Double, Double>();
        if (given(d.values())) {
            for (int i = 0; i < d.values().size(); i++) {
                double count = d.counts() == null ? 1 : number(d.counts().get(i), at + ".Counts.member." + (i + 1));
                values.merge(number(d.values().get(i), at + ".Values.member." + (i + 1)), count, Double::sum);
            }
        } else if (d.value() != null) {
            values.put(number(d.value(), at + ".Value"), 1.0);
        } else {
            throw new CloudWatch.MissingRequiredParameterException("The parameter " + at + ".Value is required.");
        }
        return Aggregate.of(values);
    }

    private static boolean given(List<Double> values) {
        return values != null && !values.isEmpty();
    }

    private static void exclusive(boolean both, String at, String one, String other) {
        if (both) {
            throw new InvalidParameterCombinationException("The parameters " + at + "." + one + " and " + at + "."
                    + other
                    + " are mutually exclusive and you have specified both.");
        }
    }

    private static double number(Double value, String parameter) {
        if (value == null || value.isNaN() || Math.abs(value) > LARGEST) {
            throw new InvalidParameterValueException("The value " + value + " for parameter " + parameter
                    + " is invalid.");
        }
        return value;
    }

    private static void keep(Tx tx, Caller caller, String namespace, MetricDatum d, Aggregate measured, Instant now) {
        var dimensions = CloudWatchData.sorted(d.dimensions());
        String id = CloudWatchData.id(namespace, d.metricName(), dimensions);
        String unit = d.unit() == null ? NONE : d.unit();
        Key metric = Key.of(caller.account(), caller.region(), namespace, d.metricName(), id);
        var known = CloudWatchData.METRICS.get(tx, metric);
        var units = new TreeSet<>(known.map(CloudWatchData.Metric::units).orElse(Set.of()));
        units.add(unit);
        CloudWatchData.METRICS.put(tx, metric, new CloudWatchData.Metric(dimensions, units, now));
        long second = (d.timestamp() == null ? now : d.timestamp()).getEpochSecond();
        for (Tier tier : Tier.values()) {
            if (tier == Tier.SECOND && (d.storageResolution() == null || d.storageResolution() != 1)) {
                continue;
            }
            Key point = Key.of(caller.account(), caller.region(), id, tier.seconds, unit,
                    second - Math.floorMod(second, tier.seconds));
            CloudWatchData.POINTS.put(tx, point,
                    CloudWatchData.POINTS.get(tx, point).map(measured::with).orElse(measured));
        }
    }
}
