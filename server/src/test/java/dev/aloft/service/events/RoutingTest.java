package dev.aloft.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.Target;
import dev.aloft.api.Caller;
import dev.aloft.api.Arn;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.Event;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From PutEvents, schedules and other buses to targets and dead-letter queues. */
class RoutingTest extends EventsFixture {
    private static final String SHOP = "{\"source\":[\"shop\"]}";

    @Test
    void eachEntryIsTakenOrRefusedByItself() {
        var answer = events.putEvents(ROOT, Events.PutEventsRequest.of(r -> r.entries(List.of(
            Events.PutEventsRequestEntry.of(e -> e.detailType("t").detail("{}")),
            Events.PutEventsRequestEntry.of(e -> e.source("s").detail("{}")),
            Events.PutEventsRequestEntry.of(e -> e.source("s").detailType("t")),
            entry(null, "s", "[]"), entry(null, "s", "NotJSON"), entry(null, "s", "\"text\""),
                    entry(null, "aws.s3", "{}"),
            entry(null, "s", "{}"), entry("no-such-bus", "s", "{}")))));
        assertThat(answer.failedEntryCount()).isEqualTo(7);
        assertThat(answer.entries()).extracting(Events.PutEventsResultEntry::errorCode)
                .containsExactly("InvalidArgument",
            "InvalidArgument", "InvalidArgument", "MalformedDetail", "MalformedDetail", "MalformedDetail",
            "NotAuthorizedForSourceException", null, null);
        assertThat(answer.entries()).extracting(Events.PutEventsResultEntry::errorMessage).startsWith(
            "Parameter Source is not valid. Reason: Source is a required argument.",
            "Parameter DetailType is not valid. Reason: DetailType is a required argument.",
            "Parameter Detail is not valid. Reason: Detail is a required argument.", "Detail is malformed.");
        assertThat(answer.entries().get(7).eventId()).matches("[0-9a-f-]{36}");
    }

