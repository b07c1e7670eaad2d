package dev.aloft.service.cloudwatch;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.CloudWatch.InvalidParameterCombinationException;
import dev.aloft.api.CloudWatch.InvalidParameterValueException;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudwatch.CloudWatchData.Tier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The operations that read metrics as statistics of periods.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html">
 *     GetMetricStatistics</a>
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html">GetMetricData</a>
 */
final class Statistics {
    private static final int MOST_POINTS = 1_440;
    private static final int MOST_DATA = 100_800;
    private static final Pattern PERCENTILE = Pattern.compile("p(\\d{1,2}(\\.\\d{1,10})?|100)");
    private static final Pattern OTHER = Pattern.compile("(?i)(tm|wm|tc|ts|pr)\\(.*\\)|(tm|wm|tc|ts)\\d.*|iqm");

    private final Store store;
    private final Time time;

    Statistics(Store store, Time time) {
        this.store = store;
        this.time = time;
    }

    /** What is asked of a metric. */
    private record Asked(Caller caller, String namespace, String name, List<CloudWatch.Dimension> dimensions,
            String unit, Instant start, Instant end, int period) {
        String id() {
            return CloudWatchData.id(namespace, name, CloudWatchData.sorted(dimensions));
        }
    }

    // ---- GetMetricStatistics

    CloudWatch.GetMetricStatisticsResponse statistics(Caller caller, CloudWatch.GetMetricStatisticsRequest r) {
        List<String> wanted = new ArrayList<>(r.statistics() == null ? List.of() : r.statistics());
        List<String> extended = r.extendedStatistics() == null ? List.of() : r.extendedStatistics();
        if (wanted.isEmpty() && extended.isEmpty()) {
            throw new InvalidParameterCombinationException("Must specify either Statistics or ExtendedStatistics");
        }
        for (int i = 0; i < extended.size(); i++) {
            checkExtended(extended.get(i), "ExtendedStatistics.member." + (i + 1));
        }
        check(r.startTime(), r.endTime(), r.period(), "Period");
        long points = Duration.between(r.startTime(), r.endTime()).toSeconds() / r.period();
        if (points > MOST_POINTS) {
            throw new InvalidParameterCombinationException("You have requested up to " + points
                    + " datapoints, which exceeds the limit of"
                    + " 1440. You may reduce the datapoints requested by increasing Period, or "
                    + "decreasing the time range.");
        }
        var asked = new Asked(caller, r.namespace(), r.metricName(), r.dimensions(), r.unit(), r.startTime(),
                r.endTime(), r.period());
        var answers = new ArrayList<CloudWatch.Datapoint>();
        read(asked).forEach((unit, byTime) -> byTime.forEach((at, aggregate) ->
                answers.add(datapoint(at, unit, aggregate, wanted, extended))));
        return CloudWatch.GetMetricStatisticsResponse.of(a -> a.label(r.metricName()).datapoints(answers));
    }

    private static CloudWatch.Datapoint datapoint(Instant at, String unit, Aggregate aggregate, List<String> wanted,
            List<String> extended) {
        var percentiles = new HashMap<String, Double>();
        for (String each : extended) {
            Double value = value(aggregate, each);
            if (value != null) {
                percentiles.put(each, value);
            }
        }
        return CloudWatch.Datapoint.of(d -> d.timestamp(at).unit(unit)
                .sampleCount(wanted.contains("SampleCount") ? aggregate.count() : null)
                .average(wanted.contains("Average") ? aggregate.average() : null)
                .sum(wanted.contains("Sum") ? aggregate.sum() : null)
                .minimum(wanted.contains("Minimum") ? aggregate.minimum() : null)
                .maximum(wanted.contains("Maximum") ? aggregate.maximum() : null)
                .extendedStatistics(percentiles.isEmpty() ? null : percentiles));
    }

