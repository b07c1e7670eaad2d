package dev.aloft.kernel.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes kinds and values. */
final class FormWriter {
    static final int NULL = 0;
    static final int TRUE = 1;
    static final int FALSE = 2;
    static final int NUMBER = 3;
    static final int DOUBLE = 4;
    static final int TEXT = 5;
    static final int BYTES = 6;
    static final int LIST = 7;
    static final int MAP = 8;
    static final int RECORD = 9;
    static final int CASE = 10;
    static final int DECIMAL = 11;

    private byte[] bytes = new byte[128];
    private int length;

    void one(int value) {
        room(1);
        bytes[length++] = (byte) value;
    }

    /** Seven bits at a time, small numbers of either sign in few bytes. */
    void number(long value) {
        size(value << 1 ^ value >> 63);
    }

    void size(long value) {
        room(10);
        while ((value & ~0x7FL) != 0) {
            bytes[length++] = (byte) (value | 0x80);
            value >>>= 7;
        }
        bytes[length++] = (byte) value;
    }

    void real(double value) {
        room(8);
        long bits = Double.doubleToRawLongBits(value);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (bits >> shift);
        }
    }

    void text(String text) {
        raw(text.getBytes(StandardCharsets.UTF_8));
    }

    void raw(byte[] raw) {
        size(raw.length);
        room(raw.length);
        System.arraycopy(raw, 0, bytes, length, raw.length);
        length += raw.length;
    }

    byte[] bytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
