package dev.aloft.service.cloudwatch;

import dev.aloft.api.ApiError;
import dev.aloft.service.cloudwatch.MathExpression.Call;
import dev.aloft.service.cloudwatch.MathExpression.Invalid;
import dev.aloft.service.cloudwatch.MathExpression.Word;
import dev.aloft.service.cloudwatch.MathValue.Many;
import dev.aloft.service.cloudwatch.MathValue.Scalar;
import dev.aloft.service.cloudwatch.MathValue.Series;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/**
 * One call of a function of metric math.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html">Functions
 *     supported for metric math</a>
 */
record MathFunctions(MetricMath math, Call call) {
    private static final List<String> NOT_BUILT = List.of("ANOMALY_DETECTION_BAND", "DB_PERF_INSIGHTS",
            "INSIGHT_RULE_METRIC", "LAMBDA", "SEARCH", "SERVICE_QUOTA");
    /** What becomes of many values: of a series a scalar, of an array a series. */
    private static final Map<String, ToDoubleFunction<Collection<Double>>> SUMMARIES = Map.of(
            "AVG", MathFunctions::average,
            "MAX", values -> values.stream().mapToDouble(value -> value).max().orElse(Double.NaN),
            "MIN", values -> values.stream().mapToDouble(value -> value).min().orElse(Double.NaN),
            "SUM", values -> values.stream().mapToDouble(value -> value).sum(),
            "STDDEV", MathFunctions::deviation);
    private static final Map<String, ToDoubleFunction<ZonedDateTime>> CALENDAR = Map.of(
            "MINUTE", ZonedDateTime::getMinute, "HOUR", ZonedDateTime::getHour,
            "DAY", at -> at.getDayOfWeek().getValue(), "DATE", ZonedDateTime::getDayOfMonth,
            "MONTH", ZonedDateTime::getMonthValue, "YEAR", ZonedDateTime::getYear,
            "EPOCH", ZonedDateTime::toEpochSecond);

    private static double average(Collection<Double> values) {
        return values.stream().mapToDouble(value -> value).average().orElse(Double.NaN);
    }

    private static double deviation(Collection<Double> values) {
        double mean = average(values);
        return Math.sqrt(values.stream().mapToDouble(value -> (value - mean) * (value - mean)).average()
                .orElse(Double.NaN));
    }

    MathValue value() {
        var name = call.function();
        if (NOT_BUILT.contains(name)) {
            throw ApiError.notBuilt("CloudWatch's metric math function " + name);
        }
        if (SUMMARIES.containsKey(name)) {
            return summary(argument(0), SUMMARIES.get(name));
        }
        if (CALENDAR.containsKey(name)) {
            return each(argument(0), one -> byMoment(one, CALENDAR.get(name)));
        }
        return switch (name) {
            case "ABS" -> mapped(argument(0), Math::abs);
            case "CEIL" -> mapped(argument(0), Math::ceil);
            case "FLOOR" -> mapped(argument(0), Math::floor);
            case "LOG" -> mapped(argument(0), Math::log);
            case "LOG10" -> mapped(argument(0), Math::log10);
            case "DIFF" -> each(argument(0), one -> steps(one, (from, to) -> to.getValue() - from.getValue()));
            case "DIFF_TIME" -> each(argument(0), one -> steps(one, MathFunctions::seconds));
            case "RATE" -> each(argument(0), one -> steps(one, (from, to) ->
                    (to.getValue() - from.getValue()) / seconds(from, to)));
            case "RUNNING_SUM" -> each(argument(0), MathFunctions::runningSum);
            case "FILL" -> fill();
            case "IF" -> condition();
            case "DATAPOINT_COUNT" -> summary(argument(0), Collection::size);
            case "PERIOD" -> new Scalar(one(argument(0)).period());
            case "TIME_SERIES" -> new Series(name, math.period(), math.moments(math.period(), scalar(argument(0))));
            default -> ofArrays(name);
        };
    }

