package dev.aloft.kernel.envelope;

import dev.aloft.api.Bytes;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A data key as KMS gave it.
 *
 * @param encrypted under the key of KMS
 * @param given     when
 */
record DataKey(Bytes plain, Bytes encrypted, Instant given) {
    private static final int TAG_BITS = 128;

    boolean isGood(Instant now, Duration reuse) {
        return now.isBefore(given.plus(reuse));
    }

    Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(plain.array(), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }
}
