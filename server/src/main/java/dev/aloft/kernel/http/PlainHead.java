package dev.aloft.kernel.http;

import dev.aloft.wire.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The head of a request in the form that nearly all have: HTTP/1.1, a path, plain text, content of a length that is
 * told, and nothing that asks for more than an answer. What has any other form, or is not there to its end, is none: it
 * is Jetty's to say what it means and whether it is right.
 */
final class PlainHead {
    private static final List<byte[]> METHODS = List.of("POST ", "GET ", "PUT ", "DELETE ", "HEAD ", "PATCH ").stream()
            .map(PlainHead::ascii).toList();
    private static final byte[] VERSION = ascii("HTTP/1.1\r\n");
    private static final int LONGEST_LENGTH = 9;
    private static final boolean[] NAME = new boolean[128];

    static {
        for (char c = '!'; c < 127; c++) {
            NAME[c] = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
                    || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }
    }

    private final byte[] in;
    private final int to;
    private final Headers headers = new Headers();
    private int at;
    private String method;
    private String path;
    private String query = "";
    private int length = -1;
    private boolean host;

    private PlainHead(byte[] in, int from, int to) {
        this.in = in;
        this.at = from;
        this.to = to;
    }

    /** The head that begins there, if it is there to its end and plain. */
    static Optional<PlainHead> read(byte[] in, int from, int to) {
        var head = new PlainHead(in, from, to);
        return head.verb() && head.target() && head.text(VERSION) && head.fields() && head.host
                ? Optional.of(head) : Optional.empty();
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    String query() {
        return query;
    }

    Headers headers() {
        return headers;
    }

    /** Where the content begins. */
    int end() {
        return at;
    }

    /** Of the content, in bytes. */
    int length() {
        return Math.max(length, 0);
    }

    private boolean verb() {
        for (var name : METHODS) {
            if (text(name)) {
                method = new String(name, 0, name.length - 1, StandardCharsets.ISO_8859_1);
                return true;
            }
        }
        return false;
    }

    private boolean text(byte[] text) {
        if (to - at < text.length || !Arrays.equals(in, at, at + text.length, text, 0, text.length)) {
            return false;
        }
        at += text.length;
        return true;
    }

    private boolean target() {
        int start = at;
        if (at == to || in[at] != '/') {
            return false;
        }
        int question = -1;
        for (; at < to && in[at] != ' '; at++) {
            byte c = in[at];
            if (c <= ' ' || c == 127 || c == '#' || question < 0 && (c == '%' && !escapesPlain() || isDots(c))) {
                return false;
            }
            if (c == '?' && question < 0) {
                question = at;
            }
        }
        path = string(start, question < 0 ? at : question);
        query = question < 0 ? "" : string(question + 1, at);
        return at++ < to;
    }

    /** Whether what begins with a percent sign stands for a character that may be in any path. */
    private boolean escapesPlain() {
        if (to - at < 3) {
            return false;
        }
        int high = Character.digit(in[at + 1], 16);
        int low = Character.digit(in[at + 2], 16);
        int c = high << 4 | low;
        return high >= 0 && low >= 0 && c > 0 && c < 128 && c != '.';
    }

    /** Whether a segment begins that may lead upwards. */
    private boolean isDots(byte c) {
        return c == '.' && in[at - 1] == '/';
    }

    private boolean fields() {
        while (to - at >= 2) {
            if (in[at] == '\r') {
                at += 2;
                return in[at - 1] == '\n';
            }
            if (!field()) {
                return false;
            }
        }
        return false;
    }

    private boolean field() {
        int start = at;
        while (at < to && in[at] > 0 && NAME[in[at]]) {
            at++;
        }
        if (at == start || at == to || in[at] != ':') {
            return false;
        }
        var name = string(start, at++);
        while (at < to && isBlank(in[at])) {
            at++;
        }
        start = at;
        while (at < to && (in[at] >= ' ' && in[at] != 127 || in[at] == '\t')) {
            at++;
        }
        if (to - at < 2 || in[at] != '\r' || in[at + 1] != '\n') {
            return false;
        }
        int end = at;
        while (end > start && isBlank(in[end - 1])) {
            end--;
        }
        at += 2;
        var value = string(start, end);
        headers.add(name, value);
        return isPlain(name, value);
    }

    /** Tells headers that are HTTP's own by the length of their names first. */
    private boolean isPlain(String name, String value) {
        return switch (name.length()) {
            case 2 -> !name.equalsIgnoreCase("te");
            case 4 -> !name.equalsIgnoreCase("host") || !host && (host = isHost(value));
            case 6 -> !name.equalsIgnoreCase("expect");
            case 7 -> !name.equalsIgnoreCase("upgrade") && !name.equalsIgnoreCase("trailer");
            case 10 -> !name.equalsIgnoreCase("connection") || value.equalsIgnoreCase("keep-alive");
            case 14 -> !name.equalsIgnoreCase("content-length") || length < 0 && isLength(value);
            case 17 -> !name.equalsIgnoreCase("transfer-encoding");
            default -> true;
        };
    }

    private static boolean isHost(String value) {
        int colon = value.indexOf(':');
        int end = colon < 0 ? value.length() : colon;
        if (end == 0 || colon >= 0 && !isNumber(value, colon + 1, 5)) {
            return false;
        }
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c == '.' || c == '-')) {
                return false;
            }
        }
        return true;
    }

    private boolean isLength(String value) {
        if (!isNumber(value, 0, LONGEST_LENGTH)) {
            return false;
        }
        length = Integer.parseInt(value);
        return true;
    }

    private static boolean isNumber(String value, int from, int most) {
        int digits = value.length() - from;
        for (int i = from; i < value.length(); i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return false;
            }
        }
        return digits > 0 && digits <= most;
    }

    private static boolean isBlank(byte c) {
        return c == ' ' || c == '\t';
    }

    private String string(int from, int end) {
        return new String(in, from, end - from, StandardCharsets.ISO_8859_1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
