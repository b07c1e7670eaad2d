package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Events;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.call.VendedLogs;
import dev.aloft.kernel.call.WebServers;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.identity.Authorizer;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.events.EventsData.KeptConnection;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The operations of Amazon EventBridge. */
public final class EventsService implements Service, Events {
    private final EventsData data = new EventsData();
    private final Buses buses;
    private final Rules rules;
    private final RuleTargets ruleTargets;
    private final BusTags tags;
    private final Archives archives;
    private final Replays replays;
    private final Connections connections;
    private final ApiDestinations destinations;
    private final Endpoints endpoints;
    private final PutEvents putEvents;
    private final Schedules schedules;
    private final Forwarding forwarding;
    private final HttpTargets http;
    private final Deliveries<Authorizing> authorizing;
    private final Deliveries<Dispatch> deadLetters;
    private final Deliveries<RuleDelivery> deliveries;
    private final List<ResourceType> resourceTypes;

    /** @param platform the platform's own address, at which deployed APIs answer */
    public EventsService(Store platformStore, Targets targets, Time time, Endpoint endpoint, Authorizer authorizer,
            Roles roles,
            KeyFile keys, Outbound outbound, Metrics metrics, VendedLogs vended, Supplier<String> platform) {
        var measures = new Measures(metrics);
        var store = platformStore.in("events");
        var keysOfBuses = new BusKeys(data, store, endpoint, time);
        buses = new Buses(data, keysOfBuses, store, time);
        var logs = new BusLogs(buses, keysOfBuses, vended, store, time);
        rules = new Rules(data, buses, store, time);
        ruleTargets = new RuleTargets(data, rules, targets, store);
        tags = new BusTags(buses, rules, store, time);
        archives = new Archives(data, buses, rules, keysOfBuses, store, time);
        connections = new Connections(data, store, keys, new ConnectionSecrets(endpoint, roles), this::authorize,
                time);
        destinations = new ApiDestinations(data, connections, store, time);
        var authorizations = new Authorizations(connections, outbound, time);
        authorizing = new Deliveries<>("authorizing", store, time, Codec.of(Authorizing.class),
                new AuthorizingCarrier(connections, authorizations));
        http = new HttpTargets(destinations, connections, authorizations, new RateLimits(time), outbound, platform,
                (caller, access) -> authorizer.require(caller, access, this), time);
        deadLetters = new Deliveries<>("dead-letters", store, time, Codec.of(Dispatch.class),
                new Dispatches(targets, roles::assume).opening(keysOfBuses::opened).counting(measures::buried));
        deliveries = new Deliveries<>("deliveries", store, time, Codec.of(RuleDelivery.class),
                new RuleCarrier(targets, roles, this::forwarding, http, keysOfBuses, deadLetters, logs,
                        measures, time));
        var routing = new Routing(new Matchers(data), buses, archives, keysOfBuses, deliveries, deadLetters, logs,
                measures, store);
        putEvents = new PutEvents(routing, measures, store, time);
        forwarding = new Forwarding(buses, putEvents, store, time,
                (caller, access) -> authorizer.require(caller, access, this));
        endpoints = new Endpoints(data, buses, rules, roles,
                (caller, access) -> authorizer.require(caller, access, this), endpoint, store, time);
        replays = new Replays(data, buses, routing, keysOfBuses, store, time);
        schedules = new Schedules(data, deliveries, logs, measures, store, time);
        resourceTypes = EventsResources.all(Events.at(endpoint));
    }

    /** API destinations and deployed APIs, for whoever else sends events to them. */
    public WebServers webServers() {
        return http;
    }

    private void authorize(Tx tx, KeptConnection connection) {
        if (connection.state().equals(ConnectionState.AUTHORIZING)) {
            authorizing.promise(tx, UUID.nameUUIDFromBytes((connection.arn() + connection.authorized())
                    .getBytes(StandardCharsets.UTF_8)).toString(),
                    new Authorizing(connection.key(), connection.authorized()));
        }
    }

