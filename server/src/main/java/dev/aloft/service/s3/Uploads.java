package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.S3;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.s3.Content.Segment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Multipart uploads.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html">AWS: multipart upload</a>
 */
final class Uploads {
    private static final int MAX_PARTS = 10_000;
    private static final long MIN_PART_BYTES = 5 << 20;
    /** How long a completion can be asked for again. */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private final S3Data data;
    private final Buckets buckets;
    private final S3Objects objects;
    private final Contents contents;
    private final Arrivals arrivals;
    private final Copies copies;
    private final ObjectKeys keys;
    private final Notifications notifications;
    private final Time time;
    private final Store store;

    Uploads(S3Data data, Buckets buckets, S3Objects objects, Contents contents, Arrivals arrivals, Copies copies,
            ObjectKeys keys, Store store, Notifications notifications, Time time) {
        this.notifications = notifications;
        this.time = time;
        this.data = data;
        this.buckets = buckets;
        this.objects = objects;
        this.contents = contents;
        this.arrivals = arrivals;
        this.copies = copies;
        this.keys = keys;
        this.store = store;
    }

    S3.CreateMultipartUploadResponse create(Caller caller, S3.CreateMultipartUploadRequest input) {
        Descriptions.checkKey(input.key());
        var kind = ChecksumKind.named(input.checksumAlgorithm());
        if (kind.isEmpty() && input.checksumType() != null) {
            throw new S3.InvalidRequest(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
        }
        var type = type(kind, input.checksumType());
        var now = objects.now();
        // In the order of their beginning, as uploads of one key are listed.
        var id = String.format("%011x", now.toEpochMilli()) + objects.newVersionId() + objects.newVersionId();
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        var description = keys.keyed(caller, bucket, input.key(), Descriptions.of(bucket, input));
        var upload = new Upload(id, now, description, kind.orElse(ChecksumKind.CRC64NVME), type,
            kind.isPresent(), caller.principal().arn());
        store.change(tx -> data.uploads.put(tx,
            key(buckets.find(tx, input.bucket(), input.expectedBucketOwner()), input.key(), id), upload));
        return S3.CreateMultipartUploadResponse.of(r -> r.bucket(input.bucket()).key(input.key()).uploadId(id)
            .checksumAlgorithm(kind.map(ChecksumKind::name).orElse(null)).checksumType(kind.isPresent() ? type : null)
            .serverSideEncryption(description.encryption().algorithm())
            .ssekmsKeyId(description.encryption().kmsKeyId()).bucketKeyEnabled(description.encryption().bucketKey())
            .ssekmsEncryptionContext(description.encryption().context()));
    }

    private static String type(Optional<ChecksumKind> kind, String given) {
        if (kind.isEmpty() || kind.get() == ChecksumKind.CRC64NVME) {
            if (KeptChecksum.COMPOSITE.equals(given)) {
                throw new S3.InvalidRequest("The COMPOSITE checksum type cannot be used with the crc64nvme "
                    + "checksum algorithm.");
            }
            return KeptChecksum.FULL_OBJECT;
        }
        if (KeptChecksum.FULL_OBJECT.equals(given) && !kind.get().isCrc()) {
            throw new S3.InvalidRequest("The FULL_OBJECT checksum type cannot be used with the "
                + kind.get().name().toLowerCase(Locale.ROOT) + " checksum algorithm.");
        }
        return given == null ? KeptChecksum.COMPOSITE : given;
    }

    private static Key key(Bucket bucket, String key, String uploadId) {
        return Key.of(bucket.id(), key, uploadId == null ? "" : uploadId);
    }

    Upload find(ReadTx tx, Bucket bucket, String key, String uploadId) {
        return data.uploads.get(tx, key(bucket, key, uploadId)).orElseThrow(() -> missing(uploadId));
    }

    private static ApiError missing(String uploadId) {
        return new S3.NoSuchUpload(S3.NoSuchUpload.Detail.of(d -> d.uploadId(uploadId)
            .message("The specified upload does not "
            + "exist. The upload ID may be invalid, or the upload may have been aborted or completed.")));
    }

    private Upload find(String bucketName, String expectedOwner, String key, String uploadId) {
        return store.read(tx -> find(tx, buckets.find(tx, bucketName, expectedOwner), key, uploadId));
    }

    private static void checkNumber(Integer number) {
        if (number == null || number < 1 || number > MAX_PARTS) {
            throw Buckets.argument("partNumber", String.valueOf(number),
                "Part number must be an integer between 1 and 10000, inclusive");
        }
    }

    S3.UploadPartResponse put(Caller caller, S3.UploadPartRequest input) {
        checkNumber(input.partNumber());
        var upload = find(input.bucket(), input.expectedBucketOwner(), input.key(), input.uploadId());
        requireKey(caller, input.bucket(), input.expectedBucketOwner(), input.key(), upload);
        var claim = KeptChecksum.claimed(input);
        if (upload.chosen() && claim.isPresent() && claim.get().kind() != upload.checksum()) {
            throw new S3.InvalidRequest("Checksum Type mismatch occurred, expected checksum Type: "
                + upload.checksum().name().toLowerCase(Locale.ROOT) + ", actual checksum Type: "
                + claim.get().kind().name().toLowerCase(Locale.ROOT));
        }
        try (var arrived = arrivals.receive(input, input.body(), input.contentMD5(), Optional.of(upload.checksum()),
                ChecksumKind.named(input.checksumAlgorithm()))) {
            var received = arrived.content();
            var part = new Part(objects.now(), received.md5, received.size(), 0,
                KeptChecksum.base64(received.checksum(upload.checksum())));
            keep(input.bucket(), input.expectedBucketOwner(), input.key(), input.uploadId(), input.partNumber(), part,
                List.of(received.segment));
            received.kept();
            var answer = new S3.UploadPartResponse.Builder();
            if (upload.chosen()) {
                new KeptChecksum(upload.checksum(), part.checksum(), upload.checksumType())
                    .tell(S3.UPLOAD_PART.output(), answer);
            }
            return answer.eTag('"' + part.eTag() + '"')
                .serverSideEncryption(upload.description().encryption().algorithm())
                .ssekmsKeyId(upload.description().encryption().kmsKeyId())
                .bucketKeyEnabled(upload.description().encryption().bucketKey()).build();
        }
    }

    /** What belongs together is read before it is put together. */
    private void requireKey(Caller caller, String bucket, String expectedOwner, String key, Upload upload) {
        keys.require(caller, buckets.get(bucket, expectedOwner), key, upload.description().encryption());
    }

    private void keep(String bucketName, String expectedOwner, String key, String uploadId, int number, Part part,
            List<Segment> segments) {
        store.change(tx -> {
            find(tx, buckets.find(tx, bucketName, expectedOwner), key, uploadId);
            var at = Key.of(uploadId, number);
            data.parts.get(tx, at).ifPresent(old -> contents.forget(tx, old.content(), part.modified()));
            long content = contents.keep(tx, new Content(segments, List.of()));
            data.parts.put(tx, at, new Part(part.modified(), part.eTag(), part.size(), content, part.checksum()));
        });
    }

    S3.UploadPartCopyResponse copy(Caller caller, S3.UploadPartCopyRequest input) {
        checkNumber(input.partNumber());
        var upload = find(input.bucket(), input.expectedBucketOwner(), input.key(), input.uploadId());
        requireKey(caller, input.bucket(), input.expectedBucketOwner(), input.key(), upload);
        var from = CopySource.of(input.copySource());
        var found = copies.source(caller, from, input.expectedSourceBucketOwner(),
            new Conditions(input.copySourceIfMatch(), input.copySourceIfNoneMatch(), input.copySourceIfModifiedSince(),
                input.copySourceIfUnmodifiedSince()));
        var range = input.copySourceRange() == null ? new ByteRange(0, found.object().size())
            : ByteRange.ofCopy(input.copySourceRange(), found.object().size());
        var segments = found.content().slice(range.from(), range.length());
        try (var read = contents.digest(segments, EnumSet.of(upload.checksum()))) {
            var part = new Part(objects.now(), read.md5, range.length(), 0,
                KeptChecksum.base64(read.checksum(upload.checksum())));
            store.change(tx -> {
                var source = buckets.find(tx, from.bucket(), input.expectedSourceBucketOwner());
                objects.anyVersion(tx, source, from.key(), found.object().versionId())
                    .filter(each -> each.content() == found.object().content())
                    .orElseThrow(() -> S3Objects.noSuchKey(from.key()));
                find(tx, buckets.find(tx, input.bucket(), input.expectedBucketOwner()), input.key(), input.uploadId());
                var at = Key.of(input.uploadId(), input.partNumber());
                data.parts.get(tx, at).ifPresent(old -> contents.forget(tx, old.content(), part.modified()));
                long content = contents.keep(tx, new Content(segments, List.of()));
                data.parts.put(tx, at, new Part(part.modified(), part.eTag(), part.size(), content, part.checksum()));
            });
            var result = new S3.CopyPartResult.Builder();
            if (upload.chosen()) {
                new KeptChecksum(upload.checksum(), part.checksum(), upload.checksumType())
                    .tell(S3.CopyPartResult.of(_ -> { }).shape(), result);
            }
            return S3.UploadPartCopyResponse.of(r -> r.copySourceVersionId(found.toldVersion())
                .serverSideEncryption(upload.description().encryption().algorithm())
                .ssekmsKeyId(upload.description().encryption().kmsKeyId())
                .copyPartResult(result.eTag('"' + part.eTag() + '"').lastModified(part.modified()).build()));
        }
    }

    /** The parts listed become the object; others of the upload are let go. */
    S3.CompleteMultipartUploadResponse complete(Caller caller, S3.CompleteMultipartUploadRequest input) {
        var listed = input.multipartUpload() == null ? null : input.multipartUpload().parts();
        if (listed == null || listed.isEmpty()) {
            throw new S3.InvalidRequest("You must specify at least one part");
        }
        if (listed.stream().anyMatch(part -> part.partNumber() == null || part.eTag() == null)) {
            throw new S3.MalformedXML(BucketSettings.MALFORMED);
        }
        for (int i = 1; i < listed.size(); i++) {
            if (listed.get(i).partNumber() <= listed.get(i - 1).partNumber()) {
                throw new S3.InvalidPartOrder(S3.InvalidPartOrder.Detail.of(d -> d.uploadId(input.uploadId()).message(
                    "The list of parts was not in ascending order. Parts must be ordered by part number.")));
            }
        }
        store.<Optional<Upload>>read(tx -> data.uploads.get(tx, key(
                buckets.find(tx, input.bucket(), input.expectedBucketOwner()), input.key(), input.uploadId())))
            .ifPresent(upload -> requireKey(caller, input.bucket(), input.expectedBucketOwner(), input.key(), upload));
        var conditions = Conditions.toWrite(input.ifMatch(), input.ifNoneMatch());
        var now = objects.now();
        var versionId = objects.newVersionId();
        var completed = store.write(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            var before = data.completed.get(tx, key(bucket, input.key(), input.uploadId()));
            if (before.isPresent() && before.get().value().isOf(listed)) {
                // Asked again, perhaps because the answer was lost: it is the same.
                return before.get().value();
            }
            var upload = find(tx, bucket, input.key(), input.uploadId());
            var parts = parts(tx, input, upload, listed);
            var checksum = checksum(upload, parts);
            checkWhole(input, upload, parts, checksum);
            var segments = new ArrayList<Segment>();
            parts.forEach(part -> segments.addAll(contents.get(tx, part.content()).segments()));
            var pieces = new ArrayList<Content.Piece>();
            for (int i = 0; i < parts.size(); i++) {
                pieces.add(new Content.Piece(listed.get(i).partNumber(), parts.get(i).size(), parts.get(i).checksum()));
            }
            var content = new Content(segments, pieces);
            var made = new ObjectVersion(0, null, false, now, eTag(parts), content.size(), 0, upload.description(),
                checksum, null);
            var version = objects.write(tx, bucket, input.key(), made, content, conditions, versionId);
            notifications.note(tx, bucket,
                new Occurrence("ObjectCreated:CompleteMultipartUpload", "CompleteMultipartUpload",
                input.key(), version, time.instant(), caller));
            remove(data, contents, tx, key(bucket, input.key(), upload.id()), upload.id(), now);
            var done = new Completed(listed.stream().map(part -> Conditions.unquoted(part.eTag())).toList(),
                S3Objects.toldVersion(bucket, version), version);
            data.completed.add(tx, now.plus(REMEMBERED), key(bucket, input.key(), upload.id()), done);
            return done;
        });
        var answer = new S3.CompleteMultipartUploadResponse.Builder();
        completed.version().checksum().tell(S3.COMPLETE_MULTIPART_UPLOAD.output(), answer);
        return answer.bucket(input.bucket()).key(input.key()).eTag(completed.version().quotedETag())
            .location(caller.endpoint() + "/" + input.bucket() + "/" + Listing.encoded(input.key()))
            .versionId(completed.toldVersion())
            .serverSideEncryption(completed.version().description().encryption().algorithm())
            .ssekmsKeyId(completed.version().description().encryption().kmsKeyId())
            .bucketKeyEnabled(completed.version().description().encryption().bucketKey()).build();
    }

