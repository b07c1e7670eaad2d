package dev.aloft.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
    @TempDir
    Path folder;

    private HttpServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void speaksTlsOnTheSamePortWithACertificateMadeOnFirstUse() throws Exception {
        server = HttpServer.start(
                HttpServer.Config.on("127.0.0.1", 0, folder.resolve("tls")), InstantSource.system(),
                HttpServerTest::echo);
        assertThat(folder.resolve("tls")).doesNotExist();
        try (var plain = new RawHttp(server.port())) {
            plain.send("GET / HTTP/1.1\nHost: h\n\n");
            assertThat(plain.answer().status()).isEqualTo(200);
        }
        var probe = SSLContext.getInstance("TLS");
        probe.init(null, new TrustManager[] {new TrustAll()}, null);
        try (var first = (SSLSocket) probe.getSocketFactory().createSocket("127.0.0.1", server.port())) {
            first.startHandshake();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("tls/ca-key.pem"))))
                .isEqualTo("rw-------");

        var trusting = trusting(folder.resolve("tls/ca.pem"));
        try (var client = HttpClient.newBuilder().sslContext(trusting).build()) {
            var answer = client.send(
                    java.net.http.HttpRequest.newBuilder(uri("https", "/x")).build(), BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body()).startsWith("GET https /x? 127.0.0.1:");
        }
        try (var client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trusting)
                .build()) {
            var answer = client.send(
                    java.net.http.HttpRequest.newBuilder(uri("https", "/x")).build(), BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }

    @Test
    void certifiesEachOfOurNamesThatAClientAsksFor() throws Exception {
        server = HttpServer.start(HttpServer.Config.on("127.0.0.1", 0, folder.resolve("tls")), HttpServerTest.CLOCK,
                HttpServerTest::echo);
        assertThat(namesFor("a1b2c3.execute-api.localhost")).containsExactly("a1b2c3.execute-api.localhost");
        assertThat(namesFor("my.bucket.s3.us-east-1.localhost")).containsExactly("my.bucket.s3.us-east-1.localhost");
        assertThat(namesFor("aws.amazon.com")).contains("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
    }

    @Test
    void keepsItsCertificateAuthorityOverRestarts() throws Exception {
        var made = Certificate.in(folder.resolve("tls"), HttpServerTest.CLOCK);
        var bytes = Files.readAllBytes(folder.resolve("tls/ca.pem"));
        var again = Certificate.in(folder.resolve("tls"), HttpServerTest.CLOCK);
        assertThat(Files.readAllBytes(folder.resolve("tls/ca.pem"))).isEqualTo(bytes);
        again.forName("x.localhost").verify(authority(folder.resolve("tls/ca.pem")).getPublicKey());
        made.forName("x.localhost").verify(authority(folder.resolve("tls/ca.pem")).getPublicKey());

        Files.writeString(folder.resolve("tls/ca-key.pem"), "nonsense!");
        assertThatThrownBy(() -> Certificate.in(folder.resolve("tls"), HttpServerTest.CLOCK))
                .hasMessageContaining("Delete the folder to have a new one made.");
    }

    private List<String> namesFor(String name) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAll()}, null);
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
            var parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            var certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return certificate.getSubjectAlternativeNames().stream()
                    .map(alternative -> (String) alternative.get(1))
                    .toList();
        }
    }

    private static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static X509Certificate authority(Path file) throws Exception {
        try (var in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static SSLContext trusting(Path file) throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("aloft", authority(file));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + server.port() + path);
    }
}
