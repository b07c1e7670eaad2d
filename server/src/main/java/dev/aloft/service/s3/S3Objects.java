package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.s3.Contents.Received;
import dev.aloft.service.s3.KeptChecksum.Claim;
import dev.aloft.wire.AwsChunked;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Objects and their versions: put, get, head, delete, tags, attributes. */
final class S3Objects {
    static final long MAX_PUT_BYTES = 5L << 30;
    private static final Pattern VERSION_ID = Pattern.compile("[A-Za-z0-9_.]{32}");
    private static final int MAX_DELETES = 1000;
    private static final int MAX_PARTS_PAGE = 1000;

    private final S3Data data;
    private final Buckets buckets;
    private final Contents contents;
    private final Store store;
    private final Time time;
    private final SecureRandom random = new SecureRandom();

    S3Objects(S3Data data, Buckets buckets, Contents contents, Store store, Time time) {
        this.data = data;
        this.buckets = buckets;
        this.contents = contents;
        this.store = store;
        this.time = time;
    }

    // Writing

    S3.PutObjectResponse put(S3.PutObjectRequest input) {
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        Descriptions.checkKey(input.key());
        var description = Descriptions.of(bucket, input);
        var conditions = Conditions.toWrite(input.ifMatch(), input.ifNoneMatch());
        store.<Void>read(tx -> {
            conditions.checkWrite(data.objects.get(tx, S3Data.object(bucket, input.key())), input.key());
            return null;
        });
        try (var received = receive(input, input.body(), input.contentMD5(), Optional.empty(),
                ChecksumKind.named(input.checksumAlgorithm()))) {
            var now = now();
            var checksum = new KeptChecksum(received.kind, base64(received.content.checksum(received.kind)),
                KeptChecksum.FULL_OBJECT);
            var content = new Content(List.of(received.content.segment), List.of());
            var made = new ObjectVersion(0, null, false, now, received.content.md5, received.content.size(), 0, description,
                checksum, null);
            var versionId = newVersionId();
            var version = store.write(tx -> {
                var owner = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
                return write(tx, owner, input.key(), made, content, conditions, versionId);
            });
            received.content.kept();
            var answer = new S3.PutObjectResponse.Builder();
            checksum.tell(S3.PUT_OBJECT.output(), answer);
            return answer.eTag(version.quotedETag()).versionId(toldVersion(bucket, version))
                .serverSideEncryption(description.encryption().algorithm()).ssekmsKeyId(description.encryption().kmsKeyId())
                .bucketKeyEnabled(description.encryption().bucketKey()).build();
        }
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
    Arrived receive(Shape input, Body sent, String contentMd5, Optional<ChecksumKind> wanted, Optional<ChecksumKind> named) {
        var claim = KeptChecksum.claimed(input);
        var kind = wanted.or(() -> claim.map(Claim::kind)).or(() -> named).orElse(ChecksumKind.CRC64NVME);
        var body = sent == null ? Body.EMPTY : sent;
        // What follows the content is known only then: so everything that could be named there is computed.
        var kinds = EnumSet.of(kind);
        claim.map(Claim::kind).or(() -> named).ifPresent(kinds::add);
        if (body instanceof AwsChunked && claim.isEmpty() && named.isEmpty()) {
            kinds.addAll(EnumSet.of(ChecksumKind.CRC32, ChecksumKind.CRC32C, ChecksumKind.SHA1, ChecksumKind.SHA256));
        }
        var received = contents.receive(body, kinds, MAX_PUT_BYTES);
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
        if (!base64(computed).equals(claim.value())) {
            throw new S3.BadDigest("The " + claim.kind().name() + " you specified did not match the calculated checksum.");
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
            throw new S3.InvalidDigest(S3.InvalidDigest.Detail.of(d -> d.message("The Content-MD5 you specified was invalid.")
                .contentMD5(sent)));
        }
        var hex = HexFormat.of().formatHex(md5);
        if (!hex.equals(computed)) {
            throw new S3.BadDigest(S3.BadDigest.Detail.of(d -> d.expectedDigest(hex).calculatedDigest(computed)
                .message("The Content-MD5 you specified did not match what we received.")));
        }
    }

    static String base64(byte[] value) {
        return Base64.getEncoder().encodeToString(value);
    }

    /** Makes a version the newest of its key, and lets go of the one whose place it takes. */
    ObjectVersion write(Tx tx, Bucket bucket, String key, ObjectVersion made, Content content, Conditions conditions,
            String versionId) {
        var at = S3Data.object(bucket, key);
        var current = data.objects.get(tx, at);
        conditions.checkWrite(current, key);
        makeRoom(tx, bucket, key, current, made.modified());
        long number = content == null ? 0 : contents.keep(tx, content);
        var version = made.withContent(number).as(S3Data.nextNumber(tx), bucket.keepsVersions() ? versionId : ObjectVersion.NULL);
        data.objects.put(tx, at, version);
        return version;
    }

    private void makeRoom(Tx tx, Bucket bucket, String key, Optional<ObjectVersion> current, Instant now) {
        if (!bucket.keepsVersions()) {
            // The new one is the null version, and there is only one of these.
            forgetNull(tx, bucket, key, current, now);
        }
        if (current.isPresent() && (bucket.keepsVersions() || !current.get().isNull())) {
            data.older.put(tx, S3Data.older(bucket, key, current.get().sequence()), current.get().noncurrent(now));
        }
    }

    private void forgetNull(Tx tx, Bucket bucket, String key, Optional<ObjectVersion> current, Instant now) {
        if (current.isPresent() && current.get().isNull()) {
            contents.forget(tx, current.get().content(), now);
        } else if (bucket.isVersioned()) {
            data.older.range(tx, S3Data.object(bucket, key)).filter(row -> row.value().isNull()).findFirst()
                .ifPresent(row -> {
                    data.older.delete(tx, row.key());
                    contents.forget(tx, row.value().content(), now);
                });
        }
    }

    Instant now() {
        return time.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    String newVersionId() {
        var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";
        var id = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            id.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return id.toString();
    }

    /** Told only where the bucket keeps versions now. */
    static String toldVersion(Bucket bucket, ObjectVersion version) {
        return bucket.keepsVersions() ? version.versionId() : null;
    }

    // Reading

    /** An object with where its bytes are. */
    record Found(Bucket bucket, ObjectVersion object, Content content) {
        /** Told wherever the bucket ever kept versions. */
        String toldVersion() {
            return bucket.isVersioned() ? object.versionId() : null;
        }
    }

    Found find(String bucketName, String expectedOwner, String key, String versionId, String method) {
        return store.read(tx -> {
            var bucket = buckets.find(tx, bucketName, expectedOwner);
            var object = version(tx, bucket, key, versionId, method);
            return new Found(bucket, object, contents.get(tx, object.content()));
        });
    }

    /** The version asked for, which is no delete marker. */
    ObjectVersion version(ReadTx tx, Bucket bucket, String key, String versionId, String method) {
        if (versionId == null) {
            var current = data.objects.get(tx, S3Data.object(bucket, key)).orElseThrow(() -> noSuchKey(key));
            if (current.deleteMarker()) {
                throw new S3.NoSuchKey(S3.NoSuchKey.Detail.of(d -> d.message("The specified key does not exist.").key(key)
                    .deleteMarker(true).markerVersionId(current.versionId())));
            }
            return current;
        }
        var version = anyVersion(tx, bucket, key, versionId).orElseThrow(() -> noSuchVersion(key, versionId));
        if (version.deleteMarker()) {
            throw new S3.MethodNotAllowed(S3.MethodNotAllowed.Detail.of(d -> d.method(method).resourceType("DeleteMarker")
                .message("The specified method is not allowed against this resource.").allow("DELETE").deleteMarker(true)
                .markerVersionId(version.versionId()).lastModified(version.modified())));
        }
        return version;
    }

    Optional<ObjectVersion> anyVersion(ReadTx tx, Bucket bucket, String key, String versionId) {
        checkVersionId(versionId);
        var at = S3Data.object(bucket, key);
        var current = data.objects.get(tx, at);
        return current.filter(version -> version.versionId().equals(versionId)).or(() -> !bucket.isVersioned()
            ? Optional.empty() : data.older.range(tx, at).map(Row::value)
                .filter(version -> version.versionId().equals(versionId)).findFirst());
    }

    private static void checkVersionId(String versionId) {
        if (versionId.isEmpty()) {
            throw Buckets.argument("versionId", versionId, "Version id cannot be the empty string");
        }
        if (!versionId.equals(ObjectVersion.NULL) && !VERSION_ID.matcher(versionId).matches()) {
            throw Buckets.argument("versionId", versionId, "Invalid version id specified");
        }
    }

    static ApiError noSuchKey(String key) {
        return new S3.NoSuchKey(S3.NoSuchKey.Detail.of(d -> d.message("The specified key does not exist.").key(key)));
    }

    private static ApiError noSuchVersion(String key, String versionId) {
        return new S3.NoSuchVersion(S3.NoSuchVersion.Detail.of(d -> d.message("The specified version does not exist.")
            .key(key).versionId(versionId)));
    }

    S3.GetObjectResponse get(S3.GetObjectRequest input) {
        var found = find(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "GET");
        var object = found.object();
        new Conditions(input.ifMatch(), input.ifNoneMatch(), input.ifModifiedSince(), input.ifUnmodifiedSince())
            .checkRead(object);
        var said = object.description();
        var range = range(found, input.range(), input.partNumber());
        var answer = new S3.GetObjectResponse.Builder();
        if (S3.ChecksumMode.ENABLED.equals(input.checksumMode())) {
            checksum(found, input.partNumber(), range).ifPresent(checksum -> checksum.tell(S3.GET_OBJECT.output(), answer));
        }
        var slice = range.map(r -> found.content().slice(r.from(), r.length())).orElse(found.content().segments());
        return answer.body(contents.body(slice)).contentLength(range.map(ByteRange::length).orElse(object.size()))
            .status(range.isPresent() ? 206 : 200)
            .contentRange(range.map(r -> r.contentRange(object.size())).orElse(null)).acceptRanges("bytes")
            .eTag(object.quotedETag()).lastModified(object.modified()).versionId(found.toldVersion())
            .contentType(or(input.responseContentType(), said.contentType()))
            .cacheControl(or(input.responseCacheControl(), said.cacheControl()))
            .contentDisposition(or(input.responseContentDisposition(), said.contentDisposition()))
            .contentEncoding(or(input.responseContentEncoding(), said.contentEncoding()))
            .contentLanguage(or(input.responseContentLanguage(), said.contentLanguage()))
            .expires(or(input.responseExpires(), said.expires())).metadata(said.metadata())
            .storageClass(toldClass(said)).tagCount(said.tags().isEmpty() ? null : said.tags().size())
            .partsCount(input.partNumber() != null && !found.content().parts().isEmpty() ? found.content().parts().size() : null)
            .serverSideEncryption(said.encryption().algorithm()).ssekmsKeyId(said.encryption().kmsKeyId())
            .bucketKeyEnabled(said.encryption().bucketKey()).build();
    }

    S3.HeadObjectResponse head(S3.HeadObjectRequest input) {
        var found = find(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "HEAD");
        var object = found.object();
        new Conditions(input.ifMatch(), input.ifNoneMatch(), input.ifModifiedSince(), input.ifUnmodifiedSince())
            .checkRead(object);
        var said = object.description();
        var range = range(found, input.range(), input.partNumber());
        var answer = new S3.HeadObjectResponse.Builder();
        if (S3.ChecksumMode.ENABLED.equals(input.checksumMode())) {
            checksum(found, input.partNumber(), range).ifPresent(checksum -> checksum.tell(S3.HEAD_OBJECT.output(), answer));
        }
        return answer.contentLength(range.map(ByteRange::length).orElse(object.size()))
            .status(range.isPresent() ? 206 : 200)
            .contentRange(range.map(r -> r.contentRange(object.size())).orElse(null)).acceptRanges("bytes")
            .eTag(object.quotedETag()).lastModified(object.modified()).versionId(found.toldVersion())
            .contentType(or(input.responseContentType(), said.contentType()))
            .cacheControl(or(input.responseCacheControl(), said.cacheControl()))
            .contentDisposition(or(input.responseContentDisposition(), said.contentDisposition()))
            .contentEncoding(or(input.responseContentEncoding(), said.contentEncoding()))
            .contentLanguage(or(input.responseContentLanguage(), said.contentLanguage()))
            .expires(or(input.responseExpires(), said.expires())).metadata(said.metadata())
            .storageClass(toldClass(said)).tagCount(said.tags().isEmpty() ? null : said.tags().size())
            .partsCount(input.partNumber() != null && !found.content().parts().isEmpty() ? found.content().parts().size() : null)
            .serverSideEncryption(said.encryption().algorithm()).ssekmsKeyId(said.encryption().kmsKeyId())
            .bucketKeyEnabled(said.encryption().bucketKey()).build();
    }

    /** Of the whole or of the one part asked for; any other run of bytes has none. */
    private static Optional<KeptChecksum> checksum(Found found, Integer partNumber, Optional<ByteRange> range) {
        var whole = found.object().checksum();
        var parts = found.content().parts();
        if (partNumber != null) {
            return Optional.of(parts.isEmpty() ? whole : whole.of(parts.get(partNumber - 1)));
        }
        return range.isEmpty() ? Optional.of(whole) : Optional.empty();
    }

    private static <T> T or(T given, T kept) {
        return given != null ? given : kept;
    }

    private static String toldClass(Description said) {
        return said.storageClass().equals("STANDARD") ? null : said.storageClass();
    }

    private static Optional<ByteRange> range(Found found, String range, Integer partNumber) {
        if (partNumber == null) {
            return ByteRange.of(range, found.object().size());
        }
        if (range != null) {
            throw new S3.InvalidRequest("Cannot specify both Range header and partNumber query parameter");
        }
        var parts = found.content().parts();
        int count = Math.max(1, parts.size());
        if (partNumber < 1 || partNumber > 10_000) {
            throw Buckets.argument("partNumber", String.valueOf(partNumber),
                "Part number must be an integer between 1 and 10000, inclusive");
        }
        if (partNumber > count) {
            throw new S3.InvalidPartNumber(S3.InvalidPartNumber.Detail.of(d -> d.actualPartCount(String.valueOf(count))
                .message("The requested partnumber is not satisfiable").partNumberRequested(String.valueOf(partNumber))));
        }
        if (parts.isEmpty()) {
            return found.object().size() == 0 ? Optional.empty() : Optional.of(new ByteRange(0, found.object().size()));
        }
        long from = parts.subList(0, partNumber - 1).stream().mapToLong(Content.Piece::size).sum();
        return Optional.of(new ByteRange(from, parts.get(partNumber - 1).size()));
    }

    S3.GetObjectAttributesResponse attributes(S3.GetObjectAttributesRequest input) {
        var found = find(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "GET");
        var object = found.object();
        var wanted = input.objectAttributes() == null ? List.<String>of() : input.objectAttributes();
        var known = List.of("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize");
        if (wanted.isEmpty() || !known.containsAll(wanted)) {
            throw Buckets.argument("x-amz-object-attributes", String.join(",", wanted), "Invalid attribute name specified.");
        }
        var checksum = new S3.Checksum.Builder();
        object.checksum().tell(S3.Checksum.of(_ -> { }).shape(), checksum);
        return S3.GetObjectAttributesResponse.of(r -> r.lastModified(object.modified()).versionId(found.toldVersion())
            .eTag(wanted.contains("ETag") ? object.eTag() : null)
            .checksum(wanted.contains("Checksum") ? checksum.build() : null)
            .objectSize(wanted.contains("ObjectSize") ? object.size() : null)
            .storageClass(wanted.contains("StorageClass") ? object.description().storageClass() : null)
            .objectParts(wanted.contains("ObjectParts") && !found.content().parts().isEmpty()
                ? parts(object.checksum(), found.content(), input.partNumberMarker(), input.maxParts()) : null));
    }

    private static S3.GetObjectAttributesParts parts(KeptChecksum checksum, Content content, Integer marker,
            Integer max) {
        int from = marker == null ? 0 : Math.clamp(marker, 0, content.parts().size());
        int limit = max == null ? MAX_PARTS_PAGE : Math.clamp(max, 0, MAX_PARTS_PAGE);
        int to = Math.min(content.parts().size(), from + limit);
        var parts = new ArrayList<S3.ObjectPart>();
        for (var piece : content.parts().subList(from, to)) {
            var part = new S3.ObjectPart.Builder();
            checksum.of(piece).tell(S3.ObjectPart.of(_ -> { }).shape(), part);
            parts.add(part.partNumber(piece.number()).size(piece.size()).build());
        }
        return S3.GetObjectAttributesParts.of(p -> p.totalPartsCount(content.parts().size()).partNumberMarker(from)
            .nextPartNumberMarker(to).maxParts(limit).isTruncated(to < content.parts().size()).parts(parts));
    }

    S3.GetObjectAclResponse acl(S3.GetObjectAclRequest input) {
        var bucket = find(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "GET").bucket();
        return S3.GetObjectAclResponse.of(r -> r.owner(Buckets.owner(bucket.account()))
            .grants(BucketSettings.ownersGrant(bucket)));
    }

    // Deleting

    /** What a deletion did: which version went, or which marker came. */
    record Deleted(String versionId, boolean deleteMarker) {
    }

    S3.DeleteObjectResponse delete(S3.DeleteObjectRequest input) {
        if (input.ifMatchLastModifiedTime() != null || input.ifMatchSize() != null) {
            throw Conditions.headerNotBuilt("x-amz-if-match-last-modified-time");
        }
        var now = now();
        var versionId = newVersionId();
        var deleted = store.write(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            return delete(tx, bucket, input.key(), input.versionId(), input.ifMatch(), versionId, now);
        });
        return S3.DeleteObjectResponse.of(r -> r.versionId(deleted.versionId())
            .deleteMarker(deleted.deleteMarker() ? true : null));
    }

    private Deleted delete(Tx tx, Bucket bucket, String key, String versionId, String ifMatch, String newVersionId,
            Instant now) {
        var at = S3Data.object(bucket, key);
        var current = data.objects.get(tx, at);
        if (versionId != null) {
            return deleteVersion(tx, bucket, key, versionId, ifMatch, now);
        }
        if (ifMatch != null) {
            new Conditions(ifMatch, null, null, null).checkWrite(current, key);
        }
        if (!bucket.isVersioned()) {
            current.ifPresent(version -> {
                contents.forget(tx, version.content(), now);
                data.objects.delete(tx, at);
            });
            return new Deleted(null, false);
        }
        var marker = write(tx, bucket, key, ObjectVersion.marker(now), null, Conditions.toWrite(null, null), newVersionId);
        return new Deleted(marker.versionId(), true);
    }

    /** A lifecycle rule's deletion: the object goes, or a delete marker comes. */
    void expire(Tx tx, Bucket bucket, String key, Instant now) {
        delete(tx, bucket, key, null, null, newVersionId(), now.truncatedTo(ChronoUnit.SECONDS));
    }

    private Deleted deleteVersion(Tx tx, Bucket bucket, String key, String versionId, String ifMatch, Instant now) {
        var told = bucket.isVersioned() ? versionId : null;
        var version = anyVersion(tx, bucket, key, versionId);
        if (version.isEmpty()) {
            return new Deleted(told, false);
        }
        if (ifMatch != null) {
            new Conditions(ifMatch, null, null, null).checkWrite(version, key);
        }
        contents.forget(tx, version.get().content(), now);
        var at = S3Data.object(bucket, key);
        var older = S3Data.older(bucket, key, version.get().sequence());
        if (!data.older.delete(tx, older)) {
            // The newest: the one before it takes its place.
            var before = data.older.range(tx, Range.of(at).limit(1)).findFirst();
            before.ifPresentOrElse(row -> {
                data.older.delete(tx, row.key());
                data.objects.put(tx, at, row.value().noncurrent(null));
            }, () -> data.objects.delete(tx, at));
        }
        return new Deleted(told, version.get().deleteMarker());
    }

    S3.DeleteObjectsResponse deleteSeveral(S3.DeleteObjectsRequest input) {
        var objects = input.delete() == null ? null : input.delete().objects();
        if (objects == null || objects.isEmpty() || objects.size() > MAX_DELETES
                || objects.stream().anyMatch(object -> object.key() == null || object.key().isEmpty())) {
            throw new S3.MalformedXML(BucketSettings.MALFORMED);
        }
        var now = now();
        var ids = objects.stream().map(_ -> newVersionId()).toList();
        record Outcome(List<S3.DeletedObject> deleted, List<S3.Error> errors) {
        }
        var outcome = store.write(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            var result = new Outcome(new ArrayList<>(), new ArrayList<>());
            for (int i = 0; i < objects.size(); i++) {
                var object = objects.get(i);
                try {
                    if (object.lastModifiedTime() != null || object.size() != null) {
                        throw ApiError.notBuilt("Deletion of several objects on a condition of time or size");
                    }
                    var deleted = delete(tx, bucket, object.key(), object.versionId(), object.eTag(), ids.get(i), now);
                    result.deleted().add(told(object, deleted));
                } catch (ApiError e) {
                    result.errors().add(S3.Error.of(r -> r.key(object.key()).versionId(object.versionId()).code(e.code())
                        .message(e.getMessage())));
                }
            }
            return result;
        });
        boolean quiet = Boolean.TRUE.equals(input.delete().quiet());
        return S3.DeleteObjectsResponse.of(r -> r.deleted(quiet ? List.of() : outcome.deleted()).errors(outcome.errors()));
    }

