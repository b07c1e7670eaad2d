package dev.aloft.service.kms;

import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.service.kms.KmsData.Material;
import dev.aloft.service.kms.KmsData.StoredKey;

/** The material of keys as it lies on disk: sealed under the data folder's key file, each for its own key alone. */
final class Vault {
    private static final String PURPOSE = "kms";

    private final KmsData data;
    private final KeyFile keys;

    Vault(KmsData data, KeyFile keys) {
        this.data = data;
        this.keys = keys;
    }

    byte[] sealed(StoredKey key, int number, byte[] secret) {
        return keys.seal(PURPOSE, about(key, number), secret);
    }

    /** The material that is in use. */
    byte[] current(ReadTx tx, StoredKey key) {
        return opened(key, key.material(), data.materials.get(tx, key.key().and(key.material())).orElseThrow());
    }

    byte[] opened(StoredKey key, int number, Material material) {
        return keys.unseal(PURPOSE, about(key, number), material.sealed()).orElseThrow(
                () -> new IllegalStateException("The key " + key.arn() + " was encrypted with another key file"));
    }

    private static String about(StoredKey key, int number) {
        return key.arn() + "\n" + number;
    }
}
