package dev.aloft.api;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A strict JSON reader over bytes, pulled token by token: RFC 8259, no comments, no trailing commas, nothing after the
 * end. Nesting is bounded. Positions count bytes from 0.
 */
public final class JsonReader {
    /** Deeper nesting than this is refused. */
    public static final int MAX_DEPTH = 512;

    private final byte[] in;
    private final int end;
    private int at;
    private int depth;

    public JsonReader(byte[] json) {
        this(json, 0, json.length);
    }

    public JsonReader(byte[] json, int from, int to) {
        this.in = json;
        this.at = from;
        this.end = to;
    }

    /** What the next value is. */
    public enum Token {
        OBJECT,
        ARRAY,
        STRING,
        NUMBER,
        TRUE,
        FALSE,
        NULL
    }

    /** The document is not JSON. */
    public static final class Malformed extends RuntimeException {
        private final int position;

        Malformed(String message, int position) {
            super(message, null, false, false);
            this.position = position;
        }

        public int position() {
            return position;
        }
    }

    /** Reads a whole document: Map (in order), List, String, Integer, Long, BigInteger, BigDecimal, Boolean or null. */
    public static Object tree(byte[] json) {
        var reader = new JsonReader(json);
        var value = reader.value();
        reader.finish();
        return value;
    }

