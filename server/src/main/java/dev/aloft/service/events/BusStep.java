package dev.aloft.service.events;

import dev.aloft.api.Events;
import java.util.List;

/**
 * The steps of an event through a bus that the bus's log tells of, each from one level on.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-logs-execution-steps.html">What is
 *     logged</a>
 */
enum BusStep {
    EVENT_RECEIPT(Events.LogLevel.TRACE),
    EVENT_INGEST_SUCCESS(Events.LogLevel.INFO),
    EVENT_INGEST_FAILURE(Events.LogLevel.ERROR),
    RULE_MATCH_START(Events.LogLevel.TRACE),
    RULE_MATCH(Events.LogLevel.INFO),
    NO_STANDARD_RULES_MATCHED(Events.LogLevel.INFO),
    INVOCATION_START(Events.LogLevel.INFO),
    INVOCATION_ATTEMPT_START(Events.LogLevel.TRACE),
    /** The start of an attempt that follows one that the target was too busy for. */
    INVOCATION_THROTTLE_START(Events.LogLevel.TRACE),
    INVOCATION_ATTEMPT_SUCCESS(Events.LogLevel.INFO),
    INVOCATION_ATTEMPT_THROTTLE(Events.LogLevel.ERROR),
    INVOCATION_ATTEMPT_RETRYABLE_FAILURE(Events.LogLevel.ERROR),
    INVOCATION_ATTEMPT_PERMANENT_FAILURE(Events.LogLevel.ERROR),
    INVOCATION_SUCCESS(Events.LogLevel.INFO),
    INVOCATION_FAILURE(Events.LogLevel.ERROR),
    INVOCATION_DLQ(Events.LogLevel.ERROR);

    private static final List<String> LEVELS = List.of(Events.LogLevel.OFF, Events.LogLevel.ERROR,
            Events.LogLevel.INFO, Events.LogLevel.TRACE);

    /** {@code TRACE} tells all, {@code ERROR} the least. */
    final String level;

    BusStep(String level) {
        this.level = level;
    }

    boolean isTold(Events.LogConfig config) {
        return config != null && config.level() != null
                && LEVELS.indexOf(level) <= LEVELS.indexOf(config.level());
    }

}
