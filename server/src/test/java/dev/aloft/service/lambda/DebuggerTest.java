package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Lambda;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Functions that wait for a debugger, as {@code aloft invoke --debug} sets them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DebuggerTest extends RunningLambda {
    private static final Pattern INSPECTOR = Pattern.compile("\"webSocketDebuggerUrl\": \"(ws:[^\"]+)\"");

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** With a timeout of a second, which nobody who debugs could keep. */
    private static void create(String name, String runtime, Map<String, String> files, int port) {
        test.create(name, runtime, "index.handler", files, r -> r.timeout(1).environment(
                Lambda.Environment.of(e -> e.variables(Map.of("ALOFT_DEBUG_PORT", String.valueOf(port))))));
    }

    private static CompletableFuture<String> invoked(String name) {
        var answer = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> answer.complete(payload(test.invoke(name, "{}"))));
        return answer;
    }

    @Test
    void nodesInspectorIsThereAndTheFunctionWaitsForIt() throws Exception {
        int port = freePort();
        create("node", "nodejs22.x", Map.of("index.mjs", "export const handler = async () => 'debugged'"), port);
        CompletableFuture<String> answer = invoked("node");
        try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            String url = inspector(http, port);
            assertThat(answer).as("it waits").isNotDone();
            WebSocket socket = http.newWebSocketBuilder().buildAsync(URI.create(url), new WebSocket.Listener() {})
                    .join();
            socket.sendText("{\"id\":1,\"method\":\"Runtime.runIfWaitingForDebugger\"}", true).join();
            assertThat(answer.join()).isEqualTo("\"debugged\"");
            socket.abort();
        }
    }

    private static String inspector(HttpClient http, int port) throws InterruptedException {
        while (true) {
            try {
                var list = http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                        .build(),
                        HttpResponse.BodyHandlers.ofString()).body();
                var found = INSPECTOR.matcher(list);
                if (found.find()) {
                    return found.group(1);
                }
            } catch (IOException notYet) {
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    @Test
    void pythonsWaitsForTheClientOfTheDebuggerThatItFinds() throws Exception {
        int port = freePort();
        create("python", "python3.12", Map.of("index.py", "import debugpy\ndef handler(e, c): return debugpy.told",
                "debugpy.py", """
                        import time
                        told = []
                        def listen(at, in_process_debug_adapter):
                            told.append(list(at))
                        def wait_for_client():
                            time.sleep(1.1)
                            told.append('attached')
                        """), port);
        assertThat(invoked("python").join()).isEqualTo("[[\"127.0.0.1\", " + port + "], \"attached\"]");
    }

    @Test
    void withoutADebuggerPythonsSaysWhatToInstall() throws Exception {
        create("missing", "python3.12", Map.of("index.py", "def handler(e, c): return 1",
                "debugpy.py", "raise ImportError('not installed')"), freePort());
        var answer = json(test.invoke("missing", "{}"));
        assertThat(answer).containsEntry("errorType", "Runtime.DebuggerMissing");
        assertThat(answer.get("errorMessage").toString())
                .startsWith("No debugger can attach: debugpy is not installed for /")
                .contains("pip install debugpy");
    }

    @Test
    void javasVirtualMachineIsSuspendedUntilItsDebuggerResumesIt() throws Exception {
        int port = freePort();
        // No class is needed to see that it waits: what comes afterwards is that there is none.
        create("java", "java25", Map.of("empty", ""), port);
        CompletableFuture<String> answer = invoked("java");
        try (Socket debugger = handshake(port)) {
            // Its event VM_START: what would have it resume before that had no effect.
            var in = new DataInputStream(debugger.getInputStream());
            in.skipNBytes(in.readInt() - Integer.BYTES);
            assertThat(answer).as("it waits").isNotDone();
            // VirtualMachine.Resume
            debugger.getOutputStream().write(new byte[] {0, 0, 0, 11, 0, 0, 0, 1, 0, 1, 9});
            assertThat(answer.join()).contains("java.lang.ClassNotFoundException");
        }
    }

    private static Socket handshake(int port) {
        while (true) {
            try {
                var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.getOutputStream().write("JDWP-Handshake".getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().readNBytes(14)).asString().isEqualTo("JDWP-Handshake");
                return socket;
            } catch (IOException notYet) {
                LockSupport.parkNanos(10_000_000);
            }
        }
    }
}
