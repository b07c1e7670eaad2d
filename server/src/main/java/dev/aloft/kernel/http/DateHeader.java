package dev.aloft.kernel.http;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;

/** The Date header, from the platform's clock (SDKs set their own clocks by it); formatted once a second. */
final class DateHeader {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private volatile Second last = new Second(Long.MIN_VALUE, null);

    private record Second(long epochSecond, HttpField field) {}

    DateHeader(InstantSource clock) {
        this.clock = clock;
    }

    HttpField now() {
        long second = Math.floorDiv(clock.millis(), 1000);
        var known = last;
        if (known.epochSecond != second) {
            var text = FORMAT.format(Instant.ofEpochSecond(second));
            last = known = new Second(second, new HttpField(HttpHeader.DATE, text));
        }
        return known.field;
    }
}
