package dev.aloft.service.s3;

import java.time.Instant;

/**
 * A multipart upload in progress.
 *
 * @param checksum     the kind that its parts carry
 * @param checksumType FULL_OBJECT or COMPOSITE
 * @param chosen       whether the caller chose the kind; else parts carry what they like and the whole has the default
 */
record Upload(
        String id,
        Instant initiated,
        Description description,
        ChecksumKind checksum,
        String checksumType,
        boolean chosen,
        String initiator) {
}
