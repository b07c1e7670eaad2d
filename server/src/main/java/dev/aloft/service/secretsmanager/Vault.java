package dev.aloft.service.secretsmanager;

import dev.aloft.api.Bytes;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.secretsmanager.SecretsData.Version;

/** Values of secrets as they lie on disk: sealed under the data folder's key file, each for its own version alone. */
final class Vault {
    private static final String PURPOSE = "secretsmanager";

    private final KeyFile keys;

    Vault(KeyFile keys) {
        this.keys = keys;
    }

    byte[] sealed(Key secret, String version, SecretValue value) {
        return keys.seal(PURPOSE, about(secret, version), value.content().array());
    }

    SecretValue opened(Key secret, Version version) {
        var content = keys.unseal(PURPOSE, about(secret, version.id()), version.sealed()).orElseThrow(
                () -> new IllegalStateException("The secret " + secret.text(2)
                        + " was encrypted with another key file"));
        return new SecretValue(version.isText(), Bytes.of(content));
    }

    private static String about(Key secret, String version) {
        return String.join("\n", secret.text(0), secret.text(1), secret.text(2), version);
    }
}
