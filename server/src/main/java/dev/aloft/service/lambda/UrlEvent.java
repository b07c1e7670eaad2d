package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Principal;
import dev.aloft.wire.Authorization;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.Percent;
import dev.aloft.wire.QueryString;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a function gets that is called by its URL: payload format 2.0, in which what is absent is left out.
 *
 * @param path   the path after the URL's own, as on the wire
 * @param byPath whether the URL's id is in the path, and the host says nothing
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads">Request and response
 *     payloads</a>
 */
record UrlEvent(HttpRequest request, FunctionUrls.Found url, String path, boolean byPath, byte[] body, Instant at,
        String requestId, String trace, Caller caller) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss '+0000'", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "expect",
                    "http2-settings");

    byte[] json() {
        var event = new LinkedHashMap<String, Object>();
        event.put("version", "2.0");
        event.put("routeKey", "$default");
        event.put("rawPath", decodedPath());
        event.put("rawQueryString", request.rawQuery());
        List<String> cookies = request.headers().all("cookie").stream()
                .flatMap(each -> Arrays.stream(each.split(";\\s*"))).toList();
        if (!cookies.isEmpty()) {
            event.put("cookies", cookies);
        }
        event.put("headers", headers());
        Map<String, String> query = query();
        if (!query.isEmpty()) {
            event.put("queryStringParameters", query);
        }
        event.put("requestContext", context());
        if (body.length > 0) {
            String text = isText() ? utf8(body) : null;
            event.put("body", text != null ? text : Base64.getEncoder().encodeToString(body));
            event.put("isBase64Encoded", text == null);
        } else {
            event.put("isBase64Encoded", false);
        }
        return JsonWriter.bytes(event);
    }

    private Map<String, String> headers() {
        var all = new TreeMap<String, List<String>>();
        request.headers().forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!OF_THE_CONNECTION.contains(lower) && !lower.equals("cookie")) {
                all.computeIfAbsent(lower, _ -> new ArrayList<>(1)).add(value);
            }
        });
        var headers = new TreeMap<String, String>();
        all.forEach((name, values) -> headers.put(name, String.join(",", values)));
        String before = headers.get("x-forwarded-for");
        headers.put("x-forwarded-for", before == null ? sourceIp() : before + ", " + sourceIp());
        int colon = request.host().lastIndexOf(':');
        headers.put("x-forwarded-port", colon > request.host().lastIndexOf(']') ? request.host().substring(colon + 1)
                : request.scheme().equals("https") ? "443" : "80");
        headers.put("x-forwarded-proto", request.scheme());
        headers.put("x-amzn-trace-id", trace);
        // On AWS there are function URLs over TLS only.
        headers.put("x-amzn-tls-version", "TLSv1.2");
        headers.put("x-amzn-tls-cipher-suite", "ECDHE-RSA-AES128-GCM-SHA256");
        return headers;
    }

    private String decodedPath() {
        try {
            return Percent.decode(path);
        } catch (IllegalArgumentException notEncoded) {
            return path;
        }
    }

    private String sourceIp() {
        return request.remoteAddress() == null ? "127.0.0.1" : request.remoteAddress();
    }

    private Map<String, String> query() {
        var query = new LinkedHashMap<String, String>();
        QueryString.of(request.rawQuery()).parameters()
                .forEach(each -> query.merge(each.name(), each.value(), (first, next) -> first + "," + next));
        return query;
    }

    private Map<String, Object> context() {
        var context = new LinkedHashMap<String, Object>();
        boolean anonymous = caller.principal() instanceof Principal.Anonymous;
        context.put("accountId", anonymous ? "anonymous" : account());
        context.put("apiId", url.url().id());
        if (!anonymous) {
            context.put("authorizer", Map.of("iam", identity()));
        }
        context.put("domainName",
                byPath ? url.url().id() + ".lambda-url." + url.name().region() + ".on.aws" : request.host());
        context.put("domainPrefix", url.url().id());
        var http = new LinkedHashMap<String, Object>();
        http.put("method", request.method());
        http.put("path", decodedPath());
        http.put("protocol", "HTTP/1.1");
        http.put("sourceIp", sourceIp());
        String agent = request.headers().first("user-agent");
        if (agent != null) {
            http.put("userAgent", agent);
        }
        context.put("http", http);
        context.put("requestId", requestId);
        context.put("routeKey", "$default");
        context.put("stage", "$default");
        context.put("time", TIME.format(at));
        context.put("timeEpoch", at.toEpochMilli());
        return context;
    }

    private String account() {
        String[] parts = caller.principal().arn().split(":");
        return parts.length > 4 ? parts[4] : caller.account();
    }

    private Map<String, Object> identity() {
        var iam = new LinkedHashMap<String, Object>();
        iam.put("accessKey", Authorization.of(request) instanceof Authorization.V4 v4 ? v4.accessKeyId() : null);
        iam.put("accountId", account());
        iam.put("callerId", caller.principal().id());
        iam.put("cognitoIdentity", null);
        iam.put("principalOrgId", null);
        iam.put("userArn", caller.principal().arn());
        iam.put("userId", caller.principal().id());
        return iam;
    }

    /** Lambda hands over as text what says that it is; all else is encoded, forms too. */
    private boolean isText() {
        String type = request.headers().first("content-type");
        if (type == null) {
            return false;
        }
        String media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return media.startsWith("text/") || media.equals("application/json") || media.endsWith("+json")
                || media.equals("application/xml") || media.endsWith("+xml") || media.equals("application/javascript");
    }

    private static String utf8(byte[] body) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
