package dev.aloft.kernel.envelope;

import dev.aloft.api.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A content in the message format of AWS's Encryption SDK, which whoever may use the key of KMS decrypts with it:
 * version 2, AES-256-GCM under a key that HKDF derives from the data key and that the message is committed to, no
 * signature, all of it in one frame.
 *
 * @see <a href="https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html">
 *     Message format</a>
 */
record SdkMessage(Bytes key, Map<String, String> context, byte[] header, byte[] frame) {
    static final byte VERSION = 2;
    private static final byte[] ALGORITHM = {0x04, 0x78};
    private static final byte FRAMED = 2;
    private static final int ID_BYTES = 32;
    private static final int KEY_BYTES = 32;
    private static final int TAG_BYTES = 16;
    private static final int LAST_FRAME = -1;
    private static final int FIRST = 1;
    private static final String PROVIDER = "aws-kms";
    private static final String FRAME = "AWSKMSEncryptionClient Final Frame";

    /** @param keyArn of the key of KMS that gave the data key */
    static byte[] of(DataKey key, String keyArn, Map<String, String> context, byte[] content) {
        byte[] id = DataKey.random(ID_BYTES);
        var header = new ByteArrayOutputStream();
        header.write(VERSION);
        header.writeBytes(ALGORITHM);
        header.writeBytes(id);
        write(header, written(context));
        header.writeBytes(number(1));
        write(header, bytes(PROVIDER));
        write(header, bytes(keyArn));
        write(header, key.encrypted().array());
        header.write(FRAMED);
        header.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(content.length).array());
        header.writeBytes(derived(key, id, bytes("COMMITKEY")));
        var message = new ByteArrayOutputStream(header.size() + content.length + 64);
        message.writeBytes(header.toByteArray());
        message.writeBytes(cipher(Cipher.ENCRYPT_MODE, key, id, 0, header.toByteArray(), new byte[0]));
        message.writeBytes(ByteBuffer.allocate(20 + Integer.BYTES).putInt(LAST_FRAME).putInt(FIRST).put(nonce(FIRST))
                .putInt(content.length).array());
        message.writeBytes(cipher(Cipher.ENCRYPT_MODE, key, id, FIRST, about(id, content.length), content));
        return message.toByteArray();
    }

    /** A message that was made so. */
    static SdkMessage read(byte[] message) {
        var in = ByteBuffer.wrap(message);
        in.position(1 + ALGORITHM.length + ID_BYTES);
        var written = ByteBuffer.wrap(part(in));
        var context = new TreeMap<String, String>();
        for (int left = written.hasRemaining() ? written.getShort() : 0; left > 0; left--) {
            context.put(text(part(written)), text(part(written)));
        }
        in.getShort();
        part(in);
        part(in);
        var key = Bytes.of(part(in));
        in.position(in.position() + 1 + Integer.BYTES + KEY_BYTES);
        byte[] header = Arrays.copyOf(message, in.position());
        in.position(in.position() + TAG_BYTES + 20 + Integer.BYTES);
        return new SdkMessage(key, context, header, Arrays.copyOfRange(message, in.position(), message.length));
    }

    byte[] content(DataKey opened) {
        byte[] id = Arrays.copyOfRange(header, 1 + ALGORITHM.length, 1 + ALGORITHM.length + ID_BYTES);
        return cipher(Cipher.DECRYPT_MODE, opened, id, FIRST, about(id, frame.length - TAG_BYTES), frame);
    }

    private static byte[] written(Map<String, String> context) {
        if (context.isEmpty()) {
            return new byte[0];
        }
        var out = new ByteArrayOutputStream();
        out.writeBytes(number(context.size()));
        new TreeMap<>(context).forEach((name, value) -> {
            write(out, bytes(name));
            write(out, bytes(value));
        });
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, byte[] part) {
        out.writeBytes(number(part.length));
        out.writeBytes(part);
    }

    private static byte[] part(ByteBuffer in) {
        int length = Short.toUnsignedInt(in.getShort());
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] part = new byte[length];
        in.get(part);
        return part;
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(Short.BYTES).putShort((short) value).array();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] nonce(int sequence) {
        return ByteBuffer.allocate(DataKey.NONCE_BYTES).putInt(DataKey.NONCE_BYTES - Integer.BYTES, sequence).array();
    }

    /** What a frame is bound to. */
    private static byte[] about(byte[] id, int length) {
        byte[] kind = bytes(FRAME);
        return ByteBuffer.allocate(id.length + kind.length + Integer.BYTES + Long.BYTES).put(id).put(kind).putInt(FIRST)
                .putLong(length).array();
    }

    private static byte[] cipher(int mode, DataKey key, byte[] id, int sequence, byte[] about, byte[] content) {
        var label = bytes("DERIVEKEY");
        byte[] info = ByteBuffer.allocate(ALGORITHM.length + label.length).put(ALGORITHM).put(label).array();
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(derived(key, id, info), "AES"),
                    new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce(sequence)));
            cipher.updateAAD(about);
            return cipher.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("What a data key sealed was changed", e);
        }
    }

    private static byte[] derived(DataKey key, byte[] id, byte[] info) {
        try {
            return KDF.getInstance("HKDF-SHA512").deriveData(HKDFParameterSpec.ofExtract().addIKM(key.plain().array())
                    .addSalt(id).thenExpand(info, KEY_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
