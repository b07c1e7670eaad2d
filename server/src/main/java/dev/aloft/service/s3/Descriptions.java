package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.S3;
import dev.aloft.service.s3.Description.Encryption;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Reads what a request says of an object, with the bucket's defaults. */
final class Descriptions {
    private static final String DEFAULT_TYPE = "binary/octet-stream";
    private static final int MAX_METADATA_BYTES = 2048;
    private static final int MAX_KEY_BYTES = 1024;
    private static final Set<String> READABLE_CLASSES = Set.of("STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA",
        "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR");
    private static final Set<String> OTHER_CLASSES = Set.of("GLACIER", "DEEP_ARCHIVE", "OUTPOSTS", "SNOW",
        "EXPRESS_ONEZONE");

    private Descriptions() {
    }

    static Description of(Bucket bucket, S3.PutObjectRequest input) {
        return new Description(type(input.contentType()), input.cacheControl(), input.contentDisposition(),
            coding(input.contentEncoding()), input.contentLanguage(), input.expires(), metadata(input.metadata()),
            storageClass(input.storageClass()),
            encryption(bucket, input.serverSideEncryption(), input.ssekmsKeyId(), input.bucketKeyEnabled(),
                input.ssekmsEncryptionContext()),
            Tags.ofHeader(input.tagging()));
    }

    static Description of(Bucket bucket, S3.CreateMultipartUploadRequest input) {
        return new Description(type(input.contentType()), input.cacheControl(), input.contentDisposition(),
            coding(input.contentEncoding()), input.contentLanguage(), input.expires(), metadata(input.metadata()),
            storageClass(input.storageClass()),
            encryption(bucket, input.serverSideEncryption(), input.ssekmsKeyId(), input.bucketKeyEnabled(),
                input.ssekmsEncryptionContext()),
            Tags.ofHeader(input.tagging()));
    }

    /** Of a copy that replaces what its source says; tags are decided elsewhere. */
    static Description of(Bucket bucket, S3.CopyObjectRequest input) {
        return new Description(type(input.contentType()), input.cacheControl(), input.contentDisposition(),
            coding(input.contentEncoding()), input.contentLanguage(), input.expires(), metadata(input.metadata()),
            storageClass(input.storageClass()), encryption(bucket, input), Map.of());
    }

    static Encryption encryption(Bucket bucket, S3.CopyObjectRequest input) {
        return encryption(bucket, input.serverSideEncryption(), input.ssekmsKeyId(), input.bucketKeyEnabled(),
            input.ssekmsEncryptionContext());
    }

    private static String type(String given) {
        return given == null || given.isEmpty() ? DEFAULT_TYPE : given;
    }

    /** Without the coding of the transfer, which some clients name among those of the content. */
    private static String coding(String given) {
        if (given == null || !given.contains("aws-chunked")) {
            return given;
        }
        var rest = Arrays.stream(given.split(",")).map(String::strip).filter(each -> !each.equals("aws-chunked"))
            .collect(Collectors.joining(","));
        return rest.isEmpty() ? null : rest;
    }

    private static Map<String, String> metadata(Map<String, String> given) {
        var metadata = new TreeMap<String, String>();
        int bytes = 0;
        for (var entry : given == null ? Map.<String, String>of().entrySet() : given.entrySet()) {
            metadata.put(entry.getKey().toLowerCase(Locale.ROOT), entry.getValue());
            bytes += entry.getKey().length() + entry.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        if (bytes > MAX_METADATA_BYTES) {
            int size = bytes;
            throw new S3.MetadataTooLarge(S3.MetadataTooLarge.Detail.of(d -> d.size((long) size)
                .message("Your metadata headers exceed the maximum allowed metadata size")
                .maxSizeAllowed((long) MAX_METADATA_BYTES)));
        }
        return metadata;
    }

    static String storageClass(String given) {
        if (given == null || READABLE_CLASSES.contains(given)) {
            return given == null ? "STANDARD" : given;
        }
        if (OTHER_CLASSES.contains(given)) {
            throw ApiError.notBuilt("The storage class " + given);
        }
        throw new S3.InvalidStorageClass(S3.InvalidStorageClass.Detail.of(d -> d
            .message("The storage class you specified is not valid").storageClassRequested(given)));
    }

    private static Encryption encryption(Bucket bucket, String algorithm, String keyId, Boolean bucketKey,
            String context) {
        if ((keyId != null || context != null) && (algorithm == null || algorithm.equals("AES256"))) {
            throw Buckets.argument("x-amz-server-side-encryption", String.valueOf(algorithm),
                "Server Side Encryption with AWS KMS managed key requires HTTP header "
                    + "x-amz-server-side-encryption : aws:kms");
        }
        if (algorithm != null) {
            if (!Set.of("AES256", "aws:kms", "aws:kms:dsse").contains(algorithm)) {
                throw new S3.InvalidEncryptionAlgorithmError(S3.InvalidEncryptionAlgorithmError.Detail.of(d -> d
                    .message("The Encryption request you specified is not valid. Supported value: AES256.")
                    .argumentName("x-amz-server-side-encryption").argumentValue(algorithm)));
            }
            EncryptionContext.of(context);
            return new Encryption(algorithm, keyId, bucketKey, context, null);
        }
        return Optional.ofNullable(bucket.encryption()).map(configuration -> configuration.rules().getFirst())
            .map(rule -> new Encryption(rule.applyServerSideEncryptionByDefault().sseAlgorithm(),
                rule.applyServerSideEncryptionByDefault().kmsMasterKeyID(),
                Boolean.TRUE.equals(rule.bucketKeyEnabled()) ? true : null)).orElse(Encryption.DEFAULT);
    }

    static void checkKey(String key) {
        int bytes = key.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_KEY_BYTES) {
            throw new S3.KeyTooLongError(S3.KeyTooLongError.Detail.of(d -> d.message("Your key is too long")
                .size((long) bytes).maxSizeAllowed((long) MAX_KEY_BYTES)));
        }
    }
}