    @Test
    void aRequestHasItsLimits() {
        refused("ValidationException", "Total size of the entries in the request is over the limit.",
            () -> put(ROOT, null, "shop", "{\"a\":\"" + "x".repeat(1 << 20) + "\"}"));
        var most = put(ROOT, null, "shop", "{\"a\":\"" + "x".repeat((1 << 20) - 20) + "\"}");
        assertThat(most.failedEntryCount()).isZero();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> events.putEvents(ROOT,
                Events.PutEventsRequest.of(r -> r.entries(Collections.nCopies(11, entry(null, "s", "{}"))))))
            .hasMessageStartingWith("1 validation error detected: Value '[PutEventsRequestEntry(")
            .hasMessageEndingWith("at 'entries' failed to satisfy constraint: Member must have length less "
                    + "than or equal to 10");
    }

    @Test
    void anEventReachesTheTargetsOfAllRulesThatWantIt() {
        rule(null, "shop", SHOP);
        rule(null, "large", "{\"detail\":{\"total\":[{\"numeric\":[\">\",10]}]}}");
        rule(null, "other", "{\"source\":[\"other\"]}");
        target(null, "shop", target("1", QUEUE), target("2", FUNCTION));
        target(null, "large", target("1", QUEUE));
        target(null, "other", target("1", QUEUE));
        var answer = put(ROOT, null, "shop", "{ \"total\": 11.50 }");
        var all = settled();
        assertThat(all).extracting(Delivered::target).containsExactlyInAnyOrder(QUEUE, FUNCTION, QUEUE);
        assertThat(all).extracting(Delivered::body).containsOnly("{\"version\":\"0\",\"id\":\"" + answer.entries()
                .getFirst().eventId()
            + "\",\"detail-type\":\"Happened\",\"source\":\"shop\",\"account\":\"111122223333\","
            + "\"time\":\"2026-01-01T00:00:00Z\","
            + "\"region\":\"us-east-1\",\"resources\":[],\"detail\":{\"total\":11.50}}");
        assertThat(all).extracting(each -> each.caller().principal()).contains(
            new Principal.Service("events.amazonaws.com", "arn:aws:events:us-east-1:111122223333:rule/shop"));
    }

    @Test
    void whatWasChangedCountsForTheNextEvent() {
        rule(null, "shop", SHOP);
        target(null, "shop", target("1", QUEUE));
        put(ROOT, null, "shop", "{}");
        assertThat(settled()).hasSize(1);
        events.disableRule(ROOT, Events.DisableRuleRequest.of(r -> r.name("shop")));
        put(ROOT, null, "shop", "{}");
        assertThat(settled()).hasSize(1);
        events.enableRule(ROOT, Events.EnableRuleRequest.of(r -> r.name("shop")));
        target(null, "shop", target("2", FUNCTION));
        put(ROOT, null, "shop", "{}");
        assertThat(settled()).hasSize(3);
        events.removeTargets(ROOT, Events.RemoveTargetsRequest.of(r -> r.rule("shop").ids(List.of("1", "2"))));
        put(ROOT, null, "shop", "{}");
        assertThat(settled()).hasSize(3);
    }

    @Test
    void groupsAndPartitionsAreTold() {
        rolePolicies.put(ROLE, allow("kinesis:*", "*"));
        rule(null, "shop", SHOP);
        target(null, "shop",
            Events.Target.of(t -> t.id("1").arn(QUEUE + ".fifo")
                    .sqsParameters(Events.SqsParameters.of(p -> p.messageGroupId("g")))),
            Events.Target.of(t -> t.id("2").arn("arn:aws:kinesis:us-east-1:111122223333:stream/s").roleArn(ROLE)
                .kinesisParameters(Events.KinesisParameters.of(p -> p.partitionKeyPath("$.detail.customer")))),
            Events.Target.of(t -> t.id("3").arn("arn:aws:kinesis:us-east-1:111122223333:stream/s").roleArn(ROLE)));
        var id = put(ROOT, null, "shop", "{\"customer\":\"ann\"}").entries().getFirst().eventId();
        var all = settled();
        assertThat(all).extracting(each -> each.event().groupId()).containsExactlyInAnyOrder("g", null, null);
        assertThat(all).extracting(each -> each.event().partitionKey()).containsExactlyInAnyOrder(null, "ann", id);
        assertThat(all).anySatisfy(each -> assertThat(each.caller().principal())
                .isInstanceOfSatisfying(Principal.RoleSession.class,
            session -> assertThat(session.roleArn()).isEqualTo(ROLE)));
    }

    @Test
    void whatFailsForGoodGoesStraightToTheDeadLetters() {
        rule(null, "shop", SHOP);
        target(null, "shop", Events.Target.of(t -> t.id("1").arn(FUNCTION).inputPath("$.detail")
            .deadLetterConfig(Events.DeadLetterConfig.of(d -> d.arn(DEAD)))));
        failures.put(FUNCTION, ApiError.of("AccessDeniedException", 403, "no permission"));
        put(ROOT, null, "shop", "{}");
        settled();
        assertThat(bodies(FUNCTION)).containsExactly("{}");
        var letter = delivered.getLast();
        assertThat(letter.target()).isEqualTo(DEAD);
        assertThat(letter.json().get("source")).isEqualTo("shop");
        assertThat(letter.event().attributes()).containsOnly(
            Map.entry("RULE_ARN", text("arn:aws:events:us-east-1:111122223333:rule/shop")),
            Map.entry("TARGET_ARN", text(FUNCTION)), Map.entry("ERROR_CODE", text("NO_PERMISSIONS")),
            Map.entry("ERROR_MESSAGE", text("no permission")));
    }

    private static Event.Attribute text(String value) {
        return Event.Attribute.text(value);
    }

    @Test
    void whatFailsForNowIsTriedAsOftenAndAsLongAsThePolicySays() {
        rule(null, "shop", SHOP);
        target(null, "shop", Events.Target.of(t -> t.id("1").arn(FUNCTION)
            .retryPolicy(Events.RetryPolicy.of(p -> p.maximumRetryAttempts(3)))
            .deadLetterConfig(Events.DeadLetterConfig.of(d -> d.arn(DEAD)))));
        target(null, "shop", Events.Target.of(t -> t.id("2").arn(QUEUE)
            .retryPolicy(Events.RetryPolicy.of(p -> p.maximumEventAgeInSeconds(60)))
            .deadLetterConfig(Events.DeadLetterConfig.of(d -> d.arn(DEAD)))));
        failures.put(FUNCTION, ApiError.of("ServiceException", 500, "later"));
        failures.put(QUEUE, ApiError.of("ThrottlingException", 400, "slowly"));
        put(ROOT, null, "shop", "{}");
        time.advance(Duration.ofHours(1));
        assertThat(bodies(FUNCTION)).hasSize(4);
        assertThat(bodies(QUEUE)).hasSizeBetween(5, 20);
        var letters = delivered.stream().filter(each -> each.target().equals(DEAD))
                .map(each -> each.event().attributes()).toList();
        assertThat(letters).hasSize(2);
        assertThat(letters.getFirst()).containsEntry("EXHAUSTED_RETRY_CONDITION", text("MaximumRetryAttempts"))
            .containsEntry("RETRY_ATTEMPTS", text("3")).containsEntry("ERROR_CODE", text("INTERNAL_ERROR"));
        assertThat(letters.getLast()).containsEntry("EXHAUSTED_RETRY_CONDITION", text("MaximumEventAgeInSeconds"))
            .containsEntry("ERROR_CODE", text("THROTTLING"));
    }

    @Test
    void aRoleThatCannotBeAssumedIsHopeless() {
        rule(null, "shop", SHOP);
        target(null, "shop", Events.Target.of(t -> t.id("1").arn(FUNCTION).roleArn(ROLE)
            .deadLetterConfig(Events.DeadLetterConfig.of(d -> d.arn(DEAD)))));
        put(ROOT, null, "shop", "{}");
        assertThat(settled()).singleElement().satisfies(letter -> assertThat(letter.event().attributes())
            .containsEntry("ERROR_CODE", text("FAILED_TO_ASSUME_ROLE")));
    }

    @Test
    void aServiceTellsWhatHappenedOnTheDefaultBus() {
        rule(null, "objects", "{\"source\":[\"aws.s3\"],\"detail-type\":[\"Object Created\"]}");
        target(null, "objects", target("1", QUEUE));
        var s3 = ROOT.asService("s3.amazonaws.com", "arn:aws:s3:::photos");
        var body = "{\"source\":\"aws.s3\",\"detail-type\":\"Object Created\",\"resources\":[\"arn:aws:s3:::photos\"],"
            + "\"time\":\"2025-12-31T23:59:59Z\",\"detail\":{\"bucket\":{\"name\":\"photos\"}}}";
        targets.deliver(s3, dev.aloft.api.Arn.parse("arn:aws:events:us-east-1:111122223333:event-bus/default"),
            Event.of(body.getBytes(StandardCharsets.UTF_8)));
        assertThat(settled()).singleElement().satisfies(each -> {
            assertThat(each.json().get("account")).isEqualTo(ACCOUNT);
            assertThat(each.json().get("time")).isEqualTo("2025-12-31T23:59:59Z");
            assertThat(each.json().get("resources")).isEqualTo(List.of("arn:aws:s3:::photos"));
        });
    }

    @Test
    void busesHandOnWithinAnAccountAndToAnotherThatLetsThem() {
        var other = root(OTHER, "us-east-1");
        var theirs = "arn:aws:events:us-east-1:444455556666:event-bus/default";
        var theirFunction = "arn:aws:lambda:us-east-1:444455556666:function:f";
        rolePolicies.put(ROLE, allow("events:PutEvents", "*"));
        events.createEventBus(ROOT, Events.CreateEventBusRequest.of(r -> r.name("inner")));
        rule(null, "shop", SHOP);
        target(null, "shop", target("1", "arn:aws:events:us-east-1:111122223333:event-bus/inner"),
            Events.Target.of(t -> t.id("2").arn(theirs).roleArn(ROLE)
                    .deadLetterConfig(Events.DeadLetterConfig.of(d -> d.arn(DEAD)))));
        rule("inner", "all", SHOP);
        target("inner", "all", target("1", QUEUE));
        events.putRule(other, Events.PutRuleRequest.of(r -> r.name("all").eventPattern(SHOP)));
        events.putTargets(other,
                Events.PutTargetsRequest.of(r -> r.rule("all").targets(List.of(target("1", theirFunction)))));
        put(ROOT, null, "shop", "{}");
        settled();
        assertThat(bodies(QUEUE)).hasSize(1);
        assertThat(bodies(theirFunction)).isEmpty();
        assertThat(delivered.stream().filter(each -> each.target().equals(DEAD)).findFirst().orElseThrow().event()
                .attributes())
            .containsEntry("ERROR_CODE", text("NO_PERMISSIONS"));
        events.putPermission(other, Events.PutPermissionRequest.of(r -> r.statementId("s").action("events:PutEvents")
                .principal(ACCOUNT)));
        var id = put(ROOT, null, "shop", "{}").entries().getFirst().eventId();
        settled();
        // It is the same event still, of the account that it comes from.
        assertThat((Map<?, ?>) JsonReader.tree(bodies(theirFunction).getFirst()))
            .satisfies(event -> assertThat(event.get("id")).isEqualTo(id))
            .satisfies(event -> assertThat(event.get("account")).isEqualTo(ACCOUNT));
    }

    @Test
    void anEventDoesNotGoToAThirdAccountAndGetsAnIdInAnotherRegion() {
        var other = root(OTHER, "us-east-1");
        var west = root(ACCOUNT, "us-west-2");
        for (var bus : List.of(other, west)) {
            events.putPermission(bus, Events.PutPermissionRequest.of(r -> r.statementId("s").action("events:PutEvents")
                    .principal("*")));
            events.putRule(bus, Events.PutRuleRequest.of(r -> r.name("on").eventPattern(SHOP)));
        }
        var theirRole = "arn:aws:iam::444455556666:role/events";
        List.of(ROLE, theirRole).forEach(role -> rolePolicies.put(role, allow("events:PutEvents", "*")));
        rule(null, "shop", SHOP);
        target(null, "shop", under(ROLE, "1", "arn:aws:events:us-east-1:444455556666:event-bus/default"),
            under(ROLE, "2", "arn:aws:events:us-west-2:111122223333:event-bus/default"));
        events.putTargets(other,
                Events.PutTargetsRequest.of(r -> r.rule("on").targets(List.of(Events.Target.of(t -> t.id("1")
            .arn("arn:aws:events:us-east-1:777788889999:event-bus/default").roleArn(theirRole)
            .deadLetterConfig(Events.DeadLetterConfig.of(d -> d.arn(DEAD))))))));
        events.putTargets(west, Events.PutTargetsRequest.of(r -> r.rule("on").targets(List.of(target("1", QUEUE)))));
        var id = put(ROOT, null, "shop", "{}").entries().getFirst().eventId();
        settled();
        assertThat(delivered.stream().filter(each -> each.target().equals(DEAD)).findFirst().orElseThrow().event()
                .attributes())
            .containsEntry("ERROR_CODE", text("THIRD_ACCOUNT_HOP_DETECTED"));
        assertThat((Map<?, ?>) JsonReader.tree(bodies(QUEUE).getFirst())).satisfies(event -> {
            assertThat(event.get("id")).isNotEqualTo(id);
            assertThat(event.get("region")).isEqualTo("us-east-1");
        });
    }

    private static Events.Target under(String role, String id, String arn) {
        return target(id, arn).toBuilder().roleArn(role).build();
    }

    @Test
    void whatIsAnotherAccountsNeedsARole() {
        rule(null, "shop", SHOP);
        for (var arn : List.of("arn:aws:events:us-east-1:444455556666:event-bus/default",
                "arn:aws:events:us-west-2:111122223333:event-bus/default", "arn:aws:sqs:us-east-1:444455556666:q",
                "arn:aws:lambda:us-east-1:444455556666:function:f")) {
            refused("ValidationException", "RoleArn is required for target " + arn + ".",
                    () -> target(null, "shop", target("1", arn)));
            target(null, "shop", under(ROLE, "1", arn));
        }
        targets.add(new Target() {
            @Override
            public String service() {
                return "firehose";
            }

            @Override
            public void deliver(Caller caller, Arn target, Event event) {
            }
        });
        var stream = "arn:aws:firehose:us-east-1:444455556666:deliverystream/d";
        refused("AccessDeniedException", "Access to the resource " + stream
                + " is denied. Reason: Adding cross-account target is not permitted.",
                () -> target(null, "shop", under(ROLE, "1", stream)));
    }

    @Test
    void whoMayPutEventsIsAskedOfIam() {
        rolePolicies.put(ROLE, allow("events:PutEvents", "arn:aws:events:us-east-1:111122223333:event-bus/default"));
        var session = ROOT.as(new Principal.RoleSession(ROLE, "AROA", "s", null));
        assertThat(put(session, null, "shop", "{}").failedEntryCount()).isZero();
        refused("AccessDeniedException",
                "User: arn:aws:sts::111122223333:assumed-role/events/s is not authorized to perform:"
            + " events:PutEvents on resource: arn:aws:events:us-east-1:111122223333:event-bus/inner because no "
            + "identity-based policy allows the events:PutEvents action", () -> put(session, "inner", "shop", "{}"));
    }

    @Test
    void aRateFiresEachTimeAndACronAtItsTimeUntilDisabled() {
        schedule("tick", "rate(5 minutes)");
        target(null, "tick", target("1", FUNCTION));
        time.advance(Duration.ofMinutes(4));
        assertThat(delivered).isEmpty();
        time.advance(Duration.ofMinutes(12));
        assertThat(delivered).hasSize(3);
        assertThat(delivered.getFirst().json().get("detail-type")).isEqualTo("Scheduled Event");
        assertThat(delivered.getFirst().json().get("source")).isEqualTo("aws.events");
        assertThat(delivered.getFirst().json().get("time")).isEqualTo("2026-01-01T00:05:00Z");
        assertThat(delivered.getFirst().json().get("resources"))
                .isEqualTo(List.of("arn:aws:events:us-east-1:111122223333:rule/tick"));
        assertThat(delivered.getFirst().json().get("detail")).isEqualTo(Map.of());
        events.disableRule(ROOT, Events.DisableRuleRequest.of(r -> r.name("tick")));
        schedule("noon", "cron(0 12 * * ? *)");
        target(null, "noon", Events.Target.of(t -> t.id("1").arn(QUEUE).input("{\"a\":1}")));
        time.advance(Duration.ofDays(2));
        assertThat(bodies(FUNCTION)).hasSize(3);
        assertThat(bodies(QUEUE)).containsExactly("{\"a\":1}", "{\"a\":1}");
    }

    @Test
    void testEventPatternNeedsAWholeEvent() {
        var event = "{\"id\":\"1\",\"account\":\"1\",\"source\":\"shop\",\"time\":\"t\",\"region\":\"r\","
                + "\"detail-type\":\"d\"}";
        assertThat(events.testEventPattern(ROOT, Events.TestEventPatternRequest.of(r -> r.event(event)
                .eventPattern(SHOP))).result())
            .isTrue();
        for (var bad : List.of("text", "\"text\"", "[]", "{\"source\":\"shop\"}")) {
            refused("ValidationException", "Parameter Event is not valid.", () -> events.testEventPattern(ROOT,
                Events.TestEventPatternRequest.of(r -> r.event(bad).eventPattern(SHOP))));
        }
    }

    @Test
    void archivesKeepWhatTheirPatternWantsAndReplayIt() {
        var bus = "arn:aws:events:us-east-1:111122223333:event-bus/default";
        events.createArchive(ROOT, Events.CreateArchiveRequest.of(r -> r.archiveName("a").eventSourceArn(bus)
                .eventPattern(SHOP)
            .retentionDays(1)));
        rule(null, "shop", SHOP);
        rule(null, "again", "{\"replay-name\":[{\"exists\":true}]}");
        target(null, "shop", target("1", QUEUE));
        target(null, "again", target("1", FUNCTION));
        put(ROOT, null, "other", "{}");
        for (int i = 0; i < 250; i++) {
            put(ROOT, null, "shop", "{\"n\":" + i + "}");
            time.advance(Duration.ofMillis(100));
        }
        var archive = events.describeArchive(ROOT, Events.DescribeArchiveRequest.of(r -> r.archiveName("a")));
        assertThat(archive.eventCount()).isEqualTo(250);
        delivered.clear();
        var again = "arn:aws:events:us-east-1:111122223333:rule/again";
        events.startReplay(ROOT, replay("r", bus, List.of(again)));
        time.settle();
        assertThat(bodies(QUEUE)).isEmpty();
        assertThat(bodies(FUNCTION)).hasSize(250);
        assertThat(delivered.getFirst().json().get("replay-name")).isEqualTo("r");
        var replay = events.describeReplay(ROOT, Events.DescribeReplayRequest.of(r -> r.replayName("r")));
        assertThat(replay.state()).isEqualTo(Events.ReplayState.COMPLETED);
        // What is replayed is not kept once more.
        assertThat(events.describeArchive(ROOT, Events.DescribeArchiveRequest.of(r -> r.archiveName("a"))).eventCount())
                .isEqualTo(250);
        time.advance(Duration.ofDays(2));
        assertThat(events.describeArchive(ROOT, Events.DescribeArchiveRequest.of(r -> r.archiveName("a"))).eventCount())
                .isZero();
    }

    private static Events.StartReplayRequest replay(String name, String bus, List<String> rules) {
        return Events.StartReplayRequest.of(r -> r.replayName(name)
                .eventSourceArn("arn:aws:events:us-east-1:111122223333:archive/a")
            .eventStartTime(Instant.parse("2025-12-31T00:00:00Z")).eventEndTime(Instant.parse("2026-01-02T00:00:00Z"))
            .destination(Events.ReplayDestination.of(d -> d.arn(bus).filterArns(rules))));
    }

    @Test
    void archivesAndReplaysAreRefused() {
        var bus = "arn:aws:events:us-east-1:111122223333:event-bus/default";
        refused("ResourceNotFoundException", "Archive a does not exist.",
            () -> events.describeArchive(ROOT, Events.DescribeArchiveRequest.of(r -> r.archiveName("a"))));
        refused("ResourceNotFoundException", "Event bus gone does not exist.", () -> events.createArchive(ROOT,
            Events.CreateArchiveRequest.of(r -> r.archiveName("a").eventSourceArn(bus.replace("default", "gone")))));
        refused("ValidationException", "Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.",
            () -> events.startReplay(ROOT, replay("r", "invalid", null)));
        refused("ResourceNotFoundException", "Event bus gone does not exist.",
            () -> events.startReplay(ROOT, replay("r", bus.replace("default", "gone"), null)));
        refused("ValidationException", "Parameter EventSourceArn is not valid. Reason: Archive a does not exist.",
            () -> events.startReplay(ROOT, replay("r", bus, null)));
        var create = Events.CreateArchiveRequest.of(r -> r.archiveName("a").eventSourceArn(bus));
        events.createArchive(ROOT, create);
        refused("ResourceAlreadyExistsException", "Archive a already exists.",
                () -> events.createArchive(ROOT, create));
        refused("ValidationException", "At least one of EventPattern, RetentionDays or Description must be provided.",
            () -> events.updateArchive(ROOT, Events.UpdateArchiveRequest.of(r -> r.archiveName("a"))));
        refused("InternalException", "Service encountered unexpected problem. Please try again.",
            () -> events.updateArchive(ROOT, Events.UpdateArchiveRequest.of(r -> r.archiveName("gone")
                    .retentionDays(1))));
        refused("ValidationException",
                "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.",
            () -> events.startReplay(ROOT, Events.StartReplayRequest.of(r -> r.replayName("r")
                .eventSourceArn("arn:aws:events:us-east-1:111122223333:archive/a").eventStartTime(time.instant())
                .eventEndTime(time.instant()).destination(Events.ReplayDestination.of(d -> d.arn(bus))))));
        events.createEventBus(ROOT, Events.CreateEventBusRequest.of(r -> r.name("other")));
        refused("ValidationException",
                "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.",
            () -> events.startReplay(ROOT, replay("r", bus.replace("default", "other"), null)));
        refused("ResourceNotFoundException", "Event bus gone does not exist.",
            () -> events.startReplay(ROOT, replay("r", bus.replace("default", "gone"), null)));
        events.startReplay(ROOT, replay("r", bus, null));
        refused("ResourceAlreadyExistsException", "Replay r already exists.",
                () -> events.startReplay(ROOT, replay("r", bus, null)));
        refused("ResourceNotFoundException", "Replay gone does not exist.",
            () -> events.describeReplay(ROOT, Events.DescribeReplayRequest.of(r -> r.replayName("gone"))));
        var managedTarget = events.listTargetsByRule(ROOT, Events.ListTargetsByRuleRequest.of(
                r -> r.rule("Events-Archive-a"))).targets().getFirst();
        assertThat(managedTarget.inputTransformer().inputTemplate()).startsWith("{\"archive-arn\": ")
                .contains("\"event\": <aws.events.event.json>").contains(" <aws.events.event.ingestion-time>}");
        var managed = events.describeRule(ROOT, Events.DescribeRuleRequest.of(r -> r.name("Events-Archive-a")));
        assertThat(managed.managedBy()).isEqualTo("prod.vhs.events.aws.internal");
        refused("ManagedRuleException",
                "Rule 'Events-Archive-a' is managed by an AWS service can only be modified if force is True.",
            () -> events.disableRule(ROOT, Events.DisableRuleRequest.of(r -> r.name("Events-Archive-a"))));
    }
}
