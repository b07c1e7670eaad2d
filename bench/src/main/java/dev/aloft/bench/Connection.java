package dev.aloft.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One keep-alive connection that costs the client next to nothing: requests are bytes made before, answers are passed over. */
final class Connection implements AutoCloseable {
    private static final int MAX_LINE = 16 * 1024;

    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;
    private final byte[] line = new byte[MAX_LINE];
    private String content = "";

    Connection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
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
        var status = Integer.parseInt(readLine().substring(9, 12));
        long length = 0;
        boolean chunked = false;
        for (var header = readLine(); !header.isEmpty(); header = readLine()) {
            var small = header.toLowerCase(Locale.ROOT);
            if (small.startsWith("content-length:")) {
                length = Long.parseLong(header.substring(15).strip());
            } else if (small.startsWith("transfer-encoding:") && small.contains("chunked")) {
                chunked = true;
            }
        }
        if (chunked) {
            for (long size = Long.parseLong(readLine(), 16); ; size = Long.parseLong(readLine(), 16)) {
                in.skipNBytes(size);
                readLine();
                if (size == 0) {
                    break;
                }
            }
        } else if (keep) {
            content = new String(in.readNBytes((int) length), StandardCharsets.UTF_8);
        } else {
            in.skipNBytes(length);
        }
        return status;
    }

    private String readLine() throws IOException {
        int size = 0;
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            if (b != '\r') {
                line[size++] = (byte) b;
            }
        }
        return new String(line, 0, size, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
