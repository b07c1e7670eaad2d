package dev.aloft.service.dynamodb.value;

import java.math.BigDecimal;

/**
 * Numbers: up to 38 significant digits, magnitudes from 1E-130 to 9.99…E+125, kept and told in one spelling without
 * exponent and without needless zeros.
 */
public final class Numbers {
    private static final int MAX_DIGITS = 38;
    private static final int MAX_EXPONENT = 125;
    private static final int MIN_EXPONENT = -130;
    /** Farther exponents are all the same. */
    private static final long FAR = 1L << 40;

    private Numbers() {
    }

    /**
     * A number taken apart: {@code 0.d1d2d3… × 10^(exponent + 1)}; no digits for zero, which is never negative and
     * whose exponent is the one it was written with.
     */
    private record Parts(boolean negative, String digits, long exponent) {
    }

    /** The one spelling of a number, or AWS's complaint about it. */
    public static String normalise(String text, Wording wording) {
        if (isPlain(text)) {
            return text;
        }
        var parts = read(text, wording);
        boolean zero = parts.digits.isEmpty();
        if (zero && wording == Wording.FORMER) {
            return "0";
        }
        // What was read as Java's BigDecimal reads it wraps around at the end of its exponents.
        boolean wraps = wording == Wording.FORMER && parts.exponent >= Integer.MAX_VALUE;
        if (parts.exponent > MAX_EXPONENT && !wraps) {
            throw overflow();
        }
        if (parts.exponent < MIN_EXPONENT || wraps) {
            throw new ValidationException(
                "Number underflow. Attempting to store a number with magnitude smaller than supported range");
        }
        if (parts.digits.length() > MAX_DIGITS) {
            throw new ValidationException("Attempting to store more than 38 significant digits in a Number");
        }
        return zero ? "0" : plain(parts);
    }

    /** Short whole numbers, the usual case, are in their one spelling already. */
    private static boolean isPlain(String text) {
        int length = text.length();
        int start = length > 1 && text.charAt(0) == '-' ? 1 : 0;
        if (length == 0 || length > 20 || text.charAt(start) == '0' && length > 1) {
            return false;
        }
        for (int i = start; i < length; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
        }
        return true;
    }

    private static Parts read(String text, Wording wording) {
        int at = 0;
        int end = text.length();
        boolean negative = end > 0 && text.charAt(0) == '-';
        if (negative || end > 0 && text.charAt(0) == '+') {
            at++;
        }
        var digits = new StringBuilder();
        int whole = 0;
        int seen = 0;
        boolean fraction = false;
        int leading = 0;
        for (; at < end; at++) {
            char c = text.charAt(at);
            if (c == '.' && !fraction) {
                fraction = true;
                continue;
            }
            if (c < '0' || c > '9') {
                break;
            }
            seen++;
            whole += fraction ? 0 : 1;
            if (c == '0' && digits.isEmpty()) {
                leading++;
            } else {
                digits.append(c);
            }
        }
        if (seen == 0) {
            throw notNumeric(text, wording);
        }
        long exponent = at < end ? exponent(text, at, wording) : 0;
        int last = digits.length();
        while (last > 0 && digits.charAt(last - 1) == '0') {
            last--;
        }
        digits.setLength(last);
        return last == 0 ? new Parts(false, "", exponent)
            : new Parts(negative, digits.toString(), whole - 1 - leading + exponent);
    }

    /** What stands behind the digits: an {@code e} and a whole number of 64 bits, formerly of 32. */
    private static long exponent(String text, int at, Wording wording) {
        if (Character.toLowerCase(text.charAt(at)) != 'e') {
            throw notNumeric(text, wording);
        }
        try {
            long exponent = Long.parseLong(text, at + 1, text.length(), 10);
            if (wording == Wording.FORMER && exponent != (int) exponent) {
                throw notNumeric(text, wording);
            }
            return Math.clamp(exponent, -FAR, FAR);
        } catch (NumberFormatException _) {
            throw notNumeric(text, wording);
        }
    }

