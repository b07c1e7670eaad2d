package dev.aloft.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Events;
import dev.aloft.service.cloudwatch.CloudWatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Global endpoints: one address for the buses of two regions. */
class EndpointsTest extends EventsFixture {
    private static final Caller WEST = root(ACCOUNT, "us-west-2");
    private static final String HEALTH = "arn:aws:route53:::healthcheck/3a8b6d3e";

    @BeforeEach
    void buses() {
        endpoint.add(new CloudWatchService(store, time, endpoint));
        rolePolicies.put(ROLE, allow("events:*", "*"));
        for (var region : List.of(ROOT, WEST)) {
            events.createEventBus(region, Events.CreateEventBusRequest.of(r -> r.name("orders")));
            events.putRule(region, Events.PutRuleRequest.of(r -> r.name("all").eventBusName("orders")
                    .eventPattern("{\"source\":[\"shop\"]}")));
            events.putTargets(region, Events.PutTargetsRequest.of(r -> r.rule("all").eventBusName("orders")
                    .targets(List.of(target("t", queue(region))))));
        }
    }

    private static String queue(Caller region) {
        return "arn:aws:sqs:" + region.region() + ":" + ACCOUNT + ":queue";
    }

    private static String bus(Caller region) {
        return "arn:aws:events:" + region.region() + ":" + ACCOUNT + ":event-bus/orders";
    }

    private Events.CreateEndpointResponse create(Consumer<Events.CreateEndpointRequest.Builder> with) {
        return events.createEndpoint(ROOT, Events.CreateEndpointRequest.of(r -> with.accept(r.name("e").roleArn(ROLE)
                .routingConfig(Events.RoutingConfig.of(c -> c.failoverConfig(Events.FailoverConfig.of(f -> f
                        .primary(Events.Primary.of(p -> p.healthCheck(HEALTH)))
                        .secondary(Events.Secondary.of(s -> s.route("us-west-2")))))))
                .eventBuses(List.of(Events.EndpointEventBus.of(b -> b.eventBusArn(bus(ROOT))),
                        Events.EndpointEventBus.of(b -> b.eventBusArn(bus(WEST))))))));
    }

    private void create(String replication) {
        create(r -> r.replicationConfig(Events.ReplicationConfig.of(c -> c.state(replication))));
    }

    private Events.DescribeEndpointResponse described() {
        return events.describeEndpoint(WEST, Events.DescribeEndpointRequest.of(r -> r.name("e")
            .homeRegion("us-east-1")));
    }

    /** The regions of the queues that an event reaches which is put to the endpoint. */
    private List<String> reached(String busName) {
        var id = described().endpointId();
        events.putEvents(WEST, Events.PutEventsRequest.of(r -> r.endpointId(id)
                .entries(List.of(entry(busName, "shop", "{}")))));
        var regions = new ArrayList<>(each(it -> Arn.parse(it.target()).region()));
        delivered.clear();
        return regions;
    }

    private void alarm(String state) {
        var cloudWatch = CloudWatch.at(endpoint);
        cloudWatch.putMetricAlarm(ROOT, CloudWatch.PutMetricAlarmRequest.of(r -> r.alarmName("3a8b6d3e").namespace("n")
                .metricName("m").statistic("Sum").period(60).evaluationPeriods(1).threshold(1.0)
                .comparisonOperator("GreaterThanThreshold")));
        cloudWatch.setAlarmState(ROOT, CloudWatch.SetAlarmStateRequest.of(r -> r.alarmName("3a8b6d3e").stateValue(state)
                .stateReason("drill")));
    }

    @Test
    void whatIsPutToItGoesToThePrimaryRegionAndFailsOverWhileItsHealthCheckIsInAlarm() {
        create("DISABLED");
        assertThat(reached("orders")).containsExactly("us-east-1");
        alarm("ALARM");
        assertThat(reached("orders")).containsExactly("us-west-2");
        assertThat(reached(bus(ROOT))).containsExactly("us-west-2");
        alarm("OK");
        assertThat(reached(bus(WEST))).containsExactly("us-east-1");
    }

