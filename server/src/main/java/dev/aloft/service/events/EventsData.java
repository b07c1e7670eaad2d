package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What EventBridge keeps. Every key begins with account and region. */
final class EventsData {
    static final String DEFAULT_BUS = "default";

    final Signal due = new Signal();
    /** By the bus's name. The default bus is here only once it was given a policy, tags or a setting. */
    final Table<KeptBus> buses = Table.of("buses", Codec.of(KeptBus.class));
    /** By the bus's name: how often its rules or their targets were changed. */
    final Table<Long> changes = Table.of("changes", Codec.NUMBER);
    /** By the names of bus and rule. */
    final Table<KeptRule> rules = Table.of("bus-rules", Codec.of(KeptRule.class));
    /** By the names of bus and rule and the target's id. */
    final Table<Events.Target> targets = Table.of("bus-targets", Codec.of(Events.Target.class));
    /** By account, region, the bus's name, the target's ARN. */
    final Index<Events.Target> byTarget = targets.index("targets-by-arn",
            (key, target) -> List.of(Key.of(key.text(0), key.text(1), key.text(2), target.arn())));
    /** When each enabled rule fires next; the id is the rule's key. */
    final Due<Key> schedules = new Due<>(Space.of("schedules"), Codec.KEY, due);
    final Table<KeptArchive> archives = Table.of("archives", Codec.of(KeptArchive.class));
    /** By the archive's name, the moment of arrival and the event's id. */
    final Table<byte[]> archived = Table.of("archived", Codec.BYTES);
    /** When an archive's oldest event may be thrown away; the id is the archive's key. */
    final Due<Key> retention = new Due<>(Space.of("retention"), Codec.KEY, due);
    final Table<KeptReplay> replays = Table.of("replays", Codec.of(KeptReplay.class));
    /** The replays that have events left; the id is the replay's key. */
    final Due<Key> replaying = new Due<>(Space.of("replaying"), Codec.KEY, due);
    final Table<KeptConnection> connections = Table.of("connections", Codec.of(KeptConnection.class));
    /** When a secret is deleted that no connection has; the id is account, region and the secret's name. */
    final Due<Key> abandoned = new Due<>(Space.of("abandoned-secrets"), Codec.KEY, due);
    final Table<KeptDestination> destinations = Table.of("destinations", Codec.of(KeptDestination.class));

    /** By the endpoint's name. */
    final Table<KeptEndpoint> endpoints = Table.of("endpoints", Codec.of(KeptEndpoint.class));
    final Index<KeptEndpoint> endpointsById =
            endpoints.index("endpoints-by-id", endpoint -> List.of(Key.of(endpoint.id())));

    /**
     * @param policy a JSON document, or null
     * @param kmsKey as it was given, or null for the one that AWS owns
     * @param log    or null
     */
    record KeptBus(
            String account,
            String region,
            String name,
            String description,
            String policy,
            String deadLetterArn,
            Map<String, String> tags,
            Instant created,
            Instant modified,
            String kmsKey,
            Events.LogConfig log) {
        static KeptBus of(Key key, Instant now) {
            return new KeptBus(key.text(0), key.text(1), key.text(2), null, null, null, Map.of(), now, now, null, null);
        }

        String arn() {
            return "arn:aws:events:" + region + ":" + account + ":event-bus/" + name;
        }

        Key key() {
            return Key.of(account, region, name);
        }

        KeptBus withPolicy(String changed, Instant now) {
            return new KeptBus(account, region, name, description, changed, deadLetterArn, tags, created, now, kmsKey,
                    log);
        }

        KeptBus withTags(Map<String, String> changed) {
            return new KeptBus(account, region, name, description, policy, deadLetterArn, changed, created, modified,
                    kmsKey, log);
        }
    }

    /**
     * Pattern and schedule: at least one of them is there.
     *
     * @param managedBy the service that made the rule for itself, or null
     */
    record KeptRule(
            String account,
            String region,
            String bus,
            String name,
            String pattern,
            String schedule,
            boolean enabled,
            String description,
            String roleArn,
            String managedBy,
            Map<String, String> tags) {
        String arn() {
            return Rules.arn(account, region, bus, name);
        }

        Key key() {
            return Key.of(account, region, bus, name);
        }

        KeptRule withEnabled(boolean changed) {
            return new KeptRule(account, region, bus, name, pattern, schedule, changed, description, roleArn, managedBy,
                    tags);
        }

        KeptRule withTags(Map<String, String> changed) {
            return new KeptRule(account, region, bus, name, pattern, schedule, enabled, description, roleArn, managedBy,
                    changed);
        }
    }

    /**
     * @param retentionDays 0 for ever
     * @param events        how many it holds
     * @param bytes         how much they are together
     * @param kmsKey        as it was given, or null for the one that AWS owns
     */
    record KeptArchive(
            String account,
            String region,
            String name,
            String bus,
            String description,
            String pattern,
            int retentionDays,
            long events,
            long bytes,
            Instant created,
            String kmsKey) {
        String arn() {
            return "arn:aws:events:" + region + ":" + account + ":archive/" + name;
        }

        Key key() {
            return Key.of(account, region, name);
        }

        BusName busName() {
            return new BusName(account, region, bus);
        }

        KeptArchive holding(long changedEvents, long changedBytes) {
            return new KeptArchive(account, region, name, bus, description, pattern, retentionDays, changedEvents,
                    changedBytes, created, kmsKey);
        }
    }

