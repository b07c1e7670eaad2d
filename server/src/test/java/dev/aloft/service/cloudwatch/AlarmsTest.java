package dev.aloft.service.cloudwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.api.Sns;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class AlarmsTest {
    private static final Caller CALLER = new Caller("123456789012", "us-east-1", new Principal.Root("123456789012"),
            "r", null,
            0, "", null, null);
    private static final String TOPIC = "arn:aws:sns:us-east-1:123456789012:t";
    private static final String FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f";
    private static final String ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:";

    private final TestTime time = new TestTime();
    private final FlakyStore store = new FlakyStore(new MemoryStore());
    private final LocalEndpoint door = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final CloudWatchService service = new CloudWatchService(store, time, this::call);
    private final CloudWatch cloudWatch = CloudWatch.at(door);
    private final List<Sns.PublishRequest> notes = Collections.synchronizedList(new ArrayList<>());
    private final List<Lambda.InvokeRequest> invocations = Collections.synchronizedList(new ArrayList<>());
    private final List<Events.PutEventsRequestEntry> told = Collections.synchronizedList(new ArrayList<>());
    private final List<Events.PutEventsRequestEntry> configured = Collections.synchronizedList(new ArrayList<>());
    private final List<String> services = Collections.synchronizedList(new ArrayList<>());
    private final Workers workers;

    AlarmsTest() {
        door.add(service);
        workers = new Workers(time, service.workers());
        workers.start();
    }

    @AfterEach
    void close() {
        workers.close();
    }

    private Shape call(Operation operation, Caller caller, Shape input) {
        return switch (input) {
            case Sns.PublishRequest r -> {
                services.add(((Principal.Service) caller.principal()).name());
                notes.add(r);
                yield Sns.PublishResponse.of(_ -> { });
            }
            case Lambda.InvokeRequest r -> {
                services.add(((Principal.Service) caller.principal()).name());
                invocations.add(r);
                yield Lambda.InvokeResponse.of(_ -> { });
            }
            case Events.PutEventsRequest r -> {
                r.entries().forEach(entry -> (entry.detailType().equals("CloudWatch Alarm State Change") ? told
                        : configured).add(entry));
                yield Events.PutEventsResponse.of(a -> a.entries(List.of(Events.PutEventsResultEntry.of(_ -> { }))));
            }
            default -> door.call(operation, caller, input);
        };
    }

    private static CloudWatch.PutMetricAlarmRequest.Builder alarm(CloudWatch.PutMetricAlarmRequest.Builder r,
            String name) {
        return r.alarmName(name).namespace("app").metricName("m").statistic("Sum").period(60).evaluationPeriods(1)
                .threshold(5.0).comparisonOperator("GreaterThanThreshold");
    }

    private void put(String name, Consumer<CloudWatch.PutMetricAlarmRequest.Builder> more) {
        cloudWatch.putMetricAlarm(CALLER, CloudWatch.PutMetricAlarmRequest.of(r -> more.accept(alarm(r, name))));
    }

    private void compose(String name, String rule) {
        cloudWatch.putCompositeAlarm(CALLER, CloudWatch.PutCompositeAlarmRequest.of(
                r -> r.alarmName(name).alarmRule(rule).alarmActions(List.of(TOPIC))));
    }

    private void measure(double value) {
        cloudWatch.putMetricData(CALLER, CloudWatch.PutMetricDataRequest.of(r -> r.namespace("app").metricData(List.of(
                CloudWatch.MetricDatum.of(d -> d.metricName("m").value(value))))));
    }

    private CloudWatch.MetricAlarm described(String name) {
        return cloudWatch.describeAlarms(CALLER, CloudWatch.DescribeAlarmsRequest.of(r -> r.alarmNames(List.of(name))))
                .metricAlarms().getFirst();
    }

    private String state(String name) {
        var found = cloudWatch.describeAlarms(CALLER, CloudWatch.DescribeAlarmsRequest.of(r ->
                r.alarmNames(List.of(name))
                .alarmTypes(List.of("MetricAlarm", "CompositeAlarm"))));
        return found.metricAlarms().isEmpty() ? found.compositeAlarms().getFirst().stateValue()
                : found.metricAlarms().getFirst().stateValue();
    }

    private void set(String name, String state) {
        cloudWatch.setAlarmState(CALLER, CloudWatch.SetAlarmStateRequest.of(
                r -> r.alarmName(name).stateValue(state).stateReason("by hand")));
        time.settle();
    }

    private static void refused(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
                .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
                .hasMessage(message);
    }

    @Test
    void aCompositeAlarmInThePlaceOfAnotherStopsNoOther() {
        put("a", _ -> { });
        put("b", _ -> { });
        cloudWatch.deleteAlarms(CALLER, CloudWatch.DeleteAlarmsRequest.of(r -> r.alarmNames(List.of("a"))));
        compose("a", "ALARM(b)");
        time.advance(Duration.ofMinutes(1));
        measure(7);
        time.advance(Duration.ofMinutes(2));
        assertThat(state("b")).isEqualTo("ALARM");
        assertThat(state("a")).isEqualTo("ALARM");
    }

    @Test
    void aTokenThatNoPageGaveIsRefused() {
        put("a", _ -> { });
        for (var token : List.of("-1", "2147483648", "x", "")) {
            refused("InvalidNextToken", "The token is invalid.", () -> cloudWatch.describeAlarms(CALLER,
                    CloudWatch.DescribeAlarmsRequest.of(r -> r.nextToken(token))));
            refused("InvalidNextToken", "The token is invalid.", () -> cloudWatch.describeAlarmHistory(CALLER,
                    CloudWatch.DescribeAlarmHistoryRequest.of(r -> r.nextToken(token))));
        }
    }

    @Test
    void anAlarmIsUncheckedAtFirstAndThenWithoutData() {
        put("a", _ -> { });
        assertThat(described("a").stateReason()).isEqualTo("Unchecked: Initial alarm creation");
        assertThat(described("a").stateValue()).isEqualTo("INSUFFICIENT_DATA");
        time.advance(Duration.ofMinutes(1));
        assertThat(described("a").stateReason()).isEqualTo("Insufficient Data: 1 datapoint was unknown.");
        assertThat(told).isEmpty();
    }

    @Test
    void whatCrossesTheThresholdIsAnAlarmAndBackAgain() {
        put("a", r -> r.alarmActions(List.of(TOPIC)).okActions(List.of(TOPIC)).alarmDescription("too much"));
        measure(21.5);
        time.advance(Duration.ofMinutes(1));
        assertThat(described("a").stateValue()).isEqualTo("ALARM");
        assertThat(described("a").stateReason()).isEqualTo(
                "Threshold Crossed: 1 datapoint [21.5 (01/01/26 00:00:00)] was greater than the threshold (5.0).");
        assertThat(described("a").stateReasonData()).isEqualTo("{\"version\":\"1.0\",\"queryDate\":"
                + "\"2026-01-01T00:01:00.000+0000\",\"startDate\":\"2026-01-01T00:00:00.000+0000\","
                + "\"statistic\":\"Sum\","
                + "\"period\":60,\"recentDatapoints\":[21.5],\"threshold\":5.0,\"evaluatedDatapoints\":["
                + "{\"timestamp\":\"2026-01-01T00:00:00.000+0000\",\"sampleCount\":1.0,\"value\":21.5}]}");
        measure(1);
        time.advance(Duration.ofMinutes(1));
        assertThat(described("a").stateReason()).isEqualTo(
                "Threshold Crossed: 1 datapoint [1.0 (01/01/26 00:01:00)] was not greater than the threshold (5.0).");
        assertThat(notes).extracting(Sns.PublishRequest::subject).containsExactly(
                "ALARM: \"a\" in US East (N. Virginia)", "OK: \"a\" in US East (N. Virginia)");
        assertThat(services).containsOnly("cloudwatch.amazonaws.com");
    }

    @Test
    void aTopicGetsTheAlarmWithItsTrigger() {
        put("a", r -> r.alarmActions(List.of(TOPIC)).treatMissingData("ignore").dimensions(List.of(
                CloudWatch.Dimension.of(d -> d.name("n").value("v")))));
        set("a", "ALARM");
        var note = (Map<?, ?>) JsonReader.tree(notes.getFirst().message());
        assertThat(note.get("AlarmArn")).isEqualTo(ARN + "a");
        assertThat(note.get("OldStateValue")).isEqualTo("INSUFFICIENT_DATA");
        assertThat(note.get("NewStateReason")).isEqualTo("by hand");
        assertThat(note.get("StateChangeTime")).isEqualTo("2026-01-01T00:00:00.000+0000");
        assertThat((Map<?, ?>) note.get("Trigger")).isEqualTo(JsonReader.tree("""
                {"MetricName": "m", "Namespace": "app", "StatisticType": "Statistic", "Statistic": "SUM", "Unit": null,
                 "Dimensions": [{"name": "n", "value": "v"}], "Period": 60, "EvaluationPeriods": 1,
                 "ComparisonOperator": "GreaterThanThreshold", "Threshold": 5.0, "TreatMissingData": "ignore",
                 "EvaluateLowSampleCountPercentile": ""}"""));
    }

    @Test
    void aFunctionAndTheEventBusGetTheAlarmWithBothStates() {
        put("a", r -> r.alarmActions(List.of(FUNCTION)));
        set("a", "ALARM");
        assertThat(services).containsExactly("lambda.alarms.cloudwatch.amazonaws.com");
        var event = (Map<?, ?>) JsonReader.tree(new String(invocations.getFirst().payload().array(),
                StandardCharsets.UTF_8));
        assertThat(event.get("source")).isEqualTo("aws.cloudwatch");
        assertThat(event.get("alarmArn")).isEqualTo(ARN + "a");
        var entry = told.getFirst();
        assertThat(entry.detailType()).isEqualTo("CloudWatch Alarm State Change");
        assertThat(entry.resources()).containsExactly(ARN + "a");
        assertThat(JsonReader.tree(entry.detail())).isEqualTo(event.get("alarmData"));
        var data = (Map<?, ?>) event.get("alarmData");
        assertThat((Map<?, ?>) data.get("state")).isEqualTo(Map.of("value", "ALARM", "reason", "by hand",
                "timestamp", "2026-01-01T00:00:00.000+0000"));
        assertThat(data.get("configuration").toString()).contains("name=m", "returnData=true", "stat=Sum");
    }

    @Test
    void theEventBusIsToldHowAlarmsAreConfigured() {
        put("a", r -> r.alarmDescription("d").alarmActions(List.of(TOPIC)));
        put("a", r -> r.threshold(7.0).treatMissingData("ignore"));
        cloudWatch.deleteAlarms(CALLER, CloudWatch.DeleteAlarmsRequest.of(r -> r.alarmNames(List.of("a"))));
        time.settle();

        assertThat(configured).allSatisfy(entry -> {
            assertThat(entry.detailType()).isEqualTo("CloudWatch Alarm Configuration Change");
            assertThat(entry.resources()).containsExactly(ARN + "a");
        });
        var details = configured.stream().map(entry -> (Map<?, ?>) JsonReader.tree(entry.detail()))
                .collect(Collectors.toMap(detail -> detail.get("operation").toString(), detail -> detail));
        assertThat(details).containsOnlyKeys("create", "update", "delete");
        var made = (Map<?, ?>) details.get("create").get("configuration");
        assertThat(made.keySet()).isEqualTo(Set.of("evaluationPeriods", "threshold", "comparisonOperator", "metrics",
                "alarmName", "description", "actionsEnabled", "timestamp", "okActions", "alarmActions",
                "insufficientDataActions"));
        assertThat(details.get("create").get("state")).isEqualTo(Map.of("value", "INSUFFICIENT_DATA", "timestamp",
                "2026-01-01T00:00:00.000+0000"));
        var update = details.get("update");
        assertThat(((Map<?, ?>) update.get("configuration")).get("treatMissingData")).isEqualTo("ignore");
        assertThat(update.get("previousConfiguration")).isEqualTo(made);
        assertThat(details.get("delete").containsKey("previousConfiguration")).isFalse();
    }

    @Test
    void aCompositeAlarmAndOneOnAMetricShareTheirNames() {
        put("a", _ -> { });
        refused("ValidationError",
                "Could not save the composite alarm as a metric alarm with the name a already exists",
                () -> compose("a", "TRUE"));
        compose("c", "ALARM(a)");
        refused("ValidationError",
                "Could not save the metric alarm as a composite alarm with the name c already exists",
                () -> put("c", _ -> { }));
    }

    @Test
    void actionsCanBeSwitchedOffAndTheBusIsToldAllTheSame() {
        put("a", r -> r.alarmActions(List.of(TOPIC)));
        cloudWatch.disableAlarmActions(CALLER, CloudWatch.DisableAlarmActionsRequest.of(r ->
                r.alarmNames(List.of("a"))));
        set("a", "ALARM");
        assertThat(notes).isEmpty();
        assertThat(told).hasSize(1);
        assertThat(described("a").actionsEnabled()).isFalse();
    }

    @Test
    void aStateSetByHandLastsUntilTheNextLook() {
        put("a", r -> r.treatMissingData("notBreaching"));
        set("a", "ALARM");
        time.advance(Duration.ofSeconds(59));
        assertThat(state("a")).isEqualTo("ALARM");
        time.advance(Duration.ofSeconds(1));
        assertThat(described("a").stateReason())
                .isEqualTo("Threshold Crossed: no datapoints were received for 1 period and 1"
                + " missing datapoint was treated as [NonBreaching].");
        refused("ResourceNotFound", "", () -> set("none", "OK"));
    }

    @Test
    void theHistoryTellsChangesOfStatesAndActions() {
        put("a", r -> r.alarmActions(List.of(TOPIC)));
        set("a", "ALARM");
        time.settle();
        var items = cloudWatch.describeAlarmHistory(CALLER, CloudWatch.DescribeAlarmHistoryRequest.of(
                r -> r.alarmName("a"))).alarmHistoryItems();
        assertThat(items).extracting(CloudWatch.AlarmHistoryItem::historySummary).containsExactlyInAnyOrder(
                "Alarm \"a\" created", "Alarm updated from INSUFFICIENT_DATA to ALARM",
                "Successfully executed action " + TOPIC);
        var update = cloudWatch.describeAlarmHistory(CALLER, CloudWatch.DescribeAlarmHistoryRequest.of(
                r -> r.alarmName("a").historyItemType("StateUpdate"))).alarmHistoryItems();
        assertThat(update).singleElement().extracting(CloudWatch.AlarmHistoryItem::historyData).isEqualTo(
                "{\"version\":\"1.0\",\"oldState\":{\"stateValue\":\"INSUFFICIENT_DATA\",\"stateReason\":"
                + "\"Unchecked: Initial alarm "
                + "creation\"},\"newState\":{\"stateValue\":\"ALARM\",\"stateReason\":\"by hand\"}}");
    }

    @Test
    void aCompositeAlarmFollowsThoseItLooksAt() {
        put("a", _ -> { });
        put("b", _ -> { });
        refused("ValidationError", "Could not save the composite alarm as alarms [c] in the alarm rule do not exist",
                () -> compose("all", "ALARM(c)"));
        compose("all", "ALARM(\"" + ARN + "a\") AND (ALARM(b) OR NOT OK(b))");
        compose("top", "ALARM(all)");
        var first = cloudWatch.describeAlarms(CALLER, CloudWatch.DescribeAlarmsRequest.of(
                r -> r.alarmTypes(List.of("CompositeAlarm")))).compositeAlarms().getFirst();
        assertThat(first.stateReason()).isEqualTo(ARN + "all was created and its alarm rule evaluates to OK");
        assertThat(first.stateReasonData()).contains(ARN + "a", ARN + "b", "INSUFFICIENT_DATA");
        set("a", "ALARM");
        assertThat(List.of(state("all"), state("top"))).containsOnly("ALARM");
        var note = (Map<?, ?>) JsonReader.tree(notes.getFirst().message());
        assertThat(note.get("NewStateReason")).isEqualTo(
                ARN + "a transitioned to ALARM at Thursday 01 January, 2026 00:00:00 UTC");
        assertThat(note.get("TriggeringChildren").toString()).contains(ARN + "a", "Value=ALARM");
        set("b", "OK");
        assertThat(List.of(state("all"), state("top"))).containsOnly("OK");
        assertThat(cloudWatch.describeAlarms(CALLER, CloudWatch.DescribeAlarmsRequest.of(r ->
                r.parentsOfAlarmName("b")))
                .compositeAlarms()).extracting(CloudWatch.CompositeAlarm::alarmName).containsExactly("all");
    }

    @Test
    void alarmsAreChangedTaggedFoundAndDeleted() {
        put("a", r -> r.tags(List.of(CloudWatch.Tag.of(t -> t.key("k").value("v")))));
        set("a", "ALARM");
        put("a", r -> r.threshold(6.0));
        assertThat(described("a").stateValue()).isEqualTo("ALARM");
        assertThat(cloudWatch.listTagsForResource(CALLER, CloudWatch.ListTagsForResourceRequest.of(
                r -> r.resourceARN(ARN + "a"))).tags()).hasSize(1);
        assertThat(cloudWatch.describeAlarmsForMetric(CALLER, CloudWatch.DescribeAlarmsForMetricRequest.of(
                r -> r.namespace("app").metricName("m"))).metricAlarms()).hasSize(1);
        refused("ResourceNotFound", "", () -> cloudWatch.deleteAlarms(CALLER,
                CloudWatch.DeleteAlarmsRequest.of(r -> r.alarmNames(List.of("a", "none")))));
        cloudWatch.deleteAlarms(CALLER, CloudWatch.DeleteAlarmsRequest.of(r -> r.alarmNames(List.of("a"))));
        time.advance(Duration.ofMinutes(5));
        assertThat(cloudWatch.describeAlarms(CALLER, CloudWatch.DescribeAlarmsRequest.of(_ -> { })).metricAlarms())
                .isEmpty();
    }

    @Test
    void whatIsWrongOrNotBuiltIsTold() {
        refused("ValidationError",
                "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <="
                + " 86400).", () -> put("a", r -> r.evaluationPeriods(1441)));
        refused("NotImplemented", "The alarm action arn:aws:automate:us-east-1:ec2:stop is not built in Aloft yet.",
                () -> put("a", r -> r.alarmActions(List.of("arn:aws:automate:us-east-1:ec2:stop"))));
        refused("ValidationError", "Error in expression 'e': The expression for e must return a time series or an"
                + " array of time series, not a scalar", () -> calculate("1"));
        refused("ValidationError", "Exactly one element of the metrics list should return data.", () ->
                cloudWatch.putMetricAlarm(CALLER, CloudWatch.PutMetricAlarmRequest.of(r -> r.alarmName("a")
                        .evaluationPeriods(1).threshold(5.0).comparisonOperator("GreaterThanThreshold")
                        .metrics(List.of(metric("m", null), metric("n", null))))));
        refused("ValidationError", "Malformed alarm rule", () -> compose("c", "ALARM(a"));
    }

    private static CloudWatch.MetricDataQuery metric(String name, Boolean returned) {
        return CloudWatch.MetricDataQuery.of(q -> q.id(name).returnData(returned).metricStat(
                CloudWatch.MetricStat.of(s -> s.period(60).stat("Sum").metric(CloudWatch.Metric.of(
                        m -> m.namespace("app").metricName(name))))));
    }

    /** An alarm on what an expression makes of the metrics m and n. */
    private void calculate(String expression) {
        cloudWatch.putMetricAlarm(CALLER, CloudWatch.PutMetricAlarmRequest.of(r -> r.alarmName("a")
                .evaluationPeriods(1).threshold(5.0).comparisonOperator("GreaterThanThreshold")
                .alarmActions(List.of(TOPIC, FUNCTION)).metrics(List.of(metric("m", false), metric("n", false),
                        CloudWatch.MetricDataQuery.of(q -> q.id("e").expression(expression).label("Rate"))))));
    }

    @Test
    void anAlarmLooksAtWhatAnExpressionMakesOfMetrics() {
        calculate("100 * m / FILL(n, 1)");
        measure(2);
        time.advance(Duration.ofMinutes(1));

        assertThat(state("a")).isEqualTo("ALARM");
        var told = described("a");
        assertThat(told.metricName()).isNull();
        assertThat(told.metrics()).extracting(CloudWatch.MetricDataQuery::returnData)
                .containsExactly(false, false, true);
        assertThat(told.stateReason()).startsWith("Threshold Crossed: 1 datapoint [200.0 (");
        var trigger = (Map<?, ?>) ((Map<?, ?>) JsonReader.tree(notes.getFirst().message())).get("Trigger");
        assertThat(trigger.get("MetricName")).isNull();
        assertThat((List<?>) trigger.get("Metrics")).extracting(it -> ((Map<?, ?>) it).get("Id"))
                .isEqualTo(List.of("m", "n", "e"));
        time.advance(Duration.ofMinutes(8));
        // What is filled has values for ever, as AWS warns.
        assertThat(state("a")).isEqualTo("OK");
    }

    @Test
    void templatesDeclareBothKinds() {
        var alarm = service.resourceTypes().getFirst();
        var desired = new Desired("arn:aws:cloudformation:us-east-1:123456789012:stack/s/1", "s", "A", "t", Map.of(
                "Namespace", "app", "MetricName", "m", "Statistic", "Sum", "Period", "60", "EvaluationPeriods", 1,
                "Threshold", "5", "ComparisonOperator", "GreaterThanThreshold"), Map.of());
        var made = alarm.create(CALLER, desired);
        assertThat(made.physicalId()).matches("s-A-[A-Z0-9]{12}");
        assertThat(made.attributes()).containsEntry("Arn", ARN + made.physicalId());
        assertThat(alarm.create(CALLER, desired)).isEqualTo(made);
        var composite = service.resourceTypes().getLast();
        var whole = composite.create(CALLER, new Desired(desired.stackId(), "s", "C", "t", Map.of(
                "AlarmRule", "ALARM(" + made.physicalId() + ")"), Map.of()));
        assertThat(composite.read(CALLER, whole.physicalId())).isPresent();
        alarm.delete(CALLER, made.physicalId(), desired);
        alarm.delete(CALLER, made.physicalId(), desired);
        assertThat(alarm.read(CALLER, made.physicalId())).isEmpty();
    }
}