    static Double value(Aggregate aggregate, String statistic) {
        return switch (statistic) {
            case "SampleCount" -> aggregate.count();
            case "Average" -> aggregate.average();
            case "Sum" -> aggregate.sum();
            case "Minimum" -> aggregate.minimum();
            case "Maximum" -> aggregate.maximum();
            default -> aggregate.percentile(Double.parseDouble(statistic.substring(1)));
        };
    }

    private static void check(Instant start, Instant end, int period, String name) {
        if (!start.isBefore(end)) {
            throw new InvalidParameterValueException("The parameter StartTime must be less than the "
                    + "parameter EndTime.");
        }
        if (period % 60 != 0 && !List.of(1, 5, 10, 20, 30).contains(period)) {
            throw new InvalidParameterValueException("The parameter " + name
                    + " must be 1, 5, 10, 20, 30 or a multiple of 60.");
        }
    }

    static void checkExtended(String statistic, String parameter) {
        if (OTHER.matcher(statistic).matches()) {
            throw ApiError.notBuilt("CloudWatch's statistic " + statistic);
        }
        if (!PERCENTILE.matcher(statistic).matches()) {
            throw new InvalidParameterValueException("The value " + statistic + " for parameter " + parameter
                    + " is invalid.");
        }
    }

    // ---- GetMetricData

    CloudWatch.GetMetricDataResponse data(Caller caller, CloudWatch.GetMetricDataRequest r) {
        if (!r.startTime().isBefore(r.endTime())) {
            throw new InvalidParameterValueException("The parameter StartTime must be less than the "
                    + "parameter EndTime.");
        }
        checkQueries(caller, r.metricDataQueries());
        boolean ascending = CloudWatch.ScanBy.TIMESTAMP_ASCENDING.equals(r.scanBy());
        var results = new ArrayList<CloudWatch.MetricDataResult>();
        var math = math(caller, r.metricDataQueries(), r.startTime(), r.endTime());
        for (var query : r.metricDataQueries()) {
            if (!Boolean.FALSE.equals(query.returnData())) {
                calculated(math, query.id()).forEach(series -> results.add(result(query, series, ascending)));
            }
        }
        return page(r, results);
    }

    /** The expressions and metrics of a request, or of an alarm. */
    MetricMath math(Caller caller, List<CloudWatch.MetricDataQuery> queries, Instant start, Instant end) {
        var labels = labels(queries);
        return new MetricMath(queries, query -> series(caller, query, labels.get(query.id()), start, end),
                period -> Instant.ofEpochSecond(first(start, tier(start, period))), end);
    }

    /** The series of a query, which of an expression may be several. */
    static List<MathValue.Series> calculated(MetricMath math, String id) {
        try {
            return math.series(id);
        } catch (MathExpression.Invalid e) {
            throw error(id, e);
        }
    }

    private static ApiError error(String id, MathExpression.Invalid invalid) {
        return ApiError.of("ValidationError", 400, "Error in expression '" + id + "': " + invalid.getMessage());
    }

    static void checkQueries(Caller caller, List<CloudWatch.MetricDataQuery> queries) {
        var ids = new HashSet<String>();
        for (int i = 0; i < queries.size(); i++) {
            var query = queries.get(i);
            String at = "MetricDataQueries.member." + (i + 1);
            if (!query.id().matches("[a-z][a-zA-Z0-9_]*")) {
                throw new InvalidParameterValueException("The value " + query.id() + " for parameter " + at
                        + ".Id is not matching the"
                        + " expected pattern ^[a-z][a-zA-Z0-9_]*$.");
            }
            if (!ids.add(query.id())) {
                throw new InvalidParameterValueException("The values for parameter id in "
                        + "MetricDataQueries are not unique.");
            }
            if (query.label() != null && query.label().contains("${")) {
                throw ApiError.notBuilt("CloudWatch's dynamic labels");
            }
            requireOwn(caller, query.accountId());
            if ((query.metricStat() == null) == (query.expression() == null)) {
                throw new InvalidParameterCombinationException(
                        "Either MetricStat or Expression must be specified for " + at + ".");
            }
            if (query.expression() != null) {
                checkExpression(query);
                continue;
            }
            if (!List.of("SampleCount", "Average", "Sum", "Minimum", "Maximum").contains(query.metricStat().stat())) {
                checkExtended(query.metricStat().stat(), at + ".MetricStat.Stat");
            }
            int period = query.metricStat().period();
            check(Instant.MIN, Instant.MAX, period, at + ".MetricStat.Period");
        }
    }

