package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Events;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.KeptEndpoint;
import dev.aloft.service.events.EventsData.KeptRule;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * Global endpoints: what is put to one goes to the bus of its primary region or, while that is not healthy, to the bus
 * of the same name in the secondary one. Two managed rules, made under the endpoint's role, copy each bus's own events
 * to the other. There is no Route 53 here: a health check stands for the CloudWatch alarm of the primary region that
 * has its id as name, and is unhealthy while that is in alarm.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-global-endpoints.html">Global endpoints</a>
 */
final class Endpoints {
    private static final String RULE_PREFIX = "GlobalEndpointManagedRule-";
    private static final String MANAGED_BY = "events.amazonaws.com";
    private static final int MOST = 100;
    private static final int PAGE = 100;

    private final EventsData data;
    private final Buses buses;
    private final Rules rules;
    private final Roles roles;
    private final BiConsumer<Caller, Access> require;
    private final CloudWatch cloudWatch;
    private final Store store;
    private final Time time;

    /** @param require asks IAM, and throws its refusal */
    Endpoints(EventsData data, Buses buses, Rules rules, Roles roles, BiConsumer<Caller, Access> require,
            Endpoint endpoint, Store store, Time time) {
        this.data = data;
        this.buses = buses;
        this.rules = rules;
        this.roles = roles;
        this.require = require;
        this.store = store;
        this.time = time;
        cloudWatch = CloudWatch.at(endpoint);
    }

    Events.CreateEndpointResponse create(Caller caller, Events.CreateEndpointRequest input) {
        var now = time.instant();
        var failover = input.routingConfig().failoverConfig();
        var wanted = new KeptEndpoint(caller.account(), caller.region(), input.name(), id(caller, input.name()),
            input.description(),
                failover.primary().healthCheck(), failover.secondary().route(), replicates(input.replicationConfig(),
                true),
                bus(caller, failover.secondary().route(), input.eventBuses()), input.roleArn(), now, now, null);
        requireRole(wanted);
        var endpoint = wanted.with(failure(caller, wanted));
        store.change(tx -> {
            if (data.endpoints.has(tx, endpoint.key())) {
                throw new Events.ResourceAlreadyExistsException("Endpoint " + endpoint.name() + " already exists.");
            }
            if (data.endpoints.range(tx, EventsData.all(caller)).count() >= MOST) {
                throw Refusals.tooMany();
            }
            keep(tx, endpoint);
        });
        return Events.CreateEndpointResponse.of(r -> r.name(endpoint.name()).arn(endpoint.arn())
                .routingConfig(routing(endpoint)).replicationConfig(replicationOf(endpoint))
                .eventBuses(buses(endpoint)).roleArn(endpoint.roleArn()).state(Events.EndpointState.CREATING));
    }

    /** The id of what this request makes: a subdomain of {@code endpoint.events.amazonaws.com}. */
    static String id(Caller caller, String name) {
        return EventsResources.id(caller, name).replace("-", "").substring(0, 12) + ".veo";
    }

    private static boolean replicates(Events.ReplicationConfig config, boolean before) {
        return config == null || config.state() == null ? before
                : Events.ReplicationState.ENABLED.equals(config.state());
    }

    /** The name that the buses of both regions have. */
    private static String bus(Caller caller, String secondary, List<Events.EndpointEventBus> given) {
        var names = given.stream().map(each -> BusName.of(caller, each.eventBusArn())).collect(Collectors.toSet());
        var regions = names.stream().map(BusName::region).collect(Collectors.toSet());
        if (secondary.equals(caller.region()) || !regions.equals(Set.of(caller.region(), secondary))) {
            throw Refusals.invalid("EventBuses must be one of the primary Region and one of the secondary Region.");
        }
        if (names.stream().map(BusName::name).distinct().count() > 1) {
            throw Refusals.invalid("The names of the event buses must be identical in each Region.");
        }
        if (names.stream().anyMatch(name -> !name.account().equals(caller.account()))) {
            throw Refusals.invalid("The event buses must be in the account of the endpoint.");
        }
        return names.iterator().next().name();
    }

    private static void requireRole(KeptEndpoint endpoint) {
        if (endpoint.replicates() && endpoint.roleArn() == null) {
            throw Refusals.invalid("RoleArn is required when event replication is enabled.");
        }
    }

