package dev.aloft.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Lambda;
import dev.aloft.api.Operation;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.api.Sts;
import dev.aloft.kernel.call.CrossOrigin;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.RootKeys;
import dev.aloft.kernel.identity.Sessions;
import dev.aloft.kernel.identity.Signatures;
import dev.aloft.kernel.identity.UserPolicies;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.wire.AwsChunked;
import dev.aloft.wire.Credentials;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import dev.aloft.wire.SigV4;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests over real sockets through the whole pipeline, to services that only say what reached them. */
class FrontDoorTest {
    private static final DataPlane PLANE = new DataPlane() {
        @Override
        public boolean serves(String host, String rawPath) {
            return host.startsWith("a1.execute-api.");
        }

        @Override
        public HttpResponse handle(HttpRequest request, String requestId) {
            if (request.rawPath().equals("/bug")) {
                throw new IllegalStateException("a bug in the gateway");
            }
            return HttpResponse.of(
                    418, "text/plain", (request.rawPath() + "?" + request.rawQuery()).getBytes(StandardCharsets.UTF_8));
        }
    };

    private final TestTime time = new TestTime();
    private final RootKeys rootKeys = new RootKeys(KeyFile.inMemory());
    private HttpServer server;

    @BeforeEach
    void start() {
        serve(false);
    }

