package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Events;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.VendedLogs;
import dev.aloft.kernel.delivery.Attempt;
import dev.aloft.kernel.delivery.Ending;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.pattern.InputTemplate;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.KeptBus;
import dev.aloft.service.events.Routing.Match;
import dev.aloft.service.events.Routing.Passage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells of events that come onto buses and go to targets, where a bus is set to be told of. */
final class BusLogs {
    private final Buses buses;
    private final BusKeys keys;
    private final VendedLogs logs;
    private final Store store;
    private final Time time;

    BusLogs(Buses buses, BusKeys keys, VendedLogs logs, Store store, Time time) {
        this.buses = buses;
        this.keys = keys;
        this.logs = logs;
        this.store = store;
        this.time = time;
    }

    /** What became of events that were put on buses. Not for transactions. */
    void passed(List<Passage> passages) {
        for (var passage : passages) {
            // Of what AWS's services tell only that is told which a rule wants.
            if (!passage.event().isOfAService() || !passage.matches().isEmpty()) {
                try (var log = new BusLog(passage.bus(), logs, time)) {
                    passed(log, passage);
                }
            }
        }
    }

    private static void passed(BusLog log, Passage passage) {
        var event = passage.event();
        var subject = new BusLog.Subject(event.requestId(), event.id(), null);
        var details = details(event);
        var came = event.ingested();
        log.tell(BusStep.EVENT_RECEIPT, subject, details, came, null);
        if (passage.refused() != null) {
            log.tell(BusStep.EVENT_INGEST_FAILURE, subject, details, came, new BusLog.Error(passage.refused(), "kms"));
            return;
        }
        log.tell(BusStep.EVENT_INGEST_SUCCESS, subject, details, came, null);
        log.tell(BusStep.RULE_MATCH_START, subject, details, came, null);
        passage.matches().forEach(match -> log.tell(BusStep.RULE_MATCH, subject, details(match), came, null));
        if (passage.matches().isEmpty()) {
            log.tell(BusStep.NO_STANDARD_RULES_MATCHED, subject, Map.of(), came, null);
        }
    }

    private static Map<String, Object> details(BusEvent event) {
        var tree = BusEvent.tree(event.json());
        var details = new LinkedHashMap<String, Object>();
        details.put("caller_account_id", tree.get("account"));
        details.put("source_time_ms", Instant.parse(String.valueOf(tree.get("time"))).toEpochMilli());
        details.put("source", tree.get("source"));
        details.put("detail_type", tree.get("detail-type"));
        details.put("resources", tree.get("resources"));
        details.put("event_detail", JsonWriter.string(tree.get("detail")));
        return details;
    }

    private static Map<String, Object> details(Match match) {
        var details = new LinkedHashMap<String, Object>();
        details.put("rule_arn", match.rule().ruleArn());
        details.put("target_arns", match.promises().stream().map(it -> it.delivery().target().arn()).toList());
        details.put("invocation_ids", match.promises().stream().map(Routing.Promise::id).toList());
        return details;
    }

    /** @param delivery with the event as it is kept */
    void attempted(RuleDelivery delivery, Attempt attempt, Instant started, Outcome outcome) {
        bus(delivery).ifPresent(bus -> {
            try (var log = new BusLog(bus, logs, time)) {
                attempted(log, new Try(delivery, way(delivery), attempt, started), outcome);
            }
        });
    }

    /** One attempt, with the event that it is about and what the target is sent for it. */
    private record Try(RuleDelivery delivery, Way way, Attempt attempt, Instant started) {
        private BusLog.Subject subject() {
            return new BusLog.Subject(null, way.eventId(), attempt.id());
        }

        private boolean isFirst() {
            return attempt.number() == 1;
        }

        private boolean followsThrottle() {
            return attempt.previous() != null && attempt.previous().verdict() == Outcome.Verdict.BUSY;
        }
    }

    /**
     * An event on its way.
     *
     * @param eventId null where the event cannot be opened
     * @param input   what the target is sent, or null where none could be made
     */
    private record Way(String eventId, String input) {
    }

    private static void attempted(BusLog log, Try it, Outcome outcome) {
        var start = arns(it.delivery());
        start.put("attempt_count", it.attempt().number());
        putTarget(start, it.delivery(), it.way());
        if (it.isFirst()) {
            log.tell(BusStep.INVOCATION_START, it.subject(), start, it.started(), null);
        }
        log.tell(it.followsThrottle() ? BusStep.INVOCATION_THROTTLE_START : BusStep.INVOCATION_ATTEMPT_START,
                it.subject(), start, it.started(), null);
        var details = arns(it.delivery());
        details.put("attempt_type", it.isFirst() ? "FIRST" : it.followsThrottle() ? "THROTTLE" : "RETRY");
        details.put("attempt_count", it.attempt().number());
        switch (outcome) {
            case Outcome.Delivered _ -> {
                details.put("invocation_status", "SUCCESS");
                log.tellAttempt(BusStep.INVOCATION_ATTEMPT_SUCCESS, it.subject(), details, it.started(), null);
            }
            case Outcome.Failed failed -> {
                details.put("invocation_status", DeadLetters.code(failed));
                log.tellAttempt(step(failed), it.subject(), details, it.started(), error(it.delivery(), failed));
            }
        }
    }

