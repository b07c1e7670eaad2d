package dev.aloft.kernel.store;

import java.time.Instant;
import java.util.Arrays;

/** Turns the elements of a key into bytes. */
final class KeyWriter {
    private byte[] bytes = new byte[48];
    private int length;

    void add(Object element) {
        switch (element) {
            case String text -> text(text);
            case Long number -> number(number);
            case Integer number -> number(number);
            case byte[] raw -> escaped(Key.BYTES, raw);
            case Instant moment -> instant(moment);
            case Boolean flag -> one(flag ? Key.TRUE : Key.FALSE);
            case Double real -> real(real);
            case Key key -> escaped(Key.KEY, key.raw());
            case null -> throw new IllegalArgumentException("A key has no null elements");
            default -> throw new IllegalArgumentException(element.getClass().getName()
                    + " cannot be an element of a key");
        }
    }

    byte[] bytes() {
        return checked(Arrays.copyOf(bytes, length));
    }

    static byte[] checked(byte[] bytes) {
        if (bytes.length > Key.MAX_BYTES) {
            throw new IllegalArgumentException("A key of " + bytes.length + " bytes is too long for the store");
        }
        return bytes;
    }

    private void one(int value) {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, length * 2);
        }
        bytes[length++] = (byte) value;
    }

    private void text(String text) {
        one(Key.TEXT);
        for (int i = 0; i < text.length(); i++) {
            int c = text.charAt(i);
            if (c < 0x80) {
                one(c);
                if (c == 0) {
                    one(0xFF);
                }
            } else if (c < 0x800) {
                one(0xC0 | c >> 6);
                one(0x80 | c & 0x3F);
            } else if (!Character.isSurrogate((char) c)) {
                one(0xE0 | c >> 12);
                one(0x80 | c >> 6 & 0x3F);
                one(0x80 | c & 0x3F);
            } else {
                int point = text.codePointAt(i++);
                if (point < 0x10000) {
                    throw new IllegalArgumentException("The text has half a character at " + (i - 1));
                }
                one(0xF0 | point >> 18);
                one(0x80 | point >> 12 & 0x3F);
                one(0x80 | point >> 6 & 0x3F);
                one(0x80 | point & 0x3F);
            }
        }
        one(0);
    }

    private void escaped(int kind, byte[] raw) {
        one(kind);
        for (byte b : raw) {
            one(b);
            if (b == 0) {
                one(0xFF);
            }
        }
        one(0);
    }

    private void number(long number) {
        // A negative number is kept as its distance from the smallest of its length, so that greater ones come later.
        long magnitude = number < 0 ? ~number : number;
        int size = number == 0 ? 0 : Math.max(1, (64 - Long.numberOfLeadingZeros(magnitude) + 7) / 8);
        one(number < 0 ? Key.ZERO - size : Key.ZERO + size);
        for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) {
            one((int) (number >> shift));
        }
    }

    private void real(double real) {
        one(Key.DOUBLE);
        long bits = Double.doubleToLongBits(real);
        whole(bits < 0 ? ~bits : bits ^ Long.MIN_VALUE, 8);
    }

    private void instant(Instant moment) {
        one(Key.INSTANT);
        whole(moment.getEpochSecond() ^ Long.MIN_VALUE, 8);
        whole(moment.getNano(), 4);
    }

    private void whole(long value, int size) {
        for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) {
            one((int) (value >> shift));
        }
    }
}
