package dev.aloft.service.lambda;

import dev.aloft.api.Body;
import dev.aloft.api.JsonReader;
import dev.aloft.service.lambda.invoke.ResponseStream;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a function returned as an HTTP response.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads">Request and response
 *     payloads</a>
 */
final class UrlAnswer {
    /** Of a streamed answer that begins with its status and headers. */
    private static final String WITH_PRELUDE = "application/vnd.awslambda.http-integration-response";
    private static final int LONGEST_PRELUDE = 1 << 20;
    private static final int ZEROS = 8;
    private static final Set<String> OURS =
            Set.of("connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "te",
            "trailer", "date", "x-amzn-requestid", "x-amzn-trace-id");

    private UrlAnswer() {}

    /** The function failed, or its answer is none. */
    static HttpResponse failed() {
        return HttpResponse.of(502, "application/json", "Internal Server Error".getBytes(StandardCharsets.UTF_8));
    }

    /** An object with statusCode, or anything else, which then is the body of a 200. */
    static HttpResponse of(byte[] payload) {
        Object tree;
        try {
            tree = JsonReader.tree(payload);
        } catch (JsonReader.Malformed e) {
            return failed();
        }
        if (!(tree instanceof Map<?, ?> answer) || !answer.containsKey("statusCode")) {
            byte[] body = tree instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : payload;
            return HttpResponse.of(200, "application/json", tree == null ? new byte[0] : body);
        }
        return body(answer)
                .flatMap(body -> head(answer)
                        .map(head -> new HttpResponse(head.status(), head.headers(), Body.of(body))))
                .orElseGet(UrlAnswer::failed);
    }

    private record Head(int status, Headers headers) {}

    private static Optional<Head> head(Map<?, ?> answer) {
        int status = switch (answer.get("statusCode")) {
            case Integer number -> number;
            case BigDecimal number -> number.intValue();
            case String text when text.matches("\\d{3}") -> Integer.parseInt(text);
            case null -> 200;
            default -> -1;
        };
        if (status < 200 || status > 599) {
            return Optional.empty();
        }
        var headers = new Headers();
        if (answer.get("headers") instanceof Map<?, ?> all) {
            all.forEach((name, value) -> add(headers, (String) name, value));
        }
        if (answer.get("cookies") instanceof List<?> cookies) {
            cookies.forEach(cookie -> add(headers, "Set-Cookie", cookie));
        }
        if (!headers.has("content-type")) {
            headers.add("Content-Type", "application/json");
        }
        return Optional.of(new Head(status, headers));
    }

    private static Optional<byte[]> body(Map<?, ?> answer) {
        Object body = answer.get("body");
        if (body == null) {
            return Optional.of(new byte[0]);
        }
        if (!(body instanceof String text)) {
            return Optional.empty();
        }
        if (!Boolean.TRUE.equals(answer.get("isBase64Encoded"))) {
            return Optional.of(text.getBytes(StandardCharsets.UTF_8));
        }
        try {
            return Optional.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A function cannot say what concerns the connection, nor put a line break into a header. */
    private static void add(Headers headers, String name, Object value) {
        if (value != null && !OURS.contains(name.toLowerCase(Locale.ROOT))
                && name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
            headers.add(name, value.toString().replaceAll("[\\r\\n]+", " "));
        }
    }

    /** An answer passed on as it comes. */
    static HttpResponse of(ResponseStream answer) {
        Optional<String> type = answer.contentType();
        if (type.isEmpty()) {
            answer.close();
            return failed();
        }
        InputStream body = answer.body();
        if (!type.get().equals(WITH_PRELUDE)) {
            return new HttpResponse(200, Headers.of("Content-Type", type.get()), Body.of(body, -1));
        }
        try {
            Optional<Head> head = prelude(body).flatMap(UrlAnswer::parsed);
            if (head.isPresent()) {
                return new HttpResponse(head.get().status(), head.get().headers(), Body.of(body, -1));
            }
        } catch (IOException e) {
            // It broke off.
        }
        answer.close();
        return failed();
    }

    private static Optional<Head> parsed(byte[] prelude) {
        try {
            return JsonReader.tree(prelude) instanceof Map<?, ?> map ? head(map) : Optional.empty();
        } catch (JsonReader.Malformed e) {
            return Optional.empty();
        }
    }

    /** What comes before eight zero bytes. */
    private static Optional<byte[]> prelude(InputStream in) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int zeros = 0; zeros < ZEROS;) {
            int next = in.read();
            if (next < 0 || bytes.size() > LONGEST_PRELUDE) {
                return Optional.empty();
            }
            zeros = next == 0 ? zeros + 1 : 0;
            bytes.write(next);
        }
        byte[] all = bytes.toByteArray();
        return Optional.of(Arrays.copyOf(all, all.length - ZEROS));
    }
}
