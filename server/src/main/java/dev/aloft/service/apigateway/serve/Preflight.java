package dev.aloft.service.apigateway.serve;

import dev.aloft.api.ApiGatewayV2.Cors;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.util.List;
import java.util.Optional;

/**
 * CORS of HTTP APIs: once configured, the gateway answers preflight requests itself and adds the headers to every
 * answer.
 *
 * @see <a href="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html">CORS for HTTP APIs</a>
 */
final class Preflight {
    private Preflight() {}

    static Optional<HttpResponse> answer(Cors cors, HttpRequest request) {
        boolean preflight = request.method().equals("OPTIONS")
                && request.headers().has("origin")
                && request.headers().has("access-control-request-method");
        if (cors == null || !preflight) {
            return Optional.empty();
        }
        var response = HttpResponse.empty(204);
        if (addOrigin(cors, request, response.headers())) {
            put(response.headers(), "access-control-allow-methods", cors.allowMethods());
            put(response.headers(), "access-control-allow-headers", cors.allowHeaders());
            put(response.headers(), "access-control-expose-headers", cors.exposeHeaders());
            response.headers()
                    .set("access-control-max-age", Integer.toString(cors.maxAge() == null ? 0 : cors.maxAge()));
        }
        return Optional.of(response);
    }

    /** What the function says of CORS itself is replaced by what is configured. */
    static void decorate(Cors cors, HttpRequest request, Headers headers) {
        if (cors == null || !request.headers().has("origin")) {
            return;
        }
        for (var name : List.of("origin", "credentials", "methods", "headers")) {
            headers.remove("access-control-allow-" + name);
        }
        if (addOrigin(cors, request, headers)) {
            put(headers, "access-control-expose-headers", cors.exposeHeaders());
        }
    }

    private static boolean addOrigin(Cors cors, HttpRequest request, Headers headers) {
        var origin = request.headers().first("origin");
        var allowed = cors.allowOrigins() == null ? List.<String>of() : cors.allowOrigins();
        boolean any = allowed.contains("*");
        boolean fits = any || allowed.stream().anyMatch(each -> each.equalsIgnoreCase(origin)
                || each.equals("https://*") && origin.startsWith("https://")
                || each.equals("http://*") && origin.startsWith("http://"));
        if (fits) {
            headers.set("access-control-allow-origin", any ? "*" : origin);
            if (Boolean.TRUE.equals(cors.allowCredentials())) {
                headers.set("access-control-allow-credentials", "true");
            }
        }
        return fits;
    }

    private static void put(Headers headers, String name, List<String> values) {
        if (values != null && !values.isEmpty()) {
            headers.set(name, String.join(",", values));
        }
    }
}
