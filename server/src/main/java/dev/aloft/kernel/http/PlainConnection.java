package dev.aloft.kernel.http;

import dev.aloft.api.Body;
import dev.aloft.wire.HttpRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.HostPort;

/**
 * A connection in clear text as long as its requests are plain and short, as those of SDKs mostly are: Jetty's general
 * way takes several times as long to read one and to write its answer. With the first request of another kind the
 * connection becomes Jetty's, which sees that request as if nobody had looked at it.
 */
final class PlainConnection extends AbstractConnection implements Connection.UpgradeFrom, Connection.UpgradeTo {
    private static final int USUAL = 4 * 1024;
    private static final int LONGEST = 64 * 1024;

    private final HttpServer.Config config;
    private final Turns turns;
    private final Exchanges exchanges;
    private final Supplier<? extends AbstractConnection> general;
    private final String remoteAddress;
    /** What was sent and is not answered yet; nothing is kept while nothing is there. */
    private ByteBuffer sent = BufferUtil.EMPTY_BUFFER;
    private volatile PlainAnswer underWay;

    /** @param general makes the connection of Jetty's that takes its place */
    PlainConnection(EndPoint endPoint, HttpServer.Config config, Turns turns, Exchanges exchanges,
            Supplier<? extends AbstractConnection> general) {
        super(endPoint, turns);
        this.config = config;
        this.turns = turns;
        this.exchanges = exchanges;
        this.general = general;
        this.remoteAddress = endPoint.getRemoteSocketAddress() instanceof InetSocketAddress internet
                ? HostPort.normalizeHost(internet.getAddress().getHostAddress()) : null;
    }

    @Override
    public void onUpgradeTo(ByteBuffer already) {
        makeRoom(already.remaining());
        BufferUtil.append(sent, already);
    }

    @Override
    public ByteBuffer onUpgradeFrom() {
        return sent;
    }

    @Override
    public void onOpen() {
        super.onOpen();
        if (sent.hasRemaining()) {
            turns.execute(this::serve);
        } else {
            fillInterested();
        }
    }

    @Override
    public void onFillable() {
        if (Thread.currentThread().isVirtual()) {
            serve();
        } else {
            // Jetty's own few threads must never wait for a handler.
            turns.execute(this::serve);
        }
    }

    /** A client that falls silent in the middle of a request is told so, which Jetty does. */
    @Override
    public void onFillInterestedFailed(Throwable cause) {
        if (sent.hasRemaining() && getEndPoint().isOpen()) {
            leaveToJetty();
        } else {
            super.onFillInterestedFailed(cause);
        }
    }

    /** While a handler works nobody waits for bytes, and a silent connection is no fault. */
    @Override
    public boolean onIdleExpired(TimeoutException timeout) {
        var answer = underWay;
        return answer == null || answer.isWaiting();
    }

    private void serve() {
        for (var request = next(); request.isPresent(); request = next()) {
            answer(request.get());
        }
    }

    /** The next request once it is there to its end; nothing where it is waited for, or is not this connection's. */
    private Optional<HttpRequest> next() {
        boolean more = getEndPoint().isOpen() && (sent.hasRemaining() || fill(USUAL));
        while (more) {
            int from = sent.arrayOffset() + sent.position();
            var head = PlainHead.read(sent.array(), from, from + sent.remaining());
            if (head.isEmpty() || !isShort(head.get(), from)) {
                leaveToJetty();
                return Optional.empty();
            }
            int length = head.get().end() + head.get().length() - from;
            if (sent.remaining() >= length) {
                return Optional.of(take(head.get(), length));
            }
            more = fill(length);
        }
        return Optional.empty();
    }

    private boolean isShort(PlainHead head, int from) {
        return head.end() - from <= config.maxHeaderBytes()
                && head.length() <= Math.min(LONGEST, config.maxBodyBytes());
    }

    private HttpRequest take(PlainHead head, int length) {
        var content = Arrays.copyOfRange(sent.array(), head.end(), head.end() + head.length());
        sent.position(sent.position() + length);
        dropEmpty();
        return new HttpRequest(head.method(), "http", head.path(), head.query(), head.headers(), Body.of(content),
                remoteAddress);
    }

    /** Many connections wait for long, and none of them needs a buffer for that. */
    private void dropEmpty() {
        if (!sent.hasRemaining()) {
            sent = BufferUtil.EMPTY_BUFFER;
        }
    }

    /** Says whether more has come; where it has not, this connection is served again when it has. */
    private boolean fill(int wanted) {
        makeRoom(wanted);
        try {
            int filled = getEndPoint().fill(sent);
            if (filled > 0) {
                return true;
            }
            if (filled < 0 && sent.hasRemaining()) {
                leaveToJetty();
            } else if (filled < 0) {
                close();
            } else {
                dropEmpty();
                fillInterested();
            }
        } catch (IOException e) {
            getEndPoint().close(e);
        }
        return false;
    }

    private void makeRoom(int wanted) {
        if (sent.capacity() < wanted) {
            var larger = BufferUtil.allocate(wanted);
            BufferUtil.append(larger, sent);
            sent = larger;
        }
    }

    private void leaveToJetty() {
        var jetty = general.get();
        // What does not fit into its buffer would be lost.
        jetty.setInputBufferSize(Math.max(jetty.getInputBufferSize(), sent.remaining()));
        getEndPoint().upgrade(jetty);
    }

    private void answer(HttpRequest request) {
        var out = new PlainAnswer(getEndPoint(), exchanges, request.method().equals("HEAD"));
        underWay = out;
        exchanges.begin();
        try {
            out.write(exchanges.handle(request));
        } catch (Throwable e) {
            out.fail(exchanges.told(e, request.method() + " " + request.rawPath()));
        } finally {
            underWay = null;
            exchanges.end();
        }
        if (out.isLast()) {
            close();
        }
    }
}
