package dev.aloft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What a person reads when a command cannot do what it was asked. */
@Isolated("it reads what goes to standard error")
class CliTest {
    @TempDir
    Path folder;

    @Test
    void withoutAPlatformEachCommandSaysSo() throws IOException {
        var url = "http://127.0.0.1:" + freePort();
        for (var command : new String[] {"logs", "down", "invoke"}) {
            var said = command.equals("logs") ? failing(command, "--endpoint-url", url)
                    : failing(command, "x", "--endpoint-url", url);
            assertThat(said)
                    .isEqualTo("aloft: No platform is running at " + url + ". aloft up DIR or aloft start starts one; "
                    + "--endpoint-url or AWS_ENDPOINT_URL says where another one is.");
        }
    }

    @Test
    void whatAnswersAndIsNotAloftIsToldApart() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var answering = Thread.ofVirtual().start(() -> {
                try (var socket = server.accept()) {
                    socket.getInputStream().read();
                    socket.getOutputStream()
                            .write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            var url = "http://127.0.0.1:" + server.getLocalPort();
            assertThat(failing("status", "--endpoint-url", url))
                    .isEqualTo("aloft: Something that is not Aloft answers at " + url
                    + " (HTTP 404). Stop it, or use another port: --endpoint-url http://127.0.0.1:4567 (or "
                    + "AWS_ENDPOINT_URL).");
            answering.join();
        }
    }

    @Test
    void anAddressThatIsNoneIsToldByTheOption() {
        assertThat(failing("status", "--endpoint-url", "nonsense"))
                .isEqualTo("aloft: --endpoint-url is nonsense; it must be an address such as http://127.0.0.1:4566.");
    }

    @Test
    void aFolderWithoutTemplateNamesWhatWasLookedFor() throws IOException {
        Files.createDirectory(folder.resolve("app"));
        assertThat(failing("up", folder.resolve("app").toString()))
                .isEqualTo("aloft: No template in " + folder.resolve("app")
                        + ": looked for template.yaml, template.yml, template.json, "
                        + "serverless.template, main.yaml. Name the file: aloft up FILE");
        assertThat(failing("up", folder.resolve("none").toString()))
                .isEqualTo("aloft: There is no file or folder " + folder.resolve("none") + ".");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String failing(String... args) {
        var before = System.err;
        var said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertThat(Cli.run(args)).isEqualTo(1);
        } finally {
            System.setErr(before);
        }
        return said.toString(StandardCharsets.UTF_8).strip();
    }
}
