package dev.aloft.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.aloft.api.Events;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections, and requests to a web server with what they add. */
class ApiDestinationsTest extends EventsFixture {
    private record Request(String line, Map<String, List<String>> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, List.of("")).getFirst();
        }
    }

    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    /** What the server answers next; 200 where there is nothing. */
    private final Deque<Integer> answers = new ArrayDeque<>();
    /** What the token endpoint answers. */
    private final AtomicInteger tokenStatus = new AtomicInteger(200);
    /** The header of this name, with each answer. */
    private final Deque<String> retryAfter = new ArrayDeque<>();
    private HttpServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        rolePolicies.put(ROLE, allow("events:InvokeApiDestination", "*"));
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(new Request(exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                exchange.getRequestHeaders(), body));
        boolean token = exchange.getRequestURI().getPath().equals("/token");
        var text = token ? "{\"access_token\":\"t" + requests.size()
                + "\",\"token_type\":\"bearer\",\"expires_in\":3600}" : "said";
        if (!retryAfter.isEmpty()) {
            exchange.getResponseHeaders().set("Retry-After", retryAfter.poll());
        }
        exchange.sendResponseHeaders(token ? tokenStatus.get() : answers.isEmpty() ? 200 : answers.poll(),
                text.length());
        exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
        exchange.close();
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private String connection(String type, Events.CreateConnectionAuthRequestParameters parameters) {
        return events.createConnection(ROOT, Events.CreateConnectionRequest.of(r -> r.name("c").authorizationType(type)
            .authParameters(parameters))).connectionArn();
    }

    private static Events.CreateConnectionAuthRequestParameters key() {
        return Events.CreateConnectionAuthRequestParameters.of(p -> p.apiKeyAuthParameters(
            Events.CreateConnectionApiKeyAuthRequestParameters.of(k -> k.apiKeyName("X-Key").apiKeyValue("secret"))));
    }

    private void destination(String connection, String path, int rate) {
        var arn = events.createApiDestination(ROOT, Events.CreateApiDestinationRequest.of(r -> r.name("d")
                .connectionArn(connection)
            .invocationEndpoint(url() + path).httpMethod("POST").invocationRateLimitPerSecond(rate)))
                    .apiDestinationArn();
        rule(null, "shop", "{\"source\":[\"shop\"]}");
        target(null, "shop", Events.Target.of(t -> t.id("1").arn(arn).roleArn(ROLE).inputPath("$.detail")
            .retryPolicy(Events.RetryPolicy.of(p -> p.maximumRetryAttempts(2)))
            .deadLetterConfig(Events.DeadLetterConfig.of(d -> d.arn(DEAD)))
            .httpParameters(Events.HttpParameters.of(h -> h.pathParameterValues(List.of("a b", "$.detail.id"))
                .headerParameters(Map.of("X-Id", "$.detail.id")).queryStringParameters(Map.of("q", "1"))))));
    }

    private void put() {
        put(ROOT, null, "shop", "{\"id\":7}");
        time.advance(Duration.ofMillis(100));
    }

    @Test
    void pathHeadersQueryAndBodyAreOfTheTargetAndOfTheConnection() {
        destination(connection("API_KEY", key().toBuilder()
                .invocationHttpParameters(Events.ConnectionHttpParameters.of(h -> h
            .headerParameters(List.of(Events.ConnectionHeaderParameter.of(p -> p.key("X-From").value("connection"))))
            .queryStringParameters(List.of(Events.ConnectionQueryStringParameter.of(p -> p.key("q").value("2"))))
            .bodyParameters(List.of(Events.ConnectionBodyParameter.of(p -> p.key("more").value("yes")))))).build()),
                    "/x/*/y/*", 300);
        put();
        assertThat(requests).singleElement().satisfies(request -> {
            assertThat(request.line()).isEqualTo("POST /x/a%20b/y/7?q=2");
            assertThat(request.body()).isEqualTo("{\"id\":7,\"more\":\"yes\"}");
            assertThat(request.header("X-key")).isEqualTo("secret");
            assertThat(request.header("X-from")).isEqualTo("connection");
            assertThat(request.header("X-id")).isEqualTo("7");
            assertThat(request.header("Content-type")).isEqualTo("application/json; charset=utf-8");
            assertThat(request.header("User-agent")).isEqualTo("Amazon/EventBridge/ApiDestinations");
        });
    }

    @Test
    void aPasswordIsSentAndNotTold() {
        destination(connection("BASIC", Events.CreateConnectionAuthRequestParameters.of(p -> p.basicAuthParameters(
            Events.CreateConnectionBasicAuthRequestParameters.of(b -> b.username("user").password("pass"))))), "/",
                    300);
        put();
        assertThat(requests.getFirst().header("Authorization")).isEqualTo("Basic dXNlcjpwYXNz");
        var told = events.describeConnection(ROOT, Events.DescribeConnectionRequest.of(r -> r.name("c")));
        assertThat(told.authParameters().basicAuthParameters().username()).isEqualTo("user");
        assertThat(told.toString()).doesNotContain("pass\"", "=pass");
        assertThat(told.connectionState()).isEqualTo(Events.ConnectionState.AUTHORIZED);
        assertThat(told.secretArn())
                .startsWith("arn:aws:secretsmanager:us-east-1:111122223333:secret:events!connection/c/");
    }

    private Events.CreateConnectionAuthRequestParameters oAuth() {
        return Events.CreateConnectionAuthRequestParameters.of(p -> p.oAuthParameters(
            Events.CreateConnectionOAuthRequestParameters.of(o -> o.authorizationEndpoint(url() + "/token")
                .httpMethod("POST").clientParameters(Events.CreateConnectionOAuthClientRequestParameters.of(c -> c
                    .clientID("id").clientSecret("s"))))));
    }

    private Events.DescribeConnectionResponse connection() {
        time.settle();
        return events.describeConnection(ROOT, Events.DescribeConnectionRequest.of(r -> r.name("c")));
    }

    @Test
    void aConnectionIsAuthorizedOnceItHasAToken() {
        var made = events.createConnection(ROOT, Events.CreateConnectionRequest.of(r -> r.name("c")
                .authorizationType("OAUTH_CLIENT_CREDENTIALS").authParameters(oAuth())));
        assertThat(made.connectionState()).isEqualTo(Events.ConnectionState.AUTHORIZING);
        assertThat(connection().connectionState()).isEqualTo(Events.ConnectionState.AUTHORIZED);
        assertThat(requests).extracting(Request::line).containsExactly("POST /token");
    }

    @Test
    void aConnectionThatGetsNoTokenIsDeauthorizedUntilItIsPutOtherwise() {
        tokenStatus.set(401);
        connection("OAUTH_CLIENT_CREDENTIALS", oAuth());
        assertThat(connection().connectionState()).isEqualTo(Events.ConnectionState.AUTHORIZING);
        time.advance(Duration.ofMinutes(1));
        assertThat(connection().connectionState()).isEqualTo(Events.ConnectionState.DEAUTHORIZED);
        assertThat(connection().stateReason())
                .isEqualTo("No token could be had: the token endpoint answered 401");

        tokenStatus.set(200);
        events.updateConnection(ROOT, Events.UpdateConnectionRequest.of(r -> r.name("c").description("again")));
        assertThat(connection().connectionState()).isEqualTo(Events.ConnectionState.AUTHORIZED);
        assertThat(connection().stateReason()).isNull();
    }

    @Test
    void aTokenIsAskedForOnceAndAgainWhenItIsNoLongerTaken() {
        destination(connection("OAUTH_CLIENT_CREDENTIALS", oAuth()), "/", 300);
        time.settle();
        put();
        put();
        assertThat(requests).extracting(Request::line).containsExactly("POST /token", "POST /?q=1", "POST /?q=1");
        assertThat(requests.getFirst().body()).isEqualTo("grant_type=client_credentials&client_id=id&client_secret=s");
        assertThat(requests.getLast().header("Authorization")).isEqualTo("Bearer t1");
        assertThat(events.describeApiDestination(ROOT, Events.DescribeApiDestinationRequest.of(r -> r.name("d")))
                .apiDestinationState())
            .isEqualTo(Events.ApiDestinationState.ACTIVE);
        answers.add(401);
        put();
        time.advance(Duration.ofMinutes(1));
        assertThat(requests.getLast().header("Authorization")).isEqualTo("Bearer t5");
        assertThat(delivered).isEmpty();
    }

    @Test
    void aServersFaultIsTriedAgainAndAClientsIsNot() {
        destination(connection("API_KEY", key()), "/", 300);
        answers.addAll(List.of(503, 429));
        put();
        time.advance(Duration.ofMinutes(1));
        assertThat(requests).hasSize(3);
        answers.add(404);
        put();
        time.advance(Duration.ofMinutes(1));
        assertThat(requests).hasSize(4);
        assertThat(delivered).singleElement().satisfies(letter -> {
            assertThat(letter.event().attributes().get("ERROR_CODE").value()).isEqualTo("SDK_CLIENT_ERROR");
            assertThat(letter.event().attributes().get("ERROR_MESSAGE").value()).isEqualTo(
                "Unable to invoke ApiDestination endpoint: API destination returned HTTP status 404 "
                + "with payload: said");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 407, 409, 429, 500, 503})
    void theseAreTriedAgain(int status) {
        destination(connection("API_KEY", key()), "/", 300);
        answers.add(status);
        put();
        time.advance(Duration.ofMinutes(1));
        assertThat(requests).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 403, 404, 410})
    void theseAreNot(int status) {
        destination(connection("API_KEY", key()), "/", 300);
        answers.add(status);
        put();
        time.advance(Duration.ofMinutes(1));
        assertThat(requests).hasSize(1);
        assertThat(delivered).hasSize(1);
    }

    @Test
    void aServerSaysWhenItWantsToBeAskedAgain() {
        destination(connection("API_KEY", key()), "/", 300);
        answers.addAll(List.of(503, 429));
        retryAfter.add("3600");
        retryAfter.add(DateTimeFormatter.RFC_1123_DATE_TIME.format(
                time.instant().plus(Duration.ofHours(3)).atOffset(ZoneOffset.UTC)));
        put();
        time.advance(Duration.ofMinutes(59));
        assertThat(requests).hasSize(1);
        time.advance(Duration.ofMinutes(2));
        assertThat(requests).hasSize(2);
        time.advance(Duration.ofMinutes(117));
        assertThat(requests).hasSize(2);
        time.advance(Duration.ofMinutes(3));
        assertThat(requests).hasSize(3);
    }

    @Test
    void aServerThatNeverWantsToBeAskedAgainIsNot() {
        destination(connection("API_KEY", key()), "/", 300);
        answers.add(503);
        retryAfter.add("-1");
        put();
        time.advance(Duration.ofHours(1));
        assertThat(requests).hasSize(1);
        assertThat(delivered).hasSize(1);
    }

    @Test
    void noMoreAreSentThanTheDestinationWants() {
        destination(connection("API_KEY", key()), "/", 2);
        for (int i = 0; i < 10; i++) {
            put(ROOT, null, "shop", "{\"id\":1}");
        }
        time.settle();
        assertThat(requests).hasSize(1);
        time.advance(Duration.ofSeconds(2));
        assertThat(requests).hasSize(5);
        time.advance(Duration.ofSeconds(10));
        assertThat(requests).hasSize(10);
    }

    @Test
    void theyAreRefused() {
        refused("ResourceNotFoundException", "Failed to describe the connection(s). Connection 'c' does not exist.",
            () -> events.describeConnection(ROOT, Events.DescribeConnectionRequest.of(r -> r.name("c"))));
        refused("ResourceNotFoundException",
                "Failed to describe the api-destination(s). An api-destination 'd' does not exist.",
            () -> events.describeApiDestination(ROOT, Events.DescribeApiDestinationRequest.of(r -> r.name("d"))));
        refused("ValidationException",
                "1 validation error detected: Value 'INVALID' at 'authorizationType' failed to satisfy"
            + " constraint: Member must satisfy enum value set: [BASIC, OAUTH_CLIENT_CREDENTIALS, API_KEY]",
            () -> connection("INVALID", key()));
        connection("API_KEY", key());
        refused("ResourceAlreadyExistsException", "Connection c already exists.", () -> connection("API_KEY", key()));
    }
}
