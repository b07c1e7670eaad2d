package dev.aloft.kernel.http;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * HTTP/1.1 connections whose patience with a request's headers ends: Jetty's idle time begins anew with each byte, so a
 * client that sends one now and then could stay for ever.
 */
final class PatientConnections extends HttpConnectionFactory {
    private final long patienceNanos;

    PatientConnections(HttpConfiguration configuration, Duration patience) {
        super(configuration);
        this.patienceNanos = patience.toNanos();
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        var connection = new Patient(getHttpConfiguration(), connector, endPoint);
        connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
        return configure(connection, connector, endPoint);
    }

    private final class Patient extends HttpConnection {
        private long waitingSince;
        private boolean waiting;

        Patient(HttpConfiguration configuration, Connector connector, EndPoint endPoint) {
            super(configuration, connector, endPoint);
        }

        @Override
        public void onFillable() {
            if (!getParser().inHeaderState() || getParser().isStart()) {
                waiting = false;
            } else if (!waiting) {
                waiting = true;
                waitingSince = System.nanoTime();
            } else if (System.nanoTime() - waitingSince > patienceNanos) {
                getEndPoint().close(new TimeoutException("the headers did not come to their end"));
                return;
            }
            super.onFillable();
        }
    }
}