    private static ValidationException notNumeric(String text, Wording wording) {
        return new ValidationException("The parameter cannot be converted to a numeric value"
            + (text.isEmpty() && wording == Wording.FORMER ? "" : ": " + text));
    }

    private static String plain(Parts parts) {
        var digits = parts.digits;
        var text = new StringBuilder(parts.negative ? "-" : "");
        int whole = (int) parts.exponent + 1;
        if (whole <= 0) {
            text.append("0.").repeat("0", -whole).append(digits);
        } else if (digits.length() <= whole) {
            text.append(digits).repeat("0", whole - digits.length());
        } else {
            text.append(digits, 0, whole).append('.').append(digits, whole, digits.length());
        }
        return text.toString();
    }

    /** Compares by value; both in their one spelling. */
    public static int compare(String left, String right) {
        return left.equals(right) ? 0 : new BigDecimal(left).compareTo(new BigDecimal(right));
    }

    public static String add(String left, String right) {
        return stored(new BigDecimal(left).add(new BigDecimal(right)));
    }

    public static String subtract(String left, String right) {
        return stored(new BigDecimal(left).subtract(new BigDecimal(right)));
    }

    /** AWS calls a result of too many digits an overflow as well. */
    private static String stored(BigDecimal result) {
        var exact = result.stripTrailingZeros();
        if (exact.precision() > MAX_DIGITS) {
            throw overflow();
        }
        return normalise(exact.toPlainString(), Wording.PRESENT);
    }

    private static ValidationException overflow() {
        return new ValidationException(
            "Number overflow. Attempting to store a number with magnitude larger than supported range");
    }

    /**
     * Bytes whose unsigned order is the order of the numbers: a byte for sign and power of a hundred, then a byte for
     * two digits each; those of negative numbers count down and end with a byte above all digits.
     */
    public static byte[] ordered(String number) {
        var parts = read(number, Wording.PRESENT);
        if (parts.digits.isEmpty()) {
            return new byte[] {(byte) 0x80};
        }
        int exponent = (int) parts.exponent + 1;
        int odd = exponent & 1;
        int pairs = (parts.digits.length() + odd + 1) / 2;
        boolean ends = parts.negative && pairs < 20;
        var bytes = new byte[1 + pairs + (ends ? 1 : 0)];
        int power = 0xC0 + Math.floorDiv(exponent + odd, 2);
        bytes[0] = (byte) (parts.negative ? ~power : power);
        for (int pair = 0; pair < pairs; pair++) {
            int at = pair * 2 - odd;
            int value = digit(parts.digits, at) * 10 + digit(parts.digits, at + 1);
            bytes[1 + pair] = (byte) (parts.negative ? 101 - value : value + 1);
        }
        if (ends) {
            bytes[1 + pairs] = 102;
        }
        return bytes;
    }

    /** Two digits take a byte, the power of ten one, the sign of a negative number one. */
    static int size(String number) {
        int digits = 0;
        int trailing = 0;
        int whole = 0;
        boolean fraction = false;
        boolean negative = false;
        for (int i = 0; i < number.length(); i++) {
            char c = number.charAt(i);
            if (c == '-') {
                negative = true;
            } else if (c == '.') {
                fraction = true;
            } else {
                if (digits > 0 || c != '0') {
                    digits++;
                    trailing = c == '0' ? trailing + 1 : 0;
                    whole += fraction ? 0 : 1;
                } else if (fraction) {
                    whole--;
                }
            }
        }
        if (digits == 0) {
            return 1;
        }
        int odd = whole & 1;
        return 1 + (digits - trailing + odd + 1) / 2 + (negative ? 1 : 0);
    }

    private static int digit(String digits, int at) {
        return at < 0 || at >= digits.length() ? 0 : digits.charAt(at) - '0';
    }
}
