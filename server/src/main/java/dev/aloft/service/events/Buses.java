package dev.aloft.service.events;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.KeptBus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Event buses and who may put events on them. */
final class Buses {
    private static final int MOST = 100;
    private static final int PAGE = 100;
    private static final int MOST_OF_A_POLICY = 10_240;

    private final EventsData data;
    private final Store store;
    private final Time time;
    private final BusKeys keys;

    Buses(EventsData data, BusKeys keys, Store store, Time time) {
        this.keys = keys;
        this.data = data;
        this.store = store;
        this.time = time;
    }

    Events.CreateEventBusResponse create(Caller caller, Events.CreateEventBusRequest input) {
        if (input.eventSourceName() != null) {
            // No partner is here, so none has made a source for anybody.
            throw new Events.ResourceNotFoundException("Event source " + input.eventSourceName()
                    + " does not exist.");
        }
        if (input.name().contains("/")) {
            throw Refusals.invalid("Event bus name must not contain '/'.");
        }
        var now = time.instant();
        var name = BusName.of(caller, input.name());
        var bus = new KeptBus(caller.account(), caller.region(), input.name(), input.description(), null,
                deadLetters(input.deadLetterConfig()), Tags.with(Map.of(), input.tags()), now, now,
                keys.checked(caller, name, input.kmsKeyIdentifier()), input.logConfig());
        store.change(tx -> {
            if (input.name().equals(EventsData.DEFAULT_BUS) || !data.buses.putIfAbsent(tx, bus.key(), bus)) {
                throw new Events.ResourceAlreadyExistsException("Event bus " + input.name() + " already exists.");
            }
            if (data.buses.range(tx, EventsData.all(caller)).count() > MOST) {
                throw Refusals.tooMany();
            }
        });
        return Events.CreateEventBusResponse.of(r -> r.eventBusArn(bus.arn()).description(bus.description())
                .kmsKeyIdentifier(bus.kmsKey()).logConfig(bus.log()).deadLetterConfig(input.deadLetterConfig()));
    }

    Events.UpdateEventBusResponse update(Caller caller, Events.UpdateEventBusRequest input) {
        var name = BusName.of(caller, input.name());
        var now = time.instant();
        var letters = deadLetters(input.deadLetterConfig());
        var key = keys.checked(caller, name, input.kmsKeyIdentifier());
        var changed = store.<KeptBus>write(tx -> {
            var before = existing(tx, name, now);
            var bus = new KeptBus(before.account(), before.region(), before.name(), input.description(),
                    before.policy(), letters, before.tags(), before.created(), now, key,
                    input.logConfig());
            data.buses.put(tx, bus.key(), bus);
            return bus;
        });
        return Events.UpdateEventBusResponse.of(r -> r.arn(changed.arn()).name(changed.name())
                .description(changed.description()).kmsKeyIdentifier(changed.kmsKey()).logConfig(changed.log())
                .deadLetterConfig(input.deadLetterConfig()));
    }

    private static String deadLetters(Events.DeadLetterConfig config) {
        if (config == null || config.arn() == null || config.arn().isEmpty()) {
            return null;
        }
        if (!DeadLetters.isQueue(config.arn())) {
            throw Refusals.badArn(config.arn());
        }
        return config.arn();
    }

    Events.DescribeEventBusResponse describe(Caller caller, String nameOrArn) {
        var name = BusName.of(caller, nameOrArn);
        var bus = store.<KeptBus>read(tx -> existing(tx, name, time.instant()));
        return Events.DescribeEventBusResponse.of(r -> r.arn(bus.arn()).name(bus.name()).description(bus.description())
                .policy(bus.policy()).creationTime(bus.created()).lastModifiedTime(bus.modified())
                .kmsKeyIdentifier(bus.kmsKey()).logConfig(bus.log())
                .deadLetterConfig(bus.deadLetterArn() == null ? null
                        : Events.DeadLetterConfig.of(d -> d.arn(bus.deadLetterArn()))));
    }

    /** The default bus is there always. */
    KeptBus existing(ReadTx tx, BusName name, Instant now) {
        return data.buses.get(tx, name.key()).or(() -> name.isDefault() ? Optional.of(KeptBus.of(name.key(), now))
                : Optional.empty()).orElseThrow(() -> Refusals.noBus(name.name()));
    }

    /** As it is kept, which the default bus is not before it has a setting. */
    Optional<KeptBus> find(ReadTx tx, BusName name) {
        return data.buses.get(tx, name.key());
    }

    boolean exists(ReadTx tx, BusName name) {
        return name.isDefault() || data.buses.has(tx, name.key());
    }

    /** Deleting what is not there succeeds. */
    void delete(Caller caller, String name) {
        var bus = BusName.of(caller, name);
        if (bus.isDefault()) {
            throw Refusals.invalid("Cannot delete event bus default.");
        }
        store.change(tx -> {
            if (data.rules.range(tx, bus.key()).findAny().isPresent()) {
                throw Refusals.invalid("Event bus can't be deleted since it has rules.");
            }
            data.buses.delete(tx, bus.key());
        });
    }

