package dev.aloft.service.lambda;

import dev.aloft.api.Lambda;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Cross-origin sharing of a function URL, of one request.
 *
 * @param config  what the URL says of it; null where it says nothing and the function answers for itself
 * @param request the request's headers
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors">
 *     Cross-origin resource sharing</a>
 */
record UrlCors(Lambda.Cors config, Headers request) {

    static UrlCors of(Lambda.Cors config, Headers request) {
        return new UrlCors(config, request);
    }

    /** Where the URL says what is shared, the function never sees the question. */
    boolean isPreflight(String method) {
        return config != null && method.equals("OPTIONS") && request.has("origin")
                && request.has("access-control-request-method");
    }

    HttpResponse preflight() {
        HttpResponse response = HttpResponse.empty(200);
        if (!allowsOrigin() || !allows(config.allowMethods(), request.first("access-control-request-method"))) {
            return response;
        }
        origin(response.headers());
        response.headers().add("Access-Control-Allow-Methods", String.join(",", config.allowMethods()));
        if (config.allowHeaders() != null && !config.allowHeaders().isEmpty()) {
            response.headers().add("Access-Control-Allow-Headers", allowedHeaders());
        }
        if (config.maxAge() != null) {
            response.headers().add("Access-Control-Max-Age", config.maxAge().toString());
        }
        return response;
    }

    /** A star is no header where credentials are sent: those that are asked for are named. */
    private String allowedHeaders() {
        String asked = request.first("access-control-request-headers");
        return config.allowHeaders().contains("*") && asked != null ? asked : String.join(",", config.allowHeaders());
    }

    /** What the URL says goes before what the function said. */
    HttpResponse allow(HttpResponse response) {
        if (config == null || !allowsOrigin()) {
            return response;
        }
        List.of("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers")
                .forEach(response.headers()::remove);
        origin(response.headers());
        if (config.exposeHeaders() != null && !config.exposeHeaders().isEmpty()) {
            response.headers().add("Access-Control-Expose-Headers", String.join(",", config.exposeHeaders()));
        }
        return response;
    }

    private void origin(Headers headers) {
        boolean credentials = Boolean.TRUE.equals(config.allowCredentials());
        boolean all = config.allowOrigins().contains("*") && !credentials;
        headers.add("Access-Control-Allow-Origin", all ? "*" : request.first("origin"));
        if (credentials) {
            headers.add("Access-Control-Allow-Credentials", "true");
        }
        if (!all) {
            headers.add("Vary", "Origin");
        }
    }

    private boolean allowsOrigin() {
        String origin = request.first("origin");
        return origin != null && config.allowOrigins() != null
                && config.allowOrigins().stream().anyMatch(each -> matches(each, origin.toLowerCase(Locale.ROOT)));
    }

    /** A star stands for any text: {@code *}, {@code http://*}, {@code https://*.example.com}. */
    private static boolean matches(String pattern, String origin) {
        String[] parts = pattern.toLowerCase(Locale.ROOT).split("\\*", -1);
        var expression = new StringBuilder();
        for (int i = 0; i < parts.length; i++) {
            expression.append(i > 0 ? ".*" : "").append(Pattern.quote(parts[i]));
        }
        return origin.matches(expression.toString());
    }

    private static boolean allows(List<String> methods, String method) {
        return methods != null && (methods.contains("*") || methods.contains(method));
    }
}