    /**
     * What a completion made.
     *
     * @param eTags of the parts that were listed
     */
    record Completed(List<String> eTags, String toldVersion, ObjectVersion version) {
        boolean isOf(List<S3.CompletedPart> listed) {
            return eTags.equals(listed.stream().map(part -> Conditions.unquoted(part.eTag())).toList());
        }
    }

    private List<Part> parts(ReadTx tx, S3.CompleteMultipartUploadRequest input, Upload upload,
            List<S3.CompletedPart> listed) {
        var parts = new ArrayList<Part>();
        for (var each : listed) {
            var part = data.parts.get(tx, Key.of(upload.id(), each.partNumber()))
                .filter(found -> found.eTag().equals(Conditions.unquoted(each.eTag())))
                .orElseThrow(() -> invalidPart(input, each));
            checkChecksum(input, upload, each, part);
            parts.add(part);
        }
        for (int i = 0; i < parts.size() - 1; i++) {
            if (parts.get(i).size() < MIN_PART_BYTES) {
                var small = parts.get(i);
                int number = listed.get(i).partNumber();
                throw new S3.EntityTooSmall(S3.EntityTooSmall.Detail.of(d -> d.eTag(small.eTag()).partNumber(number)
                    .minSizeAllowed(MIN_PART_BYTES).proposedSize(small.size())
                    .message("Your proposed upload is smaller than the minimum allowed size")));
            }
        }
        return parts;
    }

