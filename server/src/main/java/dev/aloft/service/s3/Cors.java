package dev.aloft.service.s3;

import dev.aloft.api.S3;
import dev.aloft.kernel.call.CrossOrigin;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which pages of other sites a bucket lets call it. The first rule that has the origin, the method and all headers
 * decides.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html">AWS: cross-origin resource sharing</a>
 */
final class Cors implements CrossOrigin {
    private static final Set<String> METHODS = Set.of("GET", "PUT", "POST", "DELETE", "HEAD");
    private static final int MOST_RULES = 100;
    private static final String NOT_ALLOWED =
            "CORSResponse: This CORS request is not allowed. This is usually because the "
            + "evalution of Origin, request method / Access-Control-Request-Method or "
            + "Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";

    private final S3Data data;
    private final Buckets buckets;
    private final Store store;

    Cors(S3Data data, Buckets buckets, Store store) {
        this.data = data;
        this.buckets = buckets;
        this.store = store;
    }

    S3.GetBucketCorsResponse get(S3.GetBucketCorsRequest input) {
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        var rules = rules(bucket).orElseThrow(() -> new S3.NoSuchCORSConfiguration(S3.NoSuchCORSConfiguration.Detail.of(
                d -> d.message("The CORS configuration does not exist").bucketName(bucket.name()))));
        return S3.GetBucketCorsResponse.of(r -> r.corsRules(rules));
    }

    S3.PutBucketCorsResponse put(S3.PutBucketCorsRequest input) {
        var rules = input.corsConfiguration() == null ? null : input.corsConfiguration().corsRules();
        if (rules == null || rules.isEmpty() || rules.size() > MOST_RULES) {
            throw new S3.MalformedXML(BucketSettings.MALFORMED);
        }
        rules.forEach(Cors::check);
        store.change(tx -> data.cors.put(tx, Key.of(buckets.find(tx, input.bucket(), input.expectedBucketOwner()).id()),
                input.corsConfiguration()));
        return S3.PutBucketCorsResponse.of(_ -> {});
    }

    S3.DeleteBucketCorsResponse delete(S3.DeleteBucketCorsRequest input) {
        store.change(tx -> data.cors.delete(tx,
                Key.of(buckets.find(tx, input.bucket(), input.expectedBucketOwner()).id())));
        return S3.DeleteBucketCorsResponse.of(_ -> {});
    }

    private static void check(S3.CORSRule rule) {
        if (rule.allowedMethods() == null || rule.allowedMethods().isEmpty() || rule.allowedOrigins() == null
                || rule.allowedOrigins().isEmpty()) {
            throw new S3.MalformedXML(BucketSettings.MALFORMED);
        }
        rule.allowedMethods().stream().filter(method -> !METHODS.contains(method)).findFirst().ifPresent(method -> {
            throw new S3.InvalidRequest("Found unsupported HTTP method in CORS config. Unsupported method is "
                    + method);
        });
        rule.allowedOrigins().forEach(origin -> refuseWildcards("AllowedOrigin", origin));
        all(rule.allowedHeaders()).forEach(header -> refuseWildcards("AllowedHeader", header));
        all(rule.exposeHeaders()).filter(header -> header.contains("*")).findFirst().ifPresent(header -> {
            throw new S3.InvalidRequest("ExposeHeader \"" + header
                    + "\" contains wildcard. We currently do not support wildcard for ExposeHeader.");
        });
    }

    private static void refuseWildcards(String element, String value) {
        if (value.indexOf('*') != value.lastIndexOf('*')) {
            throw new S3.InvalidRequest(element + " \"" + value + "\" can not have more than one wildcard.");
        }
    }

    private static Stream<String> all(List<String> names) {
        return names == null ? Stream.of() : names.stream();
    }

    private Optional<List<S3.CORSRule>> rules(Bucket bucket) {
        return store.<Optional<S3.CORSConfiguration>>read(tx -> data.cors.get(tx, Key.of(bucket.id())))
                .map(S3.CORSConfiguration::corsRules);
    }

    private Optional<Bucket> bucket(String name) {
        return store.read(tx -> data.buckets.get(tx, Key.of(name)));
    }

    @Override
    public boolean knows(String bucket) {
        return bucket(bucket).isPresent();
    }

    @Override
    public Headers preflight(String bucket, HttpRequest request, boolean isObject) {
        var method = request.headers().first("access-control-request-method");
        var rules = bucket(bucket).flatMap(this::rules)
                .orElseThrow(() -> refused("CORSResponse: CORS is not enabled for this bucket.", method, isObject));
        var asked = asked(request);
        var origin = request.headers().first("origin");
        var rule = rules.stream().filter(each -> fits(each, origin, method) && asked.stream().allMatch(header ->
                all(each.allowedHeaders()).anyMatch(one -> fits(lower(one), lower(header))))).findFirst()
                .orElseThrow(() -> refused(NOT_ALLOWED, method, isObject));
        var headers = headers(rule, origin);
        if (!asked.isEmpty()) {
            headers.add("Access-Control-Allow-Headers", String.join(", ", asked.stream().map(Cors::lower).toList()));
        }
        return headers;
    }

    private static S3.AccessForbidden refused(String message, String method, boolean isObject) {
        return new S3.AccessForbidden(S3.AccessForbidden.Detail.of(d -> d.message(message).method(method)
                .resourceType(isObject ? "OBJECT" : "BUCKET")));
    }

    @Override
    public Optional<Headers> allowed(String bucket, HttpRequest request) {
        var origin = request.headers().first("origin");
        return bucket(bucket).flatMap(this::rules).flatMap(rules -> rules.stream()
                .filter(rule -> fits(rule, origin, request.method())).findFirst()).map(rule -> headers(rule, origin));
    }

    private static List<String> asked(HttpRequest request) {
        var asked = Objects.requireNonNullElse(request.headers().first("access-control-request-headers"), "");
        return Arrays.stream(asked.split(",")).map(String::strip).filter(header -> !header.isEmpty()).toList();
    }

    private static boolean fits(S3.CORSRule rule, String origin, String method) {
        return rule.allowedMethods().contains(method)
                && rule.allowedOrigins().stream().anyMatch(allowed -> fits(allowed, origin));
    }

    /** @param allowed may have one asterisk, for any characters */
    private static boolean fits(String allowed, String value) {
        int any = allowed.indexOf('*');
        return any < 0 ? allowed.equals(value) : value.length() >= allowed.length() - 1
                && value.startsWith(allowed.substring(0, any)) && value.endsWith(allowed.substring(any + 1));
    }

    private static String lower(String header) {
        return header.toLowerCase(Locale.ROOT);
    }

    private static Headers headers(S3.CORSRule rule, String origin) {
        boolean anyone = rule.allowedOrigins().contains("*");
        var headers = Headers.of("Access-Control-Allow-Origin", anyone ? "*" : origin,
                "Access-Control-Allow-Methods", String.join(", ", rule.allowedMethods()),
                "Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
        if (!anyone) {
            headers.add("Access-Control-Allow-Credentials", "true");
        }
        if (rule.exposeHeaders() != null && !rule.exposeHeaders().isEmpty()) {
            headers.add("Access-Control-Expose-Headers", String.join(", ", rule.exposeHeaders()));
        }
        if (rule.maxAgeSeconds() != null) {
            headers.add("Access-Control-Max-Age", rule.maxAgeSeconds().toString());
        }
        return headers;
    }
}
