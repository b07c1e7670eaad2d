package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Target;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Puts events on a bus. So a service tells what happened in it: it promises its event to the ARN of the account's
 * default bus, in the commit in which it happened. The event's body has {@code source}, {@code detail-type} and
 * {@code detail}, and may have {@code resources} and {@code time}; the rest is EventBridge's.
 */
public final class BusTarget implements Target {
    private final Events events;

    public BusTarget(Endpoint endpoint) {
        events = Events.at(endpoint);
    }

    @Override
    public String service() {
        return "events";
    }

    @Override
    public void deliver(Caller caller, Arn target, Event event) {
        if (!target.resource().startsWith("event-bus/")) {
            throw ApiError.notBuilt("A delivery to " + target);
        }
        if (!(JsonReader.tree(event.body()) instanceof Map<?, ?> body)) {
            throw ApiError.of("ValidationException", 400, "An event must be a JSON object.");
        }
        var resources = body.get("resources") instanceof List<?> list ? list.stream().map(Object::toString).toList()
                : null;
        var entry = Events.PutEventsRequestEntry.of(e -> e.eventBusName(target.toString()).source(text(body, "source"))
                .detailType(text(body, "detail-type")).resources(resources)
                .detail(body.get("detail") == null ? null : JsonWriter.string(body.get("detail")))
                .time(body.get("time") == null ? null : Instant.parse(text(body, "time"))).traceHeader(event.trace()));
        var result = events.putEvents(caller, Events.PutEventsRequest.of(r -> r.entries(List.of(entry)))).entries()
                .getFirst();
        if (result.errorCode() != null) {
            throw ApiError.of(result.errorCode(), 400, result.errorMessage());
        }
    }

    private static String text(Map<?, ?> body, String name) {
        return Objects.toString(body.get(name), null);
    }
}