    private static ApiError invalidPart(S3.CompleteMultipartUploadRequest input, S3.CompletedPart part) {
        return new S3.InvalidPart(S3.InvalidPart.Detail.of(d -> d.uploadId(input.uploadId())
            .partNumber(part.partNumber()).eTag(Conditions.unquoted(part.eTag()))
            .message("One or more of the specified parts could not be found.  The part "
                + "may not have been uploaded, or the specified entity tag may not match the part's entity tag.")));
    }

    private static void checkChecksum(S3.CompleteMultipartUploadRequest input, Upload upload, S3.CompletedPart each,
            Part part) {
        var given = KeptChecksum.value(each, upload.checksum());
        var name = upload.checksum().name().toLowerCase(Locale.ROOT);
        if (given == null) {
            if (upload.chosen() && upload.checksumType().equals(KeptChecksum.COMPOSITE)) {
                throw new S3.InvalidRequest("The upload was created using a " + name
                    + " checksum. The complete request must "
                    + "include the checksum for each part. It was missing for part " + each.partNumber()
                    + " in the request.");
            }
        } else if (!given.equals(part.checksum())) {
            if (upload.chosen()) {
                throw invalidPart(input, each);
            }
            throw new S3.BadDigest("The " + name + " you specified for part " + each.partNumber()
                + " did not match what we received.");
        }
    }