    Events.ListEventBusesResponse list(Caller caller, Events.ListEventBusesRequest input) {
        var now = time.instant();
        return store.read(tx -> {
            var all = new TreeMap<String, KeptBus>();
            var ofCaller = BusName.of(caller, null);
            all.put(EventsData.DEFAULT_BUS, existing(tx, ofCaller, now));
            data.buses.range(tx, EventsData.all(caller)).map(Row::value).forEach(bus -> all.put(bus.name(), bus));
            var page = NamedPage.of(all.values().stream(), KeptBus::name, input.namePrefix(), input.nextToken(),
                    input.limit(),
                    PAGE, Refusals::badToken);
            return Events.ListEventBusesResponse.of(r -> r.eventBuses(page.items().stream().map(Buses::told).toList())
                    .nextToken(page.next()));
        });
    }

    private static Events.EventBus told(KeptBus bus) {
        return Events.EventBus.of(b -> b.name(bus.name()).arn(bus.arn()).description(bus.description())
                .policy(bus.policy())
                .creationTime(bus.created()).lastModifiedTime(bus.modified()));
    }

    void putPermission(Caller caller, Events.PutPermissionRequest input) {
        var name = BusName.of(caller, input.eventBusName());
        var now = time.instant();
        var statement = input.policy() == null ? statement(name, input) : null;
        if (input.policy() != null) {
            checkPolicy(input.policy());
        }
        store.change(tx -> {
            var bus = existing(tx, name, now);
            var policy = statement == null ? input.policy() : with(bus.policy(), statement);
            if (policy.getBytes(StandardCharsets.UTF_8).length > MOST_OF_A_POLICY) {
                throw new Events.PolicyLengthExceededException("The event bus policy is too long.");
            }
            data.buses.put(tx, bus.key(), bus.withPolicy(policy, now));
        });
    }

    private static void checkPolicy(String document) {
        try {
            Policy.of(document, Policy.Kind.RESOURCE);
        } catch (Policy.Malformed e) {
            throw Refusals.invalid("Parameter Policy is not valid. Reason: " + e.getMessage());
        }
    }

    private static Object tree(String json) {
        try {
            return JsonReader.tree(json);
        } catch (JsonReader.Malformed _) {
            return null;
        }
    }

    private static Map<String, Object> statement(BusName bus, Events.PutPermissionRequest input) {
        required("StatementId", input.statementId());
        required("Action", input.action());
        required("Principal", input.principal());
        if (!input.action().equals("events:PutEvents")) {
            throw Refusals.invalid("Provided value in parameter 'action' is not supported.");
        }
        var statement = new LinkedHashMap<String, Object>();
        statement.put("Sid", input.statementId());
        statement.put("Effect", "Allow");
        statement.put("Principal", input.principal().equals("*") ? "*"
                : Map.of("AWS", "arn:aws:iam::" + input.principal() + ":root"));
        statement.put("Action", input.action());
        statement.put("Resource", bus.arn());
        var condition = input.condition();
        if (condition != null) {
            statement.put("Condition", Map.of(condition.type(), Map.of(condition.key(), condition.value())));
        }
        return statement;
    }

    private static void required(String name, Object value) {
        if (value == null) {
            throw Refusals.invalid("Parameter " + name + " is required.");
        }
    }

    /** The policy with this statement in the place of the one that has its id. */
    private static String with(String policy, Map<String, Object> statement) {
        var statements = new ArrayList<>(statements(policy));
        statements.removeIf(each -> statement.get("Sid").equals(each.get("Sid")));
        statements.add(statement);
        return policy(statements);
    }

    private static String policy(List<? extends Map<?, ?>> statements) {
        var document = new LinkedHashMap<String, Object>();
        document.put("Version", "2012-10-17");
        document.put("Statement", statements);
        return JsonWriter.string(document);
    }

    private static List<Map<?, ?>> statements(String policy) {
        var statements = new ArrayList<Map<?, ?>>();
        if (policy != null && tree(policy) instanceof Map<?, ?> document) {
            var found = document.get("Statement");
            (found instanceof List<?> list ? list : List.of(found)).forEach(each -> statements.add((Map<?, ?>) each));
        }
        return statements;
    }

    void removePermission(Caller caller, Events.RemovePermissionRequest input) {
        var name = BusName.of(caller, input.eventBusName());
        var now = time.instant();
        boolean all = Boolean.TRUE.equals(input.removeAllPermissions());
        if (!all) {
            required("StatementId", input.statementId());
        }
        store.change(tx -> {
            var bus = existing(tx, name, now);
            var statements = statements(bus.policy());
            if (!all && !statements.removeIf(each -> input.statementId().equals(each.get("Sid")))) {
                throw new Events.ResourceNotFoundException("Statement with the provided id does not exist.");
            }
            var policy = all || statements.isEmpty() ? null : policy(statements);
            data.buses.put(tx, bus.key(), bus.withPolicy(policy, now));
        });
    }

    /** The resource policy of a bus, by its ARN. */
    Optional<String> policy(String arn) {
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().startsWith("event-bus/")) {
            return Optional.empty();
        }
        var parsed = Arn.parse(arn);
        var name = new BusName(parsed.account(), parsed.region(), parsed.resource().substring("event-bus/".length()));
        return store.<Optional<KeptBus>>read(tx -> data.buses.get(tx, name.key())).map(KeptBus::policy);
    }

    void changeTags(Tx tx, BusName name, Instant now, UnaryOperator<Map<String, String>> how) {
        var bus = existing(tx, name, now);
        data.buses.put(tx, bus.key(), bus.withTags(how.apply(bus.tags())));
    }
}
