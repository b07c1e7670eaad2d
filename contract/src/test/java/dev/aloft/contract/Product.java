package dev.aloft.contract;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;

/** The built product as a process on a data folder, on a port of its own choice. */
final class Product implements AutoCloseable {
    private static final Pattern LISTENS = Pattern.compile("listens on (http://\\S+),");

    private final Process process;
    private final URI address;

    private Product(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    static Product start(Path data) throws Exception {
        var log = data.resolveSibling(data.getFileName() + ".log");
        Files.deleteIfExists(log);
        var process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(), "--enable-native-access=ALL-UNNAMED",
                        "-Daloft.home=" + Path.of(System.getProperty("aloft.lib")).getParent(),
                        "-cp", System.getProperty("aloft.lib") + "/*",
                        "dev.aloft.Main", "start", "--port", "0", "--data", data.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < giveUp && !process.waitFor(20, TimeUnit.MILLISECONDS)) {
            var said = Files.readString(log);
            var listens = LISTENS.matcher(said);
            if (said.contains("Ready.") && listens.find()) {
                return new Product(process, URI.create(listens.group(1)));
            }
        }
        process.destroyForcibly();
        throw new AssertionError("the product did not start:\n" + Files.readString(log));
    }

    URI address() {
        return address;
    }

    /** A client of AWS's SDK that is pointed here. */
    <B extends AwsClientBuilder<B, C>, C> C client(AwsClientBuilder<B, C> builder) {
        return builder.endpointOverride(address)
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create("111122223333", "secret")))
                .build();
    }

    /** The answer of a deployed API to a request at its path form. */
    HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(address.resolve(path))
                            .header("Content-Type", "application/json")
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    /** As kill -9 and power loss do it. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            kill();
            throw new AssertionError("the product did not end when it was asked to");
        }
    }
}