    private static void checkWhole(S3.CompleteMultipartUploadRequest input, Upload upload, List<Part> parts,
            KeptChecksum checksum) {
        if (input.checksumType() != null && !input.checksumType().equals(upload.checksumType())) {
            throw new S3.InvalidRequest("The upload was created using the " + (upload.chosen() ? upload.checksumType()
                : "null") + " checksum mode. The complete request must use the same checksum mode.");
        }
        long size = parts.stream().mapToLong(Part::size).sum();
        if (input.mpuObjectSize() != null && input.mpuObjectSize() != size) {
            throw new S3.InvalidRequest("The provided 'x-amz-mp-object-size' header value " + input.mpuObjectSize()
                + " does not match what was computed: " + size);
        }
        for (var kind : ChecksumKind.values()) {
            var given = KeptChecksum.value(input, kind);
            if (given == null) {
                continue;
            }
            boolean whole = given.indexOf('-') < 0;
            if (whole && !kind.isValue(given)) {
                throw new S3.InvalidRequest("Value for " + kind.header() + " header is invalid.");
            }
            if (kind != checksum.kind() || !given.equals(checksum.value())) {
                throw new S3.BadDigest("The " + kind.name().toLowerCase(Locale.ROOT)
                    + " you specified did not match the calculated " + "checksum.");
            }
        }
    }

