package dev.aloft.service.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Principal;
import dev.aloft.api.Scheduler;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Target;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.identity.Authorizer;
import dev.aloft.kernel.identity.PolicySource;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.cloudwatch.CloudWatchService;
import dev.aloft.service.kms.TestKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Schedules: what is refused, when they call, what they send, and where it goes when nobody takes it. */
class SchedulerTest {
    private static final String ACCOUNT = "111122223333";
    private static final Caller ROOT = new Caller(ACCOUNT, "us-east-1", new Principal.Root(ACCOUNT), "r", null, 0,
        "http://localhost:4566", "127.0.0.1", "test");
    private static final String QUEUE = "arn:aws:sqs:us-east-1:111122223333:queue";
    private static final String DEAD = "arn:aws:sqs:us-east-1:111122223333:dead";
    private static final String FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:f";
    private static final String ROLE = "arn:aws:iam::111122223333:role/scheduler";
    private static final String OFF = Scheduler.FlexibleTimeWindowMode.OFF;

    private record Delivered(Instant at, Caller caller, String target, Event event) {
        String body() {
            return new String(event.body(), StandardCharsets.UTF_8);
        }
    }

    private final List<Delivered> delivered = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, ApiError> failures = new HashMap<>();
    private final TestTime time = new TestTime();
    private final MemoryStore memory = new MemoryStore();
    private final Store store = new FlakyStore(memory);
    private final Targets targets = new Targets();
    private final Roles roles = new Roles(source(), time);
    private final LocalEndpoint endpoint = new LocalEndpoint(new Authorizer(source(), time), store::inTransaction);
    private final Metrics metrics = new Metrics(endpoint, time);
    private SchedulerService service;
    private final Scheduler scheduler = Scheduler.at(endpoint);
    private Workers workers;

    SchedulerTest() {
        List.of("lambda", "sqs", "events").forEach(name -> targets.add(noting(name)));
        start();
    }

    private void start() {
        service = new SchedulerService(store, targets, metrics, time, endpoint, roles);
        endpoint.add(service);
        workers = new Workers(time, service.workers());
        workers.start();
    }

