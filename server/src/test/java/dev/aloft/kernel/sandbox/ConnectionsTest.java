package dev.aloft.kernel.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private ServerSocket listener;
    private Socket client;
    private Socket served;

    @BeforeEach
    void connect() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        client = new Socket(listener.getInetAddress(), listener.getLocalPort());
        served = listener.accept();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        served.close();
        listener.close();
    }

    @Test
    void theOtherEndIsASocketThatItsProcessHolds() {
        var other = Connections.other(served).orElseThrow();
        assertThat(Connections.holds(ProcessHandle.current().pid(), other.inode())).isTrue();
        assertThat(Connections.holds(ProcessHandle.current().pid(), other.inode() + 1_000_000_000L)).isFalse();
        assertThat(Connections.other(client)).isNotEqualTo(Connections.other(served));
    }

    /** Where the kernel answers for a single connection it says what its table says. */
    @Test
    void askedAndListedAreTheSame() {
        var asked = SocketDiagnosis.end(served.getPort(), served.getLocalPort());
        assertThat(Connections.listed(served.getPort())).isPresent()
                .isEqualTo(asked.or(() -> Connections.other(served)));
    }

    @Test
    void ofPortsThatAreNotConnectedNothingIsKnown() {
        assertThat(SocketDiagnosis.end(served.getPort(), served.getPort())).isEmpty();
    }
}