    private Forwarding forwarding() {
        return forwarding;
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("events", data.due, this::turn), deliveries.worker(), deadLetters.worker(),
                authorizing.worker());
    }

    private Optional<Instant> turn() {
        return Stream.of(schedules.turn(), replays.turn(), archives.turn(), connections.turn())
                .flatMap(Optional::stream)
                .min(Instant::compareTo);
    }

    @Override
    public Optional<String> policy(Caller caller, String arn) {
        return buses.policy(arn);
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreateEventBusRequest r -> bus("CreateEventBus", caller, r.name());
            case UpdateEventBusRequest r -> bus("UpdateEventBus", caller, r.name());
            case DescribeEventBusRequest r -> bus("DescribeEventBus", caller, r.name());
            case DeleteEventBusRequest r -> bus("DeleteEventBus", caller, r.name());
            case ListEventBusesRequest _ -> Access.to("events:ListEventBuses");
            case PutPermissionRequest r -> bus("PutPermission", caller, r.eventBusName());
            case RemovePermissionRequest r -> bus("RemovePermission", caller, r.eventBusName());
            case PutRuleRequest r -> rule("PutRule", caller, r.eventBusName(), r.name())
                .passing(r.roleArn(), "events.amazonaws.com");
            case DescribeRuleRequest r -> rule("DescribeRule", caller, r.eventBusName(), r.name());
            case DeleteRuleRequest r -> rule("DeleteRule", caller, r.eventBusName(), r.name());
            case EnableRuleRequest r -> rule("EnableRule", caller, r.eventBusName(), r.name());
            case DisableRuleRequest r -> rule("DisableRule", caller, r.eventBusName(), r.name());
            case PutTargetsRequest r -> accessToPutTargets(caller, r);
            case RemoveTargetsRequest r -> rule("RemoveTargets", caller, r.eventBusName(), r.rule());
            case ListTargetsByRuleRequest r -> rule("ListTargetsByRule", caller, r.eventBusName(), r.rule());
            case ListRulesRequest r -> rule("ListRules", caller, r.eventBusName(), r.namePrefix() == null ? "*"
                    : r.namePrefix() + "*");
            case ListRuleNamesByTargetRequest r -> rule("ListRuleNamesByTarget", caller, r.eventBusName(), "*");
            case ListTagsForResourceRequest r -> Access.to("events:ListTagsForResource", r.resourceARN());
            case TagResourceRequest r -> Access.to("events:TagResource", r.resourceARN());
            case UntagResourceRequest r -> Access.to("events:UntagResource", r.resourceARN());
            case PutEventsRequest r -> accessToPutEvents(endpoints.routed(caller, r));
            case TestEventPatternRequest _ -> Access.to("events:TestEventPattern");
            case CreateArchiveRequest r -> named("CreateArchive", caller, "archive/" + r.archiveName());
            case DescribeArchiveRequest r -> named("DescribeArchive", caller, "archive/" + r.archiveName());
            case UpdateArchiveRequest r -> named("UpdateArchive", caller, "archive/" + r.archiveName());
            case DeleteArchiveRequest r -> named("DeleteArchive", caller, "archive/" + r.archiveName());
            case ListArchivesRequest _ -> Access.to("events:ListArchives");
            case StartReplayRequest r -> named("StartReplay", caller, "replay/" + r.replayName());
            case DescribeReplayRequest r -> named("DescribeReplay", caller, "replay/" + r.replayName());
            case CancelReplayRequest r -> named("CancelReplay", caller, "replay/" + r.replayName());
            case ListReplaysRequest _ -> Access.to("events:ListReplays");
            case CreateConnectionRequest r -> named("CreateConnection", caller, "connection/" + r.name());
            case DescribeConnectionRequest r -> named("DescribeConnection", caller, "connection/" + r.name());
            case UpdateConnectionRequest r -> named("UpdateConnection", caller, "connection/" + r.name());
            case DeauthorizeConnectionRequest r -> named("DeauthorizeConnection", caller, "connection/" + r.name());
            case DeleteConnectionRequest r -> named("DeleteConnection", caller, "connection/" + r.name());
            case ListConnectionsRequest _ -> Access.to("events:ListConnections");
            case CreateApiDestinationRequest r -> named("CreateApiDestination", caller, "api-destination/" + r.name());
            case DescribeApiDestinationRequest r -> named("DescribeApiDestination", caller, "api-destination/"
                    + r.name());
            case UpdateApiDestinationRequest r -> named("UpdateApiDestination", caller, "api-destination/" + r.name());
            case DeleteApiDestinationRequest r -> named("DeleteApiDestination", caller, "api-destination/" + r.name());
            case CreateEndpointRequest r -> named("CreateEndpoint", caller, "endpoint/" + r.name())
                .passing(r.roleArn(), "events.amazonaws.com");
            case DescribeEndpointRequest r -> named("DescribeEndpoint", caller, "endpoint/" + r.name());
            case UpdateEndpointRequest r -> named("UpdateEndpoint", caller, "endpoint/" + r.name())
                .passing(r.roleArn(), "events.amazonaws.com");
            case DeleteEndpointRequest r -> named("DeleteEndpoint", caller, "endpoint/" + r.name());
            case ListEndpointsRequest _ -> Access.to("events:ListEndpoints");
            case ListApiDestinationsRequest _ -> Access.to("events:ListApiDestinations");
        };
    }

    private static Access bus(String operation, Caller caller, String name) {
        return Access.to("events:" + operation, BusName.of(caller, name).arn());
    }

    private static Access rule(String operation, Caller caller, String busName, String name) {
        var bus = BusName.of(caller, busName);
        return Access.to("events:" + operation, Rules.arn(bus.account(), bus.region(), bus.name(), name));
    }

    private static Access named(String operation, Caller caller, String resource) {
        return Access.to("events:" + operation, caller.arn("events", resource).toString());
    }

    private static Access accessToPutTargets(Caller caller, PutTargetsRequest input) {
        return rule("PutTargets", caller, input.eventBusName(), input.rule())
                .with("events:TargetArn", input.targets().stream().map(Target::arn).toList())
                .passing(input.targets().stream().map(Target::roleArn).filter(role -> role != null).distinct().toList(),
                        "events.amazonaws.com");
    }

    /** Services tell what happens in them to the bus of the account whose it is, and need nobody's leave. */
    private static Access accessToPutEvents(Endpoints.Routed routed) {
        var caller = routed.caller();
        var input = routed.input();
        if (caller.principal() instanceof Principal.Service) {
            return new Access("events:PutEvents", List.of());
        }
        var buses = new LinkedHashSet<String>();
        input.entries().forEach(entry -> buses.add(BusName.of(caller, entry.eventBusName()).arn()));
        return Access.to("events:PutEvents", buses.toArray(String[]::new))
                .with("events:source", values(input, PutEventsRequestEntry::source))
                .with("events:detail-type", values(input, PutEventsRequestEntry::detailType));
    }

    private static List<String> values(PutEventsRequest input, Function<PutEventsRequestEntry, String> member) {
        return input.entries().stream().map(member).filter(value -> value != null).distinct().toList();
    }

    @Override
    public CreateEventBusResponse createEventBus(Caller caller, CreateEventBusRequest input) {
        return buses.create(caller, input);
    }

    @Override
    public UpdateEventBusResponse updateEventBus(Caller caller, UpdateEventBusRequest input) {
        return buses.update(caller, input);
    }

    @Override
    public DescribeEventBusResponse describeEventBus(Caller caller, DescribeEventBusRequest input) {
        return buses.describe(caller, input.name());
    }

    @Override
    public DeleteEventBusResponse deleteEventBus(Caller caller, DeleteEventBusRequest input) {
        buses.delete(caller, input.name());
        return DeleteEventBusResponse.of(_ -> {});
    }

    @Override
    public ListEventBusesResponse listEventBuses(Caller caller, ListEventBusesRequest input) {
        return buses.list(caller, input);
    }

    @Override
    public PutPermissionResponse putPermission(Caller caller, PutPermissionRequest input) {
        buses.putPermission(caller, input);
        return PutPermissionResponse.of(_ -> {});
    }

    @Override
    public RemovePermissionResponse removePermission(Caller caller, RemovePermissionRequest input) {
        buses.removePermission(caller, input);
        return RemovePermissionResponse.of(_ -> {});
    }

    @Override
    public PutRuleResponse putRule(Caller caller, PutRuleRequest input) {
        var arn = rules.put(caller, input);
        return PutRuleResponse.of(r -> r.ruleArn(arn));
    }

    @Override
    public DescribeRuleResponse describeRule(Caller caller, DescribeRuleRequest input) {
        return rules.describe(caller, input);
    }

    @Override
    public DeleteRuleResponse deleteRule(Caller caller, DeleteRuleRequest input) {
        rules.delete(caller, input);
        return DeleteRuleResponse.of(_ -> {});
    }

    @Override
    public ListRulesResponse listRules(Caller caller, ListRulesRequest input) {
        return rules.list(caller, input);
    }

    @Override
    public ListRuleNamesByTargetResponse listRuleNamesByTarget(Caller caller, ListRuleNamesByTargetRequest input) {
        return rules.namesByTarget(caller, input);
    }

    @Override
    public EnableRuleResponse enableRule(Caller caller, EnableRuleRequest input) {
        rules.setEnabled(caller, input.eventBusName(), input.name(), true);
        return EnableRuleResponse.of(_ -> {});
    }

    @Override
    public DisableRuleResponse disableRule(Caller caller, DisableRuleRequest input) {
        rules.setEnabled(caller, input.eventBusName(), input.name(), false);
        return DisableRuleResponse.of(_ -> {});
    }

    @Override
    public PutTargetsResponse putTargets(Caller caller, PutTargetsRequest input) {
        var failed = ruleTargets.put(caller, input);
        return PutTargetsResponse.of(r -> r.failedEntryCount(failed.size()).failedEntries(failed));
    }

    @Override
    public RemoveTargetsResponse removeTargets(Caller caller, RemoveTargetsRequest input) {
        var failed = ruleTargets.remove(caller, input);
        return RemoveTargetsResponse.of(r -> r.failedEntryCount(failed.size()).failedEntries(failed));
    }

    @Override
    public ListTargetsByRuleResponse listTargetsByRule(Caller caller, ListTargetsByRuleRequest input) {
        return ruleTargets.list(caller, input);
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(Caller caller, ListTagsForResourceRequest input) {
        return tags.list(caller, input.resourceARN());
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        tags.add(caller, input.resourceARN(), input.tags());
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        tags.remove(caller, input.resourceARN(), input.tagKeys());
        return UntagResourceResponse.of(_ -> {});
    }

    @Override
    public PutEventsResponse putEvents(Caller caller, PutEventsRequest input) {
        var routed = endpoints.routed(caller, input);
        return putEvents.put(routed.caller(), routed.input());
    }

    @Override
    public TestEventPatternResponse testEventPattern(Caller caller, TestEventPatternRequest input) {
        return PatternTrial.of(input);
    }

    @Override
    public CreateArchiveResponse createArchive(Caller caller, CreateArchiveRequest input) {
        return archives.create(caller, input);
    }

    @Override
    public DescribeArchiveResponse describeArchive(Caller caller, DescribeArchiveRequest input) {
        return archives.describe(caller, input.archiveName());
    }

    @Override
    public UpdateArchiveResponse updateArchive(Caller caller, UpdateArchiveRequest input) {
        return archives.update(caller, input);
    }

    @Override
    public DeleteArchiveResponse deleteArchive(Caller caller, DeleteArchiveRequest input) {
        archives.delete(caller, input.archiveName());
        return DeleteArchiveResponse.of(_ -> {});
    }

    @Override
    public ListArchivesResponse listArchives(Caller caller, ListArchivesRequest input) {
        return archives.list(caller, input);
    }

    @Override
    public StartReplayResponse startReplay(Caller caller, StartReplayRequest input) {
        return replays.start(caller, input);
    }

    @Override
    public DescribeReplayResponse describeReplay(Caller caller, DescribeReplayRequest input) {
        return replays.describe(caller, input.replayName());
    }

    @Override
    public CancelReplayResponse cancelReplay(Caller caller, CancelReplayRequest input) {
        return replays.cancel(caller, input.replayName());
    }

    @Override
    public ListReplaysResponse listReplays(Caller caller, ListReplaysRequest input) {
        return replays.list(caller, input);
    }

    @Override
    public CreateConnectionResponse createConnection(Caller caller, CreateConnectionRequest input) {
        return connections.create(caller, input);
    }

    @Override
    public DescribeConnectionResponse describeConnection(Caller caller, DescribeConnectionRequest input) {
        return connections.describe(caller, input.name());
    }

    @Override
    public UpdateConnectionResponse updateConnection(Caller caller, UpdateConnectionRequest input) {
        return connections.update(caller, input);
    }

    @Override
    public DeauthorizeConnectionResponse deauthorizeConnection(Caller caller, DeauthorizeConnectionRequest input) {
        return connections.deauthorize(caller, input.name());
    }

    @Override
    public DeleteConnectionResponse deleteConnection(Caller caller, DeleteConnectionRequest input) {
        return connections.delete(caller, input.name());
    }

    @Override
    public ListConnectionsResponse listConnections(Caller caller, ListConnectionsRequest input) {
        return connections.list(caller, input);
    }

    @Override
    public CreateApiDestinationResponse createApiDestination(Caller caller, CreateApiDestinationRequest input) {
        return destinations.create(caller, input);
    }

    @Override
    public DescribeApiDestinationResponse describeApiDestination(Caller caller, DescribeApiDestinationRequest input) {
        return destinations.describe(caller, input.name());
    }

    @Override
    public UpdateApiDestinationResponse updateApiDestination(Caller caller, UpdateApiDestinationRequest input) {
        return destinations.update(caller, input);
    }

    @Override
    public DeleteApiDestinationResponse deleteApiDestination(Caller caller, DeleteApiDestinationRequest input) {
        destinations.delete(caller, input.name());
        return DeleteApiDestinationResponse.of(_ -> {});
    }

    @Override
    public ListApiDestinationsResponse listApiDestinations(Caller caller, ListApiDestinationsRequest input) {
        return destinations.list(caller, input);
    }

    @Override
    public CreateEndpointResponse createEndpoint(Caller caller, CreateEndpointRequest input) {
        return endpoints.create(caller, input);
    }

    @Override
    public DescribeEndpointResponse describeEndpoint(Caller caller, DescribeEndpointRequest input) {
        return endpoints.describe(caller, input);
    }

    @Override
    public UpdateEndpointResponse updateEndpoint(Caller caller, UpdateEndpointRequest input) {
        return endpoints.update(caller, input);
    }

    @Override
    public DeleteEndpointResponse deleteEndpoint(Caller caller, DeleteEndpointRequest input) {
        endpoints.delete(caller, input.name());
        return DeleteEndpointResponse.of(_ -> { });
    }

    @Override
    public ListEndpointsResponse listEndpoints(Caller caller, ListEndpointsRequest input) {
        return endpoints.list(caller, input);
    }
}
