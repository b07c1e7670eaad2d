package dev.aloft.service.kms;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Kms.EncryptionAlgorithmSpec;
import dev.aloft.api.Kms.IncorrectKeyException;
import dev.aloft.api.Kms.InvalidCiphertextException;
import dev.aloft.api.Kms.KeyUsageType;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.kms.KmsData.StoredKey;
import dev.aloft.service.kms.UsableKeys.Usable;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Cipher;

/** Encrypts and decrypts small things, under keys that are symmetric or RSA. */
final class Encryption {
    /** What OAEP needs beside the two digests. */
    private static final int OAEP_BYTES = 2;

    private final KmsData data;
    private final UsableKeys usable;
    private final KeyIds ids;
    private final Vault vault;
    private final Store store;

    /**
     * What was encrypted.
     *
     * @param materialId of a symmetric key, else null
     */
    record Encrypted(StoredKey key, Bytes blob, String materialId) {}

    /**
     * What was decrypted, and with what.
     *
     * @param materialId of a symmetric key, else null
     */
    record Decrypted(StoredKey key, byte[] plaintext, String materialId) {}

    Encryption(KmsData data, KeyIds ids, UsableKeys usable, Vault vault, Store store) {
        this.data = data;
        this.ids = ids;
        this.usable = usable;
        this.vault = vault;
        this.store = store;
    }

    Kms.EncryptResponse encrypt(Caller caller, Kms.EncryptRequest input) {
        Refusals.tokens(input.grantTokens());
        var algorithm = algorithm(input.encryptionAlgorithm());
        var with = usable.of(caller, input.keyId(), "Encrypt", KeyUsageType.ENCRYPT_DECRYPT, algorithm);
        Refusals.dry(input.dryRun());
        var encrypted = encrypted(with, algorithm, input.plaintext().array(), input.encryptionContext());
        return Kms.EncryptResponse.of(
                r -> r.ciphertextBlob(encrypted.blob()).keyId(with.key().arn()).encryptionAlgorithm(algorithm));
    }

    private static String algorithm(String given) {
        return Objects.requireNonNullElse(given, EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT);
    }

    /** Under a symmetric key, whatever the length. */
    static Encrypted encrypted(Usable with, byte[] plaintext, Map<String, String> context) {
        var key = with.key();
        return new Encrypted(key, Ciphertext.of(key, with.secret(), plaintext, context).blob(),
                key.materialId());
    }

