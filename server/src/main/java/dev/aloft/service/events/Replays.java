package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.KeptArchive;
import dev.aloft.service.events.EventsData.KeptReplay;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Replays: a worker puts an archive's events on their bus again, oldest first, a batch a commit. */
final class Replays {
    private static final int PAGE = 100;
    private static final int BATCH = 100;
    private static final int MOST_AT_ONCE = 10;

    private final EventsData data;
    private final Buses buses;
    private final Routing routing;
    private final BusKeys keys;
    private final Store store;
    private final Time time;

    Replays(EventsData data, Buses buses, Routing routing, BusKeys keys, Store store, Time time) {
        this.keys = keys;
        this.data = data;
        this.buses = buses;
        this.routing = routing;
        this.store = store;
        this.time = time;
    }

    Events.StartReplayResponse start(Caller caller, Events.StartReplayRequest input) {
        var archiveKey = Archives.key(input.eventSourceArn())
                .orElseThrow(() -> Refusals.badArn(input.eventSourceArn()));
        var destination = destination(caller, input.destination().arn());
        var rules = input.destination().filterArns() == null ? List.<String>of() : input.destination().filterArns();
        rules.stream().filter(arn -> !Arn.isArn(arn) || !Arn.parse(arn).resource().startsWith("rule/")).findFirst()
                .ifPresent(arn -> {
                    throw Refusals.badArn(arn);
                });
        var now = time.instant();
        var started = store.<KeptReplay>write(tx -> {
            var key = EventsData.key(caller, input.replayName());
            if (data.replays.has(tx, key)) {
                throw new Events.ResourceAlreadyExistsException("Replay " + input.replayName() + " already exists.");
            }
            if (!input.eventStartTime().isBefore(input.eventEndTime())) {
                throw Refusals.invalid("Parameter EventEndTime is not valid. Reason: EventStartTime must be "
                        + "before EventEndTime.");
            }
            if (!buses.exists(tx, destination)) {
                throw Refusals.noBus(destination.name());
            }
            var archive = data.archives.get(tx, archiveKey).orElseThrow(() -> Refusals.invalid(
                    "Parameter EventSourceArn is not valid. Reason: Archive " + archiveKey.text(2)
                            + " does not exist."));
            checkDestination(archive, destination);
            if (data.replaying.all(tx).stream().filter(it -> it.id().startsWith(EventsData.all(caller)))
                    .count() >= MOST_AT_ONCE) {
                throw Refusals.tooMany();
            }
            var replay = new KeptReplay(caller.account(), caller.region(), input.replayName(), input.description(),
                    archive.name(),
                    archive.bus(), rules, Events.ReplayState.STARTING, input.eventStartTime(), input.eventEndTime(),
                            null, null,
                    now, null, null);
            data.replays.put(tx, key, replay);
            data.replaying.add(tx, now, key, key);
            return replay;
        });
        return Events.StartReplayResponse.of(r -> r.replayArn(started.arn()).state(started.state())
                .replayStartTime(started.started()));
    }

