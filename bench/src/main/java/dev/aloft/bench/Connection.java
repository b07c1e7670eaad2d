package dev.aloft.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One keep-alive connection that costs the client next to nothing: requests are bytes made before, answers are passed
 * over.
 */
final class Connection implements AutoCloseable {
    private static final int MAX_LINE = 16 * 1024;

    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;
    private final CharBuffer line = CharBuffer.allocate(MAX_LINE);
    private final byte[] buffer = new byte[64 * 1024];
    private int at;
    private int end;
    private String content = "";

    Connection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        in = socket.getInputStream();
    }

    static byte[] get(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] post(String path, String service, String headers, byte[] body) {
        var head = ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Date: 20260101T000000Z\r\n"
                        + "Authorization: AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/" + service
                        + "/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + "0".repeat(64) + "\r\n" + headers
                        + "Content-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        var request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }

    /** Sends the request, reads the answer to its end and returns its status. */
    int exchange(byte[] request) throws IOException {
        send(request);
        return status(false);
    }

    /** Sends the request and reads the answer, whose content {@link #content} then has. */
    int ask(byte[] request) throws IOException {
        send(request);
        return status(true);
    }

    void send(byte[] request) throws IOException {
        out.write(request);
        out.flush();
    }

    /** What the last answer asked for had; chunked ones are not kept. */
    String content() {
        return content;
    }

    private int status(boolean keep) throws IOException {
        int status = Integer.parseInt(line(), 9, 12, 10);
        long length = 0;
        boolean chunked = false;
        for (var header = line(); !header.isEmpty(); header = line()) {
            if (is(header, "content-length:")) {
                length = Long.parseLong(header.toString().substring(15).strip());
            } else if (is(header, "transfer-encoding:") && header.toString().contains("chunked")) {
                chunked = true;
            }
        }
        if (chunked) {
            for (long size = chunk(); ; size = chunk()) {
                skip(size);
                line();
                if (size == 0) {
                    break;
                }
            }
        } else if (keep) {
            content = new String(take((int) length), StandardCharsets.UTF_8);
        } else {
            skip(length);
        }
        return status;
    }

    private long chunk() throws IOException {
        return Long.parseLong(line().toString(), 16);
    }

    private static boolean is(CharBuffer header, String name) {
        if (header.length() < name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (Character.toLowerCase(header.charAt(i)) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private byte[] take(int length) throws IOException {
        var taken = new byte[length];
        for (int done = 0; done < length; ) {
            if (at == end) {
                fill();
            }
            int count = Math.min(length - done, end - at);
            System.arraycopy(buffer, at, taken, done, count);
            at += count;
            done += count;
        }
        return taken;
    }

    private void skip(long length) throws IOException {
        for (long left = length; left > 0; ) {
            if (at == end) {
                fill();
            }
            int count = (int) Math.min(left, end - at);
            at += count;
            left -= count;
        }
    }

    /** The next line without its end; valid until the next is read. */
    private CharBuffer line() throws IOException {
        line.clear();
        while (true) {
            if (at == end) {
                fill();
            }
            byte next = buffer[at++];
            if (next == '\n') {
                return line.flip();
            }
            if (next != '\r') {
                line.put((char) next);
            }
        }
    }

    private void fill() throws IOException {
        at = 0;
        end = in.read(buffer);
        if (end < 0) {
            throw new EOFException();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
