package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A port of a sandbox's own network that the machine's loopback has too: people's debuggers are outside. */
final class Published implements AutoCloseable {
    private static final int BACKLOG = 8;
    private static final int CONNECT_MILLIS = 1_000;

    private final Way way;
    private final int port;
    private final ServerSocket outside;

    /** Connects to a port inside. */
    interface Way {
        Socket connect(int port, int mostMillis) throws IOException;
    }

    Published(Way way, int port) throws IOException {
        this.way = way;
        this.port = port;
        this.outside = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("published-" + port).start(this::accept);
    }

    private void accept() {
        Arrivals.of("port " + port, outside)
                .serve(came -> Thread.ofVirtual().name("published-" + port).start(() -> carry(came)));
    }

    private void carry(Socket came) {
        try (came; Socket inside = way.connect(port, CONNECT_MILLIS)) {
            Thread back = Thread.ofVirtual().name("published-" + port).start(() -> copy(inside, came));
            copy(came, inside);
            back.join();
        } catch (IOException refused) {
            // as who asks would see it inside
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException cut) {
            // the other direction ends by itself
        }
    }

    @Override
    public void close() {
        try {
            outside.close();
        } catch (IOException e) {
            // closed is closed
        }
    }
}
