package dev.aloft.service.s3;

import dev.aloft.api.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
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
    /**
     * @param kmsKeyId the ARN of a key of KMS; of what is asked for its name, or null where AWS's own is meant
     * @param context  what the writer adds to the encryption context, as the header says it; or null
     * @param dataKey  of an object under a key of KMS: encrypted under that
     */
    record Encryption(String algorithm, String kmsKeyId, Boolean bucketKey, String context, Bytes dataKey) {
        static final Encryption DEFAULT = new Encryption("AES256", null, null);

        Encryption(String algorithm, String kmsKeyId, Boolean bucketKey) {
            this(algorithm, kmsKeyId, bucketKey, null, null);
        }

        boolean isOfKms() {
            return algorithm.startsWith("aws:kms");
        }

        /** Of an object under a key of KMS the tag is no digest of what was sent. */
        String eTag(String md5) {
            return dataKey == null ? md5 : HexFormat.of().formatHex(ChecksumKind.messageDigest("MD5")
                .digest((md5 + dataKey.base64()).getBytes(StandardCharsets.US_ASCII)));
        }
    }

    Description withEncryption(Encryption other) {
        return withStorage(storageClass, other);
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