    private static Encrypted encrypted(Usable with, String algorithm, byte[] plaintext, Map<String, String> context) {
        if (with.key().isSymmetric()) {
            return encrypted(with, plaintext, context);
        }
        requireNoContext(context);
        var hash = hash(algorithm);
        int digestBytes = hash.equals("SHA-1") ? 20 : 32;
        int most = with.key().kind().bits / 8 - 2 * digestBytes - OAEP_BYTES;
        if (plaintext.length > most) {
            throw Refusals.invalid("Algorithm " + algorithm + " and key spec " + with.key().spec()
                    + " cannot encrypt data larger than " + most + " bytes.");
        }
        try {
            var cipher = Rsa.oaep(Cipher.ENCRYPT_MODE, Rsa.open(with.key().open()), hash);
            return new Encrypted(with.key(), Bytes.of(cipher.doFinal(plaintext)), null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void requireNoContext(Map<String, String> context) {
        if (context != null && !context.isEmpty()) {
            throw Refusals.invalid("EncryptionContext is only supported for symmetric encryption KMS keys.");
        }
    }

    private static String hash(String algorithm) {
        return algorithm.equals(EncryptionAlgorithmSpec.RSAES_OAEP_SHA_1) ? "SHA-1" : "SHA-256";
    }

    Kms.DecryptResponse decrypt(Caller caller, Kms.DecryptRequest input) {
        Refusals.unbuilt("Decrypt's Recipient", input.recipient());
        Refusals.tokens(input.grantTokens());
        var algorithm = algorithm(input.encryptionAlgorithm());
        var decrypted = decrypted(caller, "Decrypt", input.keyId(), algorithm, input.ciphertextBlob(),
                input.encryptionContext());
        Refusals.dry(input.dryRun());
        return Kms.DecryptResponse.of(r -> r.keyId(decrypted.key().arn()).plaintext(Bytes.of(decrypted.plaintext()))
                .encryptionAlgorithm(algorithm).keyMaterialId(decrypted.materialId()));
    }

    private Decrypted decrypted(Caller caller, String operation, String keyId, String algorithm, Bytes blob,
            Map<String, String> context) {
        if (algorithm.equals(EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT)) {
            return symmetric(caller, operation, keyId, blob, context);
        }
        if (keyId == null) {
            throw Refusals.invalid("KeyId is required when the ciphertext was encrypted under an asymmetric KMS key.");
        }
        requireNoContext(context);
        var with = usable.of(caller, keyId, operation, KeyUsageType.ENCRYPT_DECRYPT, algorithm);
        try {
            var cipher = Rsa.oaep(Cipher.DECRYPT_MODE, Rsa.secret(with.secret()), hash(algorithm));
            return new Decrypted(with.key(), cipher.doFinal(blob.array()), null);
        } catch (GeneralSecurityException _) {
            throw new InvalidCiphertextException("");
        }
    }

    private Decrypted symmetric(Caller caller, String operation, String keyId, Bytes blob,
            Map<String, String> context) {
        var read = Ciphertext.read(blob);
        return store.read(tx -> {
            if (keyId != null) {
                var named = ids.existing(tx, caller, keyId);
                if (read.filter(it -> !it.keyId().equals(named.id())).isPresent()) {
                    throw new IncorrectKeyException(
                            "The key ID in the request does not identify a CMK that can perform this operation.");
                }
                UsableKeys.requireEnabled(named);
                UsableKeys.requireUse(named, operation, KeyUsageType.ENCRYPT_DECRYPT,
                        EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT);
            }
            var ciphertext = read.orElseThrow(() -> new InvalidCiphertextException(""));
            var key = data.keys.get(tx, KmsData.key(ciphertext.account(), caller.region(), ciphertext.keyId()))
                    .orElseThrow(() -> new InvalidCiphertextException(""));
            UsableKeys.requireEnabled(key);
            int number = ciphertext.material();
            var material = data.materials.get(tx, key.key().and(number))
                    .orElseThrow(() -> new InvalidCiphertextException(""));
            return new Decrypted(key, ciphertext.plaintext(vault.opened(key, number, material), context),
                    key.materialId(number, material));
        });
    }

    /** What was encrypted, under another key; nobody sees the plaintext. AWS looks at the source first. */
    Kms.ReEncryptResponse reEncrypt(Caller caller, Kms.ReEncryptRequest input) {
        Refusals.tokens(input.grantTokens());
        var from = algorithm(input.sourceEncryptionAlgorithm());
        var to = algorithm(input.destinationEncryptionAlgorithm());
        var source = decrypted(caller, "ReEncryptFrom", input.sourceKeyId(), from, input.ciphertextBlob(),
                input.sourceEncryptionContext());
        var with = usable.of(caller, input.destinationKeyId(), "ReEncryptTo", KeyUsageType.ENCRYPT_DECRYPT, to);
        Refusals.dry(input.dryRun());
        var encrypted = encrypted(with, to, source.plaintext(), input.destinationEncryptionContext());
        return Kms.ReEncryptResponse.of(r -> r.ciphertextBlob(encrypted.blob()).sourceKeyId(source.key().arn())
                .keyId(with.key().arn()).sourceEncryptionAlgorithm(from).destinationEncryptionAlgorithm(to)
                .sourceKeyMaterialId(source.materialId()).destinationKeyMaterialId(encrypted.materialId()));
    }
}
