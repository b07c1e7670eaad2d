package dev.aloft.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is read without Jetty means what it means to Jetty, and whatever is not plain is left to it. */
class PlainConnectionTest {
    private static final long SEED = 20;
    private static final int REQUESTS = 600;
    /** Makes a request Jetty's, and nothing else. */
    private static final String JETTYS = "TE: trailers\r\n";
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS",
        "get", "FETCH", "", "G\u0000T");
    private static final List<String> TARGETS = List.of("/", "/a/b", "//", "/a?b=c&d", "/?", "/a%20b", "/%2e%2e/x",
        "/a%00", "/a%0", "/a%", "/a%C3%A4", "/a%ff", "/a%7F", "/a#b", "/a b", "/\u00e4", "/a;b=1", "a", "*",
        "http://h/a", "/a?b=%", "/./a", "/a/.b", "/a?%00", "/a\tb", "/{}|^`\\\"<>", "/../..", "");
    private static final List<String> VERSIONS = List.of("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2",
        "http/1.1", "HTTP/1.1 ", "");
    private static final List<String> FIELDS = List.of("X-Amz-Target: A.B", "x-amz-date:20260101T000000Z", "A:", "A: ",
        "A:  b \t", "A : b", "A b: c", ": c", "A: b\u0001c", "A: \u00e4", "A: b\u007fc", " A: b", "A", "Host: i",
        "host: h:80",
        "Connection: keep-alive", "connection: Keep-Alive", "Connection: close", "Connection: upgrade", "Keep-Alive: 5",
        "Content-Length: 0", "Content-Length: 3", "content-length:3", "Content-Length: +3", "Content-Length: 3,3",
        "Content-Length: -1", "Content-Length: 99999999999999999999", "Transfer-Encoding: identity", "A: b\r",
        "Content-Type: text/plain; charset=utf-8", "Cookie: a=b; c=d", "X-Forwarded-For: 1.2.3.4", "Accept: */*");

    private final Random random = new Random(SEED);
    private HttpServer server;

    @BeforeEach
    void serve() {
        server = HttpServer.start(HttpServer.Config.on("127.0.0.1", 0, null), HttpServerTest.CLOCK,
            PlainConnectionTest::tell);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static HttpResponse tell(HttpRequest request) {
        var fields = new StringBuilder();
        // Jetty spells some names itself.
        request.headers().forEach((name, value) -> fields.append(name.equals("TE") ? ""
            : name.toLowerCase(Locale.ROOT) + "=" + value + "|"));
        return HttpServerTest.text(request.method() + " " + request.rawPath() + " " + request.rawQuery() + " "
            + fields + " " + request.remoteAddress() + " "
            + new String(request.body().bytes(100), StandardCharsets.ISO_8859_1));
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    @Test
    void requestsMeanWhatTheyMeanToJetty() throws Exception {
        for (int i = 0; i < REQUESTS; i++) {
            var line = any(METHODS) + " " + any(TARGETS) + " " + any(VERSIONS) + "\r\n";
            var fields = IntStream.range(0, random.nextInt(4)).mapToObj(_ -> any(FIELDS) + "\r\n")
                .collect(Collectors.joining());
            var host = random.nextInt(8) == 0 ? "" : "Host: h\r\n";
            var rest = host + fields + "\r\nabc";
            assertThat(asked(line + rest)).as(line + rest).isEqualTo(asked(line + JETTYS + rest));
        }
    }

    /** Of what is sent behind the first request nothing is looked at. */
    private String asked(String request) throws Exception {
        boolean head = request.startsWith("HEAD");
        try (var http = new RawHttp(server.port())) {
            http.send(request.getBytes(StandardCharsets.ISO_8859_1));
            var answer = http.answer(!head);
            return answer == null ? "nothing" : answer.status() + " " + answer.headers().get("content-type") + " "
                + answer.headers().get("content-length") + " " + answer.headers().get("connection") + " "
                + answer.body();
        }
    }
}
