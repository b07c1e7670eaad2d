package dev.aloft.service.events;

import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.events.Matchers.Wanting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * From a bus to the targets of the rules that want an event. Rules are asked on a snapshot, before the transaction that keeps
 * what follows, so that a hundred rules cost the committer nothing.
 */
final class Routing {
    private final Matchers matchers;
    private final Archives archives;
    private final Deliveries<RuleDelivery> deliveries;

    /** What follows from some events. */
    record Routes(List<Promise> promises, List<Archival> archivals) {
        boolean isEmpty() {
            return promises.isEmpty() && archivals.isEmpty();
        }
    }

    record Promise(String id, RuleDelivery delivery) {}

    /** An event for an archive. */
    record Archival(String archive, BusEvent event) {}

    Routing(Matchers matchers, Archives archives, Deliveries<RuleDelivery> deliveries) {
        this.matchers = matchers;
        this.archives = archives;
        this.deliveries = deliveries;
    }

    Routes routes(ReadTx tx, Collection<BusEvent> events) {
        return routes(tx, events, List.of());
    }

    /** @param onlyRules the ARNs of the rules that are asked; all where it is empty */
    Routes routes(ReadTx tx, Collection<BusEvent> events, List<String> onlyRules) {
        var routes = new Routes(new ArrayList<>(), new ArrayList<>());
        for (var event : events) {
            for (var wanting : matchers.wanting(tx, event.bus(), event.json())) {
                if (onlyRules.isEmpty() || onlyRules.contains(wanting.rule().arn())) {
                    add(wanting, event, routes);
                }
            }
        }
        return routes;
    }

    private static void add(Wanting wanting, BusEvent event, Routes routes) {
        var rule = wanting.rule();
        if (Archives.manages(rule)) {
            routes.archivals.add(new Archival(Archives.ofRule(rule.name()), event));
            return;
        }
        for (var target : wanting.targets()) {
            routes.promises.add(new Promise(UUID.randomUUID().toString(),
                    new RuleDelivery(rule.account(), rule.region(),
                    rule.bus(), rule.name(), target, event.json(), event.ingested(), event.trace())));
        }
    }

    void keep(Tx tx, Routes routes) {
        routes.promises.forEach(promise -> deliveries.promise(tx, promise.id(), promise.delivery()));
        routes.archivals.forEach(archival -> archives.add(tx, archival.archive(), archival.event()));
    }
}
