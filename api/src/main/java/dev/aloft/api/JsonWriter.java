package dev.aloft.api;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Writes compact JSON into growing runs of bytes. Commas are put by themselves. */
public final class JsonWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH = 0x8080808080808080L;
    /** Longer texts are looked through eight bytes at a time. */
    private static final int SHORT = 48;
    /** From this size on what is written stays where it is, and more goes behind it. */
    private static final int RUN = 16 << 10;

    private byte[] out = new byte[1024];
    private int size;
    private boolean comma;
    private final List<Run> full = new ArrayList<>();
    private int fullSize;

    /** What is written of longer documents: it is copied once, at the end. */
    private record Run(byte[] bytes, int size) {}

    /** A tree of Map, List, String, Number, Boolean and null as JSON. */
    public static byte[] bytes(Object tree) {
        return new JsonWriter().value(tree).toBytes();
    }

    public static String string(Object tree) {
        return new String(bytes(tree), StandardCharsets.UTF_8);
    }

    public JsonWriter beginObject() {
        separate();
        put('{');
        comma = false;
        return this;
    }

    public JsonWriter endObject() {
        put('}');
        comma = true;
        return this;
    }

    public JsonWriter beginArray() {
        separate();
        put('[');
        comma = false;
        return this;
    }

    public JsonWriter endArray() {
        put(']');
        comma = true;
        return this;
    }

    public JsonWriter name(String name) {
        separate();
        quote(name);
        put(':');
        comma = false;
        return this;
    }

    /** The name of a member, as its schema keeps it ready. */
    public JsonWriter name(Schema.Member member) {
        var quoted = member.jsonName();
        grow(quoted.length + 1);
        if (comma) {
            out[size++] = ',';
        }
        System.arraycopy(quoted, 0, out, size, quoted.length);
        size += quoted.length;
        comma = false;
        return this;
    }

    public JsonWriter string(String value) {
        separate();
        quote(value);
        comma = true;
        return this;
    }

    /** The string that these bytes are in UTF-8. */
    public JsonWriter string(byte[] text, int from, int to) {
        separate();
        quote(text, from, to);
        comma = true;
        return this;
    }

    /** The name that these bytes are in UTF-8. */
    public JsonWriter name(byte[] text, int from, int to) {
        separate();
        quote(text, from, to);
        put(':');
        comma = false;
        return this;
    }

    public JsonWriter number(long value) {
        return raw(Long.toString(value));
    }

    /** A number, or one of the strings NaN, Infinity and -Infinity, which JSON has no numbers for. */
    public JsonWriter number(double value) {
        return Double.isFinite(value) ? raw(decimal(value)) : string(Double.toString(value));
    }

    public JsonWriter number(float value) {
        return Float.isFinite(value) ? raw(decimal(value)) : string(Float.toString(value));
    }

    /** A string of the bytes in base64. */
    public JsonWriter base64(byte[] value) {
        separate();
        int length = (value.length + 2) / 3 * 4;
        grow(length + 2);
        out[size++] = '"';
        var encoded = Base64.getEncoder().encode(value);
        System.arraycopy(encoded, 0, out, size, length);
        size += length;
        out[size++] = '"';
        comma = true;
        return this;
    }

    public JsonWriter bool(boolean value) {
        return raw(value ? "true" : "false");
    }

    public JsonWriter nul() {
        return raw("null");
    }

    /** A value that is JSON already. */
    public JsonWriter raw(String json) {
        separate();
        ascii(json);
        comma = true;
        return this;
    }

    public JsonWriter value(Object tree) {
        switch (tree) {
            case null -> nul();
            case String text -> string(text);
            case Boolean bool -> bool(bool);
            case BigDecimal decimal -> raw(decimal.toString());
            case Double number -> raw(decimal(number));
            case Float number -> raw(decimal(number));
            case Number number -> raw(number.toString());
            case Map<?, ?> map -> {
                beginObject();
                map.forEach((key, value) -> name((String) key).value(value));
                endObject();
            }
            case List<?> list -> {
                beginArray();
                list.forEach(this::value);
                endArray();
            }
            default -> throw new IllegalArgumentException("no JSON for " + tree.getClass());
        }
        return this;
    }

    public byte[] toBytes() {
        if (full.isEmpty()) {
            return Arrays.copyOf(out, size);
        }
        var bytes = new byte[fullSize + size];
        int at = 0;
        for (var run : full) {
            System.arraycopy(run.bytes, 0, bytes, at, run.size);
            at += run.size;
        }
        System.arraycopy(out, 0, bytes, at, size);
        return bytes;
    }

    private static String decimal(Number number) {
        double value = number.doubleValue();
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : number.toString();
    }

    private void separate() {
        if (comma) {
            put(',');
        }
    }

    private void ascii(String text) {
        int length = text.length();
        grow(length);
        for (int i = 0; i < length; i++) {
            out[size++] = (byte) text.charAt(i);
        }
    }

    private void quote(String text) {
        int length = text.length();
        if (length > SHORT) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            quote(bytes, 0, bytes.length);
            return;
        }
        grow(length + 2);
        var to = out;
        int at = size;
        to[at++] = '"';
        int plain = 0;
        while (plain < length) {
            char c = text.charAt(plain);
            if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') {
                break;
            }
            to[at++] = (byte) c;
            plain++;
        }
        size = at;
        if (plain < length) {
            quoteRest(text, plain);
        }
        put('"');
    }

    private void quote(byte[] text, int start, int end) {
        put('"');
        int from = start;
        for (int at = special(text, from, end); at < end; at = special(text, from, end)) {
            bytes(text, from, at);
            escape((char) text[at], 1);
            from = at + 1;
        }
        bytes(text, from, end);
        put('"');
    }

    private void bytes(byte[] from, int start, int end) {
        grow(end - start);
        System.arraycopy(from, start, out, size, end - start);
        size += end - start;
    }

    /** Where the next byte stands that must be escaped, or the end. */
    private static int special(byte[] text, int from, int end) {
        int at = from;
        while (at + Long.BYTES <= end) {
            long eight = (long) LONGS.get(text, at);
            // A byte below 0x20, or one that is a quote or a backslash, leaves its highest bit.
            long found = eight - ONES * 0x20 & ~eight | zero(eight ^ ONES * '"') | zero(eight ^ ONES * '\\');
            if ((found & HIGH) != 0) {
                break;
            }
            at += Long.BYTES;
        }
        while (at < end && (text[at] < 0 || text[at] >= 0x20 && text[at] != '"' && text[at] != '\\')) {
            at++;
        }
        return at;
    }

    private static long zero(long eight) {
        return eight - ONES & ~eight;
    }

    /** The text from the first character that is not simply itself. */
    private void quoteRest(String text, int from) {
        int length = text.length();
        grow((length - from) * 3 + 1);
        for (int i = from; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                if (c >= 0x20 && c != '"' && c != '\\') {
                    out[size++] = (byte) c;
                } else {
                    escape(c, length - i);
                }
            } else {
                i += encode(text, i, c);
            }
        }
    }

    private void escape(char c, int left) {
        grow(left * 3 + 8);
        out[size++] = '\\';
        switch (c) {
            case '"', '\\' -> out[size++] = (byte) c;
            case '\n' -> out[size++] = 'n';
            case '\r' -> out[size++] = 'r';
            case '\t' -> out[size++] = 't';
            case '\b' -> out[size++] = 'b';
            case '\f' -> out[size++] = 'f';
            default -> {
                out[size++] = 'u';
                out[size++] = '0';
                out[size++] = '0';
                out[size++] = HEX[c >> 4];
                out[size++] = HEX[c & 15];
            }
        }
    }

    private int encode(String text, int i, char c) {
        grow((text.length() - i) * 3 + 4);
        if (c < 0x800) {
            out[size++] = (byte) (0xc0 | c >> 6);
            out[size++] = (byte) (0x80 | c & 0x3f);
            return 0;
        }
        if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
            int point = Character.toCodePoint(c, text.charAt(i + 1));
            out[size++] = (byte) (0xf0 | point >> 18);
            out[size++] = (byte) (0x80 | point >> 12 & 0x3f);
            out[size++] = (byte) (0x80 | point >> 6 & 0x3f);
            out[size++] = (byte) (0x80 | point & 0x3f);
            return 1;
        }
        if (Character.isSurrogate(c)) {
            out[size++] = '?';
            return 0;
        }
        out[size++] = (byte) (0xe0 | c >> 12);
        out[size++] = (byte) (0x80 | c >> 6 & 0x3f);
        out[size++] = (byte) (0x80 | c & 0x3f);
        return 0;
    }

    private void put(char c) {
        grow(1);
        out[size++] = (byte) c;
    }

    private void grow(int more) {
        if (size + more > out.length) {
            makeRoom(more);
        }
    }

    private void makeRoom(int more) {
        if (size < RUN) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
            return;
        }
        full.add(new Run(out, size));
        fullSize += size;
        out = new byte[Math.max(out.length, more)];
        size = 0;
    }
}
