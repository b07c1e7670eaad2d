package dev.aloft.wire;

import dev.aloft.api.Schema;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** The three ways AWS writes a moment, each with fractional seconds where there are any. */
final class Timestamps {
    static final String ISO = "iso8601";
    static final String HTTP = "rfc822";
    static final String UNIX = "unixTimestamp";

    private static final DateTimeFormatter HTTP_DATE = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern("EEE, dd MMM yyyy HH:mm:ss")
            .optionalStart()
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .optionalEnd()
            .appendLiteral(" GMT")
            .toFormatter(Locale.US);
    private static final DateTimeFormatter HTTP_SECONDS =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);

    private Timestamps() {}

    /** The format in force for a member: its own, its shape's, or the one of its place. */
    static String format(Schema.Member member, Schema.Scalar scalar, String otherwise) {
        var own = member.traits().timestampFormat();
        if (own == null) {
            own = scalar.timestampFormat();
        }
        return own == null ? otherwise : own;
    }

    static String text(Instant moment, String format) {
        return switch (format) {
            case UNIX -> epochSeconds(moment);
            case HTTP -> moment.getNano() == 0
                    ? HTTP_SECONDS.format(moment.atOffset(ZoneOffset.UTC))
                    : HTTP_DATE.format(moment.atOffset(ZoneOffset.UTC));
            default -> moment.toString();
        };
    }

    static Instant parse(String text, String format) {
        try {
            return switch (format) {
                case UNIX -> fromEpochSeconds(text);
                case HTTP -> LocalDateTime.parse(text, HTTP_DATE).toInstant(ZoneOffset.UTC);
                default -> iso(text);
            };
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw new Unreadable("'" + text + "' is not a timestamp");
        }
    }

    /** Whatever of the three it is: what clients do with answers. */
    static Instant parseAny(String text) {
        if (!text.isEmpty() && Character.isLetter(text.charAt(0))) {
            return parse(text, HTTP);
        }
        return parse(text, text.length() > 10 && text.indexOf('-', 1) == 4 ? ISO : UNIX);
    }

    private static Instant iso(String text) {
        if (text.endsWith("Z")) {
            return Instant.parse(text);
        }
        if (text.length() < 6 || text.charAt(text.length() - 3) != ':') {
            throw new DateTimeException("no offset of hours and minutes");
        }
        return OffsetDateTime.parse(text).toInstant();
    }

    /** Seconds since 1970 with as many digits after the point as are needed. */
    static String epochSeconds(Instant moment) {
        long seconds = moment.getEpochSecond();
        int nano = moment.getNano();
        if (nano == 0) {
            return Long.toString(seconds);
        }
        boolean negative = seconds < 0;
        if (negative) {
            seconds = -(seconds + 1);
            nano = 1_000_000_000 - nano;
            if (nano == 1_000_000_000) {
                seconds++;
                nano = 0;
            }
        }
        var fraction = Integer.toString(1_000_000_000 + nano).substring(1);
        int end = fraction.length();
        while (end > 1 && fraction.charAt(end - 1) == '0') {
            end--;
        }
        return (negative ? "-" : "") + seconds + "." + fraction.substring(0, end);
    }

    static Instant fromEpochSeconds(String text) {
        boolean whole = !text.isEmpty() && text.length() < 18;
        for (int i = 0; whole && i < text.length(); i++) {
            char c = text.charAt(i);
            whole = c >= '0' && c <= '9' || c == '-' && i == 0;
        }
        if (whole) {
            return Instant.ofEpochSecond(Long.parseLong(text));
        }
        var number = Numbers.decimal(text);
        var seconds = number.setScale(0, RoundingMode.FLOOR);
        var nanos = number.subtract(seconds).movePointRight(9);
        return Instant.ofEpochSecond(seconds.longValueExact(), nanos.longValue());
    }
}
