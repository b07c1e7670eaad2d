package dev.aloft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client over real sockets, against a server that reads with the same protocols. */
class HttpEndpointTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Caller CALLER = new Caller("123456789012", "eu-west-1",
            new Principal.Root("123456789012"), "id", null, 0, "http://127.0.0.1", null, null);

    private HttpServer server;
    private HttpEndpoint endpoint;
    private volatile Function<HttpRequest, HttpResponse> answer;
    private volatile HttpRequest seen;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
        endpoint = new HttpEndpoint(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                new Credentials("123456789012", "secret", null),
                InstantSource.fixed(NOW));
    }

    @AfterEach
    void stop() {
        endpoint.close();
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        var headers = new Headers();
        exchange.getRequestHeaders().forEach((name, values) -> values.forEach(value -> headers.add(name, value)));
        var uri = exchange.getRequestURI();
        seen = new HttpRequest(exchange.getRequestMethod(), "http", uri.getRawPath(),
                uri.getRawQuery() == null ? "" : uri.getRawQuery(), headers,
                Body.of(exchange.getRequestBody().readAllBytes()), null);
        var response = answer.apply(seen);
        response.headers().forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
        var body = response.body().bytes(1 << 20);
        exchange.sendResponseHeaders(response.status(), body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    @Test
    void callsAreSignedAndComeBack() {
        var item = Map.<String, DynamoDb.AttributeValue>of("id", new DynamoDb.AttributeValue.S("1"));
        answer = request -> {
            var input = (DynamoDb.GetItemRequest) JsonRpc.V1_0.readInput(DynamoDb.GET_ITEM, request);
            return JsonRpc.V1_0.writeOutput(
                    DynamoDb.GET_ITEM, DynamoDb.GetItemResponse.of(r -> r.item(input.key())), "id");
        };
        var output = DynamoDb.at(endpoint).getItem(CALLER, DynamoDb.GetItemRequest.of(r -> r.tableName("t").key(item)));
        assertThat(output.item()).isEqualTo(item);
        assertThat(seen.headers().first("authorization"))
                .startsWith("AWS4-HMAC-SHA256 Credential=123456789012/20260102/eu-west-1/dynamodb/aws4_request");
    }

    @Test
    void keysTravelUnharmedAndContentIsStreamed() {
        answer = request -> new HttpResponse(200, Headers.of("ETag", "\"e\""), Body.of("content"));
        var output = S3.at(endpoint).getObject(CALLER, S3.GetObjectRequest.of(r -> r.bucket("b").key("a//b c+ü")));
        assertThat(seen.rawPath()).isEqualTo("/b/a//b%20c%2B%C3%BC");
        assertThat(new String(output.body().bytes(100), StandardCharsets.UTF_8)).isEqualTo("content");
        assertThat(output.eTag()).isEqualTo("\"e\"");
    }

    @Test
    void errorsAreThrownAsTheServerTellsThem() {
        answer = request -> JsonRpc.V1_0.writeError(
                DynamoDb.GET_ITEM, new DynamoDb.ResourceNotFoundException("Requested resource not found"), "id");
        var error = catchThrowableOfType(ApiError.class, () -> DynamoDb.at(endpoint)
                .getItem(CALLER, DynamoDb.GetItemRequest.of(r -> r.tableName("t"))));
        assertThat(error.code()).isEqualTo("ResourceNotFoundException");
        assertThat(error.status()).isEqualTo(400);
        assertThat(error).hasMessage("Requested resource not found");
    }

    @Test
    void nobodyThereIsSaidWithTheAddress() {
        server.stop(0);
        var error = catchThrowableOfType(UncheckedIOException.class, () -> DynamoDb.at(endpoint)
                .getItem(CALLER, DynamoDb.GetItemRequest.of(r -> r.tableName("t"))));
        assertThat(error).hasMessageStartingWith("cannot reach http://127.0.0.1:");
    }
}
