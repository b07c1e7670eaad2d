package dev.aloft.kernel.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Answers what is not even HTTP, or longer than allowed: a line of text, and nothing of what was sent. */
final class RefusedRequest extends ErrorHandler {
    private final DateHeader date;

    RefusedRequest(InstantSource clock) {
        date = new DateHeader(clock);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        var text = switch (response.getStatus()) {
            case 414, 431 -> "The request's headers or its URL are too long.\n";
            case 505 -> "This version of HTTP is not spoken here.\n";
            default -> "The request is not well-formed HTTP.\n";
        };
        response.getHeaders().put(date.now());
        if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2) {
            // Jetty ends the connection, and says so of some refusals only.
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
        response.write(true, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), callback);
        return true;
    }
}
