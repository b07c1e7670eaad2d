package dev.aloft.kernel.time;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The minutes that six fields describe: minutes, hours, day of month, month, day of week, year.
 *
 * <p>A local time that the clocks jump over is left out; one that comes twice counts the first time, as EventBridge
 * Scheduler does it.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html">AWS: cron
 *     expressions</a>
 */
public final class Cron implements Schedule {
    private static final List<String> MONTHS =
        List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");
    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 2199;

    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet months;
    private final BitSet years;
    private final Predicate<LocalDate> day;

    private Cron(String[] fields) {
        minutes = values(fields[0], 0, 59, List.of());
        hours = values(fields[1], 0, 23, List.of());
        months = values(fields[3], 1, 12, MONTHS);
        years = values(fields[5], FIRST_YEAR, LAST_YEAR, List.of());
        // One of the two days is always a question mark.
        if (fields[2].equals("?") == fields[4].equals("?")) {
            throw notValid();
        }
        day = fields[4].equals("?") ? dayOfMonth(fields[2]) : dayOfWeek(fields[4]);
    }

    static Cron fields(String text) {
        var fields = text.strip().split("\\s+");
        if (fields.length != 6) {
            throw notValid();
        }
        return new Cron(fields);
    }

    @Override
    public Optional<Instant> next(Instant after, ZoneId zone) {
        var local = LocalDateTime.ofInstant(after, zone);
        for (var date = local.toLocalDate(); date.getYear() <= LAST_YEAR; ) {
            if (!years.get(Math.max(0, date.getYear()))) {
                int year = years.nextSetBit(Math.max(0, date.getYear()));
                if (year < 0) {
                    return Optional.empty();
                }
                date = LocalDate.of(year, 1, 1);
            } else if (!months.get(date.getMonthValue())) {
                date = date.withDayOfMonth(1).plusMonths(1);
            } else {
                if (day.test(date)) {
                    var moment = on(date, after, zone);
                    if (moment.isPresent()) {
                        return moment;
                    }
                }
                date = date.plusDays(1);
            }
        }
        return Optional.empty();
    }

    private Optional<Instant> on(LocalDate date, Instant after, ZoneId zone) {
        if (!date.atTime(23, 59).atZone(zone).withLaterOffsetAtOverlap().toInstant().isAfter(after)) {
            return Optional.empty();
        }
        for (int hour = hours.nextSetBit(0); hour >= 0; hour = hours.nextSetBit(hour + 1)) {
            for (int minute = minutes.nextSetBit(0); minute >= 0; minute = minutes.nextSetBit(minute + 1)) {
                var time = date.atTime(hour, minute);
                var offsets = zone.getRules().getValidOffsets(time);
                if (!offsets.isEmpty() && time.toInstant(offsets.getFirst()).isAfter(after)) {
                    return Optional.of(time.toInstant(offsets.getFirst()));
                }
            }
        }
        return Optional.empty();
    }

    private static Predicate<LocalDate> dayOfMonth(String field) {
        var any = new ArrayList<Predicate<LocalDate>>();
        var plain = new ArrayList<String>();
        for (var part : field.split(",", -1)) {
            if (part.equals("L")) {
                any.add(date -> date.getDayOfMonth() == date.lengthOfMonth());
            } else if (part.equals("LW")) {
                any.add(date -> date.equals(weekdayNearest(YearMonth.from(date).atEndOfMonth())));
            } else if (part.endsWith("W")) {
                int wanted = number(part.substring(0, part.length() - 1), 1, 31, List.of());
                any.add(date -> wanted <= date.lengthOfMonth()
                        && date.equals(weekdayNearest(date.withDayOfMonth(wanted))));
            } else {
                plain.add(part);
            }
        }
        if (!plain.isEmpty()) {
            var days = values(String.join(",", plain), 1, 31, List.of());
            any.add(date -> days.get(date.getDayOfMonth()));
        }
        return date -> any.stream().anyMatch(each -> each.test(date));
    }

    /** Of the same month. */
    private static LocalDate weekdayNearest(LocalDate date) {
        return switch (date.getDayOfWeek()) {
            case SATURDAY -> date.getDayOfMonth() == 1 ? date.plusDays(2) : date.minusDays(1);
            case SUNDAY -> date.getDayOfMonth() == date.lengthOfMonth() ? date.minusDays(2) : date.plusDays(1);
            default -> date;
        };
    }

    private static Predicate<LocalDate> dayOfWeek(String field) {
        int hash = field.indexOf('#');
        if (hash >= 0) {
            // Only one such expression is allowed.
            var wanted = day(number(field.substring(0, hash), 1, 7, DAYS));
            int which = number(field.substring(hash + 1), 1, 5, List.of());
            return date -> date.getDayOfWeek() == wanted && (date.getDayOfMonth() - 1) / 7 + 1 == which;
        }
        var any = new ArrayList<Predicate<LocalDate>>();
        var plain = new ArrayList<String>();
        for (var part : field.split(",", -1)) {
            if (part.equals("L")) {
                plain.add("7");
            } else if (part.endsWith("L")) {
                var wanted = day(number(part.substring(0, part.length() - 1), 1, 7, DAYS));
                any.add(date -> date.equals(date.with(TemporalAdjusters.lastInMonth(wanted))));
            } else {
                plain.add(part);
            }
        }
        if (!plain.isEmpty()) {
            var days = values(String.join(",", plain), 1, 7, DAYS);
            any.add(date -> days.get(date.getDayOfWeek().getValue() % 7 + 1));
        }
        return date -> any.stream().anyMatch(each -> each.test(date));
    }

    /** Of AWS's number, where Sunday is 1. */
    private static DayOfWeek day(int number) {
        return DayOfWeek.of((number + 5) % 7 + 1);
    }

    private static BitSet values(String field, int first, int last, List<String> names) {
        var values = new BitSet();
        for (var part : field.split(",", -1)) {
            int slash = part.indexOf('/');
            int step = slash < 0 ? 1 : number(part.substring(slash + 1), 1, Math.max(last - first, last), List.of());
            var span = slash < 0 ? part : part.substring(0, slash);
            int dash = span.indexOf('-');
            int from;
            int to;
            if (span.equals("*")) {
                from = first;
                to = last;
            } else if (dash > 0) {
                from = number(span.substring(0, dash), first, last, names);
                to = number(span.substring(dash + 1), first, last, names);
            } else {
                from = number(span, first, last, names);
                to = slash < 0 ? from : last;
            }
            // A range may go over the end: FRI-MON, 22-2.
            int count = to >= from ? to - from : to - from + last - first + 1;
            for (int i = 0; i <= count; i += step) {
                values.set(first + (from - first + i) % (last - first + 1));
            }
        }
        return values;
    }

    private static int number(String text, int first, int last, List<String> names) {
        int named = names.indexOf(text.toUpperCase(Locale.ROOT));
        if (named >= 0) {
            return first + named;
        }
        if (text.isEmpty() || text.length() > 4 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw notValid();
        }
        int number = Integer.parseInt(text);
        if (number < first || number > last) {
            throw notValid();
        }
        return number;
    }

    private static IllegalArgumentException notValid() {
        return new IllegalArgumentException(NOT_VALID);
    }
}
