package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.Principal;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.KeptRule;
import dev.aloft.service.events.Routing.Match;
import dev.aloft.service.events.Routing.Passage;
import dev.aloft.service.events.Routing.Promise;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes events of the rules whose schedule fell due. One that was missed while the platform was down fires once, not
 * once for each time.
 */
final class Schedules {
    private static final int BATCH = 500;

    private final EventsData data;
    private final Deliveries<RuleDelivery> deliveries;
    private final Store store;
    private final Time time;
    private final BusLogs logs;
    private final Measures measures;

    Schedules(EventsData data, Deliveries<RuleDelivery> deliveries, BusLogs logs, Measures measures, Store store,
            Time time) {
        this.logs = logs;
        this.measures = measures;
        this.data = data;
        this.deliveries = deliveries;
        this.store = store;
        this.time = time;
    }

    /** Fires what is due, in the order in which it fell due. */
    Optional<Instant> turn() {
        var now = time.instant();
        List<Due.Waiting<Key>> due;
        do {
            due = store.<List<Due.Waiting<Key>>>read(tx -> data.schedules.due(tx, now, BATCH));
            var some = due;
            if (!some.isEmpty()) {
                logs.passed(store.<List<Passage>>write(tx ->
                        some.stream().flatMap(waiting -> fire(tx, waiting, now).stream()).toList()));
            }
        } while (due.size() == BATCH);
        return store.read(data.schedules::next);
    }

    /**
     * The deliveries and the schedule's next moment are one commit; whoever comes second finds nothing to do.
     *
     * @return what the bus's log is told, where it is told anything
     */
    private Optional<Passage> fire(Tx tx, Due.Waiting<Key> waiting, Instant now) {
        if (data.schedules.get(tx, waiting.id()).filter(it -> it.at().equals(waiting.at())).isEmpty()) {
            return Optional.empty();
        }
        var rule = data.rules.get(tx, waiting.value()).filter(it -> it.enabled() && it.schedule() != null);
        rule.flatMap(it -> next(it, waiting.at(), now)).ifPresentOrElse(
                at -> data.schedules.add(tx, at, waiting.id(), waiting.value()),
                () -> data.schedules.cancel(tx, waiting.id()));
        return rule.flatMap(it -> fire(tx, it, waiting.at(), now));
    }

    private Optional<Passage> fire(Tx tx, KeptRule rule, Instant at, Instant now) {
        var event = event(rule, at, now);
        var match = new Match(delivery(rule, null, event), data.targets.range(tx, rule.key()).map(Row::value)
                .map(target -> new Promise(event.id() + "/" + target.id(), delivery(rule, target, event))).toList());
        match.promises().forEach(promise -> deliveries.promise(tx, promise.id(), promise.delivery()));
        tx.afterCommit(() -> measures.triggered(match.rule()));
        return data.buses.get(tx, event.bus().key()).filter(BusLog::isOn)
                .map(bus -> new Passage(bus, event, null, List.of(match)));
    }

    /** Counted from the last moment so that a rate does not drift; what lies in the past is passed over. */
    private static Optional<Instant> next(KeptRule rule, Instant last, Instant now) {
        var schedule = Rules.schedule(rule.schedule());
        var next = schedule.next(last, ZoneOffset.UTC);
        return next.isPresent() && !next.get().isAfter(now) ? schedule.next(now, ZoneOffset.UTC) : next;
    }

    private static BusEvent event(KeptRule rule, Instant at, Instant now) {
        var id = UUID.nameUUIDFromBytes((rule.arn() + "/" + at).getBytes(StandardCharsets.UTF_8)).toString();
        var caller = new Caller(rule.account(), rule.region(), new Principal.Root(rule.account()), id, null, 0, null,
                null, null);
        return BusEvent.of(BusName.of(rule.key()), caller, id, "aws.events", "Scheduled Event", at,
                List.of(rule.arn()), Map.of(), now);
    }

    private static RuleDelivery delivery(KeptRule rule, Events.Target target, BusEvent event) {
        return new RuleDelivery(rule.account(), rule.region(), rule.bus(), rule.name(), target, event.json(),
                event.ingested(), null);
    }
}
