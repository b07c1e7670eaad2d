package dev.aloft.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Events;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Buses, rules and targets: what is refused, and how; how they are listed, tagged, disabled and deleted. */
class RulesTest extends EventsFixture {
    private static final String ALL = "{\"source\":[{\"prefix\":\"\"}]}";

    @ParameterizedTest
    @ValueSource(strings = {"rate(5 minute)", "rate(1 minutes)", "rate(0 minutes)", "rate(-1 minutes)",
            "rate(1 second)", "rate(foo)",
        "cron(0 1 * * * *)", "cron(71 8 1 * ? *)", "cron()", "at(2030-01-01T00:00:00)", "never"})
    void whatIsNoScheduleIsRefused(String expression) {
        refused("ValidationException", "Parameter ScheduleExpression is not valid.", () -> schedule("r", expression));
    }

    @Test
    void rulesAreRefused() {
        refused("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.",
                () -> schedule("r", null));
        refused("ValidationException",
                "1 validation error detected: Value 'no name' at 'name' failed to satisfy constraint: Member"
            + " must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
                    () -> schedule("no name", "rate(1 day)"));
        var longName = "no name".repeat(10);
        refused("ValidationException", "2 validation errors detected: Value '" + longName
                + "' at 'name' failed to satisfy constraint:"
            + " Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+; Value '" + longName
                    + "' at 'name' failed to"
            + " satisfy constraint: Member must have length less than or equal to 64",
                    () -> schedule(longName, "rate(1 day)"));
        refused("InvalidEventPatternException", "Event pattern is not valid. Reason: Empty arrays are not allowed\n"
            + " at [Source: (String)\"{\"a\":[]}\"; line: 1, column: 8]", () -> rule(null, "r", "{\"a\":[]}"));
        refused("ResourceNotFoundException", "Event bus other does not exist.", () -> rule("other", "r", ALL));
        events.createEventBus(ROOT, Events.CreateEventBusRequest.of(r -> r.name("other")));
        refused("ValidationException", "ScheduleExpression is supported only on the default event bus.",
                () -> events.putRule(ROOT,
            Events.PutRuleRequest.of(r -> r.name("r").scheduleExpression("rate(1 day)").eventBusName("other"))));
        refused("ResourceNotFoundException", "Rule gone does not exist on EventBus other.",
                () -> events.describeRule(ROOT,
            Events.DescribeRuleRequest.of(r -> r.name("gone").eventBusName("other"))));
        refused("ResourceNotFoundException", "Rule gone does not exist on EventBus default.",
                () -> events.enableRule(ROOT,
            Events.EnableRuleRequest.of(r -> r.name("gone"))));
    }

    @Test
    void patternsAreLimitedInLengthAndNumber() {
        refused("LimitExceededException", "The requested resource exceeds the maximum number allowed.",
            () -> rule(null, "long", "{\"source\":[\"" + "x".repeat(2048) + "\"]}"));
        for (int i = 0; i < 30; i++) {
            rule(null, "wild" + i, "{\"source\":[{\"wildcard\":\"a*b\"}]}");
        }
        rule(null, "wild3", "{\"source\":[{\"wildcard\":\"a*c\"}]}");
        refused("LimitExceededException", "The requested resource exceeds the maximum number allowed.",
            () -> rule(null, "wilder", "{\"source\":[{\"wildcard\":\"a*b\"}]}"));
        rule(null, "tame", ALL);
        refused("ValidationException", "Parameter role is not valid. Reason: Provided Arn is not in correct format.",
            () -> events.putRule(ROOT, Events.PutRuleRequest.of(r -> r.name("r").eventPattern(ALL).roleArn("role"))));
    }

