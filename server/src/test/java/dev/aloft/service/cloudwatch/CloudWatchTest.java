package dev.aloft.service.cloudwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.CloudWatch.MetricDatum;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CloudWatchTest {
    private final TestTime time = new TestTime();
    private final FlakyStore store = new FlakyStore(new MemoryStore());
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> {}, store::inTransaction);
    private final Metrics metrics = new Metrics(endpoint, time);
    private final CloudWatchService service = new CloudWatchService(store, time, endpoint);
    private final CloudWatch cloudWatch = CloudWatch.at(endpoint);
    private final Workers workers;

    CloudWatchTest() {
        endpoint.add(service);
        var all = new ArrayList<>(service.workers());
        all.add(metrics.worker());
        workers = new Workers(time, all);
        workers.start();
    }

    @AfterEach
    void close() {
        workers.close();
    }

    private static Caller caller() {
        return new Caller("123456789012", "eu-central-1", new Principal.Root("123456789012"),
                UUID.randomUUID().toString(), null, 0, "", null, null);
    }

    private void put(Consumer<MetricDatum.Builder> datum) {
        put("app", datum);
    }

    private void put(String namespace, Consumer<MetricDatum.Builder> datum) {
        cloudWatch.putMetricData(caller(),
                CloudWatch.PutMetricDataRequest.of(r -> r.namespace(namespace).metricData(List.of(MetricDatum.of(d -> {
            d.metricName("m");
            datum.accept(d);
        })))));
    }

    private List<CloudWatch.Datapoint> statistics(Duration ago, int period, String... wanted) {
        return cloudWatch.getMetricStatistics(caller(),
                CloudWatch.GetMetricStatisticsRequest.of(r -> r.namespace("app").metricName("m")
                .startTime(time.instant().minus(ago)).endTime(time.instant().plusSeconds(60)).period(period)
                .statistics(List.of(wanted)))).datapoints();
    }

    private CloudWatch.MetricDataResult data(String stat, int period) {
        return cloudWatch.getMetricData(caller(),
                CloudWatch.GetMetricDataRequest.of(r -> r.startTime(time.instant().minusSeconds(3600))
                .endTime(time.instant().plusSeconds(60)).metricDataQueries(List.of(query("q", stat, period)))))
                .metricDataResults().getFirst();
    }

    private static CloudWatch.MetricDataQuery query(String id, String stat, int period) {
        return CloudWatch.MetricDataQuery.of(q -> q.id(id)
                .metricStat(CloudWatch.MetricStat.of(s -> s.stat(stat).period(period)
                .metric(CloudWatch.Metric.of(m -> m.namespace("app").metricName("m"))))));
    }

    // ---- refused

    @Test
    void aDatumHasOneKindOfValue() {
        assertThatThrownBy(() -> put(d -> d.value(1.0).values(List.of(1.0))))
                .isInstanceOf(CloudWatch.InvalidParameterCombinationException.class)
                .hasMessage("The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually "
                        + "exclusive and you have specified both.");
        assertThatThrownBy(() ->
                put(d -> d.value(1.0)
                        .statisticValues(CloudWatch.StatisticSet.of(s -> s.sampleCount(1.0).sum(1.0).minimum(1.0)
                                .maximum(1.0)))))
                .hasMessage("The parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues are "
                        + "mutually exclusive and you have specified both.");
        assertThatThrownBy(() -> put(d -> d.values(List.of(1.0, 2.0)).counts(List.of(1.0))))
                .isInstanceOf(CloudWatch.InvalidParameterValueException.class)
                .hasMessage("The parameters MetricData.member.1.Values and MetricData.member.1.Counts must "
                        + "be of the same size.");
        assertThatThrownBy(() -> put(d -> d.value(Double.NaN)))
                .hasMessage("The value NaN for parameter MetricData.member.1.Value is invalid.");
    }

    @Test
    void awsNamespacesAreAwsOwn() {
        assertThatThrownBy(() -> put("AWS/Lambda", d -> d.value(1.0)))
                .isInstanceOf(CloudWatch.InvalidParameterValueException.class)
                .hasMessage("The value AWS/ for parameter Namespace is invalid.");
    }

    @Test
    void aRangeIsNotEmptyAndHasNotTooManyPoints() {
        assertThatThrownBy(() ->
                cloudWatch.getMetricData(caller(), CloudWatch.GetMetricDataRequest.of(r -> r.startTime(time.instant())
                .endTime(time.instant()).metricDataQueries(List.of(query("q", "Sum", 60))))))
                .hasMessage("The parameter StartTime must be less than the parameter EndTime.");
        assertThatThrownBy(() -> statistics(Duration.ofDays(1).minusSeconds(60), 1, "Sum"))
                .isInstanceOf(CloudWatch.InvalidParameterCombinationException.class)
                .hasMessage("You have requested up to 86400 datapoints, which exceeds the limit of 1440. You may "
                        + "reduce the datapoints requested by increasing Period, or decreasing the time range.");
    }

    // ---- done

    @Test
    void valuesAndTheirCountsBecomeStatistics() {
        put(d -> d.values(List.of(1.0, 6.0, 10.0, 9.0)).counts(List.of(2.0, 1.0, 1.0, 2.0)).unit("Count"));
        assertThat(statistics(Duration.ofMinutes(1), 60, "Maximum", "SampleCount", "Sum"))
                .containsExactly(CloudWatch.Datapoint.of(
                d -> d.timestamp(time.instant()).maximum(10.0).sampleCount(6.0).sum(36.0).unit("Count")));
    }

    @Test
    void whatIsPutInOnePeriodIsOneDatapoint() {
        for (int i = 0; i < 10; i++) {
            double value = i;
            put(d -> d.value(value));
            time.advance(Duration.ofSeconds(5));
        }
        assertThat(statistics(Duration.ofMinutes(1), 60, "Average", "Minimum", "Maximum", "SampleCount", "Sum"))
                .singleElement()
                .isEqualTo(CloudWatch.Datapoint.of(d -> d.timestamp(TestTime.START).average(4.5).maximum(9.0)
                        .minimum(0.0).sampleCount(10.0)
                        .sum(45.0).unit("None")));
        put(d -> d.value(1.0).timestamp(TestTime.START.plusSeconds(60)));
        assertThat(data("Sum", 60).timestamps()).containsExactly(TestTime.START.plusSeconds(60), TestTime.START);
        assertThat(data("Sum", 300).values()).containsExactly(46.0);
        assertThat(data("p90", 60).values()).containsExactly(1.0, 8.0);
    }

    @Test
    void labelsTellTheStatisticWhereTheMetricDoesNot() {
        var results = cloudWatch
                .getMetricData(caller(), CloudWatch.GetMetricDataRequest.of(r -> r.startTime(time.instant())
                .endTime(time.instant().plusSeconds(60))
                .metricDataQueries(List.of(query("a", "Sum", 60), query("b", "Average", 60))))).metricDataResults();
        assertThat(results).extracting(CloudWatch.MetricDataResult::label).containsExactly("m Sum", "m Average");
        assertThat(data("Sum", 60)).satisfies(result -> {
            assertThat(result.label()).isEqualTo("m");
            assertThat(result.statusCode()).isEqualTo("Complete");
            assertThat(result.values()).isEmpty();
        });
    }

    @Test
    void whatIsNotBuiltOfAQueryIsRefusedByName() {
        for (var refused : Map.of("CloudWatch's dynamic labels", query("a", "Sum", 60).toBuilder()
                .label("${PROP('Period')}").build(), "CloudWatch's metrics of another account",
                query("a", "Sum", 60).toBuilder().accountId("999999999999").build()).entrySet()) {
            assertThatThrownBy(() -> cloudWatch.getMetricData(caller(), CloudWatch.GetMetricDataRequest.of(
                    r -> r.startTime(time.instant()).endTime(time.instant().plusSeconds(60))
                            .metricDataQueries(List.of(refused.getValue())))))
                    .hasMessage(refused.getKey() + " is not built in Aloft yet.");
        }
    }

    @Test
    void metricsAreListedByNameAndDimensionAndForgottenAfterTwoWeeks() {
        put(d -> d.value(1.0));
        put(d -> d.value(1.0)
                .dimensions(List.of(CloudWatch.Dimension.of(x -> x.name("b").value("2")),
                        CloudWatch.Dimension.of(x -> x.name("a").value("1")))));
        put("other", d -> d.value(1.0));
        var listed = cloudWatch.listMetrics(caller(), CloudWatch.ListMetricsRequest.of(r -> r.namespace("app")
                .dimensions(List.of(CloudWatch.DimensionFilter.of(f -> f.name("a")))))).metrics();
        assertThat(listed).singleElement()
                .satisfies(metric -> assertThat(metric.dimensions()).extracting(CloudWatch.Dimension::name)
                        .containsExactly("a", "b"));
        assertThat(cloudWatch.listMetrics(caller(), CloudWatch.ListMetricsRequest.of(_ -> {})).metrics()).hasSize(3);
        time.advance(Duration.ofDays(15));
        assertThat(cloudWatch.listMetrics(caller(), CloudWatch.ListMetricsRequest.of(_ -> {})).metrics()).isEmpty();
    }

    @Test
    void minutesAreKeptForFifteenDaysAndHoursForLonger() {
        put(d -> d.value(1.0));
        time.advance(Duration.ofSeconds(60));
        put(d -> d.value(2.0).timestamp(TestTime.START.plusSeconds(60)));
        time.advance(Duration.ofDays(14));
        assertThat(statistics(Duration.ofDays(14).plusSeconds(60), 3600, "Sum")).singleElement()
                .satisfies(d -> assertThat(d.sum()).isEqualTo(3.0));
        time.advance(Duration.ofDays(50));
        assertThat(statistics(Duration.ofDays(64).plusSeconds(60), 7200, "Sum")).singleElement()
                .satisfies(d -> assertThat(d.sum()).isEqualTo(3.0));
        time.advance(Duration.ofDays(400));
        assertThat(statistics(Duration.ofDays(464).plusSeconds(60), 86_400, "Sum")).isEmpty();
        assertThat(store.<Long>read(tx -> CloudWatchData.POINTS.range(tx, dev.aloft.kernel.store.Key.EMPTY).count()))
                .isZero();
    }

    @Test
    void whatServicesMeasureIsThereSomeSecondsLater() {
        var sent = metrics.series("123456789012", "eu-central-1", "AWS/SQS", "Sent", "Count", Map.of("QueueName", "q"));
        for (int i = 0; i < 1_000; i++) {
            sent.add(i);
        }
        time.advance(Duration.ofSeconds(5));
        var answer = cloudWatch.getMetricStatistics(caller(),
                CloudWatch.GetMetricStatisticsRequest.of(r -> r.namespace("AWS/SQS").metricName("Sent")
                .dimensions(List.of(CloudWatch.Dimension.of(d -> d.name("QueueName").value("q"))))
                .startTime(TestTime.START)
                .endTime(Instant.from(TestTime.START).plusSeconds(60)).period(60)
                .statistics(List.of("SampleCount", "Maximum", "Sum")))).datapoints();
        assertThat(answer).singleElement().satisfies(d -> {
            assertThat(d.sampleCount()).isEqualTo(1000.0);
            assertThat(d.maximum()).isBetween(990.0, 1000.0);
            assertThat(d.sum()).isCloseTo(499_500, org.assertj.core.data.Percentage.withPercentage(1));
        });
    }
}