    private MathValue ofArrays(String name) {
        return switch (name) {
            case "METRICS" -> math.metrics(call.arguments().isEmpty() ? "" : text(argument(0)));
            case "METRIC_COUNT" -> new Scalar(many(argument(0)).size());
            case "FIRST" -> edge(many(argument(0)), true);
            case "LAST" -> edge(many(argument(0)), false);
            case "REMOVE_EMPTY" -> new Many(many(argument(0)).stream().filter(one -> !one.values().isEmpty()).toList());
            case "SLICE" -> slice();
            case "SORT" -> sort();
            default -> throw new Invalid("Unknown function " + name);
        };
    }

    // ---- arguments

    private MathValue argument(int index) {
        if (index >= call.arguments().size()) {
            throw new Invalid(call.function() + " has too few arguments");
        }
        return math.evaluate(call.arguments().get(index));
    }

    private String word(int index) {
        return call.arguments().size() > index && call.arguments().get(index) instanceof Word(var name) ? name : "";
    }

    private Invalid unsupported(MathValue value) {
        return new Invalid("Unsupported operand type of " + call.function() + ": " + value.kind());
    }

    private double scalar(MathValue value) {
        if (value instanceof Scalar(var number)) {
            return number;
        }
        throw unsupported(value);
    }

    private String text(MathValue value) {
        if (value instanceof MathValue.Text(var text)) {
            return text;
        }
        throw unsupported(value);
    }

    private Series one(MathValue value) {
        if (value instanceof Series series) {
            return series;
        }
        throw unsupported(value);
    }

    private List<Series> many(MathValue value) {
        return switch (value) {
            case Many(var all) -> all;
            case Series single -> List.of(single);
            case MathValue other -> throw unsupported(other);
        };
    }

    // ---- of each series

    private MathValue each(MathValue value, UnaryOperator<Series> how) {
        return switch (value) {
            case Series single -> how.apply(single);
            case Many(var all) -> new Many(all.stream().map(how).toList());
            case MathValue other -> throw unsupported(other);
        };
    }

    private MathValue mapped(MathValue value, Function<Double, Double> how) {
        return value instanceof Scalar(var number) ? new Scalar(how.apply(number))
                : each(value, one -> one.map(how::apply));
    }

    /** Of all moments, whether there is a value or not. */
    private Series byMoment(Series series, ToDoubleFunction<ZonedDateTime> how) {
        var values = math.moments(series.period(), 0);
        values.replaceAll((at, _) -> how.applyAsDouble(at.atZone(ZoneOffset.UTC)));
        return series.of(values);
    }

    /** What lies between a point and the one before it. */
    private interface Step {
        double between(Map.Entry<Instant, Double> from, Map.Entry<Instant, Double> to);
    }

    private static double seconds(Map.Entry<Instant, Double> from, Map.Entry<Instant, Double> to) {
        return Duration.between(from.getKey(), to.getKey()).toSeconds();
    }

    private static Series steps(Series series, Step step) {
        var values = new TreeMap<Instant, Double>();
        Map.Entry<Instant, Double> last = null;
        for (var point : series.values().entrySet()) {
            if (last != null) {
                values.put(point.getKey(), step.between(last, point));
            }
            last = point;
        }
        return series.of(values);
    }

    private static Series runningSum(Series series) {
        var values = new TreeMap<Instant, Double>();
        double sum = 0;
        for (var point : series.values().entrySet()) {
            sum += point.getValue();
            values.put(point.getKey(), sum);
        }
        return series.of(values);
    }

    /** Of a series one number, of an array a series; an average counts what is missing as nought. */
    private MathValue summary(MathValue value, ToDoubleFunction<Collection<Double>> how) {
        if (value instanceof Series series) {
            return new Scalar(how.applyAsDouble(series.values().values()));
        }
        var all = many(value);
        var byMoment = new TreeMap<Instant, List<Double>>();
        all.forEach(one -> one.values().forEach((at, number) ->
                byMoment.computeIfAbsent(at, _ -> new ArrayList<>()).add(number)));
        var values = new TreeMap<Instant, Double>();
        boolean ofAll = call.function().equals("AVG");
        byMoment.forEach((at, numbers) -> values.put(at, ofAll
                ? numbers.stream().mapToDouble(number -> number).sum() / all.size() : how.applyAsDouble(numbers)));
        return new Series(call.function(), all.isEmpty() ? math.period() : all.getFirst().period(), values);
    }