    @Test
    void busesAreRefused() {
        var create = Events.CreateEventBusRequest.of(r -> r.name("shop"));
        events.createEventBus(ROOT, create);
        refused("ResourceAlreadyExistsException", "Event bus shop already exists.",
                () -> events.createEventBus(ROOT, create));
        refused("ResourceAlreadyExistsException", "Event bus default already exists.",
            () -> events.createEventBus(ROOT, Events.CreateEventBusRequest.of(r -> r.name("default"))));
        refused("ValidationException", "Cannot delete event bus default.",
            () -> events.deleteEventBus(ROOT, Events.DeleteEventBusRequest.of(r -> r.name("default"))));
        refused("ResourceNotFoundException", "Event bus gone does not exist.",
            () -> events.describeEventBus(ROOT, Events.DescribeEventBusRequest.of(r -> r.name("gone"))));
        // As recorded, also where there is no policy at all.
        refused("ResourceNotFoundException", "Statement with the provided id does not exist.",
                () -> events.removePermission(ROOT, Events.RemovePermissionRequest.of(r -> r.eventBusName("shop")
                        .statementId("gone"))));
        events.putPermission(ROOT, Events.PutPermissionRequest.of(r -> r.eventBusName("shop").statementId("one")
                .action("events:PutEvents").principal("444455556666")));
        refused("ResourceNotFoundException", "Event source aws.partner/a.com/b does not exist.",
                () -> events.createEventBus(ROOT, Events.CreateEventBusRequest.of(r -> r.name("aws.partner/a.com/b")
                        .eventSourceName("aws.partner/a.com/b"))));
        refused("ResourceNotFoundException", "Statement with the provided id does not exist.",
                () -> events.removePermission(ROOT,
            Events.RemovePermissionRequest.of(r -> r.eventBusName("shop").statementId("gone"))));
        // What is not there is deleted well enough.
        events.deleteEventBus(ROOT, Events.DeleteEventBusRequest.of(r -> r.name("gone")));
    }

    @Test
    void targetsAreRefused() {
        refused("ResourceNotFoundException", "Rule tick does not exist on EventBus default.",
                () -> target(null, "tick", target("1", QUEUE)));
        schedule("tick", "rate(1 minute)");
        refused("ValidationException",
                "1 validation error detected: Value '!@#$@!#$' at 'targets.1.member.id' failed to satisfy"
            + " constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
            () -> target(null, "tick", target("!@#$@!#$", QUEUE)));
        refused("ValidationException",
                "Only one of Input, InputPath, or InputTransformer must be provided for target 1.",
            () -> target(null, "tick", Events.Target.of(t -> t.id("1").arn(QUEUE).input("{}").inputPath("$.detail"))));
        refused("ValidationException", "JSON syntax error in input for target 1.",
            () -> target(null, "tick", Events.Target.of(t -> t.id("1").arn(QUEUE).input("{"))));
        refused("ValidationException", "InputTemplate for target 1 contains invalid placeholder notdefinedkey.",
            () -> target(null, "tick", Events.Target.of(t -> t.id("1").arn(QUEUE)
                .inputTransformer(Events.InputTransformer.of(i -> i.inputTemplate("\"<notdefinedkey>\""))))));
        refused("ValidationException",
                "RoleArn is required for target arn:aws:kinesis:us-east-1:111122223333:stream/s.",
            () -> target(null, "tick", target("1", "arn:aws:kinesis:us-east-1:111122223333:stream/s")));
        for (var letters : List.of("nope", "arn:aws:sns:us-east-1:111122223333:topic", DEAD + ".fifo")) {
            var failed = events.putTargets(ROOT, Events.PutTargetsRequest.of(r -> r.rule("tick").targets(List.of(
                Events.Target.of(t -> t.id("1").arn(QUEUE).deadLetterConfig(Events.DeadLetterConfig.of(
                    d -> d.arn(letters))))))));
            assertThat(failed.failedEntries().getFirst().errorMessage())
                .isEqualTo("Parameter " + letters + " is not valid. Reason: Provided Arn is not in correct format.");
        }
        refused("NotImplemented", "A target of service ecs is not built in Aloft yet.",
            () -> target(null, "tick", target("1", "arn:aws:ecs:us-east-1:111122223333:cluster/c")));
        refused("ValidationException",
                "Parameter arn:aws:s3:::bucket is not valid. Reason: Provided Arn is not in correct format.",
            () -> target(null, "tick", target("1", "arn:aws:s3:::bucket")));
        refused("ValidationException", "Parameter EcsParameters is not valid for target1.", () -> target(null, "tick",
            Events.Target.of(t -> t.id("1").arn(QUEUE)
                    .ecsParameters(Events.EcsParameters.of(p -> p.taskDefinitionArn("arn"))))));
        refused("ValidationException", "Parameter InputPath is not valid for targetb.", () -> target(null, "tick",
            Events.Target.of(t -> t.id("b").arn("arn:aws:events:us-east-1:111122223333:event-bus/default")
                    .inputPath("$.detail"))));
        for (int i = 0; i < 5; i++) {
            target(null, "tick", target("t" + i, QUEUE));
        }
        refused("LimitExceededException", "The requested resource exceeds the maximum number allowed.",
            () -> target(null, "tick", target("t5", QUEUE)));
        refused("ValidationException", "Rule can't be deleted since it has targets.",
            () -> events.deleteRule(ROOT, Events.DeleteRuleRequest.of(r -> r.name("tick"))));
    }

