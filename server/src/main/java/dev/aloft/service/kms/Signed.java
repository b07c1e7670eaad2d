package dev.aloft.service.kms;

import dev.aloft.api.Bytes;
import dev.aloft.api.Kms.MessageType;
import dev.aloft.api.Kms.SigningAlgorithmSpec;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;

/**
 * What a signature is of: a digest, or, where the algorithm signs no digests, what the caller gave.
 *
 * @param isMu it is not the message itself, but the representative of it that ML-DSA signs
 * @see <a href="https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html#KMS-Sign-request-MessageType">
 *     MessageType</a>
 */
record Signed(byte[] bytes, boolean isMu) {
    private static final int MU_BYTES = 64;

    static Signed of(Bytes message, String given, String algorithm) {
        var type = Objects.requireNonNullElse(given, MessageType.RAW);
        if (!types(algorithm).contains(type)) {
            throw Refusals.invalid("MessageType " + type + " is incompatible with algorithm " + algorithm + ".");
        }
        boolean isMu = type.equals(MessageType.EXTERNAL_MU);
        if (algorithm.equals(SigningAlgorithmSpec.ML_DSA_SHAKE_256)) {
            if (isMu) {
                requireLength(message, MU_BYTES, algorithm);
            }
            return new Signed(message.array(), isMu);
        }
        if (algorithm.equals(SigningAlgorithmSpec.ED25519_SHA_512)) {
            return new Signed(message.array(), false);
        }
        try {
            var digest = MessageDigest.getInstance(hash(algorithm));
            if (type.equals(MessageType.DIGEST)) {
                requireLength(message, digest.getDigestLength(), algorithm);
                return new Signed(message.array(), false);
            }
            return new Signed(digest.digest(message.array()), false);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void requireLength(Bytes digest, int length, String algorithm) {
        if (digest.length() != length) {
            throw Refusals.invalid("Digest is invalid length for algorithm " + algorithm + ".");
        }
    }

    private static List<String> types(String algorithm) {
        return switch (algorithm) {
            case SigningAlgorithmSpec.ED25519_SHA_512 -> List.of(MessageType.RAW);
            case SigningAlgorithmSpec.ED25519_PH_SHA_512 -> List.of(MessageType.DIGEST);
            case SigningAlgorithmSpec.ML_DSA_SHAKE_256 -> List.of(MessageType.RAW, MessageType.EXTERNAL_MU);
            default -> List.of(MessageType.RAW, MessageType.DIGEST);
        };
    }

    /** As {@code ECDSA_SHA_256} ends. */
    static String hash(String algorithm) {
        return "SHA-" + algorithm.substring(algorithm.lastIndexOf('_') + 1);
    }
}
