package dev.aloft.service.apigateway.serve;

import dev.aloft.api.JsonWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The events that functions behind an API get.
 *
 * @see <a href="https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html">REST
 *     APIs</a>
 * @see <a href="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html">HTTP
 *     APIs</a>
 */
final class ProxyEvents {
    private ProxyEvents() {}

    /** A REST API's event. */
    static byte[] rest(Incoming incoming, Served.Rest served, RestRouting.Found found, String extendedRequestId) {
        var routing = served.routing();
        var headers = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        incoming.request().headers().forEach((name, value) -> {
            if (!hopByHop(name)) {
                headers.computeIfAbsent(restName(name), _ -> new ArrayList<>(1)).add(value);
            }
        });
        headers.put("X-Forwarded-For", List.of(forwardedFor(incoming)));
        headers.put("X-Forwarded-Port", List.of(incoming.port()));
        headers.put("X-Forwarded-Proto", List.of(incoming.request().scheme()));
        headers.put("X-Amzn-Trace-Id", List.of(incoming.trace()));

        var event = version1(incoming, found.resource().path(), incoming.path(), headers, found.pathParameters(),
                served.variables());
        var context = new LinkedHashMap<String, Object>();
        context.put("resourceId", found.resource().id());
        context.put("resourcePath", found.resource().path());
        context.put("httpMethod", incoming.method());
        context.put("extendedRequestId", extendedRequestId);
        context.put("requestTime", incoming.time());
        context.put("path", incoming.rawPath());
        context.put("accountId", routing.account());
        context.put("protocol", "HTTP/1.1");
        context.put("stage", served.stage());
        context.put("domainPrefix", prefix(incoming.domainName(routing.region())));
        context.put("requestTimeEpoch", incoming.at().toEpochMilli());
        context.put("requestId", incoming.requestId());
        context.put("identity", identity(incoming));
        context.put("domainName", incoming.domainName(routing.region()));
        context.put("deploymentId", served.deploymentId());
        context.put("apiId", served.apiId());
        event.put("requestContext", context);
        putBody(event, incoming, routing.isBinary(incoming.request().headers().first("content-type")), true);
        return JsonWriter.bytes(event);
    }

    /** An HTTP API's event in payload format 1.0. */
    static byte[] http1(Incoming incoming, Served.Http served, HttpRouting.Found found) {
        var routing = served.routing();
        var headers = new LinkedHashMap<String, List<String>>();
        httpHeaders(incoming).forEach((name, values) -> headers.put(canonical(name), values));
        var path = Incoming.decode(stagePath(incoming, served));
        var routePath = routePath(found.route().routeKey());
        var event = new LinkedHashMap<String, Object>();
        event.put("version", "1.0");
        event.putAll(version1(incoming, routePath, path, headers, found.pathParameters(), served.variables()));
        var context = new LinkedHashMap<String, Object>();
        context.put("accountId", routing.account());
        context.put("apiId", served.apiId());
        context.put("domainName", incoming.domainName(routing.region()));
        context.put("domainPrefix", prefix(incoming.domainName(routing.region())));
        context.put("extendedRequestId", incoming.requestId());
        context.put("httpMethod", incoming.method());
        context.put("identity", identity(incoming));
        context.put("path", path);
        context.put("protocol", "HTTP/1.1");
        context.put("requestId", incoming.requestId());
        context.put("requestTime", incoming.time());
        context.put("requestTimeEpoch", incoming.at().toEpochMilli());
        context.put("resourceId", found.route().routeKey());
        context.put("resourcePath", routePath);
        context.put("stage", served.stage());
        event.put("requestContext", context);
        putBody(event, incoming, isBinary(incoming), true);
        return JsonWriter.bytes(event);
    }

    /** An HTTP API's event in payload format 2.0: what is absent is left out. */
    static byte[] http2(Incoming incoming, Served.Http served, HttpRouting.Found found) {
        var routing = served.routing();
        var path = Incoming.decode(stagePath(incoming, served));
        var event = new LinkedHashMap<String, Object>();
        event.put("version", "2.0");
        event.put("routeKey", found.route().routeKey());
        event.put("rawPath", path);
        event.put("rawQueryString", incoming.request().rawQuery());
        var cookies = incoming.request().headers().all("cookie").stream()
                .flatMap(each -> List.of(each.split(";\\s*")).stream())
                .toList();
        if (!cookies.isEmpty()) {
            event.put("cookies", cookies);
        }
        var headers = new LinkedHashMap<String, Object>();
        httpHeaders(incoming).forEach((name, values) -> {
            if (!name.equals("cookie")) {
                headers.put(name, String.join(",", values));
            }
        });
        event.put("headers", headers);
        var query = incoming.query();
        if (!query.isEmpty()) {
            var joined = new LinkedHashMap<String, Object>();
            query.forEach((name, values) -> joined.put(name, String.join(",", values)));
            event.put("queryStringParameters", joined);
        }
        event.put("requestContext", context2(incoming, served, found, path));
        if (!found.pathParameters().isEmpty()) {
            event.put("pathParameters", found.pathParameters());
        }
        if (!served.variables().isEmpty()) {
            event.put("stageVariables", served.variables());
        }
        putBody(event, incoming, isBinary(incoming), false);
        return JsonWriter.bytes(event);
    }

