package dev.aloft.service.lambda.invoke;

/**
 * What is measured of a function URL.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html">Monitoring function URLs</a>
 */
public final class UrlMeasures {
    private static final String COUNT = "Count";

    private final Sink sink;

    /** Takes a value of a metric. */
    interface Sink {
        void add(String metric, String unit, double value);
    }

    UrlMeasures(Sink sink) {
        this.sink = sink;
    }

    /** A request was answered, by the function or without it. */
    public void answered(int status, double millis) {
        sink.add("UrlRequestCount", COUNT, 1);
        sink.add("Url4xxCount", COUNT, status / 100 == 4 ? 1 : 0);
        sink.add("Url5xxCount", COUNT, status / 100 == 5 ? 1 : 0);
        sink.add("UrlRequestLatency", "Milliseconds", millis);
    }
}
