package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.CloudWatch;
import dev.aloft.api.Lambda;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MeasuresTest {
    @TempDir
    Path folder;

    private TestLambda test;

    private CloudWatch.Datapoint metric(String name, Map<String, String> dimensions) {
        var points = CloudWatch.at(test.endpoint)
                .getMetricStatistics(caller(), CloudWatch.GetMetricStatisticsRequest.of(r -> r.namespace("AWS/Lambda")
                .metricName(name)
                .dimensions(dimensions.entrySet().stream()
                        .map(d -> CloudWatch.Dimension.of(x -> x.name(d.getKey()).value(d.getValue()))).toList())
                .startTime(test.time.instant().minusSeconds(300)).endTime(test.time.instant().plusSeconds(60))
                .period(3600)
                .statistics(List.of("Sum", "SampleCount", "Maximum")))).datapoints();
        assertThat(points).as(name + dimensions).hasSize(1);
        return points.getFirst();
    }

    @Test
    void whatFunctionsDoIsMeasuredByFunctionAndByWhatWasCalled() {
        test = new TestLambda(folder);
        try {
            test.create("measured", "nodejs22.x",
                    "exports.handler = async (e) => { if (e.fail) throw new Error('x'); };");
            test.lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName("measured")));
            test.lambda.createAlias(caller(),
                    Lambda.CreateAliasRequest.of(r -> r.functionName("measured").name("live").functionVersion("1")));
            test.invoke("measured", "{}");
            test.invoke("measured", "{\"fail\":true}");
            test.invoke("measured:live", "{}");
            test.lambda.invoke(caller(),
                    Lambda.InvokeRequest.of(r -> r.functionName("measured").invocationType("Event")));
            test.time.settle();
            test.lambda.putFunctionConcurrency(caller(),
                    Lambda.PutFunctionConcurrencyRequest.of(r -> r.functionName("measured")
                            .reservedConcurrentExecutions(0)));
            assertThatThrownBy(() -> test.invoke("measured", "{}")).isInstanceOf(Lambda.TooManyRequestsException.class);
            test.metrics.flush();

            assertThat(metric("Invocations", Map.of("FunctionName", "measured"))).satisfies(d -> {
                assertThat(d.sum()).isEqualTo(4.0);
                assertThat(d.unit()).isEqualTo("Count");
            });
            assertThat(metric("Invocations", Map.of()).sum()).isEqualTo(4.0);
            assertThat(metric("Invocations", Map.of("FunctionName", "measured", "Resource", "measured:live")).sum())
                    .isEqualTo(1.0);
            assertThat(metric("Invocations", Map.of("FunctionName", "measured", "Resource", "measured:live",
                    "ExecutedVersion", "1")).sum()).isEqualTo(1.0);
            assertThat(metric("Errors", Map.of("FunctionName", "measured"))).satisfies(d -> {
                assertThat(d.sum()).isEqualTo(1.0);
                assertThat(d.sampleCount()).isEqualTo(4.0);
            });
            assertThat(metric("Throttles", Map.of("FunctionName", "measured")).sum()).isEqualTo(1.0);
            assertThat(metric("Duration", Map.of("FunctionName", "measured"))).satisfies(d -> {
                assertThat(d.unit()).isEqualTo("Milliseconds");
                assertThat(d.maximum()).isPositive();
            });
            assertThat(metric("ConcurrentExecutions", Map.of("FunctionName", "measured")).maximum()).isEqualTo(1.0);
            assertThat(metric("UnreservedConcurrentExecutions", Map.of()).maximum()).isEqualTo(1.0);
            assertThat(metric("ClaimedAccountConcurrency", Map.of()).maximum()).isEqualTo(1.0);
            assertThat(metric("AsyncEventsReceived", Map.of("FunctionName", "measured")).sum()).isEqualTo(1.0);
            assertThat(metric("AsyncEventAge", Map.of("FunctionName", "measured")).sampleCount()).isEqualTo(1.0);
            test.time.advance(Duration.ofSeconds(1));
        } finally {
            test.close();
        }
    }

    @Test
    void whatIsProvisionedAndWhatSpillsOverIsMeasured() {
        test = new TestLambda(folder);
        try {
            test.create("ahead", "nodejs22.x", "exports.handler = async () => 1;");
            test.lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(r -> r.functionName("ahead")));
            test.lambda.putProvisionedConcurrencyConfig(caller(), Lambda.PutProvisionedConcurrencyConfigRequest.of(
                    r -> r.functionName("ahead").qualifier("1").provisionedConcurrentExecutions(1)));
            test.time.settle();
            test.invoke("ahead:1", "{}");
            test.metrics.flush();
            var version = Map.of("FunctionName", "ahead", "Resource", "ahead:1");
            assertThat(metric("ProvisionedConcurrencyInvocations", version).sum()).isEqualTo(1.0);
            assertThat(metric("ProvisionedConcurrentExecutions", version).maximum()).isEqualTo(1.0);
            assertThat(metric("ProvisionedConcurrencyUtilization", version).maximum()).isEqualTo(1.0);
        } finally {
            test.close();
        }
    }
}
