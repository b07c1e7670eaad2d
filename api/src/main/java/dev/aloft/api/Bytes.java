package dev.aloft.api;

import java.util.Arrays;
import java.util.Base64;

/** An immutable run of bytes that compares by content, bytes unsigned. */
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /** Takes the array over: the caller must not change it afterwards. */
    public static Bytes of(byte[] content) {
        return content.length == 0 ? EMPTY : new Bytes(content);
    }

    public static Bytes fromBase64(String text) {
        return of(Base64.getDecoder().decode(text));
    }

    public int length() {
        return content.length;
    }

    /** The bytes themselves, not a copy: do not change them. */
    public byte[] array() {
        return content;
    }

    public String base64() {
        return Base64.getEncoder().encodeToString(content);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(content, other.content);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return "Bytes[" + content.length + "]";
    }
}
