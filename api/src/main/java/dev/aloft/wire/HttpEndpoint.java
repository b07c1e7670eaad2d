package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Operation;
import dev.aloft.api.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Set;

/**
 * Operations of a platform in another process: signed HTTP to its address. The caller gives the region, and no more.
 */
public final class HttpEndpoint implements Endpoint, AutoCloseable {
    /** The longest that a Lambda function may run, and a minute. */
    private static final Duration TIMEOUT = Duration.ofMinutes(16);
    /** What the JDK's client writes by itself. */
    private static final Set<String> OWN = Set.of("host", "content-length", "connection", "expect", "upgrade");

    private final URI base;
    private final Credentials credentials;
    private final InstantSource clock;
    private final HttpClient client;

    public HttpEndpoint(URI base, Credentials credentials, InstantSource clock) {
        this.base = base;
        this.credentials = credentials;
        this.clock = clock;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    @Override
    public Shape call(Operation operation, Caller caller, Shape input) {
        if (!operation.built()) {
            throw ApiError.notBuilt(operation.toString());
        }
        var protocol = Protocols.of(operation.service());
        var written = protocol.writeInput(operation, input);
        written.headers().set("Host", base.getRawAuthority());
        var request = operation.signed()
                ? SigV4.sign(
                        written,
                        credentials,
                        caller.region(),
                        operation.service().signingName(),
                        clock.instant())
                : written;
        return protocol.readOutput(operation, send(request));
    }

    private HttpResponse send(HttpRequest request) {
        var uri = base.getScheme() + "://" + base.getRawAuthority() + request.rawPath()
                + (request.rawQuery().isEmpty() ? "" : "?" + request.rawQuery());
        var builder = java.net.http.HttpRequest.newBuilder(URI.create(uri))
                .timeout(TIMEOUT)
                .method(request.method(), publisher(request.body()));
        request.headers().forEach((name, value) -> {
            if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                builder.header(name, value);
            }
        });
        try {
            var response = client.send(builder.build(), BodyHandlers.ofInputStream());
            var headers = new Headers();
            response.headers().map().forEach((name, values) -> values.forEach(value -> headers.add(name, value)));
            long length = response.headers().firstValueAsLong("content-length").orElse(-1);
            return new HttpResponse(response.statusCode(), headers, Body.of(response.body(), length));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot reach " + base + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while calling " + base, e));
        }
    }

    private static BodyPublisher publisher(Body body) {
        if (body instanceof Body.OfBytes(byte[] content)) {
            return content.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(content);
        }
        InputStream stream = body.stream();
        var chunks = BodyPublishers.ofInputStream(() -> stream);
        return body.length() < 0 ? chunks : BodyPublishers.fromPublisher(chunks, body.length());
    }

    @Override
    public void close() {
        client.close();
    }
}
