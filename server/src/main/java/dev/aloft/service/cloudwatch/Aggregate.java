package dev.aloft.service.cloudwatch;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is known of some measurements together.
 *
 * @param values the different values in order, rounded when they are many, for percentiles; none where only their
 *               statistics were put
 * @param counts how often each occurred
 */
record Aggregate(double count, double sum, double minimum, double maximum, List<Double> values, List<Double> counts) {
    private static final int MOST_VALUES = 300;
    private static final MathContext ROUNDED = new MathContext(2);

    static Aggregate of(Map<Double, Double> measured) {
        double count = 0;
        double sum = 0;
        double minimum = Double.POSITIVE_INFINITY;
        double maximum = Double.NEGATIVE_INFINITY;
        for (var each : measured.entrySet()) {
            count += each.getValue();
            sum += each.getKey() * each.getValue();
            minimum = Math.min(minimum, each.getKey());
            maximum = Math.max(maximum, each.getKey());
        }
        return of(count, sum, minimum, maximum, new TreeMap<>(measured));
    }

    /** Of statistics alone. One value, or several that are the same, is known all the same. */
    static Aggregate of(double count, double sum, double minimum, double maximum) {
        return of(count, sum, minimum, maximum,
                minimum == maximum ? new TreeMap<>(Map.of(minimum, count)) : new TreeMap<>());
    }

    private static Aggregate of(double count, double sum, double minimum, double maximum,
            TreeMap<Double, Double> values) {
        var few = values;
        if (values.size() > MOST_VALUES) {
            few = new TreeMap<>();
            for (var each : values.entrySet()) {
                few.merge(new BigDecimal(each.getKey()).round(ROUNDED).doubleValue(), each.getValue(), Double::sum);
            }
        }
        return new Aggregate(count, sum, minimum, maximum, new ArrayList<>(few.keySet()),
                new ArrayList<>(few.values()));
    }

    Aggregate with(Aggregate other) {
        var all = new TreeMap<Double, Double>();
        for (Aggregate each : List.of(this, other)) {
            for (int i = 0; i < each.values.size(); i++) {
                all.merge(each.values.get(i), each.counts.get(i), Double::sum);
            }
        }
        // Where one part's values are not known, no percentile is.
        boolean known = !values.isEmpty() && !other.values.isEmpty();
        return of(count + other.count, sum + other.sum, Math.min(minimum, other.minimum),
                Math.max(maximum, other.maximum),
                known ? all : new TreeMap<>());
    }

    double average() {
        return sum / count;
    }

    /** The value below or at which so many percent are; null where the values are not known. */
    Double percentile(double percent) {
        double known = counts.stream().mapToDouble(Double::doubleValue).sum();
        double rank = percent / 100 * known;
        double passed = 0;
        for (int i = 0; i < values.size(); i++) {
            passed += counts.get(i);
            if (passed >= rank && passed > 0) {
                return values.get(i);
            }
        }
        return values.isEmpty() ? null : values.getLast();
    }
}
