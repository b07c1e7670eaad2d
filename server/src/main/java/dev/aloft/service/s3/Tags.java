package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.S3;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tags of buckets and objects: what may be one, and the two forms they come in. */
final class Tags {
    private static final int MAX_OF_OBJECT = 10;
    private static final int MAX_OF_BUCKET = 50;
    private static final int MAX_KEY = 128;
    private static final int MAX_VALUE = 256;
    private static final String ALLOWED = "_.:/=+-@";

    private Tags() {
    }

    /** Of the {@code x-amz-tagging} header: a query string. */
    static Map<String, String> ofHeader(String header) {
        var tags = new LinkedHashMap<String, String>();
        if (header == null || header.isEmpty()) {
            return tags;
        }
        for (var pair : header.split("&")) {
            int equals = pair.indexOf('=');
            var key = decoded(header, equals < 0 ? pair : pair.substring(0, equals));
            var value = equals < 0 ? "" : decoded(header, pair.substring(equals + 1));
            if (tags.putIfAbsent(key, value) != null) {
                throw malformed(header);
            }
        }
        checkObject(tags);
        return tags;
    }

    private static String decoded(String header, String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw malformed(header);
        }
    }

    private static ApiError malformed(String header) {
        return new S3.InvalidArgument(S3.InvalidArgument.Detail.of(d ->
            d.message("The header 'x-amz-tagging' shall be encoded "
                + "as UTF-8 then URLEncoded URL query parameters without tag name duplicates.")
                .argumentName("x-amz-tagging")
            .argumentValue(header)));
    }

    static Map<String, String> ofObject(S3.Tagging tagging) {
        var tags = of(tagging);
        checkObject(tags);
        return tags;
    }

    /** @param system whether tags of AWS's own may be among them */
    static Map<String, String> ofBucket(S3.Tagging tagging, boolean system) {
        var tags = of(tagging);
        for (var key : tags.keySet()) {
            if (key.startsWith("aws:") && !system) {
                throw invalid("System tags cannot be added/updated by requester", null, null);
            }
        }
        if (tags.keySet().stream().filter(key -> !key.startsWith("aws:")).count() > MAX_OF_BUCKET) {
            throw ApiError.of("BadRequest", 400, "Bucket tag count cannot be greater than " + MAX_OF_BUCKET);
        }
        return tags;
    }

    private static Map<String, String> of(S3.Tagging tagging) {
        if (tagging == null || tagging.tagSet() == null) {
            throw new S3.MalformedXML(BucketSettings.MALFORMED);
        }
        var tags = new LinkedHashMap<String, String>();
        for (var tag : tagging.tagSet()) {
            if (tag.key() == null || tag.value() == null) {
                throw new S3.MalformedXML(BucketSettings.MALFORMED);
            }
            check(tag.key(), tag.value());
            if (tags.putIfAbsent(tag.key(), tag.value()) != null) {
                throw invalid("Cannot provide multiple Tags with the same key", tag.key(), null);
            }
        }
        return tags;
    }

    private static void checkObject(Map<String, String> tags) {
        if (tags.size() > MAX_OF_OBJECT) {
            throw ApiError.of("BadRequest", 400, "Object tags cannot be greater than " + MAX_OF_OBJECT);
        }
        tags.forEach((key, value) -> {
            check(key, value);
            if (key.startsWith("aws:")) {
                throw invalid("Your TagKey cannot be prefixed with aws:", key, null);
            }
        });
    }

    private static void check(String key, String value) {
        if (key.isEmpty() || key.length() > MAX_KEY || !isAllowed(key)) {
            throw invalid("The TagKey you have provided is invalid", key, null);
        }
        if (value.length() > MAX_VALUE || !isAllowed(value)) {
            throw invalid("The TagValue you have provided is invalid", key, value);
        }
    }

    private static boolean isAllowed(String text) {
        return text.codePoints().allMatch(c -> Character.isLetterOrDigit(c) || Character.isSpaceChar(c)
            || ALLOWED.indexOf(c) >= 0);
    }

    private static ApiError invalid(String message, String key, String value) {
        return new S3.InvalidTag(S3.InvalidTag.Detail.of(d -> d.message(message).tagKey(key).tagValue(value)));
    }

    static List<S3.Tag> told(Map<String, String> tags) {
        return tags.entrySet().stream().map(tag -> S3.Tag.of(t -> t.key(tag.getKey()).value(tag.getValue()))).toList();
    }
}
