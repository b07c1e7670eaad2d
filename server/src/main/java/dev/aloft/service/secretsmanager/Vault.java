package dev.aloft.service.secretsmanager;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyUse;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.secretsmanager.SecretsData.Sealed;
import dev.aloft.service.secretsmanager.SecretsData.Secret;
import dev.aloft.service.secretsmanager.SecretsData.Version;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/**
 * Values of secrets as they lie on disk: under the data folder's key file, each for its own version alone, or under a
 * key of KMS of one's own. Then KMS is asked as the caller for each value that is written or read.
 *
 * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html">Secret encryption
 *     and decryption in AWS Secrets Manager</a>
 */
final class Vault {
    private static final String PURPOSE = "secretsmanager";
    private static final String DIGESTS = "secretsmanager-digests";
    /** In place of a version where it is only asked whether the key may be used. */
    private static final String NO_VERSION = "RequestToValidateKeyAccess";

    private final KeyFile keys;
    private final Envelopes envelopes;

    Vault(KeyFile keys, Envelopes envelopes) {
        this.keys = keys;
        this.envelopes = envelopes;
    }

    /** Not for transactions. */
    Sealed sealed(Caller caller, Secret secret, String version, SecretValue value) {
        byte[] content = value.content().array();
        if (secret.kmsKeyId() == null) {
            return new Sealed(keys.seal(PURPOSE, about(secret.key(), version), content), null, null);
        }
        return new Sealed(envelopes.sealed(caller, use(secret, version), content), secret.kmsKeyId(),
                digest(secret.key(), version, value));
    }

    /** Each value has a data key of its own, which is forgotten at once. */
    private static KeyUse use(Secret secret, String version) {
        return new KeyUse(secret.account(), secret.kmsKeyId(),
                Map.of("SecretARN", secret.arn(), "SecretVersionId", version), Duration.ZERO);
    }

    private byte[] digest(Key secret, String version, SecretValue value) {
        return keys.derive(DIGESTS, about(secret, version) + "\n" + value.isText() + value.content().base64());
    }

    /** Demands that the caller may use the secret's key, where it has one. */
    void require(Caller caller, Secret secret) {
        if (secret.kmsKeyId() != null) {
            envelopes.require(caller, use(secret, NO_VERSION));
        }
    }

    /** Not for transactions. */
    SecretValue opened(Caller caller, Secret secret, Version version) {
        if (version.kmsKeyId() == null) {
            return opened(secret.key(), version);
        }
        byte[] content = envelopes.opened(caller, version.sealed(), Duration.ZERO);
        return new SecretValue(version.isText(), Bytes.of(content));
    }

    private SecretValue opened(Key secret, Version version) {
        var content = keys.unseal(PURPOSE, about(secret, version.id()), version.sealed()).orElseThrow(
                () -> new IllegalStateException("The secret " + secret.text(2)
                        + " was encrypted with another key file"));
        return new SecretValue(version.isText(), Bytes.of(content));
    }

    /** Whether a version has this value. */
    boolean isSame(Key secret, Version version, SecretValue value) {
        return version.kmsKeyId() == null ? opened(secret, version).equals(value)
                : Arrays.equals(version.digest(), digest(secret, version.id(), value));
    }

    private static String about(Key secret, String version) {
        return String.join("\n", secret.text(0), secret.text(1), secret.text(2), version);
    }
}