    private void serve(boolean enforce) {
        var sessions = new Sessions(KeyFile.inMemory(), time);
        var signatures = new Signatures(UserPolicies.none(), sessions, rootKeys, time, enforce);
        var router = new Router(
                List.of(S3.MODEL, Sts.MODEL, DynamoDb.MODEL, Lambda.MODEL), List.of(PLANE), List.of(),
                () -> Map.of("version", "test"), new Cors());
        var config = new HttpServer.Config(
                "127.0.0.1", 0, Duration.ofSeconds(20), Duration.ofSeconds(10), 64 * 1024, 1 << 24, null);
        server = HttpServer.start(config, time, new FrontDoor(router, signatures, FrontDoorTest::call));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static Shape call(Operation operation, Caller caller, Shape input) {
        return switch (input) {
            case Sts.GetCallerIdentityRequest _ -> Sts.GetCallerIdentityResponse.of(r -> r.account(caller.account())
                    .arn(caller.principal().arn())
                    .userId(caller.requestId()));
            case S3.PutObjectRequest put -> {
                var content = new String(put.body().bytes(1 << 20), StandardCharsets.UTF_8);
                var sum = put.body() instanceof AwsChunked chunked ? chunked.trailers().first("x-amz-checksum-crc32")
                        : "";
                yield S3.PutObjectResponse.of(r -> r.eTag(put.bucket() + "/" + put.key() + "=" + content + sum
                        + (put.contentEncoding() == null ? "" : put.contentEncoding())));
            }
            case S3.GetObjectRequest get -> {
                if (get.key().equals("missing")) {
                    throw ApiError.of("NoSuchKey", 404, "The specified key does not exist.");
                }
                yield S3.GetObjectResponse.of(r -> r.body(Body.of("content of " + get.key())).contentLength(
                        (long) ("content of " + get.key()).length()));
            }
            case DynamoDb.ListTablesRequest _ -> throw new IllegalStateException("a bug in a service");
            default -> throw new AssertionError(operation);
        };
    }

    private RawHttp.Answer send(HttpRequest request) throws IOException {
        try (var http = new RawHttp(server.port())) {
            var text = new StringBuilder();
            text.append(request.method()).append(' ').append(request.rawPath());
            text.append(request.rawQuery().isEmpty() ? "" : "?" + request.rawQuery()).append(" HTTP/1.1\n");
            request.headers().forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
            var body = request.body().bytes(1 << 20);
            text.append("Content-Length: ").append(body.length).append("\n\n");
            http.send(text.toString());
            http.send(body);
            return http.answer(!request.method().equals("HEAD"));
        }
    }

    private RawHttp.Answer send(String method, String path, String query, String body, String... headers)
            throws IOException {
        return send(request(method, path, query, body, headers));
    }

    private HttpRequest request(String method, String path, String query, String body, String... headers) {
        var all = Headers.of(headers);
        if (!all.has("host")) {
            all.add("Host", "127.0.0.1:" + server.port());
        }
        return new HttpRequest(method, "http", path, query, all, Body.of(body), null);
    }

    private HttpRequest signed(HttpRequest request, String account, String service) {
        return SigV4.sign(
                request, new Credentials(account, rootKeys.secret(account), null), "eu-west-1", service,
                        time.instant());
    }

    private static final String[] FORM = {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"};
    private static final String IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15";

    @Test
    void takesACallThroughAndTellsItsRequestId() throws IOException {
        var answer = send(signed(request("POST", "/", "", IDENTITY, FORM), "111122223333", "sts"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("<Account>111122223333</Account>", "arn:aws:iam::111122223333:root");
        var id = answer.header("x-amzn-requestid");
        assertThat(id).matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(answer.body()).contains("<UserId>" + id + "</UserId>", "<RequestId>" + id + "</RequestId>");
    }

    @Test
    void checksSignaturesWhenTheyCount() throws IOException {
        stop();
        serve(true);
        var good = signed(request("POST", "/", "", IDENTITY, FORM), "111122223333", "sts");
        assertThat(send(good).status()).isEqualTo(200);
        var forged = send(good.withBody(Body.of(IDENTITY + "&x=1")));
        assertThat(forged.status()).isEqualTo(403);
        assertThat(forged.body()).contains("<Code>SignatureDoesNotMatch</Code>");

        var put = signed(request("PUT", "/bucket/a%20b/c%2B", "", "hello", "Content-Type",
                "Text/Plain;  Charset=UTF-8"),
                "111122223333", "s3");
        assertThat(send(put).header("etag")).isEqualTo("bucket/a b/c+=hello");
        var changed = send(put.withBody(Body.of("jello")));
        assertThat(changed.body()).contains("<Code>XAmzContentSHA256Mismatch</Code>");
    }

    @Test
    void findsABucketInTheHost() throws IOException {
        var request = request("PUT", "/a//b", "", "x", "Host", "my.bucket.s3.localhost:4566");
        assertThat(send(signed(request, "000000000000", "s3")).header("etag")).isEqualTo("my.bucket/a//b=x");
    }

    @Test
    void decodesWhatIsChunkedTheAwsWay() throws IOException {
        var request = request(
                "PUT",
                "/bucket/key",
                "",
                "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
                "x-amz-content-sha256",
                "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                "x-amz-trailer",
                "x-amz-checksum-crc32",
                "x-amz-decoded-content-length",
                "5",
                "Content-Encoding",
                "aws-chunked");
        assertThat(send(signed(request, "000000000000", "s3")).header("etag"))
                .isEqualTo("bucket/key=helloNhCmhg==");
    }

    @Test
    void answersErrorsInTheFormOfTheService() throws IOException {
        var s3 = send("GET", "/bucket/missing", "", "");
        assertThat(s3.status()).isEqualTo(404);
        assertThat(s3.body()).contains("<Code>NoSuchKey</Code>", "<RequestId>" + s3.header("x-amz-request-id"));
        assertThat(s3.header("x-amz-request-id")).matches("[0-9A-F]{16}");
        assertThat(s3.header("x-amz-id-2")).isNotEmpty();

        var head = send("HEAD", "/bucket", "", "");
        assertThat(head.status()).isEqualTo(500);

        var target = "X-Amz-Target";
        var json = send(signed(request("POST", "/", "", "{}", target, "DynamoDB_20120810.Nope"), "1", "dynamodb"));
        assertThat(json.status()).isEqualTo(400);
        assertThat(json.body()).contains("UnknownOperationException");

        var notBuilt = send("GET", "/bucket/key?torrent", "", "");
        assertThat(notBuilt.status()).isEqualTo(501);
        assertThat(notBuilt.body()).contains("s3:GetObjectTorrent is not built in Aloft yet.");

        var unsigned = send("POST", "/", "", "{}", target, "DynamoDB_20120810.PutItem");
        assertThat(unsigned.body()).contains("MissingAuthenticationTokenException");

        var nonsense = send(signed(request("GET", "/2015-03-31/nonsense", "", ""), "1", "lambda"));
        assertThat(nonsense.status()).isEqualTo(404);
        assertThat(nonsense.body()).contains("No operation of Lambda is at GET /2015-03-31/nonsense.");
    }

    @Test
    void answersABugWithAnInternalFailureWhoseRequestIdIsLogged() throws IOException {
        var logged = new ArrayList<String>();
        var handler = new Capture(logged);
        Logger.getLogger(FrontDoor.class.getName()).addHandler(handler);
        try {
            var answer = send(
                    signed(request("POST", "/", "", "{}", "X-Amz-Target", "DynamoDB_20120810.ListTables"), "1",
                            "dynamodb"));
            assertThat(answer.status()).isEqualTo(500);
            var id = answer.header("x-amzn-requestid");
            assertThat(answer.body()).contains("InternalFailure", id).doesNotContain("a bug in a service");
            assertThat(logged).anyMatch(line -> line.contains(id) && line.contains("a bug in a service"));

            var plane = send("GET", "/bug", "", "", "Host", "a1.execute-api.localhost");
            assertThat(plane.status()).isEqualTo(500);
            assertThat(plane.body()).isEqualTo("{\"message\":\"Internal server error\"}");
            var planeId = plane.header("x-amzn-requestid");
            assertThat(logged).anyMatch(line -> line.contains(planeId));
        } finally {
            Logger.getLogger(FrontDoor.class.getName()).removeHandler(handler);
        }
    }

    @Test
    void leavesDeployedApisToTheirPlane() throws IOException {
        var answer = send("GET", "/x//y", "a=b", "", "Host", "a1.execute-api.localhost:4566");
        assertThat(answer.status()).isEqualTo(418);
        assertThat(answer.body()).isEqualTo("/x//y?a=b");
    }

    /** A bucket that lets pages of one site read, and another that lets nobody. */
    private record Cors() implements CrossOrigin {
        @Override
        public boolean knows(String bucket) {
            return List.of("shared", "closed").contains(bucket);
        }

        @Override
        public Headers preflight(String bucket, HttpRequest request, boolean isObject) {
            return allowed(bucket, request).orElseThrow(() -> ApiError.of("AccessForbidden", 403, "no"));
        }

        @Override
        public Optional<Headers> allowed(String bucket, HttpRequest request) {
            return bucket.equals("shared") && "https://site.example".equals(request.headers().first("origin"))
                    ? Optional.of(Headers.of("Access-Control-Allow-Origin", "https://site.example")) : Optional.empty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OPTIONS,shared,https://site.example,200,https://site.example",
        "OPTIONS,shared,http://localhost:3000,403,",
        "OPTIONS,closed,http://localhost:3000,403,",
        "GET,shared,https://site.example,200,https://site.example",
        "GET,closed,http://localhost:3000,200,",
    })
    void aBucketsOwnerSaysWhichPagesMayCallIt(String method, String bucket, String origin, int status, String allowed)
            throws IOException {
        var answer = send(method, "/" + bucket + "/key", "", "", "Origin", origin, "Access-Control-Request-Method",
                "GET");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("access-control-allow-origin")).isEqualTo(allowed);
    }

    @Test
    void letsAPageOfThisMachineReadItsAnswers() throws IOException {
        var answer = send("GET", "/bucket/key", "", "", "Origin", "http://localhost:3000");
        assertThat(answer.body()).isEqualTo("content of key");
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("http://localhost:3000");
        assertThat(send("GET", "/bucket/key", "", "", "Origin", "https://other.example")
                        .header("access-control-allow-origin"))
                .isNull();
    }

    private static final class Capture extends Handler {
        private final List<String> lines;

        Capture(List<String> lines) {
            this.lines = Collections.synchronizedList(lines);
        }

        @Override
        public void publish(LogRecord record) {
            lines.add(record.getMessage() + " " + record.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
