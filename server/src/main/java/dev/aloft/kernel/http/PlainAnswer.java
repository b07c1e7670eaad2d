package dev.aloft.kernel.http;

import dev.aloft.api.Body;
import dev.aloft.wire.HttpResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Blocker;

/** Writes an answer in HTTP/1.1; what is short in one piece. */
final class PlainAnswer {
    private static final int ONE_PIECE = 16 * 1024;
    private static final int COPY = 64 * 1024;
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};

    private final EndPoint to;
    private final Exchanges exchanges;
    private final boolean head;
    private byte[] out = new byte[512];
    private int size;
    private boolean begun;
    private boolean last;
    private volatile boolean waiting;

    /** @param head whether the head alone was asked for */
    PlainAnswer(EndPoint to, Exchanges exchanges, boolean head) {
        this.to = to;
        this.exchanges = exchanges;
        this.head = head;
    }

    /** Whether the connection ends with it. */
    boolean isLast() {
        return last;
    }

    /** Whether the client has not taken what it has been sent. */
    boolean isWaiting() {
        return waiting;
    }

    /** Says this in place of an answer that failed, unless the client has seen some of that. */
    void fail(HttpResponse instead) {
        try {
            if (!begun) {
                write(instead);
            } else {
                last = true;
            }
        } catch (IOException | RuntimeException e) {
            last = true;
        }
    }

    void write(HttpResponse answer) throws IOException {
        if (HttpStatus.isInformational(answer.status())) {
            // The client would wait for the answer that has to follow.
            throw new IllegalStateException("The status " + answer.status() + " ends no exchange");
        }
        size = 0;
        boolean noContent = answer.status() == 204 || answer.status() == 304;
        try (var body = answer.body()) {
            writeHead(answer, body.length(), noContent);
            if (head || noContent) {
                send(ByteBuffer.wrap(out, 0, size));
            } else if (body instanceof Body.OfBytes(byte[] content)) {
                writeBytes(content);
            } else {
                copy(body);
            }
        }
    }

    private void writeHead(HttpResponse answer, long length, boolean noContent) {
        text("HTTP/1.1 ").text(Integer.toString(answer.status())).text(" ").text(reason(answer.status())).bytes(
            LINE_END);
        var headers = answer.headers();
        if (!headers.has("Date")) {
            field("Date", exchanges.date().getValue());
        }
        if (!headers.has("Server")) {
            field("Server", "Aloft");
        }
        boolean ownLength = noContent || length >= 0 && !(head && headers.has("Content-Length"));
        headers.forEach((name, value) -> {
            if (!(ownLength && name.equalsIgnoreCase("Content-Length"))
                    && !name.equalsIgnoreCase("Transfer-Encoding")) {
                field(name, value);
            }
            last |= name.equalsIgnoreCase("Connection") && value.toLowerCase(Locale.ROOT).contains("close");
        });
        if (exchanges.areEnding() && !last) {
            last = true;
            field("Connection", "close");
        }
        if (!noContent && length < 0) {
            field("Transfer-Encoding", "chunked");
        } else if (!noContent && ownLength) {
            field("Content-Length", Long.toString(length));
        }
        bytes(LINE_END);
    }

    private static String reason(int status) {
        var reason = HttpStatus.getMessage(status);
        return reason == null ? "" : reason;
    }

    private void field(String name, String value) {
        text(name, '.').text(": ").text(value).bytes(LINE_END);
    }

    private PlainAnswer text(String text) {
        return text(text, ' ');
    }

    /** @param stead what takes the place of characters that would end the field */
    private PlainAnswer text(String text, char stead) {
        int length = text.length();
        room(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            out[size++] = (byte) (c < ' ' && c != '\t' || c > 0xFF || c == ':' && stead == '.' ? stead : c);
        }
        return this;
    }

    private void bytes(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, out, size, more.length);
        size += more.length;
    }

    private void room(int more) {
        if (out.length - size < more) {
            out = Arrays.copyOf(out, Math.max(2 * out.length, size + more));
        }
    }

    private void writeBytes(byte[] content) throws IOException {
        if (size + content.length <= ONE_PIECE) {
            bytes(content);
            send(ByteBuffer.wrap(out, 0, size));
        } else {
            send(ByteBuffer.wrap(out, 0, size), ByteBuffer.wrap(content));
        }
    }

    private void copy(Body body) throws IOException {
        long length = body.length();
        var buffer = new byte[length >= 0 ? Math.clamp(length, 1, COPY) : COPY];
        long written = 0;
        var in = body.stream();
        var first = ByteBuffer.wrap(out, 0, size);
        while (written != length) {
            int count = in.read(buffer, 0, buffer.length);
            if (count < 0) {
                break;
            }
            written += count;
            if (length >= 0) {
                send(first, ByteBuffer.wrap(buffer, 0, count));
            } else if (count > 0) {
                var chunk = (Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
                send(first, ByteBuffer.wrap(chunk), ByteBuffer.wrap(buffer, 0, count), ByteBuffer.wrap(LINE_END));
            }
        }
        if (length >= 0 && written < length) {
            throw new IOException("the answer ended after " + written + " of " + length + " bytes");
        }
        send(first, ByteBuffer.wrap(length < 0 ? LAST_CHUNK : new byte[0]));
    }

    private void send(ByteBuffer... buffers) throws IOException {
        begun = true;
        try {
            if (!to.flush(buffers)) {
                waiting = true;
                try (var sending = Blocker.callback()) {
                    to.write(sending, buffers);
                    sending.block();
                }
                waiting = false;
            }
        } catch (IOException e) {
            throw new ClientGone(e);
        }
    }
}
