package dev.aloft.service.lambda.invoke;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Where an extension listens inside its sandbox. */
sealed interface Destination {
    int CONNECT_MILLIS = 1_000;
    int ANSWER_MILLIS = 3_000;

    /** The way into the sandbox. */
    interface Way {
        Socket connect(int port, int mostMillis) throws IOException;
    }

    /** Brings a batch, or says why not. */
    void send(List<byte[]> batch) throws IOException;

    /** A listener that is asked to take an array of entries. */
    record Http(String method, String path, String named, int port, Way way) implements Destination {
        @Override
        public void send(List<byte[]> batch) throws IOException {
            int length = 2 + Math.max(0, batch.size() - 1) + batch.stream().mapToInt(each -> each.length).sum();
            try (var socket = connect(way, port)) {
                var out = new BufferedOutputStream(socket.getOutputStream());
                out.write((method + " " + path + " HTTP/1.1\r\nHost: " + named
                        + "\r\nContent-Type: application/json\r\n"
                        + "Content-Length: " + length + "\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                out.write('[');
                for (int i = 0; i < batch.size(); i++) {
                    if (i > 0) {
                        out.write(',');
                    }
                    out.write(batch.get(i));
                }
                out.write(']');
                out.flush();
                byte[] head = socket.getInputStream().readNBytes(12);
                String status = new String(head, StandardCharsets.ISO_8859_1);
                if (head.length < 12 || status.charAt(9) != '2') {
                    throw new IOException("answered " + status);
                }
            }
        }
    }

    /** A listener that takes a line an entry. */
    record Tcp(int port, Way way) implements Destination {
        @Override
        public void send(List<byte[]> batch) throws IOException {
            try (var socket = connect(way, port)) {
                var out = new BufferedOutputStream(socket.getOutputStream());
                for (byte[] entry : batch) {
                    out.write(entry);
                    out.write('\n');
                }
                out.flush();
            }
        }
    }

    private static Socket connect(Way way, int port) throws IOException {
        Socket socket = way.connect(port, CONNECT_MILLIS);
        socket.setSoTimeout(ANSWER_MILLIS);
        return socket;
    }

    static Destination http(String text, Object method, Way way, List<String> wrong) {
        try {
            var uri = new URI(text);
            if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
                wrong.add("URI is not valid");
            } else if (!uri.getHost().equals("sandbox.localdomain") && !uri.getHost().equals("sandbox")) {
                wrong.add("URI host should be sandbox.localdomain");
            } else if (uri.getPort() < 0) {
                wrong.add("URI port is not provided");
            } else {
                String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
                return new Http(method instanceof String given && given.equals("PUT") ? "PUT" : "POST", path,
                        uri.getHost() + ":" + uri.getPort(), uri.getPort(), way);
            }
        } catch (URISyntaxException e) {
            wrong.add("URI is not valid");
        }
        return null;
    }

    static Destination tcp(Object port, Way way, List<String> wrong) {
        if (port instanceof Number number && number.intValue() > 0 && number.intValue() < 65_536) {
            return new Tcp(number.intValue(), way);
        }
        wrong.add("destination.port is not valid");
        return null;
    }
}
