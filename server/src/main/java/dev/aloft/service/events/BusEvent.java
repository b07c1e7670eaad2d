package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An event on a bus.
 *
 * @param id    its own, the same on every bus of a region that it passes
 * @param json  the whole of it as its targets see it
 * @param trace an X-Ray trace header, or null
 * @param requestId of the request that put it on the bus, or null
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html">Structure of
 *     events</a>
 */
record BusEvent(BusName bus, String id, byte[] json, Instant ingested, String trace, String requestId) {
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

    static String time(Instant moment) {
        return SECONDS.format(moment);
    }

    /** A new event that comes from this account and region. */
    static BusEvent of(BusName bus, Caller caller, String id, String source, String type, Instant time,
            List<String> resources,
            Object detail, Instant ingested) {
        var event = new LinkedHashMap<String, Object>();
        event.put("version", "0");
        event.put("id", id);
        event.put("detail-type", type);
        event.put("source", source);
        event.put("account", caller.account());
        event.put("time", time(time));
        event.put("region", caller.region());
        event.put("resources", resources);
        event.put("detail", detail);
        return new BusEvent(bus, id, JsonWriter.bytes(event), ingested, caller.trace(), caller.requestId());
    }

    /** Those of AWS's services are told from custom ones by their source. */
    boolean isOfAService() {
        return String.valueOf(tree(json).get("source")).startsWith("aws.");
    }

    /** The same event on another bus; one that leaves its region gets another id. */
    BusEvent on(BusName other, String newId, Instant now) {
        if (other.region().equals(bus.region())) {
            return new BusEvent(other, id, json, now, trace, requestId);
        }
        var event = tree(json);
        event.put("id", newId);
        return new BusEvent(other, newId, JsonWriter.bytes(event), now, trace, requestId);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> tree(byte[] json) {
        return (Map<String, Object>) JsonReader.tree(json);
    }
}
