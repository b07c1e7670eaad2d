package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonWriter;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** One connection of a process in a sandbox: HTTP/1.1 that blocks, over a pair of pipes or over TCP. */
final class Connection {
    private static final int MOST_HEAD_BYTES = 1 << 20;
    /** A chunk larger than this is passed on in pieces. */
    private static final int PIECE = 64 * 1024;

    private final InputStream in;
    private final OutputStream out;
    private byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;

    Connection(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** A request's head. */
    record Head(String method, String path, Map<String, String> headers) {
        String header(String name) {
            return headers.get(name);
        }
    }

    /** What is known after a body. */
    record Content(boolean tooLarge, Map<String, String> trailers) {}

    /** Where a body's bytes go. */
    interface Sink {
        void take(byte[] bytes) throws InterruptedException;
    }

    // ---- answers

    void refuse(String status, String type, String message) throws IOException {
        answer(status, "application/json", new JsonWriter().beginObject()
                .name("errorMessage").string(message).name("errorType").string(type).endObject().toBytes());
    }

    void answer(String status, String contentType, byte[] body) throws IOException {
        answer(status, contentType, "", body);
    }

    /** @param headers more of them, each with its end of line */
    void answer(String status, String contentType, String headers, byte[] body) throws IOException {
        write(new StringBuilder("HTTP/1.1 ").append(status).append("\r\nContent-Type: ").append(contentType)
                .append("\r\n").append(headers)
                .append("Content-Length: ").append(body.length).append("\r\n\r\n"), body);
    }

    void write(StringBuilder head, byte[] body) throws IOException {
        byte[] bytes = head.toString().getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[bytes.length + body.length];
        System.arraycopy(bytes, 0, all, 0, bytes.length);
        System.arraycopy(body, 0, all, bytes.length, body.length);
        write(all);
    }

    void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    // ---- reading

    Head head() throws IOException {
        int scanned = start;
        int at;
        while ((at = endOfHead(scanned)) < 0) {
            if (end - start > MOST_HEAD_BYTES) {
                throw new IOException("head too long");
            }
            int seen = end - start;
            fill();
            scanned = Math.max(start, start + seen - 3);
        }
        String[] lines = new String(buffer, start, at - start, StandardCharsets.UTF_8).split("\r\n");
        start = at + 4;
        String[] first = lines[0].split(" ");
        if (first.length < 2) {
            throw new IOException("no request line");
        }
        var headers = new HashMap<String, String>();
        for (int i = 1; i < lines.length; i++) {
            field(lines[i], headers);
        }
        if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
        return new Head(first[0], first[1], headers);
    }

    private static void field(String line, Map<String, String> into) {
        int colon = line.indexOf(':');
        if (colon > 0) {
            into.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
    }

    private int endOfHead(int from) {
        for (int i = from; i + 3 < end; i++) {
            if (buffer[i] == '\r' && buffer[i + 1] == '\n' && buffer[i + 2] == '\r' && buffer[i + 3] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void fill() throws IOException {
        if (start == end) {
            start = 0;
            end = 0;
        }
        if (end == buffer.length) {
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                start = 0;
            } else {
                buffer = Arrays.copyOf(buffer, buffer.length * 2);
            }
        }
        int count = in.read(buffer, end, buffer.length - end);
        if (count < 0) {
            throw new EOFException();
        }
        end += count;
    }

    /** A body of which nobody expects much; cut at what a function may answer. */
    byte[] whole(Head head) throws IOException, InterruptedException {
        var bytes = new ByteArrayOutputStream();
        content(head, Outcome.MOST_BYTES, bytes::writeBytes);
        return bytes.toByteArray();
    }

    /** Reads a body to its end. What is more than allowed is not passed on. */
    Content content(Head head, long most, Sink sink) throws IOException, InterruptedException {
        if ("chunked".equalsIgnoreCase(head.header("transfer-encoding"))) {
            return chunked(most, sink);
        }
        String given = head.header("content-length");
        long length = given == null ? 0 : Long.parseLong(given);
        if (length > most) {
            skip(length);
            return new Content(true, Map.of());
        }
        sink.take(exactly((int) length));
        return new Content(false, Map.of());
    }

    private Content chunked(long most, Sink sink) throws IOException, InterruptedException {
        long taken = 0;
        while (true) {
            long size = Long.parseLong(line().split(";")[0].strip(), 16);
            if (size == 0) {
                break;
            }
            taken += size;
            for (long left = size; left > 0; left -= Math.min(left, PIECE)) {
                int piece = (int) Math.min(left, PIECE);
                if (taken > most) {
                    skip(piece);
                } else {
                    sink.take(exactly(piece));
                }
            }
            line();
        }
        var trailers = new HashMap<String, String>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            field(line, trailers);
        }
        return new Content(taken > most, trailers);
    }

    private String line() throws IOException {
        int at = start;
        while (true) {
            for (; at + 1 < end; at++) {
                if (buffer[at] == '\r' && buffer[at + 1] == '\n') {
                    String line = new String(buffer, start, at - start, StandardCharsets.UTF_8);
                    start = at + 2;
                    return line;
                }
            }
            if (end - start > MOST_HEAD_BYTES) {
                throw new IOException("line too long");
            }
            int seen = at - start;
            fill();
            at = start + seen;
        }
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = new byte[length];
        int have = Math.min(length, end - start);
        System.arraycopy(buffer, start, bytes, 0, have);
        start += have;
        if (in.readNBytes(bytes, have, length - have) < length - have) {
            throw new EOFException();
        }
        return bytes;
    }

    private void skip(long length) throws IOException {
        long have = Math.min(length, end - start);
        start += (int) have;
        in.skipNBytes(length - have);
    }
}
