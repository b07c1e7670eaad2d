package dev.aloft.kernel.delivery;

import dev.aloft.api.Arn;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What happens in a service, told to the default event bus of the account and region in which it happens. */
public final class ServiceEvents {
    private final String service;
    private final Targets targets;
    private final Time time;
    private final Deliveries<Dispatch> deliveries;

    /** @param service as in its ARNs: the source of its events is {@code aws.} and this */
    public ServiceEvents(String service, Targets targets, Store store, Time time) {
        this.service = service;
        this.targets = targets;
        this.time = time;
        deliveries = new Deliveries<>("service-events", store, time, Codec.of(Dispatch.class),
            new Dispatches(targets, (caller, _, _) -> caller));
    }

    public Worker worker() {
        return deliveries.worker();
    }

    /**
     * In the commit of what is told.
     *
     * @param of     the ARN of that to which it happened, whose account and region have the bus
     * @param named  whether the event names it among its resources
     * @param detail in the order in which AWS writes it
     */
    public void tell(Tx tx, Arn of, String detailType, boolean named, Map<String, Object> detail) {
        var bus = new Arn("aws", "events", of.region(), of.account(), "event-bus/default");
        if (!targets.takes(bus)) {
            return;
        }
        var body = new LinkedHashMap<String, Object>();
        body.put("source", "aws." + service);
        body.put("detail-type", detailType);
        body.put("resources", named ? List.of(of.toString()) : List.of());
        body.put("time", time.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        body.put("detail", detail);
        deliveries.promise(tx, UUID.randomUUID().toString(), new Dispatch(of.account(), of.region(),
            service + ".amazonaws.com", of.toString(), null, bus.toString(), Event.of(JsonWriter.bytes(body))));
    }
}
