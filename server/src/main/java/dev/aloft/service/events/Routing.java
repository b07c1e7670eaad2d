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
import java.util.stream.Stream;

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
    private final BusLogs logs;
    private final Measures measures;
    private final Store store;

    /**
     * What follows from some events.
     *
     * @param letters  for the dead-letter queues of buses
     * @param passages of events on buses that log
     */
    record Routes(List<Match> matches, List<Archival> archivals, List<Dispatch> letters, List<Passage> passages) {
        /** Whether there is nothing to keep. */
        boolean isEmpty() {
            return promises().findAny().isEmpty() && archivals.isEmpty() && letters.isEmpty();
        }

        private Stream<Promise> promises() {
            return matches.stream().flatMap(match -> match.promises.stream());
        }
    }

    /**
     * A rule that wants an event.
     *
     * @param rule as a delivery without a target
     */
    record Match(RuleDelivery rule, List<Promise> promises) {}

    /**
     * An event on a bus that logs.
     *
     * @param refused why it cannot be kept, or null
     * @param matches the rules that want it, but for those that AWS manages
     */
    record Passage(KeptBus bus, BusEvent event, Outcome.Failed refused, List<Match> matches) {}

    record Promise(String id, RuleDelivery delivery) {}

    /**
     * An event for an archive.
     *
     * @param kmsKey  the archive's, or null
     * @param content the event as it is kept
     */
    record Archival(String archive, String kmsKey, BusEvent event, byte[] content) {}

    /**
     * An event as it waits for targets.
     *
     * @param passage or null where its bus does not log
     */
    private record Kept(BusEvent event, byte[] content, Passage passage) {}

    /**
     * An event that a rule wants.
     *
     * @param archiveKey the KMS key of the archive whose rule it is, or null
     */
    private record Wanted(Kept kept, Wanting by, String archiveKey) {}

    Routing(Matchers matchers, Buses buses, Archives archives, BusKeys keys, Deliveries<RuleDelivery> deliveries,
            Deliveries<Dispatch> deadLetters, BusLogs logs, Measures measures, Store store) {
        this.logs = logs;
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
        var routes = new Routes(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        var kept = kept(events, routes);
        var wanted = store.<List<Wanted>>read(tx ->
                kept.stream().flatMap(each -> wanted(tx, each, onlyRules)).toList());
        wanted.forEach(each -> add(each, routes));
        return routes;
    }

    private Stream<Wanted> wanted(ReadTx tx, Kept kept, List<String> onlyRules) {
        var bus = kept.event().bus();
        return matchers.wanting(tx, bus, kept.event().json()).stream()
                .filter(by -> onlyRules.isEmpty() || onlyRules.contains(by.rule().arn()))
                .map(by -> new Wanted(kept, by, Archives.manages(by.rule())
                        ? archives.key(tx, bus, Archives.ofRule(by.rule().name())) : null));
    }

    private void add(Wanted wanted, Routes routes) {
        var rule = wanted.by().rule();
        var kept = wanted.kept();
        if (Archives.manages(rule)) {
            archives.sealed(new Archival(Archives.ofRule(rule.name()), wanted.archiveKey(), kept.event(),
                    kept.event().json())).ifPresent(routes.archivals::add);
            return;
        }
        var match = new Match(delivery(rule, null, kept), wanted.by().targets().stream()
                .map(target -> new Promise(UUID.randomUUID().toString(), delivery(rule, target, kept))).toList());
        routes.matches.add(match);
        if (kept.passage() != null) {
            kept.passage().matches().add(match);
        }
    }

    private List<Kept> kept(Collection<BusEvent> events, Routes routes) {
        var known = store.<Map<BusName, Optional<KeptBus>>>read(tx -> {
            var found = new HashMap<BusName, Optional<KeptBus>>();
            events.forEach(event -> found.computeIfAbsent(event.bus(), name -> buses.find(tx, name)));
            return found;
        });
        var kept = new ArrayList<Kept>();
        for (var event : events) {
            var bus = known.get(event.bus());
            if (bus.isPresent() && bus.get().kmsKey() != null && !event.isOfAService()) {
                sealed(bus.get(), event, routes).ifPresent(kept::add);
            } else if (bus.isPresent() || event.bus().isDefault()) {
                kept.add(new Kept(event, event.json(), bus.map(it -> passage(it, event, null, routes)).orElse(null)));
            }
        }
        return kept;
    }

    /** Null where the bus does not log. */
    private static Passage passage(KeptBus bus, BusEvent event, Outcome.Failed refused, Routes routes) {
        if (!BusLog.isOn(bus)) {
            return null;
        }
        var passage = new Passage(bus, event, refused, new ArrayList<>());
        routes.passages.add(passage);
        return passage;
    }

    private Optional<Kept> sealed(KeptBus bus, BusEvent event, Routes routes) {
        try {
            var sealed = keys.sealed(event.bus(), bus.kmsKey(), event.json());
            return Optional.of(new Kept(event, sealed, passage(bus, event, null, routes)));
        } catch (ApiError refused) {
            LOG.log(System.Logger.Level.WARNING, "An event on " + bus.arn() + " cannot be encrypted: " + refused);
            passage(bus, event, Outcome.Failed.of(refused), routes);
            if (bus.deadLetterArn() != null) {
                var attributes = DeadLetters.attributes(Outcome.Failed.of(refused));
                routes.letters.add(new Dispatch(bus.account(), bus.region(), "events.amazonaws.com", bus.arn(), null,
                        bus.deadLetterArn(), Event.of(event.json()).withAttributes(attributes)));
            }
            return Optional.empty();
        }
    }

    private static RuleDelivery delivery(KeptRule rule, Events.Target target, Kept kept) {
        return new RuleDelivery(rule.account(), rule.region(), rule.bus(), rule.name(), target, kept.content(),
                kept.event().ingested(), kept.event().trace());
    }

    /** Tells CloudWatch of what follows; {@link #keep} does so by itself. */
    void count(Routes routes) {
        routes.matches.forEach(match -> measures.matched(match.rule()));
        routes.promises().forEach(promise -> measures.created(promise.delivery()));
    }

    /** Tells of what follows in the logs of buses, after the commit. */
    void log(Routes routes) {
        logs.passed(routes.passages);
    }

    void keep(Tx tx, Routes routes) {
        tx.afterCommit(() -> count(routes));
        routes.promises().forEach(promise -> deliveries.promise(tx, promise.id(), promise.delivery()));
        routes.archivals.forEach(archival -> archives.add(tx, archival));
        routes.letters.forEach(letter -> deadLetters.promise(tx, UUID.randomUUID().toString(), letter));
    }
}