    @Test
    void withReplicationEventsReachBothRegionsOnce() {
        create(_ -> { });
        assertThat(described().replicationConfig().state()).isEqualTo("ENABLED");
        assertThat(reached("orders")).containsExactlyInAnyOrder("us-east-1", "us-west-2");
        var managed = events.listRules(WEST, Events.ListRulesRequest.of(r -> r.eventBusName("orders"))).rules()
            .getFirst();
        assertThat(managed.name()).startsWith("GlobalEndpointManagedRule-");
        assertThat(managed.managedBy()).isEqualTo("events.amazonaws.com");
        events.updateEndpoint(ROOT, Events.UpdateEndpointRequest.of(r -> r.name("e")
                .replicationConfig(Events.ReplicationConfig.of(c -> c.state("DISABLED")))));
        assertThat(reached("orders")).containsExactly("us-east-1");
        assertThat(events.listRules(WEST, Events.ListRulesRequest.of(r -> r.eventBusName("orders"))).rules())
            .hasSize(1);
    }

    @Test
    void isToldAsItWasMade() {
        var created = create(r -> r.description("d"));
        assertThat(created.state()).isEqualTo("CREATING");
        assertThat(created.arn()).isEqualTo("arn:aws:events:us-east-1:111122223333:endpoint/e");
        var told = described();
        assertThat(told.state()).isEqualTo("ACTIVE");
        assertThat(told.endpointUrl()).isEqualTo("https://" + told.endpointId() + ".endpoint.events.amazonaws.com");
        assertThat(told.endpointId()).matches("[a-z0-9]+\\.veo");
        assertThat(told.eventBuses()).extracting(Events.EndpointEventBus::eventBusArn).containsExactly(bus(ROOT),
            bus(WEST));
        assertThat(events.listEndpoints(ROOT, Events.ListEndpointsRequest.of(r -> r.namePrefix("e"))).endpoints())
                .singleElement().satisfies(it -> assertThat(it.endpointId()).isEqualTo(told.endpointId()));
        assertThat(events.listEndpoints(WEST, Events.ListEndpointsRequest.of(_ -> { })).endpoints()).isEmpty();
        events.deleteEndpoint(ROOT, Events.DeleteEndpointRequest.of(r -> r.name("e")));
        refused("ResourceNotFoundException", "Endpoint e does not exist.", this::described);
        assertThat(events.listRules(ROOT, Events.ListRulesRequest.of(r -> r.eventBusName("orders"))).rules())
            .hasSize(1);
    }

    @Test
    void aRoleThatMayNotMakeTheRulesFailsIt() {
        rolePolicies.put(ROLE, allow("events:PutEvents", "*"));
        create(_ -> { });
        assertThat(described().state()).isEqualTo("CREATE_FAILED");
        assertThat(described().stateReason()).contains("events:PutRule");
        assertThat(reached("orders")).containsExactly("us-east-1");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        refused("ValidationException", "RoleArn is required when event replication is enabled.",
                () -> create(r -> r.roleArn(null)));
        refused("ValidationException", "EventBuses must be one of the primary Region and one of the secondary Region.",
                () -> create(r -> r.eventBuses(List.of(Events.EndpointEventBus.of(b -> b.eventBusArn(bus(ROOT))),
                        Events.EndpointEventBus.of(b -> b.eventBusArn(bus(ROOT)))))));
        events.deleteRule(ROOT, Events.DeleteRuleRequest.of(r -> r.name("none")));
        create(_ -> { });
        refused("ResourceAlreadyExistsException", "Endpoint e already exists.", () -> create(_ -> { }));
        refused("ResourceNotFoundException", "Endpoint a.b does not exist.", () -> events.putEvents(ROOT,
                Events.PutEventsRequest.of(r -> r.endpointId("a.b").entries(List.of(entry("orders", "shop", "{}"))))));
    }
}