    @Test
    void aBadTargetLeavesTheOthers() {
        schedule("tick", "rate(1 minute)");
        var answer = events.putTargets(ROOT, Events.PutTargetsRequest.of(r -> r.rule("tick").targets(List.of(
            target("good", QUEUE), target("bad", "no-arn"), target("fifo", QUEUE + ".fifo"),
            target("topic", "arn:aws:sns:us-east-1:111122223333:t.fifo")))));
        assertThat(answer.failedEntryCount()).isEqualTo(3);
        assertThat(answer.failedEntries()).extracting(Events.PutTargetsResultEntry::targetId,
                Events.PutTargetsResultEntry::errorCode,
            Events.PutTargetsResultEntry::errorMessage).containsExactly(
            org.assertj.core.groups.Tuple.tuple("bad", "ValidationException",
                "Parameter no-arn is not valid. Reason: Provided Arn is not in correct format."),
            org.assertj.core.groups.Tuple.tuple("fifo", "ValidationException",
                "Parameter(s) SqsParameters must be specified for target: fifo."),
            org.assertj.core.groups.Tuple.tuple("topic", "ValidationException",
                "Parameter arn:aws:sns:us-east-1:111122223333:t.fifo is not valid. Reason: Provided Arn is not in"
                    + " correct format."));
        var removed = events.removeTargets(ROOT, Events.RemoveTargetsRequest.of(r -> r.rule("tick")
                .ids(List.of("good", "gone"))));
        assertThat(removed.failedEntries()).extracting(Events.RemoveTargetsResultEntry::errorMessage)
            .containsExactly("Rule 'tick' does not have a target with the Id 'gone'.");
    }

    @Test
    void listsAreInPagesByName() {
        events.createEventBus(ROOT, Events.CreateEventBusRequest.of(r -> r.name("shop")));
        List.of("c", "a", "b").forEach(name -> rule("shop", name, ALL));
        var first = events.listRules(ROOT, Events.ListRulesRequest.of(r -> r.eventBusName("shop").limit(2)));
        assertThat(first.rules()).extracting(Events.Rule::name).containsExactly("a", "b");
        var second = events.listRules(ROOT, Events.ListRulesRequest.of(
            r -> r.eventBusName("shop").limit(2).nextToken(first.nextToken())));
        assertThat(second.rules()).extracting(Events.Rule::arn)
            .containsExactly("arn:aws:events:us-east-1:111122223333:rule/shop/c");
        assertThat(second.nextToken()).isNull();
        refused("ValidationException", "Invalid pagination token.", () -> events.listRules(ROOT,
            Events.ListRulesRequest.of(r -> r.eventBusName("shop").nextToken("YWJjZGVmZ2hp"))));
        assertThat(events.listEventBuses(ROOT, Events.ListEventBusesRequest.of(_ -> {})).eventBuses())
            .extracting(Events.EventBus::name).containsExactly("default", "shop");
        target("shop", "a", target("1", QUEUE), target("2", QUEUE));
        target("shop", "c", target("1", QUEUE));
        assertThat(events.listRuleNamesByTarget(ROOT, Events.ListRuleNamesByTargetRequest.of(
            r -> r.eventBusName("shop").targetArn(QUEUE))).ruleNames()).containsExactly("a", "c");
        assertThat(events.listTargetsByRule(ROOT, Events.ListTargetsByRuleRequest.of(r -> r.eventBusName("shop")
                .rule("a").limit(1)))
            .targets()).containsExactly(target("1", QUEUE));
    }

