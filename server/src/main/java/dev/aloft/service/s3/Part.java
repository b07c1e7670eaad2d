package dev.aloft.service.s3;

import java.time.Instant;

/**
 * A part of a multipart upload.
 *
 * @param checksum base64, of the upload's kind
 */
record Part(Instant modified, String eTag, long size, long content, String checksum) {
}