    /** Why its role may not make the rules that replicate events, or null. */
    private String failure(Caller caller, KeptEndpoint endpoint) {
        if (!endpoint.replicates()) {
            return null;
        }
        try {
            var role = roles.assume(caller.asService("events.amazonaws.com", endpoint.arn()), endpoint.roleArn(),
                    "GlobalEndpoint");
            for (var rule : replication(endpoint)) {
                require.accept(role, Access.to("events:PutRule", rule.arn()));
                require.accept(role, Access.to("events:PutTargets", rule.arn()));
            }
            return null;
        } catch (ApiError refused) {
            return refused.getMessage();
        }
    }

    private void keep(Tx tx, KeptEndpoint endpoint) {
        for (var bus : List.of(endpoint.primaryBus(), endpoint.secondaryBus())) {
            if (!buses.exists(tx, bus)) {
                throw Refusals.noBus(bus.name());
            }
        }
        data.endpoints.put(tx, endpoint.key(), endpoint);
        var other = List.of(endpoint.secondaryBus(), endpoint.primaryBus());
        var replication = replication(endpoint);
        for (int i = 0; i < 2; i++) {
            rules.remove(tx, replication.get(i).key());
            if (endpoint.replicates() && endpoint.failure() == null) {
                var to = other.get(i).arn();
                rules.keep(tx, replication.get(i));
                data.targets.put(tx, replication.get(i).key().and("bus"),
                        Events.Target.of(t -> t.id("bus").arn(to).roleArn(endpoint.roleArn())));
            }
        }
    }

    /** The rules of the primary and the secondary bus, each of which takes what happens in its own region alone. */
    private static List<KeptRule> replication(KeptEndpoint endpoint) {
        return List.of(rule(endpoint, endpoint.region()), rule(endpoint, endpoint.secondary()));
    }

    private static KeptRule rule(KeptEndpoint endpoint, String region) {
        var pattern = "{\"account\":[\"" + endpoint.account() + "\"],\"region\":[\"" + region
                + "\"],\"source\":[{\"anything-but\":{\"prefix\":\"aws.\"}}]}";
        return new KeptRule(endpoint.account(), region, endpoint.bus(), RULE_PREFIX + endpoint.id().replace(".", "-"),
            pattern,
                null, true, null, null, MANAGED_BY, Map.of());
    }

    Events.UpdateEndpointResponse update(Caller caller, Events.UpdateEndpointRequest input) {
        var before = store.<KeptEndpoint>read(tx -> existing(tx, caller, input.name()));
        var failover = Optional.ofNullable(input.routingConfig()).map(Events.RoutingConfig::failoverConfig);
        var secondary = failover.map(it -> it.secondary().route()).orElse(before.secondary());
        var wanted = new KeptEndpoint(before.account(), before.region(), before.name(), before.id(),
                input.description() == null ? before.description() : input.description(),
                failover.map(it -> it.primary().healthCheck()).orElse(before.healthCheck()), secondary,
                replicates(input.replicationConfig(), before.replicates()),
                input.eventBuses() == null ? before.bus() : bus(caller, secondary, input.eventBuses()),
                input.roleArn() == null ? before.roleArn() : input.roleArn(), before.created(), time.instant(), null);
        requireRole(wanted);
        var changed = wanted.with(failure(caller, wanted));
        store.change(tx -> {
            replication(existing(tx, caller, input.name())).forEach(rule -> rules.remove(tx, rule.key()));
            keep(tx, changed);
        });
        return Events.UpdateEndpointResponse.of(r -> r.name(changed.name()).arn(changed.arn())
                .routingConfig(routing(changed)).replicationConfig(replicationOf(changed)).eventBuses(buses(changed))
                .roleArn(changed.roleArn()).endpointId(changed.id()).endpointUrl(changed.url())
                .state(Events.EndpointState.UPDATING));
    }

    void delete(Caller caller, String name) {
        store.change(tx -> {
            var endpoint = existing(tx, caller, name);
            replication(endpoint).forEach(rule -> rules.remove(tx, rule.key()));
            data.endpoints.delete(tx, endpoint.key());
        });
    }

    Events.DescribeEndpointResponse describe(Caller caller, Events.DescribeEndpointRequest input) {
        var it = store.<KeptEndpoint>read(tx -> existing(tx, at(caller, input.homeRegion()), input.name()));
        return Events.DescribeEndpointResponse.of(r -> r.name(it.name()).description(it.description()).arn(it.arn())
                .routingConfig(routing(it)).replicationConfig(replicationOf(it)).eventBuses(buses(it))
                .roleArn(it.roleArn()).endpointId(it.id()).endpointUrl(it.url()).state(it.state())
                .stateReason(it.failure()).creationTime(it.created()).lastModifiedTime(it.modified()));
    }

