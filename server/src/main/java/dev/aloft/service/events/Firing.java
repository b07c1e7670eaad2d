package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Backoff;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.Delivery;
import dev.aloft.service.events.EventsData.KeptRule;
import dev.aloft.service.events.EventsData.KeptTarget;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The worker: makes events of the schedules that fell due, and brings the events that are on their way to their targets.
 *
 * <p>A schedule that was missed while the platform was down fires once, not once for each time.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html">How EventBridge retries</a>
 */
final class Firing {
    private static final Logger LOG = System.getLogger(Firing.class.getName());
    private static final int BATCH = 100;
    private static final int MOST_RETRIES = 185;
    private static final int LONGEST_AGE_SECONDS = 86_400;
    private static final Backoff RETRY = new Backoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(10));
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

    private final EventsData data;
    private final Targets targets;
    private final Store store;
    private final Time time;

    Firing(EventsData data, Targets targets, Store store, Time time) {
        this.data = data;
        this.targets = targets;
        this.store = store;
        this.time = time;
    }

    Optional<Instant> turn() {
        var now = time.instant();
        for (var schedule : store.<List<Due.Waiting<Key>>>read(tx -> data.schedules.due(tx, now, BATCH))) {
            store.change(tx -> fire(tx, schedule, now));
        }
        for (var delivery : store.<List<Due.Waiting<Delivery>>>read(tx -> data.deliveries.due(tx, now, BATCH))) {
            deliver(delivery);
        }
        return store.read(tx -> Stream.concat(data.schedules.next(tx).stream(), data.deliveries.next(tx).stream())
                .min(Instant::compareTo));
    }

    /** The events and the schedule's next moment, in one commit; whoever comes second finds nothing to do. */
    private void fire(Tx tx, Due.Waiting<Key> waiting, Instant now) {
        var current = data.schedules.get(tx, waiting.id()).filter(it -> it.at().equals(waiting.at()));
        var rule = data.rules.get(tx, waiting.value()).filter(KeptRule::enabled);
        if (current.isEmpty()) {
            return;
        }
        if (rule.isEmpty()) {
            data.schedules.cancel(tx, waiting.id());
            return;
        }
        data.targets.range(tx, waiting.value()).map(Row::value).toList()
                .forEach(target -> promise(tx, rule.get(), target, waiting.at(), now));
        next(rule.get(), waiting.at(), now).ifPresentOrElse(
                at -> data.schedules.add(tx, at, waiting.id(), waiting.value()),
                () -> data.schedules.cancel(tx, waiting.id()));
    }

    /** Counted from the last moment so that a rate does not drift; what lies in the past is passed over. */
    private static Optional<Instant> next(KeptRule rule, Instant last, Instant now) {
        var schedule = Rules.schedule(rule.schedule());
        var next = schedule.next(last, ZoneOffset.UTC);
        return next.isPresent() && !next.get().isAfter(now) ? schedule.next(now, ZoneOffset.UTC) : next;
    }

    private void promise(Tx tx, KeptRule rule, KeptTarget target, Instant at, Instant now) {
        var id = UUID.nameUUIDFromBytes((rule.arn() + "/" + at).getBytes(StandardCharsets.UTF_8)).toString();
        var event = new LinkedHashMap<String, Object>();
        event.put("version", "0");
        event.put("id", id);
        event.put("detail-type", "Scheduled Event");
        event.put("source", "aws.events");
        event.put("account", rule.account());
        event.put("time", SECONDS.format(at));
        event.put("region", rule.region());
        event.put("resources", List.of(rule.arn()));
        event.put("detail", Map.of());
        data.deliveries.add(tx, now, Key.of(id, target.id()), new Delivery(rule.account(), rule.region(), rule.arn(),
                target.arn(), input(rule, target, event, now).getBytes(StandardCharsets.UTF_8), now, 0,
                target.maximumRetries() == null ? MOST_RETRIES : target.maximumRetries(),
                target.maximumAgeSeconds() == null ? LONGEST_AGE_SECONDS : target.maximumAgeSeconds()));
    }

    private static String input(KeptRule rule, KeptTarget target, Map<String, Object> event, Instant now) {
        if (target.input() != null) {
            return target.input();
        }
        if (target.inputPath() != null) {
            return JsonWriter.string(EventPath.find(target.inputPath(), event).orElse(Map.of()));
        }
        if (target.template() == null) {
            return JsonWriter.string(event);
        }
        return InputTransformer.fill(target.template(), name -> switch (name) {
            case "aws.events.rule-arn" -> rule.arn();
            case "aws.events.rule-name" -> rule.name();
            case "aws.events.event.ingestion-time" -> SECONDS.format(now.truncatedTo(ChronoUnit.SECONDS));
            case "aws.events.event", "aws.events.event.json" -> event;
            default -> EventPath.find(target.inputPaths().get(name), event).orElse(null);
        });
    }

    private void deliver(Due.Waiting<Delivery> waiting) {
        var delivery = waiting.value();
        try {
            targets.deliver(caller(delivery, waiting.id()), Arn.parse(delivery.targetArn()), Event.of(delivery.event()));
        } catch (ApiError e) {
            failed(waiting, e);
            return;
        }
        store.change(tx -> data.deliveries.cancel(tx, waiting.id()));
    }

    private static Caller caller(Delivery delivery, Key id) {
        return new Caller(delivery.account(), delivery.region(),
                new Principal.Service("events.amazonaws.com", delivery.ruleArn()), id.text(0), null, 1, null, null, null);
    }

    /** A missing permission or target is not tried again; anything else until it is too often or too old. */
    private void failed(Due.Waiting<Delivery> waiting, ApiError e) {
        var delivery = waiting.value().failed();
        var next = time.instant().plus(RETRY.after(delivery.attempts()));
        boolean hopeless = e.status() == 403 || e.status() == 404 || e.code().startsWith("AccessDenied")
                || e.code().equals("ResourceNotFoundException") || e.code().equals("NotImplemented");
        if (hopeless || delivery.attempts() > delivery.maximumRetries()
                || next.isAfter(delivery.first().plusSeconds(delivery.maximumAgeSeconds()))) {
            LOG.log(Level.WARNING, "An event of " + delivery.ruleArn() + " was given up after " + delivery.attempts()
                    + " attempts to bring it to " + delivery.targetArn() + ": " + e.getMessage());
            store.change(tx -> data.deliveries.cancel(tx, waiting.id()));
        } else {
            store.change(tx -> data.deliveries.add(tx, next, waiting.id(), delivery));
        }
    }
}
