package dev.aloft.service.cloudwatch;

import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** What an expression of metric math comes to. */
sealed interface MathValue {
    record Scalar(double value) implements MathValue {}

    record Text(String value) implements MathValue {}

    /**
     * Values by the moments at which periods begin, where there are any.
     *
     * @param label  of the metric or expression that it comes from
     * @param period in seconds
     */
    record Series(String label, int period, NavigableMap<Instant, Double> values) implements MathValue {
        Series map(DoubleUnaryOperator how) {
            var mapped = new TreeMap<Instant, Double>();
            values.forEach((at, value) -> put(mapped, at, how.applyAsDouble(value)));
            return new Series(label, period, mapped);
        }

        /** Of the moments at which either has a value; the other's counts as nought. */
        Series with(Series other, DoubleBinaryOperator how) {
            var moments = new TreeSet<>(values.keySet());
            moments.addAll(other.values.keySet());
            var both = new TreeMap<Instant, Double>();
            moments.forEach(at -> put(both, at, how.applyAsDouble(values.getOrDefault(at, 0.0),
                    other.values.getOrDefault(at, 0.0))));
            return new Series(label, period, both);
        }

        Series of(NavigableMap<Instant, Double> others) {
            return new Series(label, period, others);
        }

        /** What is no number, such as a quotient by nought, is no value. */
        private static void put(NavigableMap<Instant, Double> into, Instant at, double value) {
            if (Double.isFinite(value)) {
                into.put(at, value);
            }
        }
    }

    record Many(List<Series> all) implements MathValue {}

    default String kind() {
        return switch (this) {
            case Scalar _ -> "a scalar";
            case Text _ -> "a string";
            case Series _ -> "a time series";
            case Many _ -> "an array of time series";
        };
    }
}
