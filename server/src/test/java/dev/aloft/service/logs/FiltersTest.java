package dev.aloft.service.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Target;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.cloudwatch.CloudWatchService;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a log group's filters make of its events. */
class FiltersTest {
    private static final String ACCOUNT = "111111111111";
    private static final Caller CALLER = new Caller(ACCOUNT, "us-east-1", new Principal.Root(ACCOUNT), "id", null, 0,
        "http://127.0.0.1:4566", "127.0.0.1", null);
    private static final String FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:f";
    private static final String STREAM = "arn:aws:kinesis:us-east-1:111111111111:stream/s";
    private static final String ROLE = "arn:aws:iam::111111111111:role/logs";
    private static final String ACCESS_LOG =
        "127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" 404 1534";

    private record Delivered(Caller caller, String target, Event event) {
        Map<?, ?> json() {
            var body = event.body();
            if (target.equals(FUNCTION)) {
                var data = ((Map<?, ?>) ((Map<?, ?>) JsonReader.tree(body)).get("awslogs")).get("data");
                body = Base64.getDecoder().decode(data.toString());
            }
            try (var in = new GZIPInputStream(new ByteArrayInputStream(body))) {
                return (Map<?, ?>) JsonReader.tree(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final List<Delivered> delivered = Collections.synchronizedList(new ArrayList<>());
    /** By target: what it answers. */
    private final Map<String, ApiError> failures = new HashMap<>();
    private final TestTime time = new TestTime();
    private final Store store = new FlakyStore(new MemoryStore());
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final Targets targets = new Targets();
    private final LogsService service = new LogsService(store, time, this::call, targets, (logs, role, session) ->
        logs.as(new Principal.RoleSession(role, "AROA", session, null)));
    private final Logs logs = Logs.at(endpoint);
    private final Workers workers = new Workers(time, service.workers());

    @BeforeEach
    void start() {
        List.of("lambda", "kinesis", "firehose").forEach(name -> targets.add(noting(name)));
        endpoint.add(service);
        endpoint.add(new CloudWatchService(store, time, endpoint));
        logs.createLogGroup(CALLER, Logs.CreateLogGroupRequest.of(r -> r.logGroupName("g")));
        logs.createLogStream(CALLER, Logs.CreateLogStreamRequest.of(r -> r.logGroupName("g").logStreamName("s")));
        workers.start();
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    /** Functions only say whether they may be called. */
    private Shape call(Operation operation, Caller caller, Shape input) {
        if (!(input instanceof Lambda.InvokeRequest invoke)) {
            return endpoint.call(operation, caller, input);
        }
        assertThat(invoke.invocationType()).isEqualTo("DryRun");
        assertThat(caller.principal()).isEqualTo(new Principal.Service("logs.amazonaws.com",
            "arn:aws:logs:us-east-1:111111111111:log-group:g:*"));
        if (failures.containsKey(invoke.functionName())) {
            throw failures.get(invoke.functionName());
        }
        return Lambda.InvokeResponse.of(r -> r.statusCode(204));
    }

    private Target noting(String name) {
        return new Target() {
            @Override
            public String service() {
                return name;
            }

            @Override
            public void deliver(Caller caller, Arn target, Event event) {
                if (failures.containsKey(target.toString())) {
                    throw failures.get(target.toString());
                }
                delivered.add(new Delivered(caller, target.toString(), event));
            }
        };
    }

    private void put(String... messages) {
        logs.putLogEvents(CALLER, Logs.PutLogEventsRequest.of(r -> r.logGroupName("g").logStreamName("s")
            .logEvents(Arrays.stream(messages).map(message -> Logs.InputLogEvent.of(
                e -> e.timestamp(time.instant().toEpochMilli()).message(message))).toList())));
    }

    private static void assertRefused(Runnable call, String code, String message) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(ApiError.class, error -> {
            assertThat(error.code()).isEqualTo(code);
            assertThat(error.getMessage()).isEqualTo(message);
        });
    }

    @Nested
    class FieldsBetweenBlanks {
        @ParameterizedTest
        @CsvSource(delimiter = ';', quoteCharacter = '|', value = {
            "[]; true", "[ip, user, name, time, request, status, bytes]; true", "[..., bytes]; true",
                "[ip, ..., bytes]; true",
            "[..., status = 4*, bytes]; true", "[..., request = *.html*, status = 4*,]; true",
            "[..., status = 200, bytes]; false",
            "[..., status = 404 || status = 410, bytes > 1000]; true",
            "[..., status >= 400 && status < 500, bytes]; true",
            "[..., status != 404, bytes]; false", "[..., bytes > 1534]; false",
            "[ip = %127\\.0\\.0\\.[1-9]%, ...]; true",
            "[ip = 127.0.0.1, ...]; true", "[a, b, c, d, e, f, g, h]; false", "[a, rest]; true",
            "[..., (status = 404 || status = 410) && status > 405, bytes]; false",
            "[w1 = 127*, w2 = \"- frank*\"]; true"})
        void matchAsAwsDocuments(String pattern, boolean matches) {
            assertThat(FilterPattern.parse(pattern).matches(ACCESS_LOG)).isEqualTo(matches);
        }

        @Test
        void aConditionThatCannotBeReadIsRefused() {
            for (var pattern : List.of("[a = 1, b = ]", "[a = 1 && b = 2]", "[..., a, ...]", "[a < x]", "[$a]")) {
                assertThatThrownBy(() -> FilterPattern.parse(pattern)).as(pattern)
                    .isInstanceOf(Logs.InvalidParameterException.class);
            }
        }

        @Test
        void areToldByNameOrNumber() {
            var tested = logs.testMetricFilter(CALLER, Logs.TestMetricFilterRequest.of(r -> r
                .filterPattern("[..., request=*.html*, status_code=4*,]")
                .logEventMessages(List.of("a b", ACCESS_LOG))));
            assertThat(tested.matches()).containsExactly(Logs.MetricFilterMatchRecord.of(m -> m.eventNumber(1L)
                .eventMessage(ACCESS_LOG).extractedValues(Map.of("$1", "127.0.0.1", "$2", "-", "$3", "frank",
                    "$4", "10/Oct/2000:13:25:15 -0700", "$request", "GET /index.html HTTP/1.0", "$status_code", "404",
                    "$7", "1534"))));
        }

        @Test
        void whatOtherPatternsLookAtIsToldToo() {
            var json = "{\"level\":\"ERROR\",\"took\":12}";
            assertThat(FilterPattern.parse("{ $.level = \"ERROR\" && $.took > 3 }").extracted(json))
                .isEqualTo(Map.of("$.level", "ERROR", "$.took", "12"));
            assertThat(FilterPattern.parse("\"[ERROR]\" Exception").extracted("[ERROR] an Exception")).isEmpty();
        }
    }

    @Nested
    class Metrics {
        private void filter(String pattern, Consumer<Logs.MetricTransformation.Builder> transformation) {
            logs.putMetricFilter(CALLER, Logs.PutMetricFilterRequest.of(r -> r.logGroupName("g").filterName("f")
                .filterPattern(pattern).metricTransformations(List.of(Logs.MetricTransformation.of(t -> transformation
                    .accept(t.metricName("m").metricNamespace("shop").metricValue("1")))))));
        }

        private List<CloudWatch.Datapoint> points(Map<String, String> dimensions) {
            return CloudWatch.at(endpoint).getMetricStatistics(CALLER, CloudWatch.GetMetricStatisticsRequest.of(r -> r
                .namespace("shop").metricName("m").statistics(List.of("Sum", "SampleCount")).period(60)
                .dimensions(EmbeddedDocument.dimensions(dimensions))
                .startTime(TestTime.START.minusSeconds(60)).endTime(TestTime.START.plusSeconds(600)))).datapoints();
        }

        @Test
        void countWhatMatches() {
            filter("ERROR", t -> t.unit("Count"));
            put("an ERROR", "fine", "another ERROR");
            var point = points(Map.of()).getFirst();
            assertThat(point.sum()).isEqualTo(2);
            assertThat(point.sampleCount()).isEqualTo(2);
            assertThat(point.unit()).isEqualTo("Count");
        }

        @Test
        void aNamespaceMayHaveAColon() {
            filter("ERROR", t -> t.metricNamespace("A.B-c_d/1#2:namespace"));
            assertRefused(() -> filter("ERROR", t -> t.metricNamespace("a*")), "InvalidParameterException",
                "1 validation error detected: Value 'a*' at 'metricTransformations.1.member.metricNamespace' failed to "
                    + "satisfy constraint: Member must satisfy regular expression pattern: [^*$]*");
        }

        @Test
        void takeValuesAndDimensionsFromEvents() {
            filter("{ $.took > 3 }", t -> t.metricValue("$.took").dimensions(Map.of("page", "$.page")));
            put("{\"took\":5,\"page\":\"a\"}", "{\"took\":7,\"page\":\"a\"}", "{\"took\":9,\"page\":\"b\"}",
                "{\"took\":11}", "{\"took\":1,\"page\":\"a\"}");
            assertThat(points(Map.of("page", "a")).getFirst().sum()).isEqualTo(12);
            assertThat(points(Map.of("page", "b")).getFirst().sum()).isEqualTo(9);
            filter("[..., bytes]", t -> t.metricValue("$bytes"));
            put(ACCESS_LOG);
            assertThat(points(Map.of()).getFirst().sum()).isEqualTo(1534);
        }

        @Test
        void manyDifferentValuesAreAllCounted() {
            filter("{ $.took = * }", t -> t.metricValue("$.took"));
            put(IntStream.range(0, 400).mapToObj(i -> "{\"took\":" + i + "}").toArray(String[]::new));
            var point = points(Map.of()).getFirst();
            assertThat(point.sampleCount()).isEqualTo(400);
            assertThat(point.sum()).isEqualTo(399 * 200);
        }

        @Test
        void aMinuteWithoutAMatchHasTheDefaultValueIfEventsCame() {
            filter("ERROR", t -> t.defaultValue(0.5));
            put("fine");
            time.advance(Duration.ofMinutes(2));
            assertThat(points(Map.of())).singleElement().satisfies(point -> {
                assertThat(point.sum()).isEqualTo(0.5);
                assertThat(point.timestamp()).isEqualTo(TestTime.START);
            });
            put("fine");
            put("ERROR");
            put("fine");
            time.advance(Duration.ofMinutes(2));
            assertThat(points(Map.of())).extracting(CloudWatch.Datapoint::sum).containsExactlyInAnyOrder(0.5, 1.0);
        }

        @Test
        void whatAwsRefuses() {
            var transformation = "Invalid metric transformation: ";
            assertRefused(() -> filter("ERROR", t -> t.metricValue("many")), "InvalidParameterException",
                transformation + "metric value many must be a valid number");
            assertRefused(() -> filter("ERROR", t -> t.metricValue("$.took")), "InvalidParameterException",
                transformation + "metric value $.took must be a valid number");
            assertRefused(() -> filter("ERROR", t -> t.dimensions(Map.of("a", "$.a"))), "InvalidParameterException",
                "The specified filter pattern does not support dimensions");
            assertRefused(() -> filter("{ $.a = * }", t -> t.dimensions(Map.of("a", "text"))),
                "InvalidParameterException",
                transformation + "dimension value must be valid selector");
            assertRefused(() -> filter("{ $.a = * }", t -> t.dimensions(Map.of("a", "$.a")).defaultValue(0.0)),
                "InvalidParameterException",
                transformation + "dimensions and default value are mutually exclusive properties");
            assertRefused(() -> logs.deleteMetricFilter(CALLER, Logs.DeleteMetricFilterRequest.of(r ->
                r.logGroupName("g")
                .filterName("f"))), "ResourceNotFoundException", "The specified metric filter does not exist.");
        }

        @Test
        void areListedByGroupAndByMetricAndGoWithTheirGroup() {
            filter("ERROR", t -> t.defaultValue(0.0));
            var listed = logs.describeMetricFilters(CALLER, Logs.DescribeMetricFiltersRequest.of(r -> r.metricName("m")
                .metricNamespace("shop"))).metricFilters();
            assertThat(listed).isEqualTo(logs.describeMetricFilters(CALLER, Logs.DescribeMetricFiltersRequest.of(
                r -> r.logGroupName("g"))).metricFilters()).hasSize(1);
            assertThat(listed.getFirst().applyOnTransformedLogs()).isFalse();
            assertThat(logs.describeLogGroups(CALLER, Logs.DescribeLogGroupsRequest.of(_ -> { })).logGroups().getFirst()
                .metricFilterCount()).isEqualTo(1);
            logs.deleteLogGroup(CALLER, Logs.DeleteLogGroupRequest.of(r -> r.logGroupName("g")));
            assertThat(logs.describeMetricFilters(CALLER, Logs.DescribeMetricFiltersRequest.of(_ -> { }))
                .metricFilters())
                .isEmpty();
        }
    }

    @Nested
    class Subscriptions {
        private void filter(String name, String pattern, String destination, String role) {
            logs.putSubscriptionFilter(CALLER, Logs.PutSubscriptionFilterRequest.of(r -> r.logGroupName("g")
                .filterName(name)
                .filterPattern(pattern).destinationArn(destination).roleArn(role)));
        }

        @Test
        void aFunctionIsInvokedWithWhatMatches() {
            filter("errors", "ERROR", FUNCTION, null);
            put("an ERROR", "fine");
            time.advance(Duration.ofSeconds(1));
            var ids = logs.filterLogEvents(CALLER, Logs.FilterLogEventsRequest.of(r -> r.logGroupName("g"))).events();
            assertThat(delivered).singleElement().satisfies(one -> {
                assertThat(one.caller().principal()).isEqualTo(new Principal.Service("logs.amazonaws.com",
                    "arn:aws:logs:us-east-1:111111111111:log-group:g:*"));
                assertThat(one.json()).isEqualTo(Map.of("messageType", "DATA_MESSAGE", "owner", ACCOUNT, "logGroup",
                    "g",
                    "logStream", "s", "subscriptionFilters", List.of("errors"), "logEvents", List.of(Map.of(
                        "id", ids.getFirst().eventId(), "timestamp", ids.getFirst().timestamp(), "message",
                        "an ERROR"))));
            });
        }

        @Test
        void aStreamIsTestedAndThenHasARecordForEachDeliveryUnderTheRole() {
            filter("all", "[level, rest]", STREAM, ROLE);
            put("ERROR it broke", "short");
            put("INFO fine again");
            time.advance(Duration.ofSeconds(1));
            assertThat(delivered).hasSize(3).allMatch(one -> one.caller().principal() instanceof Principal.RoleSession);
            var control = delivered.getFirst().json();
            assertThat(control.get("messageType")).isEqualTo("CONTROL_MESSAGE");
            assertThat(control.get("owner")).isEqualTo("CloudwatchLogs");
            assertThat(((Map<?, ?>) ((List<?>) control.get("logEvents")).getFirst()).get("message"))
                .isEqualTo("CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.");
            var fields = delivered.subList(1, 3).stream().flatMap(one -> ((List<?>) one.json().get("logEvents"))
                .stream())
                .<Object>map(event -> ((Map<?, ?>) event).get("extractedFields")).toList();
            assertThat(fields).containsExactlyInAnyOrder(Map.of("level", "ERROR", "rest", "it broke"),
                    Map.of("level", "INFO", "rest", "fine again"));
            assertThat(delivered.subList(1, 3)).extracting(one -> one.event().partitionKey()).doesNotContainNull()
                .containsOnly(delivered.get(1).event().partitionKey());
        }

        @Test
        void whatADestinationCannotTakeNowIsBroughtWithinADayWhatItRefusesIsSkipped() {
            filter("all", "", STREAM, ROLE);
            delivered.clear();
            failures.put(STREAM, ApiError.of("ProvisionedThroughputExceededException", 400, "busy"));
            put("late");
            time.advance(Duration.ofHours(20));
            assertThat(delivered).isEmpty();
            failures.clear();
            time.advance(Duration.ofMinutes(10));
            failures.put(STREAM, ApiError.of("AccessDeniedException", 400, "no"));
            put("never");
            time.advance(Duration.ofSeconds(1));
            failures.clear();
            put("after");
            time.advance(Duration.ofHours(1));
            assertThat(delivered).hasSize(2);
            assertThat(delivered.getFirst().json().toString()).contains("late");
            assertThat(delivered.getLast().json().toString()).contains("after");
        }

        @Test
        void whatAwsRefusesInItsOrder() {
            var crossed = "Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to "
                + "create cross account lambda triggers.";
            assertRefused(() -> filter("f", "", "arn:aws:lambda:us-east-1:123456789012:function:f", null),
                "AccessDeniedException", crossed);
            assertRefused(() -> filter("f", "", "arn:aws:kinesis:us-east-1:123456789012:stream/s", null),
                "InvalidParameterException", "destinationArn for vendor kinesis cannot be used without roleArn");
            assertRefused(() -> filter("f", "", FUNCTION, ROLE), "InvalidParameterException",
                "destinationArn for vendor lambda cannot be used with roleArn");
            assertRefused(() -> filter("f", "", "arn:aws:sns:us-east-1:111111111111:t", null),
                "InvalidParameterException",
                "PutSubscriptionFilter operation cannot work with destinationArn for vendor sns");
            failures.put(FUNCTION, ApiError.of("AccessDeniedException", 403, "no"));
            failures.put(STREAM, ApiError.of("ResourceNotFoundException", 400, "no"));
            assertRefused(() -> filter("f", "", FUNCTION, null), "InvalidParameterException",
                "Could not execute the lambda "
                + "function. Make sure you have given CloudWatch Logs permission to execute your function.");
            assertRefused(() -> filter("f", "", STREAM, ROLE), "InvalidParameterException",
                "Could not deliver test message to "
                + "specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state.");
            failures.clear();
            filter("a", "", FUNCTION, null);
            filter("b", "", FUNCTION, null);
            filter("b", "x", FUNCTION, null);
            assertRefused(() -> filter("c", "", FUNCTION, null), "LimitExceededException", "Resource limit exceeded.");
        }

        @Test
        void anotherAccountsDestinationTakesThemUnderItsOwnRole() {
            var other = CALLER.in("222222222222", "us-east-1").as(new Principal.Root("222222222222"));
            var stream = "arn:aws:kinesis:us-east-1:222222222222:stream/all";
            var destination = logs.putDestination(other, Logs.PutDestinationRequest.of(r -> r.destinationName("d")
                .targetArn(stream).roleArn(ROLE).tags(Map.of("team", "a")))).destination();
            assertThat(destination.arn()).isEqualTo("arn:aws:logs:us-east-1:222222222222:destination:d");
            assertThat(logs.listTagsForResource(other, Logs.ListTagsForResourceRequest.of(r -> r
                .resourceArn(destination.arn()))).tags()).isEqualTo(Map.of("team", "a"));
            logs.putDestinationPolicy(other, Logs.PutDestinationPolicyRequest.of(r -> r.destinationName("d")
                .accessPolicy(
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" + ACCOUNT
                    + "\"},\"Action\":\"logs:PutSubscriptionFilter\",\"Resource\":\"" + destination.arn() + "\"}]}")));
            assertThat(service.policy(CALLER, destination.arn())).hasValueSatisfying(it -> assertThat(it)
                .contains(ACCOUNT));
            filter("all", "", destination.arn(), null);
            delivered.clear();
            put("x");
            time.advance(Duration.ofSeconds(1));
            assertThat(delivered).singleElement().satisfies(one -> {
                assertThat(one.target()).isEqualTo(stream);
                assertThat(one.caller().principal()).isInstanceOf(Principal.RoleSession.class);
                assertThat(one.json().get("owner")).isEqualTo(ACCOUNT);
            });
            logs.deleteDestination(other, Logs.DeleteDestinationRequest.of(r -> r.destinationName("d")));
            assertThat(logs.describeDestinations(other, Logs.DescribeDestinationsRequest.of(_ -> { })).destinations())
                .isEmpty();
            assertRefused(() -> filter("more", "", destination.arn(), null), "InvalidParameterException",
                "Could not deliver test message to specified destination. Check if the destination is valid.");
        }

        @Test
        void areListedAndDeleted() {
            filter("a", "", FUNCTION, null);
            filter("b", "[]", STREAM, ROLE);
            var listed = logs.describeSubscriptionFilters(CALLER, Logs.DescribeSubscriptionFiltersRequest.of(
                r -> r.logGroupName("g"))).subscriptionFilters();
            assertThat(listed).extracting(Logs.SubscriptionFilter::filterName).containsExactly("a", "b");
            assertThat(listed.getLast().distribution()).isEqualTo("ByLogStream");
            logs.deleteSubscriptionFilter(CALLER, Logs.DeleteSubscriptionFilterRequest.of(r -> r.logGroupName("g")
                .filterName("a")));
            assertRefused(() -> logs.deleteSubscriptionFilter(CALLER, Logs.DeleteSubscriptionFilterRequest.of(
                r -> r.logGroupName("g").filterName("a"))), "ResourceNotFoundException",
                "The specified subscription filter does not exist.");
            put("x");
            time.advance(Duration.ofSeconds(1));
            assertThat(delivered).extracting(Delivered::target).containsOnly(STREAM);
        }
    }
}
