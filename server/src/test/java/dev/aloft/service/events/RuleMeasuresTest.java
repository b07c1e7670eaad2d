package dev.aloft.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Events;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.cloudwatch.CloudWatchService;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What CloudWatch is told of rules. */
class RuleMeasuresTest extends EventsFixture {
    private final Workers measuring = new Workers(time, List.of(metrics.worker()));

    @BeforeEach
    void start() {
        endpoint.add(new CloudWatchService(store, time, endpoint));
        measuring.start();
    }

    @AfterEach
    void stop() {
        measuring.close();
    }

    private double sum(String metric, Map<String, String> dimensions) {
        time.advance(Duration.ofSeconds(10));
        return CloudWatch.at(endpoint).getMetricStatistics(ROOT, CloudWatch.GetMetricStatisticsRequest.of(r -> r
                .namespace("AWS/Events").metricName(metric).statistics(List.of("Sum")).period(86_400)
                .startTime(TestTime.START.minus(Duration.ofDays(1))).endTime(TestTime.START.plus(Duration.ofDays(2)))
                .dimensions(dimensions.entrySet().stream().map(it -> CloudWatch.Dimension.of(
                        d -> d.name(it.getKey()).value(it.getValue()))).toList())))
                .datapoints().stream().mapToDouble(CloudWatch.Datapoint::sum).sum();
    }

    @Test
    void aRuleOfTheDefaultBusIsCountedByItsNameAndForTheAccount() {
        rule(null, "shop", "{\"source\":[\"shop\"]}");
        target(null, "shop", target("1", QUEUE), target("2", FUNCTION));
        rule(null, "idle", "{\"source\":[\"shop\"]}");
        put(ROOT, null, "shop", "{}");
        put(ROOT, null, "other", "{}");
        put(ROOT, null, "shop", "no json");
        settled();
        for (var dimensions : List.of(Map.of("RuleName", "shop"), Map.<String, String>of())) {
            assertThat(sum("MatchedEvents", dimensions)).isEqualTo(dimensions.isEmpty() ? 2 : 1);
            assertThat(sum("TriggeredRules", dimensions)).isEqualTo(dimensions.isEmpty() ? 2 : 1);
            assertThat(sum("Invocations", dimensions)).isEqualTo(2);
            assertThat(sum("InvocationAttempts", dimensions)).isEqualTo(2);
            assertThat(sum("FailedInvocations", dimensions)).isZero();
        }
        assertThat(sum("InvocationsCreated", Map.of())).isEqualTo(2);
        assertThat(sum("PutEventsEntriesCount", Map.of())).isEqualTo(3);
        assertThat(sum("PutEventsFailedEntriesCount", Map.of())).isEqualTo(1);
    }

    @Test
    void whatFailsIsCountedOnceAndItsLetterToo() {
        events.createEventBus(ROOT, Events.CreateEventBusRequest.of(r -> r.name("orders")));
        rule("orders", "shop", "{\"source\":[\"shop\"]}");
        target("orders", "shop", Events.Target.of(t -> t.id("1").arn(FUNCTION)
                .retryPolicy(Events.RetryPolicy.of(p -> p.maximumRetryAttempts(2)))
                .deadLetterConfig(Events.DeadLetterConfig.of(d -> d.arn(DEAD)))));
        failures.put(FUNCTION, ApiError.of("ServiceException", 500, "later"));
        put(ROOT, "orders", "shop", "{}");
        time.advance(Duration.ofHours(1));
        var rule = Map.of("EventBusName", "orders", "RuleName", "shop");
        assertThat(sum("InvocationAttempts", rule)).isEqualTo(3);
        assertThat(sum("RetryInvocationAttempts", rule)).isEqualTo(2);
        assertThat(sum("FailedInvocations", rule)).isEqualTo(1);
        assertThat(sum("InvocationsSentToDlq", rule)).isEqualTo(1);
        assertThat(sum("FailedInvocations", Map.of("RuleName", "shop"))).isZero();
    }

    @Test
    void aScheduleTriggersItsRule() {
        schedule("tick", "rate(1 hour)");
        target(null, "tick", target("1", QUEUE));
        time.advance(Duration.ofMinutes(150));
        assertThat(sum("TriggeredRules", Map.of("RuleName", "tick"))).isEqualTo(2);
        assertThat(sum("Invocations", Map.of("RuleName", "tick"))).isEqualTo(2);
        assertThat(sum("MatchedEvents", Map.of("RuleName", "tick"))).isZero();
    }
}
