package dev.aloft.service.s3;

import java.time.Instant;
import java.util.Map;

/**
 * What is said of an object beside its content.
 *
 * @param encryption what {@code x-amz-server-side-encryption} tells
 */
record Description(
        String contentType,
        String cacheControl,
        String contentDisposition,
        String contentEncoding,
        String contentLanguage,
        Instant expires,
        Map<String, String> metadata,
        String storageClass,
        Encryption encryption,
        Map<String, String> tags) {
    /** @param kmsKeyId null where AWS's own key is meant, or none */
    record Encryption(String algorithm, String kmsKeyId, Boolean bucketKey) {
        static final Encryption DEFAULT = new Encryption("AES256", null, null);
    }

    Description withTags(Map<String, String> all) {
        return new Description(contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage, expires,
            metadata, storageClass, encryption, all);
    }

    Description withStorage(String otherClass, Encryption otherEncryption) {
        return new Description(contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage, expires,
            metadata, otherClass, otherEncryption, tags);
    }
}
