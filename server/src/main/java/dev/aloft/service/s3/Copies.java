package dev.aloft.service.s3;

import dev.aloft.api.Caller;
import dev.aloft.api.S3;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.s3.S3Objects.Found;
import java.util.EnumSet;
import java.util.List;

/** CopyObject: a new object with the bytes of another, which are shared. */
final class Copies {
    private static final long MAX_COPY_BYTES = 5L << 30;

    private final Buckets buckets;
    private final S3Objects objects;
    private final Contents contents;
    private final Notifications notifications;
    private final Time time;
    private final Store store;
    private final S3 door;
    private final ObjectKeys keys;

    Copies(Buckets buckets, S3Objects objects, Contents contents, Store store, S3 door, ObjectKeys keys,
            Notifications notifications, Time time) {
        this.notifications = notifications;
        this.time = time;
        this.buckets = buckets;
        this.objects = objects;
        this.contents = contents;
        this.store = store;
        this.door = door;
        this.keys = keys;
    }

    /** The source, if the caller may read it: that is asked at the door, as for anybody who reads an object. */
    Found source(Caller caller, CopySource source, String expectedOwner, Conditions conditions) {
        try {
            door.headObject(caller, source.head(expectedOwner));
        } catch (S3.MethodNotAllowed _) {
            throw new S3.InvalidRequest(
                "The source of a copy request may not specifically refer to a delete marker by version id.");
        }
        var found = objects.find(source.bucket(), expectedOwner, source.key(), source.versionId(), "GET");
        conditions.checkSource(found.object());
        keys.require(caller, found.bucket(), source.key(), found.object().description().encryption());
        return found;
    }

    S3.CopyObjectResponse copy(Caller caller, S3.CopyObjectRequest input) {
        Descriptions.checkKey(input.key());
        var from = CopySource.of(input.copySource());
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        var directive = directive("x-amz-metadata-directive", input.metadataDirective());
        var taggingDirective = directive("x-amz-tagging-directive", input.taggingDirective());
        var found = source(caller, from, input.expectedSourceBucketOwner(), new Conditions(input.copySourceIfMatch(),
            input.copySourceIfNoneMatch(), input.copySourceIfModifiedSince(), input.copySourceIfUnmodifiedSince()));
        var source = found.object();
        if (source.size() > MAX_COPY_BYTES) {
            throw new S3.InvalidRequest("The specified copy source is larger than the maximum allowable size "
                + "for a copy source: "
                + MAX_COPY_BYTES);
        }
        boolean replaces = directive.equals(S3.MetadataDirective.REPLACE);
        if (from.bucket().equals(input.bucket()) && from.key().equals(input.key()) && from.versionId() == null
            && !replaces
                && input.storageClass() == null && input.serverSideEncryption() == null) {
            throw new S3.InvalidRequest("This copy request is illegal because it is trying to copy an object "
                + "to itself without changing the object's metadata, storage class, website redirect location or "
                + "encryption attributes.");
        }
        var said = (replaces ? Descriptions.of(bucket, input)
            : source.description().withStorage(Descriptions.storageClass(input.storageClass()),
                Descriptions.encryption(bucket, input)))
            .withTags(taggingDirective.equals(S3.TaggingDirective.REPLACE) ? Tags.ofHeader(input.tagging())
                : source.description().tags());
        var description = keys.keyed(caller, bucket, input.key(), said);
        var digests = digests(found, input.checksumAlgorithm());
        var conditions = Conditions.toWrite(input.ifMatch(), input.ifNoneMatch());
        var now = objects.now();
        var versionId = objects.newVersionId();
        var version = store.write(tx -> {
            var target = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            // Read again: what is shared must still be there when it is named a second time.
            var sourceBucket = buckets.find(tx, from.bucket(), input.expectedSourceBucketOwner());
            var still = objects.anyVersion(tx, sourceBucket, from.key(), source.versionId())
                .filter(each -> each.content() == source.content()).orElseThrow(() -> S3Objects.noSuchKey(from.key()));
            var content = new Content(contents.get(tx, still.content()).segments(), List.of());
            var made = new ObjectVersion(0, null, false, now, description.encryption().eTag(digests.md5()),
                source.size(), 0, description, digests.checksum(), null);
            var written = objects.write(tx, target, input.key(), made, content, conditions, versionId);
            notifications.note(tx, target,
                new Occurrence("ObjectCreated:Copy", "CopyObject", input.key(), written, time.instant(), caller));
            return written;
        });
        var result = new S3.CopyObjectResult.Builder();
        digests.checksum().tell(S3.CopyObjectResult.of(_ -> { }).shape(), result);
        return S3.CopyObjectResponse.of(r -> r.versionId(S3Objects.toldVersion(bucket, version))
            .copySourceVersionId(found.toldVersion()).serverSideEncryption(description.encryption().algorithm())
            .ssekmsKeyId(description.encryption().kmsKeyId()).bucketKeyEnabled(description.encryption().bucketKey())
            .ssekmsEncryptionContext(description.encryption().context())
            .copyObjectResult(result.eTag(version.quotedETag()).lastModified(version.modified()).build()));
    }

    private static String directive(String header, String given) {
        if (given != null && !given.equals("COPY") && !given.equals("REPLACE")) {
            throw Buckets.argument(header, given, "Unknown metadata directive.");
        }
        return given == null ? "COPY" : given;
    }

    private record Digests(String md5, KeptChecksum checksum) {
    }

    /**
     * A copy is an object that came in one: its tag and checksum are those of the whole, read again where they were of
     * parts.
     */
    private Digests digests(Found found, String algorithm) {
        var source = found.object();
        var kind = ChecksumKind.named(algorithm).orElse(source.checksum().kind());
        boolean known = source.checksum().isFull() && source.checksum().kind() == kind;
        if (known && found.content().parts().isEmpty() && source.description().encryption().dataKey() == null) {
            return new Digests(source.eTag(), source.checksum());
        }
        try (var read = contents.digest(found.content().segments(), EnumSet.of(kind))) {
            return new Digests(read.md5, new KeptChecksum(kind, KeptChecksum.base64(read.checksum(kind)),
                KeptChecksum.FULL_OBJECT));
        }
    }
}
