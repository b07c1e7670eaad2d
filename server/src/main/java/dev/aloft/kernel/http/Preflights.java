package dev.aloft.kernel.http;

import dev.aloft.api.Body;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What pages in a browser may do with the services' APIs. Pages of this machine may call them; a page of any other site
 * may only read public objects, since on a developer's machine any key counts and such a page would act as the
 * developer.
 */
final class Preflights {
    private static final String ALLOWED_HEADERS = "authorization,cache-control,content-length,content-md5,content-type,"
            + "etag,location,amz-sdk-invocation-id,amz-sdk-request,x-amz-algorithm,x-amz-acl,x-amz-checksum-crc32,"
            + "x-amz-content-sha256,x-amz-copy-source,x-amz-credential,x-amz-date,x-amz-meta-*,x-amz-security-token,"
            + "x-amz-signature,x-amz-signedheaders,x-amz-tagging,x-amz-target,x-amz-user-agent,x-amz-version-id,"
            + "x-amzn-query-mode,smithy-protocol";
    private static final String EXPOSED = "etag,x-amz-version-id,x-amz-request-id,x-amz-id-2,x-amzn-requestid,"
            + "x-amzn-errortype,x-amz-function-error,x-amz-log-result,x-amz-executed-version,x-amzn-query-error,date";

    private final List<String> domains;

    Preflights(List<String> domains) {
        this.domains = domains.stream().map(domain -> domain.toLowerCase(Locale.ROOT)).toList();
    }

    /** The answer to a preflight, or to a call from a page that may not make it; empty for all else. */
    Optional<HttpResponse> check(HttpRequest http) {
        var origin = http.headers().first("origin");
        if (origin == null) {
            return Optional.empty();
        }
        boolean preflight = http.method().equals("OPTIONS") && http.headers().has("access-control-request-method");
        if (!allowed(origin)) {
            boolean reads = http.method().equals("GET") || http.method().equals("HEAD");
            return reads
                    ? Optional.empty()
                    : Optional.of(HttpResponse.of(
                            403,
                            "text/plain; charset=utf-8",
                            ("Pages of " + printable(origin) + " may not call this platform's services.\n")
                                    .getBytes(StandardCharsets.UTF_8)));
        }
        if (!preflight) {
            return Optional.empty();
        }
        var asked = http.headers().first("access-control-request-headers");
        var headers = Headers.of(
                "Access-Control-Allow-Origin",
                origin,
                "Access-Control-Allow-Methods",
                "HEAD,GET,PUT,POST,DELETE,OPTIONS,PATCH",
                "Access-Control-Allow-Headers",
                asked == null ? ALLOWED_HEADERS : asked,
                "Access-Control-Expose-Headers",
                EXPOSED,
                "Access-Control-Max-Age",
                "172800",
                "Vary",
                "Origin");
        return Optional.of(new HttpResponse(200, headers, Body.EMPTY));
    }

    /** Lets the page that called read the answer. */
    void allow(HttpRequest http, HttpResponse response) {
        var origin = http.headers().first("origin");
        if (origin != null && allowed(origin) && !response.headers().has("Access-Control-Allow-Origin")) {
            response.headers()
                    .add("Access-Control-Allow-Origin", origin)
                    .add("Access-Control-Expose-Headers", EXPOSED)
                    .add("Vary", "Origin");
        }
    }

    private boolean allowed(String origin) {
        String host;
        try {
            host = URI.create(origin).getHost();
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (host == null) {
            return false;
        }
        host = host.toLowerCase(Locale.ROOT);
        if (host.equals("localhost") || host.endsWith(".localhost") || host.equals("127.0.0.1")
                || host.equals("[::1]") || host.endsWith(".localhost.localstack.cloud")) {
            return true;
        }
        for (var domain : domains) {
            if (host.equals(domain) || host.endsWith("." + domain)) {
                return true;
            }
        }
        return false;
    }

    private static String printable(String origin) {
        var text = origin.length() > 200 ? origin.substring(0, 200) : origin;
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