    private static BusStep step(Outcome.Failed failed) {
        return switch (failed.verdict()) {
            case BUSY -> BusStep.INVOCATION_ATTEMPT_THROTTLE;
            case RETRY -> BusStep.INVOCATION_ATTEMPT_RETRYABLE_FAILURE;
            case FINAL -> BusStep.INVOCATION_ATTEMPT_PERMANENT_FAILURE;
        };
    }

    private static BusLog.Error error(RuleDelivery delivery, Outcome.Failed failed) {
        return new BusLog.Error(failed, delivery.targetService());
    }

    /** How an event's way to a target ended; a letter to the target's dead-letter queue is promised by then. */
    void ended(RuleDelivery delivery, Attempt last, Ending ending) {
        bus(delivery).ifPresent(bus -> {
            try (var log = new BusLog(bus, logs, time)) {
                ended(log, delivery, last, ending);
            }
        });
    }

    private void ended(BusLog log, RuleDelivery delivery, Attempt last, Ending ending) {
        var way = way(delivery);
        var now = time.instant();
        var subject = new BusLog.Subject(null, way.eventId(), last.id());
        var details = arns(delivery);
        putTarget(details, delivery, way);
        details.put("total_attempts", last.number());
        long took = Math.max(0, Duration.between(delivery.ingested(), now).toMillis());
        if (last.number() == 1) {
            details.put("ingestion_to_start_latency_ms",
                    Math.max(0, Duration.between(delivery.ingested(), last.since()).toMillis()));
            details.put("ingestion_to_complete_latency_ms", took);
        }
        switch (ending) {
            case Outcome.Delivered _ -> {
                details.put("final_invocation_status", "SUCCESS");
                details.put("ingestion_to_success_latency_ms", took);
                log.tell(BusStep.INVOCATION_SUCCESS, subject, details);
            }
            case Ending.GivenUp(_, var failed) -> {
                details.put("final_invocation_status", DeadLetters.code(failed));
                var letters = delivery.target().deadLetterConfig();
                boolean buried = letters != null && letters.arn() != null;
                log.tell(buried ? BusStep.INVOCATION_DLQ : BusStep.INVOCATION_FAILURE, subject, details, now,
                        error(delivery, failed));
            }
        }
    }

    private Optional<KeptBus> bus(RuleDelivery delivery) {
        return store.<Optional<KeptBus>>read(tx -> buses.find(tx, delivery.busName())).filter(BusLog::isOn);
    }

    /** Whatever cannot be read of an event is left out: a log changes nothing for what it tells of. */
    private Way way(RuleDelivery kept) {
        try {
            var delivery = kept.with(keys.opened(kept.busName(), kept.event()));
            return new Way(String.valueOf(BusEvent.tree(delivery.event()).get("id")), input(delivery));
        } catch (ApiError closed) {
            return new Way(null, null);
        }
    }

    private static String input(RuleDelivery delivery) {
        try {
            return new String(TargetInput.of(delivery), StandardCharsets.UTF_8);
        } catch (InputTemplate.NoJson _) {
            return null;
        }
    }

    private static Map<String, Object> arns(RuleDelivery delivery) {
        var details = new LinkedHashMap<String, Object>();
        details.put("rule_arn", delivery.ruleArn());
        details.put("role_arn", delivery.target().roleArn());
        details.put("target_arn", delivery.target().arn());
        return details;
    }

    private static void putTarget(Map<String, Object> details, RuleDelivery delivery, Way way) {
        details.put("target_input", way.input());
        details.put("target_properties", properties(delivery.target()));
    }

    /** What the target's service is told besides its input, as JSON, or null. */
    private static String properties(Events.Target target) {
        var properties = new LinkedHashMap<String, Object>();
        if (target.sqsParameters() != null) {
            properties.put("MessageGroupId", target.sqsParameters().messageGroupId());
        }
        if (target.kinesisParameters() != null) {
            properties.put("PartitionKeyPath", target.kinesisParameters().partitionKeyPath());
        }
        if (target.httpParameters() != null) {
            properties.put("PathParameterValues", target.httpParameters().pathParameterValues());
            properties.put("HeaderParameters", target.httpParameters().headerParameters());
            properties.put("QueryStringParameters", target.httpParameters().queryStringParameters());
        }
        properties.values().removeIf(value -> value == null);
        return properties.isEmpty() ? null : JsonWriter.string(properties);
    }
}
