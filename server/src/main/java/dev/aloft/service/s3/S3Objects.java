package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.S3;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Objects and their versions: put, find, delete, tag. */
final class S3Objects {
    private static final Pattern VERSION_ID = Pattern.compile("[A-Za-z0-9_.]{32}");
    private static final int MAX_DELETES = 1000;

    private final S3Data data;
    private final Buckets buckets;
    private final Contents contents;
    private final Arrivals arrivals;
    private final ObjectKeys keys;
    private final Notifications notifications;
    private final Store store;
    private final Time time;
    private final SecureRandom random = new SecureRandom();

    S3Objects(S3Data data, Buckets buckets, Contents contents, Arrivals arrivals, ObjectKeys keys,
            Notifications notifications, Store store, Time time) {
        this.data = data;
        this.buckets = buckets;
        this.contents = contents;
        this.arrivals = arrivals;
        this.keys = keys;
        this.notifications = notifications;
        this.store = store;
        this.time = time;
    }

    S3.PutObjectResponse put(Caller caller, S3.PutObjectRequest input) {
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        Descriptions.checkKey(input.key());
        var said = Descriptions.of(bucket, input);
        var conditions = Conditions.toWrite(input.ifMatch(), input.ifNoneMatch());
        store.<Void>read(tx -> {
            conditions.checkWrite(data.objects.get(tx, S3Data.object(bucket, input.key())), input.key());
            return null;
        });
        var description = keys.keyed(caller, bucket, input.key(), said);
        try (var received = arrivals.receive(input, input.body(), input.contentMD5(), Optional.empty(),
                ChecksumKind.named(input.checksumAlgorithm()))) {
            var now = now();
            var checksum = new KeptChecksum(received.kind(), KeptChecksum.base64(received.content()
                .checksum(received.kind())), KeptChecksum.FULL_OBJECT);
            var content = new Content(List.of(received.content().segment), List.of());
            var eTag = description.encryption().eTag(received.content().md5);
            var made = new ObjectVersion(0, null, false, now, eTag, received.content().size(), 0, description,
                checksum, null);
            var versionId = newVersionId();
            var version = store.write(tx -> {
                var owner = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
                var written = write(tx, owner, input.key(), made, content, conditions, versionId);
                notifications.note(tx, owner,
                    new Occurrence("ObjectCreated:Put", "PutObject", input.key(), written, time.instant(),
                    caller));
                return written;
            });
            received.content().kept();
            var answer = new S3.PutObjectResponse.Builder();
            checksum.tell(S3.PUT_OBJECT.output(), answer);
            return answer.eTag(version.quotedETag()).versionId(toldVersion(bucket, version))
                .serverSideEncryption(description.encryption().algorithm()).ssekmsKeyId(description.encryption()
                .kmsKeyId()).bucketKeyEnabled(description.encryption().bucketKey())
                .ssekmsEncryptionContext(description.encryption().context()).build();
        }
    }

