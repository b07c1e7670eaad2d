package dev.aloft.service.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LogsTest {
    private static final Caller CALLER = new Caller("123456789012", "us-east-1", new Principal.Root("123456789012"),
        "id", null, 0, "http://127.0.0.1:4566", "127.0.0.1", null);

    private final TestTime time = new TestTime();
    private final Store store = new FlakyStore(new MemoryStore());
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final LogsService service = new LogsService(store, time, endpoint, new Targets(), (logs, _, _) -> logs);
    private final Logs logs = Logs.at(endpoint);
    private final Workers workers = new Workers(time, service.workers());

    @BeforeEach
    void start() {
        endpoint.add(service);
        workers.start();
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    private long now() {
        return time.instant().toEpochMilli();
    }

    private void group(String name) {
        logs.createLogGroup(CALLER, Logs.CreateLogGroupRequest.of(r -> r.logGroupName(name)));
    }

    private void stream(String group, String name) {
        logs.createLogStream(CALLER, Logs.CreateLogStreamRequest.of(r -> r.logGroupName(group).logStreamName(name)));
    }

    private Logs.PutLogEventsResponse put(String group, String stream, Object... timesAndMessages) {
        var events = new ArrayList<Logs.InputLogEvent>();
        for (int i = 0; i < timesAndMessages.length; i += 2) {
            long at = ((Number) timesAndMessages[i]).longValue();
            var message = (String) timesAndMessages[i + 1];
            events.add(Logs.InputLogEvent.of(e -> e.timestamp(at).message(message)));
        }
        return logs.putLogEvents(CALLER,
            Logs.PutLogEventsRequest.of(r -> r.logGroupName(group).logStreamName(stream).logEvents(events)));
    }

    private Logs.GetLogEventsResponse get(Consumer<Logs.GetLogEventsRequest.Builder> with) {
        return logs.getLogEvents(CALLER, Logs.GetLogEventsRequest.of(r -> with.accept(r.logGroupName("g")
            .logStreamName("s"))));
    }

    private Logs.FilterLogEventsResponse filter(Consumer<Logs.FilterLogEventsRequest.Builder> with) {
        return logs.filterLogEvents(CALLER, Logs.FilterLogEventsRequest.of(r -> with.accept(r.logGroupName("g"))));
    }

    private static List<String> messages(Logs.GetLogEventsResponse response) {
        return response.events().stream().map(Logs.OutputLogEvent::message).toList();
    }

    private static List<String> messages(Logs.FilterLogEventsResponse response) {
        return response.events().stream().map(Logs.FilteredLogEvent::message).toList();
    }

    private static void assertRefused(Runnable call, String code, String message) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(ApiError.class, error -> {
            assertThat(error.code()).isEqualTo(code);
            assertThat(error.getMessage()).isEqualTo(message);
        });
    }

    @Nested
    class Refused {
        @Test
        void whatIsNotThere() {
            var noGroup = "The specified log group does not exist.";
            assertRefused(() -> stream("g", "s"), "ResourceNotFoundException", noGroup);
            assertRefused(() -> put("g", "s", now(), "x"), "ResourceNotFoundException", noGroup);
            assertRefused(() -> filter(_ -> { }), "ResourceNotFoundException", noGroup);
            group("g");
            assertRefused(() -> put("g", "s", now(), "x"), "ResourceNotFoundException",
                "The specified log stream does not exist.");
        }

        @Test
        void whatIsThereAlready() {
            group("g");
            assertRefused(() -> group("g"), "ResourceAlreadyExistsException", "The specified log group already exists");
            stream("g", "s");
            assertRefused(() -> stream("g", "s"), "ResourceAlreadyExistsException",
                "The specified log stream already exists");
        }

        @Test
        void eventsThatMayNotComeTogether() {
            group("g");
            stream("g", "s");
            assertRefused(() -> put("g", "s", now(), "b", now() - 1, "a"), "InvalidParameterException",
                "Log events in a single PutLogEvents request must be in chronological order.");
            assertRefused(() -> put("g", "s", now() - 86_400_001, "a", now(), "b"), "InvalidParameterException",
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
            var half = "x".repeat(1 << 19);
            assertRefused(() -> put("g", "s", now(), half, now(), half), "InvalidParameterException",
                "Upload too large: 1048628 bytes exceeds limit of 1048576");
            assertRefused(() -> put("g", "s", now(), half + half), "InvalidParameterException",
                "Log event too large: 1048602 bytes exceeds limit of 1048576");
        }

        @Test
        void aRetentionThatAwsDoesNotOffer() {
            group("g");
            assertThatThrownBy(() -> logs.putRetentionPolicy(CALLER,
                Logs.PutRetentionPolicyRequest.of(r -> r.logGroupName("g").retentionInDays(2))))
                .hasMessageStartingWith("1 validation error detected: Value '2' at 'retentionInDays' failed to satisfy "
                    + "constraint: Member must satisfy enum value set: [1, 3, 5, 7, ");
        }

        /** Which value it was is not told, as AWS was seen to do with identifiers of groups alone. */
        @Test
        void anIdentifierThatIsNoneIsNotRepeated() {
            assertRefused(() -> get(r -> r.logGroupName(null).logGroupIdentifier("arn:*")), "InvalidParameterException",
                "1 validation error detected: Value at 'logGroupIdentifier' failed to satisfy constraint: Member must "
                    + "satisfy regular expression pattern: [\\w#+=/:,.@-]*");
        }

        @Test
        void tokensOfOurMaking() {
            group("g");
            stream("g", "s");
            assertRefused(() -> get(r -> r.nextToken("f/1/s")), "InvalidParameterException",
                "The specified nextToken is invalid.");
            assertRefused(() -> filter(r -> r.nextToken("?")), "InvalidParameterException",
                "The specified nextToken is invalid.");
        }

        @Test
        void whatIsNotBuiltByName() {
            assertThatThrownBy(() -> logs.createLogGroup(CALLER, Logs.CreateLogGroupRequest.of(r -> r.logGroupName("g")
                .logGroupClass("INFREQUENT_ACCESS")))).hasMessageContaining("The log group class INFREQUENT_ACCESS");
        }
    }

    @Nested
    class GroupsAndStreams {
        @Test
        void areDescribedByNameInPages() {
            IntStream.range(0, 7).forEach(i -> group("/aws/lambda/f" + i));
            group("other");
            var first = logs.describeLogGroups(CALLER,
                Logs.DescribeLogGroupsRequest.of(r -> r.logGroupNamePrefix("/aws/lambda/").limit(5)));
            var rest = logs.describeLogGroups(CALLER, Logs.DescribeLogGroupsRequest.of(r -> r
                .logGroupNamePrefix("/aws/lambda/").limit(5).nextToken(first.nextToken())));
            assertThat(first.logGroups()).hasSize(5);
            assertThat(rest.logGroups()).extracting(Logs.LogGroup::logGroupName)
                .containsExactly("/aws/lambda/f5", "/aws/lambda/f6");
            assertThat(rest.nextToken()).isNull();
            assertThat(first.logGroups().getFirst().arn())
                .isEqualTo("arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f0:*");
            var named = logs.describeLogGroups(CALLER, Logs.DescribeLogGroupsRequest.of(r ->
                r.logGroupNamePattern("the")));
            assertThat(named.logGroups()).extracting(Logs.LogGroup::logGroupName).containsExactly("other");
        }

        @Test
        void streamsComeByNameOrByTheirLastEvent() {
            group("g");
            for (var name : List.of("a1", "a2", "b")) {
                stream("g", name);
            }
            put("g", "a2", now() - 5, "x");
            put("g", "b", now() - 10, "x");
            assertThat(names(r -> r.logStreamNamePrefix("a"))).containsExactly("a1", "a2");
            assertThat(names(r -> r.descending(true))).containsExactly("b", "a2", "a1");
            assertThat(names(r -> r.orderBy("LastEventTime").descending(true))).containsExactly("a2", "b", "a1");
            var page = logs.describeLogStreams(CALLER, Logs.DescribeLogStreamsRequest.of(r -> r.logGroupName("g")
                .orderBy("LastEventTime").descending(true).limit(1)));
            assertThat(names(r -> r.orderBy("LastEventTime").descending(true).nextToken(page.nextToken())))
                .containsExactly("b", "a1");
        }

        private List<String> names(Consumer<Logs.DescribeLogStreamsRequest.Builder> with) {
            return logs.describeLogStreams(CALLER,
                Logs.DescribeLogStreamsRequest.of(r -> with.accept(r.logGroupName("g")))).logStreams().stream()
                .map(Logs.LogStream::logStreamName).toList();
        }

        @Test
        void aGroupMadeAgainIsEmptyAndWhatWasInItIsCleared() {
            group("g");
            stream("g", "s");
            put("g", "s", now(), "old");
            logs.deleteLogGroup(CALLER, Logs.DeleteLogGroupRequest.of(r -> r.logGroupName("g")));
            group("g");
            stream("g", "s");
            assertThat(filter(_ -> { }).events()).isEmpty();
            assertThat(get(_ -> { }).events()).isEmpty();
            time.settle();
            assertThat(store.in("logs").<Long>read(tx -> new LogsData().pieces.range(tx, Key.EMPTY).count()))
                .isZero();
        }

        @Test
        void aDeletedStreamsEventsAreNotFound() {
            group("g");
            stream("g", "s");
            stream("g", "t");
            put("g", "s", now(), "gone");
            put("g", "t", now(), "kept");
            logs.deleteLogStream(CALLER, Logs.DeleteLogStreamRequest.of(r -> r.logGroupName("g").logStreamName("s")));
            assertThat(messages(filter(_ -> { }))).containsExactly("kept");
        }

        @Test
        void keepTags() {
            group("g");
            var arn = "arn:aws:logs:us-east-1:123456789012:log-group:g";
            logs.tagResource(CALLER, Logs.TagResourceRequest.of(r -> r.resourceArn(arn)
                .tags(Map.of("a", "1", "b", "2"))));
            logs.untagResource(CALLER, Logs.UntagResourceRequest.of(r -> r.resourceArn(arn).tagKeys(List.of("a"))));
            assertThat(logs.listTagsForResource(CALLER, Logs.ListTagsForResourceRequest.of(r -> r.resourceArn(arn)))
                .tags()).isEqualTo(Map.of("b", "2"));
            logs.tagLogGroup(CALLER, Logs.TagLogGroupRequest.of(r -> r.logGroupName("g").tags(Map.of("c", "3"))));
            logs.untagLogGroup(CALLER, Logs.UntagLogGroupRequest.of(r -> r.logGroupName("g").tags(List.of("b"))));
            assertThat(logs.listTagsLogGroup(CALLER, Logs.ListTagsLogGroupRequest.of(r -> r.logGroupName("g"))).tags())
                .isEqualTo(Map.of("c", "3"));
        }
    }

    @Nested
    class Events {
        @Test
        void comeBackInOrderWithTokensThatGoOn() {
            group("g");
            stream("g", "s");
            put("g", "s", now(), "3", now() + 1, "4");
            put("g", "s", now() - 100_000, "1", now() - 10, "2");
            assertThat(messages(get(_ -> { }))).containsExactly("1", "2", "3", "4");
            var last = get(r -> r.limit(2));
            assertThat(messages(last)).containsExactly("3", "4");
            var before = get(r -> r.nextToken(last.nextBackwardToken()).limit(2));
            assertThat(messages(before)).containsExactly("1", "2");
            var none = get(r -> r.nextToken(before.nextBackwardToken()));
            assertThat(none.events()).isEmpty();
            assertThat(none.nextBackwardToken()).isEqualTo(before.nextBackwardToken());
            assertThat(messages(get(r -> r.nextToken(none.nextForwardToken())))).containsExactly("1", "2", "3", "4");
            var first = get(r -> r.startFromHead(true).limit(3));
            assertThat(messages(first)).containsExactly("1", "2", "3");
            var end = get(r -> r.nextToken(first.nextForwardToken()));
            assertThat(messages(end)).containsExactly("4");
            var nothing = get(r -> r.nextToken(end.nextForwardToken()));
            assertThat(nothing.nextForwardToken()).isEqualTo(end.nextForwardToken());
            put("g", "s", now() + 2, "5");
            assertThat(messages(get(r -> r.nextToken(nothing.nextForwardToken())))).containsExactly("5");
        }

        @Test
        void areBoundedByTimes() {
            group("g");
            stream("g", "s");
            put("g", "s", now(), "1", now() + 1, "2", now() + 2, "3");
            assertThat(messages(get(r -> r.startTime(now() + 1).endTime(now() + 2)))).containsExactly("2");
            assertThat(messages(filter(r -> r.startTime(now() + 1).endTime(now() + 2)))).containsExactly("2", "3");
        }

        @Test
        void ofAnyPlacingAreReadAsANaiveModelReadsThem() {
            var random = new Random(7);
            group("g");
            for (var name : List.of("s", "t", "u")) {
                stream("g", name);
            }
            record Kept(long at, String stream, String message) {
            }
            var model = new ArrayList<Kept>();
            for (int batch = 0; batch < 60; batch++) {
                var stream = List.of("s", "t", "u").get(random.nextInt(3));
                long[] times = random.longs(1 + random.nextInt(20), now() - 3_600_000, now()).sorted().toArray();
                var arguments = new ArrayList<>();
                for (long at : times) {
                    arguments.add(at);
                    arguments.add("m" + model.size());
                    model.add(new Kept(at, stream, "m" + model.size()));
                }
                put("g", stream, arguments.toArray());
            }
            model.sort((a, b) -> Long.compare(a.at(), b.at()));
            var all = new ArrayList<String>();
            String token = null;
            do {
                var next = token;
                var page = filter(r -> r.limit(7).nextToken(next));
                all.addAll(messages(page));
                token = page.nextToken();
            } while (token != null);
            assertThat(all).containsExactlyElementsOf(model.stream().map(Kept::message).toList());
            var ofStream = model.stream().filter(kept -> kept.stream().equals("s")).map(Kept::message).toList();
            assertThat(messages(filter(r -> r.logStreamNames(List.of("s"))))).isEqualTo(ofStream);
            assertThat(messages(get(_ -> { }))).isEqualTo(ofStream);
            var backwards = new ArrayList<String>();
            var page = get(r -> r.limit(5));
            while (!page.events().isEmpty()) {
                backwards.addAll(0, messages(page));
                var token2 = page.nextBackwardToken();
                page = get(r -> r.limit(5).nextToken(token2));
            }
            assertThat(backwards).isEqualTo(ofStream);
        }

        @Test
        void tooOldOrTooNewAreRejectedAndTheOthersKept() {
            group("g");
            stream("g", "s");
            var early = put("g", "s", now() - Duration.ofDays(14).toMillis() - 1, "old",
                now() - Duration.ofDays(14).toMillis(), "kept");
            assertThat(early.rejectedLogEventsInfo().tooOldLogEventEndIndex()).isEqualTo(1);
            assertThat(early.rejectedLogEventsInfo().tooNewLogEventStartIndex()).isNull();
            var late = put("g", "s", now(), "kept", now() + Duration.ofHours(2).toMillis() + 1, "new");
            assertThat(late.rejectedLogEventsInfo().tooNewLogEventStartIndex()).isEqualTo(1);
            assertThat(messages(get(_ -> { }))).containsExactly("kept", "kept");
            assertThat(put("g", "s", now(), "x").rejectedLogEventsInfo()).isNull();
        }

        @Test
        void expireWithTheRetentionOfTheirGroup() {
            group("g");
            stream("g", "s");
            put("g", "s", now(), "first");
            logs.putRetentionPolicy(CALLER,
                Logs.PutRetentionPolicyRequest.of(r -> r.logGroupName("g").retentionInDays(1)));
            time.advance(Duration.ofHours(23));
            put("g", "s", now(), "second");
            assertThat(messages(get(_ -> { }))).containsExactly("first", "second");
            time.advance(Duration.ofHours(1).plusMillis(2));
            assertThat(messages(get(_ -> { }))).containsExactly("second");
            var rejected = put("g", "s", now() - Duration.ofHours(23).toMillis(), "late").rejectedLogEventsInfo();
            assertThat(rejected).isNull();
            time.advance(Duration.ofDays(2));
            assertThat(store.in("logs").<Long>read(tx ->
                new LogsData().pieces.range(tx, Key.EMPTY).count())).isZero();
            assertThat(logs.describeLogGroups(CALLER, Logs.DescribeLogGroupsRequest.of(_ -> { })).logGroups().getFirst()
                .storedBytes()).isZero();
        }

        @Test
        void carryIdsOf56DigitsThatGrow() {
            group("g");
            stream("g", "s");
            put("g", "s", now(), "1", now(), "2");
            var ids = filter(_ -> { }).events().stream().map(Logs.FilteredLogEvent::eventId).toList();
            assertThat(ids).allMatch(id -> id.length() == 56).isSorted().doesNotHaveDuplicates();
        }
    }

    @Nested
    class Patterns {
        private boolean matches(String pattern, String message) {
            return FilterPattern.parse(pattern).matches(message);
        }

        @Test
        void ofTerms() {
            assertThat(matches("", "anything")).isTrue();
            assertThat(matches("ERROR", "[ERROR 400] BAD REQUEST")).isTrue();
            assertThat(matches("error", "[ERROR 400] BAD REQUEST")).isFalse();
            assertThat(matches("ERROR REQUEST", "[ERROR 400] BAD REQUEST")).isTrue();
            assertThat(matches("ERROR FINE", "[ERROR 400] BAD REQUEST")).isFalse();
            assertThat(matches("\"BAD REQUEST\"", "[ERROR 400] BAD REQUEST")).isTrue();
            assertThat(matches("ERROR -BAD", "[ERROR 400] BAD REQUEST")).isFalse();
            assertThat(matches("ERROR -\"BAD THING\"", "[ERROR 400] BAD REQUEST")).isTrue();
            assertThat(matches("?WARN ?ERROR", "[ERROR 400] BAD REQUEST")).isTrue();
            assertThat(matches("?WARN ?INFO", "[ERROR 400] BAD REQUEST")).isFalse();
            assertThat(matches("%[0-9]+\\] BAD%", "[ERROR 400] BAD REQUEST")).isTrue();
            assertRefused(() -> matches("a:b", ""), "InvalidParameterException", "Invalid character(s) in term 'a:b'");
        }

        @Test
        void ofJson() {
            var message = """
                {"level": "ERROR", "took": 12.5, "user": {"id": null, "tags": ["a", "b"], "e-mail": "x@y.org"},
                "ok": false,
                 "code": "400"}""";
            var matching = List.of("{ $.level = \"ERROR\" }", "{$.level=ERROR}", "{ $.level = ERR* }",
                "{ $.took > 12 }", "{ $.took >= 12.5 && $.took < 13 }", "{ $.level != \"WARN\" }",
                "{ $.user.id IS NULL }", "{ $.user.tags[1] = \"b\" }", "{ $.user.tags[*] = \"a\" }",
                "{ $.user.name NOT EXISTS }", "{ $.ok IS FALSE }",
                "{ ($.level = \"WARN\") || ($.level = \"ERROR\" && $.took = 12.5) }", "{ $.code = 400 }",
                "{ $.user.e-mail = %@y% }", "{ $.user[\"e-mail\"] = \"x*org\" }");
            var others = List.of("{ $.level = \"WARN\" }", "{ $.took > 12.5 }", "{ $.user.id = 1 }", "{ $.ok IS TRUE }",
                "{ $.nothing != 3 }", "{ $.user.tags[2] = \"b\" }", "{ $.level NOT EXISTS }");
            assertThat(matching).allMatch(pattern -> matches(pattern, message));
            assertThat(others).noneMatch(pattern -> matches(pattern, message));
            assertThat(matches("{ $.level = \"ERROR\" }", "level ERROR")).isFalse();
            for (var wrong : List.of("{ level = 3 }", "{ $.a = }", "{ $.a = 1 &&}", "{ ($.a = 1 }",
                    "{ $.a > \"x\" }")) {
                assertThatThrownBy(() -> matches(wrong, "{}")).isInstanceOf(Logs.InvalidParameterException.class);
            }
        }
    }

    @Nested
    class InTemplates {
        private Desired desired(Object... properties) {
            var map = new HashMap<String, Object>();
            for (int i = 0; i < properties.length; i += 2) {
                map.put((String) properties[i], properties[i + 1]);
            }
            return new Desired("arn:stack", "stack", "Group", "t", map,
                Map.of("aws:cloudformation:stack-id", "arn:stack", "aws:cloudformation:logical-id", "Group"));
        }

        @Test
        void aGroupIsMadeChangedAndDeletedAndEachStepMayBeTwice() {
            var type = service.resourceTypes().getFirst();
            var wanted = desired("LogGroupName", "g", "RetentionInDays", 7);
            var made = type.create(CALLER, wanted);
            assertThat(made.physicalId()).isEqualTo("g");
            assertThat(made.attributes()).isEqualTo(Map.of("Arn", "arn:aws:logs:us-east-1:123456789012:log-group:g:*"));
            assertThat(type.create(CALLER, wanted)).isEqualTo(made);
            type.update(CALLER, "g", wanted, desired("LogGroupName", "g"));
            assertThat(logs.describeLogGroups(CALLER, Logs.DescribeLogGroupsRequest.of(_ -> { })).logGroups().getFirst()
                .retentionInDays()).isNull();
            type.delete(CALLER, "g", wanted);
            type.delete(CALLER, "g", wanted);
            assertThat(type.read(CALLER, "g")).isEmpty();
        }

        @Test
        void aProtectedGroupStaysUntilItIsProtectedNoLonger() {
            var type = service.resourceTypes().getFirst();
            var kept = desired("LogGroupName", "g", "DeletionProtectionEnabled", true);
            type.create(CALLER, kept);
            assertRefused(() -> type.delete(CALLER, "g", kept), "ValidationException",
                "Cannot delete log group with deletion protection enabled. Disable deletion protection first.");
            type.update(CALLER, "g", kept, desired("LogGroupName", "g"));
            protect("arn:aws:logs:us-east-1:123456789012:log-group:g", true);
            assertThat(logs.describeLogGroups(CALLER, Logs.DescribeLogGroupsRequest.of(_ -> { })).logGroups().getFirst()
                .deletionProtectionEnabled()).isTrue();
            assertThat(logs.describeLogGroups(CALLER, Logs.DescribeLogGroupsRequest.of(r -> r.logGroupNamePattern("g")))
                .logGroups().getFirst().deletionProtectionEnabled()).isNull();
            protect("g", false);
            type.delete(CALLER, "g", kept);
            assertRefused(() -> protect("g", true), "ResourceNotFoundException",
                "The specified log group does not exist.");
        }

        private void protect(String group, boolean isKept) {
            logs.putLogGroupDeletionProtection(CALLER, Logs.PutLogGroupDeletionProtectionRequest.of(r -> r
                .logGroupIdentifier(group).deletionProtectionEnabled(isKept)));
        }

        @Test
        void aGroupOfSomebodyElseIsNotTakenOver() {
            group("g");
            assertRefused(() -> service.resourceTypes().getFirst().create(CALLER, desired("LogGroupName", "g")),
                "ResourceAlreadyExistsException", "The specified log group already exists");
        }
    }

    @Test
    void resourcePoliciesLetServicesInToWrite() {
        assertThatThrownBy(() ->
            logs.deleteResourcePolicy(CALLER, Logs.DeleteResourcePolicyRequest.of(r -> r.policyName("p"))))
            .hasMessage("Policy with name [p] does not exist.");
        assertThat(service.policy(CALLER, "any")).isEmpty();
        var statement =
            "{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},\"Action\":\"logs:*\","
            + "\"Resource\":\"*\"}";
        logs.putResourcePolicy(CALLER, Logs.PutResourcePolicyRequest.of(r -> r.policyName("p")
            .policyDocument("{\"Statement\":" + statement + "}")));
        for (var name : List.of("q", "r")) {
            logs.putResourcePolicy(CALLER, Logs.PutResourcePolicyRequest.of(r -> r.policyName(name)
                .policyDocument("{\"Statement\":" + statement.replace("{\"Effect", "{\"Sid\":\"same\",\"Effect")
                    + "}")));
        }
        assertThat(service.policy(CALLER, "any").orElseThrow()).contains(statement).doesNotContain("same");
        assertThatThrownBy(() -> logs.putResourcePolicy(CALLER, Logs.PutResourcePolicyRequest.of(r -> r.policyName("s")
            .policyDocument("{}")))).hasMessage("Policy document is not valid");
        assertThat(logs.describeResourcePolicies(CALLER, Logs.DescribeResourcePoliciesRequest.of(_ -> { }))
            .resourcePolicies())
            .extracting(Logs.ResourcePolicy::policyName).containsExactly("p", "q", "r");
    }

    @Test
    void anEventIsWrittenToAStreamOfItsOwn() {
        group("/aws/events/g");
        var target = Arn.parse("arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/g:*");
        for (int i = 0; i < 2; i++) {
            // The second time is an attempt after a failure, or so it seems.
            new LogsTarget(endpoint, time)
                .deliver(CALLER, target, Event.of("{\"a\":1}".getBytes(StandardCharsets.UTF_8)));
        }
        new LogsTarget(endpoint, time).deliver(CALLER.withRequestId("other"), target, Event.of(
            ("{\"timestamp\":" + now() + ",\"message\":\"text\"}").getBytes(StandardCharsets.UTF_8)));
        assertThat(logs.filterLogEvents(CALLER, Logs.FilterLogEventsRequest.of(r -> r.logGroupName("/aws/events/g")))
            .events())
            .extracting(Logs.FilteredLogEvent::logStreamName, Logs.FilteredLogEvent::message)
            .containsExactlyInAnyOrder(tuple("id", "{\"a\":1}"), tuple("id", "{\"a\":1}"), tuple("other", "text"));
    }
}
