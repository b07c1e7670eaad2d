package dev.aloft.kernel.metric;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** One metric with its dimensions: what was measured since it was last brought to CloudWatch, minute by minute. */
public final class Series {
    /** What PutMetricData takes of different values; beyond that they are rounded. */
    static final int MOST_VALUES = 150;
    private static final MathContext ROUNDED = new MathContext(2);

    private final Metrics metrics;
    private final Metrics.Name name;
    private final Map<Long, Map<Double, Long>> minutes = new TreeMap<>();
    private boolean waiting;

    Series(Metrics metrics, Metrics.Name name) {
        this.metrics = metrics;
        this.name = name;
    }

    Metrics.Name name() {
        return name;
    }

    /** Measures a value now. */
    public void add(double value) {
        long minute = metrics.minute();
        boolean first;
        synchronized (this) {
            Map<Double, Long> values = minutes.computeIfAbsent(minute, _ -> new HashMap<>());
            values.merge(values.size() < MOST_VALUES ? value : rounded(value), 1L, Long::sum);
            first = !waiting;
            waiting = true;
        }
        if (first) {
            metrics.measured(this);
        }
    }

    private static double rounded(double value) {
        return new BigDecimal(value).round(ROUNDED).doubleValue();
    }

    /** The values of each minute and how often each was measured. */
    synchronized Map<Long, Map<Double, Long>> take() {
        var taken = new TreeMap<>(minutes);
        minutes.clear();
        waiting = false;
        return taken;
    }
}
