package dev.aloft.service.lambda.async;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.wire.Credentials;
import dev.aloft.wire.HttpEndpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** A platform in a process of its own, which is killed and started again; it does not outlive the test. */
final class KilledPlatform implements AutoCloseable {
    static final Caller CALLER =
            new Caller("", "us-east-1", new Principal.Anonymous(), "crash", null, 0, "", null, null);

    private final Path folder;
    private final int port = freePort();
    private final HttpEndpoint endpoint = new HttpEndpoint(URI.create("http://127.0.0.1:" + port),
            new Credentials("test", "test", null), InstantSource.system());
    private volatile Process process;
    private int starts;

    KilledPlatform(Path folder) {
        this.folder = folder;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    HttpEndpoint endpoint() {
        return endpoint;
    }

    String queueUrl(String name) {
        return "http://127.0.0.1:" + port + "/000000000000/" + name;
    }

    /** Holds the number of the platform's current start, from 1. */
    Path generation() {
        return folder.resolveSibling(folder.getFileName() + ".generation");
    }

    /** Returns when it answers. */
    void start() throws IOException {
        Files.writeString(generation(), ++starts + "\n");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        process = new ProcessBuilder(java, "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx512m", "-cp", System.getProperty("java.class.path"),
                "dev.aloft.Main", "start", "--port", "" + port, "--data", folder.toString(), "--sandbox", "none",
                "--runtimes", "installed")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolveSibling(folder.getFileName() + ".log").toFile()).start();
        while (process.isAlive() && !answers()) {
            pause(20);
        }
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private boolean answers() {
        try {
            Lambda.at(endpoint).listFunctions(CALLER, Lambda.ListFunctionsRequest.of(_ -> {}));
            return true;
        } catch (ApiError | UncheckedIOException notYet) {
            return false;
        }
    }

    static void pause(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
