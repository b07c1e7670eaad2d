package dev.aloft.service.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Bytes;
import dev.aloft.api.Kms;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Map;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.digests.SHAKEDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CryptographyTest extends KmsFixture {
    private static final String INCORRECT =
            "The key ID in the request does not identify a CMK that can perform this operation.";

    @Test
    void aCiphertextKnowsItsKeyAndIsBoundToItsContext() {
        var id = make(_ -> { }).keyId();
        var blob = encrypt(ROOT, id, "secret", Map.of("a", "1", "b", "2"));
        assertThat(decrypt(ROOT, blob, Map.of("b", "2", "a", "1"))).isEqualTo("secret");
        refused("InvalidCiphertextException", "", () -> decrypt(ROOT, blob, null));
        refused("InvalidCiphertextException", "", () -> decrypt(ROOT, bytes("nothing of ours"), null));
        byte[] changed = blob.array().clone();
        changed[changed.length - 1] ^= 1;
        refused("InvalidCiphertextException", "", () -> decrypt(ROOT, Bytes.of(changed), Map.of("a", "1", "b", "2")));
    }

    @Test
    void anotherKeyThanTheCiphertextsIsIncorrect() {
        var first = make(_ -> { });
        var second = make(_ -> { });
        var blob = encrypt(ROOT, first.keyId(), "secret", null);
        refused("IncorrectKeyException", INCORRECT, () -> kms.decrypt(ROOT,
                Kms.DecryptRequest.of(r -> r.keyId(second.keyId()).ciphertextBlob(blob))));
        var hmac = make("HMAC_224", "GENERATE_VERIFY_MAC").keyId();
        refused("IncorrectKeyException", INCORRECT, () -> kms.reEncrypt(ROOT, Kms.ReEncryptRequest.of(
                r -> r.ciphertextBlob(blob).sourceKeyId(hmac).destinationKeyId(hmac))));
        var again = kms.reEncrypt(ROOT, Kms.ReEncryptRequest.of(r -> r.ciphertextBlob(blob)
                .destinationKeyId(second.keyId()).destinationEncryptionContext(Map.of("a", "1"))));
        assertThat(again.sourceKeyId()).isEqualTo(first.arn());
        assertThat(again.keyId()).isEqualTo(second.arn());
        assertThat(decrypt(ROOT, again.ciphertextBlob(), Map.of("a", "1"))).isEqualTo("secret");
    }

    @Test
    void aKeyThatIsDisabledOrEndsCannotBeUsed() {
        var key = make(_ -> { });
        var blob = encrypt(ROOT, key.keyId(), "secret", null);
        kms.disableKey(ROOT, Kms.DisableKeyRequest.of(r -> r.keyId(key.keyId())));
        refused("DisabledException", key.arn() + " is disabled.", () -> encrypt(ROOT, key.keyId(), "x", null));
        refused("DisabledException", key.arn() + " is disabled.", () -> decrypt(ROOT, blob, null));
        kms.enableKey(ROOT, Kms.EnableKeyRequest.of(r -> r.keyId(key.keyId())));
        assertThat(decrypt(ROOT, blob, null)).isEqualTo("secret");
        end(key.keyId(), 7);
        refused("KMSInvalidStateException", key.arn() + " is pending deletion.", () -> decrypt(ROOT, blob, null));
    }

    @Test
    void aKeyIsUsedForNothingElse() {
        var symmetric = make(_ -> { });
        var hmac = make("HMAC_224", "GENERATE_VERIFY_MAC");
        refused("InvalidKeyUsageException",
                symmetric.arn() + " key usage is ENCRYPT_DECRYPT which is not valid for GenerateMac.",
                () -> mac(symmetric.keyId(), "HMAC_SHA_256", "m"));
        refused("InvalidKeyUsageException", "Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224.",
                () -> mac(hmac.keyId(), "HMAC_SHA_256", "m"));
        refused("InvalidKeyUsageException",
                hmac.arn() + " key usage is GENERATE_VERIFY_MAC which is not valid for Encrypt.",
                () -> encrypt(ROOT, hmac.keyId(), "x", null));
    }

    @ParameterizedTest
    @CsvSource({"RSAES_OAEP_SHA_1, 214", "RSAES_OAEP_SHA_256, 190"})
    void rsaEncryptsWhatFits(String algorithm, int most) {
        var id = make("RSA_2048", "ENCRYPT_DECRYPT").keyId();
        var blob = rsa(id, algorithm, most);
        assertThat(kms.decrypt(ROOT, Kms.DecryptRequest.of(r -> r.keyId(id).encryptionAlgorithm(algorithm)
                .ciphertextBlob(blob))).plaintext().length()).isEqualTo(most);
        refused("ValidationException", "Algorithm " + algorithm + " and key spec RSA_2048 cannot encrypt data larger"
                + " than " + most + " bytes.", () -> rsa(id, algorithm, most + 1));
    }

    private Bytes rsa(String id, String algorithm, int length) {
        return kms.encrypt(ROOT, Kms.EncryptRequest.of(r -> r.keyId(id).encryptionAlgorithm(algorithm)
                .plaintext(bytes("x".repeat(length))))).ciphertextBlob();
    }

    @Test
    void dataKeysComePlainAndEncrypted() {
        var id = make(_ -> { }).keyId();
        var made = kms.generateDataKey(ROOT, Kms.GenerateDataKeyRequest.of(r -> r.keyId(id).keySpec("AES_256")));
        assertThat(made.plaintext().length()).isEqualTo(32);
        assertThat(kms.decrypt(ROOT, Kms.DecryptRequest.of(r -> r.ciphertextBlob(made.ciphertextBlob()))).plaintext())
                .isEqualTo(made.plaintext());
        var pair = kms.generateDataKeyPair(ROOT,
                Kms.GenerateDataKeyPairRequest.of(r -> r.keyId(id).keyPairSpec("ECC_NIST_P256")));
        assertThat(kms.decrypt(ROOT, Kms.DecryptRequest.of(r -> r.ciphertextBlob(pair.privateKeyCiphertextBlob())))
                .plaintext()).isEqualTo(pair.privateKeyPlaintext());
        refused("ValidationException", "Please specify either number of bytes or key spec.",
                () -> kms.generateDataKey(ROOT, Kms.GenerateDataKeyRequest.of(r -> r.keyId(id))));
        refused("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.",
                () -> kms.generateDataKey(ROOT,
                        Kms.GenerateDataKeyRequest.of(r -> r.keyId(id).numberOfBytes(8).dryRun(true))));
        refused("ValidationException", "NumberOfBytes is required.",
                () -> kms.generateRandom(ROOT, Kms.GenerateRandomRequest.of(_ -> { })));
    }

    @ParameterizedTest
    @CsvSource({"RSA_2048, RSASSA_PSS_SHA_256", "RSA_2048, RSASSA_PSS_SHA_512", "RSA_2048, RSASSA_PKCS1_V1_5_SHA_384",
            "ECC_NIST_P256, ECDSA_SHA_256", "ECC_NIST_P521, ECDSA_SHA_512"})
    void aSignatureHoldsForItsMessageAlone(String spec, String algorithm) throws Exception {
        var id = make(spec, "SIGN_VERIFY").keyId();
        var hash = "SHA-" + algorithm.substring(algorithm.length() - 3);
        var digest = Bytes.of(MessageDigest.getInstance(hash).digest(bytes("message").array()));
        var ofMessage = sign(id, algorithm, "RAW", bytes("message"));
        var ofDigest = sign(id, algorithm, "DIGEST", digest);
        assertThat(verify(id, algorithm, "DIGEST", digest, ofMessage)).isTrue();
        assertThat(verify(id, algorithm, "RAW", bytes("message"), ofDigest)).isTrue();
        assertThat(isValidElsewhere(id, spec, algorithm, ofDigest)).isTrue();
        refused("KMSInvalidSignatureException", "", () -> verify(id, algorithm, "RAW", bytes("other"), ofMessage));
        refused("KMSInvalidSignatureException", "", () -> verify(id, algorithm, "DIGEST", digest, bytes("no")));
        refused("ValidationException", "Digest is invalid length for algorithm " + algorithm + ".",
                () -> sign(id, algorithm, "DIGEST", bytes("short")));
    }

    @Test
    void anEdwardsKeySignsMessagesOrDigestsOfThem() throws Exception {
        var id = make("ECC_NIST_EDWARDS25519", "SIGN_VERIFY").keyId();
        var pure = sign(id, "ED25519_SHA_512", "RAW", bytes("message"));
        assertThat(verify(id, "ED25519_SHA_512", "RAW", bytes("message"), pure)).isTrue();
        assertThat(isValidElsewhere(id, "Ed25519", bytes("message"), pure)).isTrue();
        refused("KMSInvalidSignatureException", "",
                () -> verify(id, "ED25519_SHA_512", "RAW", bytes("other"), pure));
        var digest = Bytes.of(MessageDigest.getInstance("SHA-512").digest(bytes("message").array()));
        var hashed = sign(id, "ED25519_PH_SHA_512", "DIGEST", digest);
        assertThat(verify(id, "ED25519_PH_SHA_512", "DIGEST", digest, hashed)).isTrue();
        refused("KMSInvalidSignatureException", "", () -> verify(id, "ED25519_SHA_512", "RAW", digest, hashed));
        refused("ValidationException", "MessageType RAW is incompatible with algorithm ED25519_PH_SHA_512.",
                () -> sign(id, "ED25519_PH_SHA_512", "RAW", bytes("message")));
        refused("ValidationException", "MessageType DIGEST is incompatible with algorithm ED25519_SHA_512.",
                () -> sign(id, "ED25519_SHA_512", "DIGEST", digest));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ML_DSA_44", "ML_DSA_65", "ML_DSA_87"})
    void aLatticeKeySignsMessagesOrTheirRepresentatives(String spec) throws Exception {
        var id = make(spec, "SIGN_VERIFY").keyId();
        var ofMessage = sign(id, "ML_DSA_SHAKE_256", "RAW", bytes("message"));
        assertThat(isValidElsewhere(id, spec.replace('_', '-'), bytes("message"), ofMessage)).isTrue();
        var mu = mu(id, bytes("message"));
        assertThat(verify(id, "ML_DSA_SHAKE_256", "EXTERNAL_MU", mu, ofMessage)).isTrue();
        var ofMu = sign(id, "ML_DSA_SHAKE_256", "EXTERNAL_MU", mu);
        assertThat(verify(id, "ML_DSA_SHAKE_256", "RAW", bytes("message"), ofMu)).isTrue();
        refused("KMSInvalidSignatureException", "",
                () -> verify(id, "ML_DSA_SHAKE_256", "RAW", bytes("other"), ofMessage));
        refused("ValidationException", "Digest is invalid length for algorithm ML_DSA_SHAKE_256.",
                () -> sign(id, "ML_DSA_SHAKE_256", "EXTERNAL_MU", bytes("short")));
        var kind = KeySpec.of(spec);
        var made = kind.make();
        assertThat(WholeSignature.openOf(kind, made.secret()).getEncoded()).isEqualTo(made.open());
    }

    /** SHAKE256 of the public key's hash, an empty context and the message, as FIPS 204 has it. */
    private Bytes mu(String id, Bytes message) {
        var open = SubjectPublicKeyInfo.getInstance(openOf(id).array()).getPublicKeyData().getOctets();
        byte[] hash = new byte[64];
        var shake = new SHAKEDigest(256);
        shake.update(open, 0, open.length);
        shake.doFinal(hash, 0, hash.length);
        byte[] mu = new byte[64];
        shake.update(hash, 0, hash.length);
        shake.update(new byte[2], 0, 2);
        shake.update(message.array(), 0, message.length());
        shake.doFinal(mu, 0, mu.length);
        return Bytes.of(mu);
    }

    private Bytes openOf(String id) {
        return kms.getPublicKey(ROOT, Kms.GetPublicKeyRequest.of(r -> r.keyId(id))).publicKey();
    }

    private boolean isValidElsewhere(String id, String algorithm, Bytes message, Bytes signature) throws Exception {
        var verifier = Signature.getInstance(algorithm);
        verifier.initVerify(KeyFactory.getInstance(algorithm).generatePublic(
                new X509EncodedKeySpec(openOf(id).array())));
        verifier.update(message.array());
        return verifier.verify(signature.array());
    }

    private Bytes sign(String id, String algorithm, String type, Bytes message) {
        return kms.sign(ROOT, Kms.SignRequest.of(r -> r.keyId(id).signingAlgorithm(algorithm).messageType(type)
                .message(message))).signature();
    }

    private boolean verify(String id, String algorithm, String type, Bytes message, Bytes signature) {
        return kms.verify(ROOT, Kms.VerifyRequest.of(r -> r.keyId(id).signingAlgorithm(algorithm).messageType(type)
                .message(message).signature(signature))).signatureValid();
    }

    /** By the public key alone, with what Java has. */
    private boolean isValidElsewhere(String id, String spec, String algorithm, Bytes signature) throws Exception {
        var open = openOf(id);
        var bits = algorithm.substring(algorithm.length() - 3);
        boolean isPss = algorithm.contains("PSS");
        var verifier = Signature.getInstance(isPss ? "RSASSA-PSS"
                : "SHA" + bits + (spec.startsWith("RSA") ? "withRSA" : "withECDSA"));
        if (isPss) {
            verifier.setParameter(new PSSParameterSpec("SHA-" + bits, "MGF1", new MGF1ParameterSpec("SHA-" + bits),
                    Integer.parseInt(bits) / 8, 1));
        }
        verifier.initVerify(KeyFactory.getInstance(spec.startsWith("RSA") ? "RSA" : "EC")
                .generatePublic(new X509EncodedKeySpec(open.array())));
        verifier.update("message".getBytes(StandardCharsets.UTF_8));
        return verifier.verify(signature.array());
    }

    @Test
    void aCodeHoldsForItsMessageAlone() {
        var id = make("HMAC_256", "GENERATE_VERIFY_MAC").keyId();
        var code = mac(id, "HMAC_SHA_256", "message");
        assertThat(kms.verifyMac(ROOT, Kms.VerifyMacRequest.of(r -> r.keyId(id).macAlgorithm("HMAC_SHA_256")
                .message(bytes("message")).mac(code))).macValid()).isTrue();
        refused("KMSInvalidMacException", "", () -> kms.verifyMac(ROOT, Kms.VerifyMacRequest.of(
                r -> r.keyId(id).macAlgorithm("HMAC_SHA_256").message(bytes("other")).mac(code))));
    }

    private Bytes mac(String id, String algorithm, String message) {
        return kms.generateMac(ROOT, Kms.GenerateMacRequest.of(
                r -> r.keyId(id).macAlgorithm(algorithm).message(bytes(message)))).mac();
    }

    @Test
    void rotationLeavesWhatWasEncryptedReadable() {
        var key = make(_ -> { });
        var old = encrypt(ROOT, key.keyId(), "old", null);
        kms.enableKeyRotation(ROOT, Kms.EnableKeyRotationRequest.of(
                r -> r.keyId(key.keyId()).rotationPeriodInDays(90)));
        assertThat(status(key.keyId()).nextRotationDate()).isEqualTo(time.instant().plus(Duration.ofDays(90)));
        time.advance(Duration.ofDays(90));
        assertThat(describe(key.keyId()).currentKeyMaterialId()).isNotEqualTo(key.currentKeyMaterialId());
        kms.rotateKeyOnDemand(ROOT, Kms.RotateKeyOnDemandRequest.of(r -> r.keyId(key.keyId())));
        assertThat(kms.listKeyRotations(ROOT, Kms.ListKeyRotationsRequest.of(r -> r.keyId(key.keyId()))).rotations())
                .extracting(Kms.RotationsListEntry::rotationType).containsExactly("AUTOMATIC", "ON_DEMAND");
        assertThat(decrypt(ROOT, old, null)).isEqualTo("old");
        kms.disableKeyRotation(ROOT, Kms.DisableKeyRotationRequest.of(r -> r.keyId(key.keyId())));
        assertThat(status(key.keyId())).isEqualTo(Kms.GetKeyRotationStatusResponse.of(
                r -> r.keyId(key.keyId()).keyRotationEnabled(false)));
    }

    private Kms.GetKeyRotationStatusResponse status(String id) {
        return kms.getKeyRotationStatus(ROOT, Kms.GetKeyRotationStatusRequest.of(r -> r.keyId(id)));
    }

    @Test
    void onlySymmetricKeysRotateAndTwentyFiveTimesAtOnce() {
        var mac = make("HMAC_256", "GENERATE_VERIFY_MAC").keyId();
        refused("UnsupportedOperationException", "",
                () -> kms.enableKeyRotation(ROOT, Kms.EnableKeyRotationRequest.of(r -> r.keyId(mac))));
        var key = make(_ -> { });
        var now = Kms.RotateKeyOnDemandRequest.of(r -> r.keyId(key.keyId()));
        for (int i = 0; i < 25; i++) {
            kms.rotateKeyOnDemand(ROOT, now);
        }
        refused("LimitExceededException", "The on-demand rotations limit has been reached for the given keyId. No more"
                + " on-demand rotations can be performed for this key: " + key.arn(),
                () -> kms.rotateKeyOnDemand(ROOT, now));
    }

    @Test
    void twoSidesDeriveTheSameSecret() {
        var ours = make("ECC_NIST_P384", "KEY_AGREEMENT");
        var theirs = make("ECC_NIST_P384", "KEY_AGREEMENT");
        assertThat(ours.keyAgreementAlgorithms()).containsExactly("ECDH");
        assertThat(derived(ours, theirs)).isEqualTo(derived(theirs, ours));
        var other = make("ECC_NIST_P256", "KEY_AGREEMENT");
        refused("ValidationException", "PublicKey is not a valid public key of the curve of ECC_NIST_P384.",
                () -> derived(ours, other));
        refused("ValidationException", "KeyUsage KEY_AGREEMENT is not compatible with KeySpec ECC_SECG_P256K1",
                () -> make("ECC_SECG_P256K1", "KEY_AGREEMENT"));
    }

    private Bytes derived(Kms.KeyMetadata ours, Kms.KeyMetadata theirs) {
        var open = kms.getPublicKey(ROOT, Kms.GetPublicKeyRequest.of(r -> r.keyId(theirs.keyId()))).publicKey();
        return kms.deriveSharedSecret(ROOT, Kms.DeriveSharedSecretRequest.of(
                r -> r.keyId(ours.keyId()).keyAgreementAlgorithm("ECDH").publicKey(open))).sharedSecret();
    }
}