    private static void checkExpression(CloudWatch.MetricDataQuery query) {
        if (query.expression().strip().toUpperCase(Locale.ROOT).startsWith("SELECT")) {
            throw ApiError.notBuilt("CloudWatch's Metrics Insights");
        }
        try {
            MathExpression.parse(query.expression());
        } catch (MathExpression.Invalid e) {
            throw error(query.id(), e);
        }
    }

    /** What other accounts share with this one is not seen. */
    static void requireOwn(Caller caller, String account) {
        if (account != null && !account.equals(caller.account())) {
            throw ApiError.notBuilt("CloudWatch's metrics of another account");
        }
    }

    /** The metric's name, with statistic and period where those differ among the metrics of that name. */
    private static Map<String, String> labels(List<CloudWatch.MetricDataQuery> queries) {
        var labels = new HashMap<String, String>();
        var measured = queries.stream().filter(query -> query.metricStat() != null).toList();
        for (var query : measured) {
            String name = query.metricStat().metric().metricName();
            var alike = measured.stream().map(CloudWatch.MetricDataQuery::metricStat)
                    .filter(it -> it.metric().metricName().equals(name)).toList();
            var label = new StringBuilder(name);
            if (alike.stream().map(CloudWatch.MetricStat::stat).distinct().count() > 1) {
                label.append(' ').append(query.metricStat().stat());
            }
            if (alike.stream().map(CloudWatch.MetricStat::period).distinct().count() > 1) {
                label.append(' ').append(query.metricStat().period());
            }
            labels.put(query.id(), query.label() != null ? query.label() : label.toString());
        }
        return labels;
    }

    private MathValue.Series series(Caller caller, CloudWatch.MetricDataQuery query, String label, Instant start,
            Instant end) {
        var stat = query.metricStat();
        var asked = new Asked(caller, stat.metric().namespace(), stat.metric().metricName(), stat.metric().dimensions(),
                stat.unit(), start, end, stat.period());
        var byTime = new TreeMap<Instant, Aggregate>();
        read(asked).values().forEach(unit ->
                unit.forEach((at, aggregate) -> byTime.merge(at, aggregate, Aggregate::with)));
        var values = new TreeMap<Instant, Double>();
        byTime.forEach((at, aggregate) -> {
            Double value = value(aggregate, stat.stat());
            if (value != null) {
                values.put(at, value);
            }
        });
        return new MathValue.Series(label, stat.period(), values);
    }

    private static CloudWatch.MetricDataResult result(CloudWatch.MetricDataQuery query, MathValue.Series series,
            boolean ascending) {
        var timestamps = new ArrayList<>(series.values().keySet());
        var values = new ArrayList<>(series.values().values());
        if (!ascending) {
            Collections.reverse(timestamps);
            Collections.reverse(values);
        }
        return CloudWatch.MetricDataResult.of(a -> a.id(query.id()).label(series.label()).timestamps(timestamps)
                .values(values)
                .statusCode(CloudWatch.StatusCode.COMPLETE));
    }

