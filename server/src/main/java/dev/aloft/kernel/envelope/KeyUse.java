package dev.aloft.kernel.envelope;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import java.time.Duration;
import java.util.Map;

/**
 * What a key of KMS is used for.
 *
 * @param owner   the account of what is encrypted, whose key an id or an alias alone means
 * @param keyId   the key's id or ARN, an alias or its ARN
 * @param context the encryption context, which policies see as {@code kms:EncryptionContext:…}
 * @param reuse   how long a data key is used before KMS is asked again
 */
public record KeyUse(String owner, String keyId, Map<String, String> context, Duration reuse) {
    private static final String ALIAS = "alias/";

    String named(Caller caller) {
        return named(caller, owner, keyId);
    }

    /** A key of some account as a caller has to name it, who may be of another. */
    public static String named(Caller caller, String owner, String keyId) {
        if (Arn.isArn(keyId) || caller.account().equals(owner)) {
            return keyId;
        }
        var resource = keyId.startsWith(ALIAS) ? keyId : "key/" + keyId;
        return new Arn("aws", "kms", caller.region(), owner, resource).toString();
    }
}
