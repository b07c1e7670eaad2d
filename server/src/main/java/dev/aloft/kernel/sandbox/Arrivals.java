package dev.aloft.kernel.sandbox;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Takes connections until the listener is closed, which alone is the end: a connection that cannot be taken, since its
 * client is gone or the process has too many open files, is no reason to take no others.
 */
public final class Arrivals<C extends Closeable> {
    private static final Logger LOG = System.getLogger(Arrivals.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final String at;
    private final BooleanSupplier open;
    private final Source<C> source;
    private boolean told;

    /** Waits for the next connection. */
    @FunctionalInterface
    public interface Source<C> {
        C accept() throws IOException;
    }

    /** Serves a connection on a thread of its own; where it fails the connection is closed. */
    @FunctionalInterface
    public interface Host<C> {
        void serve(C connection) throws IOException;
    }

    /** @param at what people call it */
    Arrivals(String at, BooleanSupplier open, Source<C> source) {
        this.at = at;
        this.open = open;
        this.source = source;
    }

    public static Arrivals<Socket> of(String at, ServerSocket listener) {
        return new Arrivals<>(at, () -> !listener.isClosed(), listener::accept);
    }

    static Arrivals<SocketChannel> of(String at, ServerSocketChannel listener) {
        return new Arrivals<>(at, listener::isOpen, listener::accept);
    }

    public void serve(Host<? super C> host) {
        while (open.getAsBoolean()) {
            try {
                serve(source.accept(), host);
                told = false;
            } catch (IOException e) {
                pause(e);
            }
        }
    }

    private void serve(C connection, Host<? super C> host) throws IOException {
        try {
            host.serve(connection);
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "A connection to " + at + " is gone before it was served", e);
            connection.close();
        }
    }

    private void pause(IOException e) {
        if (open.getAsBoolean()) {
            if (!told) {
                told = true;
                LOG.log(Level.WARNING, "No connection to " + at + " can be taken at the moment: " + e.getMessage());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
