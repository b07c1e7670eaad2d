package dev.aloft.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;

/**
 * The signature of a presigned URL of version 2.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html">Signing REST requests
 *     (Signature Version 2)</a>
 */
final class V2Signature {
    private static final Set<String> SUBRESOURCES = Set.of(
            "accelerate",
            "acl",
            "analytics",
            "cors",
            "defaultObjectAcl",
            "delete",
            "encryption",
            "inventory",
            "lifecycle",
            "location",
            "logging",
            "metrics",
            "notification",
            "ownershipControls",
            "partNumber",
            "policy",
            "policyStatus",
            "publicAccessBlock",
            "replication",
            "requestPayment",
            "restore",
            "select",
            "select-type",
            "tagging",
            "torrent",
            "uploadId",
            "uploads",
            "versionId",
            "versioning",
            "versions",
            "website",
            "object-lock",
            "legal-hold",
            "retention",
            "response-cache-control",
            "response-content-disposition",
            "response-content-encoding",
            "response-content-language",
            "response-content-type",
            "response-expires");

    private V2Signature() {}

    static String of(HttpRequest request, Authorization.V2 signed, String secret, String bucket) {
        var query = QueryString.of(request.rawQuery());
        var text = new StringBuilder();
        text.append(request.method()).append('\n');
        text.append(headerOrParameter(request, query, "Content-MD5")).append('\n');
        text.append(headerOrParameter(request, query, "Content-Type")).append('\n');
        text.append(signed.expires()).append('\n');
        amzHeaders(text, request, query);
        text.append(bucket == null ? "" : "/" + bucket).append(request.rawPath());
        subresources(text, query);
        var key = secret.getBytes(StandardCharsets.UTF_8);
        return Base64.getEncoder().encodeToString(SigV4.hmac("HmacSHA1", key, text.toString()));
    }

    /** boto3 moves the headers it signs into the query. */
    private static String headerOrParameter(HttpRequest request, QueryString query, String name) {
        var parameter = query.first(name.toLowerCase(Locale.ROOT));
        if (parameter != null) {
            return parameter;
        }
        var header = request.headers().first(name);
        return header == null ? "" : header.strip();
    }

    private static void amzHeaders(StringBuilder text, HttpRequest request, QueryString query) {
        var sorted = new TreeMap<String, List<String>>();
        request.headers().forEach((name, value) -> {
            var lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-amz-")) {
                sorted.computeIfAbsent(lower, _ -> new ArrayList<>(1)).add(value.strip());
            }
        });
        for (var parameter : query.parameters()) {
            var lower = parameter.name().toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-amz-")) {
                sorted.put(lower, List.of(parameter.value()));
            }
        }
        sorted.forEach((name, values) ->
                text.append(name).append(':').append(String.join(",", values)).append('\n'));
    }

    private static void subresources(StringBuilder text, QueryString query) {
        var sorted = new TreeMap<String, String>();
        for (var parameter : query.parameters()) {
            if (SUBRESOURCES.contains(parameter.name())) {
                sorted.put(
                        parameter.name(),
                        parameter.hasValue() ? parameter.name() + "=" + parameter.value() : parameter.name());
            }
        }
        if (!sorted.isEmpty()) {
            text.append('?').append(String.join("&", sorted.values()));
        }
    }
}
