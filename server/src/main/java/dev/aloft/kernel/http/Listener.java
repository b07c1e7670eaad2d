package dev.aloft.kernel.http;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** One address on which the platform listens; its connections take {@link Turns}. */
final class Listener extends ServerConnector {
    private static final Logger LOG = Logger.getLogger(HttpServer.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Turns turns;
    private volatile boolean told;

    Listener(Server server, Turns turns, ConnectionFactory... protocols) {
        super(server, null, null, null, 1, 1, protocols);
        this.turns = turns;
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        told = false;
        var end = turns.endPoint(channel, selector, key, getScheduler());
        end.setIdleTimeout(getIdleTimeout());
        return end;
    }

    /** Goes on as long as it listens: the process may have too many open files, and fewer in a moment. */
    @Override
    protected boolean handleAcceptFailure(Throwable failure) {
        if (!isRunning() || !isOpen()) {
            return false;
        }
        if (!told) {
            told = true;
            LOG.warning(() -> "No connection to port " + getLocalPort() + " can be taken at the moment: "
                    + failure.getMessage());
        }
        LockSupport.parkNanos(PAUSE.toNanos());
        return true;
    }
}
