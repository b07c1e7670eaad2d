package dev.aloft.kernel.http;

import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.MimeTypes;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/**
 * The listener: one port that speaks HTTP/1.1, HTTP/2 in clear text (by prior knowledge and by upgrade) and TLS with
 * both, each request on a virtual thread of its own. Paths and queries reach the handler as they were sent.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(HttpServer.class.getName());
    /** Held so that its level stays set: what Jetty says of its own life is not our user's matter. */
    private static final Logger JETTY = Logger.getLogger("org.eclipse.jetty");

    private final Server server;
    private final Listener connector;
    /** Where {@code localhost} is the machine's IPv6 address, which some clients try and then give up; or null. */
    private final Listener second;
    private final Turns turns = new Turns();
    private final Exchanges exchanges;
    private final Config config;

    /** Answers one request; it may block, and both bodies may be streams. */
    @FunctionalInterface
    public interface Handler {
        HttpResponse handle(HttpRequest request) throws Exception;
    }

    /**
     * How to listen.
     *
     * @param port         0 for any free one
     * @param idle         how long a connection may be silent while somebody waits for its bytes, and how long the
     *                     headers of a request may take
     * @param drain        how long requests under way get to finish at the end
     * @param maxBodyBytes the longest request body; what an operation allows is usually far less
     * @param certificates the folder of the certificate made on first use, or null for no TLS
     */
    public record Config(
            String address,
            int port,
            Duration idle,
            Duration drain,
            int maxHeaderBytes,
            long maxBodyBytes,
            Path certificates) {
        /** The longest part of a multipart upload, 5 GiB, and room for the chunk signatures of {@code aws-chunked}. */
        static final long MAX_BODY_BYTES = (5L << 30) + (64L << 20);

        public static Config on(String address, int port, Path certificates) {
            return new Config(
                    address,
                    port,
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(10),
                    64 * 1024,
                    MAX_BODY_BYTES,
                    certificates);
        }
    }

    /** The address cannot be listened on; the message says why and what to do. */
    public static final class CannotListen extends RuntimeException {
        CannotListen(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Loads, on a thread of its own, what takes Jetty longest to load (it asks the JDK for all the world's locales).
     * Worth calling first in a process that has other things to do before it listens.
     */
    public static void prepare() {
        Thread.ofPlatform().daemon().name("http-prepare").start(() -> MimeTypes.getBase("text/plain"));
    }

    /** Listens and returns; throws {@link CannotListen} if the address is taken or is not this machine's. */
    public static HttpServer start(Config config, InstantSource clock, Handler handler) {
        var http = new HttpServer(config, clock, handler);
        try {
            http.open();
            http.server.start();
            return http;
        } catch (Exception e) {
            http.stop();
            throw cannotListen(config, e);
        }
    }

    private HttpServer(Config config, InstantSource clock, Handler handler) {
        JETTY.setLevel(Level.WARNING);
        this.config = config;
        // Jetty's own queue starts JMX, which costs a tenth of a second.
        var threads = new QueuedThreadPool(16, 2, 60_000, new LinkedBlockingQueue<>());
        threads.setName("http");
        threads.setReservedThreads(0);
        threads.setVirtualThreadsExecutor(turns);
        server = new Server(threads, new ScheduledExecutorScheduler("http-timer", true), null);
        exchanges = new Exchanges(config, clock, turns, handler);
        server.setHandler(exchanges);
        server.setErrorHandler(new RefusedRequest(clock));

        var http = new HttpConfiguration();
        http.setUriCompliance(UriCompliance.UNSAFE);
        http.setHttpCompliance(HttpCompliance.RFC9110);
        http.setRequestHeaderSize(config.maxHeaderBytes());
        http.setResponseHeaderSize(config.maxHeaderBytes());
        http.setOutputBufferSize(16 * 1024);
        // Signatures are over header values as they were sent, not as Jetty knows them.
        http.setHeaderCacheCaseSensitive(true);
        // To look each header up in it takes longer than to read it.
        http.setHeaderCacheSize(0);
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        http.setRelativeRedirectAllowed(true);

        var tls = config.certificates() == null ? null : new LazyTls(config.certificates(), clock);
        connector = connector(http, tls, config.address(), config.port());
        server.addConnector(connector);
        second = List.of("127.0.0.1", "localhost").contains(config.address()) ? connector(http, tls, "::1", 0) : null;
    }

    private Listener connector(HttpConfiguration http, LazyTls tls, String address, int port) {
        var protocols = new ArrayList<ConnectionFactory>();
        if (tls != null) {
            protocols.add(new DetectorConnectionFactory(tls));
        }
        protocols.add(new PatientConnections(http, config, turns, exchanges));
        protocols.add(windows(new HTTP2CServerConnectionFactory(http)));
        if (tls != null) {
            protocols.add(windows(new HTTP2ServerConnectionFactory(http)));
        }
        var made = new Listener(server, turns, protocols.toArray(ConnectionFactory[]::new));
        made.setHost(address);
        made.setPort(port);
        made.setIdleTimeout(config.idle().toMillis());
        made.setAcceptQueueSize(1024);
        made.setReuseAddress(true);
        return made;
    }

    private static AbstractHTTP2ServerConnectionFactory windows(AbstractHTTP2ServerConnectionFactory http2) {
        http2.setInitialStreamRecvWindow(1 << 20);
        http2.setInitialSessionRecvWindow(4 << 20);
        return http2;
    }

    private void open() throws IOException {
        connector.open();
        if (second == null) {
            return;
        }
        second.setPort(connector.getLocalPort());
        try {
            second.open();
            server.addConnector(second);
        } catch (IOException e) {
            LOG.log(Level.FINE, "no listener on ::1", e);
        }
    }

    /**
     * Serves a connection that somebody else accepted as one of this listener's own; closes it where that cannot be.
     */
    public void take(SocketChannel connection) throws IOException {
        if (!connector.isRunning()) {
            connection.close();
            return;
        }
        try {
            connection.configureBlocking(false);
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connector.getSelectorManager().accept(connection);
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    public int port() {
        return connector.getLocalPort();
    }

    public String address() {
        return config.address();
    }

    /** Takes no new connections, lets what is under way finish within the drain time, then ends the rest. */
    @Override
    public void close() {
        exchanges.endConnections();
        try {
            connector.shutdown();
            if (second != null) {
                second.shutdown();
            }
        } catch (RuntimeException e) {
            LOG.log(Level.FINE, "closing the listener", e);
        }
        if (!exchanges.awaitNone(config.drain())) {
            LOG.warning(() -> exchanges.underWay() + " requests were still under way after "
                    + config.drain().toSeconds() + " s and are cut off.");
        }
        stop();
    }

    private void stop() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.log(Level.FINE, "stopping the listener", e);
        }
    }

    private static CannotListen cannotListen(Config config, Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException bind) {
                var text = String.valueOf(bind.getMessage());
                if (text.contains("Permission denied")) {
                    return new CannotListen(
                            "Port " + config.port()
                            + " may not be used by this user: ports below 1024 need rights that "
                                    + "Aloft does not ask for. Choose another one with --port.",
                            e);
                }
                if (text.contains("assign requested address")) {
                    return new CannotListen(
                            "The address " + config.address() + " is not one of this machine's. Listen on 127.0.0.1.",
                            e);
                }
                return new CannotListen(
                        "Port " + config.port() + " on " + config.address()
                        + " is in use by another program or another Aloft. "
                                + "Stop that program (`ss -ltnp 'sport = :" + config.port() + "'` names it), "
                                + "or choose another port with --port.",
                        e);
            }
            if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
                return new CannotListen(
                        "The address " + config.address() + " cannot be resolved. Listen on 127.0.0.1.", e);
            }
        }
        if (e instanceof IOException) {
            return new CannotListen(
                    "Cannot listen on " + config.address() + ":" + config.port() + ": " + e.getMessage(), e);
        }
        throw new IllegalStateException("the HTTP listener does not start", e);
    }
}
