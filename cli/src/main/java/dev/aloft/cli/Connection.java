package dev.aloft.cli;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Principal;
import dev.aloft.wire.Credentials;
import dev.aloft.wire.HttpEndpoint;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
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

    private Endpoint endpoint;

    URI url() {
        return endpointUrl != null ? checked(endpointUrl, "--endpoint-url") : fromEnvironment();
    }

    private static URI fromEnvironment() {
        var text = variable("http://127.0.0.1:4566", "AWS_ENDPOINT_URL");
        try {
            return checked(new URI(text), "AWS_ENDPOINT_URL");
        } catch (URISyntaxException e) {
            throw notAnAddress(text, "AWS_ENDPOINT_URL");
        }
    }

    private static URI checked(URI url, String setting) {
        if (url.getHost() == null || !List.of("http", "https").contains(Objects.toString(url.getScheme(), ""))) {
            throw notAnAddress(url.toString(), setting);
        }
        return url;
    }

    private static CommandFailed notAnAddress(String text, String setting) {
        return new CommandFailed(setting + " is " + text + "; it must be an address such as http://127.0.0.1:4566.");
    }

    String region() {
        return region != null ? region : variable("us-east-1", "AWS_REGION", "AWS_DEFAULT_REGION");
    }

    /** The platform, which must be there. */
    Endpoint endpoint() {
        if (endpoint == null) {
            var health = new Background(url()).health()
                    .orElseThrow(() -> new CommandFailed("No platform is running at " + url()
                    + ". aloft up DIR or aloft start starts one; --endpoint-url or AWS_ENDPOINT_URL says "
                    + "where another one is."));
            endpoint = new HttpEndpoint(url(), credentials(health), InstantSource.system());
        }
        return endpoint;
    }

    private Credentials credentials(Map<String, Object> health) {
        var key = variable("", "AWS_ACCESS_KEY_ID");
        return key.isEmpty()
                ? rootKey(health).orElse(new Credentials("aloft", "aloft", null))
                : new Credentials(key, variable("", "AWS_SECRET_ACCESS_KEY"), System.getenv("AWS_SESSION_TOKEN"));
    }

    /** The root user's key, which a platform on this machine leaves in its data folder for the folder's owner. */
    private Optional<Credentials> rootKey(Map<String, Object> health) {
        if (!List.of("127.0.0.1", "localhost", "[::1]").contains(url().getHost())) {
            return Optional.empty();
        }
        return Optional.of(Path.of(Objects.toString(health.get("data"), ""), "credentials"))
                .filter(Files::isReadable).map(Connection::read);
    }

    private static Credentials read(Path file) {
        var values = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            values.load(in);
        } catch (IOException e) {
            throw new CommandFailed("Cannot read " + file + ": " + e.getMessage());
        }
        return new Credentials(values.getProperty("aws_access_key_id"),
                values.getProperty("aws_secret_access_key"), null);
    }

    /** Who calls is decided by the platform from the access key; only the region is ours to say. */
    Caller caller() {
        return new Caller(
                "", region(), new Principal.Anonymous(), UUID.randomUUID().toString(), null, 0, url().toString(), null,
                "aloft-cli");
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
