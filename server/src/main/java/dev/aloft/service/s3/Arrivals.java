package dev.aloft.service.s3;

import dev.aloft.api.Body;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.service.s3.Contents.Received;
import dev.aloft.service.s3.KeptChecksum.Claim;
import dev.aloft.wire.AwsChunked;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;

/** Bodies of uploads: received, and held against what their senders say of them. */
final class Arrivals {
    private static final long MAX_BYTES = 5L << 30;

    private final Contents contents;

    Arrivals(Contents contents) {
        this.contents = contents;
    }

    /** What a body turned out to be. */
    record Arrived(Received content, ChecksumKind kind) implements AutoCloseable {
        @Override
        public void close() {
            content.close();
        }
    }

    /**
     * Reads a body and holds it against what the caller says of it, in headers before it or behind it.
     *
     * @param wanted the kind to compute where the caller does not choose by sending one
     * @param named  the kind that the caller names as the SDK's choice
     */
    Arrived receive(Shape input, Body sent, String contentMd5, Optional<ChecksumKind> wanted,
            Optional<ChecksumKind> named) {
        var claim = KeptChecksum.claimed(input);
        var kind = wanted.or(() -> claim.map(Claim::kind)).or(() -> named).orElse(ChecksumKind.CRC64NVME);
        var body = sent == null ? Body.EMPTY : sent;
        // What follows the content is known only then: so everything that could be named there is computed.
        var kinds = EnumSet.of(kind);
        claim.map(Claim::kind).or(() -> named).ifPresent(kinds::add);
        if (body instanceof AwsChunked && claim.isEmpty() && named.isEmpty()) {
            kinds.addAll(EnumSet.of(ChecksumKind.CRC32, ChecksumKind.CRC32C, ChecksumKind.SHA1, ChecksumKind.SHA256));
        }
        var received = contents.receive(body, kinds, MAX_BYTES);
        try {
            checkMd5(contentMd5, received.md5);
            var behind = body instanceof AwsChunked chunked ? claimBehind(chunked) : Optional.<Claim>empty();
            claim.ifPresent(each -> check(each, received));
            behind.ifPresent(each -> check(each, received));
            var settled = wanted.or(() -> claim.or(() -> behind).map(Claim::kind)).orElse(kind);
            return new Arrived(received, settled);
        } catch (RuntimeException e) {
            received.close();
            throw e;
        }
    }

    private static Optional<Claim> claimBehind(AwsChunked chunked) {
        for (var kind : ChecksumKind.values()) {
            var value = chunked.trailers().first(kind.header());
            if (value != null) {
                return Optional.of(new Claim(kind, value));
            }
        }
        return Optional.empty();
    }

    private static void check(Claim claim, Received received) {
        var computed = received.checksum(claim.kind());
        if (computed == null) {
            throw new S3.InvalidRequest("Value for " + claim.kind().header() + " header is invalid.");
        }
        if (!Base64.getEncoder().encodeToString(computed).equals(claim.value())) {
            throw new S3.BadDigest("The " + claim.kind().name()
                + " you specified did not match the calculated checksum.");
        }
    }

    private static void checkMd5(String sent, String computed) {
        if (sent == null) {
            return;
        }
        byte[] md5;
        try {
            md5 = Base64.getDecoder().decode(sent.strip());
        } catch (IllegalArgumentException _) {
            md5 = new byte[0];
        }
        if (md5.length != 16) {
            throw new S3.InvalidDigest(S3.InvalidDigest.Detail.of(d ->
                d.message("The Content-MD5 you specified was invalid.").contentMD5(sent)));
        }
        var hex = HexFormat.of().formatHex(md5);
        if (!hex.equals(computed)) {
            throw new S3.BadDigest(S3.BadDigest.Detail.of(d -> d.expectedDigest(hex).calculatedDigest(computed)
                .message("The Content-MD5 you specified did not match what we received.")));
        }
    }
}
