package dev.aloft.kernel.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link FormWriter} wrote. */
final class FormReader {
    private final byte[] bytes;
    private int at;

    FormReader(byte[] bytes) {
        this.bytes = bytes;
    }

    int kind() {
        return bytes[at++];
    }

    /** Reads the kind, which must be this one; says false and reads it where there is a null instead. */
    boolean has(int kind) {
        int found = kind();
        if (found != kind && found != FormWriter.NULL) {
            throw new IllegalArgumentException("A stored value is of kind " + found + " and not " + kind);
        }
        return found == kind;
    }

    /** Whether the next bytes are this text as written; if so they are read. */
    boolean skipIf(byte[] text) {
        int start = at;
        if (size() == text.length && Arrays.equals(bytes, at, at + text.length, text, 0, text.length)) {
            at += text.length;
            return true;
        }
        at = start;
        return false;
    }

    long number() {
        long value = longSize();
        return value >>> 1 ^ -(value & 1);
    }

    int size() {
        return (int) longSize();
    }

    private long longSize() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = bytes[at++];
            value |= (b & 0x7FL) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    double real() {
        long bits = 0;
        for (int i = 0; i < 8; i++) {
            bits = bits << 8 | bytes[at++] & 0xFF;
        }
        return Double.longBitsToDouble(bits);
    }

    String text() {
        int length = size();
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    byte[] raw() {
        int length = size();
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    private void skipText() {
        int length = size();
        at += length;
    }

    /** Passes over a value of any kind. */
    void skip() {
        int kind = kind();
        switch (kind) {
            case FormWriter.NULL, FormWriter.TRUE, FormWriter.FALSE -> { }
            case FormWriter.NUMBER -> longSize();
            case FormWriter.DOUBLE -> at += 8;
            case FormWriter.TEXT, FormWriter.BYTES, FormWriter.DECIMAL -> skipText();
            case FormWriter.LIST -> {
                for (int left = size(); left > 0; left--) {
                    skip();
                }
            }
            case FormWriter.MAP -> {
                for (int left = 2 * size(); left > 0; left--) {
                    skip();
                }
            }
            case FormWriter.RECORD -> {
                for (int left = size(); left > 0; left--) {
                    skipText();
                    skip();
                }
            }
            case FormWriter.CASE -> {
                skipText();
                skip();
            }
            default -> throw new IllegalArgumentException("A stored value is of the unknown kind " + kind);
        }
    }
}
