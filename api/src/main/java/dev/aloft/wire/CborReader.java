package dev.aloft.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** CBOR pulled item by item, as far as RPC v2 uses it: RFC 8949 with indefinite lengths, bounded in depth. */
final class CborReader {
    static final int MAX_DEPTH = 512;
    static final int UNSIGNED = 0;
    static final int NEGATIVE = 1;
    static final int BYTES = 2;
    static final int TEXT = 3;
    static final int ARRAY = 4;
    static final int MAP = 5;
    static final int TAG = 6;
    static final int SIMPLE = 7;
    /** The length of a collection whose end is marked. */
    static final long INDEFINITE = -1;

    private final boolean millis;
    private final byte[] in;
    private int at;
    private int depth;

    CborReader(byte[] in) {
        this(in, false);
    }

    private CborReader(byte[] in, boolean millis) {
        this.in = in;
        this.millis = millis;
    }

    /** Reads whole numbers for moments as milliseconds, not seconds. */
    static CborReader withMillis(byte[] in) {
        return new CborReader(in, true);
    }

    /** The major type of the next item. */
    int type() {
        return (peek() & 0xff) >> 5;
    }

    private byte peek() {
        if (at >= in.length) {
            throw new Unreadable("Unexpected end of CBOR");
        }
        return in[at];
    }

    boolean isNull() {
        byte b = peek();
        return b == (byte) 0xf6 || b == (byte) 0xf7;
    }

    boolean isBreak() {
        return peek() == (byte) 0xff;
    }

    void next() {
        peek();
        at++;
    }

    void finish() {
        if (at < in.length) {
            throw new Unreadable("Unexpected content after the end of the document");
        }
    }

    /** The head of an item: its argument, or {@link #INDEFINITE}. */
    long head() {
        int info = peek() & 31;
        at++;
        if (info < 24) {
            return info;
        }
        if (info == 31) {
            return INDEFINITE;
        }
        if (info > 27) {
            throw new Unreadable("Malformed CBOR");
        }
        int size = 1 << info - 24;
        if (at + size > in.length) {
            throw new Unreadable("Unexpected end of CBOR");
        }
        long value = 0;
        for (int i = 0; i < size; i++) {
            value = value << 8 | in[at++] & 0xff;
        }
        if (size < 8 || value >= 0) {
            return value;
        }
        throw new Unreadable("CBOR number is too large");
    }

    /** Goes into an array or map; the count, or {@link #INDEFINITE} when {@link #more} must be asked. */
    long begin(int type) {
        if (type() != type) {
            throw new Unreadable("Unexpected CBOR type " + type());
        }
        if (++depth > MAX_DEPTH) {
            throw new Unreadable("CBOR is nested deeper than " + MAX_DEPTH + " levels");
        }
        long count = head();
        if (count > in.length) {
            throw new Unreadable("Unexpected end of CBOR");
        }
        return count;
    }

    /** Whether another element follows the {@code done} that were read; leaves the collection where not. */
    boolean more(long count, long done) {
        boolean more = count == INDEFINITE ? !isBreak() : done < count;
        if (!more) {
            depth--;
            if (count == INDEFINITE) {
                at++;
            }
        }
        return more;
    }

    String text() {
        if (type() != TEXT) {
            throw new Unreadable("Expected a CBOR text string");
        }
        return new String(run(TEXT), StandardCharsets.UTF_8);
    }

    byte[] bytes() {
        if (type() != BYTES) {
            throw new Unreadable("Expected a CBOR byte string");
        }
        return run(BYTES);
    }

    private byte[] run(int type) {
        long length = head();
        if (length != INDEFINITE) {
            if (length > in.length - at) {
                throw new Unreadable("Unexpected end of CBOR");
            }
            at += (int) length;
            return Arrays.copyOfRange(in, at - (int) length, at);
        }
        var whole = new byte[0];
        while (!isBreak()) {
            if (type() != type || (peek() & 31) == 31) {
                throw new Unreadable("Malformed CBOR string");
            }
            var part = run(type);
            int before = whole.length;
            whole = Arrays.copyOf(whole, before + part.length);
            System.arraycopy(part, 0, whole, before, part.length);
        }
        at++;
        return whole;
    }

