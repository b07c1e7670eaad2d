package dev.aloft.service.kms;

import dev.aloft.api.Caller;
import dev.aloft.api.Kms.DisabledException;
import dev.aloft.api.Kms.InvalidKeyUsageException;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.kms.KmsData.StoredKey;

/** Keys with their material, for operations that work with it. AWS looks at the state, the usage, the algorithm. */
final class UsableKeys {
    private final KeyIds ids;
    private final Vault vault;
    private final Store store;

    /** @param secret the material in use */
    record Usable(StoredKey key, byte[] secret) {}

    UsableKeys(KeyIds ids, Vault vault, Store store) {
        this.ids = ids;
        this.vault = vault;
        this.store = store;
    }

    /** The key for an operation that has this usage, with this algorithm. */
    Usable of(Caller caller, String id, String operation, String usage, String algorithm) {
        return store.read(tx -> {
            var key = enabled(tx, caller, id);
            requireUse(key, operation, usage, algorithm);
            return new Usable(key, vault.current(tx, key));
        });
    }

    StoredKey enabled(ReadTx tx, Caller caller, String id) {
        var key = ids.existing(tx, caller, id);
        requireEnabled(key);
        return key;
    }

    static void requireEnabled(StoredKey key) {
        if (key.isEnding()) {
            throw Refusals.ending(key);
        }
        if (key.awaitsImport()) {
            throw Refusals.awaiting(key);
        }
        if (!key.enabled()) {
            throw new DisabledException(key.arn() + " is disabled.");
        }
    }

    static void requireUse(StoredKey key, String operation, String usage, String algorithm) {
        if (!key.usage().equals(usage)) {
            throw new InvalidKeyUsageException(
                    key.arn() + " key usage is " + key.usage() + " which is not valid for " + operation + ".");
        }
        if (!key.kind().algorithms(usage).contains(algorithm)) {
            throw new InvalidKeyUsageException(
                    "Algorithm " + algorithm + " is incompatible with key spec " + key.spec() + ".");
        }
    }
}