    private static Map<String, Object> context2(Incoming incoming, Served.Http served, HttpRouting.Found found,
            String path) {
        var routing = served.routing();
        var http = new LinkedHashMap<String, Object>();
        http.put("method", incoming.method());
        http.put("path", path);
        http.put("protocol", "HTTP/1.1");
        http.put("sourceIp", incoming.sourceIp());
        var agent = incoming.request().headers().first("user-agent");
        http.put("userAgent", agent == null ? "" : agent);
        var context = new LinkedHashMap<String, Object>();
        context.put("accountId", routing.account());
        context.put("apiId", served.apiId());
        context.put("domainName", incoming.domainName(routing.region()));
        context.put("domainPrefix", prefix(incoming.domainName(routing.region())));
        context.put("http", http);
        context.put("requestId", incoming.requestId());
        context.put("routeKey", found.route().routeKey());
        context.put("stage", served.stage());
        context.put("time", incoming.time());
        context.put("timeEpoch", incoming.at().toEpochMilli());
        return context;
    }

    private static Map<String, Object> version1(
            Incoming incoming,
            String resource,
            String path,
            Map<String, List<String>> headers,
            Map<String, String> pathParameters,
            Map<String, String> stageVariables) {
        var event = new LinkedHashMap<String, Object>();
        event.put("resource", resource);
        event.put("path", path);
        event.put("httpMethod", incoming.method());
        event.put("headers", lasts(headers));
        event.put("multiValueHeaders", headers);
        var query = incoming.query();
        event.put("queryStringParameters", query.isEmpty() ? null : lasts(query));
        event.put("multiValueQueryStringParameters", query.isEmpty() ? null : query);
        event.put("pathParameters", pathParameters.isEmpty() ? null : pathParameters);
        event.put("stageVariables", stageVariables.isEmpty() ? null : stageVariables);
        return event;
    }

    private static Map<String, Object> lasts(Map<String, List<String>> all) {
        var lasts = new LinkedHashMap<String, Object>();
        all.forEach((name, values) -> lasts.put(name, values.getLast()));
        return lasts;
    }

    private static Map<String, Object> identity(Incoming incoming) {
        var identity = new LinkedHashMap<String, Object>();
        for (var nothing : List.of("cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller")) {
            identity.put(nothing, null);
        }
        identity.put("sourceIp", incoming.sourceIp());
        for (var nothing : List.of("principalOrgId", "accessKey", "cognitoAuthenticationType",
                "cognitoAuthenticationProvider", "userArn")) {
            identity.put(nothing, null);
        }
        identity.put("userAgent", incoming.request().headers().first("user-agent"));
        identity.put("user", null);
        return identity;
    }

    /** HTTP APIs write header names small and put values of one name together. */
    private static Map<String, List<String>> httpHeaders(Incoming incoming) {
        var headers = new TreeMap<String, List<String>>();
        incoming.request().headers().forEach((name, value) -> {
            if (!hopByHop(name)) {
                headers.computeIfAbsent(name.toLowerCase(Locale.ROOT), _ -> new ArrayList<>(1)).add(value);
            }
        });
        headers.put("content-length", List.of(Integer.toString(incoming.body().length)));
        headers.put("x-forwarded-for", List.of(forwardedFor(incoming)));
        headers.put("x-forwarded-port", List.of(incoming.port()));
        headers.put("x-forwarded-proto", List.of(incoming.request().scheme()));
        headers.put("x-amzn-trace-id", List.of(incoming.trace()));
        return headers;
    }

    private static String forwardedFor(Incoming incoming) {
        var before = incoming.request().headers().first("x-forwarded-for");
        return before == null ? incoming.sourceIp() : before + ", " + incoming.sourceIp();
    }

    private static boolean hopByHop(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "expect",
                    "http2-settings" -> true;
            default -> false;
        };
    }

    /** HTTP/2 sends all names small; the few that AWS writes in a way of its own keep it. */
    private static String restName(String name) {
        return switch (name) {
            case "host" -> "Host";
            case "user-agent" -> "User-Agent";
            case "accept" -> "Accept";
            default -> name;
        };
    }

    /** Format 1.0 of HTTP APIs writes each word of a header's name with a capital. */
    private static String canonical(String name) {
        var out = new StringBuilder(name.length());
        boolean first = true;
        for (char c : name.toCharArray()) {
            out.append(first ? Character.toUpperCase(c) : c);
            first = c == '-';
        }
        return out.toString();
    }

    private static void putBody(Map<String, Object> event, Incoming incoming, boolean binary, boolean nullWhenEmpty) {
        boolean empty = incoming.body().length == 0;
        if (!empty) {
            var text = binary ? null : utf8(incoming.body());
            event.put("body", text != null ? text : Base64.getEncoder().encodeToString(incoming.body()));
            event.put("isBase64Encoded", text == null);
        } else {
            if (nullWhenEmpty) {
                event.put("body", null);
            }
            event.put("isBase64Encoded", false);
        }
    }

    private static String utf8(byte[] body) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** HTTP APIs hand over text and JSON, XML and JavaScript as text and encode anything else. */
    private static boolean isBinary(Incoming incoming) {
        var type = incoming.request().headers().first("content-type");
        if (type == null) {
            return false;
        }
        var media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return !(media.startsWith("text/") || media.equals("application/json") || media.endsWith("+json")
                || media.equals("application/xml") || media.endsWith("+xml") || media.equals("application/javascript"));
    }

    private static String stagePath(Incoming incoming, Served.Http served) {
        return served.stage().equals("$default") ? incoming.path() : incoming.rawPath();
    }

    private static String routePath(String routeKey) {
        int space = routeKey.indexOf(' ');
        return space < 0 ? routeKey : routeKey.substring(space + 1);
    }

    private static String prefix(String domainName) {
        return domainName.substring(0, domainName.indexOf('.'));
    }
}
