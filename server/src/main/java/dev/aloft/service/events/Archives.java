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
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.KeptArchive;
import dev.aloft.service.events.EventsData.KeptRule;
import dev.aloft.service.events.Routing.Archival;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Archives: events of a bus, kept for a time to be replayed. As on AWS a rule that EventBridge manages itself brings
 * events into an archive, and it does not want those that are replayed.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html">Archive and replay</a>
 */
final class Archives {
    private static final System.Logger LOG = System.getLogger(Archives.class.getName());
    private static final String RULE_PREFIX = "Events-Archive-";
    private static final String MANAGED_BY = "prod.vhs.events.aws.internal";
    private static final int PAGE = 100;
    private static final int BATCH = 500;

    private final EventsData data;
    private final Buses buses;
    private final Rules rules;
    private final BusKeys keys;
    private final Store store;
    private final Time time;

    Archives(EventsData data, Buses buses, Rules rules, BusKeys keys, Store store, Time time) {
        this.keys = keys;
        this.data = data;
        this.buses = buses;
        this.rules = rules;
        this.store = store;
        this.time = time;
    }

    /** Whether it is an archive for which a rule is there. */
    static boolean manages(KeptRule rule) {
        return MANAGED_BY.equals(rule.managedBy());
    }

    /** The archive into which a managed rule brings events. */
    static String ofRule(String rule) {
        return rule.substring(RULE_PREFIX.length());
    }

    Events.CreateArchiveResponse create(Caller caller, Events.CreateArchiveRequest input) {
        var bus = BusName.of(caller, input.eventSourceArn());
        checkPattern(input.eventPattern());
        var archive = new KeptArchive(caller.account(), caller.region(), input.archiveName(), bus.name(),
                input.description(),
                input.eventPattern(), input.retentionDays() == null ? 0 : input.retentionDays(), 0, 0, time.instant(),
                keys.checked(caller, bus, input.kmsKeyIdentifier()));
        store.change(tx -> {
            if (data.archives.has(tx, archive.key())) {
                throw new Events.ResourceAlreadyExistsException("Archive " + archive.name() + " already exists.");
            }
            if (!buses.exists(tx, bus)) {
                throw Refusals.noBus(bus.name());
            }
            data.archives.put(tx, archive.key(), archive);
            manage(tx, archive);
        });
        return Events.CreateArchiveResponse.of(r -> r.archiveArn(archive.arn()).state(Events.ArchiveState.ENABLED)
                .creationTime(archive.created()));
    }

    private static void checkPattern(String pattern) {
        if (pattern != null) {
            Rules.pattern(pattern);
        }
    }

    private void manage(Tx tx, KeptArchive archive) {
        var name = RULE_PREFIX + archive.name();
        var rule = new KeptRule(archive.account(), archive.region(), archive.bus(), name,
                managedPattern(archive.pattern()), null,
                true, null, null, MANAGED_BY, Map.of());
        var template = "{\"archive-arn\": \"" + archive.arn() + "\", \"event\": <aws.events.event.json>, "
                + "\"ingestion-time\": <aws.events.event.ingestion-time>}";
        data.targets.put(tx, rule.key().and(name), Events.Target.of(t -> t.id(name)
                .arn("arn:aws:events:" + archive.region() + ":::")
                .inputTransformer(Events.InputTransformer.of(i -> i.inputPathsMap(Map.of()).inputTemplate(template)))));
        rules.keep(tx, rule);
    }

    private static String managedPattern(String pattern) {
        var all = new LinkedHashMap<Object, Object>();
        if (pattern != null && JsonReader.tree(pattern) instanceof Map<?, ?> given) {
            all.putAll(given);
        }
        all.put("replay-name", List.of(Map.of("exists", false)));
        return JsonWriter.string(all);
    }

