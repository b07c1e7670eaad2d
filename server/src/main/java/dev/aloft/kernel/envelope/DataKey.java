package dev.aloft.kernel.envelope;

import dev.aloft.api.Bytes;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A data key as KMS gave it.
 *
 * @param encrypted under the key of KMS
 * @param keyArn    of that
 * @param given     when
 */
public record DataKey(Bytes plain, Bytes encrypted, String keyArn, Instant given) {
    private static final int TAG_BITS = 128;
    static final int NONCE_BYTES = 12;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A nonce and the content under this key, for those who keep the encrypted key themselves. */
    public byte[] sealed(byte[] content) {
        byte[] nonce = nonce();
        byte[] encrypted = encrypted(nonce, content);
        byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + encrypted.length);
        System.arraycopy(encrypted, 0, all, NONCE_BYTES, encrypted.length);
        return all;
    }

    /** What was sealed so. */
    public byte[] opened(byte[] sealed) {
        return decrypted(Arrays.copyOf(sealed, NONCE_BYTES), Arrays.copyOfRange(sealed, NONCE_BYTES, sealed.length));
    }

    static byte[] nonce() {
        return random(NONCE_BYTES);
    }

    static byte[] random(int length) {
        byte[] random = new byte[length];
        RANDOM.nextBytes(random);
        return random;
    }

    byte[] encrypted(byte[] nonce, byte[] content) {
        try {
            return cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    byte[] decrypted(byte[] nonce, byte[] encrypted) {
        try {
            return cipher(Cipher.DECRYPT_MODE, nonce).doFinal(encrypted);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("What a data key sealed was changed", e);
        }
    }

    boolean isGood(Instant now, Duration reuse) {
        return now.isBefore(given.plus(reuse));
    }

    private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(plain.array(), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }
}
