package dev.aloft.service.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Logs;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.service.cloudwatch.CloudWatchService;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Metrics that log events have in them. */
class EmbeddedMetricsTest {
    private static final Caller CALLER = new Caller("123456789012", "us-east-1", new Principal.Root("123456789012"),
        "id", null, 0, "http://127.0.0.1:4566", "127.0.0.1", null);

    private final TestTime time = new TestTime();
    private final Store store = new FlakyStore(new MemoryStore());
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final Logs logs = Logs.at(endpoint);

    @BeforeEach
    void start() {
        endpoint.add(new LogsService(store, time, endpoint, new Targets(), (logs, _, _) -> logs));
        endpoint.add(new CloudWatchService(store, time, endpoint));
        logs.createLogGroup(CALLER, Logs.CreateLogGroupRequest.of(r -> r.logGroupName("g")));
        logs.createLogStream(CALLER, Logs.CreateLogStreamRequest.of(r -> r.logGroupName("g").logStreamName("s")));
    }

    private void put(String... messages) {
        logs.putLogEvents(CALLER, Logs.PutLogEventsRequest.of(r -> r.logGroupName("g").logStreamName("s")
            .logEvents(Arrays.stream(messages).map(message -> Logs.InputLogEvent.of(
                e -> e.timestamp(time.instant().toEpochMilli()).message(message))).toList())));
        assertThat(logs.getLogEvents(CALLER, Logs.GetLogEventsRequest.of(r -> r.logGroupName("g").logStreamName("s")))
            .events()).hasSize(messages.length);
    }

    private String document(String metrics, String members) {
        return "{\"_aws\":{\"Timestamp\":" + time.instant().toEpochMilli()
            + ",\"CloudWatchMetrics\":[{\"Namespace\":\"shop\","
            + "\"Dimensions\":[[\"service\"],[]],\"Metrics\":[" + metrics + "]}]}," + members + "}\n";
    }

    private List<CloudWatch.Datapoint> points(String namespace, String metric, Map<String, String> dimensions) {
        return CloudWatch.at(endpoint).getMetricStatistics(CALLER, CloudWatch.GetMetricStatisticsRequest.of(r -> r
            .namespace(namespace).metricName(metric).statistics(List.of("Sum", "SampleCount")).period(60)
            .dimensions(EmbeddedDocument.dimensions(dimensions))
            .startTime(TestTime.START.minusSeconds(60)).endTime(TestTime.START.plusSeconds(600)))).datapoints();
    }

    private double errors(String metric) {
        return points("AWS/Logs", metric, Map.of("LogGroupName", "g")).stream()
            .mapToDouble(CloudWatch.Datapoint::sum).sum();
    }

    @Test
    void eachMetricCountsWithEachSetOfDimensions() {
        put("plain", document("{\"Name\":\"orders\",\"Unit\":\"Count\"}",
            "\"service\":\"web\",\"orders\":3,\"more\":{}"),
            document("{\"Name\":\"orders\",\"Unit\":\"Count\"}", "\"service\":\"web\",\"orders\":[1,2]"));
        for (var dimensions : List.of(Map.of("service", "web"), Map.<String, String>of())) {
            var point = points("shop", "orders", dimensions).getFirst();
            assertThat(point.sum()).isEqualTo(6);
            assertThat(point.sampleCount()).isEqualTo(3);
            assertThat(point.unit()).isEqualTo("Count");
        }
        assertThat(errors("EMFParsingErrors") + errors("EMFValidationErrors")).isZero();
    }

    @Test
    void whatBreaksARuleIsCountedAndCostsNoLogEvent() {
        put(document("{\"Name\":\"a\"}", "\"service\":\"web\",\"a\":\"no number\""),
            document("{\"Name\":\"a\"}", "\"a\":1"),
            document("{\"Name\":\"a\",\"Unit\":\"Apples\"}", "\"service\":\"web\",\"a\":1"),
            "text before " + document("{\"Name\":\"a\"}", "\"service\":\"web\",\"a\":1"),
            document("{\"Name\":\"b\"}", "\"service\":\"web\",\"b\":1"));
        assertThat(points("shop", "a", Map.of())).isEmpty();
        assertThat(points("shop", "b", Map.of()).getFirst().sum()).isEqualTo(1);
        assertThat(errors("EMFParsingErrors")).isEqualTo(1);
        assertThat(errors("EMFValidationErrors")).isEqualTo(4);
    }
}
