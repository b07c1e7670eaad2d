package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * From a bus to another, perhaps of another account or region. The event stays what it is; it may go on to a further
 * bus, but not to a third account or region.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html">Between accounts</a>
 */
final class Forwarding {
    private final Buses buses;
    private final PutEvents putEvents;
    private final Store store;
    private final Time time;
    private final BiConsumer<Caller, Access> require;

    /** @param require asks IAM, and throws its refusal */
    Forwarding(Buses buses, PutEvents putEvents, Store store, Time time, BiConsumer<Caller, Access> require) {
        this.buses = buses;
        this.putEvents = putEvents;
        this.store = store;
        this.time = time;
        this.require = require;
    }

    Outcome forward(RuleDelivery delivery, Caller caller, Arn target) {
        var from = new BusName(delivery.account(), delivery.region(), delivery.bus());
        var to = new BusName(target.account(), target.region(), target.resource().substring("event-bus/".length()));
        var tree = BusEvent.tree(delivery.event());
        if (isThird(String.valueOf(tree.get("account")), from.account(), to.account())) {
            return RuleCarrier.failed(400, "THIRD_ACCOUNT_HOP_DETECTED", "An event goes to one other account at most.");
        }
        if (isThird(String.valueOf(tree.get("region")), from.region(), to.region())) {
            return RuleCarrier.failed(400, "THIRD_REGION_HOP_DETECTED", "An event goes to one other region at most.");
        }
        if (!store.<Boolean>read(tx -> buses.exists(tx, to))) {
            return Outcome.Failed.of(Refusals.noBus(to.name()));
        }
        try {
            require.accept(caller, Access.to("events:PutEvents", to.arn())
                    .with("events:source", String.valueOf(tree.get("source")))
                    .with("events:detail-type", String.valueOf(tree.get("detail-type"))));
        } catch (ApiError denied) {
            return Outcome.Failed.of(denied);
        }
        var event = new BusEvent(from, String.valueOf(tree.get("id")), delivery.event(), delivery.ingested(),
                delivery.trace(), caller.requestId());
        putEvents.take(List.of(event.on(to, UUID.randomUUID().toString(), time.instant())));
        return Outcome.delivered();
    }

    private static boolean isThird(String origin, String here, String there) {
        return !origin.equals(here) && !here.equals(there);
    }
}
