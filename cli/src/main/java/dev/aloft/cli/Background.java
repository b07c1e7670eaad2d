package dev.aloft.cli;

import dev.aloft.api.JsonReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The platform as a process in the background: whether it runs, starting it, stopping it. */
final class Background {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration OTHERS_LIMIT = Duration.ofSeconds(5);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final URI url;

    Background(URI url) {
        this.url = url;
    }

    /** What the running platform says of itself, or empty where none answers. */
    Optional<Map<String, Object>> health() {
        try (var http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build()) {
            var answer = http.send(
                    HttpRequest.newBuilder(url.resolve("/_aws/health")).timeout(Duration.ofSeconds(5)).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() == 200 && JsonReader.tree(answer.body()) instanceof Map<?, ?> map) {
                @SuppressWarnings("unchecked")
                var health = (Map<String, Object>) map;
                return Optional.of(health);
            }
            throw notAloft("HTTP " + answer.statusCode());
        } catch (JsonReader.Malformed | IOException e) {
            if (e.getCause() instanceof UnresolvedAddressException) {
                throw new CommandFailed("There is no machine called " + url.getHost() + " (" + url + ").");
            }
            if (e instanceof java.net.ConnectException || e instanceof java.net.http.HttpConnectTimeoutException) {
                return Optional.empty();
            }
            throw notAloft(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("interrupted");
        }
    }

    private CommandFailed notAloft(String what) {
        return new CommandFailed("Something that is not Aloft answers at " + url + " (" + what
                + "). Stop it, or use another port: "
                + "--endpoint-url http://127.0.0.1:4567 (or AWS_ENDPOINT_URL).");
    }

    /** Uses the platform that runs, or starts one with its data in this folder and waits until it is ready. */
    void ensure(Path data, PrintWriter out) throws IOException {
        var running = health();
        if (running.isPresent()) {
            warnOfOtherData(running.get(), data, out);
            warnOfOlderBuild(running.get(), out);
            return;
        }
        if (!List.of("127.0.0.1", "localhost", "[::1]", "::1").contains(url.getHost())) {
            throw new CommandFailed("No platform answers at " + url + ", and it is not on this machine to be started.");
        }
        start(data == null ? defaultData() : data, out);
    }

    private void warnOfOtherData(Map<String, Object> running, Path data, PrintWriter out) {
        if (data != null && !data.toAbsolutePath().normalize().toString().equals(running.get("data"))) {
            out.println("Note: the platform that runs at " + url + " keeps its data in " + running.get("data")
                    + "; --data counts only for one that is started.");
        }
    }

    /** The launcher builds when sources have changed; what runs is then still the build before. */
    private void warnOfOlderBuild(Map<String, Object> running, PrintWriter out) throws IOException {
        var launcher = System.getProperty("aloft.launcher");
        if (launcher == null || !(running.get("pid") instanceof Number pid)) {
            return;
        }
        var built = Path.of(launcher).resolveSibling("dist/target/aloft/.built");
        var started = ProcessHandle.of(pid.longValue()).flatMap(process -> process.info().startInstant());
        if (started.isPresent() && Files.exists(built)
                && isOlder(started.get(), Files.getLastModifiedTime(built).toInstant())) {
            out.println("Note: the platform that runs at " + url
                    + " was started before Aloft was last built, and is of an older "
                    + "build. aloft stop, then aloft up, takes the new one; nothing is lost.");
        }
    }

    /** Linux tells a process's start to a hundredth of a second, reckoned from a boot time in whole seconds. */
    static boolean isOlder(Instant started, Instant built) {
        return started.plusSeconds(2).isBefore(built);
    }

    static Path defaultData() {
        var named = System.getenv("ALOFT_DATA");
        if (named != null && !named.isEmpty()) {
            return Path.of(named);
        }
        var home = System.getenv("HOME");
        return Path.of(home == null ? System.getProperty("user.home") : home, ".aloft");
    }

    private void start(Path data, PrintWriter out) throws IOException {
        Files.createDirectories(data);
        var log = data.resolve("aloft.log");
        long before = Files.exists(log) ? Files.size(log) : 0;
        out.println("Starting Aloft at " + url + ", data in " + data + ", log in " + log);
        out.flush();
        var port = url.getPort() < 0 ? 80 : url.getPort();
        var process = new ProcessBuilder(
                        "setsid", launcher(), "start", "--port", Integer.toString(port), "--data", data.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        waitUntilReady(process, log, before);
    }

    private void waitUntilReady(Process process, Path log, long before) throws IOException {
        long giveUp = System.nanoTime() + START_LIMIT.toNanos();
        while (System.nanoTime() < giveUp) {
            if (health().isPresent()) {
                return;
            }
            if (ended(process, Duration.ofMillis(20))) {
                var said = lastLines(log, before, 12);
                // Somebody else starts one at the same time, with the same data.
                if (said.contains(" is in use by ") && becomesReady(OTHERS_LIMIT)) {
                    return;
                }
                throw new CommandFailed("The platform did not start:\n" + said);
            }
        }
        throw new CommandFailed("The platform was not ready after " + START_LIMIT.toSeconds() + " s; its log ends:\n"
                + lastLines(log, before, 12));
    }

    private boolean becomesReady(Duration within) {
        long giveUp = System.nanoTime() + within.toNanos();
        while (System.nanoTime() < giveUp) {
            if (health().isPresent()) {
                return true;
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        return false;
    }

    private static boolean ended(Process process, Duration within) {
        try {
            return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("interrupted");
        }
    }

    /** Asks the platform to end and waits until it has: requests in flight are finished, nothing is lost. */
    boolean stop() {
        var running = health();
        if (running.isEmpty()) {
            return false;
        }
        long pid = ((Number) running.get().get("pid")).longValue();
        var process = ProcessHandle.of(pid)
                .orElseThrow(() -> new CommandFailed("The platform at " + url + " is process " + pid
                        + " of another machine or container: stop it there."));
        process.destroy();
        try {
            process.onExit().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new CommandFailed("Process " + pid + " has not ended after " + STOP_LIMIT.toSeconds()
                    + " s. It is still finishing requests; kill -9 " + pid + " loses nothing that was acknowledged.");
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new CommandFailed("could not wait for process " + pid + ": " + e.getMessage());
        }
        return true;
    }

    private static String launcher() {
        var launcher = System.getProperty("aloft.launcher");
        if (launcher == null) {
            throw new CommandFailed("No platform is running. Start one with: aloft start");
        }
        return launcher;
    }

    /** The end of what was written behind this place. */
    private static String lastLines(Path log, long from, int count) throws IOException {
        byte[] all = Files.readAllBytes(log);
        int begin = (int) Math.min(from, all.length);
        var lines = new String(all, begin, all.length - begin, StandardCharsets.UTF_8).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
    }
}