    /**
     * @param after  the key of the event that was replayed last, or null
     * @param last   when that event had arrived, or null
     * @param ended  when it was completed or cancelled, or failed, or null
     * @param failure why it failed, or null
     */
    record KeptReplay(
            String account,
            String region,
            String name,
            String description,
            String archive,
            String bus,
            List<String> ruleArns,
            String state,
            Instant from,
            Instant to,
            Key after,
            Instant last,
            Instant started,
            Instant ended,
            String failure) {
        String arn() {
            return "arn:aws:events:" + region + ":" + account + ":replay/" + name;
        }

        Key key() {
            return Key.of(account, region, name);
        }

        KeptReplay in(String changed, Instant end) {
            return new KeptReplay(account, region, name, description, archive, bus, ruleArns, changed, from, to, after,
                    last, started, end, failure);
        }

        KeptReplay failed(String why, Instant end) {
            return new KeptReplay(account, region, name, description, archive, bus, ruleArns,
                    Events.ReplayState.FAILED, from, to, after, last, started, end, why);
        }

        KeptReplay upTo(Key event, Instant arrived) {
            return new KeptReplay(account, region, name, description, archive, bus, ruleArns,
                    Events.ReplayState.RUNNING, from, to,
                    event, arrived, started, ended, failure);
        }
    }

    /**
     * @param id         the last part of its ARN
     * @param secretId   the end of its secret's name
     * @param parameters of one that was made before there was Secrets Manager here: encrypted, until it has a secret
     * @param secretArn  null of such a one
     * @param kmsKey     of its secret, as it was given, or null for the one that AWS owns
     * @param failure    why it is in its state, or null
     */
    record KeptConnection(
            String account,
            String region,
            String name,
            String id,
            String secretId,
            String description,
            String type,
            byte[] parameters,
            String state,
            Instant created,
            Instant modified,
            Instant authorized,
            String secretArn,
            String kmsKey,
            String failure) {
        String arn() {
            return "arn:aws:events:" + region + ":" + account + ":connection/" + name + "/" + id;
        }

        KeptConnection withKey(String changed) {
            return new KeptConnection(account, region, name, id, secretId, description, type, parameters, state,
                    created, modified, authorized, secretArn, changed, failure);
        }

        KeptConnection withSecret(String arn) {
            return new KeptConnection(account, region, name, id, secretId, description, type, null, state, created,
                    modified, authorized, arn, kmsKey, failure);
        }

        /** @param why it is in this state, or null */
        KeptConnection in(String other, String why, Instant now) {
            return new KeptConnection(account, region, name, id, secretId, description, type, parameters, other,
                    created, now, authorized, secretArn, kmsKey, why);
        }

        Key key() {
            return Key.of(account, region, name);
        }
    }

    /** @param rateLimit invocations a second */
    record KeptDestination(
            String account,
            String region,
            String name,
            String id,
            String description,
            String connectionArn,
            String method,
            String url,
            int rateLimit,
            Instant created,
            Instant modified) {
        String arn() {
            return "arn:aws:events:" + region + ":" + account + ":api-destination/" + name + "/" + id;
        }

        Key key() {
            return Key.of(account, region, name);
        }
    }

    /**
     * A global endpoint; its region is the primary one.
     *
     * @param id          the subdomain at which SDKs reach it
     * @param secondary   a region
     * @param replicates  whether events of each bus are copied to the other
     * @param bus         the name of both buses
     * @param failure     why its rules could not be made, or null
     */
    record KeptEndpoint(
            String account,
            String region,
            String name,
            String id,
            String description,
            String healthCheck,
            String secondary,
            boolean replicates,
            String bus,
            String roleArn,
            Instant created,
            Instant modified,
            String failure) {
        String arn() {
            return "arn:aws:events:" + region + ":" + account + ":endpoint/" + name;
        }

        String url() {
            return "https://" + id + ".endpoint.events.amazonaws.com";
        }

        String state() {
            return failure == null ? Events.EndpointState.ACTIVE
                    : created.equals(modified) ? Events.EndpointState.CREATE_FAILED
                    : Events.EndpointState.UPDATE_FAILED;
        }

        Key key() {
            return Key.of(account, region, name);
        }

        BusName primaryBus() {
            return new BusName(account, region, bus);
        }

        BusName secondaryBus() {
            return new BusName(account, secondary, bus);
        }

        KeptEndpoint with(String reason) {
            return new KeptEndpoint(account, region, name, id, description, healthCheck, secondary, replicates, bus,
                roleArn,
                    created, modified, reason);
        }
    }

    static Key all(Caller caller) {
        return Key.of(caller.account(), caller.region());
    }

    static Key key(Caller caller, String name) {
        return Key.of(caller.account(), caller.region(), name);
    }
}
