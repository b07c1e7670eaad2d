package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Principal;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * PutEvents: each entry is taken or refused by itself, and what was taken is kept in one commit with all that follows
 * from it.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html">PutEvents</a>
 */
final class PutEvents {
    /** Of all entries together: 1 MiB since January 2026. */
    private static final int MOST_BYTES = 1 << 20;
    private static final int BYTES_OF_A_TIME = 14;

    private final Routing routing;
    private final Store store;
    private final Time time;
    private final Measures measures;

    PutEvents(Routing routing, Measures measures, Store store, Time time) {
        this.measures = measures;
        this.routing = routing;
        this.store = store;
        this.time = time;
    }

    Events.PutEventsResponse put(Caller caller, Events.PutEventsRequest input) {
        long bytes = input.entries().stream().mapToLong(PutEvents::size).sum();
        if (bytes > MOST_BYTES) {
            throw Refusals.invalid("Total size of the entries in the request is over the limit.");
        }
        var now = time.instant();
        var results = new ArrayList<Events.PutEventsResultEntry>();
        var events = new ArrayList<BusEvent>();
        for (var entry : input.entries()) {
            var refused = refusal(caller, entry);
            if (refused != null) {
                results.add(refused);
            } else {
                var event = event(caller, entry, now);
                events.add(event);
                results.add(Events.PutEventsResultEntry.of(r -> r.eventId(event.id())));
            }
        }
        take(events);
        measures.put(caller, results.size(), results.size() - events.size(), bytes, Duration.between(now,
            time.instant()));
        return Events.PutEventsResponse.of(r -> r.entries(results).failedEntryCount(results.size() - events.size()));
    }

    void take(List<BusEvent> events) {
        var routes = routing.routes(events);
        if (routes.isEmpty()) {
            routing.count(routes);
        } else {
            store.change(tx -> routing.keep(tx, routes));
        }
        routing.log(routes);
    }

    private static BusEvent event(Caller caller, Events.PutEventsRequestEntry entry, Instant now) {
        var resources = entry.resources() == null ? List.<String>of() : entry.resources();
        var traced = entry.traceHeader() == null ? caller : caller.withTrace(entry.traceHeader());
        return BusEvent.of(BusName.of(caller, entry.eventBusName()), traced, UUID.randomUUID().toString(),
                entry.source(),
                entry.detailType(), entry.time() == null ? now : entry.time(), resources,
                        JsonReader.tree(entry.detail()), now);
    }

    private static Events.PutEventsResultEntry refusal(Caller caller, Events.PutEventsRequestEntry entry) {
        if (isBlank(entry.source())) {
            return required("Source");
        }
        if (isBlank(entry.detailType())) {
            return required("DetailType");
        }
        if (isBlank(entry.detail())) {
            return required("Detail");
        }
        if (entry.source().startsWith("aws.") && !(caller.principal() instanceof Principal.Service)) {
            return refused("NotAuthorizedForSourceException", "Not authorized for the source.");
        }
        return JsonReader.isObject(entry.detail()) ? null : refused("MalformedDetail", "Detail is malformed.");
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }

    private static Events.PutEventsResultEntry required(String name) {
        return refused("InvalidArgument", "Parameter " + name + " is not valid. Reason: " + name
                + " is a required argument.");
    }

    private static Events.PutEventsResultEntry refused(String code, String message) {
        return Events.PutEventsResultEntry.of(r -> r.errorCode(code).errorMessage(message));
    }

    /** As AWS counts it. */
    private static long size(Events.PutEventsRequestEntry entry) {
        long size = entry.time() == null ? 0 : BYTES_OF_A_TIME;
        size += bytes(entry.source()) + bytes(entry.detailType()) + bytes(entry.detail());
        return entry.resources() == null ? size : size + entry.resources().stream().mapToLong(PutEvents::bytes).sum();
    }

    private static long bytes(String text) {
        return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
    }
}
