package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.S3;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * The checksums that S3 keeps beside an object.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html">AWS:
 * integrity</a>
 */
enum ChecksumKind {
    CRC64NVME(Crc.POLYNOMIAL_64_NVME, 64),
    CRC32(Crc.POLYNOMIAL_32, 32),
    CRC32C(Crc.POLYNOMIAL_32C, 32),
    SHA1("SHA-1"),
    SHA256("SHA-256"),
    SHA512("SHA-512"),
    MD5("MD5");

    private final long polynomial;
    private final int bits;
    private final String digest;

    ChecksumKind(long polynomial, int bits) {
        this.polynomial = polynomial;
        this.bits = bits;
        digest = null;
    }

    ChecksumKind(String digest) {
        polynomial = 0;
        bits = 0;
        this.digest = digest;
    }

    /** As an algorithm's name in a request, or empty where none is given. */
    static Optional<ChecksumKind> named(String name) {
        if (name == null) {
            return Optional.empty();
        }
        var upper = name.toUpperCase(Locale.ROOT);
        if (upper.startsWith("XXHASH")) {
            throw ApiError.notBuilt("The checksum algorithm " + upper);
        }
        return Optional.of(Arrays.stream(values()).filter(kind -> kind.name().equals(upper)).findFirst()
            .orElseThrow(() ->
            new S3.InvalidRequest("Checksum algorithm provided is unsupported. Please try again with any "
                + "of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")));
    }

    /** The member of requests and answers, such as {@code ChecksumCRC32}. */
    String member() {
        return "Checksum" + name();
    }

    String header() {
        return "x-amz-checksum-" + name().toLowerCase(Locale.ROOT);
    }

    boolean isCrc() {
        return digest == null;
    }

    /** Whether a text is base64 of a value of the right length. */
    boolean isValue(String text) {
        try {
            return Base64.getDecoder().decode(text).length == start().value().length;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** Of the content of several parts in a row, from those of the parts; only CRCs can. */
    byte[] combine(byte[] first, byte[] second, long secondLength) {
        return bytes(Crc.combine(number(first), number(second), secondLength, polynomial, bits));
    }

    private static long number(byte[] value) {
        long number = 0;
        for (byte b : value) {
            number = number << 8 | b & 0xff;
        }
        return number;
    }

    private byte[] bytes(long number) {
        var all = ByteBuffer.allocate(8).putLong(number).array();
        return Arrays.copyOfRange(all, 8 - bits / 8, 8);
    }

    /** Something that is fed a content and then tells its checksum. */
    interface Running {
        void update(byte[] bytes, int offset, int length);

        byte[] value();

        default String base64() {
            return Base64.getEncoder().encodeToString(value());
        }
    }

    Running start() {
        if (!isCrc()) {
            var running = messageDigest(digest);
            return new Running() {
                @Override
                public void update(byte[] bytes, int offset, int length) {
                    running.update(bytes, offset, length);
                }

                @Override
                public byte[] value() {
                    return running.digest();
                }
            };
        }
        Checksum running = switch (this) {
            case CRC32 -> new CRC32();
            case CRC32C -> new CRC32C();
            default -> new Crc.Nvme64();
        };
        return new Running() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                running.update(bytes, offset, length);
            }

            @Override
            public byte[] value() {
                return bytes(running.getValue());
            }
        };
    }

    static MessageDigest messageDigest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
