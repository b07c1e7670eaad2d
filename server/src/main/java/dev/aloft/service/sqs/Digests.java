package dev.aloft.service.sqs;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * The digests by which SDKs check that what they sent arrived, and what they received is what was sent.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html">
 *     Calculating the MD5 message digest for message attributes</a>
 */
final class Digests {
    private static final int TEXT = 1;
    private static final int BINARY = 2;

    private Digests() {}

    static String md5(String text) {
        return HexFormat.of().formatHex(digest("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    static String sha256(String text) {
        return HexFormat.of().formatHex(digest("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Of message attributes, in the order of their names; null where there are none. */
    static String md5(Map<String, Content.Attribute> attributes) {
        if (attributes.isEmpty()) {
            return null;
        }
        var md5 = digest("MD5");
        new TreeMap<>(attributes).forEach((name, attribute) -> {
            add(md5, name.getBytes(StandardCharsets.UTF_8));
            add(md5, attribute.type().getBytes(StandardCharsets.UTF_8));
            boolean binary = attribute.text() == null;
            md5.update((byte) (binary ? BINARY : TEXT));
            add(md5, binary ? attribute.binary().array() : attribute.text().getBytes(StandardCharsets.UTF_8));
        });
        return HexFormat.of().formatHex(md5.digest());
    }

    private static void add(MessageDigest md5, byte[] bytes) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            md5.update((byte) (bytes.length >> shift));
        }
        md5.update(bytes);
    }

    private static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