    @Test
    void rulesAndBusesAreTagged() {
        events.createEventBus(ROOT, Events.CreateEventBusRequest.of(r -> r.name("shop")
            .tags(List.of(Events.Tag.of(t -> t.key("a").value("1"))))));
        events.putRule(ROOT, Events.PutRuleRequest.of(r -> r.name("r").eventBusName("shop").eventPattern(ALL)
            .tags(List.of(Events.Tag.of(t -> t.key("b").value("2"))))));
        for (var arn : List.of("arn:aws:events:us-east-1:111122223333:event-bus/shop",
                "arn:aws:events:us-east-1:111122223333:rule/shop/r",
                        "arn:aws:events:us-east-1:111122223333:event-bus/default")) {
            events.tagResource(ROOT, Events.TagResourceRequest.of(r -> r.resourceARN(arn)
                .tags(List.of(Events.Tag.of(t -> t.key("c").value("3"))))));
            events.untagResource(ROOT, Events.UntagResourceRequest.of(r -> r.resourceARN(arn)
                    .tagKeys(List.of("a", "b", "gone"))));
            assertThat(events.listTagsForResource(ROOT, Events.ListTagsForResourceRequest.of(r -> r.resourceARN(arn)))
                    .tags())
                .containsExactly(Events.Tag.of(t -> t.key("c").value("3")));
        }
        refused("ResourceNotFoundException", "Rule gone does not exist on EventBus shop.",
                () -> events.listTagsForResource(ROOT,
            Events.ListTagsForResourceRequest.of(r ->
                    r.resourceARN("arn:aws:events:us-east-1:111122223333:rule/shop/gone"))));
    }

    @Test
    void filtersOfArchivesAndReplaysExcludeEachOther() {
        refused("ValidationException",
            "At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or NamePrefix.",
            () -> events.listArchives(ROOT, Events.ListArchivesRequest.of(r -> r.namePrefix("a").state("ENABLED"))));
        refused("ValidationException",
            "At most one filter is allowed for ListReplays. Use either : State, EventSourceArn, or NamePrefix.",
            () -> events.listReplays(ROOT, Events.ListReplaysRequest.of(r -> r.namePrefix("a").state("COMPLETED"))));
    }

    @Test
    void aPolicyIsMadeOfStatements() {
        refused("ValidationException", "Provided value in parameter 'action' is not supported.",
            () -> events.putPermission(ROOT, Events.PutPermissionRequest.of(r -> r.statementId("s").principal("*")
                .action("events:PutRule"))));
        events.putPermission(ROOT, Events.PutPermissionRequest.of(r -> r.statementId("other").action("events:PutEvents")
                .principal(OTHER)));
        events.putPermission(ROOT, Events.PutPermissionRequest.of(r -> r.statementId("org").action("events:PutEvents")
                .principal("*")
            .condition(Events.Condition.of(c -> c.type("StringEquals").key("aws:PrincipalOrgID").value("o-1")))));
        assertThat(events.describeEventBus(ROOT, Events.DescribeEventBusRequest.of(_ -> {})).policy()).isEqualTo("""
            {"Version":"2012-10-17","Statement":[{"Sid":"other","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},\
            "Action":"events:PutEvents","Resource":"arn:aws:events:us-east-1:111122223333:event-bus/default"},{"Sid":"org",\
            "Effect":"Allow","Principal":"*","Action":"events:PutEvents",\
            "Resource":"arn:aws:events:us-east-1:111122223333:event-bus/default",\
            "Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]}""");
        events.removePermission(ROOT, Events.RemovePermissionRequest.of(r -> r.removeAllPermissions(true)));
        assertThat(events.describeEventBus(ROOT, Events.DescribeEventBusRequest.of(_ -> {})).policy()).isNull();
    }