    boolean bool() {
        byte b = peek();
        if (b != (byte) 0xf4 && b != (byte) 0xf5) {
            throw new Unreadable("Expected a CBOR boolean");
        }
        at++;
        return b == (byte) 0xf5;
    }

    /** A number of any kind: Long, Double, BigInteger or BigDecimal. */
    Number number() {
        switch (type()) {
            case UNSIGNED -> {
                if (peek() == 0x1b && at + 1 < in.length && in[at + 1] < 0) {
                    at++;
                    at += 8;
                    if (at > in.length) {
                        throw new Unreadable("Unexpected end of CBOR");
                    }
                    return new BigInteger(1, Arrays.copyOfRange(in, at - 8, at));
                }
                return head();
            }
            case NEGATIVE -> {
                return -1 - head();
            }
            case TAG -> {
                long tag = head();
                if (tag == 2 || tag == 3) {
                    var value = new BigInteger(1, bytes());
                    return tag == 2 ? value : value.not();
                }
                if (tag == 4) {
                    begin(ARRAY);
                    var exponent = number().intValue();
                    var mantissa = new BigInteger(number().toString());
                    depth--;
                    return new BigDecimal(mantissa, -exponent);
                }
                return number();
            }
            case SIMPLE -> {
                return floating();
            }
            default -> throw new Unreadable("Expected a CBOR number");
        }
    }

    private Number floating() {
        int info = peek() & 31;
        int size = switch (info) {
            case 25 -> 2;
            case 26 -> 4;
            case 27 -> 8;
            default -> throw new Unreadable("Expected a CBOR number");
        };
        at++;
        if (at + size > in.length) {
            throw new Unreadable("Unexpected end of CBOR");
        }
        long bits = 0;
        for (int i = 0; i < size; i++) {
            bits = bits << 8 | in[at++] & 0xff;
        }
        return switch (size) {
            case 2 -> (double) Float.float16ToFloat((short) bits);
            case 4 -> (double) Float.intBitsToFloat((int) bits);
            default -> Double.longBitsToDouble(bits);
        };
    }

    Instant timestamp() {
        if (type() == TAG) {
            head();
        }
        var number = number();
        return millis && number instanceof Long whole ? Instant.ofEpochMilli(whole) : moment(number);
    }

    static Instant moment(Number number) {
        try {
            if (number instanceof Long seconds) {
                return Instant.ofEpochSecond(seconds);
            }
            long millis = Math.round(number.doubleValue() * 1000);
            return Instant.ofEpochMilli(millis);
        } catch (DateTimeException e) {
            throw new Unreadable("not a timestamp");
        }
    }

    /** Passes over the next item. */
    void skip() {
        value();
    }

    /** The next item as a tree. */
    Object value() {
        switch (type()) {
            case UNSIGNED, NEGATIVE -> {
                return number();
            }
            case BYTES -> {
                return bytes();
            }
            case TEXT -> {
                return text();
            }
            case ARRAY -> {
                List<Object> list = new ArrayList<>();
                long count = begin(ARRAY);
                for (long i = 0; more(count, i); i++) {
                    list.add(value());
                }
                return list;
            }
            case MAP -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                long count = begin(MAP);
                for (long i = 0; more(count, i); i++) {
                    var key = value();
                    map.put(key, value());
                }
                return map;
            }
            case TAG -> {
                int from = at;
                long tag = head();
                if (tag >= 2 && tag <= 4) {
                    at = from;
                    return number();
                }
                if (++depth > MAX_DEPTH) {
                    throw new Unreadable("CBOR is nested deeper than " + MAX_DEPTH + " levels");
                }
                var value = value();
                depth--;
                return tag == 1 && value instanceof Number number ? moment(number) : value;
            }
            default -> {
                if (isNull()) {
                    next();
                    return null;
                }
                byte b = peek();
                return b == (byte) 0xf4 || b == (byte) 0xf5 ? (Object) bool() : floating();
            }
        }
    }
}
