package dev.aloft.kernel.delivery.poll;

import dev.aloft.api.JsonWriter;
import java.time.Instant;
import java.util.Map;

/**
 * A record of a source.
 *
 * @param id     what a consumer names a failed one by: message id or sequence number
 * @param event  the record as consumers see it, a JSON tree
 * @param at     when it arrived
 * @param group  what must stay in order: message group, partition key; or null
 * @param handle of a message, to delete it; or null
 * @param bytes  its size as JSON
 */
public record Item(String id, Map<String, Object> event, Instant at, String group, String handle, int bytes) {
    public static Item of(String id, Map<String, Object> event, Instant at, String group, String handle) {
        return new Item(id, event, at, group, handle, JsonWriter.bytes(event).length);
    }
}
