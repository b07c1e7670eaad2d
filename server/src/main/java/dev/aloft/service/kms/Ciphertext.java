package dev.aloft.service.kms;

import dev.aloft.api.Bytes;
import dev.aloft.api.Kms.InvalidCiphertextException;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a symmetric key makes of a plaintext. It says which key and which of its materials, so that nobody has to
 * remember: a byte for the form (2 where the key can have relatives in other regions), the account (8 bytes), the
 * key's id (16), the material's number (4), a nonce (12), and AES-256-GCM, to which all before it and the encryption
 * context are bound.
 */
record Ciphertext(String account, String keyId, int material, byte[] nonce, byte[] encrypted) {
    private static final byte FORM = 1;
    private static final byte MULTI_REGION = 2;
    private static final int NONCE_BYTES = 12;
    private static final int HEAD_BYTES = 1 + Long.BYTES + 2 * Long.BYTES + Integer.BYTES;
    private static final int TAG_BITS = 128;

    static Ciphertext of(KmsData.StoredKey key, byte[] secret, byte[] plaintext, Map<String, String> context) {
        byte[] nonce = KeySpec.random(NONCE_BYTES);
        var empty = new Ciphertext(key.account(), key.id(), key.material(), nonce, new byte[0]);
        try {
            byte[] encrypted = empty.cipher(Cipher.ENCRYPT_MODE, secret, context).doFinal(plaintext);
            return new Ciphertext(key.account(), key.id(), key.material(), nonce, encrypted);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Nothing where it is none of ours. */
    static Optional<Ciphertext> read(Bytes blob) {
        try {
            var in = ByteBuffer.wrap(blob.array());
            byte form = in.get();
            if (form != FORM && form != MULTI_REGION) {
                return Optional.empty();
            }
            var account = "%012d".formatted(in.getLong());
            var uuid = new UUID(in.getLong(), in.getLong()).toString();
            var id = form == FORM ? uuid : KmsData.MULTI_REGION + uuid.replace("-", "");
            int material = in.getInt();
            byte[] nonce = new byte[NONCE_BYTES];
            in.get(nonce);
            byte[] encrypted = new byte[in.remaining()];
            in.get(encrypted);
            return Optional.of(new Ciphertext(account, id, material, nonce, encrypted));
        } catch (BufferUnderflowException _) {
            return Optional.empty();
        }
    }

    Bytes blob() {
        return Bytes.of(ByteBuffer.allocate(HEAD_BYTES + NONCE_BYTES + encrypted.length)
                .put(head()).put(nonce).put(encrypted).array());
    }

    private byte[] head() {
        var digits = keyId.replace(KmsData.MULTI_REGION, "").replace("-", "");
        return ByteBuffer.allocate(HEAD_BYTES).put(keyId.startsWith(KmsData.MULTI_REGION) ? MULTI_REGION : FORM)
                .putLong(Long.parseLong(account)).put(HexFormat.of().parseHex(digits)).putInt(material).array();
    }

    /** Only with the secret and the context that it was made with. */
    byte[] plaintext(byte[] secret, Map<String, String> context) {
        try {
            return cipher(Cipher.DECRYPT_MODE, secret, context).doFinal(encrypted);
        } catch (AEADBadTagException _) {
            throw new InvalidCiphertextException("");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cipher cipher(int mode, byte[] secret, Map<String, String> context) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(secret, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(head());
        cipher.updateAAD(bound(context));
        return cipher;
    }

    /** In whatever order it was given. */
    private static byte[] bound(Map<String, String> context) {
        var all = new ByteArrayOutputStream();
        new TreeMap<>(context == null ? Map.<String, String>of() : context).forEach((key, value) -> {
            write(all, key);
            write(all, value);
        });
        return all.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        out.writeBytes(bytes);
    }
}
