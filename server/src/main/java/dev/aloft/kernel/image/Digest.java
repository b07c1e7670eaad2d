package dev.aloft.kernel.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a content, which follows from its bytes.
 *
 * @param hex 64 hexadecimal digits of its SHA-256, the one algorithm that registries use
 */
public record Digest(String hex) {
    private static final String ALGORITHM = "sha256:";
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    public Digest {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("no SHA-256: " + hex);
        }
    }

    /** Reads {@code sha256:…}; nothing where it is something else. */
    public static Optional<Digest> of(String text) {
        return text != null && text.startsWith(ALGORITHM) && HEX.matcher(text.substring(ALGORITHM.length())).matches()
                ? Optional.of(new Digest(text.substring(ALGORITHM.length()))) : Optional.empty();
    }

    public static Digest ofBytes(byte[] content) {
        return new Digest(HexFormat.of().formatHex(sha256().digest(content)));
    }

    static Digest of(MessageDigest digest) {
        return new Digest(HexFormat.of().formatHex(digest.digest()));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return ALGORITHM + hex;
    }
}
