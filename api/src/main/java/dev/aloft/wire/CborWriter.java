package dev.aloft.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/** Writes CBOR with definite lengths. */
final class CborWriter {
    private final boolean millis;

    CborWriter() {
        this(false);
    }

    private CborWriter(boolean millis) {
        this.millis = millis;
    }

    /** Writes moments as whole milliseconds, not seconds. */
    static CborWriter withMillis() {
        return new CborWriter(true);
    }

    private byte[] out = new byte[512];
    private int size;

    CborWriter map(int count) {
        return head(CborReader.MAP, count);
    }

    CborWriter array(int count) {
        return head(CborReader.ARRAY, count);
    }

    CborWriter text(String value) {
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        head(CborReader.TEXT, bytes.length);
        return put(bytes);
    }

    CborWriter bytes(byte[] value) {
        head(CborReader.BYTES, value.length);
        return put(value);
    }

    CborWriter integer(long value) {
        return value >= 0 ? head(CborReader.UNSIGNED, value) : head(CborReader.NEGATIVE, -1 - value);
    }

    CborWriter number(float value) {
        put(0xfa);
        return bits(Float.floatToIntBits(value), 4);
    }

    CborWriter number(double value) {
        put(0xfb);
        return bits(Double.doubleToLongBits(value), 8);
    }

    CborWriter number(BigInteger value) {
        if (value.bitLength() < 64) {
            return integer(value.longValue());
        }
        head(CborReader.TAG, value.signum() < 0 ? 3 : 2);
        return bytes((value.signum() < 0 ? value.not() : value).toByteArray());
    }

    CborWriter number(BigDecimal value) {
        head(CborReader.TAG, 4);
        array(2).integer(-value.scale());
        return number(value.unscaledValue());
    }

    CborWriter bool(boolean value) {
        return put(value ? 0xf5 : 0xf4);
    }

    CborWriter nul() {
        return put(0xf6);
    }

    CborWriter timestamp(Instant moment) {
        head(CborReader.TAG, 1);
        if (millis) {
            return integer(moment.toEpochMilli());
        }
        return moment.getNano() == 0
                ? integer(moment.getEpochSecond())
                : number(moment.toEpochMilli() / 1000.0);
    }

    byte[] toBytes() {
        return Arrays.copyOf(out, size);
    }

    private CborWriter head(int type, long argument) {
        int major = type << 5;
        if (argument < 24) {
            return put(major | (int) argument);
        }
        if (argument < 1L << 8) {
            put(major | 24);
            return bits(argument, 1);
        }
        if (argument < 1L << 16) {
            put(major | 25);
            return bits(argument, 2);
        }
        if (argument < 1L << 32) {
            put(major | 26);
            return bits(argument, 4);
        }
        put(major | 27);
        return bits(argument, 8);
    }

    private CborWriter bits(long value, int bytes) {
        for (int i = bytes - 1; i >= 0; i--) {
            put((int) (value >> 8 * i));
        }
        return this;
    }

    private CborWriter put(int b) {
        if (size == out.length) {
            out = Arrays.copyOf(out, out.length * 2);
        }
        out[size++] = (byte) b;
        return this;
    }

    private CborWriter put(byte[] bytes) {
        if (size + bytes.length > out.length) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, size + bytes.length));
        }
        System.arraycopy(bytes, 0, out, size, bytes.length);
        size += bytes.length;
        return this;
    }
}
