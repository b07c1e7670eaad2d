package dev.aloft.kernel.http;

import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * HTTP/1.1 connections, plain ones first. Those of Jetty have a patience with a request's headers that ends: its idle
 * time begins anew with each byte, so a client that sends one now and then could stay for ever.
 */
final class PatientConnections extends HttpConnectionFactory {
    private final HttpServer.Config config;
    private final Turns turns;
    private final Exchanges exchanges;

    PatientConnections(HttpConfiguration configuration, HttpServer.Config config, Turns turns, Exchanges exchanges) {
        super(configuration);
        this.config = config;
        this.turns = turns;
        this.exchanges = exchanges;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        if (endPoint.isSecure()) {
            return patient(connector, endPoint);
        }
        var plain = new PlainConnection(endPoint, config, turns, exchanges, () -> patient(connector, endPoint));
        return configure(plain, connector, endPoint);
    }

    private Patient patient(Connector connector, EndPoint endPoint) {
        var connection = new Patient(getHttpConfiguration(), connector, endPoint);
        connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
        return configure(connection, connector, endPoint);
    }

    private final class Patient extends HttpConnection {
        private long waitingSince;
        private boolean waiting;
        private final ReentrantLock serving = new ReentrantLock();

        Patient(HttpConfiguration configuration, Connector connector, EndPoint endPoint) {
            super(configuration, connector, endPoint);
        }

        /**
         * One thread at a time: of a request that it refuses Jetty looks for the next one while the answer is still on
         * its way, and looks again when that is sent. Two threads would let go of the same buffer twice, and other
         * connections would get it.
         */
        @Override
        public void onFillable() {
            serving.lock();
            try {
                serve();
            } finally {
                serving.unlock();
            }
        }

        private void serve() {
            if (!getParser().inHeaderState() || getParser().isStart()) {
                waiting = false;
            } else if (!waiting) {
                waiting = true;
                waitingSince = System.nanoTime();
            } else if (System.nanoTime() - waitingSince > config.idle().toNanos()) {
                getEndPoint().close(new TimeoutException("the headers did not come to their end"));
                return;
            }
            super.onFillable();
        }
    }
}
