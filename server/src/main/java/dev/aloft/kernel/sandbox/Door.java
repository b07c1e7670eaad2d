package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** How sandboxes that have a network of their own reach the platform: at the same address and port as everybody. */
public interface Door {
    /** The port at which the platform listens. */
    int port();

    /** Serves a connection as if it had come to the platform's own listener. */
    void enter(SocketChannel connection) throws IOException;
}
