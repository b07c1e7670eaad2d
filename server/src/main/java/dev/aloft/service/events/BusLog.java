package dev.aloft.service.events;

import dev.aloft.api.Arn;
import dev.aloft.api.Events;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.VendedLogs;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.KeptBus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one bus tells of events on it, gathered until it is closed. CloudWatch Logs brings it to whoever asks for it.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-logs-schema.html">Log schema</a>
 */
final class BusLog implements AutoCloseable {
    /** Of a record. What is cut to that is the details below, in this order. */
    private static final int MOST_BYTES = 1_000_000;
    /** Told where the bus's log includes details. */
    private static final List<String> DETAILS = List.of("event_detail", "target_input", "target_properties");

    /** Who is spoken of, as far as it is known; the others are null. */
    record Subject(String requestId, String eventId, String invocationId) {
    }

    private final KeptBus bus;
    private final VendedLogs logs;
    private final Time time;
    private final List<Told> told = new ArrayList<>();

    private record Told(BusStep step, VendedLogs.Entry entry) {
    }

    BusLog(KeptBus bus, VendedLogs logs, Time time) {
        this.bus = bus;
        this.logs = logs;
        this.time = time;
    }

    static boolean isOn(KeptBus bus) {
        return BusStep.INVOCATION_FAILURE.isTold(bus.log());
    }

    void tell(BusStep step, Subject subject, Map<String, ?> details) {
        tell(step, subject, details, time.instant(), null);
    }

    /** @param error why the step failed, with the service that said so; null where it did not */
    void tell(BusStep step, Subject subject, Map<String, ?> details, Instant moment, Error error) {
        if (!step.isTold(bus.log())) {
            return;
        }
        var record = new LinkedHashMap<String, Object>();
        record.put("resource_arn", bus.arn());
        record.put("message_timestamp_ms", moment.toEpochMilli());
        record.put("event_bus_name", bus.name());
        put(record, "request_id", subject.requestId());
        put(record, "event_id", subject.eventId());
        put(record, "invocation_id", subject.invocationId());
        record.put("message_type", step.name());
        record.put("log_level", step.level);
        record.put("details", wanted(details));
        if (error != null) {
            record.put("error", error.told());
        }
        cut(record);
        told.add(new Told(step, new VendedLogs.Entry(moment, record)));
    }

    /** The end of an attempt that started then. */
    void tellAttempt(BusStep step, Subject subject, Map<String, Object> details, Instant started, Error error) {
        var now = time.instant();
        details.put("target_duration_ms", Math.max(0, Duration.between(started, now).toMillis()));
        tell(step, subject, details, now, error);
    }

    /** What the service that was called said. */
    record Error(Outcome.Failed failure, String service) {
        private Map<String, Object> told() {
            var error = new LinkedHashMap<String, Object>();
            if (failure.status() > 0) {
                error.put("http_status_code", failure.status());
            }
            error.put("error_message", String.valueOf(failure.message()));
            error.put("aws_service", service);
            return error;
        }
    }

    private static void put(Map<String, Object> record, String name, Object value) {
        if (value != null) {
            record.put(name, value);
        }
    }

    private Map<String, Object> wanted(Map<String, ?> details) {
        boolean full = Events.IncludeDetail.FULL.equals(bus.log().includeDetail());
        var wanted = new LinkedHashMap<String, Object>();
        details.forEach((name, value) -> {
            if (value != null && (full || !DETAILS.contains(name))) {
                wanted.put(name, value);
            }
        });
        return wanted;
    }

    @SuppressWarnings("unchecked")
    private static void cut(Map<String, Object> record) {
        var details = (Map<String, Object>) record.get("details");
        var dropped = new ArrayList<String>();
        for (var name : DETAILS) {
            if (details.containsKey(name) && bytes(record) > MOST_BYTES) {
                details.remove(name);
                dropped.add(name);
                record.put("dropped_fields", dropped);
            }
        }
    }

    private static int bytes(Map<String, Object> record) {
        return JsonWriter.string(record).getBytes(StandardCharsets.UTF_8).length;
    }

    /** Tells what was gathered, each level to those who ask for it. */
    @Override
    public void close() {
        for (var level : List.of(Events.LogLevel.ERROR, Events.LogLevel.INFO, Events.LogLevel.TRACE)) {
            var some = told.stream().filter(it -> it.step().level.equals(level)).map(Told::entry).toList();
            if (!some.isEmpty()) {
                logs.tell(Arn.parse(bus.arn()), level + "_LOGS", some);
            }
        }
        told.clear();
    }
}
