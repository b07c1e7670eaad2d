package dev.aloft.service.lambda.invoke;

/**
 * What is measured of an event source mapping. Events are counted as often as they are handed on.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#event-source-mapping-metrics">
 *     Event source mapping metrics</a>
 */
public final class MappingMeasures {
    /** Of a mapping that asks for none. */
    public static final MappingMeasures NONE = new MappingMeasures((_, _) -> { });

    private final Sink sink;

    /** Takes a value of a metric. */
    interface Sink {
        void add(String metric, double value);
    }

    MappingMeasures(Sink sink) {
        this.sink = sink;
    }

    /** Zero says that the source is asked. */
    public void polled(int events) {
        sink.add("PolledEventCount", events);
    }

    public void filteredOut(int events) {
        sink.add("FilteredOutEventCount", events);
    }

    public void invoked(int events) {
        sink.add("InvokedEventCount", events);
    }

    public void failed(int events) {
        sink.add("FailedInvokeEventCount", events);
    }

    /** Given up, and no destination knows of them. */
    public void dropped(int events) {
        sink.add("DroppedEventCount", events);
    }

    public void toldOnFailure(int events) {
        sink.add("OnFailureDestinationDeliveredEventCount", events);
    }

    public void deleted(int events) {
        sink.add("DeletedEventCount", events);
    }

    public void pollers(int running) {
        sink.add("ProvisionedPollers", running);
    }
}
