package dev.aloft.service.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Target;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class EventsTest {
    private static final Caller ROOT = new Caller("111122223333", "us-east-1", new Principal.Root("111122223333"), "r", null, 0,
        "http://localhost:4566", "127.0.0.1", "test");
    private static final String FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:tick";
    private static final String RULE = "arn:aws:events:us-east-1:111122223333:rule/tick";

    private record Delivered(Caller caller, String target, String event) {}

    private final List<Delivered> delivered = new ArrayList<>();
    private Optional<ApiError> failure = Optional.empty();
    private final TestTime time = new TestTime();
    private final MemoryStore store = new MemoryStore();
    private final Targets targets = new Targets();
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final EventsService service;
    private final Events events = Events.at(endpoint);
    private final Workers workers;

    EventsTest() {
        targets.add(new Target() {
            @Override
            public String service() {
                return "lambda";
            }

            @Override
            public void deliver(Caller caller, Arn target, Event event) {
                delivered.add(new Delivered(caller, target.toString(), new String(event.body(), StandardCharsets.UTF_8)));
                failure.ifPresent(error -> {
                    throw error;
                });
            }
        });
        service = new EventsService(store, targets, time, endpoint);
        endpoint.add(service);
        workers = new Workers(time, service.workers());
        workers.start();
    }

    @AfterEach
    void close() {
        workers.close();
    }

    private void rule(String schedule) {
        events.putRule(ROOT, Events.PutRuleRequest.of(r -> r.name("tick").scheduleExpression(schedule)));
    }

    private void target(Events.Target target) {
        events.putTargets(ROOT, Events.PutTargetsRequest.of(r -> r.rule("tick").targets(List.of(target))));
    }

    private static Events.Target function(String id) {
        return Events.Target.of(t -> t.id(id).arn(FUNCTION));
    }

    private static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
            .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code)).hasMessage(message);
    }

    @Test
    void whatIsNoScheduleIsRefused() {
        refused("ValidationException", "Parameter ScheduleExpression is not valid.", () -> rule("rate(5 minute)"));
        refused("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.", () -> rule(null));
        refused("NotImplemented", "A rule's EventPattern is not built in Aloft yet.", () -> events.putRule(ROOT,
            Events.PutRuleRequest.of(r -> r.name("p").eventPattern("{\"source\":[\"x\"]}"))));
        refused("ResourceNotFoundException", "Event bus other does not exist.", () -> events.putRule(ROOT,
            Events.PutRuleRequest.of(r -> r.name("p").scheduleExpression("rate(1 minute)").eventBusName("other"))));
    }

    @Test
    void targetsHaveRules() {
        refused("ResourceNotFoundException", "Rule tick does not exist on EventBus default.", () -> target(function("1")));
        rule("rate(1 minute)");
        refused("ValidationException", "Only one of Input, InputPath, or InputTransformer must be provided for target 1.",
            () -> target(Events.Target.of(t -> t.id("1").arn(FUNCTION).input("{}").inputPath("$.detail"))));
        refused("ValidationException", "JSON syntax error in input for target 1.",
            () -> target(Events.Target.of(t -> t.id("1").arn(FUNCTION).input("{"))));
        refused("ValidationException", "InputTemplate for target 1 contains invalid placeholder who.",
            () -> target(Events.Target.of(t -> t.id("1").arn(FUNCTION)
                .inputTransformer(Events.InputTransformer.of(i -> i.inputTemplate("\"<who>\""))))));
        refused("NotImplemented", "A target of service sqs is not built in Aloft yet.",
            () -> target(Events.Target.of(t -> t.id("1").arn("arn:aws:sqs:us-east-1:111122223333:q"))));
        refused("NotImplemented", "A target's DeadLetterConfig is not built in Aloft yet.", () -> target(Events.Target.of(
            t -> t.id("1").arn(FUNCTION).deadLetterConfig(Events.DeadLetterConfig.of(d -> d.arn("arn:aws:sqs:::q"))))));
        for (int i = 0; i < 5; i++) {
            target(function("t" + i));
        }
        refused("LimitExceededException", "The requested resource exceeds the maximum number allowed.",
            () -> target(function("t5")));
        refused("ValidationException", "Rule can't be deleted since it has targets.",
            () -> events.deleteRule(ROOT, Events.DeleteRuleRequest.of(r -> r.name("tick"))));
    }

    @Test
    void aRateFiresEachTimeAsTheServiceOfTheRule() {
        rule("rate(5 minutes)");
        target(function("1"));
        time.advance(Duration.ofMinutes(4));
        assertThat(delivered).isEmpty();
        time.advance(Duration.ofMinutes(12));
        assertThat(delivered).hasSize(3);
        var first = delivered.getFirst();
        assertThat(first.target()).isEqualTo(FUNCTION);
        assertThat(first.caller().principal()).isEqualTo(new Principal.Service("events.amazonaws.com", RULE));
        var event = (Map<?, ?>) JsonReader.tree(first.event());
        assertThat(event.get("source")).isEqualTo("aws.events");
        assertThat(event.get("detail-type")).isEqualTo("Scheduled Event");
        assertThat(event.get("account")).isEqualTo("111122223333");
        assertThat(event.get("time")).isEqualTo("2026-01-01T00:05:00Z");
        assertThat(event.get("resources")).isEqualTo(List.of(RULE));
        assertThat(event.get("detail")).isEqualTo(Map.of());
    }

    @Test
    void aCronFiresAtItsTimeUntilDisabled() {
        rule("cron(0 12 * * ? *)");
        target(Events.Target.of(t -> t.id("1").arn(FUNCTION).input("{\"a\":1}")));
        time.advance(Duration.ofDays(2));
        assertThat(delivered).extracting(Delivered::event).containsExactly("{\"a\":1}", "{\"a\":1}");
        events.disableRule(ROOT, Events.DisableRuleRequest.of(r -> r.name("tick")));
        time.advance(Duration.ofDays(2));
        assertThat(delivered).hasSize(2);
        events.enableRule(ROOT, Events.EnableRuleRequest.of(r -> r.name("tick")));
        time.advance(Duration.ofDays(1));
        assertThat(delivered).hasSize(3);
        assertThat(events.describeRule(ROOT, Events.DescribeRuleRequest.of(r -> r.name("tick"))).state()).isEqualTo("ENABLED");
    }

    @Test
    void whatFailsIsTriedAgainUnlessItIsHopeless() {
        rule("rate(1 day)");
        target(function("1"));
        failure = Optional.of(ApiError.of("ServiceException", 500, "later"));
        time.advance(Duration.ofDays(1));
        time.advance(Duration.ofSeconds(10));
        assertThat(delivered).hasSize(4);
        failure = Optional.empty();
        time.advance(Duration.ofMinutes(1));
        assertThat(delivered).hasSize(5);
        failure = Optional.of(ApiError.of("AccessDeniedException", 403, "no"));
        time.advance(Duration.ofDays(1));
        assertThat(delivered).hasSize(6);
    }

    @Test
    void inputIsPickedAndTransformed() {
        rule("rate(1 hour)");
        target(Events.Target.of(t -> t.id("1").arn(FUNCTION).inputPath("$.resources[0]")));
        target(Events.Target.of(t -> t.id("2").arn(FUNCTION).inputTransformer(Events.InputTransformer.of(i -> i
            .inputPathsMap(Map.of("at", "$.time", "all", "$.resources"))
            .inputTemplate("{\"text\":\"at <at> by <aws.events.rule-name>\",\"at\":<at>,\"all\":<all>}")))));
        time.advance(Duration.ofHours(1));
        assertThat(delivered).extracting(Delivered::event).containsExactlyInAnyOrder("\"" + RULE + "\"",
            "{\"text\":\"at 2026-01-01T01:00:00Z by tick\",\"at\":\"2026-01-01T01:00:00Z\",\"all\":[\"" + RULE + "\"]}");
    }

    @Test
    void rulesAndTargetsAreListed() {
        for (var name : List.of("c", "a", "b")) {
            events.putRule(ROOT, Events.PutRuleRequest.of(r -> r.name(name).scheduleExpression("rate(1 day)")));
        }
        var first = events.listRules(ROOT, Events.ListRulesRequest.of(r -> r.limit(2)));
        assertThat(first.rules()).extracting(Events.Rule::name).containsExactly("a", "b");
        var second = events.listRules(ROOT, Events.ListRulesRequest.of(r -> r.limit(2).nextToken(first.nextToken())));
        assertThat(second.rules()).extracting(Events.Rule::name).containsExactly("c");
        rule("rate(1 day)");
        target(function("1"));
        assertThat(events.listTargetsByRule(ROOT, Events.ListTargetsByRuleRequest.of(r -> r.rule("tick"))).targets())
            .containsExactly(function("1"));
        events.removeTargets(ROOT, Events.RemoveTargetsRequest.of(r -> r.rule("tick").ids(List.of("1"))));
        events.deleteRule(ROOT, Events.DeleteRuleRequest.of(r -> r.name("tick")));
        refused("ResourceNotFoundException", "Rule tick does not exist on EventBus default.",
            () -> events.describeRule(ROOT, Events.DescribeRuleRequest.of(r -> r.name("tick"))));
        time.advance(Duration.ofDays(3));
        assertThat(delivered).isEmpty();
    }

    @Test
    void aTemplatesRuleIsMadeChangedAndDeleted() {
        var type = service.resourceTypes().getFirst();
        var first = desired(Map.of("ScheduleExpression", "rate(1 hour)",
            "Targets", List.of(Map.of("Id", "a", "Arn", FUNCTION), Map.of("Id", "b", "Arn", FUNCTION, "Input", "{}"))));
        var made = type.create(ROOT, first);
        assertThat(made.physicalId()).startsWith("app-Tick-");
        assertThat(made.attributes().get("Arn")).isEqualTo(RULE.replace("tick", made.physicalId()));
        assertThat(type.create(ROOT, first)).isEqualTo(made);
        var second = desired(Map.of("ScheduleExpression", "rate(2 hours)", "State", "DISABLED",
            "Targets", List.of(Map.of("Id", "b", "Arn", FUNCTION))));
        type.update(ROOT, made.physicalId(), first, second);
        assertThat(events.listTargetsByRule(ROOT, Events.ListTargetsByRuleRequest.of(r -> r.rule(made.physicalId()))).targets())
            .containsExactly(function("b"));
        type.delete(ROOT, made.physicalId(), second);
        type.delete(ROOT, made.physicalId(), second);
        assertThat(type.read(ROOT, made.physicalId())).isEmpty();
        refused("NotImplemented", "A target's SqsParameters is not built in Aloft yet.", () -> type.create(ROOT,
            desired(Map.of("ScheduleExpression", "rate(1 hour)",
                "Targets", List.of(Map.of("Id", "a", "Arn", FUNCTION, "SqsParameters", Map.of()))))));
    }

    private static ResourceType.Desired desired(Map<String, Object> properties) {
        return new ResourceType.Desired("arn:stack", "app", "Tick", "t", properties, Map.of());
    }
}
