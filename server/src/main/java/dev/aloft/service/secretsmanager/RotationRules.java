package dev.aloft.service.secretsmanager;

import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.time.Cron;
import dev.aloft.kernel.time.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * When a secret is rotated: within a window that a schedule, or a number of days, opens.
 *
 * <p>Windows of days open at midnight, UTC, and are that day long unless a duration says otherwise; those of hours open
 * with the hour and are one hour long. A window ends with its day at the latest.
 *
 * @param days       null where a schedule was given
 * @param duration   such as {@code 3h}, or null
 * @param expression {@code rate(…)} or {@code cron(…)}, or null
 * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html">Rotation
 *     schedules</a>
 */
record RotationRules(Long days, String duration, String expression) {
    private static final int SHORTEST_HOURS = 4;
    private static final int MOST_DAYS = 999;
    private static final int HOURS_A_DAY = 24;

    /** When the rotation may begin, and the last second in which it may. */
    record Window(Instant start, Instant end) {}

    static RotationRules of(SecretsManager.RotationRulesType given) {
        if (given.automaticallyAfterDays() != null && given.scheduleExpression() != null) {
            throw Refusals.invalid("You cannot specify both rotation frequency and schedule expression together.");
        }
        var rules = new RotationRules(given.automaticallyAfterDays(), given.duration(), given.scheduleExpression());
        rules.check();
        return rules;
    }

    private void check() {
        if (duration != null && !(duration.matches("[0-9]{1,2}h") && hours() >= 1 && hours() <= HOURS_A_DAY)) {
            throw Refusals.invalid("The rotation window duration must be between 1h and 24h.");
        }
        if (expression == null) {
            return;
        }
        var schedule = schedule();
        if (schedule instanceof Schedule.Rate(var every)
                && (every.toHours() < SHORTEST_HOURS || every.toDays() > MOST_DAYS || every.toMinutesPart() != 0)) {
            throw Refusals.invalid("The rate must be between 4 hours and 999 days.");
        }
        // Rotation begins on the hour.
        if (schedule instanceof Cron && !expression.startsWith("cron(0 ")) {
            throw Refusals.invalid("Invalid schedule expression: the minutes field must be 0.");
        }
    }

    private Schedule schedule() {
        try {
            return Schedule.parse(expression);
        } catch (IllegalArgumentException _) {
            throw Refusals.invalid("Invalid schedule expression: " + expression);
        }
    }

    private long hours() {
        return Long.parseLong(duration.substring(0, duration.length() - 1));
    }

    /**
     * The first window that opens after this moment; none where no days and no schedule were given, or the years run
     * out.
     */
    Optional<Window> next(Instant after) {
        if (expression == null) {
            return Optional.ofNullable(days).map(it -> daily(after, Duration.ofDays(it)));
        }
        return switch (schedule()) {
            case Schedule.Rate(var every) when every.toHours() % HOURS_A_DAY == 0 -> Optional.of(daily(after, every));
            case Schedule.Rate(var every) -> Optional.of(window(after.plus(every).truncatedTo(ChronoUnit.HOURS), 1));
            case Cron cron -> cron.next(after, ZoneOffset.UTC).map(start -> window(start, HOURS_A_DAY));
        };
    }

    private Window daily(Instant after, Duration every) {
        return window(after.plus(every).truncatedTo(ChronoUnit.DAYS), HOURS_A_DAY);
    }

    private Window window(Instant start, long usualHours) {
        var midnight = start.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
        var end = start.plus(Duration.ofHours(duration == null ? usualHours : hours()));
        return new Window(start, (end.isAfter(midnight) ? midnight : end).minusSeconds(1));
    }

    /** A schedule tells its days besides, rounded up. */
    SecretsManager.RotationRulesType told() {
        return SecretsManager.RotationRulesType.of(r -> r.automaticallyAfterDays(days != null ? days : daysOfSchedule())
                .duration(duration).scheduleExpression(expression));
    }

    private Long daysOfSchedule() {
        return expression != null && schedule() instanceof Schedule.Rate(var every)
                ? Math.max(1L, every.toDays()) : null;
    }
}
