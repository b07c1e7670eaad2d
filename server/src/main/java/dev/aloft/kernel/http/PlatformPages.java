package dev.aloft.kernel.http;

import dev.aloft.api.JsonWriter;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The platform's own answers: whether it is up and what it serves, also where LocalStack's tools look for it. */
final class PlatformPages {
    private final List<String> services;
    private final String version;

    PlatformPages(Collection<String> services, String version) {
        this.services = services.stream().sorted().toList();
        this.version = version;
    }

    /** The answer to a path that begins with {@code /_aws/} or {@code /_localstack/}; empty for any other. */
    Optional<HttpResponse> at(HttpRequest http) {
        var path = http.rawPath();
        if (!path.startsWith("/_aws/") && !path.startsWith("/_localstack/")) {
            return Optional.empty();
        }
        return Optional.of(switch (path) {
            case "/_aws/health", "/_localstack/health" -> HttpResponse.of(200, "application/json", health());
            case "/_localstack/info" -> HttpResponse.of(
                    200,
                    "application/json",
                    new JsonWriter().beginObject().name("version").string(version).name("edition").string("aloft")
                            .endObject().toBytes());
            default -> HttpResponse.of(
                    404,
                    "application/json",
                    new JsonWriter().beginObject().name("message").string("Nothing is at " + path + ".").endObject()
                            .toBytes());
        });
    }

    private byte[] health() {
        var json = new JsonWriter().beginObject().name("services").beginObject();
        for (var service : services) {
            json.name(service).string("available");
        }
        return json.endObject().name("version").string(version).name("edition").string("aloft").endObject().toBytes();
    }
}
