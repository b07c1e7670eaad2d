package dev.aloft.service.events;

import dev.aloft.api.Events;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.events.EventsData.KeptRule;
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
    private final Measures measures;

    /**
     * What follows from some events.
     *
     * @param matched each rule that wants one of them, as a delivery without a target
     */
    record Routes(List<RuleDelivery> matched, List<Promise> promises, List<Archival> archivals) {
        /** Whether there is nothing to keep. */
        boolean isEmpty() {
            return promises.isEmpty() && archivals.isEmpty();
        }
    }

    record Promise(String id, RuleDelivery delivery) {}

    /** An event for an archive. */
    record Archival(String archive, BusEvent event) {}

    Routing(Matchers matchers, Archives archives, Deliveries<RuleDelivery> deliveries, Measures measures) {
        this.measures = measures;
        this.matchers = matchers;
        this.archives = archives;
        this.deliveries = deliveries;
    }

    Routes routes(ReadTx tx, Collection<BusEvent> events) {
        return routes(tx, events, List.of());
    }

    /** @param onlyRules the ARNs of the rules that are asked; all where it is empty */
    Routes routes(ReadTx tx, Collection<BusEvent> events, List<String> onlyRules) {
        var routes = new Routes(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
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
        routes.matched.add(delivery(rule, null, event));
        for (var target : wanting.targets()) {
            routes.promises.add(new Promise(UUID.randomUUID().toString(), delivery(rule, target, event)));
        }
    }

    private static RuleDelivery delivery(KeptRule rule, Events.Target target, BusEvent event) {
        return new RuleDelivery(rule.account(), rule.region(), rule.bus(), rule.name(), target, event.json(),
                event.ingested(), event.trace());
    }

    /** Tells CloudWatch of what follows; {@link #keep} does so by itself. */
    void count(Routes routes) {
        routes.matched.forEach(measures::matched);
        routes.promises.forEach(promise -> measures.created(promise.delivery()));
    }

    void keep(Tx tx, Routes routes) {
        tx.afterCommit(() -> count(routes));
        routes.promises.forEach(promise -> deliveries.promise(tx, promise.id(), promise.delivery()));
        routes.archivals.forEach(archival -> archives.add(tx, archival.archive(), archival.event()));
    }
}