    /** At most so many points; the token says how many were told already. */
    private static CloudWatch.GetMetricDataResponse page(CloudWatch.GetMetricDataRequest r,
            List<CloudWatch.MetricDataResult> results) {
        long skip = 0;
        if (r.nextToken() != null) {
            try {
                skip = Long.parseLong(r.nextToken());
            } catch (NumberFormatException e) {
                throw new InvalidParameterValueException("Invalid nextToken");
            }
        }
        long left = r.maxDatapoints() == null ? MOST_DATA : r.maxDatapoints();
        long told = skip;
        boolean more = false;
        var page = new ArrayList<CloudWatch.MetricDataResult>();
        for (var result : results) {
            int size = result.values().size();
            int from = (int) Math.min(skip, size);
            int to = (int) Math.min(size, from + left);
            skip -= from;
            left -= to - from;
            told += to - from;
            more |= to < size;
            boolean partial = to < size;
            page.add(result.toBuilder().timestamps(result.timestamps().subList(from, to))
                    .values(result.values().subList(from, to))
                    .statusCode(partial ? CloudWatch.StatusCode.PARTIAL_DATA : CloudWatch.StatusCode.COMPLETE).build());
        }
        String next = more ? String.valueOf(told) : null;
        return CloudWatch.GetMetricDataResponse.of(a -> a.metricDataResults(page).messages(List.of()).nextToken(next));
    }

    // ---- reading

    /** What was measured of a metric in each of the periods that begin with a moment, where anything was. */
    TreeMap<Instant, Aggregate> periods(Caller caller, CloudWatch.PutMetricAlarmRequest alarm, Instant start,
            Instant end) {
        var byTime = new TreeMap<Instant, Aggregate>();
        read(new Asked(caller, alarm.namespace(), alarm.metricName(), alarm.dimensions(), alarm.unit(), start, end,
                alarm.period()))
                .values().forEach(unit ->
                        unit.forEach((at, aggregate) -> byTime.merge(at, aggregate, Aggregate::with)));
        return byTime;
    }

    /** By unit, the aggregates of each period in which something was measured. */
    private Map<String, TreeMap<Instant, Aggregate>> read(Asked asked) {
        return store.read(tx -> {
            var metric = CloudWatchData.METRICS.get(tx,
                    Key.of(asked.caller().account(), asked.caller().region(), asked.namespace(), asked.name(),
                            asked.id()));
            var byUnit = new TreeMap<String, TreeMap<Instant, Aggregate>>();
            for (String unit : metric.map(CloudWatchData.Metric::units).orElse(Set.of())) {
                if (asked.unit() == null || asked.unit().equals(unit)) {
                    var byTime = read(tx, asked, unit);
                    if (!byTime.isEmpty()) {
                        byUnit.put(unit, byTime);
                    }
                }
            }
            return byUnit;
        });
    }

    private TreeMap<Instant, Aggregate> read(ReadTx tx, Asked asked, String unit) {
        if (asked.period() < Tier.MINUTE.seconds) {
            var fine = read(tx, asked, unit, Tier.SECOND);
            if (!fine.isEmpty()) {
                return fine;
            }
        }
        return read(tx, asked, unit, tier(asked.start(), Tier.MINUTE.seconds));
    }

    /** The finest that is kept still of that time. */
    private Tier tier(Instant start, int period) {
        Duration age = Duration.between(start, time.instant());
        return period < Tier.MINUTE.seconds ? Tier.SECOND : age.compareTo(Tier.MINUTE.kept) <= 0 ? Tier.MINUTE
                : age.compareTo(Tier.FIVE_MINUTES.kept) <= 0 ? Tier.FIVE_MINUTES : Tier.HOUR;
    }

    private static long first(Instant start, Tier tier) {
        return start.getEpochSecond() - Math.floorMod(start.getEpochSecond(), tier.seconds);
    }

    private TreeMap<Instant, Aggregate> read(ReadTx tx, Asked asked, String unit, Tier tier) {
        long first = first(asked.start(), tier);
        Key prefix = Key.of(asked.caller().account(), asked.caller().region(), asked.id(), tier.seconds, unit);
        var byTime = new TreeMap<Instant, Aggregate>();
        CloudWatchData.POINTS.range(tx,
                Range.of(prefix).from(prefix.and(first)).to(prefix.and(asked.end().getEpochSecond())))
                .forEach(row -> {
                    long second = row.key().number(row.key().size() - 1);
                    long at = first + Math.floorDiv(second - first, asked.period()) * asked.period();
                    byTime.merge(Instant.ofEpochSecond(at), row.value(), Aggregate::with);
                });
        return byTime;
    }
}
