package dev.aloft.kernel.http;

import dev.aloft.api.Body;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;

/** Requests under way: each is turned into our {@link HttpRequest}, handed over, and its answer written back. */
final class Exchanges extends Handler.Abstract {
    private static final Logger LOG = Logger.getLogger(HttpServer.class.getName());
    private static final HttpField SERVER = new PreEncodedHttpField(HttpHeader.SERVER, "Aloft");
    private static final int COPY = 64 * 1024;
    private static final Set<String> BODILESS = Set.of("GET", "HEAD", "DELETE", "OPTIONS");
    /** What is read and thrown away so that a client that is still sending gets to see an early answer. */
    private static final long DRAIN = 16L << 20;

    private final HttpServer.Config config;
    private final Turns turns;
    private final HttpServer.Handler handler;
    private final DateHeader date;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition none = lock.newCondition();
    private int underWay;
    private volatile boolean ending;

    Exchanges(HttpServer.Config config, InstantSource clock, Turns turns, HttpServer.Handler handler) {
        this.config = config;
        this.turns = turns;
        this.handler = handler;
        this.date = new DateHeader(clock);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (Thread.currentThread().isVirtual()) {
            exchange(request, response, callback);
        } else {
            // Jetty's own few threads must never wait for a handler.
            turns.execute(() -> exchange(request, response, callback));
        }
        return true;
    }

    private void exchange(Request request, Response response, Callback callback) {
        begin();
        var ended = new AtomicBoolean();
        var done = Callback.from(callback, () -> {
            if (ended.compareAndSet(false, true)) {
                end();
            }
        });
        // While the handler works nobody waits for bytes, and a silent connection is no fault.
        request.addIdleTimeoutListener(_ -> false);
        var body = new RequestBody(request, config.maxBodyBytes());
        try {
            if (body.length() > config.maxBodyBytes()) {
                write(request, response, done, body, plain(413, "The request is longer than "
                        + config.maxBodyBytes() + " bytes."));
                return;
            }
            write(request, response, done, body, handler.handle(read(request, body)));
        } catch (Throwable e) {
            answerFailure(request, response, done, body, told(e, request.getMethod() + " " + request.getHttpURI()));
        }
    }

    HttpResponse handle(HttpRequest request) throws Exception {
        return handler.handle(request);
    }

    /** What a client is told of a failure; the log is told of one that is ours. */
    HttpResponse told(Throwable failure, String request) {
        if (failure instanceof Body.TooLarge tooLarge) {
            return plain(413, "The request is too long: " + tooLarge.getMessage() + ".");
        }
        if (gone(failure)) {
            return plain(408, "The request did not come to its end.");
        }
        LOG.log(Level.SEVERE, "A request failed: " + request, failure);
        return plain(500, "Internal failure.");
    }

    HttpField date() {
        return date.now();
    }

    private static HttpRequest read(Request request, Body body) {
        var uri = request.getHttpURI();
        var headers = new Headers();
        boolean host = false;
        for (var field : request.getHeaders()) {
            host |= field.getHeader() == HttpHeader.HOST;
            headers.add(field.getName(), field.getValue() == null ? "" : field.getValue());
        }
        if (!host && uri.getAuthority() != null) {
            headers.add("host", uri.getAuthority());
        }
        var path = uri.getPath();
        var query = uri.getQuery();
        return new HttpRequest(
                request.getMethod(),
                request.getConnectionMetaData().isSecure() ? "https" : "http",
                path == null || path.isEmpty() ? "/" : path,
                query == null ? "" : query,
                headers,
                body,
                Request.getRemoteAddr(request));
    }

    /** From now on each answer is its connection's last. */
    void endConnections() {
        ending = true;
    }

    boolean areEnding() {
        return ending;
    }

