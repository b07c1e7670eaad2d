package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.S3;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;

/**
 * Conditions on an object's state, in the order in which S3 looks at them.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html">AWS: conditional
 * requests</a>
 */
record Conditions(String ifMatch, String ifNoneMatch, Instant ifModifiedSince, Instant ifUnmodifiedSince) {
    static final String FAILED = "At least one of the pre-conditions you specified did not hold";

    /** Before an object is read. */
    void checkRead(ObjectVersion object) {
        if (ifMatch != null && !matches(ifMatch, object)) {
            throw failed("If-Match");
        }
        if (ifMatch == null && ifUnmodifiedSince != null && object.modified().isAfter(second(ifUnmodifiedSince))) {
            throw failed("If-Unmodified-Since");
        }
        if (ifNoneMatch != null && matches(ifNoneMatch, object)) {
            throw notModified(object);
        }
        if (ifNoneMatch == null && ifModifiedSince != null && !object.modified().isAfter(second(ifModifiedSince))) {
            throw notModified(object);
        }
    }

    /** Before an object is the source of a copy: what is not as wanted always fails. */
    void checkSource(ObjectVersion object) {
        if (ifMatch != null && !matches(ifMatch, object)) {
            throw failed("x-amz-copy-source-If-Match");
        }
        if (ifMatch == null && ifUnmodifiedSince != null && object.modified().isAfter(second(ifUnmodifiedSince))) {
            throw failed("x-amz-copy-source-If-Unmodified-Since");
        }
        if (ifNoneMatch != null && matches(ifNoneMatch, object)) {
            throw failed("x-amz-copy-source-If-None-Match");
        }
        if (ifNoneMatch == null && ifModifiedSince != null && !object.modified().isAfter(second(ifModifiedSince))) {
            throw failed("x-amz-copy-source-If-Modified-Since");
        }
    }

    /** Of a request that writes: only whether a key is free, or has a certain content. */
    static Conditions toWrite(String ifMatch, String ifNoneMatch) {
        if (ifNoneMatch != null && !ifNoneMatch.equals("*")) {
            throw headerNotBuilt("If-None-Match");
        }
        if (ifMatch != null && ifNoneMatch != null) {
            throw headerNotBuilt("If-Match,If-None-Match");
        }
        return new Conditions(ifMatch, ifNoneMatch, null, null);
    }

    /** @param current the newest version of the key; a delete marker counts as nothing */
    void checkWrite(Optional<ObjectVersion> current, String key) {
        var there = current.filter(version -> !version.deleteMarker());
        if (ifNoneMatch != null && there.isPresent()) {
            throw failed("If-None-Match");
        }
        if (ifMatch != null) {
            if (there.isEmpty()) {
                throw S3Objects.noSuchKey(key);
            }
            if (!matches(ifMatch, there.get())) {
                throw failed("If-Match");
            }
        }
    }

    private static boolean matches(String given, ObjectVersion object) {
        return Arrays.stream(given.split(",")).map(String::strip).anyMatch(tag -> tag.equals("*")
            || unquoted(tag).equals(object.eTag()));
    }

    static String unquoted(String tag) {
        var text = tag.startsWith("W/") ? tag.substring(2) : tag;
        return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"") ? text.substring(1, text.length() - 1)
            : text;
    }

    private static Instant second(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS);
    }

    static ApiError failed(String condition) {
        return new S3.PreconditionFailed(S3.PreconditionFailed.Detail.of(d -> d.message(FAILED).condition(condition)));
    }

    private static ApiError notModified(ObjectVersion object) {
        return new S3.NotModified(S3.NotModified.Detail.of(d -> d.message("Not Modified").eTag(object.quotedETag())
            .lastModified(object.modified()).cacheControl(object.description().cacheControl())));
    }

    static ApiError headerNotBuilt(String header) {
        return new S3.HeaderNotImplemented(S3.HeaderNotImplemented.Detail.of(d -> d
            .message("A header you provided implies functionality that is not implemented").header(header)));
    }
}