    public static Object tree(String json) {
        return tree(json.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether a text is one JSON value of any kind. */
    public static boolean isJson(String text) {
        try {
            tree(text);
            return true;
        } catch (Malformed _) {
            return false;
        }
    }

    /** Whether a text is one JSON object. */
    public static boolean isObject(String text) {
        try {
            return tree(text) instanceof Map;
        } catch (Malformed _) {
            return false;
        }
    }

    /** The kind of the next value, which stays to be read. */
    public Token peek() {
        skipSpace();
        if (at >= end) {
            throw malformed("Unexpected end of JSON");
        }
        return switch (in[at]) {
            case '{' -> Token.OBJECT;
            case '[' -> Token.ARRAY;
            case '"' -> Token.STRING;
            case 't' -> Token.TRUE;
            case 'f' -> Token.FALSE;
            case 'n' -> Token.NULL;
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> Token.NUMBER;
            default -> throw malformed("Unexpected character '" + (char) (in[at] & 0xff) + "'");
        };
    }

    /** Goes into an object; follow with {@link #nextName()} until it answers null. */
    public void beginObject() {
        expect('{');
        enter();
    }

    /** The name of the next member of the object, or null at the object's end, which is then left. */
    public String nextName() {
        skipSpace();
        if (at < end && in[at] == '}') {
            at++;
            depth--;
            return null;
        }
        if (!previousIs('{')) {
            expect(',');
            skipSpace();
        }
        if (at >= end || in[at] != '"') {
            throw malformed("Expected a member name");
        }
        var name = string();
        expect(':');
        return name;
    }

    /** Goes into an array; follow with {@link #hasNext()} before each element. */
    public void beginArray() {
        expect('[');
        enter();
    }

    /** Whether another element follows; at the array's end it is left. */
    public boolean hasNext() {
        skipSpace();
        if (at < end && in[at] == ']') {
            at++;
            depth--;
            return false;
        }
        if (!previousIs('[')) {
            expect(',');
            peek();
        }
        return true;
    }

    public String string() {
        skipSpace();
        if (at >= end || in[at] != '"') {
            throw malformed("Expected a string");
        }
        int start = ++at;
        boolean ascii = true;
        while (at < end) {
            byte b = in[at];
            if (b == '"') {
                var text = ascii
                        ? new String(in, start, at - start, StandardCharsets.ISO_8859_1)
                        : utf8(start, at);
                at++;
                return text;
            }
            if (b == '\\') {
                return escaped(start);
            }
            if (b < 0) {
                ascii = false;
            } else if (b < 0x20) {
                throw malformed("Illegal control character in a string");
            }
            at++;
        }
        throw malformed("Unterminated string");
    }

    /** The next number exactly as it is written. */
    public String number() {
        skipSpace();
        int start = at;
        if (at < end && in[at] == '-') {
            at++;
        }
        if (at < end && in[at] == '0') {
            at++;
        } else {
            digits();
        }
        if (at < end && in[at] == '.') {
            at++;
            digits();
        }
        if (at < end && (in[at] == 'e' || in[at] == 'E')) {
            at++;
            if (at < end && (in[at] == '+' || in[at] == '-')) {
                at++;
            }
            digits();
        }
        return new String(in, start, at - start, StandardCharsets.ISO_8859_1);
    }

    public boolean bool() {
        if (peek() == Token.TRUE) {
            literal("true");
            return true;
        }
        literal("false");
        return false;
    }

    public void nul() {
        skipSpace();
        literal("null");
    }

    /** Reads the next value as a tree. */
    public Object value() {
        return switch (peek()) {
            case OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                beginObject();
                for (var name = nextName(); name != null; name = nextName()) {
                    map.put(name, value());
                }
                yield map;
            }
            case ARRAY -> {
                List<Object> list = new ArrayList<>();
                beginArray();
                while (hasNext()) {
                    list.add(value());
                }
                yield list;
            }
            case STRING -> string();
            case NUMBER -> numberValue(number());
            case TRUE, FALSE -> bool();
            case NULL -> {
                nul();
                yield null;
            }
        };
    }

    /** Passes over the next value, which must be well formed. */
    public void skip() {
        switch (peek()) {
            case OBJECT -> {
                beginObject();
                while (nextName() != null) {
                    skip();
                }
            }
            case ARRAY -> {
                beginArray();
                while (hasNext()) {
                    skip();
                }
            }
            case STRING -> string();
            case NUMBER -> number();
            case TRUE, FALSE -> bool();
            case NULL -> nul();
        }
    }

    /** Makes sure that only white space is left. */
    public void finish() {
        skipSpace();
        if (at < end) {
            throw malformed("Unexpected content after the end of the document");
        }
    }

    /** Where the reader stands, in bytes from the start. */
    public int position() {
        return at;
    }

    private static Number numberValue(String text) {
        boolean whole = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' || c == 'e' || c == 'E') {
                whole = false;
                break;
            }
        }
        if (!whole) {
            return new BigDecimal(text);
        }
        if (text.length() > 18) {
            var big = new BigInteger(text);
            return big.bitLength() < 64 ? (Number) big.longValue() : big;
        }
        long value = Long.parseLong(text);
        return value == (int) value ? (Number) (int) value : (Number) value;
    }

    private void enter() {
        if (++depth > MAX_DEPTH) {
            throw malformed("JSON is nested deeper than " + MAX_DEPTH + " levels");
        }
    }

    private void digits() {
        int start = at;
        while (at < end && in[at] >= '0' && in[at] <= '9') {
            at++;
        }
        if (at == start) {
            throw malformed("Malformed number");
        }
    }

    private void literal(String word) {
        for (int i = 0; i < word.length(); i++, at++) {
            if (at >= end || in[at] != word.charAt(i)) {
                throw malformed("Expected " + word);
            }
        }
    }

    private void expect(char c) {
        skipSpace();
        if (at >= end || in[at] != c) {
            throw at >= end
                    ? malformed("Unexpected end of JSON")
                    : malformed("Expected '" + c + "', found '" + (char) (in[at] & 0xff) + "'");
        }
        at++;
    }

    private void skipSpace() {
        while (at < end) {
            byte b = in[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return;
            }
            at++;
        }
    }

    private boolean previousIs(char c) {
        int i = at - 1;
        while (i >= 0 && (in[i] == ' ' || in[i] == '\n' || in[i] == '\r' || in[i] == '\t')) {
            i--;
        }
        return i >= 0 && in[i] == c;
    }

    private String escaped(int start) {
        var out = new StringBuilder(Math.max(32, (at - start) * 2));
        out.append(utf8(start, at));
        while (at < end) {
            byte b = in[at];
            if (b == '"') {
                at++;
                return whole(out);
            }
            if (b == '\\') {
                at++;
                escape(out);
            } else {
                int from = at;
                while (at < end && in[at] != '"' && in[at] != '\\') {
                    if (in[at] >= 0 && in[at] < 0x20) {
                        throw malformed("Illegal control character in a string");
                    }
                    at++;
                }
                out.append(utf8(from, at));
            }
        }
        throw malformed("Unterminated string");
    }

    /** Half a character stands for none: what AWS makes of it in UTF-8 is a question mark. */
    private static String whole(StringBuilder text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (Character.charCount(text.codePointAt(i)) == 2) {
                    i++;
                } else {
                    text.setCharAt(i, '?');
                }
            }
        }
        return text.toString();
    }

    private void escape(StringBuilder out) {
        if (at >= end) {
            throw malformed("Unterminated string");
        }
        byte b = in[at++];
        switch (b) {
            case '"', '\\', '/' -> out.append((char) b);
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'u' -> out.append(hex());
            default -> throw malformed("Unrecognized escape '\\" + (char) (b & 0xff) + "'");
        }
    }

    private char hex() {
        if (at + 4 > end) {
            throw malformed("Unterminated string");
        }
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(in[at++], 16);
            if (digit < 0) {
                throw malformed("Malformed \\u escape");
            }
            value = value << 4 | digit;
        }
        return (char) value;
    }

    private String utf8(int from, int to) {
        return new String(in, from, to - from, StandardCharsets.UTF_8);
    }

    private Malformed malformed(String message) {
        return new Malformed(message, at);
    }
}
