package dev.aloft.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Percent-encoding as AWS does it: everything but letters, digits and {@code -._~}. */
public final class Percent {
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.ISO_8859_1);
    private static final int MAX_PARAMETERS = 100_000;

    /** One name and value of a query or form, decoded; the value is null where there is no {@code =}. */
    public record Parameter(String name, String value) {}

    private Percent() {}

    public static String encode(String text) {
        return encode(text, false);
    }

    /** As a path: slashes stay. */
    public static String encodePath(String text) {
        return encode(text, true);
    }

    private static String encode(String text, boolean keepSlash) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var out = new StringBuilder(bytes.length + 16);
        for (byte b : bytes) {
            if (b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
                    || b == '-' || b == '.' || b == '_' || b == '~' || keepSlash && b == '/') {
                out.append((char) b);
            } else {
                out.append('%').append((char) HEX[b >> 4 & 15]).append((char) HEX[b & 15]);
            }
        }
        return out.toString();
    }

    /** A path or a part of one: {@code +} is itself. */
    public static String decode(String text) {
        return decode(text, false);
    }

    /** A part of a query string or form: {@code +} is a space. */
    public static String decodeQuery(String text) {
        return decode(text, true);
    }

    private static String decode(String text, boolean plusIsSpace) {
        if (text.indexOf('%') < 0 && (!plusIsSpace || text.indexOf('+') < 0)) {
            return text;
        }
        var out = new ByteArrayOutputStream(text.length());
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '%') {
                int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
                int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw new Unreadable("Malformed percent-encoding");
                }
                out.write(high << 4 | low);
                i += 2;
            } else {
                out.write(plusIsSpace && b == '+' ? ' ' : b);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** The parameters of a query string or form in their order. */
    public static List<Parameter> parameters(String query) {
        var found = new ArrayList<Parameter>();
        int from = 0;
        while (from < query.length()) {
            int to = query.indexOf('&', from);
            if (to < 0) {
                to = query.length();
            }
            if (to > from) {
                int equals = query.indexOf('=', from);
                found.add(equals < 0 || equals > to
                        ? new Parameter(decodeQuery(query.substring(from, to)), null)
                        : new Parameter(
                                decodeQuery(query.substring(from, equals)),
                                decodeQuery(query.substring(equals + 1, to))));
                if (found.size() > MAX_PARAMETERS) {
                    throw new Unreadable("Too many parameters");
                }
            }
            from = to + 1;
        }
        return found;
    }
}