    private static String eTag(List<Part> parts) {
        var md5 = ChecksumKind.messageDigest("MD5");
        parts.forEach(part -> md5.update(HexFormat.of().parseHex(part.eTag())));
        return HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
    }

    private static KeptChecksum checksum(Upload upload, List<Part> parts) {
        var kind = upload.checksum();
        if (upload.checksumType().equals(KeptChecksum.COMPOSITE)) {
            var whole = kind.start();
            for (var part : parts) {
                byte[] value = Base64.getDecoder().decode(part.checksum());
                whole.update(value, 0, value.length);
            }
            return new KeptChecksum(kind, whole.base64() + "-" + parts.size(), KeptChecksum.COMPOSITE);
        }
        byte[] whole = Base64.getDecoder().decode(parts.getFirst().checksum());
        for (var part : parts.subList(1, parts.size())) {
            whole = kind.combine(whole, Base64.getDecoder().decode(part.checksum()), part.size());
        }
        return new KeptChecksum(kind, KeptChecksum.base64(whole), KeptChecksum.FULL_OBJECT);
    }

    S3.AbortMultipartUploadResponse abort(S3.AbortMultipartUploadRequest input) {
        var now = objects.now();
        store.change(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            var upload = find(tx, bucket, input.key(), input.uploadId());
            remove(data, contents, tx, key(bucket, input.key(), upload.id()), upload.id(), now);
        });
        return S3.AbortMultipartUploadResponse.of(_ -> {});
    }

    /** Removes an upload with the contents of its parts; what shares their blobs keeps them. */
    static void remove(S3Data data, Contents contents, Tx tx, Key key, String id, Instant now) {
        for (var row : data.parts.range(tx, Key.of(id)).toList()) {
            contents.forget(tx, row.value().content(), now);
            data.parts.delete(tx, row.key());
        }
        data.uploads.delete(tx, key);
    }
}
