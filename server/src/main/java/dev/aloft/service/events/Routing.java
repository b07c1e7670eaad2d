package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.events.EventsData.KeptBus;
import dev.aloft.service.events.EventsData.KeptRule;
import dev.aloft.service.events.Matchers.Wanting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * From a bus to the targets of the rules that want an event. Keys are asked and rules looked through before the
 * transaction that keeps what follows, so that a hundred rules cost the committer nothing. An event that its bus's key
 * cannot seal goes to the bus's dead-letter queue.
 */
final class Routing {
    private static final System.Logger LOG = System.getLogger(Routing.class.getName());

    private final Matchers matchers;
    private final Buses buses;
    private final Archives archives;
    private final BusKeys keys;
    private final Deliveries<RuleDelivery> deliveries;
    private final Deliveries<Dispatch> deadLetters;
    private final Measures measures;
    private final Store store;

    /**
     * What follows from some events.
     *
     * @param matched each rule that wants one of them, as a delivery without a target
     * @param letters for the dead-letter queues of buses
     */
    record Routes(List<RuleDelivery> matched, List<Promise> promises, List<Archival> archivals,
            List<Dispatch> letters) {
        /** Whether there is nothing to keep. */
        boolean isEmpty() {
            return promises.isEmpty() && archivals.isEmpty() && letters.isEmpty();
        }
    }

    record Promise(String id, RuleDelivery delivery) {}

    /**
     * An event for an archive.
     *
     * @param kmsKey  the archive's, or null
     * @param content the event as it is kept
     */
    record Archival(String archive, String kmsKey, BusEvent event, byte[] content) {}

    /** An event as it waits for targets. */
    private record Kept(BusEvent event, byte[] content) {}

    Routing(Matchers matchers, Buses buses, Archives archives, BusKeys keys, Deliveries<RuleDelivery> deliveries,
            Deliveries<Dispatch> deadLetters, Measures measures, Store store) {
        this.matchers = matchers;
        this.buses = buses;
        this.archives = archives;
        this.keys = keys;
        this.deliveries = deliveries;
        this.deadLetters = deadLetters;
        this.measures = measures;
        this.store = store;
    }

    /** Not for transactions. On buses that are not there events are lost without a word, as on AWS. */
    Routes routes(Collection<BusEvent> events) {
        return routes(events, List.of());
    }

    /** @param onlyRules the ARNs of the rules that are asked; all where it is empty */
    Routes routes(Collection<BusEvent> events, List<String> onlyRules) {
        var letters = new ArrayList<Dispatch>();
        var kept = kept(events, letters);
        var routes = store.<Routes>read(tx -> routed(tx, kept, onlyRules, letters));
        return new Routes(routes.matched, routes.promises,
                routes.archivals.stream().flatMap(each -> archives.sealed(each).stream()).toList(), letters);
    }

    private List<Kept> kept(Collection<BusEvent> events, List<Dispatch> letters) {
        var known = store.<Map<BusName, Optional<KeptBus>>>read(tx -> {
            var found = new HashMap<BusName, Optional<KeptBus>>();
            events.forEach(event -> found.computeIfAbsent(event.bus(), name -> buses.find(tx, name)));
            return found;
        });
        var kept = new ArrayList<Kept>();
        for (var event : events) {
            var bus = known.get(event.bus());
            if (bus.isPresent() && bus.get().kmsKey() != null && !event.isOfAService()) {
                sealed(bus.get(), event, letters).ifPresent(kept::add);
            } else if (bus.isPresent() || event.bus().isDefault()) {
                kept.add(new Kept(event, event.json()));
            }
        }
        return kept;
    }

    private Optional<Kept> sealed(KeptBus bus, BusEvent event, List<Dispatch> letters) {
        try {
            return Optional.of(new Kept(event, keys.sealed(event.bus(), bus.kmsKey(), event.json())));
        } catch (ApiError refused) {
            LOG.log(System.Logger.Level.WARNING, "An event on " + bus.arn() + " cannot be encrypted: " + refused);
            if (bus.deadLetterArn() != null) {
                var attributes = DeadLetters.attributes(Outcome.Failed.of(refused));
                letters.add(new Dispatch(bus.account(), bus.region(), "events.amazonaws.com", bus.arn(), null,
                        bus.deadLetterArn(), Event.of(event.json()).withAttributes(attributes)));
            }
            return Optional.empty();
        }
    }

    private Routes routed(ReadTx tx, List<Kept> events, List<String> onlyRules, List<Dispatch> letters) {
        var routes = new Routes(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), letters);
        for (var each : events) {
            for (var wanting : matchers.wanting(tx, each.event().bus(), each.event().json())) {
                if (onlyRules.isEmpty() || onlyRules.contains(wanting.rule().arn())) {
                    add(tx, wanting, each, routes);
                }
            }
        }
        return routes;
    }

    private void add(ReadTx tx, Wanting wanting, Kept kept, Routes routes) {
        var rule = wanting.rule();
        if (Archives.manages(rule)) {
            var archive = Archives.ofRule(rule.name());
            routes.archivals.add(new Archival(archive, archives.key(tx, kept.event().bus(), archive), kept.event(),
                    kept.event().json()));
            return;
        }
        routes.matched.add(delivery(rule, null, kept));
        for (var target : wanting.targets()) {
            routes.promises.add(new Promise(UUID.randomUUID().toString(), delivery(rule, target, kept)));
        }
    }

    private static RuleDelivery delivery(KeptRule rule, Events.Target target, Kept kept) {
        return new RuleDelivery(rule.account(), rule.region(), rule.bus(), rule.name(), target, kept.content(),
                kept.event().ingested(), kept.event().trace());
    }

    /** Tells CloudWatch of what follows; {@link #keep} does so by itself. */
    void count(Routes routes) {
        routes.matched.forEach(measures::matched);
        routes.promises.forEach(promise -> measures.created(promise.delivery()));
    }

    void keep(Tx tx, Routes routes) {
        tx.afterCommit(() -> count(routes));
        routes.promises.forEach(promise -> deliveries.promise(tx, promise.id(), promise.delivery()));
        routes.archivals.forEach(archival -> archives.add(tx, archival));
        routes.letters.forEach(letter -> deadLetters.promise(tx, UUID.randomUUID().toString(), letter));
    }
}
