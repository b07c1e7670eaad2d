package dev.aloft.kernel.http;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Recognises a TLS handshake; what TLS needs, the certificate included, is made when the first one comes. */
final class LazyTls extends AbstractConnectionFactory implements ConnectionFactory.Detecting {
    private static final int HANDSHAKE = 22;
    private static final int MAJOR_VERSION = 3;

    private final Path certificates;
    private final InstantSource clock;
    private volatile Tls tls;

    private record Tls(SslContextFactory.Server context, ALPNServerConnectionFactory alpn) {}

    LazyTls(Path certificates, InstantSource clock) {
        super("SSL");
        this.certificates = certificates;
        this.clock = clock;
        setInputBufferSize(17 * 1024);
    }

    @Override
    public Detection detect(ByteBuffer buffer) {
        int at = buffer.position();
        if (buffer.hasRemaining() && buffer.get(at) != HANDSHAKE) {
            return Detection.NOT_RECOGNIZED;
        }
        if (buffer.remaining() < 2) {
            return Detection.NEED_MORE_BYTES;
        }
        return buffer.get(at + 1) == MAJOR_VERSION ? Detection.RECOGNIZED : Detection.NOT_RECOGNIZED;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        var with = tls == null ? prepare() : tls;
        var engine = with.context.newSSLEngine();
        engine.setUseClientMode(false);
        var connection = new SslConnection(
                connector.getByteBufferPool(), connector.getExecutor(), with.context, endPoint, engine);
        connection.setRenegotiationAllowed(false);
        configure(connection, connector, endPoint);
        var inner = connection.getSslEndPoint();
        inner.setConnection(with.alpn.newConnection(connector, inner));
        return connection;
    }

    private synchronized Tls prepare() {
        if (tls == null) {
            var context = new SslContextFactory.Server();
            context.setSslContext(Certificate.in(certificates, clock).context());
            LifeCycle.start(context);
            tls = new Tls(context, new ALPNServerConnectionFactory("h2", "http/1.1"));
        }
        return tls;
    }
}