    @AfterEach
    void stop() {
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
                delivered.add(new Delivered(time.instant(), caller, target.toString(), event));
                if (failures.containsKey(target.toString())) {
                    throw failures.get(target.toString());
                }
            }
        };
    }

    private static PolicySource source() {
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
                return roleArn.equals(ROLE) ? Optional.of(new Role(ROLE, "AROA", """
                    {"Statement":[{"Effect":"Allow","Principal":{"Service":"scheduler.amazonaws.com"},"Action":"sts:AssumeRole",\
                    "Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:scheduler:us-east-1:111122223333:schedule-group/*"}}}]}""", 3600))
                    : Optional.empty();
            }

            @Override
            public boolean isThere(String principal, String account) {
                return true;
            }

            @Override
            public Optional<Identity> identity(Principal principal) {
                return principal instanceof Principal.RoleSession ? Optional.of(new Identity(List.of(new Attached(null, """
                    {"Statement":[{"Effect":"Allow","Action":"scheduler:CreateScheduleGroup","Resource":"*"}]}""")),
                    Optional.empty(), Map.of())) : Optional.empty();
            }
        };
    }

    private void create(Consumer<Scheduler.CreateScheduleRequest.Builder> with) {
        scheduler.createSchedule(ROOT, Scheduler.CreateScheduleRequest.of(r -> {
            r.name("s").scheduleExpression("rate(1 hour)").target(target(QUEUE)).flexibleTimeWindow(window(OFF, null));
            with.accept(r);
        }));
    }

    private static Scheduler.Target target(String arn) {
        return target(arn, _ -> {});
    }

    private static Scheduler.Target target(String arn, Consumer<Scheduler.Target.Builder> with) {
        return Scheduler.Target.of(t -> {
            t.arn(arn).roleArn(ROLE).input("{}");
            with.accept(t);
        });
    }

    private static Scheduler.FlexibleTimeWindow window(String mode, Integer minutes) {
        return Scheduler.FlexibleTimeWindow.of(w -> w.mode(mode).maximumWindowInMinutes(minutes));
    }

    private Scheduler.GetScheduleResponse get() {
        return scheduler.getSchedule(ROOT, Scheduler.GetScheduleRequest.of(r -> r.name("s")));
    }

    private static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
            .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
                    .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cron(0 1 * * * *)", "cron(7 20 * * NOT *)", "cron(INVALID)", "cron(0 dummy ? * MON-FRI *)",
        "cron(71 8 1 * ? *)", "cron()", "rate(10 seconds)", "rate(10 years)", "rate()", "rate(10)", "rate(10 minutess)",
        "rate(foo minutes)", "rate(-10 minutes)", "rate( 10 minutes )", " rate(10 minutes)", "at(2021-12-31T23:59:59Z)",
        "at(2021-12-31)"})
    void whatIsNoExpressionIsRefused(String expression) {
        refused("ValidationException", "Invalid Schedule Expression " + expression + ".",
            () -> create(r -> r.scheduleExpression(expression)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"at(2022-12-31T23:59:59)", "rate(1 minute)", "rate(1 minutes)",
            "cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)",
        "cron(*/15 * * * ? *)", "cron(0-59/10 0-23/2 ? * * *)"})
    void expressionsAreTaken(String expression) {
        create(r -> r.scheduleExpression(expression));
        assertThat(get().scheduleExpression()).isEqualTo(expression);
    }

    @Test
    void schedulesAreRefused() {
        refused("ResourceNotFoundException", "Schedule group gone does not exist.",
                () -> create(r -> r.groupName("gone")));
        refused("ResourceNotFoundException", "Schedule s does not exist.", this::get);
        refused("ValidationException",
                "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
            () -> create(r -> r.target(target(QUEUE, t -> t.roleArn("arn:aws:iam::111122223333:role/other")))));
        refused("ValidationException", "The StartDate you specify cannot be earlier than 5 minutes ago.",
            () -> create(r -> r.startDate(time.instant().minusSeconds(301))));
        refused("ValidationException", "MaximumWindowInMinutes is required when FlexibleTimeWindow Mode is FLEXIBLE.",
            () -> create(r -> r.flexibleTimeWindow(window(Scheduler.FlexibleTimeWindowMode.FLEXIBLE, null))));
        refused("ValidationException", "The Input of this target must be well-formed JSON.",
            () -> create(r -> r.target(target(FUNCTION, t -> t.input("text")))));
        // Any JSON is well-formed, not objects alone.
        create(r -> r.name("list").target(target(FUNCTION, t -> t.input("[1, \"text\"]"))));
        refused("NotImplemented", "A target of service ecs is not built in Aloft yet.",
            () -> create(r -> r.target(target("arn:aws:ecs:us-east-1:111122223333:cluster/c"))));
        refused("ValidationException", "SqsParameters are not supported for this target.",
            () -> create(r -> r.target(target(FUNCTION, t -> t.sqsParameters(
                Scheduler.SqsParameters.of(p -> p.messageGroupId("g")))))));
        refused("ValidationException", "The API action getSchedule is not supported: it only reads.",
            () -> create(r -> r.target(target("arn:aws:scheduler:::aws-sdk:scheduler:getSchedule"))));
        refused("NotImplemented", "nothing:doIt is not built in Aloft yet.",
            () -> create(r -> r.target(target("arn:aws:scheduler:::aws-sdk:nothing:doIt"))));
        refused("ValidationException", "Invalid RequestJson provided. Reason The field 'Colour' is not supported by"
            + " CreateScheduleGroupInput", () -> create(r -> r.target(target(
                "arn:aws:scheduler:::aws-sdk:scheduler:createScheduleGroup", t -> t.input("{\"Colour\":1}")))));
        create(_ -> {});
        refused("ConflictException", "Schedule s already exists.", () -> create(_ -> {}));
    }

    @Test
    void aTokenMakesTwoRequestsOne() {
        create(r -> r.clientToken("once"));
        create(r -> r.clientToken("once"));
        refused("ConflictException", "Schedule s already exists.", () -> create(r -> r.clientToken("twice")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "rate(5 hours)|UTC|2026-01-01T05:00:00Z,2026-01-01T10:00:00Z",
        "at(2026-01-01T10:30:00)|UTC|2026-01-01T10:30:00Z",
        "at(2026-01-01T10:30:00)|America/New_York|2026-01-01T15:30:00Z",
        "at(2026-01-01T10:30:00)|EST|2026-01-01T15:30:00Z",
        "cron(30 8 * * ? *)|Europe/Berlin|2026-01-01T07:30:00Z",
        "cron(0 12 ? * FRI *)|UTC|",
    })
    void callsAreMadeInTheirTimeZone(String expression, String zone, String moments) {
        create(r -> r.scheduleExpression(expression).scheduleExpressionTimezone(zone));
        time.advance(Duration.ofHours(12).minusSeconds(1).plus(Duration.ofHours(4)));
        var limit = Instant.parse("2026-01-01T14:00:00Z");
        assertThat(delivered).extracting(Delivered::at).filteredOn(at -> moments == null || at.isBefore(limit)
                || moments.contains("15:30"))
            .map(Instant::toString).isEqualTo(moments == null ? List.of() : List.of(moments.split(",")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"+02:00", "GMT+2", "Z", "SystemV/EST5", "Mars/Base", "europe/berlin"})
    void aTimeZoneThatIsNoneOfTheIanasIsRefused(String zone) {
        refused("ValidationException", "Invalid Schedule Expression Timezone " + zone + ".",
            () -> create(r -> r.scheduleExpression("rate(1 day)").scheduleExpressionTimezone(zone)));
    }

    /** In Berlin the clocks go from 2 to 3 on 29 March 2026 and from 3 to 2 on 25 October 2026. */
    @ParameterizedTest
    @CsvSource({"2026-03-28T12:00:00Z, 2026-03-30T00:30:00Z", "2026-10-24T12:00:00Z, 2026-10-25T00:30:00Z"})
    void clocksThatAreSetLeaveOutOrCountOnce(Instant from, Instant next) {
        create(r -> r.scheduleExpression("cron(30 2 * * ? *)").scheduleExpressionTimezone("Europe/Berlin")
                .startDate(from));
        time.advanceTo(next.plus(Duration.ofHours(3)));
        assertThat(delivered).extracting(Delivered::at).containsExactly(next);
    }

    @Test
    void aTimeWithinTheGapOfSpringIsMovedBehindIt() {
        create(r -> r.scheduleExpression("at(2026-03-29T02:30:00)").scheduleExpressionTimezone("Europe/Berlin"));
        time.advanceTo(Instant.parse("2026-03-30T00:00:00Z"));
        assertThat(delivered).extracting(Delivered::at).containsExactly(Instant.parse("2026-03-29T01:30:00Z"));
    }

    @Test
    void startAndEndBoundWhatRecurs() {
        create(r -> r.scheduleExpression("rate(2 hours)").startDate(Instant.parse("2026-01-01T03:00:00Z"))
            .endDate(Instant.parse("2026-01-01T08:00:00Z"))
                    .actionAfterCompletion(Scheduler.ActionAfterCompletion.DELETE));
        time.advance(Duration.ofDays(1));
        assertThat(delivered).extracting(each -> each.at().toString())
            .containsExactly("2026-01-01T03:00:00Z", "2026-01-01T05:00:00Z", "2026-01-01T07:00:00Z");
        refused("ResourceNotFoundException", "Schedule s does not exist.", this::get);
    }

    @Test
    void aFlexibleWindowPutsACallOff() {
        create(r -> r.scheduleExpression("cron(0 12 * * ? *)").flexibleTimeWindow(
            window(Scheduler.FlexibleTimeWindowMode.FLEXIBLE, 60))
                    .target(target(QUEUE, t -> t.input("<aws.scheduler.scheduled-time>"))));
        time.advance(Duration.ofDays(20));
        assertThat(delivered).hasSize(20).allSatisfy(each -> assertThat(each.at())
            .isBetween(Instant.parse(each.body()), Instant.parse(each.body()).plusSeconds(3600)));
        assertThat(delivered).extracting(each -> Duration.between(Instant.parse(each.body()), each.at()))
                .doesNotHaveDuplicates();
    }

    @Test
    void theCallIsTheRolesAndKnowsOfItself() {
        create(r -> r.scheduleExpression("at(2026-01-01T01:00:00)").target(target(FUNCTION, t -> t.input(
            "{\"arn\":\"<aws.scheduler.schedule-arn>\",\"at\":\"<aws.scheduler.scheduled-time>\",\"try\":\""
                + "<aws.scheduler.attempt-number>\",\"id\":\"<aws.scheduler.execution-id>\"}"))));
        time.advance(Duration.ofHours(1));
        var call = delivered.getFirst();
        assertThat(((Principal.RoleSession) call.caller().principal()).roleArn()).isEqualTo(ROLE);
        var input = (Map<?, ?>) JsonReader.tree(call.event().body());
        assertThat(input.get("arn")).isEqualTo("arn:aws:scheduler:us-east-1:111122223333:schedule/default/s");
        assertThat(input.get("at")).isEqualTo("2026-01-01T01:00:00Z");
        assertThat(input.get("try")).isEqualTo("1");
        assertThat(get().state()).isEqualTo("ENABLED");
    }

    @Test
    void withoutInputANotificationIsSent() {
        create(r -> r.scheduleExpression("at(2026-01-01T01:00:00)").target(target(QUEUE, t -> t.input(null))));
        time.advance(Duration.ofHours(1));
        var input = (Map<?, ?>) JsonReader.tree(delivered.getFirst().event().body());
        assertThat(input.get("source")).isEqualTo("aws.scheduler");
        assertThat(input.get("detail-type")).isEqualTo("Scheduled Event");
        assertThat(input.get("resources"))
                .isEqualTo(List.of("arn:aws:scheduler:us-east-1:111122223333:schedule/default/s"));
        assertThat(input.get("detail")).isEqualTo("{}");
    }

    @Test
    void anyOperationCanBeCalled() {
        create(r -> r.scheduleExpression("at(2026-01-01T01:00:00)").target(target(
            "arn:aws:scheduler:::aws-sdk:scheduler:createScheduleGroup", t -> t.input("{\"Name\":\"made\"}"))));
        time.advance(Duration.ofHours(1));
        assertThat(scheduler.getScheduleGroup(ROOT, Scheduler.GetScheduleGroupRequest.of(r -> r.name("made"))).state())
            .isEqualTo(Scheduler.ScheduleGroupState.ACTIVE);
        create(r -> r.name("denied").scheduleExpression("at(2026-01-01T02:00:00)").target(target(
            "arn:aws:scheduler:::aws-sdk:scheduler:deleteScheduleGroup", t -> t.input("{\"Name\":\"made\"}")
                .deadLetterConfig(Scheduler.DeadLetterConfig.of(d -> d.arn(DEAD))))));
        time.advance(Duration.ofHours(1));
        assertThat(delivered).singleElement().satisfies(letter -> {
            assertThat(letter.target()).isEqualTo(DEAD);
            assertThat(letter.body()).isEqualTo("{\"Name\":\"made\"}");
            assertThat(letter.event().attributes().get("ERROR_CODE").value()).isEqualTo("AccessDeniedException");
            assertThat(letter.event().attributes().get("RETRY_ATTEMPTS").value()).isEqualTo("0");
            assertThat(letter.event().attributes().get("SCHEDULED_TIME").value()).isEqualTo("2026-01-01T02:00:00Z");
            assertThat(letter.event().attributes()).doesNotContainKey("EXHAUSTED_RETRY_CONDITION");
        });
    }

    @Test
    void whatFailsForNowIsTriedAgainUntilItIsADeadLetter() {
        failures.put(QUEUE, ApiError.of("InternalError", 500, "later"));
        create(r -> r.scheduleExpression("at(2026-01-01T01:00:00)").target(target(QUEUE, t -> t
            .retryPolicy(Scheduler.RetryPolicy.of(p -> p.maximumRetryAttempts(2)))
            .deadLetterConfig(Scheduler.DeadLetterConfig.of(d -> d.arn(DEAD))))));
        time.advance(Duration.ofHours(2));
        assertThat(delivered).extracting(Delivered::target).containsExactly(QUEUE, QUEUE, QUEUE, DEAD);
        var attributes = delivered.getLast().event().attributes();
        assertThat(attributes.get("EXHAUSTED_RETRY_CONDITION").value()).isEqualTo("MaximumRetryAttempts");
        assertThat(attributes.get("RETRY_ATTEMPTS").value()).isEqualTo("2");
        assertThat(attributes.get("SCHEDULE_ARN").value())
                .isEqualTo("arn:aws:scheduler:us-east-1:111122223333:schedule/default/s");
        assertThat(attributes.get("TARGET_ARN").value()).isEqualTo(QUEUE);
        assertThat(attributes.get("IS_PAYLOAD_TRUNCATED").value()).isEqualTo("false");
    }

    @Test
    void cloudWatchIsToldOfAttemptsFailuresAndDeadLettersByGroup() {
        endpoint.add(new CloudWatchService(store, time, endpoint));
        try (var measuring = new Workers(time, List.of(metrics.worker()))) {
            measuring.start();
            scheduler.createScheduleGroup(ROOT, Scheduler.CreateScheduleGroupRequest.of(r -> r.name("nightly")));
            failures.put(QUEUE, ApiError.of("InternalError", 500, "later"));
            create(r -> r.groupName("nightly").scheduleExpression("at(2026-01-01T01:00:00)")
                .target(target(QUEUE, t -> t.retryPolicy(Scheduler.RetryPolicy.of(p -> p.maximumRetryAttempts(2)))
                    .deadLetterConfig(Scheduler.DeadLetterConfig.of(d -> d.arn(DEAD))))));
            create(r -> r.name("fine").scheduleExpression("at(2026-01-01T01:00:00)").target(target(FUNCTION)));
            time.advance(Duration.ofHours(2));
            failures.put(FUNCTION, ApiError.of("TooManyRequestsException", 429, "busy"));
            create(r -> r.name("busy").scheduleExpression("at(2026-01-01T03:00:00)").target(target(FUNCTION, t -> t
                .retryPolicy(Scheduler.RetryPolicy.of(p -> p.maximumRetryAttempts(0).maximumEventAgeInSeconds(60))))));
            time.advance(Duration.ofHours(2));
            assertThat(sum("InvocationAttemptCount", "nightly")).isEqualTo(3);
            assertThat(sum("TargetErrorCount", "nightly")).isEqualTo(3);
            assertThat(sum("TargetErrorThrottledCount", "nightly")).isZero();
            assertThat(sum("TargetErrorThrottledCount", "default")).isPositive();
            assertThat(sum("InvocationDroppedCount", "nightly")).isEqualTo(1);
            assertThat(sum("InvocationsSentToDeadLetterCount", "nightly")).isEqualTo(1);
            assertThat(sum("InvocationsSentToDeadLetterCount", "default")).isZero();
            assertThat(sum("InvocationDroppedCount", null)).isEqualTo(2);
        }
    }

    @Test
    void aLetterThatCannotBeSentIsCountedByItsErrorToo() {
        endpoint.add(new CloudWatchService(store, time, endpoint));
        try (var measuring = new Workers(time, List.of(metrics.worker()))) {
            measuring.start();
            failures.put(QUEUE, ApiError.of("NoPermission", 403, "never"));
            failures.put(DEAD, ApiError.of("AccessDenied", 403, "never"));
            create(r -> r.target(
                    target(QUEUE, t -> t.deadLetterConfig(Scheduler.DeadLetterConfig.of(d -> d.arn(DEAD))))));
            time.advance(Duration.ofHours(2));
            assertThat(sum("InvocationsFailedToBeSentToDeadLetterCount", "default")).isPositive().isEqualTo(
                sum("InvocationsFailedToBeSentToDeadLetterCount_AccessDenied", "default"));
        }
    }

    @Test
    void anInputLiesUnderTheSchedulesKeyAndIsOpenedByItsRole() {
        var keys = new TestKeys(ROOT, store, time, endpoint);
        endpoint.add(keys.service());
        var key = keys.key();
        create(r -> r.kmsKeyArn(key).scheduleExpression("rate(1 hour)").target(target(QUEUE, t -> t
            .input("{\"secret\":\"mellon\",\"id\":\"<aws.scheduler.execution-id>\"}")
            .deadLetterConfig(Scheduler.DeadLetterConfig.of(d -> d.arn(DEAD))))));
        assertThat(memory.<Boolean>read(tx -> tx.range(Range.all()).anyMatch(entry ->
            new String(entry.value(), StandardCharsets.ISO_8859_1).contains("mellon")))).isFalse();
        var told = scheduler.getSchedule(ROOT, Scheduler.GetScheduleRequest.of(r -> r.name("s")));
        assertThat(told.kmsKeyArn()).isEqualTo(key);
        assertThat(told.target().input()).contains("mellon");
        time.advance(Duration.ofHours(1));
        // The role may not decrypt: its dead letter says no more than that it was time.
        assertThat(delivered).extracting(Delivered::target).containsExactly(DEAD);
        assertThat(delivered.getFirst().body()).contains("Scheduled Event").doesNotContain("mellon");
        assertThat(delivered.getFirst().event().attributes().get("ERROR_MESSAGE").value()).contains("kms:Decrypt");
        keys.allowPrincipal(key, ROLE, "{\"StringEquals\": {\"kms:EncryptionContext:aws:scheduler:schedule:arn\":"
            + " \"arn:aws:scheduler:us-east-1:111122223333:schedule/default/s\"}}");
        time.advance(Duration.ofHours(1));
        assertThat(delivered.getLast().target()).isEqualTo(QUEUE);
        assertThat(delivered.getLast().body()).contains("mellon").doesNotContain("execution-id");
        failures.put(QUEUE, ApiError.of("NoPermission", 403, "never"));
        time.advance(Duration.ofHours(1));
        assertThat(delivered.getLast().target()).isEqualTo(DEAD);
        assertThat(delivered.getLast().body()).contains("mellon").doesNotContain("execution-id");
        keys.disable(key);
        refused("ValidationException", "The KMS key cannot be used: " + key + " is disabled.",
            () -> create(r -> r.name("other").kmsKeyArn(key)));
    }

    private double sum(String metric, String group) {
        var dimensions = group == null ? List.<CloudWatch.Dimension>of()
                : List.of(CloudWatch.Dimension.of(d -> d.name("ScheduleGroup").value(group)));
        return CloudWatch.at(endpoint).getMetricStatistics(ROOT, CloudWatch.GetMetricStatisticsRequest.of(r -> r
                .namespace("AWS/Scheduler").metricName(metric).statistics(List.of("Sum")).period(86_400)
                .startTime(TestTime.START.minus(Duration.ofDays(1))).endTime(TestTime.START.plus(Duration.ofDays(2)))
                .dimensions(dimensions))).datapoints().stream().mapToDouble(CloudWatch.Datapoint::sum).sum();
    }

    @Test
    void aBusIsSentAnEvent() {
        create(r -> r.scheduleExpression("at(2026-01-01T01:00:00)").target(target(
            "arn:aws:events:us-east-1:111122223333:event-bus/shop", t -> t.input("{\"a\":1}").eventBridgeParameters(
                Scheduler.EventBridgeParameters.of(p -> p.source("nightly").detailType("Night"))))));
        time.advance(Duration.ofHours(1));
        assertThat(delivered.getFirst().body())
                .isEqualTo("{\"source\":\"nightly\",\"detail-type\":\"Night\",\"detail\":{\"a\":1}}");
    }

    @Test
    void aChangeOrADisabledStateCountsAtOnce() {
        create(r -> r.scheduleExpression("rate(1 hour)"));
        scheduler.updateSchedule(ROOT, Scheduler.UpdateScheduleRequest.of(r -> r.name("s")
                .scheduleExpression("rate(1 hour)")
            .target(target(QUEUE)).flexibleTimeWindow(window(OFF, null)).state(Scheduler.ScheduleState.DISABLED)));
        time.advance(Duration.ofHours(5));
        assertThat(delivered).isEmpty();
        scheduler.updateSchedule(ROOT, Scheduler.UpdateScheduleRequest.of(r -> r.name("s")
                .scheduleExpression("rate(2 hours)")
            .target(target(QUEUE)).flexibleTimeWindow(window(OFF, null))));
        time.advance(Duration.ofHours(5));
        assertThat(delivered).hasSize(2);
        scheduler.deleteSchedule(ROOT, Scheduler.DeleteScheduleRequest.of(r -> r.name("s")));
        time.advance(Duration.ofHours(5));
        assertThat(delivered).hasSize(2);
    }

    /**
     * They are begun in order; a hundred calls of one target run at once, so many may come to their end later than
     * those behind.
     */
    @Test
    void whatFellDueWhileThePlatformWasDownIsCalledOnceAndTheLongestOverdueFirst() {
        for (int i = 299; i >= 0; i--) {
            var second = i;
            create(r -> r.name("s" + second).scheduleExpression("at(" + Instant.parse("2026-01-01T01:00:00Z")
                    .plusSeconds(second)
                .toString().replace("Z", "") + ")").target(target(QUEUE, t -> t.input(String.valueOf(second)))));
        }
        create(r -> r.name("hourly").scheduleExpression("rate(1 hour)").target(target(FUNCTION)));
        workers.close();
        time.advance(Duration.ofHours(5).plusMinutes(30));
        assertThat(delivered).isEmpty();
        start();
        time.settle();
        var order = delivered.stream().filter(each -> each.target().equals(QUEUE))
                .map(each -> Integer.parseInt(each.body())).toList();
        assertThat(order).hasSize(300).doesNotHaveDuplicates();
        for (int i = 0; i < order.size(); i++) {
            assertThat(order.get(i)).isLessThanOrEqualTo(i + 100);
        }
        assertThat(delivered.stream().filter(each -> each.target().equals(FUNCTION))).hasSize(1);
        time.advance(Duration.ofMinutes(31));
        assertThat(delivered.stream().filter(each -> each.target().equals(FUNCTION))).hasSize(2);
    }

    @Test
    void groupsTakeTheirSchedulesWithThem() {
        scheduler.createScheduleGroup(ROOT, Scheduler.CreateScheduleGroupRequest.of(r -> r.name("g")
            .tags(List.of(Scheduler.Tag.of(t -> t.key("a").value("1"))))));
        create(r -> r.groupName("g"));
        create(r -> r.name("other"));
        var arn = "arn:aws:scheduler:us-east-1:111122223333:schedule-group/g";
        scheduler.tagResource(ROOT, Scheduler.TagResourceRequest.of(r -> r.resourceArn(arn)
            .tags(List.of(Scheduler.Tag.of(t -> t.key("b").value("2"))))));
        scheduler.untagResource(ROOT, Scheduler.UntagResourceRequest.of(r -> r.resourceArn(arn).tagKeys(List.of("a"))));
        assertThat(scheduler.listTagsForResource(ROOT, Scheduler.ListTagsForResourceRequest.of(r -> r.resourceArn(arn)))
                .tags())
            .containsExactly(Scheduler.Tag.of(t -> t.key("b").value("2")));
        assertThat(scheduler.listSchedules(ROOT, Scheduler.ListSchedulesRequest.of(_ -> {})).schedules())
            .extracting(Scheduler.ScheduleSummary::name).containsExactly("other", "s");
        assertThat(scheduler.listScheduleGroups(ROOT, Scheduler.ListScheduleGroupsRequest.of(_ -> {})).scheduleGroups())
            .extracting(Scheduler.ScheduleGroupSummary::name).containsExactly("default", "g");
        scheduler.deleteScheduleGroup(ROOT, Scheduler.DeleteScheduleGroupRequest.of(r -> r.name("g")));
        time.advance(Duration.ofHours(2));
        assertThat(delivered).hasSize(2);
        refused("ResourceNotFoundException", "Schedule group g does not exist.",
            () -> scheduler.getScheduleGroup(ROOT, Scheduler.GetScheduleGroupRequest.of(r -> r.name("g"))));
        refused("ConflictException", "Schedule group h already exists.", () -> {
            scheduler.createScheduleGroup(ROOT, Scheduler.CreateScheduleGroupRequest.of(r -> r.name("h")));
            scheduler.createScheduleGroup(ROOT, Scheduler.CreateScheduleGroupRequest.of(r -> r.name("h")));
        });
    }

    @Test
    void templatesDeclareThem() {
        var groups = type("AWS::Scheduler::ScheduleGroup");
        var group = groups.create(ROOT, desired("Group", Map.of("Name", "g")));
        assertThat(groups.create(ROOT, desired("Group", Map.of("Name", "g")))).isEqualTo(group);
        var schedules = type("AWS::Scheduler::Schedule");
        var wanted = desired("Schedule", Map.of("GroupName", "g", "ScheduleExpression", "rate(1 hour)",
            "FlexibleTimeWindow", Map.of("Mode", "FLEXIBLE", "MaximumWindowInMinutes", "60"),
            "Target", Map.of("Arn", QUEUE, "RoleArn", ROLE, "RetryPolicy", Map.of("MaximumRetryAttempts", 3))));
        var made = schedules.create(ROOT, wanted);
        assertThat(made.attributes().get("Arn")).isEqualTo("arn:aws:scheduler:us-east-1:111122223333:schedule/g/"
                + made.physicalId());
        assertThat(schedules.create(ROOT, wanted)).isEqualTo(made);
        assertThat(schedules.read(ROOT, made.physicalId())).isPresent();
        schedules.update(ROOT, made.physicalId(), wanted, desired("Schedule", Map.of("GroupName", "g",
            "ScheduleExpression", "rate(2 hours)", "FlexibleTimeWindow", Map.of("Mode", "OFF"),
            "Target", Map.of("Arn", QUEUE, "RoleArn", ROLE))));
        schedules.delete(ROOT, made.physicalId(), wanted);
        schedules.delete(ROOT, made.physicalId(), wanted);
        assertThat(schedules.read(ROOT, made.physicalId())).isEmpty();
    }

    private ResourceType type(String name) {
        return service.resourceTypes().stream().filter(type -> type.type().equals(name)).findFirst().orElseThrow();
    }

    private static ResourceType.Desired desired(String id, Map<String, Object> properties) {
        return new ResourceType.Desired("arn:stack", "app", id, "t", properties, Map.of());
    }
}
