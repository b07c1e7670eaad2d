package dev.aloft.service.apigateway.serve;

import dev.aloft.api.Body;
import dev.aloft.api.JsonReader;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpResponse;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Turns what a function returned into an HTTP response; empty where it is not what its format asks for. */
final class ProxyAnswers {
    private ProxyAnswers() {}

    /**
     * Format 1.0: an object with statusCode. {@code decodes} says whether the API hands out binary for what the caller
     * accepts.
     */
    static Optional<HttpResponse> version1(byte[] payload, boolean decodes, String defaultContentType) {
        return object(payload).flatMap(answer -> status(answer).flatMap(status -> {
            var headers = new Headers();
            addAll(headers, answer.get("headers"));
            if (answer.get("multiValueHeaders") instanceof Map<?, ?> all) {
                all.forEach((name, values) -> {
                    if (values instanceof List<?> list) {
                        headers.remove((String) name);
                        list.forEach(value -> add(headers, (String) name, value));
                    }
                });
            }
            return body(answer, decodes).map(body -> response(status, headers, body, defaultContentType));
        }));
    }

    /** Format 2.0: an object with statusCode, or anything else, which then is the body of a 200. */
    static Optional<HttpResponse> version2(byte[] payload) {
        Object tree;
        try {
            tree = JsonReader.tree(payload);
        } catch (JsonReader.Malformed e) {
            return Optional.empty();
        }
        if (!(tree instanceof Map<?, ?> answer) || !answer.containsKey("statusCode")) {
            var body = tree instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : payload;
            return Optional.of(response(200, Headers.of("content-type", "application/json"),
                    tree == null ? new byte[0] : body, null));
        }
        return status(answer).flatMap(status -> {
            var headers = new Headers();
            addAll(headers, answer.get("headers"));
            if (answer.get("cookies") instanceof List<?> cookies) {
                cookies.forEach(cookie -> add(headers, "set-cookie", cookie));
            }
            return body(answer, true).map(body -> response(status, headers, body, "text/plain;charset=UTF-8"));
        });
    }

    private static HttpResponse response(int status, Headers headers, byte[] body, String defaultContentType) {
        if (!headers.has("content-type") && defaultContentType != null) {
            headers.add("Content-Type", defaultContentType);
        }
        return new HttpResponse(status, headers, Body.of(body));
    }

    private static Optional<Map<?, ?>> object(byte[] payload) {
        try {
            return JsonReader.tree(payload) instanceof Map<?, ?> map ? Optional.of(map) : Optional.empty();
        } catch (JsonReader.Malformed e) {
            return Optional.empty();
        }
    }

    private static Optional<Integer> status(Map<?, ?> answer) {
        var status = switch (answer.get("statusCode")) {
            case Integer number -> number;
            case BigDecimal number -> number.intValue();
            case String text when text.matches("\\d{3}") -> Integer.parseInt(text);
            case null, default -> -1;
        };
        return status >= 200 && status <= 599 ? Optional.of(status) : Optional.empty();
    }

    private static Optional<byte[]> body(Map<?, ?> answer, boolean decodes) {
        var body = answer.get("body");
        if (body == null) {
            return Optional.of(new byte[0]);
        }
        if (!(body instanceof String text)) {
            return Optional.empty();
        }
        if (decodes && Boolean.TRUE.equals(answer.get("isBase64Encoded"))) {
            try {
                return Optional.of(Base64.getDecoder().decode(text));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
        return Optional.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void addAll(Headers headers, Object given) {
        if (given instanceof Map<?, ?> all) {
            all.forEach((name, value) -> add(headers, (String) name, value));
        }
    }

    /** A function cannot say what concerns the connection, nor put a line break into a header. */
    private static void add(Headers headers, String name, Object value) {
        boolean ours = switch (name.toLowerCase(Locale.ROOT)) {
            case "connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "te", "trailer",
                    "date" -> true;
            default -> false;
        };
        if (!ours && value != null && name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
            headers.add(name, value.toString().replaceAll("[\\r\\n]+", " "));
        }
    }
}
