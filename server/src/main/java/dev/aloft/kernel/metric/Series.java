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
    private final Map<Long, Map<Double, Counted>> minutes = new TreeMap<>();
    private Counted last = new Counted(0, Double.NaN);
    private boolean waiting;

    /** A value, and how often it was measured in this minute. */
    private static final class Counted {
        private final long minute;
        private final double value;
        private long times;

        Counted(long minute, double value) {
            this.minute = minute;
            this.value = value;
        }
    }

    Series(Metrics metrics, Metrics.Name name) {
        this.metrics = metrics;
        this.name = name;
    }

    Metrics.Name name() {
        return name;
    }

    /** Measures a value now; mostly it is the one before, which costs least. */
    public void add(double value) {
        long minute = metrics.minute();
        boolean first;
        synchronized (this) {
            if (last.minute != minute || last.value != value) {
                last = counted(minute, value);
            }
            last.times++;
            first = !waiting;
            waiting = true;
        }
        if (first) {
            metrics.measured(this);
        }
    }

    private Counted counted(long minute, double value) {
        var values = minutes.computeIfAbsent(minute, _ -> new HashMap<>());
        return values.computeIfAbsent(values.size() < MOST_VALUES ? value : rounded(value),
                kept -> new Counted(minute, kept));
    }

    private static double rounded(double value) {
        return new BigDecimal(value).round(ROUNDED).doubleValue();
    }

    /** The values of each minute and how often each was measured. */
    synchronized Map<Long, Map<Double, Long>> take() {
        var taken = new TreeMap<Long, Map<Double, Long>>();
        minutes.forEach((minute, values) -> {
            var times = new HashMap<Double, Long>();
            values.forEach((value, counted) -> times.put(value, counted.times));
            taken.put(minute, times);
        });
        minutes.clear();
        last = new Counted(0, Double.NaN);
        waiting = false;
        return taken;
    }
}
