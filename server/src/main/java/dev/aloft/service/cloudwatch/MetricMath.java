package dev.aloft.service.cloudwatch;

import dev.aloft.api.CloudWatch.MetricDataQuery;
import dev.aloft.service.cloudwatch.MathExpression.Invalid;
import dev.aloft.service.cloudwatch.MathValue.Many;
import dev.aloft.service.cloudwatch.MathValue.Scalar;
import dev.aloft.service.cloudwatch.MathValue.Series;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Calculates the expressions of a request from its metrics, each when it is first asked for.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html">Metric math</a>
 */
final class MetricMath {
    private final Map<String, MetricDataQuery> queries = new LinkedHashMap<>();
    private final Function<MetricDataQuery, Series> metrics;
    private final IntFunction<Instant> first;
    private final Instant end;
    private final Map<String, MathValue> known = new HashMap<>();
    private final Set<String> busy = new HashSet<>();

    /**
     * @param metrics what was measured of a metric from the start to the end
     * @param first   when the first period of so many seconds begins
     */
    MetricMath(List<MetricDataQuery> queries, Function<MetricDataQuery, Series> metrics, IntFunction<Instant> first,
            Instant end) {
        queries.forEach(query -> this.queries.put(query.id(), query));
        this.metrics = metrics;
        this.first = first;
        this.end = end;
    }

    /** The series of a query: one, or of an array several. */
    List<Series> series(String id) {
        return switch (value(id)) {
            case Series one -> List.of(one);
            case Many(var all) -> all;
            case MathValue other -> throw new Invalid("The expression for " + id
                    + " must return a time series or an array of time series, not " + other.kind());
        };
    }

    private MathValue value(String id) {
        var query = queries.get(id);
        if (query == null) {
            throw new Invalid("Unknown metric id " + id);
        }
        var value = known.get(id);
        if (value == null) {
            if (!busy.add(id)) {
                throw new Invalid("Circular reference of " + id);
            }
            value = query.expression() == null ? metrics.apply(query)
                    : labelled(query, evaluate(MathExpression.parse(query.expression())));
            busy.remove(id);
            known.put(id, value);
        }
        return value;
    }

    /** One series has the name of its expression; those of an array have their metrics' behind it. */
    private static MathValue labelled(MetricDataQuery query, MathValue value) {
        return switch (value) {
            case Series one ->
                new Series(query.label() == null ? query.id() : query.label(), one.period(), one.values());
            case Many(var all) when query.label() != null && !query.label().isEmpty() -> new Many(all.stream().map(
                    one -> new Series(query.label() + " " + one.label(), one.period(), one.values())).toList());
            case MathValue other -> other;
        };
    }

    MathValue evaluate(MathExpression expression) {
        return switch (expression) {
            case MathExpression.Number(var value) -> new Scalar(value);
            case MathExpression.Text(var value) -> new MathValue.Text(value);
            case MathExpression.Reference(var id) -> value(id);
            case MathExpression.Word(var name) -> throw new Invalid("Unknown word " + name);
            case MathExpression.Negative(var of) ->
                binary(new Scalar(0), evaluate(of), (nought, value) -> nought - value);
            case MathExpression.Binary(var operator, var left, var right) ->
                binary(evaluate(left), evaluate(right), operator(operator));
            case MathExpression.ListOf(var elements) -> listed(elements);
            case MathExpression.Call call -> new MathFunctions(this, call).value();
        };
    }

    private Many listed(List<MathExpression> elements) {
        var all = new ArrayList<Series>();
        for (var element : elements) {
            switch (evaluate(element)) {
                case Series one -> all.add(one);
                case Many(var some) -> all.addAll(some);
                case MathValue other -> throw new Invalid("An array cannot contain " + other.kind());
            }
        }
        return new Many(all);
    }

    private static DoubleBinaryOperator operator(String operator) {
        return switch (operator) {
            case "+" -> Double::sum;
            case "-" -> (left, right) -> left - right;
            case "*" -> (left, right) -> left * right;
            case "/" -> (left, right) -> left / right;
            case "^" -> Math::pow;
            case "==" -> (left, right) -> truth(left == right);
            case "!=" -> (left, right) -> truth(left != right);
            case "<" -> (left, right) -> truth(left < right);
            case ">" -> (left, right) -> truth(left > right);
            case "<=" -> (left, right) -> truth(left <= right);
            case ">=" -> (left, right) -> truth(left >= right);
            case "AND" -> (left, right) -> truth(left != 0 && right != 0);
            default -> (left, right) -> truth(left != 0 || right != 0);
        };
    }

    private static double truth(boolean is) {
        return is ? 1 : 0;
    }

    private static MathValue binary(MathValue left, MathValue right, DoubleBinaryOperator how) {
        return switch (left) {
            case Scalar(var a) when right instanceof Scalar(var b) -> new Scalar(how.applyAsDouble(a, b));
            case Scalar(var a) when right instanceof Series b -> b.map(value -> how.applyAsDouble(a, value));
            case Series a when right instanceof Scalar(var b) -> a.map(value -> how.applyAsDouble(value, b));
            case Series a when right instanceof Series b -> a.with(b, how);
            case Many(var all) when right instanceof Many(var others) -> pairs(all, others, how);
            case Many(var all) -> new Many(all.stream().map(one -> (Series) binary(one, right, how)).toList());
            case MathValue other when right instanceof Many(var all) ->
                new Many(all.stream().map(one -> (Series) binary(other, one, how)).toList());
            case MathValue other -> throw new Invalid("Unsupported operand types: " + other.kind() + " and "
                    + right.kind());
        };
    }

    private static Many pairs(List<Series> all, List<Series> others, DoubleBinaryOperator how) {
        if (all.size() != others.size()) {
            throw new Invalid("Arrays of time series must have the same size");
        }
        var pairs = new ArrayList<Series>();
        for (int i = 0; i < all.size(); i++) {
            pairs.add(all.get(i).with(others.get(i), how));
        }
        return new Many(pairs);
    }

    /** The request's metrics whose ids contain a text. */
    Many metrics(String part) {
        return new Many(queries.values().stream().filter(query -> query.expression() == null)
                .filter(query -> query.id().contains(part)).map(query -> (Series) value(query.id())).toList());
    }

    /** All moments of the request at which a period of so many seconds begins. */
    TreeMap<Instant, Double> moments(int period, double value) {
        var all = new TreeMap<Instant, Double>();
        for (var at = first.apply(period); at.isBefore(end); at = at.plusSeconds(period)) {
            all.put(at, value);
        }
        return all;
    }

    /** The shortest period of the request's metrics. */
    int period() {
        return queries.values().stream().filter(query -> query.metricStat() != null)
                .mapToInt(query -> query.metricStat().period()).min().orElseGet(() -> queries.values().stream()
                        .filter(query -> query.period() != null).mapToInt(MetricDataQuery::period).min().orElse(60));
    }
}
