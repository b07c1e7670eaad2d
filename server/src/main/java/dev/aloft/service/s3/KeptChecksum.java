package dev.aloft.service.s3;

import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.api.ShapeBuilder;
import dev.aloft.api.Schema;
import java.util.Base64;
import java.util.Optional;

/**
 * A checksum as it is kept.
 *
 * @param value base64, with {@code -parts} behind it where it is a checksum of checksums
 * @param type  FULL_OBJECT or COMPOSITE
 */
record KeptChecksum(ChecksumKind kind, String value, String type) {
    static final String FULL_OBJECT = S3.ChecksumType.FULL_OBJECT;
    static final String COMPOSITE = S3.ChecksumType.COMPOSITE;

    static String base64(byte[] value) {
        return Base64.getEncoder().encodeToString(value);
    }

    /** The same kind of one piece. */
    KeptChecksum of(Content.Piece piece) {
        return new KeptChecksum(kind, piece.checksum(), type);
    }

    boolean isFull() {
        return type.equals(FULL_OBJECT);
    }

    /** The one checksum whose value a request carries. */
    static Optional<Claim> claimed(Shape input) {
        Optional<Claim> found = Optional.empty();
        for (var kind : ChecksumKind.values()) {
            var value = value(input, kind);
            if (value != null) {
                if (found.isPresent()) {
                    throw new S3.InvalidRequest(
                        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
                }
                found = Optional.of(new Claim(kind, value));
            }
        }
        return found;
    }

    static String value(Shape shape, ChecksumKind kind) {
        var member = shape.shape().member(kind.member());
        return member == null ? null : (String) shape.get(member.index());
    }

    /** What a caller says a checksum is. */
    record Claim(ChecksumKind kind, String value) {
        Claim {
            if (!kind.isValue(value)) {
                throw new S3.InvalidRequest("Value for " + kind.header() + " header is invalid.");
            }
        }
    }

    /** Sets the member of this kind, and the type where the shape has it. */
    <B extends ShapeBuilder> B tell(Schema.Structure shape, B builder) {
        set(shape, builder, kind.member(), value);
        set(shape, builder, "ChecksumType", type);
        return builder;
    }

    private static void set(Schema.Structure shape, ShapeBuilder builder, String name, String value) {
        var member = shape.member(name);
        if (member != null) {
            builder.set(member.index(), value);
        }
    }
}