    // ---- filling and choosing

    private MathValue fill() {
        var how = word(1);
        return switch (how) {
            case "REPEAT" -> each(argument(0), one -> filled(one, MathFunctions::repeated));
            case "LINEAR" -> each(argument(0), one -> filled(one, MathFunctions::between));
            default -> {
                var with = argument(1);
                yield each(argument(0), one -> filled(one, (_, at) -> with instanceof Scalar(var number) ? number
                        : one(with).values().get(at)));
            }
        };
    }

    /** What stands in for a value that is missing; null where nothing does. */
    private interface Filling {
        Double at(NavigableMap<Instant, Double> known, Instant moment);
    }

    private Series filled(Series series, Filling filling) {
        var values = new TreeMap<>(series.values());
        math.moments(series.period(), 0).keySet().stream().filter(at -> !series.values().containsKey(at))
                .forEach(at -> {
                    var missing = filling.at(series.values(), at);
                    if (missing != null) {
                        values.put(at, missing);
                    }
                });
        return series.of(values);
    }

    private static Double repeated(NavigableMap<Instant, Double> known, Instant at) {
        var before = known.floorEntry(at);
        return before == null ? null : before.getValue();
    }

    private static Double between(NavigableMap<Instant, Double> known, Instant at) {
        var before = known.floorEntry(at);
        var after = known.ceilingEntry(at);
        if (before == null || after == null) {
            return null;
        }
        double share = seconds(before, Map.entry(at, 0.0)) / seconds(before, after);
        return before.getValue() + share * (after.getValue() - before.getValue());
    }

    private MathValue condition() {
        var yes = argument(1);
        var no = call.arguments().size() > 2 ? argument(2) : null;
        if (argument(0) instanceof Scalar(var number)) {
            return number != 0 ? yes : no == null ? new Series(call.function(), math.period(), new TreeMap<>()) : no;
        }
        return each(argument(0), test -> {
            var values = new TreeMap<Instant, Double>();
            test.values().forEach((at, number) -> {
                var chosen = at(number != 0 ? yes : no, at);
                // What is missing where the condition holds is nought, otherwise it is left out.
                if (chosen != null || number != 0) {
                    values.put(at, chosen == null ? 0 : chosen);
                }
            });
            return test.of(values);
        });
    }

    private Double at(MathValue value, Instant moment) {
        return switch (value) {
            case null -> null;
            case Scalar(var number) -> number;
            case MathValue other -> one(other).values().get(moment);
        };
    }

    // ---- arrays

    private Series edge(List<Series> all, boolean first) {
        if (all.isEmpty()) {
            throw new Invalid(call.function() + " of an empty array");
        }
        return first ? all.getFirst() : all.getLast();
    }

    private Many slice() {
        var all = many(argument(0));
        int from = Math.clamp((int) scalar(argument(1)), 0, all.size());
        int to = call.arguments().size() > 2 ? Math.clamp((int) scalar(argument(2)), from, all.size()) : all.size();
        return new Many(all.subList(from, to));
    }

    private Many sort() {
        var by = SUMMARIES.get(word(1));
        if (by == null || !List.of("ASC", "DESC").contains(word(2))) {
            throw new Invalid("SORT takes a function and ASC or DESC");
        }
        var order = Comparator.<Series>comparingDouble(one -> by.applyAsDouble(one.values().values()));
        var sorted = many(argument(0)).stream().sorted(word(2).equals("ASC") ? order : order.reversed());
        return new Many((call.arguments().size() > 3 ? sorted.limit((long) scalar(argument(3))) : sorted).toList());
    }
}
