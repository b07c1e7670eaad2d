package dev.aloft.service.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

import dev.aloft.api.Bytes;
import dev.aloft.api.Kms;
import dev.aloft.api.Kms.ImportKeyMaterialResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportsTest extends KmsFixture {
    private static final byte[] FIRST = KeySpec.random(32);
    private static final byte[] SECOND = KeySpec.random(32);
    private final Map<String, Kms.GetParametersForImportResponse> parameters = new HashMap<>();

    private Kms.KeyMetadata external(String spec, String usage) {
        return make(r -> r.origin("EXTERNAL").keySpec(spec).keyUsage(usage));
    }

    private Kms.GetParametersForImportResponse parameters(String id, String algorithm) {
        return kms.getParametersForImport(ROOT, Kms.GetParametersForImportRequest.of(
                r -> r.keyId(id).wrappingAlgorithm(algorithm).wrappingKeySpec("RSA_2048")));
    }

    private ImportKeyMaterialResponse take(String id, byte[] material,
            Consumer<Kms.ImportKeyMaterialRequest.Builder> with) {
        // A pair of keys takes its time.
        var known = parameters.computeIfAbsent(id, it -> parameters(it, "RSAES_OAEP_SHA_256"));
        return take(known, id, material, with);
    }

    private ImportKeyMaterialResponse take(Kms.GetParametersForImportResponse parameters, String id, byte[] material,
            Consumer<Kms.ImportKeyMaterialRequest.Builder> with) {
        return kms.importKeyMaterial(ROOT, Kms.ImportKeyMaterialRequest.of(r -> {
            r.keyId(id).importToken(parameters.importToken()).expirationModel("KEY_MATERIAL_DOES_NOT_EXPIRE")
                    .encryptedKeyMaterial(wrapped(parameters, material));
            with.accept(r);
        }));
    }

    private static Bytes wrapped(Kms.GetParametersForImportResponse parameters, byte[] material) {
        try {
            return Bytes.of(Rsa.oaep(Cipher.ENCRYPT_MODE, Rsa.open(parameters.publicKey().array()), "SHA-256")
                    .doFinal(material));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aKeyWaitsForItsMaterialAndAgainWhenThatIsDeleted() {
        var key = external(null, null);
        assertThat(key.keyState()).isEqualTo("PendingImport");
        assertThat(key.enabled()).isFalse();
        assertThat(key.origin()).isEqualTo("EXTERNAL");
        assertThat(key.currentKeyMaterialId()).isNull();
        refused("KMSInvalidStateException", key.arn() + " is pending import.",
                () -> encrypt(ROOT, key.keyId(), "x", null));
        var taken = take(key.keyId(), FIRST, _ -> { });
        var usable = describe(key.keyId());
        assertThat(usable.keyState()).isEqualTo("Enabled");
        assertThat(usable.expirationModel()).isEqualTo("KEY_MATERIAL_DOES_NOT_EXPIRE");
        assertThat(usable.currentKeyMaterialId()).isEqualTo(taken.keyMaterialId());
        var blob = encrypt(ROOT, key.keyId(), "x", null);
        delete(key.keyId(), null);
        assertThat(describe(key.keyId()).keyState()).isEqualTo("PendingImport");
        refused("KMSInvalidStateException", key.arn() + " is pending import.", () -> decrypt(ROOT, blob, null));
        refused("IncorrectKeyMaterialException", "The key material does not fit the KMS key " + key.arn() + ".",
                () -> take(key.keyId(), SECOND, _ -> { }));
        take(key.keyId(), FIRST, _ -> { });
        assertThat(decrypt(ROOT, blob, null)).isEqualTo("x");
    }

    private void delete(String id, String material) {
        kms.deleteImportedKeyMaterial(ROOT,
                Kms.DeleteImportedKeyMaterialRequest.of(r -> r.keyId(id).keyMaterialId(material)));
    }

    @Test
    void materialExpires() {
        var key = external(null, null);
        refused("ValidationException", "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
                () -> take(key.keyId(), FIRST, r -> r.expirationModel(null)));
        var until = time.instant().plus(Duration.ofDays(10));
        take(key.keyId(), FIRST, r -> r.expirationModel("KEY_MATERIAL_EXPIRES").validTo(until));
        parameters.clear();
        assertThat(describe(key.keyId()).validTo()).isEqualTo(until);
        time.advance(Duration.ofDays(9));
        var later = until.plus(Duration.ofDays(9));
        take(key.keyId(), FIRST, r -> r.expirationModel("KEY_MATERIAL_EXPIRES").validTo(later));
        time.advance(Duration.ofDays(9));
        assertThat(describe(key.keyId()).keyState()).isEqualTo("Enabled");
        time.advance(Duration.ofDays(2));
        assertThat(describe(key.keyId()).keyState()).isEqualTo("PendingImport");
        assertThat(describe(key.keyId()).validTo()).isNull();
    }

    @Test
    void otherMaterialIsBroughtInForARotation() {
        var key = external(null, null);
        take(key.keyId(), FIRST, _ -> { });
        var blob = encrypt(ROOT, key.keyId(), "x", null);
        refused("KMSInvalidStateException",
                "No available key material pending rotation for the key: " + key.arn() + ".",
                () -> rotate(key.keyId()));
        var second = take(key.keyId(), SECOND, r -> r.importType("NEW_KEY_MATERIAL")).keyMaterialId();
        assertThat(describe(key.keyId()).currentKeyMaterialId()).isNotEqualTo(second);
        var third = KeySpec.random(32);
        assertThat(catchThrowable(
                () -> take(key.keyId(), third, r -> r.importType("NEW_KEY_MATERIAL"))))
                .isInstanceOf(Kms.KMSInvalidStateException.class)
                .hasMessageMatching("New key material \\(id: [0-9a-f]{64}\\) cannot be imported into KMS key "
                        + key.arn() + ", because another key material \\(id: "
                        + second + "\\) is pending rotation.");
        rotate(key.keyId());
        assertThat(describe(key.keyId()).currentKeyMaterialId()).isEqualTo(second);
        assertThat(decrypt(ROOT, blob, null)).isEqualTo("x");
        assertThat(kms.listKeyRotations(ROOT, Kms.ListKeyRotationsRequest.of(
                r -> r.keyId(key.keyId()).includeKeyMaterial("ALL_KEY_MATERIAL"))).rotations())
                .extracting(Kms.RotationsListEntry::keyMaterialState, Kms.RotationsListEntry::importState)
                .containsExactly(tuple("NON_CURRENT", "IMPORTED"),
                        tuple("CURRENT", "IMPORTED"));
        delete(key.keyId(), describe(key.keyId()).currentKeyMaterialId());
        refused("KMSInvalidStateException", key.arn() + " is pending import.", () -> decrypt(ROOT, blob, null));
        refused("UnsupportedOperationException",
                key.arn() + " origin is EXTERNAL which is not valid for this operation.", () -> {
                    take(key.keyId(), SECOND, _ -> { });
                    kms.enableKeyRotation(ROOT, Kms.EnableKeyRotationRequest.of(r -> r.keyId(key.keyId())));
                });
    }

    private void rotate(String id) {
        kms.rotateKeyOnDemand(ROOT, Kms.RotateKeyOnDemandRequest.of(r -> r.keyId(id)));
    }

    @ParameterizedTest
    @CsvSource({"ECC_NIST_P256, ECDSA_SHA_256", "ECC_NIST_P521, ECDSA_SHA_512", "ECC_SECG_P256K1, ECDSA_SHA_256",
            "ECC_NIST_EDWARDS25519, ED25519_SHA_512"})
    void aKeyOfACurveSignsWithWhatWasImported(String spec, String algorithm) {
        var key = external(spec, "SIGN_VERIFY");
        var pair = KeySpec.of(spec).make();
        take(key.keyId(), pair.secret(), _ -> { });
        assertThat(kms.getPublicKey(ROOT, Kms.GetPublicKeyRequest.of(r -> r.keyId(key.keyId()))).publicKey())
                .isEqualTo(Bytes.of(pair.open()));
        var signature = kms.sign(ROOT, Kms.SignRequest.of(
                r -> r.keyId(key.keyId()).message(bytes("x")).signingAlgorithm(algorithm))).signature();
        assertThat(kms.verify(ROOT, Kms.VerifyRequest.of(r -> r.keyId(key.keyId()).message(bytes("x"))
                .signature(signature).signingAlgorithm(algorithm))).signatureValid()).isTrue();
        var other = KeySpec.of(spec.equals("ECC_NIST_P256") ? "ECC_NIST_P384" : "ECC_NIST_P256").make();
        refused("IncorrectKeyMaterialException", "The key material does not fit the KMS key " + key.arn() + ".",
                () -> take(key.keyId(), other.secret(), _ -> { }));
    }

    @Test
    void aLongKeyComesUnderAnAesKey() throws GeneralSecurityException {
        var key = external("RSA_2048", "SIGN_VERIFY");
        var pair = KeySpec.RSA_2048.make();
        var parameters = parameters(key.keyId(), "RSA_AES_KEY_WRAP_SHA_256");
        var aes = new SecretKeySpec(KeySpec.random(32), "AES");
        var wrapping = Cipher.getInstance("AES/KWP/NoPadding");
        wrapping.init(Cipher.WRAP_MODE, aes);
        byte[] under = wrapping.wrap(new SecretKeySpec(pair.secret(), "AES"));
        byte[] first = wrapped(parameters, aes.getEncoded()).array();
        byte[] both = Arrays.copyOf(first, first.length + under.length);
        System.arraycopy(under, 0, both, first.length, under.length);
        take(parameters, key.keyId(), new byte[1], r -> r.encryptedKeyMaterial(Bytes.of(both)));
        assertThat(kms.getPublicKey(ROOT, Kms.GetPublicKeyRequest.of(r -> r.keyId(key.keyId()))).publicKey())
                .isEqualTo(Bytes.of(pair.open()));
    }

    @Test
    void aTokenIsForItsKeyAndForADay() {
        var key = external(null, null);
        var other = external("HMAC_256", "GENERATE_VERIFY_MAC");
        var parameters = parameters(key.keyId(), "RSAES_OAEP_SHA_256");
        assertThat(parameters.keyId()).isEqualTo(key.arn());
        assertThat(parameters.parametersValidTo()).isEqualTo(time.instant().plus(Duration.ofDays(1)));
        refused("InvalidImportTokenException", "", () -> take(parameters, other.keyId(), FIRST, _ -> { }));
        refused("InvalidCiphertextException", "", () -> take(parameters, key.keyId(), FIRST,
                r -> r.encryptedKeyMaterial(bytes("nothing"))));
        refused("IncorrectKeyMaterialException", "The key material does not fit the KMS key " + key.arn() + ".",
                () -> take(parameters, key.keyId(), new byte[16], _ -> { }));
        time.advance(Duration.ofHours(25));
        refused("ExpiredImportTokenException", "", () -> take(parameters, key.keyId(), FIRST, _ -> { }));
        var own = make(_ -> { });
        refused("UnsupportedOperationException",
                own.arn() + " origin is AWS_KMS which is not valid for this operation.",
                () -> parameters(own.keyId(), "RSAES_OAEP_SHA_256"));
    }

    @Test
    void aReplicaNeedsTheSameMaterial() {
        var key = make(r -> r.origin("EXTERNAL").multiRegion(true));
        take(key.keyId(), FIRST, _ -> { });
        kms.replicateKey(ROOT, Kms.ReplicateKeyRequest.of(r -> r.keyId(key.keyId()).replicaRegion("us-west-2")));
        var west = ROOT.in(ACCOUNT, "us-west-2");
        var replica = kms.describeKey(west, Kms.DescribeKeyRequest.of(r -> r.keyId(key.keyId()))).keyMetadata();
        assertThat(replica.keyState()).isEqualTo("PendingImport");
        var parameters = kms.getParametersForImport(west, Kms.GetParametersForImportRequest.of(r -> r.keyId(key.keyId())
                .wrappingAlgorithm("RSAES_OAEP_SHA_256").wrappingKeySpec("RSA_2048")));
        kms.importKeyMaterial(west, Kms.ImportKeyMaterialRequest.of(r -> r.keyId(key.keyId())
                .importToken(parameters.importToken()).encryptedKeyMaterial(wrapped(parameters, FIRST))
                .expirationModel("KEY_MATERIAL_DOES_NOT_EXPIRE")));
        var blob = encrypt(ROOT, key.keyId(), "x", Map.of());
        assertThat(decrypt(west, blob, null)).isEqualTo("x");
        assertThat(List.of(describe(key.keyId()).currentKeyMaterialId()))
                .containsExactly(kms.describeKey(west, Kms.DescribeKeyRequest.of(r -> r.keyId(key.keyId())))
                        .keyMetadata().currentKeyMaterialId());
    }
}