    @Test
    void templatesDeclareThem() {
        var desired = desired("Rule", Map.of("EventPattern", Map.of("source", List.of("shop")),
            "Targets", List.of(Map.of("Id", "a", "Arn", QUEUE), Map.of("Id", "b", "Arn", QUEUE, "Input", "{}",
                "DeadLetterConfig", Map.of("Arn", DEAD), "RetryPolicy", Map.of("MaximumRetryAttempts", "4")))));
        var rule = type("AWS::Events::Rule").create(ROOT, desired);
        assertThat(rule.physicalId()).startsWith("app-Rule-");
        assertThat(type("AWS::Events::Rule").create(ROOT, desired)).isEqualTo(rule);
        var targets = events.listTargetsByRule(ROOT, Events.ListTargetsByRuleRequest.of(r -> r.rule(rule.physicalId())))
                .targets();
        assertThat(targets.getLast().retryPolicy().maximumRetryAttempts()).isEqualTo(4);
        var fewer = desired("Rule", Map.of("EventPattern", Map.of("source", List.of("shop")), "State", "DISABLED",
            "Targets", List.of(Map.of("Id", "b", "Arn", QUEUE))));
        type("AWS::Events::Rule").update(ROOT, rule.physicalId(), desired, fewer);
        assertThat(events.listTargetsByRule(ROOT, Events.ListTargetsByRuleRequest.of(r -> r.rule(rule.physicalId())))
                .targets())
            .containsExactly(target("b", QUEUE));
        type("AWS::Events::Rule").delete(ROOT, rule.physicalId(), fewer);
        type("AWS::Events::Rule").delete(ROOT, rule.physicalId(), fewer);
        assertThat(type("AWS::Events::Rule").read(ROOT, rule.physicalId())).isEmpty();

        var bus = type("AWS::Events::EventBus").create(ROOT, desired("Bus", Map.of("Name", "shop")));
        assertThat(bus.attributes()).containsEntry("Arn", "arn:aws:events:us-east-1:111122223333:event-bus/shop");
        var onBus = type("AWS::Events::Rule").create(ROOT, desired("OnBus", Map.of("EventBusName", "shop", "Name", "r",
            "EventPattern", Map.of("source", List.of("shop")))));
        assertThat(onBus.physicalId()).isEqualTo("shop|r");
        var policy = desired("Policy", Map.of("EventBusName", "shop", "StatementId", "s",
            "Statement", Map.of("Effect", "Allow", "Principal", "*", "Action", "events:PutEvents", "Resource", "*")));
        assertThat(type("AWS::Events::EventBusPolicy").create(ROOT, policy).physicalId()).isEqualTo("shop|s");
        assertThat(type("AWS::Events::EventBusPolicy").read(ROOT, "shop|s")).isPresent();
        type("AWS::Events::EventBusPolicy").delete(ROOT, "shop|s", policy);
        var archive = type("AWS::Events::Archive")
                .create(ROOT, desired("Archive", Map.of("SourceArn", bus.attributes().get("Arn"),
            "RetentionDays", 3)));
        assertThat(archive.attributes().get("Arn")).isEqualTo("arn:aws:events:us-east-1:111122223333:archive/"
                + archive.physicalId());
        var connection = type("AWS::Events::Connection")
                .create(ROOT, desired("Connection", Map.of("AuthorizationType", "API_KEY",
            "AuthParameters", Map.of("ApiKeyAuthParameters", Map.of("ApiKeyName", "key", "ApiKeyValue", "secret")))));
        var destination = desired("Destination", Map.of("ConnectionArn", connection.attributes().get("Arn"),
            "InvocationEndpoint", "https://example.com", "HttpMethod", "POST"));
        assertThat(type("AWS::Events::ApiDestination").create(ROOT, destination))
            .isEqualTo(type("AWS::Events::ApiDestination").create(ROOT, destination));
        refused("InvalidRequest", "Encountered unsupported property Targets[0].Colour", () -> type("AWS::Events::Rule")
                .create(ROOT,
            desired("Bad", Map.of("ScheduleExpression", "rate(1 day)",
                "Targets", List.of(Map.of("Id", "a", "Arn", QUEUE, "Colour", "red"))))));
    }

    private dev.aloft.kernel.call.ResourceType type(String name) {
        return service.resourceTypes().stream().filter(type -> type.type().equals(name)).findFirst().orElseThrow();
    }

    private static dev.aloft.kernel.call.ResourceType.Desired desired(String id, Map<String, Object> properties) {
        return new dev.aloft.kernel.call.ResourceType.Desired("arn:stack", "app", id, "t", properties, Map.of());
    }
}
