package dev.aloft.kernel.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Requests to servers outside: the endpoints of subscriptions, API destinations. Redirects are not followed. */
public final class Outbound implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** Of an answer's body: more than any service makes something of. */
    private static final long MOST_BYTES = 16 << 20;

    /** Made with the first request: it has a thread of its own. */
    private volatile HttpClient client;

    /**
     * What a server said.
     *
     * @param body       whatever the status
     * @param retryAfter the header of this name, or null
     */
    public record Answer(int status, byte[] body, String retryAfter) {
    }

    /** Sends one request and waits for the whole answer; throws where there is none in time, or one that has no end. */
    public Answer send(String method, URI to, Map<String, String> headers, byte[] body, Duration timeout)
            throws IOException {
        var request = HttpRequest.newBuilder(to).method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        // A timeout of the request's own ends with the answer's headers.
        var answer = client().sendAsync(request.build(),
                HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MOST_BYTES));
        try {
            var response = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return new Answer(response.statusCode(), response.body(),
                    response.headers().firstValue("Retry-After").orElse(null));
        } catch (TimeoutException _) {
            throw new HttpTimeoutException("request timed out");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            answer.cancel(true);
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
