package dev.aloft.service.apigateway.serve;

import dev.aloft.wire.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request for a deployed API, with what events of both formats tell of it.
 *
 * @param rawPath the path on the API's own host, stage included, as it was sent
 * @param path    the path within the stage, as it was sent
 */
record Incoming(
        HttpRequest request,
        String apiId,
        String rawPath,
        String path,
        byte[] body,
        Instant at,
        String requestId,
        String trace) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    String method() {
        return request.method();
    }

    /** The name of the API's host as the caller used it. */
    String domainName(String region) {
        var host = request.host().replaceAll(":\\d+$", "");
        return host.startsWith(apiId + ".") ? host : apiId + ".execute-api." + region + ".amazonaws.com";
    }

    String time() {
        return TIME.format(at);
    }

    String sourceIp() {
        return request.remoteAddress() == null ? "127.0.0.1" : request.remoteAddress();
    }

    String port() {
        int colon = request.host().lastIndexOf(':');
        return colon < 0 ? request.scheme().equals("https") ? "443" : "80" : request.host().substring(colon + 1);
    }

    /** The query's parameters, decoded, each with its values in order. */
    Map<String, List<String>> query() {
        var query = new LinkedHashMap<String, List<String>>();
        if (!request.rawQuery().isEmpty()) {
            for (var pair : request.rawQuery().split("&")) {
                int equals = pair.indexOf('=');
                var name = decode((equals < 0 ? pair : pair.substring(0, equals)).replace('+', ' '));
                var value = equals < 0 ? "" : decode(pair.substring(equals + 1).replace('+', ' '));
                if (!name.isEmpty()) {
                    query.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
                }
            }
        }
        return query;
    }

    /** Percent-decodes; what is no escape stays as it is. */
    static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var out = new java.io.ByteArrayOutputStream(text.length());
        var in = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < in.length; i++) {
            int high = in[i] == '%' && i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(in[i + 2], 16);
            if (low >= 0) {
                out.write(high << 4 | low);
                i += 2;
            } else {
                out.write(in[i]);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