    Events.UpdateArchiveResponse update(Caller caller, Events.UpdateArchiveRequest input) {
        if (input.eventPattern() == null && input.retentionDays() == null && input.description() == null
                && input.kmsKeyIdentifier() == null) {
            throw Refusals.invalid("At least one of EventPattern, RetentionDays or Description must be provided.");
        }
        checkPattern(input.eventPattern());
        var key = input.kmsKeyIdentifier() == null ? null : keys.checked(caller,
                store.<KeptArchive>read(tx -> updatable(tx, caller, input.archiveName())).busName(),
                input.kmsKeyIdentifier());
        var changed = store.<KeptArchive>write(tx -> {
            var before = updatable(tx, caller, input.archiveName());
            var archive = new KeptArchive(before.account(), before.region(), before.name(), before.bus(),
                    input.description() == null ? before.description() : input.description(),
                    input.eventPattern() == null ? before.pattern() : input.eventPattern(),
                    input.retentionDays() == null ? before.retentionDays() : input.retentionDays(),
                    before.events(), before.bytes(), before.created(),
                    input.kmsKeyIdentifier() == null ? before.kmsKey() : key);
            data.archives.put(tx, archive.key(), archive);
            manage(tx, archive);
            expireNext(tx, archive);
            return archive;
        });
        return Events.UpdateArchiveResponse.of(r -> r.archiveArn(changed.arn()).state(Events.ArchiveState.ENABLED)
                .creationTime(changed.created()));
    }

    /** AWS does not say that there is none. */
    private KeptArchive updatable(ReadTx tx, Caller caller, String name) {
        return data.archives.get(tx, EventsData.key(caller, name)).orElseThrow(() ->
                new Events.InternalException("Service encountered unexpected problem. Please try again."));
    }

    Events.DescribeArchiveResponse describe(Caller caller, String name) {
        var archive = store.<KeptArchive>read(tx -> existing(tx, caller, name));
        return Events.DescribeArchiveResponse.of(r -> r.archiveArn(archive.arn()).archiveName(archive.name())
                .eventSourceArn(source(archive)).description(archive.description()).eventPattern(archive.pattern())
                .state(Events.ArchiveState.ENABLED).retentionDays(archive.retentionDays()).sizeBytes(archive.bytes())
                .eventCount(archive.events()).creationTime(archive.created()).kmsKeyIdentifier(archive.kmsKey()));
    }

    private static String source(KeptArchive archive) {
        return archive.busName().arn();
    }

    KeptArchive existing(ReadTx tx, Caller caller, String name) {
        return data.archives.get(tx, EventsData.key(caller, name)).orElseThrow(() ->
                new Events.ResourceNotFoundException("Archive " + name + " does not exist."));
    }

    void delete(Caller caller, String name) {
        store.change(tx -> {
            var archive = existing(tx, caller, name);
            data.archives.delete(tx, archive.key());
            data.retention.add(tx, time.instant(), archive.key(), archive.key());
            rules.remove(tx, Rules.key(new BusName(archive.account(), archive.region(), archive.bus()), RULE_PREFIX
                    + name));
        });
    }

    Events.ListArchivesResponse list(Caller caller, Events.ListArchivesRequest input) {
        Refusals.severalFilters("ListArchives", input.state(), input.eventSourceArn(), input.namePrefix());
        var source = input.eventSourceArn() == null ? null : BusName.of(caller, input.eventSourceArn());
        return store.read(tx -> {
            if (source != null && !buses.exists(tx, source)) {
                throw Refusals.noBus(source.name());
            }
            var all = data.archives.range(tx, EventsData.all(caller)).map(Row::value)
                    .filter(archive -> source == null || archive.bus().equals(source.name()))
                    .filter(_ -> input.state() == null || input.state().equals(Events.ArchiveState.ENABLED));
            var page = NamedPage.of(all, KeptArchive::name, input.namePrefix(), input.nextToken(), input.limit(), PAGE,
                    Refusals::badToken);
            return Events.ListArchivesResponse.of(r -> r.archives(page.items().stream().map(Archives::told).toList())
                    .nextToken(page.next()));
        });
    }

