package dev.aloft.service.kms;

import dev.aloft.api.ApiError;
import dev.aloft.api.Kms;
import dev.aloft.api.Kms.EncryptionAlgorithmSpec;
import dev.aloft.api.Kms.KeyUsageType;
import dev.aloft.api.Kms.SigningAlgorithmSpec;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The kinds of keys, what each can do and how it is made.
 *
 * @see <a href="https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html">
 *     Key spec reference</a>
 */
enum KeySpec {
    SYMMETRIC_DEFAULT(Family.SYMMETRIC, 256, null, List.of(EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT)),
    RSA_2048(Family.RSA, 2048, null, Family.RSA_SIGNATURES),
    RSA_3072(Family.RSA, 3072, null, Family.RSA_SIGNATURES),
    RSA_4096(Family.RSA, 4096, null, Family.RSA_SIGNATURES),
    ECC_NIST_P256(Family.CURVE, 256, "secp256r1", List.of(SigningAlgorithmSpec.ECDSA_SHA_256)),
    ECC_NIST_P384(Family.CURVE, 384, "secp384r1", List.of(SigningAlgorithmSpec.ECDSA_SHA_384)),
    ECC_NIST_P521(Family.CURVE, 521, "secp521r1", List.of(SigningAlgorithmSpec.ECDSA_SHA_512)),
    ECC_SECG_P256K1(Family.CURVE, 256, "secp256k1", List.of(SigningAlgorithmSpec.ECDSA_SHA_256)),
    ECC_NIST_EDWARDS25519(Family.WHOLE, 256, "Ed25519",
            List.of(SigningAlgorithmSpec.ED25519_SHA_512, SigningAlgorithmSpec.ED25519_PH_SHA_512)),
    ML_DSA_44(Family.WHOLE, 0, "ML-DSA-44", List.of(SigningAlgorithmSpec.ML_DSA_SHAKE_256)),
    ML_DSA_65(Family.WHOLE, 0, "ML-DSA-65", List.of(SigningAlgorithmSpec.ML_DSA_SHAKE_256)),
    ML_DSA_87(Family.WHOLE, 0, "ML-DSA-87", List.of(SigningAlgorithmSpec.ML_DSA_SHAKE_256)),
    HMAC_224(Family.HMAC, 224, "HmacSHA224", List.of(Kms.MacAlgorithmSpec.HMAC_SHA_224)),
    HMAC_256(Family.HMAC, 256, "HmacSHA256", List.of(Kms.MacAlgorithmSpec.HMAC_SHA_256)),
    HMAC_384(Family.HMAC, 384, "HmacSHA384", List.of(Kms.MacAlgorithmSpec.HMAC_SHA_384)),
    HMAC_512(Family.HMAC, 512, "HmacSHA512", List.of(Kms.MacAlgorithmSpec.HMAC_SHA_512));

    private static final SecureRandom RANDOM = new SecureRandom();

    /** How keys of a kind work. */
    enum Family {
        SYMMETRIC, RSA, CURVE, HMAC,
        /** Signs messages themselves, not digests of them. */
        WHOLE;

        private static final List<String> RSA_SIGNATURES = List.of(
                SigningAlgorithmSpec.RSASSA_PKCS1_V1_5_SHA_256, SigningAlgorithmSpec.RSASSA_PKCS1_V1_5_SHA_384,
                SigningAlgorithmSpec.RSASSA_PKCS1_V1_5_SHA_512, SigningAlgorithmSpec.RSASSA_PSS_SHA_256,
                SigningAlgorithmSpec.RSASSA_PSS_SHA_384, SigningAlgorithmSpec.RSASSA_PSS_SHA_512);
        private static final List<String> RSA_ENCRYPTIONS =
                List.of(EncryptionAlgorithmSpec.RSAES_OAEP_SHA_1, EncryptionAlgorithmSpec.RSAES_OAEP_SHA_256);
    }

    final Family family;
    final int bits;
    /** Of a curve or of a hash, as Java calls it. */
    final String javaName;
    private final List<String> algorithms;

    KeySpec(Family family, int bits, String javaName, List<String> algorithms) {
        this.family = family;
        this.bits = bits;
        this.javaName = javaName;
        this.algorithms = algorithms;
    }

    /** Of those that AWS knows; one that is not built is told by its name. */
    static KeySpec of(String name) {
        return Arrays.stream(values()).filter(spec -> spec.name().equals(name)).findFirst()
                .orElseThrow(() -> ApiError.notBuilt("A KMS key of the KeySpec " + name));
    }

    /** What a key of this kind can be for. */
    List<String> usages() {
        return switch (family) {
            case SYMMETRIC -> List.of(KeyUsageType.ENCRYPT_DECRYPT);
            case RSA -> List.of(KeyUsageType.ENCRYPT_DECRYPT, KeyUsageType.SIGN_VERIFY);
            case CURVE -> this == ECC_SECG_P256K1 ? List.of(KeyUsageType.SIGN_VERIFY)
                : List.of(KeyUsageType.SIGN_VERIFY, KeyUsageType.KEY_AGREEMENT);
            case HMAC -> List.of(KeyUsageType.GENERATE_VERIFY_MAC);
            case WHOLE -> List.of(KeyUsageType.SIGN_VERIFY);
        };
    }

    /** What a key of this kind and usage is used with. */
    List<String> algorithms(String usage) {
        if (usage.equals(KeyUsageType.KEY_AGREEMENT)) {
            return List.of(Kms.KeyAgreementAlgorithmSpec.ECDH);
        }
        return family == Family.RSA && usage.equals(KeyUsageType.ENCRYPT_DECRYPT) ? Family.RSA_ENCRYPTIONS : algorithms;
    }

    /** What a grant of a key of this kind and usage can be of. */
    Set<String> grantable(String usage) {
        var uses = switch (usage) {
            case KeyUsageType.ENCRYPT_DECRYPT -> List.of("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo");
            case KeyUsageType.SIGN_VERIFY -> List.of("Sign", "Verify");
            case KeyUsageType.GENERATE_VERIFY_MAC -> List.of("GenerateMac", "VerifyMac");
            default -> List.of("DeriveSharedSecret");
        };
        var all = new HashSet<>(uses);
        all.addAll(List.of("CreateGrant", "RetireGrant", "DescribeKey"));
        if (isAsymmetric()) {
            all.add("GetPublicKey");
        } else if (family == Family.SYMMETRIC) {
            all.addAll(List.of("GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair",
                    "GenerateDataKeyPairWithoutPlaintext"));
        }
        return all;
    }

    boolean isAsymmetric() {
        return family != Family.SYMMETRIC && family != Family.HMAC;
    }

    /** A key's secret, and its public half where it has one, in the forms PKCS #8 and X.509. */
    record Made(byte[] secret, byte[] open) {}

    Made make() {
        if (!isAsymmetric()) {
            return new Made(random(bits / 8), null);
        }
        try {
            var pair = switch (family) {
                case RSA -> Rsa.pair(bits);
                case CURVE -> Curve.pair(this);
                default -> WholeSignature.pair(this);
            };
            return new Made(pair.getPrivate().getEncoded(), pair.getPublic().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }
}
