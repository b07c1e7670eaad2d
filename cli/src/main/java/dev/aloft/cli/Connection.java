package dev.aloft.cli;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Principal;
import dev.aloft.wire.Credentials;
import dev.aloft.wire.HttpEndpoint;
import java.net.URI;
import java.time.InstantSource;
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
                new Credentials(
                        variable("aloft", "AWS_ACCESS_KEY_ID"),
                        variable("aloft", "AWS_SECRET_ACCESS_KEY"),
                        System.getenv("AWS_SESSION_TOKEN")),
                InstantSource.system());
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
