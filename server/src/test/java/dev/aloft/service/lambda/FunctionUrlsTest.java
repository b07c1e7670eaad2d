package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Body;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FunctionUrlsTest {
    private static final String ARN = "arn:aws:lambda:eu-central-1:123456789012:function:f";
    private static final String ECHO = """
            exports.handler = async event => {
              const how = event.queryStringParameters?.how;
              if (how === 'fail') throw new Error('no');
              if (how === 'text') return 'hello';
              if (how === 'odd') return {statusCode: 'x'};
              if (how === 'interim') return {statusCode: 103};
              if (how === 'full') return {statusCode: 201, headers: {'x-a': 'b', Connection: 'x'}, cookies: ['c=1; Secure', 'd=2'],
                body: Buffer.from('bytes').toString('base64'), isBase64Encoded: true};
              return event;
            };
            """;

    @TempDir
    Path folder;

    private TestLambda test;

    @BeforeEach
    void start() {
        test = new TestLambda(folder);
        test.create("f", "nodejs22.x", "index.handler", Map.of("index.js", ECHO), r -> r.timeout(30));
    }

    @AfterEach
    void stop() {
        test.close();
    }

    private Lambda.CreateFunctionUrlConfigResponse create(
            Consumer<Lambda.CreateFunctionUrlConfigRequest.Builder> more) {
        return test.lambda.createFunctionUrlConfig(caller(), Lambda.CreateFunctionUrlConfigRequest.of(r -> {
            r.functionName("f").authType("NONE");
            more.accept(r);
        }));
    }

    private void allow(String id, Consumer<Lambda.AddPermissionRequest.Builder> how) {
        test.lambda.addPermission(caller(), Lambda.AddPermissionRequest.of(r -> {
            r.functionName("f").statementId(id).principal("*");
            how.accept(r);
        }));
    }

    private void allowAll() {
        allow("url", r -> r.action("lambda:InvokeFunctionUrl").functionUrlAuthType("NONE"));
        allow("invoke", r -> r.action("lambda:InvokeFunction").invokedViaFunctionUrl(true));
    }

    private HttpResponse send(String url, String method, String pathAndQuery, Headers headers, byte[] body) {
        URI at = URI.create(url);
        headers.set("Host", at.getAuthority());
        int question = pathAndQuery.indexOf('?');
        var request = new HttpRequest(method, "http", question < 0 ? pathAndQuery : pathAndQuery.substring(0, question),
                question < 0 ? "" : pathAndQuery.substring(question + 1), headers, Body.of(body), "10.0.0.1");
        return plane().handle(request, "6a58b1b2-0000-4000-8000-000000000001");
    }

    private DataPlane plane() {
        return test.service.dataPlanes().stream()
                .filter(each -> each.serves("x.lambda-url.eu-central-1.localhost", "/")).findFirst().orElseThrow();
    }

    private HttpResponse get(String url, String pathAndQuery, String... headers) {
        return send(url, "GET", pathAndQuery, Headers.of(headers), new byte[0]);
    }

    private static String text(HttpResponse response) {
        return new String(response.body().bytes(1 << 20), StandardCharsets.UTF_8);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> json(HttpResponse response) {
        return (Map<String, Object>) JsonReader.tree(response.body().bytes(1 << 20));
    }

    // refused

    @Test
    void theUrlOfLatestIsTheFunctionsOwn() {
        var url = create(r -> r.functionName("f:$LATEST"));
        assertThat(url.functionArn()).endsWith(":function:f");
        assertThatThrownBy(() -> create(_ -> { })).isInstanceOf(Lambda.ResourceConflictException.class);
    }

    @Test
    void aFunctionHasOneUrlAndAnAliasOne() {
        create(_ -> {});
        assertThatThrownBy(() -> create(_ -> {})).isInstanceOf(Lambda.ResourceConflictException.class)
                .hasMessage("Failed to create function url config for [functionArn = " + ARN
                        + "]. Error message:  FunctionUrlConfig exists"
                        + " for this Lambda function");
        assertThatThrownBy(() -> create(r -> r.qualifier("none"))).isInstanceOf(Lambda.ResourceNotFoundException.class)
                .hasMessage("Function does not exist");
        assertThatThrownBy(() -> create(r -> r.qualifier("1")))
                .hasMessage("1 validation error detected: Value '1' at 'qualifier' failed to satisfy constraint: "
                        + "Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)");
        assertThatThrownBy(() -> create(r -> r.invokeMode("UNKNOWN")))
                .hasMessage("1 validation error detected: Value 'UNKNOWN' at 'invokeMode' failed to satisfy "
                        + "constraint: Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]");
        assertThatThrownBy(() -> test.lambda.getFunctionUrlConfig(caller(), Lambda.GetFunctionUrlConfigRequest.of(
                r -> r.functionName("other")))).hasMessage("The resource you requested does not exist.");
    }

    @Test
    void beyondItsConcurrencyItIsThrottled() {
        var url = create(_ -> {}).functionUrl();
        allowAll();
        test.lambda.putFunctionConcurrency(caller(), Lambda.PutFunctionConcurrencyRequest.of(
                r -> r.functionName("f").reservedConcurrentExecutions(0)));
        var answer = get(url, "/");
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.headers().first("x-amzn-errortype")).isEqualTo("TooManyRequestsException");
        assertThat(text(answer)).isEqualTo("{\"message\":\"Rate Exceeded.\"}");
    }

    @Test
    void withoutBothPermissionsItIsForbidden() {
        String url = create(_ -> {}).functionUrl();
        var forbidden = get(url, "/");
        assertThat(forbidden.status()).isEqualTo(403);
        assertThat(forbidden.headers().first("x-amzn-ErrorType")).isEqualTo("AccessDeniedException");
        assertThat(text(forbidden))
                .isEqualTo("{\"Message\":\"Forbidden. For troubleshooting Function URL authorization issues, see:"
                + " https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html\"}");
        allow("url", r -> r.action("lambda:InvokeFunctionUrl").functionUrlAuthType("NONE"));
        assertThat(get(url, "/").status()).isEqualTo(403);
        allow("invoke", r -> r.action("lambda:InvokeFunction").invokedViaFunctionUrl(true));
        assertThat(get(url, "/").status()).isEqualTo(200);
    }

    private double measured(String metric, Map<String, String> of) {
        var dimensions = of.entrySet().stream().map(each -> CloudWatch.Dimension.of(
                d -> d.name(each.getKey()).value(each.getValue()))).toList();
        return CloudWatch.at(test.endpoint)
                .getMetricStatistics(caller(), CloudWatch.GetMetricStatisticsRequest.of(r -> r
                .namespace("AWS/Lambda").metricName(metric).dimensions(dimensions).period(3600)
                .statistics(List.of("Sum"))
                .startTime(test.time.instant().minusSeconds(300)).endTime(test.time.instant().plusSeconds(60))))
                .datapoints().getFirst().sum();
    }

    @Test
    void requestsAreMeasuredByFunctionAndByUrl() {
        var url = create(_ -> {}).functionUrl();
        get(url, "/");
        allowAll();
        get(url, "/");
        get(url, "/?how=fail");
        test.metrics.flush();
        for (var of : List.of(Map.of("FunctionName", "f"), Map.of("FunctionName", "f", "Resource", "f:$LATEST"))) {
            assertThat(measured("UrlRequestCount", of)).isEqualTo(3);
            assertThat(measured("Url4xxCount", of)).isEqualTo(1);
            assertThat(measured("Url5xxCount", of)).isEqualTo(1);
            assertThat(measured("UrlRequestLatency", of)).isPositive();
        }
    }

    @Test
    void aUrlThatIsNotThereIsForbiddenToo() {
        var response = get("http://0123456789abcdefghijklmnopqrstuv.lambda-url.eu-central-1.localhost:4566/", "/");
        assertThat(response.status()).isEqualTo(403);
        assertThat(text(response)).isEqualTo("{\"Message\":null}");
        assertThat(response.headers().first("x-amzn-ErrorType")).isEqualTo("AccessDeniedException");
    }

    @Test
    void whatIsNoAnswerIsABadGateway() {
        String url = create(_ -> {}).functionUrl();
        allowAll();
        for (String how : List.of("fail", "odd", "interim")) {
            var response = get(url, "/?how=" + how);
            assertThat(response.status()).isEqualTo(502);
            assertThat(text(response)).isEqualTo("Internal Server Error");
        }
    }

    // done

    @Test
    void aModeThatWasNotSaidIsToldWhenItIsRead() {
        var made = create(_ -> {});
        assertThat(made.functionUrl()).matches("http://[a-z2-7]{32}\\.lambda-url\\.eu-central-1\\.localhost:4566/");
        assertThat(made.invokeMode()).isNull();
        var read = test.lambda
                .getFunctionUrlConfig(caller(), Lambda.GetFunctionUrlConfigRequest.of(r -> r.functionName("f")));
        assertThat(read.invokeMode()).isEqualTo("BUFFERED");
        var updated = test.lambda.updateFunctionUrlConfig(caller(), Lambda.UpdateFunctionUrlConfigRequest.of(
                r -> r.functionName("f").authType("AWS_IAM")));
        assertThat(updated.authType()).isEqualTo("AWS_IAM");
        assertThat(updated.functionUrl()).isEqualTo(made.functionUrl());
        test.lambda.deleteFunctionUrlConfig(caller(),
                Lambda.DeleteFunctionUrlConfigRequest.of(r -> r.functionName("f")));
        assertThat(get(made.functionUrl(), "/").status()).isEqualTo(403);
    }

    @Test
    void theEventIsOfFormat2() {
        String url = create(_ -> {}).functionUrl();
        allowAll();
        var event = json(send(url, "POST", "/pa2%25Fth/1?q=query&m=foo&m=%2Fbar",
                Headers.of("Content-Type", "application/json",
                "ExTrA", "With CapS", "Cookie", "a=b; c=d", "User-Agent", "me"), "{\"foo\": 1}".getBytes()));
        String id = URI.create(url).getHost().substring(0, 32);
        assertThat(event).containsEntry("version", "2.0").containsEntry("routeKey", "$default")
                .containsEntry("rawPath", "/pa2%Fth/1").containsEntry("rawQueryString", "q=query&m=foo&m=%2Fbar")
                .containsEntry("cookies", List.of("a=b", "c=d"))
                .containsEntry("queryStringParameters", Map.of("q", "query", "m", "foo,/bar"))
                .containsEntry("body", "{\"foo\": 1}").containsEntry("isBase64Encoded", false)
                .doesNotContainKeys("pathParameters", "stageVariables");
        assertThat(event).extractingByKey("headers").asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("extra", "With CapS").containsEntry("x-forwarded-for", "10.0.0.1")
                .containsEntry("x-forwarded-proto", "http")
                .containsEntry("x-forwarded-port", "4566").containsKey("x-amzn-trace-id").doesNotContainKey("cookie");
        assertThat(event).extractingByKey("requestContext").asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("accountId", "anonymous").containsEntry("apiId", id).containsEntry("domainPrefix", id)
                .containsEntry("domainName", id + ".lambda-url.eu-central-1.localhost:4566")
                .containsEntry("stage", "$default")
                .containsEntry("requestId", "6a58b1b2-0000-4000-8000-000000000001")
                .containsEntry("time", "01/Jan/2026:00:00:00 +0000")
                .containsEntry("http",
                        Map.of("method", "POST", "path", "/pa2%Fth/1", "protocol", "HTTP/1.1", "sourceIp", "10.0.0.1",
                        "userAgent", "me"))
                .doesNotContainKey("authorizer");
    }

    @Test
    void thePathFormServesTheSame() {
        String url = create(_ -> {}).functionUrl();
        allowAll();
        String id = URI.create(url).getHost().substring(0, 32);
        var event = json(get("http://127.0.0.1:4566/", "/_aws/lambda-url/" + id + "/a/b"));
        assertThat(event).containsEntry("rawPath", "/a/b");
        assertThat(json(get("http://127.0.0.1:4566/", "/_aws/lambda-url/" + id))).containsEntry("rawPath", "/");
    }

    @Test
    void answersAreObjectsOrBodies() {
        String url = create(_ -> {}).functionUrl();
        allowAll();
        var plain = get(url, "/?how=text");
        assertThat(text(plain)).isEqualTo("hello");
        assertThat(plain.headers().first("content-type")).isEqualTo("application/json");
        var full = get(url, "/?how=full");
        assertThat(full.status()).isEqualTo(201);
        assertThat(text(full)).isEqualTo("bytes");
        assertThat(full.headers().all("set-cookie")).containsExactly("c=1; Secure", "d=2");
        assertThat(full.headers().first("x-a")).isEqualTo("b");
        assertThat(full.headers().first("connection")).isNull();
        assertThat(full.headers().first("x-amzn-RequestId")).isEqualTo("6a58b1b2-0000-4000-8000-000000000001");
    }

    @Test
    void formsAndUnnamedContentAreEncoded() {
        String url = create(_ -> {}).functionUrl();
        allowAll();
        var event = json(send(url, "POST", "/", Headers.of("Content-Type", "application/x-www-form-urlencoded"),
                "a=b".getBytes()));
        assertThat(event).containsEntry("body", "YT1i").containsEntry("isBase64Encoded", true);
    }

    @Test
    void signedRequestsTellWhoSentThem() {
        String url = create(r -> r.authType("AWS_IAM")).functionUrl();
        assertThat(get(url, "/").status()).isEqualTo(403);
        var event = json(get(url, "/", "Authorization", "AWS4-HMAC-SHA256 "
                + "Credential=AKIAEXAMPLE/20260101/eu-central-1/lambda/aws4_request, "
                + "SignedHeaders=host;x-amz-date, Signature=" + "0".repeat(64), "X-Amz-Date", "20260101T000000Z"));
        assertThat(event).extractingByKey("requestContext").asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("accountId", "123456789012")
                .extractingByKey("authorizer").asInstanceOf(InstanceOfAssertFactories.MAP)
                .extractingByKey("iam").asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("accessKey", "AKIAEXAMPLE").containsEntry("userArn", "arn:aws:iam::123456789012:root")
                .containsEntry("cognitoIdentity", null);
    }

    @Test
    void originsAreTheUrlsToAllow() {
        String url = create(r ->
                r.cors(Lambda.Cors.of(c -> c.allowOrigins(List.of("https://*.example.com")).allowMethods(List.of("GET"))
                .allowHeaders(List.of("x-one", "x-two")).exposeHeaders(List.of("x-a")).allowCredentials(true)
                .maxAge(60)))).functionUrl();
        allowAll();
        var preflight = send(url, "OPTIONS", "/",
                Headers.of("Origin", "https://a.example.com", "Access-Control-Request-Method", "GET"),
                new byte[0]);
        assertThat(preflight.status()).isEqualTo(200);
        assertThat(preflight.headers().first("access-control-allow-origin")).isEqualTo("https://a.example.com");
        assertThat(preflight.headers().first("access-control-allow-methods")).isEqualTo("GET");
        assertThat(preflight.headers().first("access-control-allow-headers")).isEqualTo("x-one,x-two");
        assertThat(preflight.headers().first("access-control-allow-credentials")).isEqualTo("true");
        assertThat(preflight.headers().first("access-control-max-age")).isEqualTo("60");
        var response = get(url, "/?how=text", "Origin", "https://a.example.com");
        assertThat(response.headers().first("access-control-expose-headers")).isEqualTo("x-a");
        assertThat(response.headers().first("vary")).isEqualTo("Origin");
        assertThat(get(url, "/?how=text", "Origin", "https://evil.com").headers().has("access-control-allow-origin"))
                .isFalse();
    }

    @Test
    void aStreamedAnswerBeginsWithItsHead() {
        test.create("s", "nodejs22.x", "index.handler", Map.of("index.js", """
                exports.handler = awslambda.streamifyResponse(async (event, stream) => {
                  if (event.rawPath === '/plain') { stream.setContentType('text/plain'); stream.write('a'); stream.end('b'); return; }
                  const out = awslambda.HttpResponseStream.from(stream, {statusCode: 202, headers: {'x-h': 'v'}, cookies: ['c=1']});
                  out.write('one '); out.write('two'); out.end();
                });
                """), r -> r.timeout(30));
        String url = test.lambda.createFunctionUrlConfig(caller(), Lambda.CreateFunctionUrlConfigRequest.of(
                r -> r.functionName("s").authType("AWS_IAM").invokeMode("RESPONSE_STREAM"))).functionUrl();
        String signature = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/eu-central-1/lambda/aws4_request, "
                + "SignedHeaders=host, Signature=0";
        var full = get(url, "/", "Authorization", signature);
        assertThat(full.status()).isEqualTo(202);
        assertThat(full.headers().first("x-h")).isEqualTo("v");
        assertThat(full.headers().first("set-cookie")).isEqualTo("c=1");
        assertThat(text(full)).isEqualTo("one two");
        var plain = get(url, "/plain", "Authorization", signature);
        assertThat(plain.headers().first("content-type")).isEqualTo("text/plain");
        assertThat(text(plain)).isEqualTo("ab");
    }
}
