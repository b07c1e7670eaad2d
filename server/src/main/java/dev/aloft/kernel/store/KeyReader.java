package dev.aloft.kernel.store;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Turns the bytes of a key into its elements. */
final class KeyReader {
    private final byte[] bytes;
    private int at;

    private KeyReader(byte[] bytes) {
        this.bytes = bytes;
    }

    static List<Object> read(byte[] bytes) {
        var reader = new KeyReader(bytes);
        var elements = new ArrayList<>();
        try {
            while (reader.at < bytes.length) {
                elements.add(reader.element());
            }
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("The bytes of a key end too early", e);
        }
        return Collections.unmodifiableList(elements);
    }

    private Object element() {
        int kind = bytes[at++];
        return switch (kind) {
            case Key.BYTES -> escaped();
            case Key.TEXT -> new String(escaped(), StandardCharsets.UTF_8);
            case Key.KEY -> Key.decoded(escaped());
            case Key.DOUBLE -> {
                long bits = whole(8);
                yield Double.longBitsToDouble(bits < 0 ? bits ^ Long.MIN_VALUE : ~bits);
            }
            case Key.FALSE -> false;
            case Key.TRUE -> true;
            case Key.INSTANT -> Instant.ofEpochSecond(whole(8) ^ Long.MIN_VALUE, whole(4));
            default -> {
                int size = kind - Key.ZERO;
                if (Math.abs(size) > 8) {
                    throw new IllegalArgumentException("A key has an element of the unknown kind " + kind);
                }
                // For a negative number the bytes above those kept are all ones.
                yield size >= 0 ? whole(size) : size == -8 ? whole(8) : whole(-size) | -1L << -size * 8;
            }
        };
    }

    private byte[] escaped() {
        int start = at;
        while (bytes[at] != 0) {
            at++;
        }
        if (at + 1 == bytes.length || bytes[at + 1] != (byte) 0xFF) {
            return Arrays.copyOfRange(bytes, start, at++);
        }
        var out = new ByteArrayOutputStream();
        out.write(bytes, start, at - start);
        while (true) {
            byte b = bytes[at++];
            if (b == 0) {
                if (at == bytes.length || bytes[at] != (byte) 0xFF) {
                    return out.toByteArray();
                }
                at++;
            }
            out.write(b);
        }
    }

    private long whole(int size) {
        long value = 0;
        for (int i = 0; i < size; i++) {
            value = value << 8 | bytes[at++] & 0xFF;
        }
        return value;
    }
}