    /** Makes a version the newest of its key, and lets go of the one whose place it takes. */
    ObjectVersion write(Tx tx, Bucket bucket, String key, ObjectVersion made, Content content, Conditions conditions,
            String versionId) {
        var at = S3Data.object(bucket, key);
        var current = data.objects.get(tx, at);
        conditions.checkWrite(current, key);
        makeRoom(tx, bucket, key, current, made.modified());
        long number = content == null ? 0 : contents.keep(tx, content);
        var version = made.withContent(number).as(S3Data.nextNumber(tx), bucket.keepsVersions() ? versionId
            : ObjectVersion.NULL);
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
                throw new S3.NoSuchKey(S3.NoSuchKey.Detail.of(d -> d.message("The specified key does not exist.")
                    .key(key).deleteMarker(true).markerVersionId(current.versionId())));
            }
            return current;
        }
        var version = anyVersion(tx, bucket, key, versionId).orElseThrow(() -> noSuchVersion(key, versionId));
        if (version.deleteMarker()) {
            throw new S3.MethodNotAllowed(S3.MethodNotAllowed.Detail.of(d -> d.method(method)
                .resourceType("DeleteMarker").message("The specified method is not allowed against this resource.")
                .allow("DELETE").deleteMarker(true).markerVersionId(version.versionId())
                .lastModified(version.modified())));
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

    /** What a deletion did: which version went, or which marker came. */
    record Deleted(String versionId, boolean deleteMarker) {
    }

    S3.DeleteObjectResponse delete(Caller caller, S3.DeleteObjectRequest input) {
        if (input.ifMatchLastModifiedTime() != null || input.ifMatchSize() != null) {
            throw Conditions.headerNotBuilt("x-amz-if-match-last-modified-time");
        }
        var now = now();
        var versionId = newVersionId();
        var deleted = store.write(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            return delete(tx, bucket, input.key(), input.versionId(), input.ifMatch(), versionId, now, caller);
        });
        return S3.DeleteObjectResponse.of(r -> r.versionId(deleted.versionId())
            .deleteMarker(deleted.deleteMarker() ? true : null));
    }

    /** @param by who asks, or null for a lifecycle rule */
    private Deleted delete(Tx tx, Bucket bucket, String key, String versionId, String ifMatch, String newVersionId,
            Instant now, Caller by) {
        var at = S3Data.object(bucket, key);
        var current = data.objects.get(tx, at);
        if (versionId != null) {
            return deleteVersion(tx, bucket, key, versionId, ifMatch, now, by);
        }
        if (ifMatch != null) {
            new Conditions(ifMatch, null, null, null).checkWrite(current, key);
        }
        if (!bucket.isVersioned()) {
            current.ifPresent(version -> {
                contents.forget(tx, version.content(), now);
                data.objects.delete(tx, at);
                noteDeleted(tx, bucket, key, version, "Delete", by);
            });
            return new Deleted(null, false);
        }
        var marker = write(tx, bucket, key, ObjectVersion.marker(now), null, Conditions.toWrite(null, null),
            newVersionId);
        noteDeleted(tx, bucket, key, marker, "DeleteMarkerCreated", by);
        return new Deleted(marker.versionId(), true);
    }

    private void noteDeleted(Tx tx, Bucket bucket, String key, ObjectVersion version, String how, Caller by) {
        notifications.note(tx, bucket, new Occurrence((by == null ? "LifecycleExpiration:" : "ObjectRemoved:") + how,
            by == null ? "Lifecycle Expiration" : "DeleteObject", key, version, time.instant(), by));
    }

    /** A lifecycle rule's deletion: the object goes, or a delete marker comes. */
    void expire(Tx tx, Bucket bucket, String key, Instant now) {
        delete(tx, bucket, key, null, null, newVersionId(), now.truncatedTo(ChronoUnit.SECONDS), null);
    }

    private Deleted deleteVersion(Tx tx, Bucket bucket, String key, String versionId, String ifMatch, Instant now,
            Caller by) {
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
        noteDeleted(tx, bucket, key, version.get(), "Delete", by);
        return new Deleted(told, version.get().deleteMarker());
    }

    S3.DeleteObjectsResponse deleteSeveral(Caller caller, S3.DeleteObjectsRequest input) {
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
                    var deleted = delete(tx, bucket, object.key(), object.versionId(), object.eTag(), ids.get(i), now,
                        caller);
                    result.deleted().add(told(object, deleted));
                } catch (ApiError e) {
                    result.errors().add(S3.Error.of(r -> r.key(object.key()).versionId(object.versionId())
                        .code(e.code()).message(e.getMessage())));
                }
            }
            return result;
        });
        boolean quiet = Boolean.TRUE.equals(input.delete().quiet());
        return S3.DeleteObjectsResponse.of(r -> r.deleted(quiet ? List.of() : outcome.deleted())
            .errors(outcome.errors()));
    }

    private static S3.DeletedObject told(S3.ObjectIdentifier object, Deleted deleted) {
        return S3.DeletedObject.of(d -> d.key(object.key()).versionId(object.versionId())
            .deleteMarker(deleted.deleteMarker() ? true : null)
            .deleteMarkerVersionId(deleted.deleteMarker() ? deleted.versionId() : null));
    }

    S3.PutObjectTaggingResponse putTagging(Caller caller, S3.PutObjectTaggingRequest input) {
        var tags = Tags.ofObject(input.tagging());
        var version = changeTags(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "PUT",
            tags, caller);
        return S3.PutObjectTaggingResponse.of(r -> r.versionId(version));
    }

    S3.DeleteObjectTaggingResponse deleteTagging(Caller caller, S3.DeleteObjectTaggingRequest input) {
        var version = changeTags(input.bucket(), input.expectedBucketOwner(), input.key(), input.versionId(), "DELETE",
            Map.of(), caller);
        return S3.DeleteObjectTaggingResponse.of(r -> r.versionId(version));
    }

    private String changeTags(String bucketName, String expectedOwner, String key, String versionId, String method,
            Map<String, String> tags, Caller caller) {
        return store.write(tx -> {
            var bucket = buckets.find(tx, bucketName, expectedOwner);
            var version = version(tx, bucket, key, versionId, method);
            UnaryOperator<ObjectVersion> change = old -> old.withDescription(old.description().withTags(tags));
            var older = S3Data.older(bucket, key, version.sequence());
            if (data.older.update(tx, older, change).isEmpty()) {
                data.objects.update(tx, S3Data.object(bucket, key), change);
            }
            notifications.note(tx, bucket,
                new Occurrence("ObjectTagging:" + (method.equals("PUT") ? "Put" : "Delete"), "", key,
                version, time.instant(), caller));
            return bucket.isVersioned() ? version.versionId() : null;
        });
    }
}
