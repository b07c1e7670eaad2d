package dev.aloft.service.events;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
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
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The operations of Amazon EventBridge. */
public final class EventsService implements Service, Events {
    private static final Set<String> OF_AN_EVENT = Set.of("id", "account", "source", "time", "region", "detail-type");

    private final EventsData data = new EventsData();
    private final Store store;
    private final Time time;
    private final Buses buses;
    private final Rules rules;
    private final RuleTargets ruleTargets;
    private final Archives archives;
    private final Replays replays;
    private final Connections connections;
    private final ApiDestinations destinations;
    private final Endpoints endpoints;
    private final PutEvents putEvents;
    private final Schedules schedules;
    private final Forwarding forwarding;
    private final HttpTargets http;
    private final Deliveries<Dispatch> deadLetters;
    private final Deliveries<RuleDelivery> deliveries;
    private final List<ResourceType> resourceTypes;

    /** @param platform the platform's own address, at which deployed APIs answer */
    public EventsService(Store platformStore, Targets targets, Time time, Endpoint endpoint, Authorizer authorizer,
            Roles roles,
            KeyFile keys, Outbound outbound, Metrics metrics, VendedLogs vended, Supplier<String> platform) {
        var measures = new Measures(metrics);
        store = platformStore.in("events");
        this.time = time;
        var keysOfBuses = new BusKeys(data, store, endpoint, time);
        buses = new Buses(data, keysOfBuses, store, time);
        var logs = new BusLogs(buses, keysOfBuses, vended, store, time);
        rules = new Rules(data, buses, store, time);
        ruleTargets = new RuleTargets(data, rules, targets, store);
        archives = new Archives(data, buses, rules, keysOfBuses, store, time);
        connections = new Connections(data, store, keys, new ConnectionSecrets(endpoint, roles), time);
        destinations = new ApiDestinations(data, connections, store, time);
        http = new HttpTargets(destinations, connections, new Authorizations(connections, outbound, time),
                new RateLimits(time), outbound, platform,
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

    private Forwarding forwarding() {
        return forwarding;
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("events", data.due, this::turn), deliveries.worker(), deadLetters.worker());
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
        var bus = buses.create(caller, input);
        return CreateEventBusResponse.of(r -> r.eventBusArn(bus.arn()).description(bus.description())
                .kmsKeyIdentifier(bus.kmsKey()).logConfig(bus.log()).deadLetterConfig(input.deadLetterConfig()));
    }

    @Override
    public UpdateEventBusResponse updateEventBus(Caller caller, UpdateEventBusRequest input) {
        var bus = buses.update(caller, input);
        return UpdateEventBusResponse.of(r -> r.arn(bus.arn()).name(bus.name()).description(bus.description())
                .kmsKeyIdentifier(bus.kmsKey()).logConfig(bus.log()).deadLetterConfig(input.deadLetterConfig()));
    }

    @Override
    public DescribeEventBusResponse describeEventBus(Caller caller, DescribeEventBusRequest input) {
        var bus = buses.get(caller, input.name());
        return DescribeEventBusResponse.of(r -> r.arn(bus.arn()).name(bus.name()).description(bus.description())
                .policy(bus.policy()).creationTime(bus.created()).lastModifiedTime(bus.modified())
                .kmsKeyIdentifier(bus.kmsKey()).logConfig(bus.log())
                .deadLetterConfig(bus.deadLetterArn() == null ? null
                        : DeadLetterConfig.of(d -> d.arn(bus.deadLetterArn()))));
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
        var rule = rules.get(caller, input.eventBusName(), input.name());
        return DescribeRuleResponse.of(r -> r.name(rule.name()).arn(rule.arn()).eventPattern(rule.pattern())
                .scheduleExpression(rule.schedule()).state(Rules.state(rule)).description(rule.description())
                .roleArn(rule.roleArn()).managedBy(rule.managedBy()).eventBusName(rule.bus())
                        .createdBy(rule.account()));
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
        var arn = taggable(input.resourceARN());
        var tags = store.<Map<String, String>>read(tx -> isRule(arn) ? rules.tagged(tx, Rules.key(arn)).tags()
                : buses.existing(tx, BusName.of(caller, input.resourceARN()), time.instant()).tags());
        return ListTagsForResourceResponse.of(r -> r.tags(Tags.told(tags)));
    }

    private static Arn taggable(String text) {
        if (!Arn.isArn(text) || !isRule(Arn.parse(text)) && !Arn.parse(text).resource().startsWith("event-bus/")) {
            throw Refusals.badArn(text);
        }
        return Arn.parse(text);
    }

    private static boolean isRule(Arn arn) {
        return arn.resource().startsWith("rule/");
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        changeTags(caller, input.resourceARN(), tags -> Tags.with(tags, input.tags()));
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        changeTags(caller, input.resourceARN(), tags -> Tags.without(tags, input.tagKeys()));
        return UntagResourceResponse.of(_ -> {});
    }

    private void changeTags(Caller caller, String text, UnaryOperator<Map<String, String>> how) {
        var arn = taggable(text);
        var now = time.instant();
        store.change(tx -> {
            if (isRule(arn)) {
                rules.changeTags(tx, Rules.key(arn), how);
            } else {
                buses.changeTags(tx, BusName.of(caller, text), now, how);
            }
        });
    }

    @Override
    public PutEventsResponse putEvents(Caller caller, PutEventsRequest input) {
        var routed = endpoints.routed(caller, input);
        return putEvents.put(routed.caller(), routed.input());
    }

    @Override
    public TestEventPatternResponse testEventPattern(Caller caller, TestEventPatternRequest input) {
        if (!isEvent(input.event())) {
            throw Refusals.invalid("Parameter Event is not valid.");
        }
        boolean result = Rules.pattern(input.eventPattern()).matches(input.event());
        return TestEventPatternResponse.of(r -> r.result(result));
    }

    private static boolean isEvent(String json) {
        try {
            return JsonReader.tree(json) instanceof Map<?, ?> event && event.keySet().containsAll(OF_AN_EVENT);
        } catch (JsonReader.Malformed _) {
            return false;
        }
    }

    @Override
    public CreateArchiveResponse createArchive(Caller caller, CreateArchiveRequest input) {
        var archive = archives.create(caller, input);
        return CreateArchiveResponse.of(r -> r.archiveArn(archive.arn()).state(ArchiveState.ENABLED)
                .creationTime(archive.created()));
    }

    @Override
    public DescribeArchiveResponse describeArchive(Caller caller, DescribeArchiveRequest input) {
        return archives.describe(caller, input.archiveName());
    }

    @Override
    public UpdateArchiveResponse updateArchive(Caller caller, UpdateArchiveRequest input) {
        var archive = archives.update(caller, input);
        return UpdateArchiveResponse.of(r -> r.archiveArn(archive.arn()).state(ArchiveState.ENABLED)
                .creationTime(archive.created()));
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
        var replay = replays.start(caller, input);
        return StartReplayResponse.of(r -> r.replayArn(replay.arn()).state(replay.state())
                .replayStartTime(replay.started()));
    }

    @Override
    public DescribeReplayResponse describeReplay(Caller caller, DescribeReplayRequest input) {
        return replays.describe(caller, input.replayName());
    }

    @Override
    public CancelReplayResponse cancelReplay(Caller caller, CancelReplayRequest input) {
        var replay = replays.cancel(caller, input.replayName());
        return CancelReplayResponse.of(r -> r.replayArn(replay.arn()).state(replay.state()));
    }

    @Override
    public ListReplaysResponse listReplays(Caller caller, ListReplaysRequest input) {
        return replays.list(caller, input);
    }

    @Override
    public CreateConnectionResponse createConnection(Caller caller, CreateConnectionRequest input) {
        var it = connections.create(caller, input);
        return CreateConnectionResponse.of(r -> r.connectionArn(it.arn()).connectionState(it.state())
                .creationTime(it.created())
                .lastModifiedTime(it.modified()));
    }

    @Override
    public DescribeConnectionResponse describeConnection(Caller caller, DescribeConnectionRequest input) {
        return connections.describe(caller, input.name());
    }

    @Override
    public UpdateConnectionResponse updateConnection(Caller caller, UpdateConnectionRequest input) {
        var it = connections.update(caller, input);
        return UpdateConnectionResponse.of(r -> r.connectionArn(it.arn()).connectionState(it.state())
                .creationTime(it.created())
                .lastModifiedTime(it.modified()).lastAuthorizedTime(it.authorized()));
    }

    @Override
    public DeauthorizeConnectionResponse deauthorizeConnection(Caller caller, DeauthorizeConnectionRequest input) {
        var it = connections.deauthorize(caller, input.name());
        return DeauthorizeConnectionResponse.of(r -> r.connectionArn(it.arn())
                .connectionState(ConnectionState.DEAUTHORIZING)
                .creationTime(it.created()).lastModifiedTime(it.modified()).lastAuthorizedTime(it.authorized()));
    }

    @Override
    public DeleteConnectionResponse deleteConnection(Caller caller, DeleteConnectionRequest input) {
        var it = connections.delete(caller, input.name());
        return DeleteConnectionResponse.of(r -> r.connectionArn(it.arn()).connectionState(it.state())
                .creationTime(it.created())
                .lastModifiedTime(it.modified()).lastAuthorizedTime(it.authorized()));
    }

    @Override
    public ListConnectionsResponse listConnections(Caller caller, ListConnectionsRequest input) {
        return connections.list(caller, input);
    }

    @Override
    public CreateApiDestinationResponse createApiDestination(Caller caller, CreateApiDestinationRequest input) {
        var it = destinations.create(caller, input);
        return CreateApiDestinationResponse.of(r -> r.apiDestinationArn(it.destination().arn())
                .apiDestinationState(it.state())
                .creationTime(it.destination().created()).lastModifiedTime(it.destination().modified()));
    }

    @Override
    public DescribeApiDestinationResponse describeApiDestination(Caller caller, DescribeApiDestinationRequest input) {
        var standing = destinations.get(caller, input.name());
        var it = standing.destination();
        return DescribeApiDestinationResponse.of(r -> r.apiDestinationArn(it.arn()).name(it.name())
                .description(it.description())
                .apiDestinationState(standing.state()).connectionArn(it.connectionArn()).invocationEndpoint(it.url())
                .httpMethod(it.method()).invocationRateLimitPerSecond(it.rateLimit()).creationTime(it.created())
                .lastModifiedTime(it.modified()));
    }

    @Override
    public UpdateApiDestinationResponse updateApiDestination(Caller caller, UpdateApiDestinationRequest input) {
        var it = destinations.update(caller, input);
        return UpdateApiDestinationResponse.of(r -> r.apiDestinationArn(it.destination().arn())
                .apiDestinationState(it.state())
                .creationTime(it.destination().created()).lastModifiedTime(it.destination().modified()));
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
        var it = endpoints.create(caller, input);
        return CreateEndpointResponse.of(r -> r.name(it.name()).arn(it.arn()).routingConfig(Endpoints.routing(it))
                .replicationConfig(Endpoints.replicationOf(it)).eventBuses(Endpoints.buses(it)).roleArn(it.roleArn())
                .state(EndpointState.CREATING));
    }

    @Override
    public DescribeEndpointResponse describeEndpoint(Caller caller, DescribeEndpointRequest input) {
        var it = endpoints.get(caller, input);
        return DescribeEndpointResponse.of(r -> r.name(it.name()).description(it.description()).arn(it.arn())
                .routingConfig(Endpoints.routing(it)).replicationConfig(Endpoints.replicationOf(it))
                .eventBuses(Endpoints.buses(it)).roleArn(it.roleArn()).endpointId(it.id()).endpointUrl(it.url())
                .state(it.state()).stateReason(it.failure()).creationTime(it.created())
                .lastModifiedTime(it.modified()));
    }

    @Override
    public UpdateEndpointResponse updateEndpoint(Caller caller, UpdateEndpointRequest input) {
        var it = endpoints.update(caller, input);
        return UpdateEndpointResponse.of(r -> r.name(it.name()).arn(it.arn()).routingConfig(Endpoints.routing(it))
                .replicationConfig(Endpoints.replicationOf(it)).eventBuses(Endpoints.buses(it)).roleArn(it.roleArn())
                .endpointId(it.id()).endpointUrl(it.url()).state(EndpointState.UPDATING));
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
