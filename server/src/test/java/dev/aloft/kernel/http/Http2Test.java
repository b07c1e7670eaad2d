package dev.aloft.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Http2Test {
    private HttpServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private void serve(HttpServer.Config config, HttpServer.Handler handler) {
        server = HttpServer.start(config, HttpServerTest.CLOCK, handler);
    }

    @Test
    void speaksHttp2ToAClientThatUpgrades() throws Exception {
        serve(HttpServer.Config.on("127.0.0.1", 0, null), HttpServerTest::echo);
        try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            client.send(java.net.http.HttpRequest.newBuilder(uri("http", "/")).build(), BodyHandlers.ofString());
            var answer = client.send(
                    java.net.http.HttpRequest.newBuilder(uri("http", "/a//b?q"))
                            .POST(java.net.http.HttpRequest.BodyPublishers.ofString("x".repeat(100_000)))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body())
                    .startsWith("POST http /a//b?q 127.0.0.1:" + server.port())
                    .hasSizeGreaterThan(100_000);
            assertThat(answer.headers().firstValue("date")).contains("Thu, 29 Feb 2024 12:34:56 GMT");
        }
    }

    @Test
    void holdsItsLimitsOverHttp2() throws Exception {
        serve(HttpServerTest.config(Duration.ofSeconds(10), 8 * 1024, 4_000_000), request -> HttpServerTest.text(
                "" + request.body().stream().transferTo(OutputStream.nullOutputStream())));
        try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            client.send(java.net.http.HttpRequest.newBuilder(uri("http", "/")).build(), BodyHandlers.ofString());
            assertThat(upload(client, 4_000_000).body()).isEqualTo("4000000");
            assertThat(upload(client, 4_000_001).statusCode()).isEqualTo(413);
            var long431 = java.net.http.HttpRequest.newBuilder(uri("http", "/"))
                    .header("x-long", "x".repeat(10_000)).build();
            try {
                assertThat(client.send(long431, BodyHandlers.ofString()).statusCode()).isEqualTo(431);
            } catch (IOException e) {
                // Jetty may end the connection instead.
            }
            var next = client
                    .send(java.net.http.HttpRequest.newBuilder(uri("http", "/")).build(), BodyHandlers.ofString());
            assertThat(next.statusCode()).isEqualTo(200);
        }
    }

    private java.net.http.HttpResponse<String> upload(HttpClient client, int length) throws Exception {
        return client.send(
                java.net.http.HttpRequest.newBuilder(uri("http", "/"))
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(new byte[length]))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void speaksHttp2ByPriorKnowledge() throws Exception {
        serve(HttpServer.Config.on("127.0.0.1", 0, null), HttpServerTest::echo);
        var client = new HTTP2Client();
        client.start();
        try {
            var session = client.connect(
                            new InetSocketAddress("127.0.0.1", server.port()), new Session.Listener() {})
                    .get(10, TimeUnit.SECONDS);
            var answer = new CompletableFuture<String>();
            var request = new MetaData.Request(
                    "POST",
                    HttpURI.from("http://kinesis.localhost:4566/x//y?z"),
                    HttpVersion.HTTP_2,
                    HttpFields.build().add("x-amz-target", "Kinesis_20131202.ListStreams"));
            var stream = session.newStream(new HeadersFrame(request, null, false), new Stream.Listener() {
                        private final StringBuilder text = new StringBuilder();

                        @Override
                        public void onHeaders(Stream on, HeadersFrame frame) {
                            text.append(((MetaData.Response) frame.getMetaData()).getStatus()).append(' ');
                            on.demand();
                        }

                        @Override
                        public void onDataAvailable(Stream on) {
                            var data = on.readData();
                            if (data == null) {
                                on.demand();
                                return;
                            }
                            text.append(StandardCharsets.UTF_8.decode(data.frame().getByteBuffer()));
                            data.release();
                            if (data.frame().isEndStream()) {
                                answer.complete(text.toString());
                            } else {
                                on.demand();
                            }
                        }
                    })
                    .get(10, TimeUnit.SECONDS);
            stream.data(
                    new DataFrame(stream.getId(), ByteBuffer.wrap("{}".getBytes(StandardCharsets.UTF_8)), true),
                    Callback.NOOP);
            assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo("200 POST http /x//y?z kinesis.localhost:4566 {}");
        } finally {
            client.stop();
        }
    }

    private URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + server.port() + path);
    }
}
