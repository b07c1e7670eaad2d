package dev.aloft.bench;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Principal;
import dev.aloft.wire.Credentials;
import dev.aloft.wire.HttpEndpoint;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The product as a process of its own on a new data folder, which goes when it is closed. */
final class Product implements AutoCloseable {
    final int port;
    final Endpoint endpoint;
    /** From the start of the process to the first answer. */
    final double readyMillis;
    private final Process process;
    private final Path data;

    private Product(Process process, int port, Path data, double readyMillis) {
        this.process = process;
        this.port = port;
        this.data = data;
        this.readyMillis = readyMillis;
        this.endpoint = new HttpEndpoint(
                URI.create("http://127.0.0.1:" + port), new Credentials("bench", "bench", null),
                InstantSource.system());
    }

    static Product start(Path launcher) throws IOException {
        return start(launcher, Files.createTempDirectory("aloft-bench"));
    }

    /** Killed as by a power cut, and started again on what it kept. */
    Product restarted(Path launcher) throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        return start(launcher, data);
    }

    /** Stopped as its owner would, and started again. */
    Product startedAgain(Path launcher) throws IOException, InterruptedException {
        process.destroy();
        process.waitFor();
        return start(launcher, data);
    }

    private static Product start(Path launcher, Path data) throws IOException {
        int port = freePort();
        long begun = System.nanoTime();
        // With AWS's 1,000 a function is throttled at 10,000 requests a second: that is not what is measured.
        var process = new ProcessBuilder(launcher.toString(), "start", "--port", String.valueOf(port), "--data",
                data.toString(), "--concurrency", "5000")
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("log").toFile())
                .start();
        while (!answers(port)) {
            if (!process.isAlive()) {
                throw new IOException("the product did not start:\n" + Files.readString(data.resolve("log")));
            }
            pause(2);
        }
        return new Product(process, port, data, (System.nanoTime() - begun) / 1e6);
    }

    private static boolean answers(int port) {
        try (var connection = new Connection(port)) {
            return connection.exchange(Connection.get("/_aws/health")) == 200;
        } catch (IOException e) {
            return false;
        }
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static Caller caller() {
        return new Caller("", "us-east-1", new Principal.Anonymous(), UUID.randomUUID().toString(), null, 0, "", null,
                "bench");
    }

    /** The memory that the process holds, in MB. */
    double residentMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum() / 1024.0;
    }

    /** The processor time that the process has used, in seconds. */
    double processorSeconds() {
        return process.info().totalCpuDuration().map(time -> time.toNanos() / 1e9).orElse(0.0);
    }

    /** The memory that the processes of functions hold, in MB, shared pages divided among those that share them. */
    double functionMegabytes() throws IOException {
        double kilobytes = 0;
        for (var below : process.descendants().toList()) {
            var memory = Path.of("/proc/" + below.pid() + "/smaps_rollup");
            try {
                kilobytes += Files.readAllLines(memory).stream().filter(line -> line.startsWith("Pss:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).sum();
            } catch (IOException gone) {
                // it ended meanwhile
            }
        }
        return kilobytes / 1024;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
        try (var files = Files.walk(data)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
