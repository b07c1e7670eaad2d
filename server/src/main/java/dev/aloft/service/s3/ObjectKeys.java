package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Kms;
import dev.aloft.api.Principal;
import dev.aloft.kernel.envelope.KeyRefusal;
import dev.aloft.service.s3.Description.Encryption;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The data keys of objects under keys of KMS. Whoever writes one must be allowed to have a data key made, whoever reads
 * it to have that decrypted; KMS is asked as the caller, each time. Contents lie on disk as they are, since copies
 * share them: who has no key is refused what anybody with the disk could read.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html">
 *     Using server-side encryption with AWS KMS keys</a>
 */
final class ObjectKeys {
    private static final String SERVICE = "s3";
    private static final String AWS_KEY = "alias/aws/s3";

    private final Kms kms;

    ObjectKeys(Endpoint endpoint) {
        kms = Kms.at(endpoint);
    }

    /** What is said of an object that is being written, with the key as AWS tells it and the object's data key. */
    Description keyed(Caller caller, Bucket bucket, String key, Description description) {
        var wanted = description.encryption();
        if (!wanted.isOfKms()) {
            return description;
        }
        requireSignature(caller);
        var keyId = wanted.kmsKeyId() == null ? AWS_KEY : wanted.kmsKeyId();
        var made = asked(caller, () -> kms.generateDataKey(at(caller, bucket),
                Kms.GenerateDataKeyRequest.of(r -> r.keyId(keyId).keySpec(Kms.DataKeySpec.AES_256)
                        .encryptionContext(context(bucket, key, wanted)))));
        return description.withEncryption(new Encryption(wanted.algorithm(), made.keyId(), wanted.bucketKey(),
                wanted.context(), made.ciphertextBlob()));
    }

    /** Demands that the caller may read an object that is kept so. */
    void require(Caller caller, Bucket bucket, String key, Encryption kept) {
        if (kept.dataKey() == null) {
            return;
        }
        requireSignature(caller);
        asked(caller, () -> kms.decrypt(at(caller, bucket), Kms.DecryptRequest.of(
                r -> r.ciphertextBlob(kept.dataKey()).encryptionContext(context(bucket, key, kept)))));
    }

    private static Caller at(Caller caller, Bucket bucket) {
        return caller.in(caller.account(), bucket.region()).through(SERVICE);
    }

    /** With a bucket key, the bucket is what is told. */
    private static Map<String, String> context(Bucket bucket, String key, Encryption encryption) {
        var context = new HashMap<>(EncryptionContext.of(encryption.context()));
        context.put("aws:s3:arn",
                Boolean.TRUE.equals(encryption.bucketKey()) ? bucket.arn() : bucket.arn() + "/" + key);
        return context;
    }

    private static void requireSignature(Caller caller) {
        if (caller.principal() instanceof Principal.Anonymous) {
            throw Buckets.argument("Authorization", "null", "Requests specifying Server Side Encryption with AWS KMS"
                    + " managed keys require AWS Signature Version 4.");
        }
    }

    private static <R> R asked(Caller caller, Supplier<R> call) {
        try {
            return call.get();
        } catch (ApiError error) {
            var refusal = KeyRefusal.of(error, caller, false);
            throw switch (refusal.reason()) {
                case ACCESS_DENIED -> ApiError.of("AccessDenied", 403, refusal.words());
                case DISABLED, INVALID_STATE, NOT_FOUND, INVALID_KEY_USAGE ->
                    ApiError.of("KMS." + refusal.code(), 400, refusal.words());
            };
        }
    }
}
