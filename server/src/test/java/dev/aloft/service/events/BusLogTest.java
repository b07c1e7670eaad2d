package dev.aloft.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.Events;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a bus tells CloudWatch Logs of the events on it, in the form that EventBridge's guide gives. */
class BusLogTest extends EventsFixture {
    private static final String BUS = "arn:aws:events:us-east-1:111122223333:event-bus/shop";
    private static final String RULE = "arn:aws:events:us-east-1:111122223333:rule/shop/all";

    private void bus(String level, String detail) {
        events.createEventBus(ROOT, Events.CreateEventBusRequest.of(r -> r.name("shop")
                .logConfig(Events.LogConfig.of(l -> l.level(level).includeDetail(detail)))));
    }

    private List<String> steps() {
        settled();
        return logged.stream().map(it -> it.record().get("message_type").toString()).toList();
    }

    private Map<?, ?> record(String step) {
        return logged.stream().map(Logged::record).filter(it -> it.get("message_type").equals(step)).findFirst()
                .orElseThrow();
    }

    private Map<?, ?> details(String step) {
        return (Map<?, ?>) record(step).get("details");
    }

    @Test
    void isKeptAndToldAsItWasGiven() {
        bus("ERROR", "NONE");
        var changed = events.updateEventBus(ROOT, Events.UpdateEventBusRequest.of(r -> r.name("default")
                .logConfig(Events.LogConfig.of(l -> l.level("TRACE").includeDetail("FULL")))));

        assertThat(changed.logConfig().level()).isEqualTo("TRACE");
        assertThat(events.describeEventBus(ROOT, Events.DescribeEventBusRequest.of(r -> r.name("shop"))).logConfig()
                .level()).isEqualTo("ERROR");
    }

    @Test
    void anEventThatNoRuleWants() {
        bus("TRACE", "FULL");
        var id = put(ROOT, "shop", "my.app", "{\"n\":1}").entries().getFirst().eventId();

        assertThat(steps()).containsExactlyInAnyOrder("EVENT_RECEIPT", "EVENT_INGEST_SUCCESS", "RULE_MATCH_START",
                "NO_STANDARD_RULES_MATCHED");
        assertThat(logged).allMatch(it -> it.resource().equals(BUS)
                && it.type().equals(it.record().get("log_level") + "_LOGS"));
        Map<String, Object> record = logged.stream().map(Logged::record)
                .filter(it -> it.get("message_type").equals("EVENT_INGEST_SUCCESS")).findFirst().orElseThrow();
        assertThat(record).containsEntry("resource_arn", BUS).containsEntry("event_bus_name", "shop")
                .containsEntry("event_id", id).containsEntry("request_id", "r").containsEntry("log_level", "INFO")
                .containsEntry("message_timestamp_ms", time.instant().toEpochMilli())
                .doesNotContainKeys("error", "invocation_id");
        assertThat(details("EVENT_INGEST_SUCCESS")).isEqualTo(Map.of("caller_account_id", ACCOUNT, "source_time_ms",
                time.instant().toEpochMilli() / 1000 * 1000, "source", "my.app", "detail_type", "Happened",
                "resources", List.of(), "event_detail", "{\"n\":1}"));
    }

    @ParameterizedTest
    @CsvSource({"OFF, ''", "ERROR, ''", "INFO, 'EVENT_INGEST_SUCCESS RULE_MATCH INVOCATION_START "
            + "INVOCATION_ATTEMPT_SUCCESS INVOCATION_SUCCESS'", "TRACE, 'EVENT_RECEIPT EVENT_INGEST_SUCCESS "
            + "RULE_MATCH_START RULE_MATCH INVOCATION_START INVOCATION_ATTEMPT_START INVOCATION_ATTEMPT_SUCCESS "
            + "INVOCATION_SUCCESS'"})
    void eachLevelTellsMore(String level, String steps) {
        bus(level, "NONE");
        rule("shop", "all", "{\"source\":[\"my.app\"]}");
        target("shop", "all", target("1", QUEUE));
        put(ROOT, "shop", "my.app", "{}");

        assertThat(steps()).containsExactlyInAnyOrder(Stream.of(steps.split(" ")).filter(it -> !it.isEmpty())
                .toArray(String[]::new));
    }

    @Test
    void anEventOnItsWayToATarget() {
        bus("TRACE", "FULL");
        rule("shop", "all", "{\"source\":[\"my.app\"]}");
        target("shop", "all", Events.Target.of(t -> t.id("1").arn(QUEUE).inputPath("$.detail")));
        var id = put(ROOT, "shop", "my.app", "{\"n\":1}").entries().getFirst().eventId();
        steps();

        var match = details("RULE_MATCH");
        assertThat(match.get("rule_arn")).isEqualTo(RULE);
        assertThat(match.get("target_arns")).isEqualTo(List.of(QUEUE));
        var invocation = ((List<?>) match.get("invocation_ids")).getFirst();
        for (var step : List.of("INVOCATION_START", "INVOCATION_ATTEMPT_START", "INVOCATION_ATTEMPT_SUCCESS",
                "INVOCATION_SUCCESS")) {
            assertThat(record(step).get("invocation_id")).as(step).isEqualTo(invocation);
            assertThat(record(step).get("event_id")).as(step).isEqualTo(id);
        }
        assertThat(details("INVOCATION_START")).isEqualTo(Map.of("rule_arn", RULE, "target_arn", QUEUE,
                "attempt_count", 1, "target_input", "{\"n\":1}"));
        assertThat(details("INVOCATION_ATTEMPT_SUCCESS")).isEqualTo(Map.of("rule_arn", RULE, "target_arn", QUEUE,
                "attempt_type", "FIRST", "attempt_count", 1, "invocation_status", "SUCCESS", "target_duration_ms",
                0L));
        assertThat(details("INVOCATION_SUCCESS").keySet()).isEqualTo(Set.of("rule_arn", "target_arn", "target_input",
                "total_attempts", "final_invocation_status", "ingestion_to_start_latency_ms",
                "ingestion_to_complete_latency_ms", "ingestion_to_success_latency_ms"));
    }

