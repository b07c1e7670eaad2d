package dev.aloft.wire;

import dev.aloft.api.Schema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;

/** Numbers as text, as the kind of a scalar says; what does not fit is {@link Unreadable}. */
final class Numbers {
    private static final int MAX_DIGITS = 400;

    private Numbers() {}

    /** Text to the Java type of a number's kind. */
    static Object parse(Schema.Kind kind, String text) {
        try {
            return switch (kind) {
                case INTEGER -> (Object) Integer.parseInt(text);
                case LONG -> Long.parseLong(text);
                case FLOAT -> (float) floating(text);
                case DOUBLE -> floating(text);
                case BIG_INTEGER -> big(text);
                case BIG_DECIMAL -> decimal(text);
                default -> throw new IllegalArgumentException(kind + " is no number");
            };
        } catch (NumberFormatException e) {
            throw new Unreadable("'" + clip(text) + "' is not a valid " + kind.name().toLowerCase(Locale.ROOT));
        }
    }

    private static double floating(String text) {
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                for (int i = 0; i < text.length(); i++) {
                    char c = text.charAt(i);
                    if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
                        throw new NumberFormatException();
                    }
                }
                yield Double.parseDouble(text);
            }
        };
    }

    private static BigInteger big(String text) {
        if (text.length() > MAX_DIGITS) {
            throw new NumberFormatException();
        }
        return new BigInteger(text);
    }

    static BigDecimal decimal(String text) {
        if (text.length() > MAX_DIGITS) {
            throw new NumberFormatException();
        }
        var number = new BigDecimal(text);
        if (Math.abs((long) number.scale()) > 4096) {
            throw new NumberFormatException();
        }
        return number;
    }

    private static String clip(String text) {
        return text.length() > 64 ? text.substring(0, 64) + "…" : text;
    }

    static String text(Object number) {
        return switch (number) {
            case Double value -> Double.isFinite(value) && value == Math.rint(value) && Math.abs(value) < 1e15
                    ? Long.toString(value.longValue())
                    : value.toString();
            case Float value -> Float.isFinite(value) && value == Math.rint(value) && Math.abs(value) < 1e7
                    ? Long.toString(value.longValue())
                    : value.toString();
            default -> number.toString();
        };
    }
}
