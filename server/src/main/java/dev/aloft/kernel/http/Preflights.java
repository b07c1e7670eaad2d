package dev.aloft.kernel.http;

import dev.aloft.api.Body;
import dev.aloft.kernel.call.CrossOrigin;
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
    private final CrossOrigin buckets;

    /** @param buckets what buckets' owners say about pages that call them */
    Preflights(List<String> domains, CrossOrigin buckets) {
        this.buckets = buckets;
        this.domains = domains.stream().map(domain -> domain.toLowerCase(Locale.ROOT)).toList();
    }

    /**
     * The answer to a preflight, or to a call from a page that may not make it; empty for all else.
     *
     * @param path with the bucket in front, where it may be one of S3's; a bucket that there is decides by itself
     */
    Optional<HttpResponse> check(HttpRequest http, String path) {
        var origin = http.headers().first("origin");
        if (origin == null) {
            return Optional.empty();
        }
        boolean preflight = http.method().equals("OPTIONS") && http.headers().has("access-control-request-method");
        var bucket = bucket(path);
        if (bucket.isPresent() && preflight) {
            boolean isObject = path.length() > bucket.get().length() + 2;
            return Optional.of(new HttpResponse(200, buckets.preflight(bucket.get(), http, isObject), Body.EMPTY));
        }
        if (bucket.flatMap(name -> buckets.allowed(name, http)).isPresent()) {
            return Optional.empty();
        }
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

    private Optional<String> bucket(String path) {
        int end = path.indexOf('/', 1);
        var name = path.substring(Math.min(1, path.length()), end < 0 ? path.length() : end);
        return name.isEmpty() || !buckets.knows(name) ? Optional.empty() : Optional.of(name);
    }

    /** Lets the page that called read the answer of S3, where the bucket's owner allows it. */
    void allowByBucket(HttpRequest http, String path, HttpResponse response) {
        var bucket = http.headers().first("origin") == null ? Optional.<String>empty() : bucket(path);
        if (bucket.isEmpty()) {
            allow(http, response);
        } else {
            buckets.allowed(bucket.get(), http).ifPresent(headers -> headers.forEach(response.headers()::add));
        }
    }

    /** Lets the page that called read the answer. */
    void allow(HttpRequest http, HttpResponse response) {
        var origin = http.headers().first("origin");
        if (origin != null && !http.method().equals("OPTIONS") && allowed(origin)
                && !response.headers().has("Access-Control-Allow-Origin")) {
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
