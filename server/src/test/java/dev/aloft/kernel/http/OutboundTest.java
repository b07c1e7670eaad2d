package dev.aloft.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboundTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration IMPATIENCE = Duration.ofMillis(300);

    private final Outbound outbound = new Outbound();
    private ServerSocket server;

    /** Writes what a server says; the connection is closed behind it. */
    private interface Said {
        void by(OutputStream out) throws IOException;
    }

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        outbound.close();
        server.close();
    }

    private Outbound.Answer ask(Said said, Duration timeout) throws IOException {
        Thread.startVirtualThread(() -> {
            try (Socket connection = server.accept()) {
                connection.getInputStream().read();
                said.by(connection.getOutputStream());
                // Until the client has gone.
                connection.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException closed) {
                // by the client
            }
        });
        return outbound.send("POST", URI.create("http://127.0.0.1:" + server.getLocalPort() + "/"), Map.of(),
                "{}".getBytes(StandardCharsets.UTF_8), timeout);
    }

    private static void begin(OutputStream out, long length) throws IOException {
        out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void anAnswerIsToldWhole() throws IOException {
        var answer = ask(out -> {
            begin(out, 4);
            out.write("well".getBytes(StandardCharsets.US_ASCII));
        }, PATIENCE);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).asString().isEqualTo("well");
    }

    @Test
    void anAnswerThatDoesNotComeToItsEndInTimeIsNone() {
        assertThatThrownBy(() -> ask(out -> begin(out, 4), IMPATIENCE)).isInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void anAnswerLongerThanAnyThatIsMadeSenseOfIsNone() {
        assertThatThrownBy(() -> ask(out -> {
            begin(out, 1L << 40);
            var much = new byte[1 << 20];
            while (true) {
                out.write(much);
            }
        }, PATIENCE)).isInstanceOf(IOException.class).isNotInstanceOf(HttpTimeoutException.class);
    }
}
