package dev.aloft.kernel.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * A tuple of values as bytes whose unsigned order is the order of the values, element by element, and a shorter tuple
 * before the longer ones that begin with it. Elements: text, whole numbers, bytes, moments, booleans, doubles, and keys
 * within keys.
 *
 * <p>Each element begins with a byte for its kind; kinds compare in the order bytes, text, key, number, double,
 * boolean, moment. Text (UTF-8), bytes and keys end with a zero byte, and a zero byte inside is followed by 0xFF.
 * Numbers have as many bytes as they need, and the kind says how many and which sign.
 */
public final class Key implements Comparable<Key> {
    public static final Key EMPTY = new Key(new byte[0]);
    /** Twice what the longest names of AWS need when all their bytes are escaped. */
    public static final int MAX_BYTES = 16 << 10;

    static final int BYTES = 0x01;
    static final int TEXT = 0x02;
    static final int KEY = 0x05;
    static final int ZERO = 0x14;
    static final int DOUBLE = 0x21;
    static final int FALSE = 0x26;
    static final int TRUE = 0x27;
    static final int INSTANT = 0x33;

    private final byte[] bytes;
    private List<Object> elements;

    private Key(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Elements: String, Long, Integer, byte[], Instant, Boolean, Double, Key (as one element; see {@link #then}). */
    public static Key of(Object... elements) {
        var writer = new KeyWriter();
        for (var element : elements) {
            writer.add(element);
        }
        return new Key(writer.bytes());
    }

    /** Of bytes that {@link #toBytes} gave. */
    public static Key decoded(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Key(bytes);
    }

    /** This key's elements followed by those of another. */
    public Key then(Key other) {
        if (bytes.length == 0) {
            return other;
        }
        if (other.bytes.length == 0) {
            return this;
        }
        byte[] joined = Arrays.copyOf(bytes, bytes.length + other.bytes.length);
        System.arraycopy(other.bytes, 0, joined, bytes.length, other.bytes.length);
        return new Key(KeyWriter.checked(joined));
    }

    /** This key with more elements. */
    public Key and(Object... elements) {
        return then(of(elements));
    }

    public boolean startsWith(Key prefix) {
        int length = prefix.bytes.length;
        return bytes.length >= length && Arrays.equals(bytes, 0, length, prefix.bytes, 0, length)
            && (bytes.length == length || bytes[length] != (byte) 0xFF);
    }

    /** What follows a prefix that this key starts with. */
    public Key without(Key prefix) {
        if (!startsWith(prefix)) {
            throw new IllegalArgumentException(this + " does not start with " + prefix);
        }
        return decoded(Arrays.copyOfRange(bytes, prefix.bytes.length, bytes.length));
    }

    public List<Object> elements() {
        var known = elements;
        if (known == null) {
            known = KeyReader.read(bytes);
            elements = known;
        }
        return known;
    }

    public int size() {
        return elements().size();
    }

    public String text(int index) {
        return (String) elements().get(index);
    }

    public long number(int index) {
        return (Long) elements().get(index);
    }

    public byte[] bytes(int index) {
        return ((byte[]) elements().get(index)).clone();
    }

    public Instant instant(int index) {
        return (Instant) elements().get(index);
    }

    public boolean flag(int index) {
        return (Boolean) elements().get(index);
    }

    public double real(int index) {
        return (Double) elements().get(index);
    }

    public Key key(int index) {
        return (Key) elements().get(index);
    }

    /**
     * A bound behind all keys that begin with the elements of this one: an element that goes on has 0xFF there, a next
     * one less.
     */
    public Key behind() {
        var bound = Arrays.copyOf(bytes, bytes.length + 1);
        bound[bytes.length] = (byte) 0xFE;
        return new Key(bound);
    }

    public byte[] toBytes() {
        return bytes.clone();
    }

    /** The bytes themselves, for engines: not to be changed. */
    public byte[] raw() {
        return bytes;
    }

    public int length() {
        return bytes.length;
    }

    @Override
    public int compareTo(Key other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        var text = new StringBuilder("(");
        for (var element : elements()) {
            text.append(text.length() > 1 ? ", " : "").append(element instanceof byte[] raw
                ? new String(raw, StandardCharsets.ISO_8859_1) : element);
        }
        return text.append(')').toString();
    }
}
