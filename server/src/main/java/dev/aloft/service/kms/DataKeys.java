package dev.aloft.service.kms;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Kms.EncryptionAlgorithmSpec;
import dev.aloft.api.Kms.KeyUsageType;
import dev.aloft.service.kms.Encryption.Encrypted;
import java.util.List;
import java.util.Map;

/** Keys for use outside of KMS, which keeps none of them: plain, and encrypted under a symmetric key of KMS. */
final class DataKeys {
    private static final int AES_128_BYTES = 16;
    private static final int AES_256_BYTES = 32;

    private final UsableKeys usable;

    DataKeys(UsableKeys usable) {
        this.usable = usable;
    }

    Kms.GenerateDataKeyResponse generate(Caller caller, Kms.GenerateDataKeyRequest input) {
        Refusals.unbuilt("GenerateDataKey's Recipient", input.recipient());
        byte[] plain = KeySpec.random(length(input.keySpec(), input.numberOfBytes()));
        var made = encrypted(caller, "GenerateDataKey", input.keyId(), plain, input.encryptionContext(),
                input.grantTokens(), input.dryRun());
        return Kms.GenerateDataKeyResponse.of(r -> r.ciphertextBlob(made.blob()).plaintext(Bytes.of(plain))
                .keyId(made.key().arn()).keyMaterialId(made.materialId()));
    }

    Kms.GenerateDataKeyWithoutPlaintextResponse generate(Caller caller,
            Kms.GenerateDataKeyWithoutPlaintextRequest input) {
        byte[] plain = KeySpec.random(length(input.keySpec(), input.numberOfBytes()));
        var made = encrypted(caller, "GenerateDataKeyWithoutPlaintext", input.keyId(), plain,
                input.encryptionContext(), input.grantTokens(), input.dryRun());
        return Kms.GenerateDataKeyWithoutPlaintextResponse.of(
                r -> r.ciphertextBlob(made.blob()).keyId(made.key().arn()).keyMaterialId(made.materialId()));
    }

    private static int length(String spec, Integer bytes) {
        if ((spec == null) == (bytes == null)) {
            throw Refusals.invalid("Please specify either number of bytes or key spec.");
        }
        return bytes != null ? bytes : spec.equals(Kms.DataKeySpec.AES_128) ? AES_128_BYTES : AES_256_BYTES;
    }

    Kms.GenerateDataKeyPairResponse generate(Caller caller, Kms.GenerateDataKeyPairRequest input) {
        Refusals.unbuilt("GenerateDataKeyPair's Recipient", input.recipient());
        var pair = KeySpec.of(input.keyPairSpec()).make();
        var made = encrypted(caller, "GenerateDataKeyPair", input.keyId(), pair.secret(), input.encryptionContext(),
                input.grantTokens(), input.dryRun());
        return Kms.GenerateDataKeyPairResponse.of(r -> r.privateKeyCiphertextBlob(made.blob())
                .privateKeyPlaintext(Bytes.of(pair.secret())).publicKey(Bytes.of(pair.open()))
                .keyId(made.key().arn()).keyPairSpec(input.keyPairSpec()).keyMaterialId(made.materialId()));
    }

    Kms.GenerateDataKeyPairWithoutPlaintextResponse generate(Caller caller,
            Kms.GenerateDataKeyPairWithoutPlaintextRequest input) {
        var pair = KeySpec.of(input.keyPairSpec()).make();
        var made = encrypted(caller, "GenerateDataKeyPairWithoutPlaintext", input.keyId(), pair.secret(),
                input.encryptionContext(), input.grantTokens(), input.dryRun());
        return Kms.GenerateDataKeyPairWithoutPlaintextResponse.of(r -> r.privateKeyCiphertextBlob(made.blob())
                .publicKey(Bytes.of(pair.open())).keyId(made.key().arn()).keyPairSpec(input.keyPairSpec())
                .keyMaterialId(made.materialId()));
    }

    private Encrypted encrypted(Caller caller, String operation, String keyId, byte[] plain,
            Map<String, String> context, List<String> grantTokens, Boolean dryRun) {
        Refusals.tokens(grantTokens);
        var with = usable.of(caller, keyId, operation, KeyUsageType.ENCRYPT_DECRYPT,
                EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT);
        Refusals.dry(dryRun);
        return Encryption.encrypted(with, plain, context);
    }

    Kms.GenerateRandomResponse random(Kms.GenerateRandomRequest input) {
        Refusals.unbuilt("GenerateRandom's Recipient", input.recipient());
        Refusals.unbuilt("GenerateRandom's CustomKeyStoreId", input.customKeyStoreId());
        if (input.numberOfBytes() == null) {
            throw Refusals.invalid("NumberOfBytes is required.");
        }
        return Kms.GenerateRandomResponse.of(r -> r.plaintext(Bytes.of(KeySpec.random(input.numberOfBytes()))));
    }
}
