package dev.aloft.service.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.S3;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class UploadsTest extends S3Fixture {
    private static final int PART = 5 << 20;
    private static final byte[] CONTENT = bytes(2 * PART + 1000, 1);

    @BeforeEach
    void make() {
        bucket("bkt");
    }

    private String begin(Consumer<S3.CreateMultipartUploadRequest.Builder> with) {
        return s3.createMultipartUpload(CALLER,
            S3.CreateMultipartUploadRequest.of(r -> with.accept(r.bucket("bkt").key("k")))).uploadId();
    }

    private S3.CompletedPart part(String id, int number, byte[] content) {
        var put = s3.uploadPart(CALLER, S3.UploadPartRequest.of(r -> r.bucket("bkt").key("k").uploadId(id)
            .partNumber(number).body(body(content))));
        return S3.CompletedPart.of(p -> p.partNumber(number).eTag(put.eTag()).checksumSHA256(put.checksumSHA256())
            .checksumCRC32(put.checksumCRC32()));
    }

    private List<S3.CompletedPart> parts(String id) {
        return List.of(part(id, 1, Arrays.copyOfRange(CONTENT, 0, PART)),
            part(id, 2, Arrays.copyOfRange(CONTENT, PART, 2 * PART)),
            part(id, 7, Arrays.copyOfRange(CONTENT, 2 * PART, CONTENT.length)));
    }

    private S3.CompleteMultipartUploadResponse complete(String id, List<S3.CompletedPart> parts) {
        return s3.completeMultipartUpload(CALLER, S3.CompleteMultipartUploadRequest.of(r -> r.bucket("bkt").key("k")
            .uploadId(id).multipartUpload(S3.CompletedMultipartUpload.of(m -> m.parts(parts)))));
    }

    @Nested
    class Refused {
        @Test
        void anUploadThatIsNot() {
            assertRefused(() -> part("none", 1, new byte[1]), "NoSuchUpload", 404,
                "The specified upload does not exist. The "
                + "upload ID may be invalid, or the upload may have been aborted or completed.");
        }

        @Test
        void partsThatDoNotFit() {
            var id = begin(_ -> { });
            assertRefused(() -> part(id, 10_001, new byte[1]), "InvalidArgument", 400,
                "Part number must be an integer between 1 and 10000, inclusive");
            var small = List.of(part(id, 1, new byte[10]), part(id, 2, new byte[10]));
            assertThatThrownBy(() -> complete(id, small)).isInstanceOfSatisfying(S3.EntityTooSmall.class, error -> {
                assertThat(error.getMessage())
                    .isEqualTo("Your proposed upload is smaller than the minimum allowed size");
                assertThat(error.detail().partNumber()).isEqualTo(1);
            });
            assertRefused(() -> complete(id, small.reversed()), "InvalidPartOrder", 400,
                "The list of parts was not in ascending order. Parts must be ordered by part number.");
            assertThatThrownBy(() -> complete(id, List.of(S3.CompletedPart.of(p -> p.partNumber(1).eTag("\"x\"")))))
                .isInstanceOf(S3.InvalidPart.class);
            assertRefused(() -> complete(id, List.of()), "InvalidRequest", 400, "You must specify at least one part");
        }

        @Test
        void checksumsThatCannotBeOfThatType() {
            assertRefused(() -> begin(r -> r.checksumAlgorithm("SHA256").checksumType("FULL_OBJECT")),
                "InvalidRequest", 400,
                "The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.");
            assertRefused(() -> begin(r -> r.checksumAlgorithm("CRC64NVME").checksumType("COMPOSITE")),
                "InvalidRequest", 400,
                "The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.");
        }
    }

    @Nested
    class Done {
        @Test
        void partsBecomeAnObject() {
            var id = begin(r -> r.contentType("x/y"));
            var parts = parts(id);
            assertThat(s3.listParts(CALLER, S3.ListPartsRequest.of(r -> r.bucket("bkt").key("k").uploadId(id)
                .maxParts(2))).nextPartNumberMarker()).isEqualTo(2);
            var done = complete(id, parts);
            assertThat(done.eTag()).endsWith("-3\"");
            var whole = ChecksumKind.CRC64NVME.start();
            whole.update(CONTENT, 0, CONTENT.length);
            assertThat(done.checksumCRC64NVME()).isEqualTo(whole.base64());
            var got = get("bkt", "k", _ -> { });
            assertThat(got.body().bytes(1 << 26)).isEqualTo(CONTENT);
            assertThat(got.contentType()).isEqualTo("x/y");
            assertThat(get("bkt", "k", r -> r.range("bytes=" + (PART - 5) + "-" + (PART + 4))).body().bytes(100))
                .isEqualTo(Arrays.copyOfRange(CONTENT, PART - 5, PART + 5));
            var second = get("bkt", "k", r -> r.partNumber(3).checksumMode("ENABLED"));
            assertThat(second.contentLength()).isEqualTo(1000);
            assertThat(second.partsCount()).isEqualTo(3);
            var third = ChecksumKind.CRC64NVME.start();
            third.update(CONTENT, 2 * PART, 1000);
            assertThat(second.checksumCRC64NVME()).isEqualTo(third.base64());
            assertThat(complete(id, parts)).isEqualTo(done);
            time.advance(Duration.ofHours(2));
            assertThatThrownBy(() -> complete(id, parts)).isInstanceOf(S3.NoSuchUpload.class);
        }

        @Test
        void checksumsAreOfTheWholeOrOfTheParts() {
            var full = begin(r -> r.checksumAlgorithm("CRC32").checksumType("FULL_OBJECT"));
            var crc = new CRC32();
            crc.update(CONTENT);
            assertThat(complete(full, parts(full)).checksumCRC32()).isEqualTo(KeptChecksum.base64(
                ByteBuffer.allocate(4).putInt((int) crc.getValue()).array()));
            var composite = begin(r -> r.checksumAlgorithm("SHA256"));
            var done = complete(composite, parts(composite));
            assertThat(done.checksumSHA256()).endsWith("-3");
            assertThat(done.checksumType()).isEqualTo("COMPOSITE");
        }

        @Test
        void partsAreCopiedFromObjects() {
            var first = begin(_ -> { });
            complete(first, parts(first));
            var id = begin(_ -> { });
            var parts = new ArrayList<S3.CompletedPart>();
            for (int i = 0; i < 2; i++) {
                int number = i + 1;
                var range = i == 0 ? "bytes=100-" + (PART + 99) : "bytes=" + (PART + 100) + "-" + (PART + 199);
                var copied = s3.uploadPartCopy(CALLER, S3.UploadPartCopyRequest.of(r -> r.bucket("bkt").key("k")
                    .uploadId(id).partNumber(number).copySource("bkt/k").copySourceRange(range)));
                parts.add(S3.CompletedPart.of(p -> p.partNumber(number).eTag(copied.copyPartResult().eTag())));
            }
            complete(id, parts);
            time.advance(Duration.ofHours(1));
            assertThat(get("bkt", "k", _ -> { }).body().bytes(1 << 26)).isEqualTo(Arrays.copyOfRange(CONTENT, 100, PART
                + 200));
        }

        @Test
        void whatIsAbortedIsGoneWithItsBytes() {
            var id = begin(_ -> { });
            parts(id);
            assertThat(s3.listMultipartUploads(CALLER, S3.ListMultipartUploadsRequest.of(r -> r.bucket("bkt")))
                .uploads()).extracting(S3.MultipartUpload::uploadId).containsExactly(id);
            s3.abortMultipartUpload(CALLER, S3.AbortMultipartUploadRequest.of(r -> r.bucket("bkt").key("k")
                .uploadId(id)));
            time.advance(Duration.ofHours(1));
            assertThat(blobs.ids()).isEmpty();
        }
    }
}
