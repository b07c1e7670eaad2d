package dev.aloft.service.apigateway;

import static dev.aloft.service.apigateway.ApiGatewayFixture.FUNCTION;
import static dev.aloft.service.apigateway.ApiGatewayFixture.answer;
import static dev.aloft.service.apigateway.ApiGatewayFixture.caller;
import static dev.aloft.service.apigateway.ApiGatewayFixture.errorOf;
import static dev.aloft.service.apigateway.ApiGatewayFixture.map;
import static dev.aloft.service.apigateway.ApiGatewayFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApiGatewayV2.*;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HttpApiTest {
    private final ApiGatewayFixture gateway = new ApiGatewayFixture();

    // What is refused.

    @Test
    void aWebSocketApiIsNotBuiltAndSaysSo() {
        var error = errorOf(() ->
                gateway.apiV2.createApi(caller(), CreateApiRequest.of(r -> r.name("chat").protocolType("WEBSOCKET"))));
        assertThat(error).hasMessageContaining("WebSocket").extracting(ApiError::status).isEqualTo(501);
    }

    @Test
    void twoRoutesCannotHaveOneKey() {
        var api = shop("GET /orders");
        assertThat(errorOf(() -> route(api, "GET /orders")))
                .hasMessage("Route with key GET /orders already exists for this API")
                .extracting(ApiError::status).isEqualTo(409);
    }

    @Test
    void credentialsForEveryOriginAreRefused() {
        assertThat(errorOf(() ->
                gateway.apiV2.createApi(caller(), CreateApiRequest.of(r -> r.name("shop").protocolType("HTTP")
                        .corsConfiguration(Cors.of(c -> c.allowOrigins(List.of("*")).allowCredentials(true)))))))
                .hasMessage("allowCredentials is not supported for origin *");
    }

    // What is done.

    @Test
    void aRequestReachesItsFunctionAsAnEventOfVersion2() {
        var api = shop("POST /orders/{id}");
        var response = gateway.send("POST", api + ".execute-api.localhost:4566/orders/a%20b?x=1&x=2", "{\"a\":1}",
                "Content-Type", "application/json", "X-Two", "1", "x-two", "2", "Cookie", "a=1; b=2", "User-Agent",
                "curl/8");

        assertThat(response.status()).isEqualTo(200);
        var event = gateway.event;
        assertThat(event)
                .containsEntry("version", "2.0")
                .containsEntry("routeKey", "POST /orders/{id}")
                .containsEntry("rawPath", "/orders/a b")
                .containsEntry("rawQueryString", "x=1&x=2")
                .containsEntry("cookies", List.of("a=1", "b=2"))
                .containsEntry("queryStringParameters", Map.of("x", "1,2"))
                .containsEntry("pathParameters", Map.of("id", "a b"))
                .containsEntry("body", "{\"a\":1}")
                .containsEntry("isBase64Encoded", false)
                .doesNotContainKey("stageVariables");
        assertThat(map(event.get("headers"))).containsEntry("x-two", "1,2").containsEntry("content-length", "7")
                .containsEntry("x-forwarded-for", "10.0.0.7").doesNotContainKey("cookie");
        assertThat(map(event.get("requestContext"))).containsEntry("stage", "$default")
                .containsEntry("routeKey", "POST /orders/{id}")
                .containsEntry("http",
                        Map.of("method", "POST", "path", "/orders/a b", "protocol", "HTTP/1.1", "sourceIp", "10.0.0.7",
                        "userAgent", "curl/8"));
    }

    @Test
    void whatIsAbsentIsLeftOut() {
        var api = shop("GET /orders");
        gateway.get(api + ".execute-api.localhost:4566/orders");
        assertThat(gateway.event).containsEntry("rawQueryString", "").containsEntry("isBase64Encoded", false)
                .doesNotContainKeys("cookies", "queryStringParameters", "pathParameters", "stageVariables", "body");
    }

    @Test
    void aFormIsHandedOverEncoded() {
        var api = shop("POST /orders");
        gateway.send("POST", api + ".execute-api.localhost:4566/orders", "a=1", "Content-Type",
                "application/x-www-form-urlencoded");
        assertThat(gateway.event).containsEntry("body", "YT0x").containsEntry("isBase64Encoded", true);
    }

    @Test
    void theMostSpecificRouteWins() {
        var api = shop("GET /a/b", "GET /a/{x}", "ANY /{proxy+}", "$default");
        var base = api + ".execute-api.localhost:4566";
        assertThat(routed("GET", base + "/a/b")).isEqualTo("GET /a/b");
        assertThat(routed("GET", base + "/a/c")).isEqualTo("GET /a/{x}");
        assertThat(routed("POST", base + "/a/b")).isEqualTo("ANY /{proxy+}");
        assertThat(routed("GET", base + "/a/b/c")).isEqualTo("ANY /{proxy+}");
        assertThat(routed("GET", base + "/")).isEqualTo("$default");
    }

    private String routed(String method, String url) {
        gateway.send(method, url, "");
        return (String) gateway.event.get("routeKey");
    }

    @Test
    void whatHasNoRouteIsNotFound() {
        var api = shop("GET /orders");
        var response = gateway.get(api + ".execute-api.localhost:4566/nowhere");
        assertThat(response.status()).isEqualTo(404);
        assertThat(text(response)).isEqualTo("{\"message\":\"Not Found\"}");
    }

    @Test
    void anAnswerWithoutStatusIsTheBody() {
        var api = shop("GET /orders");
        gateway.function = _ -> answer("{\"total\": 3}");
        var response = gateway.get(api + ".execute-api.localhost:4566/orders");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers().first("content-type")).isEqualTo("application/json");
        assertThat(text(response)).isEqualTo("{\"total\": 3}");
    }

    @Test
    void cookiesBecomeHeadersAndEncodedBodiesBytes() {
        var api = shop("GET /orders");
        gateway.function = _ ->
                answer("{\"statusCode\": 200, \"cookies\": [\"a=1\", \"b=2\"], \"body\": \"aGk=\", "
                        + "\"isBase64Encoded\": true}");
        var response = gateway.get(api + ".execute-api.localhost:4566/orders");
        assertThat(response.headers().all("set-cookie")).containsExactly("a=1", "b=2");
        assertThat(text(response)).isEqualTo("hi");
        assertThat(response.headers().first("content-type")).isEqualTo("text/plain;charset=UTF-8");
    }

    @Test
    void aFunctionThatFailsIsAnInternalServerError() {
        var api = shop("GET /orders");
        gateway.function = _ -> answer("{}").toBuilder().functionError("Unhandled").build();
        var response = gateway.get(api + ".execute-api.localhost:4566/orders");
        assertThat(response.status()).isEqualTo(500);
        assertThat(text(response)).isEqualTo("{\"message\":\"Internal Server Error\"}");
    }

    @Test
    void preflightIsAnsweredByTheGateway() {
        var created = gateway.apiV2
                .createApi(caller(), CreateApiRequest.of(r -> r.name("shop").protocolType("HTTP").target(FUNCTION)
                .corsConfiguration(Cors.of(c -> c.allowOrigins(List.of("https://shop.example"))
                        .allowMethods(List.of("GET")).maxAge(60)))));
        var url = created.apiId() + ".execute-api.localhost:4566/orders";
        var preflight = gateway
                .send("OPTIONS", url, "", "Origin", "https://shop.example", "Access-Control-Request-Method", "GET");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.headers().first("access-control-allow-origin")).isEqualTo("https://shop.example");
        assertThat(preflight.headers().first("access-control-max-age")).isEqualTo("60");
        assertThat(gateway.event).isNull();
        assertThat(gateway.get(url, "Origin", "https://shop.example").headers().first("access-control-allow-origin"))
                .isEqualTo("https://shop.example");
        assertThat(gateway.get(url, "Origin", "https://other.example").headers().has("access-control-allow-origin"))
                .isFalse();
    }

    @Test
    void aChangeIsLiveAtOnceWhereTheStageDeploysByItself() {
        var api = shop("GET /orders");
        var url = api + ".execute-api.localhost:4566/carts";
        assertThat(gateway.get(url).status()).isEqualTo(404);
        route(api, "GET /carts");
        assertThat(gateway.get(url).status()).isEqualTo(200);
        assertThat(gateway.apiV2.getDeployments(caller(), GetDeploymentsRequest.of(r -> r.apiId(api))).items())
                .hasSize(1);
    }

    @Test
    void aNamedStageIsThePathsFirstPart() {
        var api = shop("GET /orders");
        gateway.apiV2.createStage(caller(), CreateStageRequest.of(
                r -> r.apiId(api).stageName("beta").autoDeploy(true).stageVariables(Map.of("color", "red"))));
        gateway.get(api + ".execute-api.localhost:4566/beta/orders");
        assertThat(gateway.event).containsEntry("rawPath", "/beta/orders")
                .containsEntry("stageVariables", Map.of("color", "red"));
    }

    private String shop(String... routes) {
        var api = gateway.apiV2.createApi(caller(), CreateApiRequest.of(r -> r.name("shop").protocolType("HTTP")))
                .apiId();
        for (var key : routes) {
            route(api, key);
        }
        gateway.apiV2.createStage(caller(),
                CreateStageRequest.of(r -> r.apiId(api).stageName("$default").autoDeploy(true)));
        return api;
    }

    private void route(String api, String key) {
        var integration = gateway.apiV2.createIntegration(caller(), CreateIntegrationRequest.of(r -> r.apiId(api)
                .integrationType("AWS_PROXY")
                .integrationUri(FUNCTION)
                .payloadFormatVersion("2.0"))).integrationId();
        gateway.apiV2.createRoute(caller(),
                CreateRouteRequest.of(r -> r.apiId(api).routeKey(key).target("integrations/" + integration)));
    }
}
