package dev.aloft.kernel.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.CloudWatch.MetricDatum;
import dev.aloft.api.CloudWatch.PutMetricDataRequest;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final TestTime time = new TestTime();
    private final List<PutMetricDataRequest> put = Collections.synchronizedList(new ArrayList<>());
    private final Metrics metrics = new Metrics((operation, _, input) -> {
        put.add((PutMetricDataRequest) input);
        return operation.output().newBuilder().build();
    }, time);
    private final Workers workers = new Workers(time, List.of(metrics.worker()));

    @BeforeEach
    void start() {
        workers.start();
        time.settle();
    }

    @AfterEach
    void close() {
        workers.close();
    }

    private Series sent(String queue) {
        return metrics.series("111122223333", "us-east-1", "AWS/SQS", "NumberOfMessagesSent", "Count",
                Map.of("QueueName", queue));
    }

    private List<MetricDatum> data() {
        return put.stream().flatMap(request -> request.metricData().stream()).toList();
    }

    @Test
    void whatIsMeasuredIsGatheredForSomeSecondsAndToldByValue() {
        sent("orders").add(1);
        sent("orders").add(1);
        sent("orders").add(10);
        assertThat(put).isEmpty();
        time.advance(Duration.ofSeconds(5));
        assertThat(data()).singleElement().satisfies(datum -> {
            assertThat(datum.timestamp()).isEqualTo(TestTime.START);
            assertThat(datum.values()).containsExactlyInAnyOrder(1.0, 10.0);
            assertThat(datum.counts()).containsExactlyInAnyOrder(2.0, 1.0);
        });
        assertThat(put.getFirst().namespace()).isEqualTo("AWS/SQS");
    }

    @Test
    void eachMinuteIsToldApart() {
        sent("orders").add(1);
        time.advance(Duration.ofSeconds(59));
        sent("orders").add(2);
        time.advance(Duration.ofSeconds(1));
        sent("orders").add(3);
        time.advance(Duration.ofSeconds(5));
        assertThat(data()).extracting(MetricDatum::timestamp).containsExactly(TestTime.START, TestTime.START,
                TestTime.START.plusSeconds(60));
    }

    /** Queues, versions of functions and alarms come and go for as long as the platform runs. */
    @Test
    void metricsOfWhatIsGoneAreForgottenAndWhoMeasuresOnIsHeard() {
        var kept = sent("kept");
        kept.add(1);
        for (int i = 0; i < 2 * Metrics.MOST_KEPT; i++) {
            sent("queue-" + i);
        }
        assertThat(metrics.kept()).isLessThanOrEqualTo(Metrics.MOST_KEPT);
        kept.add(1);
        sent("kept").add(1);
        time.advance(Duration.ofSeconds(5));
        assertThat(data().stream().flatMap(datum -> datum.counts().stream()).mapToDouble(count -> count).sum())
                .isEqualTo(3);
    }
}
