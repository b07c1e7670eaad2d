package dev.aloft.service.scheduler;

import dev.aloft.api.Scheduler;
import dev.aloft.kernel.time.Schedule;
import dev.aloft.service.scheduler.SchedulerData.KeptSchedule;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * When a schedule calls: once, at equal distances, or at the minutes that a cron expression names in a time zone.
 *
 * <p>In spring, times that the clocks jump over are left out, in autumn those that come twice count once; a one-time
 * schedule within the gap is moved behind it.
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html">Schedule types</a>
 */
sealed interface Expression {
    /** The IANA's zones that Java knows by no name. */
    Map<String, ZoneId> FIXED = Map.of("EST", ZoneOffset.ofHours(-5), "MST", ZoneOffset.ofHours(-7),
            "HST", ZoneOffset.ofHours(-10));
    Pattern AT = Pattern.compile("at\\((\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2})\\)");
    Pattern RATE = Pattern.compile("rate\\(([1-9]\\d{0,8})\\s(minutes?|hours?|days?)\\)");

    record Once(LocalDateTime at, ZoneId zone) implements Expression {}

    record Every(Duration distance) implements Expression {}

    record Minutes(Schedule cron, ZoneId zone) implements Expression {}

    static Expression of(KeptSchedule schedule) {
        return parse(schedule.expression(), known(schedule.timezone()));
    }

    static Expression parse(String text, ZoneId zone) {
        try {
            var at = AT.matcher(text);
            if (at.matches()) {
                return new Once(LocalDateTime.parse(at.group(1)), zone);
            }
            var rate = RATE.matcher(text);
            if (rate.matches()) {
                return new Every(distance(Long.parseLong(rate.group(1)), rate.group(2)));
            }
            if (text.startsWith("cron(") && text.endsWith(")")) {
                return new Minutes(Schedule.parse(text), zone);
            }
        } catch (IllegalArgumentException | DateTimeException _) {
            // Told below.
        }
        throw new Scheduler.ValidationException("Invalid Schedule Expression " + text + ".");
    }

    private static Duration distance(long value, String unit) {
        return switch (unit.charAt(0)) {
            case 'm' -> Duration.ofMinutes(value);
            case 'h' -> Duration.ofHours(value);
            default -> Duration.ofDays(value);
        };
    }

    /** A zone of the IANA's database: no offset, and none of Java's own names. */
    static ZoneId zone(String name) {
        if (name == null) {
            return ZoneOffset.UTC;
        }
        if (!FIXED.containsKey(name) && (!ZoneId.getAvailableZoneIds().contains(name) || name.startsWith("SystemV/"))) {
            throw new Scheduler.ValidationException("Invalid Schedule Expression Timezone " + name + ".");
        }
        return known(name);
    }

    private static ZoneId known(String name) {
        return FIXED.containsKey(name) ? FIXED.get(name) : ZoneId.of(name);
    }

    /** The first call of a schedule that was made or changed at this moment. */
    default Optional<Instant> first(KeptSchedule schedule, Instant now) {
        return switch (this) {
            case Once(var at, var zone) -> Optional.of(at.atZone(zone).toInstant())
                    .filter(moment -> !moment.isBefore(now));
            case Every(var distance) -> schedule.start() == null ? inTime(schedule, Optional.of(now.plus(distance)))
                : inTime(schedule, Optional.of(onOrAfter(schedule.start(), distance, now)));
            case Minutes(var cron, var zone) -> {
                var from = schedule.start() != null && schedule.start().isAfter(now) ? schedule.start().minusNanos(1)
                        : now;
                yield inTime(schedule, cron.next(from, zone));
            }
        };
    }

    private static Instant onOrAfter(Instant start, Duration distance, Instant now) {
        if (!start.isBefore(now)) {
            return start;
        }
        long passed = Duration.between(start, now).dividedBy(distance);
        var last = start.plus(distance.multipliedBy(passed));
        return last.equals(now) ? now : last.plus(distance);
    }

    /** The call after one that was meant for {@code last}; those that were missed by now are passed over. */
    default Optional<Instant> next(KeptSchedule schedule, Instant last, Instant now) {
        return switch (this) {
            case Once _ -> Optional.empty();
            case Every(var distance) -> {
                var next = last.plus(distance);
                yield inTime(schedule,
                        Optional.of(next.isAfter(now) ? next : onOrAfter(last, distance, now.plusNanos(1))));
            }
            case Minutes(var cron, var zone) -> inTime(schedule, cron.next(last.isAfter(now) ? last : now, zone));
        };
    }

    private static Optional<Instant> inTime(KeptSchedule schedule, Optional<Instant> moment) {
        return moment.filter(it -> schedule.end() == null || !it.isAfter(schedule.end()));
    }
}
