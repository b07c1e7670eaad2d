package dev.aloft.service.kms;

import dev.aloft.api.Kms.AlgorithmSpec;
import dev.aloft.api.Kms.InvalidCiphertextException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key under which material arrives. Nobody keeps it: it is in the token that comes with the material, sealed.
 *
 * @param algorithm how material is wrapped, such as {@code RSA_AES_KEY_WRAP_SHA_256}
 * @param secret    PKCS #8
 */
record WrappingKey(String algorithm, Instant validTo, byte[] secret) {
    /** RSAES_PKCS1_V1_5 is no longer one of AWS's, and SM2PKE is one of China's regions. */
    static boolean isSupported(String algorithm) {
        return !algorithm.equals(AlgorithmSpec.RSAES_PKCS1_V1_5) && !algorithm.equals(AlgorithmSpec.SM2_PKE);
    }

    byte[] encoded() {
        byte[] name = algorithm.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + name.length + secret.length)
                .putLong(validTo.toEpochMilli()).putInt(name.length).put(name).put(secret).array();
    }

    static WrappingKey decoded(byte[] encoded) {
        var in = ByteBuffer.wrap(encoded);
        var validTo = Instant.ofEpochMilli(in.getLong());
        byte[] name = new byte[in.getInt()];
        in.get(name);
        byte[] secret = new byte[in.remaining()];
        in.get(secret);
        return new WrappingKey(new String(name, StandardCharsets.US_ASCII), validTo, secret);
    }

    /** What was wrapped: under the key itself, or under an AES key before it that is wrapped so. */
    byte[] unwrapped(byte[] wrapped) {
        var hash = algorithm.endsWith("SHA_1") ? "SHA-1" : "SHA-256";
        try {
            var key = Rsa.secret(secret);
            return algorithm.startsWith("RSA_AES_KEY_WRAP") ? unwrapped(key, hash, wrapped)
                    : Rsa.oaep(Cipher.DECRYPT_MODE, key, hash).doFinal(wrapped);
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            throw new InvalidCiphertextException("");
        }
    }

    private static byte[] unwrapped(PrivateKey key, String hash, byte[] wrapped) throws GeneralSecurityException {
        int length = ((RSAKey) key).getModulus().bitLength() / 8;
        byte[] aes = Rsa.oaep(Cipher.DECRYPT_MODE, key, hash).doFinal(Arrays.copyOf(wrapped, length));
        var cipher = Cipher.getInstance("AES/KWP/NoPadding");
        cipher.init(Cipher.UNWRAP_MODE, new SecretKeySpec(aes, "AES"));
        return cipher.unwrap(Arrays.copyOfRange(wrapped, length, wrapped.length), "AES", Cipher.SECRET_KEY)
                .getEncoded();
    }
}
