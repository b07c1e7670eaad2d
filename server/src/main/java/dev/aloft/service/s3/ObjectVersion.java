package dev.aloft.service.s3;

import java.time.Instant;

/**
 * One version of an object, or a delete marker.
 *
 * @param sequence        grows with each version of any object: the order of a key's versions
 * @param versionId       {@code null} (the word) where the bucket kept no versions when it came
 * @param modified        to the second, as S3 tells it
 * @param eTag            without quotation marks
 * @param content         the number of its content; 0 for a delete marker
 * @param checksum        null for a delete marker
 * @param noncurrentSince when another version took its place, or null
 */
record ObjectVersion(
        long sequence,
        String versionId,
        boolean deleteMarker,
        Instant modified,
        String eTag,
        long size,
        long content,
        Description description,
        KeptChecksum checksum,
        Instant noncurrentSince) {
    static final String NULL = "null";

    static ObjectVersion marker(Instant now) {
        return new ObjectVersion(0, NULL, true, now, null, 0, 0, null, null, null);
    }

    boolean isNull() {
        return versionId.equals(NULL);
    }

    String quotedETag() {
        return '"' + eTag + '"';
    }

    ObjectVersion as(long newSequence, String newVersionId) {
        return new ObjectVersion(newSequence, newVersionId, deleteMarker, modified, eTag, size, content, description,
            checksum, null);
    }

    ObjectVersion withContent(long number) {
        return new ObjectVersion(sequence, versionId, deleteMarker, modified, eTag, size, number, description, checksum,
            noncurrentSince);
    }

    ObjectVersion withDescription(Description other) {
        return new ObjectVersion(sequence, versionId, deleteMarker, modified, eTag, size, content, other, checksum,
            noncurrentSince);
    }

    ObjectVersion noncurrent(Instant since) {
        return new ObjectVersion(sequence, versionId, deleteMarker, modified, eTag, size, content, description,
            checksum, since);
    }
}