    private static Events.Archive told(KeptArchive archive) {
        return Events.Archive.of(a -> a.archiveName(archive.name()).eventSourceArn(source(archive))
                .state(Events.ArchiveState.ENABLED).retentionDays(archive.retentionDays()).sizeBytes(archive.bytes())
                .eventCount(archive.events()).creationTime(archive.created()));
    }

    private static Key key(BusName bus, String name) {
        return Key.of(bus.account(), bus.region(), name);
    }

    /** The key of KMS that an archive of this bus has, or null. */
    String key(ReadTx tx, BusName bus, String name) {
        return data.archives.get(tx, key(bus, name)).map(KeptArchive::kmsKey).orElse(null);
    }

    /** The event as its archive keeps it, or nothing where the archive's key cannot be used. Not for transactions. */
    Optional<Archival> sealed(Archival archival) {
        if (archival.kmsKey() == null) {
            return Optional.of(archival);
        }
        var event = archival.event();
        try {
            return Optional.of(new Archival(archival.archive(), archival.kmsKey(), event,
                    keys.sealed(event.bus(), archival.kmsKey(), event.json())));
        } catch (ApiError refused) {
            LOG.log(System.Logger.Level.WARNING,
                    "An event is not kept in the archive " + archival.archive() + ": " + refused);
            return Optional.empty();
        }
    }

    /** Adds an event unless the archive is gone by now. */
    void add(Tx tx, Archival archival) {
        var event = archival.event();
        var key = key(event.bus(), archival.archive());
        data.archives.get(tx, key).ifPresent(archive -> {
            data.archived.put(tx, key.and(event.ingested(), event.id()), archival.content());
            var now = archive.holding(archive.events() + 1, archive.bytes() + archival.content().length);
            data.archives.put(tx, key, now);
            if (archive.retentionDays() > 0 && data.retention.get(tx, key).isEmpty()) {
                data.retention.add(tx, end(archive, event.ingested()), key, key);
            }
        });
    }

    private static Instant end(KeptArchive archive, Instant arrived) {
        return arrived.plus(Duration.ofDays(archive.retentionDays()));
    }

    private static Instant lastToGo(KeptArchive archive, Instant now) {
        return now.minus(Duration.ofDays(archive.retentionDays()));
    }

    private void expireNext(Tx tx, KeptArchive archive) {
        var first = data.archived.range(tx, Range.of(archive.key()).limit(1)).findFirst();
        if (archive.retentionDays() == 0 || first.isEmpty()) {
            data.retention.cancel(tx, archive.key());
        } else {
            data.retention.add(tx, end(archive, first.get().key().instant(3)), archive.key(), archive.key());
        }
    }

    /** Throws away what was kept long enough, and all of what archives that are gone had. */
    Optional<Instant> turn() {
        var now = time.instant();
        for (var due : store.<List<Due.Waiting<Key>>>read(tx -> data.retention.due(tx, now, BATCH))) {
            store.change(tx -> {
                var archive = data.archives.get(tx, due.id());
                var range = archive.isEmpty() ? Range.of(due.id())
                        : Range.of(due.id()).to(due.id().and(lastToGo(archive.get(), now).plusNanos(1)));
                var old = data.archived.range(tx, range.limit(BATCH)).toList();
                old.forEach(row -> data.archived.delete(tx, row.key()));
                if (archive.isPresent()) {
                    var left = archive.get().holding(archive.get().events() - old.size(),
                            archive.get().bytes() - old.stream().mapToLong(row -> row.value().length).sum());
                    data.archives.put(tx, due.id(), left);
                    expireNext(tx, left);
                } else if (old.size() < BATCH) {
                    data.retention.cancel(tx, due.id());
                }
            });
        }
        return store.read(data.retention::next);
    }

    /** The archive that an ARN names. */
    static Optional<Key> key(String arn) {
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().startsWith("archive/")) {
            return Optional.empty();
        }
        var parsed = Arn.parse(arn);
        return Optional.of(Key.of(parsed.account(), parsed.region(), parsed.resource().substring("archive/".length())));
    }
}
