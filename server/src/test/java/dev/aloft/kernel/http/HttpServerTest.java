package dev.aloft.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.aloft.api.Body;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpServerTest {
    static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2024-02-29T12:34:56.789Z"));

    @TempDir
    Path folder;

    private HttpServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private HttpServer serve(HttpServer.Handler handler) {
        return serve(HttpServer.Config.on("127.0.0.1", 0, folder.resolve("tls")), handler);
    }

    private HttpServer serve(HttpServer.Config config, HttpServer.Handler handler) {
        server = HttpServer.start(config, CLOCK, handler);
        return server;
    }

    static HttpServer.Config config(Duration idle, int headerBytes, long bodyBytes) {
        return new HttpServer.Config("127.0.0.1", 0, idle, Duration.ofSeconds(10), headerBytes, bodyBytes, null);
    }

    static HttpResponse text(String text) {
        return HttpResponse.of(200, "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }

    static HttpResponse echo(HttpRequest request) {
        return text(request.method() + " " + request.scheme() + " " + request.rawPath() + "?" + request.rawQuery() + " "
                + request.host() + " " + new String(request.body().bytes(1 << 20), StandardCharsets.UTF_8));
    }

    @Test
    void tellsTheHandlerWhatWasSentAndTheClientWhatWasAnswered() throws Exception {
        serve(HttpServerTest::echo);
        try (var http = new RawHttp(server.port())) {
            http.send("POST /a/b?x=1 HTTP/1.1\nHost: bucket.localhost:4566\nContent-Length: 5\n\nhello");
            var answer = http.answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("POST http /a/b?x=1 bucket.localhost:4566 hello");
            assertThat(answer.header("date")).isEqualTo("Thu, 29 Feb 2024 12:34:56 GMT");
            assertThat(answer.header("server")).isEqualTo("Aloft");
            assertThat(answer.header("content-type")).isEqualTo("text/plain");
        }
    }

    @Test
    void aStatusThatIsNoAnswerIsAFailure() throws Exception {
        serve(request -> HttpResponse.of(Integer.parseInt(request.rawPath().substring(1)), "text/plain",
                "text".getBytes(StandardCharsets.UTF_8)));
        for (int status : List.of(100, 101, 102, 103, 199)) {
            try (var http = new RawHttp(server.port())) {
                http.send("GET /" + status + " HTTP/1.1\nHost: h\n\n");
                assertThat(http.answer().status()).as("of " + status).isEqualTo(500);
            }
        }
    }

    @Test
    void leavesPathsAndQueriesAsTheyWereSent() throws Exception {
        serve(HttpServerTest::echo);
        try (var http = new RawHttp(server.port())) {
            for (var target : List.of(
                    "//?",
                    "//bucket//key?",
                    "/bucket/a/../b/./c?",
                    "/bucket/a%2Fb%2f%20+%C3%A4;v=1?",
                    "/bucket/%2e%2E/x%01?",
                    "/b/k?uploads",
                    "/b?x=%zz&y=1%",
                    "/b/a|b^c`d{e}\\f?q={\"a\":[1]}|^",
                    "/b/~a@b:c,d=e&f$g!h'(i)*?",
                    "/?list-type=2&prefix=a%2Fb&delimiter=%2F&&=")) {
                http.send("GET " + target + " HTTP/1.1\nHost: h\n\n");
                var answer = http.answer();
                assertThat(answer.status()).as(target).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("GET http " + target + " h ");
            }
        }
    }

    @Test
    void answersSeveralRequestsOnOneConnectionAlsoWhenTheyAreSentAtOnce() throws Exception {
        serve(HttpServerTest::echo);
        try (var http = new RawHttp(server.port())) {
            http.send("GET /1 HTTP/1.1\nHost: h\n\nPOST /2 HTTP/1.1\nHost: h\nContent-Length: 3\n\nabcGET /3 HTTP/1.1\n"
                    + "Host: h\n\n");
            assertThat(http.answer().body()).contains("/1");
            assertThat(http.answer().body()).contains("/2").endsWith("abc");
            assertThat(http.answer().body()).contains("/3");
        }
    }

    @Test
    void takesARequestInPieces() throws Exception {
        serve(HttpServerTest::echo);
        for (int length : List.of(0, 3, 5_000, 70_000)) {
            var request = ("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: " + length + "\r\n\r\n" + "x".repeat(length))
                .getBytes(StandardCharsets.US_ASCII);
            for (int first : List.of(1, 20, 40, 50, 56, 2_000, 69_000)) {
                try (var http = new RawHttp(server.port())) {
                    int cut = Math.min(first, request.length);
                    http.send(Arrays.copyOf(request, cut)).send(Arrays.copyOfRange(request, cut, request.length));
                    assertThat(http.answer().body()).endsWith(" " + "x".repeat(length));
                    http.send("GET /next HTTP/1.1\nHost: h\n\n");
                    assertThat(http.answer().body()).contains("/next");
                }
            }
        }
    }

    @Test
    void readsChunkedContentAndItsTrailers() throws Exception {
        serve(HttpServerTest::echo);
        try (var http = new RawHttp(server.port())) {
            http.send("PUT / HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\nTrailer: x-sum\n\n"
                    + "5\nhello\n6;a=b\n world\n0\nx-sum: 1\n\n");
            assertThat(http.answer().body()).endsWith("hello world");
            http.send("GET /next HTTP/1.1\nHost: h\n\n");
            assertThat(http.answer().body()).contains("/next");
        }
    }

    @Test
    void tellsAClientThatExpectsItToContinueOnceTheContentIsWanted() throws Exception {
        serve(request -> request.rawPath().equals("/refused") ? HttpResponse.empty(403) : echo(request));
        try (var http = new RawHttp(server.port())) {
            http.send("PUT /wanted HTTP/1.1\nHost: h\nContent-Length: 3\nExpect: 100-continue\n\n");
            assertThat(http.answer().status()).isEqualTo(100);
            http.send("abc");
            assertThat(http.answer().body()).endsWith("abc");

            http.send("PUT /refused HTTP/1.1\nHost: h\nContent-Length: 3\nExpect: 100-continue\n\n");
            var answer = http.answer();
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.header("connection")).isEqualTo("close");
        }
    }

    @Test
    void answersEarlyAndStillTakesTheRestOfTheContent() throws Exception {
        serve(request -> text("no"));
        try (var http = new RawHttp(server.port())) {
            http.send("PUT / HTTP/1.1\nHost: h\nContent-Length: 3000000\n\n");
            http.send(new byte[3_000_000]);
            assertThat(http.answer().body()).isEqualTo("no");
            http.send("GET /next HTTP/1.1\nHost: h\n\n");
            assertThat(http.answer().body()).isEqualTo("no");
        }
    }

    @Test
    void answersBeforeTheContentHasCome() throws Exception {
        serve(request -> text("no"));
        try (var http = new RawHttp(server.port())) {
            http.send("PUT / HTTP/1.1\nHost: h\nContent-Length: 3000000\n\nabc");
            assertThat(http.answer().body()).isEqualTo("no");
            http.send(new byte[3_000_000 - 3]);
            http.send("GET /next HTTP/1.1\nHost: h\n\n");
            assertThat(http.answer().body()).isEqualTo("no");
        }
    }

    @Test
    void endsAConnectionWithTooMuchLeftUnreadAfterItsAnswer() throws Exception {
        serve(request -> text("no"));
        try (var http = new RawHttp(server.port())) {
            http.send("PUT / HTTP/1.1\nHost: h\nContent-Length: 4000000000\n\n");
            http.send(new byte[1_000_000]);
            var answer = http.answer();
            assertThat(answer.body()).isEqualTo("no");
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(http.endedWhileSending(new byte[17_000_000])).isTrue();
        }
    }

    @Test
    void keepsAnsweringWhileManyConnectionsStayHalfWay() throws Exception {
        serve(HttpServerTest::echo);
        var halfWay = new ArrayList<RawHttp>();
        try {
            for (int i = 0; i < 500; i++) {
                var http = new RawHttp(server.port());
                http.send(i % 2 == 0 ? "GET / HTTP/1.1\nHost: h\nX-Sl"
                        : "PUT / HTTP/1.1\nHost: h\nContent-Length: 9\n\nx");
                halfWay.add(http);
            }
            try (var http = new RawHttp(server.port())) {
                http.send("GET /through HTTP/1.1\nHost: h\n\n");
                assertThat(http.answer().body()).contains("/through");
            }
        } finally {
            for (var http : halfWay) {
                http.close();
            }
        }
    }

    @Test
    void closesAConnectionThatItCannotTake() throws Exception {
        serve(HttpServerTest::echo);
        server.close();
        try (var connection = SocketChannel.open()) {
            server.take(connection);
            assertThat(connection.isOpen()).isFalse();
        }
    }

    @Test
    void goesOnListeningWhenAConnectionCannotBeTaken() throws Exception {
        var jetty = new Server();
        var listener = new Listener(jetty, new Turns(), new HttpConnectionFactory());
        assertThat(listener.handleAcceptFailure(new ClosedChannelException())).isFalse();
        jetty.addConnector(listener);
        jetty.start();
        try {
            assertThat(listener.handleAcceptFailure(new IOException("Too many open files"))).isTrue();
            listener.close();
            assertThat(listener.handleAcceptFailure(new ClosedChannelException())).isFalse();
        } finally {
            jetty.stop();
        }
    }

    @Test
    void answersHeadWithTheHeadersOfGetAlone() throws Exception {
        serve(request -> request.rawPath().equals("/object")
                ? new HttpResponse(200, Headers.of("Content-Length", "123456", "ETag", "\"e\""), Body.EMPTY)
                : text("hello"));
        try (var http = new RawHttp(server.port())) {
            http.send("HEAD / HTTP/1.1\nHost: h\n\n");
            assertThat(http.answer(false).header("content-length")).isEqualTo("5");
            http.send("HEAD /object HTTP/1.1\nHost: h\n\n");
            assertThat(http.answer(false).header("content-length")).isEqualTo("123456");
            http.send("GET / HTTP/1.1\nHost: h\n\n");
            assertThat(http.answer().body()).isEqualTo("hello");
        }
    }

    @Test
    void sendsNoContentWhereTheStatusHasNone() throws Exception {
        serve(request -> HttpResponse.empty(request.rawPath().equals("/204") ? 204 : 200));
        try (var http = new RawHttp(server.port())) {
            http.send("DELETE /204 HTTP/1.1\nHost: h\n\n");
            var answer = http.answer();
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.header("content-length")).isNull();
            http.send("GET /200 HTTP/1.1\nHost: h\n\n");
            assertThat(http.answer().header("content-length")).isEqualTo("0");
        }
    }

    @Test
    void sendsAStreamOfKnownLengthWithItsLength() throws Exception {
        var content = new byte[300_000];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) ('a' + i % 26);
        }
        serve(request -> new HttpResponse(
                200, new Headers(), Body.of(new ByteArrayInputStream(content), content.length)));
        try (var http = new RawHttp(server.port())) {
            http.send("GET / HTTP/1.1\nHost: h\n\n");
            var answer = http.answer();
            assertThat(answer.header("content-length")).isEqualTo("300000");
            assertThat(answer.body()).isEqualTo(new String(content, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void sendsEachPieceOfAStreamAtOnce() throws Exception {
        var out = new PipedOutputStream();
        var in = new PipedInputStream(out);
        serve(request -> new HttpResponse(200, new Headers(), Body.of(in, -1)));
        try (var http = new RawHttp(server.port())) {
            http.send("GET / HTTP/1.1\nHost: h\n\n");
            out.write("one".getBytes(StandardCharsets.UTF_8));
            out.flush();
            for (var line = http.line(); !line.isEmpty(); line = http.line()) {
                assertThat(line).doesNotContain("Content-Length");
            }
            assertThat(http.line()).isEqualTo("3");
            assertThat(http.read(3)).isEqualTo("one");
            out.write("two!".getBytes(StandardCharsets.UTF_8));
            out.close();
            assertThat(http.line()).isEmpty();
            assertThat(http.line()).isEqualTo("4");
            assertThat(http.line()).isEqualTo("two!");
            assertThat(http.line()).isEqualTo("0");
        }
    }

    @Test
    void cutsTheConnectionWhenAStreamFailsHalfWay() throws Exception {
        serve(request -> new HttpResponse(200, new Headers(), Body.of(new InputStream() {
            private int left = 200_000;

            @Override
            public int read() throws IOException {
                if (left-- <= 0) {
                    throw new IOException("the disk is gone");
                }
                return 'x';
            }
        }, 300_000)));
        var logged = logged(() -> {
            try (var http = new RawHttp(server.port())) {
                http.send("GET / HTTP/1.1\nHost: h\n\n");
                var answer = http.answer();
                assertThat(answer.body().length()).isLessThan(300_000);
            }
        });
        assertThat(logged).anyMatch(line -> line.contains("A request failed"));
    }

    @Test
    void refusesHeadersThatAreTooLong() throws Exception {
        serve(config(Duration.ofSeconds(10), 8 * 1024, 1000), HttpServerTest::echo);
        try (var http = new RawHttp(server.port())) {
            http.send("GET / HTTP/1.1\nHost: h\nX-Long: " + "x".repeat(10_000) + "\n\n");
            var answer = http.answer();
            assertThat(answer.status()).isEqualTo(431);
            assertThat(answer.body()).isEqualTo("The request's headers or its URL are too long.\n");
        }
        try (var http = new RawHttp(server.port())) {
            http.send("GET /" + "x".repeat(10_000) + " HTTP/1.1\nHost: h\n\n");
            assertThat(http.answer().status()).isEqualTo(414);
        }
    }

    @Test
    void refusesContentThatIsTooLong() throws Exception {
        serve(config(Duration.ofSeconds(10), 8 * 1024, 1000), HttpServerTest::echo);
        try (var http = new RawHttp(server.port())) {
            http.send("PUT / HTTP/1.1\nHost: h\nContent-Length: 1001\n\n" + "x".repeat(1001));
            assertThat(http.answer().status()).isEqualTo(413);
        }
        try (var http = new RawHttp(server.port())) {
            http.send("PUT / HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n3e9\n" + "x".repeat(1001) + "\n0\n\n");
            assertThat(http.answer().status()).isEqualTo(413);
        }
    }

    @Test
    void answersWhatIsNotHttpWithALineOfText() throws Exception {
        serve(HttpServerTest::echo);
        for (var nonsense : List.of("hello\n\n", "GET / HTTP/1.1\n\n", "GET / HTTP/1.1\nHost: h\nContent-Length: x\n\n",
                "GET / HTTP/1.1\nHost: h\nContent-Length: 1\nContent-Length: 2\n\n", "GET /a%00b HTTP/1.1\nHost: h\n\n",
                "GET /%zz HTTP/1.1\nHost: h\n\n", "GET / HTTP/1.1\nHost: h\nHost: i\n\n",
                "GET / HTTP/1.1\nHost: h\nX: a\n b\n\n", "GET / HTTP/1.1\nHost: h\nX y: a\n\n")) {
            try (var http = new RawHttp(server.port())) {
                http.send(nonsense);
                var answer = http.answer();
                assertThat(answer.status()).as(nonsense).isEqualTo(400);
                assertThat(answer.body()).isEqualTo("The request is not well-formed HTTP.\n");
                assertThat(answer.header("connection")).as(nonsense).isEqualTo("close");
                assertThat(http.ended()).as(nonsense).isTrue();
            }
        }
    }

    @Test
    void answersABugInTheHandlerWithAnInternalFailureAndLogsIt() throws Exception {
        serve(request -> {
            throw new IllegalStateException("a bug");
        });
        var logged = logged(() -> {
            try (var http = new RawHttp(server.port())) {
                http.send("GET /x HTTP/1.1\nHost: h\n\n");
                assertThat(http.answer().status()).isEqualTo(500);
            }
        });
        assertThat(logged).hasSize(1).first().asString().contains("A request failed: GET").contains("a bug");
    }

    @Test
    void saysNothingWhenAClientGoesAwayWhileItSends() throws Exception {
        var seen = new CompletableFuture<Throwable>();
        serve(request -> {
            try {
                return echo(request);
            } catch (Throwable e) {
                seen.complete(e);
                throw e;
            }
        });
        var logged = logged(() -> {
            try (var http = new RawHttp(server.port())) {
                http.send("PUT / HTTP/1.1\nHost: h\nContent-Length: 1000\n\nabc");
            }
            assertThat(Exchanges.gone(seen.get(10, TimeUnit.SECONDS))).isTrue();
            server.close();
        });
        assertThat(logged).isEmpty();
    }

    @Test
    void saysNothingWhenAClientGoesAwayBeforeItsAnswer() throws Exception {
        var gone = new CountDownLatch(1);
        serve(request -> {
            gone.await(10, TimeUnit.SECONDS);
            return new HttpResponse(200, new Headers(), Body.of(new byte[20_000_000]));
        });
        var logged = logged(() -> {
            try (var http = new RawHttp(server.port())) {
                http.send("GET / HTTP/1.1\nHost: h\n\n");
            }
            gone.countDown();
            server.close();
        });
        assertThat(logged).isEmpty();
    }

    @Test
    void endsAConnectionThatStaysSilentInTheMiddleOfARequest() throws Exception {
        serve(config(Duration.ofMillis(300), 8 * 1024, 1 << 20), HttpServerTest::echo);
        try (var http = new RawHttp(server.port())) {
            http.send("PUT / HTTP/1.1\nHost: h\nContent-Length: 1000\n\nabc");
            assertThat(http.answer().status()).isEqualTo(408);
            assertThat(http.ended()).isTrue();
        }
        try (var http = new RawHttp(server.port())) {
            http.send("PUT / HTT");
            assertThat(http.ended()).isTrue();
        }
    }

    @Test
    void endsAConnectionWhoseHeadersComeByteByByteForTooLong() throws Exception {
        serve(config(Duration.ofMillis(300), 8 * 1024, 1 << 20), HttpServerTest::echo);
        var pause = new CountDownLatch(1);
        try (var http = new RawHttp(server.port())) {
            http.send("GET / HTTP/1.1\nHost: h\nX-Slow: ");
            int sent = 0;
            try {
                while (sent < 200 && !pause.await(50, TimeUnit.MILLISECONDS)) {
                    http.send("x");
                    sent++;
                }
            } catch (IOException e) {
                assertThat(sent).isGreaterThan(1);
            }
            assertThat(sent).isLessThan(200);
        }
    }

    @Test
    void sendsNoHeaderThatTheHandlerDidNotMean() throws Exception {
        serve(request -> new HttpResponse(
                200, Headers.of("x-amz-meta-a", "1\r\nX-Evil: 2\r\n\r\nbody", "x-amz-meta-b\r\nX-Evil", "3"),
                Body.EMPTY));
        try (var http = new RawHttp(server.port())) {
            http.send("GET / HTTP/1.1\nHost: h\n\n");
            var answer = http.answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("x-evil")).isNull();
            assertThat(answer.header("x-amz-meta-a")).startsWith("1");
        }
    }

    @Test
    void letsAHandlerWorkLongerThanAConnectionMayBeSilent() throws Exception {
        var longer = new CountDownLatch(1);
        serve(config(Duration.ofMillis(100), 8 * 1024, 1 << 20), request -> {
            longer.await(700, TimeUnit.MILLISECONDS);
            return text("late");
        });
        try (var http = new RawHttp(server.port())) {
            http.send("POST / HTTP/1.1\nHost: h\nContent-Length: 2\n\nab");
            assertThat(http.answer().body()).isEqualTo("late");
        }
    }

    @Test
    void finishesWhatIsUnderWayWhenItIsClosed() throws Exception {
        var entered = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        serve(request -> {
            entered.countDown();
            go.await(10, TimeUnit.SECONDS);
            return text("done");
        });
        int port = server.port();
        try (var http = new RawHttp(port)) {
            http.send("GET / HTTP/1.1\nHost: h\n\n");
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
            var closing = CompletableFuture.runAsync(server::close);
            while (true) {
                try (var late = new Socket()) {
                    late.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                    Thread.onSpinWait();
                } catch (IOException e) {
                    break;
                }
            }
            assertThat(closing).isNotDone();
            go.countDown();
            var answer = http.answer();
            assertThat(answer.body()).isEqualTo("done");
            assertThat(answer.header("connection")).isEqualTo("close");
            closing.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void listensAlsoOnTheOtherLoopbackAddressWhereThereIsOne() throws Exception {
        serve(HttpServerTest::echo);
        try (var socket = new Socket()) {
            try {
                socket.connect(new InetSocketAddress("::1", server.port()), 5000);
            } catch (IOException e) {
                assumeFalse(NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null);
                return;
            }
            socket.getOutputStream().write("GET /6 HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .contains("GET http /6");
        }
    }

    @Test
    void saysWhatToDoWhenThePortIsTaken() {
        serve(HttpServerTest::echo);
        var same = HttpServer.Config.on("127.0.0.1", server.port(), null);
        assertThatThrownBy(() -> HttpServer.start(same, CLOCK, HttpServerTest::echo))
                .isInstanceOf(HttpServer.CannotListen.class)
                .hasMessageStartingWith("Port " + server.port()
                        + " on 127.0.0.1 is in use by another program or another Aloft.")
                .hasMessageContaining("--port");
        assertThatThrownBy(() -> HttpServer.start(
                        HttpServer.Config.on("192.0.2.1", 0, null), CLOCK, HttpServerTest::echo))
                .isInstanceOf(HttpServer.CannotListen.class)
                .hasMessageContaining("is not one of this machine's");
    }

    private interface Step {
        void run() throws Exception;
    }

    private static List<String> logged(Step step) throws Exception {
        var lines = Collections.synchronizedList(new ArrayList<String>());
        var root = Logger.getLogger("");
        var ours = new Handler() {
            @Override
            public void publish(LogRecord record) {
                if (record.getLevel().intValue() >= Level.INFO.intValue()) {
                    lines.add(record.getLoggerName() + " " + record.getMessage() + " " + record.getThrown());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        root.addHandler(ours);
        try {
            step.run();
        } finally {
            root.removeHandler(ours);
        }
        return lines;
    }
}
