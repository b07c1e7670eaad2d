package dev.aloft.cli;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Principal;
import dev.aloft.wire.Credentials;
import dev.aloft.wire.HttpEndpoint;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import picocli.CommandLine.Option;

/** Where the platform is and as whom it is called; the same variables as AWS's own tools count. */
final class Connection {
    @Option(
            names = "--endpoint-url",
            paramLabel = "URL",
            description = "The platform's address (default: AWS_ENDPOINT_URL or http://127.0.0.1:4566).")
    private URI endpointUrl;

    @Option(names = "--region", description = "The region (default: AWS_REGION, AWS_DEFAULT_REGION or us-east-1).")
    private String region;

    URI url() {
        return endpointUrl != null ? endpointUrl : URI.create(variable("http://127.0.0.1:4566", "AWS_ENDPOINT_URL"));
    }

    String region() {
        return region != null ? region : variable("us-east-1", "AWS_REGION", "AWS_DEFAULT_REGION");
    }

    Endpoint endpoint() {
        return new HttpEndpoint(
                url(),
                credentials(),
                InstantSource.system());
    }

    private Credentials credentials() {
        var key = variable("", "AWS_ACCESS_KEY_ID");
        return key.isEmpty()
                ? rootKey().orElse(new Credentials("aloft", "aloft", null))
                : new Credentials(key, variable("", "AWS_SECRET_ACCESS_KEY"), System.getenv("AWS_SESSION_TOKEN"));
    }

    /** The root user's key, which a platform on this machine leaves in its data folder for the folder's owner. */
    private Optional<Credentials> rootKey() {
        if (!List.of("127.0.0.1", "localhost", "[::1]").contains(url().getHost())) {
            return Optional.empty();
        }
        return new Background(url()).health().map(health -> Path.of(Objects.toString(health.get("data"), ""), "credentials"))
                .filter(Files::isReadable).map(Connection::read);
    }

    private static Credentials read(Path file) {
        var values = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            values.load(in);
        } catch (IOException e) {
            throw new CommandFailed("Cannot read " + file + ": " + e.getMessage());
        }
        return new Credentials(values.getProperty("aws_access_key_id"), values.getProperty("aws_secret_access_key"), null);
    }

    /** Who calls is decided by the platform from the access key; only the region is ours to say. */
    Caller caller() {
        return new Caller(
                "", region(), new Principal.Anonymous(), UUID.randomUUID().toString(), null, 0, url().toString(), null, "aloft-cli");
    }

    private static String variable(String otherwise, String... names) {
        for (var name : names) {
            var value = System.getenv(name);
            if (value != null && !value.isBlank()) {
                return value;
            }
        }
        return otherwise;
    }
}
