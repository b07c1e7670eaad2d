package dev.aloft.kernel.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** Requests to servers outside: the endpoints of subscriptions, API destinations. Redirects are not followed. */
public final class Outbound implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** Made with the first request: it has a thread of its own. */
    private volatile HttpClient client;

    /** @param body what the server said, whatever its status */
    public record Answer(int status, byte[] body) {
    }

    /** Sends one request and waits for the whole answer; throws where there is none in time. */
    public Answer send(String method, URI to, Map<String, String> headers, byte[] body, Duration timeout) throws IOException {
        var request = HttpRequest.newBuilder(to).timeout(timeout)
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        try {
            var response = client().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private HttpClient client() {
        var known = client;
        if (known == null) {
            synchronized (this) {
                if (client == null) {
                    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT)
                            .followRedirects(HttpClient.Redirect.NEVER).build();
                }
                known = client;
            }
        }
        return known;
    }

    @Override
    public void close() {
        if (client != null) {
            client.shutdownNow();
        }
    }
}