    private static BusName destination(Caller caller, String arn) {
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().startsWith("event-bus/")) {
            throw Refusals.invalid("Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.");
        }
        return BusName.of(caller, arn);
    }

    private static void checkDestination(KeptArchive archive, BusName destination) {
        if (!destination.account().equals(archive.account()) || !destination.region().equals(archive.region())) {
            throw Refusals.noBus(destination.name());
        }
        if (!destination.name().equals(archive.bus())) {
            throw Refusals.invalid(
                    "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.");
        }
    }

    KeptReplay get(Caller caller, String name) {
        return store.<KeptReplay>read(tx -> existing(tx, caller, name));
    }

    private KeptReplay existing(ReadTx tx, Caller caller, String name) {
        return data.replays.get(tx, EventsData.key(caller, name)).orElseThrow(() ->
                new Events.ResourceNotFoundException("Replay " + name + " does not exist."));
    }

    Events.DescribeReplayResponse describe(Caller caller, String name) {
        var replay = get(caller, name);
        return Events.DescribeReplayResponse.of(r -> r.replayName(name).replayArn(replay.arn())
                .description(replay.description())
                .state(replay.state()).stateReason(replay.failure()).eventSourceArn(archiveArn(replay))
                .destination(Events.ReplayDestination.of(d -> d.arn(bus(replay).arn())
                        .filterArns(replay.ruleArns().isEmpty() ? null : replay.ruleArns())))
                .eventStartTime(replay.from()).eventEndTime(replay.to()).eventLastReplayedTime(replay.last())
                .replayStartTime(replay.started()).replayEndTime(replay.ended()));
    }

    private static BusName bus(KeptReplay replay) {
        return new BusName(replay.account(), replay.region(), replay.bus());
    }

    private static String archiveArn(KeptReplay replay) {
        return "arn:aws:events:" + replay.region() + ":" + replay.account() + ":archive/" + replay.archive();
    }

    Events.CancelReplayResponse cancel(Caller caller, String name) {
        var now = time.instant();
        var cancelled = store.<KeptReplay>write(tx -> {
            var replay = existing(tx, caller, name);
            if (!data.replaying.cancel(tx, replay.key())) {
                throw new Events.IllegalStatusException("Replay " + name
                        + " is not in a valid state for this operation.");
            }
            data.replays.put(tx, replay.key(), replay.in(Events.ReplayState.CANCELLED, now));
            return replay.in(Events.ReplayState.CANCELLING, null);
        });
        return Events.CancelReplayResponse.of(r -> r.replayArn(cancelled.arn()).state(cancelled.state()));
    }

    Events.ListReplaysResponse list(Caller caller, Events.ListReplaysRequest input) {
        Refusals.severalFilters("ListReplays", input.state(), input.eventSourceArn(), input.namePrefix());
        return store.read(tx -> {
            var all = data.replays.range(tx, EventsData.all(caller)).map(Row::value)
                    .filter(replay -> input.eventSourceArn() == null || input.eventSourceArn()
                            .equals(archiveArn(replay)))
                    .filter(replay -> input.state() == null || input.state().equals(replay.state()));
            var page = NamedPage.of(all, KeptReplay::name, input.namePrefix(), input.nextToken(), input.limit(), PAGE,
                    Refusals::badToken);
            return Events.ListReplaysResponse.of(r -> r.replays(page.items().stream().map(Replays::told).toList())
                    .nextToken(page.next()));
        });
    }

    private static Events.Replay told(KeptReplay replay) {
        return Events.Replay.of(r -> r.replayName(replay.name()).eventSourceArn(archiveArn(replay))
                .state(replay.state()).stateReason(replay.failure())
                .eventStartTime(replay.from()).eventEndTime(replay.to()).eventLastReplayedTime(replay.last())
                .replayStartTime(replay.started()).replayEndTime(replay.ended()));
    }

    /** A batch of each replay that has events left. */
    Optional<Instant> turn() {
        var now = time.instant();
        for (var due : store.<List<Due.Waiting<Key>>>read(tx -> data.replaying.due(tx, now, MOST_AT_ONCE * 10))) {
            store.<Optional<KeptReplay>>read(tx -> data.replays.get(tx, due.id()))
                    .ifPresent(replay -> goOn(replay, now));
        }
        return store.read(data.replaying::next);
    }

    private void goOn(KeptReplay replay, Instant now) {
        var archive = Key.of(replay.account(), replay.region(), replay.archive());
        var range = Range.of(archive).from(archive.and(replay.from())).to(archive.and(replay.to())).limit(BATCH);
        var some = store.<List<Row<byte[]>>>read(tx ->
                data.archived.range(tx, replay.after() == null ? range : range.after(replay.after())).toList());
        Routing.Routes routes;
        try {
            routes = routing.routes(some.stream().map(row -> replayed(replay, row, now)).toList(), replay.ruleArns());
        } catch (ApiError refused) {
            fail(replay, refused, now);
            return;
        }
        boolean kept = store.<Boolean>write(tx -> {
            var current = data.replays.get(tx, replay.key());
            // Cancelled, or gone on by somebody else.
            if (current.isEmpty() || data.replaying.get(tx, replay.key()).isEmpty() || !current.get().equals(replay)) {
                return false;
            }
            routing.keep(tx, routes);
            var next = some.isEmpty() ? replay
                    : replay.upTo(some.getLast().key(), some.getLast().key().instant(3));
            if (some.size() < BATCH) {
                data.replaying.cancel(tx, replay.key());
                next = next.in(Events.ReplayState.COMPLETED, now);
            } else {
                data.replaying.add(tx, now, replay.key(), replay.key());
            }
            data.replays.put(tx, replay.key(), next);
            return true;
        });
        if (kept) {
            routing.log(routes);
        }
    }

    /** The archive's key cannot be used. */
    private void fail(KeptReplay replay, ApiError refused, Instant now) {
        store.change(tx -> {
            if (data.replaying.cancel(tx, replay.key())) {
                data.replays.put(tx, replay.key(), replay.failed(refused.getMessage(), now));
            }
        });
    }

    private BusEvent replayed(KeptReplay replay, Row<byte[]> row, Instant now) {
        var event = new LinkedHashMap<Object, Object>(
                (Map<?, ?>) JsonReader.tree(keys.opened(bus(replay), row.value())));
        event.put("replay-name", replay.name());
        return new BusEvent(bus(replay), String.valueOf(event.get("id")), JsonWriter.bytes(event), now, null,
                null);
    }
}
