package dev.aloft.kernel.envelope;

import dev.aloft.api.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A content with what opens it: a byte for the form, the encrypted data key, the encryption context it was made with, a
 * nonce (12 bytes), and AES-256-GCM. KMS binds the context to the data key.
 */
record Envelope(Bytes key, Map<String, String> context, byte[] nonce, byte[] encrypted) {
    private static final byte FORM = 1;

    static Envelope of(DataKey key, Map<String, String> context, byte[] content) {
        byte[] nonce = DataKey.nonce();
        return new Envelope(key.encrypted(), context, nonce, key.encrypted(nonce, content));
    }

    byte[] content(DataKey opened) {
        return opened.decrypted(nonce, encrypted);
    }

    byte[] bytes() {
        var out = new ByteArrayOutputStream(encrypted.length + 256);
        out.write(FORM);
        write(out, key.array());
        out.write(context.size());
        context.forEach((name, value) -> {
            write(out, name.getBytes(StandardCharsets.UTF_8));
            write(out, value.getBytes(StandardCharsets.UTF_8));
        });
        out.writeBytes(nonce);
        out.writeBytes(encrypted);
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, byte[] part) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
        out.writeBytes(part);
    }

    /** A text that begins as an envelope does goes on otherwise. */
    static boolean isOne(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != FORM) {
            return false;
        }
        try {
            read(bytes);
            return true;
        } catch (BufferUnderflowException | NegativeArraySizeException _) {
            return false;
        }
    }

    static Envelope read(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        byte form = in.get();
        if (form != FORM) {
            throw new IllegalStateException("An envelope has the form " + form + ", which is not known here");
        }
        var key = Bytes.of(part(in, in.getInt()));
        var context = new LinkedHashMap<String, String>();
        for (int left = in.get(); left > 0; left--) {
            context.put(text(in), text(in));
        }
        return new Envelope(key, context, part(in, DataKey.NONCE_BYTES), part(in, in.remaining()));
    }

    private static String text(ByteBuffer in) {
        return new String(part(in, in.getInt()), StandardCharsets.UTF_8);
    }

    private static byte[] part(ByteBuffer in, int length) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] part = new byte[length];
        in.get(part);
        return part;
    }
}
