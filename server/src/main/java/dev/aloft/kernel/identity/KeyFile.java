package dev.aloft.kernel.identity;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of this installation, in a file that its owner alone can read, and what is done with it: contents are
 * sealed (AES-256-GCM) and secrets derived (HMAC-SHA256), for each purpose under a key of its own.
 */
public final class KeyFile {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final SecureRandom random = new SecureRandom();
    private final byte[] key;

    /** The file is damaged or cannot be read; the message says what to do. */
    public static final class Unusable extends RuntimeException {
        Unusable(String message, Throwable cause) {
            super(message, cause, false, false);
        }
    }

    private KeyFile(byte[] key) {
        this.key = key;
    }

    /** Opens the file, or makes it with a new key where there is none. */
    public static KeyFile open(Path file) {
        try {
            if (!Files.exists(file)) {
                create(file);
            }
            // What came back from a backup may have lost its mode.
            if (!Files.getPosixFilePermissions(file).equals(OWNER_ONLY)) {
                Files.setPosixFilePermissions(file, OWNER_ONLY);
            }
            byte[] key = HexFormat.of().parseHex(Files.readString(file).strip());
            if (key.length != KEY_BYTES) {
                throw new IllegalArgumentException();
            }
            return new KeyFile(key);
        } catch (IllegalArgumentException e) {
            throw new Unusable("The key file " + file + " is damaged: it must have " + KEY_BYTES * 2
                    + " hexadecimal digits. Restore it from a backup; what was encrypted with it "
                    + "cannot be read without.", e);
        } catch (IOException e) {
            throw new Unusable("The key file " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static void create(Path file) throws IOException {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        Files.createDirectories(file.toAbsolutePath().getParent());
        var arriving = Files.createTempFile(file.toAbsolutePath().getParent(), "key", null,
                PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            try (var channel = Files.newByteChannel(arriving, StandardOpenOption.WRITE, StandardOpenOption.SYNC)) {
                channel.write(StandardCharsets.US_ASCII.encode(HexFormat.of().formatHex(key) + "\n"));
            }
            Files.createLink(file, arriving);
            // Its name too is on disk before anything is encrypted under it.
            try (var folder = FileChannel.open(arriving.getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        } catch (FileAlreadyExistsException _) {
            // Somebody was faster; theirs counts.
        } finally {
            Files.delete(arriving);
        }
    }

    /** A key that is forgotten with the process, for tests and for a platform in memory. */
    public static KeyFile inMemory() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return new KeyFile(key);
    }

    /** A secret that follows from the key and this text, and tells nothing of the key. */
    public byte[] derive(String purpose, String text) {
        return hmac(hmac(key, purpose), text);
    }

    /** @param about bound to the content: it opens only with the same */
    public byte[] seal(String purpose, String about, byte[] content) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, purpose, about, nonce).doFinal(content);
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + encrypted.length);
            System.arraycopy(encrypted, 0, sealed, NONCE_BYTES, encrypted.length);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The content, or empty where it was not sealed by this key for this purpose and text, or was changed since. */
    public Optional<byte[]> unseal(String purpose, String about, byte[] sealed) {
        if (sealed.length < NONCE_BYTES + TAG_BITS / 8) {
            return Optional.empty();
        }
        byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE, purpose, about, nonce)
                    .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES));
        } catch (AEADBadTagException _) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cipher cipher(int mode, String purpose, String about, byte[] nonce) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(hmac(key, purpose), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(about.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