    private static S3.DeletedObject told(S3.ObjectIdentifier object, Deleted deleted) {
        return S3.DeletedObject.of(d -> d.key(object.key()).versionId(object.versionId())
            .deleteMarker(deleted.deleteMarker() ? true : null)
            .deleteMarkerVersionId(deleted.deleteMarker() ? deleted.versionId() : null));
    }

    // Tags

    S3.GetObjectTaggingResponse tagging(S3.GetObjectTaggingRequest input) {
        var found = find(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "GET");
        return S3.GetObjectTaggingResponse.of(r -> r.versionId(found.toldVersion())
            .tagSet(Tags.told(found.object().description().tags())));
    }

    S3.PutObjectTaggingResponse putTagging(S3.PutObjectTaggingRequest input) {
        var tags = Tags.ofObject(input.tagging());
        var version = changeTags(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "PUT", tags);
        return S3.PutObjectTaggingResponse.of(r -> r.versionId(version));
    }

    S3.DeleteObjectTaggingResponse deleteTagging(S3.DeleteObjectTaggingRequest input) {
        var version = changeTags(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "DELETE", Map.of());
        return S3.DeleteObjectTaggingResponse.of(r -> r.versionId(version));
    }

    private String changeTags(String bucketName, String expectedOwner, String key, String versionId, String method,
            Map<String, String> tags) {
        return store.write(tx -> {
            var bucket = buckets.find(tx, bucketName, expectedOwner);
            var version = version(tx, bucket, key, versionId, method);
            UnaryOperator<ObjectVersion> change = old -> old.withDescription(old.description().withTags(tags));
            var older = S3Data.older(bucket, key, version.sequence());
            if (data.older.update(tx, older, change).isEmpty()) {
                data.objects.update(tx, S3Data.object(bucket, key), change);
            }
            return bucket.isVersioned() ? version.versionId() : null;
        });
    }
}
