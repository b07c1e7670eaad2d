package dev.aloft.service.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Target;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.identity.Authorizer;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.PolicySource;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.secretsmanager.SecretsManagerService;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.function.Executable;

/**
 * EventBridge behind the one door with IAM at it, on a store at its worst; queues and functions take what is brought
 * and note it.
 */
abstract class EventsFixture {
    static final String ACCOUNT = "111122223333";
    static final String OTHER = "444455556666";
    static final Caller ROOT = root(ACCOUNT, "us-east-1");
    static final String FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:tick";
    static final String QUEUE = "arn:aws:sqs:us-east-1:111122223333:queue";
    static final String DEAD = "arn:aws:sqs:us-east-1:111122223333:dead";
    static final String ROLE = "arn:aws:iam::111122223333:role/events";

    record Delivered(Caller caller, String target, Event event) {
        String body() {
            return new String(event.body(), StandardCharsets.UTF_8);
        }

        Map<?, ?> json() {
            return (Map<?, ?>) JsonReader.tree(event.body());
        }
    }

    final List<Delivered> delivered = Collections.synchronizedList(new ArrayList<>());
    /** What buses told CloudWatch Logs. */
    record Logged(String resource, String type, Map<String, Object> record) {}

    final List<Logged> logged = Collections.synchronizedList(new ArrayList<>());
    /** By target: what it answers. */
    final Map<String, ApiError> failures = new HashMap<>();
    /** Policy documents by role, each of which trusts everybody. */
    final Map<String, String> rolePolicies = new HashMap<>();
    final TestTime time = new TestTime();
    final KeyFile keys = KeyFile.inMemory();
    final MemoryStore memory = new MemoryStore();
    final Store store = new FlakyStore(memory);
    final Targets targets = new Targets();
    final Roles roles = new Roles(source(), time);
    final Authorizer authorizer = new Authorizer(source(), time);
    final LocalEndpoint endpoint = new LocalEndpoint(authorizer, store::inTransaction);
    final Metrics metrics = new Metrics(endpoint, time);
    final EventsService service;
    final Events events = Events.at(endpoint);
    private final Workers workers;

    EventsFixture() {
        List.of("lambda", "sqs", "kinesis").forEach(name -> targets.add(noting(name)));
        targets.add(new BusTarget(endpoint));

        endpoint.add(new SecretsManagerService(store, keys, time, endpoint));
        service = new EventsService(store, targets, time, endpoint, authorizer, roles, keys,
                new Outbound(), metrics, (resource, type, entries) -> entries.forEach(entry ->
                    logged.add(new Logged(resource.toString(), type, entry.fields()))), () -> "http://localhost");
        endpoint.add(service);
        workers = new Workers(time, service.workers());
        workers.start();
    }

    @AfterEach
    void close() {
        workers.close();
    }

    private Target noting(String name) {
        return new Target() {
            @Override
            public String service() {
                return name;
            }

            @Override
            public void deliver(Caller caller, Arn target, Event event) {
                delivered.add(new Delivered(caller, target.toString(), event));
                if (failures.containsKey(target.toString())) {
                    throw failures.get(target.toString());
                }
            }
        };
    }

    private PolicySource source() {
        return new PolicySource() {
            @Override
            public boolean hasUsers() {
                return false;
            }

            @Override
            public Optional<AccessKey> accessKey(String accessKeyId) {
                return Optional.empty();
            }

            @Override
            public Optional<Role> role(String roleArn) {
                return Optional.ofNullable(rolePolicies.get(roleArn)).map(_ -> new Role(roleArn, "AROA", """
                    {"Statement":[{"Effect":"Allow","Principal":{"Service":\
                    ["events.amazonaws.com","apidestinations.events.amazonaws.com"]},"Action":"sts:AssumeRole"}]}""",
                    3600));
            }

            @Override
            public boolean isThere(String principal, String account) {
                return true;
            }

            @Override
            public Optional<Identity> identity(Principal principal) {
                return principal instanceof Principal.RoleSession session
                    ? Optional.ofNullable(rolePolicies.get(session.roleArn()))
                        .map(policy -> new Identity(List.of(new Attached(null, policy)), Optional.empty(), Map.of()))
                    : Optional.empty();
            }
        };
    }

    static Caller root(String account, String region) {
        return new Caller(account, region, new Principal.Root(account), "r", null, 0, "http://localhost:4566",
                "127.0.0.1", "test");
    }

    static String allow(String action, String resource) {
        return "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"" + action + "\",\"Resource\":\"" + resource
                + "\"}]}";
    }

    static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
            .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
                    .hasMessage(message);
    }

    void schedule(String name, String expression) {
        events.putRule(ROOT, Events.PutRuleRequest.of(r -> r.name(name).scheduleExpression(expression)));
    }

    void rule(String bus, String name, String pattern) {
        events.putRule(ROOT, Events.PutRuleRequest.of(r -> r.name(name).eventPattern(pattern).eventBusName(bus)));
    }

    void target(String bus, String rule, Events.Target... given) {
        events.putTargets(ROOT, Events.PutTargetsRequest.of(r -> r.rule(rule).eventBusName(bus)
                .targets(List.of(given))));
    }

    static Events.Target target(String id, String arn) {
        return Events.Target.of(t -> t.id(id).arn(arn));
    }

    Events.PutEventsResponse put(Caller caller, String bus, String source, String detail) {
        return events.putEvents(caller,
                Events.PutEventsRequest.of(r -> r.entries(List.of(entry(bus, source, detail)))));
    }

    static Events.PutEventsRequestEntry entry(String bus, String source, String detail) {
        return Events.PutEventsRequestEntry.of(e -> e.eventBusName(bus).source(source).detailType("Happened")
                .detail(detail));
    }

    /** Brings all that is due now. */
    List<Delivered> settled() {
        time.settle();
        return List.copyOf(delivered);
    }

    List<String> bodies(String target) {
        return delivered.stream().filter(each -> each.target().equals(target)).map(Delivered::body).toList();
    }

    <T> List<T> each(Function<Delivered, T> what) {
        return settled().stream().map(what).toList();
    }
}
