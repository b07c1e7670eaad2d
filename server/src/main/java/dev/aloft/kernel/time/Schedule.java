package dev.aloft.kernel.time;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * When something recurs, as EventBridge writes it.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html">AWS: schedule
 *     patterns</a>
 */
public sealed interface Schedule permits Schedule.Rate, Cron {
    /**
     * What EventBridge answers to an expression it does not understand; EventBridge Scheduler has a wording of its own.
     */
    String NOT_VALID = "Parameter ScheduleExpression is not valid.";

    /**
     * The first moment after this one, unless the years have run out. A rate counts from the moment before or the
     * creation.
     */
    Optional<Instant> next(Instant after, ZoneId zone);

    /**
     * Reads {@code rate(value unit)} or {@code cron(fields)}.
     *
     * @throws IllegalArgumentException with {@link #NOT_VALID}
     */
    static Schedule parse(String expression) {
        var text = expression.strip();
        if (text.startsWith("rate(") && text.endsWith(")")) {
            return Rate.parse(text.substring(5, text.length() - 1));
        }
        if (text.startsWith("cron(") && text.endsWith(")")) {
            return Cron.fields(text.substring(5, text.length() - 1));
        }
        throw new IllegalArgumentException(NOT_VALID);
    }

    /** At equal distances. */
    record Rate(Duration every) implements Schedule {
        private static final Pattern FORM = Pattern.compile("\\s*([0-9]{1,9})\\s+(minute|hour|day)(s?)\\s*");

        static Rate parse(String text) {
            var match = FORM.matcher(text);
            // A value of 1 takes the singular, any other the plural: rate(1 minutes) and rate(5 minute) are refused.
            if (!match.matches()) {
                throw new IllegalArgumentException(NOT_VALID);
            }
            long value = Long.parseLong(match.group(1));
            if (value == 0 || (value == 1) != match.group(3).isEmpty()) {
                throw new IllegalArgumentException(NOT_VALID);
            }
            return new Rate(switch (match.group(2)) {
                case "minute" -> Duration.ofMinutes(value);
                case "hour" -> Duration.ofHours(value);
                default -> Duration.ofDays(value);
            });
        }

        @Override
        public Optional<Instant> next(Instant after, ZoneId zone) {
            return Optional.of(after.plus(every));
        }
    }
}