    @Test
    void attemptsThatFail() {
        bus("TRACE", "NONE");
        rule("shop", "all", "{\"source\":[\"my.app\"]}");
        target("shop", "all", Events.Target.of(t -> t.id("1").arn(FUNCTION)
                .retryPolicy(Events.RetryPolicy.of(p -> p.maximumRetryAttempts(1)))));
        failures.put(FUNCTION, ApiError.of("ServiceException", 500, "Down."));
        put(ROOT, "shop", "my.app", "{}");
        settled();
        time.advance(Duration.ofHours(1));

        assertThat(steps().stream().filter(it -> it.startsWith("INVOCATION"))).containsExactlyInAnyOrder(
                "INVOCATION_START", "INVOCATION_ATTEMPT_START", "INVOCATION_ATTEMPT_RETRYABLE_FAILURE",
                "INVOCATION_ATTEMPT_START", "INVOCATION_ATTEMPT_RETRYABLE_FAILURE", "INVOCATION_FAILURE");
        assertThat(record("INVOCATION_FAILURE").get("error")).isEqualTo(Map.of("http_status_code", 500,
                "error_message", "Down.", "aws_service", "lambda"));
        var failed = details("INVOCATION_FAILURE");
        assertThat(failed.get("total_attempts")).isEqualTo(2);
        assertThat(failed.get("final_invocation_status")).isEqualTo("INTERNAL_ERROR");
        // Those of the first attempt alone, and what the log was not told to include.
        assertThat(failed.containsKey("ingestion_to_start_latency_ms")).isFalse();
        assertThat(failed.containsKey("target_input")).isFalse();
        assertThat(logged.stream().map(it -> String.valueOf(((Map<?, ?>) it.record().get("details"))
                .get("attempt_type")))).contains("FIRST", "RETRY").doesNotContain("THROTTLE");
    }

    @Test
    void aThrottleAndADeadLetter() {
        bus("TRACE", "NONE");
        rule("shop", "all", "{\"source\":[\"my.app\"]}");
        target("shop", "all", Events.Target.of(t -> t.id("1").arn(FUNCTION)
                .deadLetterConfig(Events.DeadLetterConfig.of(d -> d.arn(DEAD)))));
        failures.put(FUNCTION, ApiError.of("TooManyRequestsException", 429, "Rate Exceeded."));
        put(ROOT, "shop", "my.app", "{}");
        settled();
        failures.put(FUNCTION, ApiError.of("AccessDeniedException", 403, "No."));
        time.advance(Duration.ofHours(1));

        assertThat(steps()).contains("INVOCATION_ATTEMPT_THROTTLE", "INVOCATION_THROTTLE_START",
                "INVOCATION_ATTEMPT_PERMANENT_FAILURE", "INVOCATION_DLQ").doesNotContain("INVOCATION_FAILURE");
        assertThat(details("INVOCATION_DLQ").get("final_invocation_status")).isEqualTo("NO_PERMISSIONS");
    }

    @Test
    void ofWhatServicesTellOnlyWhatARuleWants() {
        events.updateEventBus(ROOT, Events.UpdateEventBusRequest.of(r -> r.name("default")
                .logConfig(Events.LogConfig.of(l -> l.level("TRACE").includeDetail("NONE")))));
        var service = ROOT.asService("s3.amazonaws.com", "arn:aws:s3:::b");
        put(service, null, "aws.s3", "{}");
        assertThat(steps()).isEmpty();

        rule("default", "all", "{\"source\":[\"aws.s3\"]}");
        put(service, null, "aws.s3", "{}");
        assertThat(steps()).contains("EVENT_RECEIPT", "RULE_MATCH");
    }

    @Test
    void aScheduleThatFires() {
        events.updateEventBus(ROOT, Events.UpdateEventBusRequest.of(r -> r.name("default")
                .logConfig(Events.LogConfig.of(l -> l.level("INFO").includeDetail("NONE")))));
        schedule("tick", "rate(1 minute)");
        target(null, "tick", target("1", FUNCTION));
        time.advance(Duration.ofMinutes(1));

        assertThat(steps()).contains("RULE_MATCH", "INVOCATION_SUCCESS");
        assertThat(details("EVENT_INGEST_SUCCESS").get("source")).isEqualTo("aws.events");
    }

    @Test
    void whatIsTooLongIsLeftOutAndTold() {
        bus("INFO", "FULL");
        put(ROOT, "shop", "my.app", "{\"text\":\"" + "\\\"".repeat(300_000) + "\"}");

        steps();
        assertThat(record("EVENT_INGEST_SUCCESS").get("dropped_fields")).isEqualTo(List.of("event_detail"));
        assertThat(details("EVENT_INGEST_SUCCESS").containsKey("event_detail")).isFalse();
    }
}
