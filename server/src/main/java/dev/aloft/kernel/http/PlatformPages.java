package dev.aloft.kernel.http;

import dev.aloft.api.JsonWriter;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The platform's own answers: whether it is up and what it serves, also where LocalStack's tools look for it. */
final class PlatformPages {
    private final Map<String, Object> available = new LinkedHashMap<>();
    private final Supplier<Map<String, Object>> about;

    PlatformPages(Collection<String> services, Supplier<Map<String, Object>> about) {
        this.about = about;
        services.stream().sorted().forEach(service -> available.put(service, "available"));
    }

    /** The answer to a path that begins with {@code /_aws/} or {@code /_localstack/}; empty for any other. */
    Optional<HttpResponse> at(HttpRequest http) {
        var path = http.rawPath();
        if (!path.startsWith("/_aws/") && !path.startsWith("/_localstack/")) {
            return Optional.empty();
        }
        return Optional.of(switch (path) {
            case "/_aws/health", "/_localstack/health" ->
                    HttpResponse.of(200, "application/json", JsonWriter.bytes(health()));
            case "/_localstack/info" -> HttpResponse.of(200, "application/json", JsonWriter.bytes(about.get()));
            default -> HttpResponse.of(
                    404,
                    "application/json",
                    new JsonWriter().beginObject().name("message").string("Nothing is at " + path + ".").endObject()
                            .toBytes());
        });
    }

    private Map<String, Object> health() {
        var health = new LinkedHashMap<String, Object>();
        health.put("services", available);
        health.putAll(about.get());
        return health;
    }
}