    private void write(Request request, Response response, Callback done, RequestBody sent, HttpResponse answer)
            throws IOException {
        var body = answer.body();
        try {
            if (HttpStatus.isInformational(answer.status())) {
                // The client would wait for the answer that has to follow.
                throw new IllegalStateException("The status " + answer.status() + " ends no exchange");
            }
            response.setStatus(answer.status());
            var fields = response.getHeaders();
            fields.add(date());
            fields.add(SERVER);
            boolean http2 = request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2;
            answer.headers().forEach((name, value) -> put(fields, name, value, http2));
            boolean noContent = answer.status() == 204 || answer.status() == 304;
            boolean head = "HEAD".equals(request.getMethod());
            if (noContent) {
                fields.remove(HttpHeader.CONTENT_LENGTH);
            } else if (body.length() >= 0 && !(head && fields.contains(HttpHeader.CONTENT_LENGTH))) {
                fields.put(HttpHeader.CONTENT_LENGTH, body.length());
            }
            if (sent.ended() || http2 && sent.left() < 0 && BODILESS.contains(request.getMethod())) {
                send(body, head || noContent, response, done);
            } else {
                if (!http2 && !reusable(request, fields, sent)) {
                    fields.put(HttpHeader.CONNECTION, "close");
                }
                try (var sending = Blocker.callback()) {
                    send(body, head || noContent, response, sending);
                    sending.block();
                } catch (IOException e) {
                    throw new ClientGone(e);
                }
                if (!expects(request, sent)) {
                    sent.drain(DRAIN);
                }
                done.succeeded();
            }
        } finally {
            body.close();
        }
    }

    private static void send(Body body, boolean without, Response response, Callback done) throws IOException {
        if (without) {
            response.write(true, null, done);
        } else if (body instanceof Body.OfBytes(byte[] content)) {
            response.write(true, ByteBuffer.wrap(content), done);
        } else {
            copy(body, response, done);
        }
    }

    /**
     * Whether the connection can carry another request although content is left unread: not if that is too much, or if
     * the client still waits to be told to send it. A client that is sending gets to see its answer all the same, since
     * the rest is taken before the connection ends.
     */
    private static boolean reusable(Request request, HttpFields fields, RequestBody sent) {
        return !fields.contains(HttpHeader.CONNECTION, "close")
                && !expects(request, sent)
                && sent.left() >= 0
                && sent.left() <= DRAIN;
    }

    private static boolean expects(Request request, RequestBody sent) {
        return sent.untouched() && request.getHeaders().contains(HttpHeader.EXPECT);
    }

    private static void copy(Body body, Response response, Callback done) throws IOException {
        long length = body.length();
        var buffer = new byte[length >= 0 ? Math.clamp(length, 1, COPY) : COPY];
        long written = 0;
        InputStream in = body.stream();
        while (true) {
            int count = in.read(buffer, 0, buffer.length);
            if (count < 0) {
                if (length >= 0 && written < length) {
                    throw new IOException("the answer ended after " + written + " of " + length + " bytes");
                }
                response.write(true, null, done);
                return;
            }
            written += count;
            if (written == length) {
                response.write(true, ByteBuffer.wrap(buffer, 0, count), done);
                return;
            }
            try {
                Content.Sink.write(response, false, ByteBuffer.wrap(buffer, 0, count));
            } catch (IOException e) {
                throw new ClientGone(e);
            }
        }
    }

    private static void put(HttpFields.Mutable fields, String name, String value, boolean http2) {
        if (name.equalsIgnoreCase("Transfer-Encoding") || http2 && name.equalsIgnoreCase("Connection")) {
            return;
        }
        if (name.equalsIgnoreCase("Date") || name.equalsIgnoreCase("Server")) {
            fields.put(name, value);
        } else {
            fields.add(name, value);
        }
    }

    private void answerFailure(
            Request request, Response response, Callback done, RequestBody sent, HttpResponse answer) {
        if (response.isCommitted()) {
            done.failed(new Quiet(null));
            return;
        }
        try {
            response.reset();
            write(request, response, done, sent, answer);
        } catch (IOException | RuntimeException e) {
            done.failed(new Quiet(e));
        }
    }

    static HttpResponse plain(int status, String text) {
        return HttpResponse.of(status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static boolean gone(Throwable e) {
        for (var cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ClientGone) {
                return true;
            }
        }
        return false;
    }

    void begin() {
        lock.lock();
        try {
            underWay++;
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        try {
            if (--underWay == 0) {
                none.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    int underWay() {
        lock.lock();
        try {
            return underWay;
        } finally {
            lock.unlock();
        }
    }

    boolean awaitNone(Duration most) {
        long left = most.toNanos();
        lock.lock();
        try {
            while (underWay > 0 && left > 0) {
                left = none.awaitNanos(left);
            }
            return underWay == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** A failure that is nobody's bug: it ends the exchange and is not worth a line in the log. */
    private static final class Quiet extends IOException implements QuietException {
        Quiet(Throwable cause) {
            super(cause == null ? "cut off" : cause.getMessage(), cause);
        }
    }
}