    private static Caller at(Caller caller, String region) {
        return region == null ? caller : caller.in(caller.account(), region);
    }

    private KeptEndpoint existing(ReadTx tx, Caller caller, String name) {
        return data.endpoints.get(tx, EventsData.key(caller, name)).orElseThrow(() -> missing(name));
    }

    private static ApiError missing(String name) {
        return new Events.ResourceNotFoundException("Endpoint " + name + " does not exist.");
    }

    Events.ListEndpointsResponse list(Caller caller, Events.ListEndpointsRequest input) {
        var home = at(caller, input.homeRegion());
        return store.read(tx -> {
            var page = NamedPage.of(data.endpoints.range(tx, EventsData.all(home)).map(Row::value), KeptEndpoint::name,
                    input.namePrefix(), input.nextToken(), input.maxResults(), PAGE, Refusals::badToken);
            return Events.ListEndpointsResponse.of(r -> r.endpoints(page.items().stream().map(Endpoints::told).toList())
                    .nextToken(page.next()));
        });
    }

    private static Events.Endpoint_ told(KeptEndpoint it) {
        return Events.Endpoint_.of(e -> e.name(it.name()).description(it.description()).arn(it.arn())
            .endpointId(it.id())
                .endpointUrl(it.url()).eventBuses(buses(it)).routingConfig(routing(it))
                .replicationConfig(replicationOf(it)).roleArn(it.roleArn()).state(it.state()).stateReason(it.failure())
                .creationTime(it.created()).lastModifiedTime(it.modified()));
    }

    private static List<Events.EndpointEventBus> buses(KeptEndpoint endpoint) {
        return List.of(Events.EndpointEventBus.of(b -> b.eventBusArn(endpoint.primaryBus().arn())),
                Events.EndpointEventBus.of(b -> b.eventBusArn(endpoint.secondaryBus().arn())));
    }

    private static Events.RoutingConfig routing(KeptEndpoint endpoint) {
        return Events.RoutingConfig.of(r -> r.failoverConfig(Events.FailoverConfig.of(f -> f
                .primary(Events.Primary.of(p -> p.healthCheck(endpoint.healthCheck())))
                .secondary(Events.Secondary.of(s -> s.route(endpoint.secondary()))))));
    }

    private static Events.ReplicationConfig replicationOf(KeptEndpoint endpoint) {
        return Events.ReplicationConfig.of(r -> r.state(endpoint.replicates() ? Events.ReplicationState.ENABLED
                : Events.ReplicationState.DISABLED));
    }

    /** Events as they are put in a region: on its own buses, where they are put to an endpoint. */
    record Routed(Caller caller, Events.PutEventsRequest input) {
    }

    /** Where events go now; without an endpoint, where the caller says. */
    Routed routed(Caller caller, Events.PutEventsRequest input) {
        var id = input.endpointId();
        if (id == null) {
            return new Routed(caller, input);
        }
        var endpoint = store.<Optional<KeptEndpoint>>read(tx -> data.endpointsById.range(tx, Key.of(id)).map(Row::value)
                .findFirst()).filter(it -> it.account().equals(caller.account())).orElseThrow(() -> missing(id));
        var region = isHealthy(endpoint) ? endpoint.region() : endpoint.secondary();
        // A bus may be named by its name, or by its ARN in either region.
        var entries = input.entries().stream().map(entry -> entry.toBuilder()
                .eventBusName(BusName.of(caller, entry.eventBusName()).name()).build()).toList();
        return new Routed(caller.in(caller.account(), region), input.toBuilder().entries(entries).build());
    }

    private boolean isHealthy(KeptEndpoint endpoint) {
        var alarm = Arn.parse(endpoint.healthCheck()).resourceName();
        var watcher = new Caller(endpoint.account(), endpoint.region(), new Principal.Root(endpoint.account()),
            endpoint.id(),
                null, 0, null, null, null);
        var found = cloudWatch.describeAlarms(watcher, CloudWatch.DescribeAlarmsRequest.of(r ->
            r.alarmNames(List.of(alarm))
                .alarmTypes(List.of(CloudWatch.AlarmType.METRIC_ALARM, CloudWatch.AlarmType.COMPOSITE_ALARM))));
        return found.metricAlarms().stream().noneMatch(it -> CloudWatch.StateValue.ALARM.equals(it.stateValue()))
                && found.compositeAlarms().stream().noneMatch(it ->
                CloudWatch.StateValue.ALARM.equals(it.stateValue()));
    }
}
