package dev.aloft.service.s3;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.CrossOrigin;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The operations of Amazon S3. */
public final class S3Service implements Service, S3 {
    /** The condition keys that are named as the headers are. */
    private static final Map<String, String> HEADER_KEYS = Map.ofEntries(
        Map.entry("CopySource", "x-amz-copy-source"),
        Map.entry("MetadataDirective", "x-amz-metadata-directive"),
        Map.entry("ACL", "x-amz-acl"),
        Map.entry("GrantFullControl", "x-amz-grant-full-control"),
        Map.entry("GrantRead", "x-amz-grant-read"),
        Map.entry("GrantReadACP", "x-amz-grant-read-acp"),
        Map.entry("GrantWriteACP", "x-amz-grant-write-acp"),
        Map.entry("ServerSideEncryption", "x-amz-server-side-encryption"),
        Map.entry("SSEKMSKeyId", "x-amz-server-side-encryption-aws-kms-key-id"),
        Map.entry("StorageClass", "x-amz-storage-class"),
        Map.entry("IfMatch", "if-match"),
        Map.entry("IfNoneMatch", "if-none-match"));

    private final S3Data data = new S3Data();
    private final S3 door;
    private final Store store;
    private final Buckets buckets;
    private final BucketSettings settings;
    private final Cors cors;
    private final S3Objects objects;
    private final Retrieval retrieval;
    private final Copies copies;
    private final Uploads uploads;
    private final UploadListing uploadListing;
    private final Listing listing;
    private final Lifecycle lifecycle;
    private final Notifications notifications;
    private final Sweeper sweeper;
    private final List<ResourceType> resourceTypes;

    /** @param blobs for contents of objects and nothing else: what is in it and no object has is deleted */
    public S3Service(Store platform, Blobs blobs, Time time, Endpoint endpoint, Targets targets,
            Dispatches.Assume roles) {
        door = S3.at(endpoint);
        store = platform.in("s3");
        var contents = new Contents(data, blobs);
        buckets = new Buckets(data, contents, store, time);
        settings = new BucketSettings(data, buckets, store, time);
        cors = new Cors(data, buckets, store);
        var arrivals = new Arrivals(contents);
        notifications = new Notifications(data, buckets, targets, roles, store, time, endpoint);
        var keys = new ObjectKeys(endpoint);
        objects = new S3Objects(data, buckets, contents, arrivals, keys, notifications, store, time);
        retrieval = new Retrieval(objects, contents, keys);
        copies = new Copies(buckets, objects, contents, store, door, keys, notifications, time);
        uploads = new Uploads(data, buckets, objects, contents, arrivals, copies, keys, store, notifications, time);
        uploadListing = new UploadListing(data, buckets, uploads, store);
        listing = new Listing(data, buckets, store);
        lifecycle = new Lifecycle(data, objects, contents, store, time);
        sweeper = new Sweeper(data, contents, blobs, store, time);
        resourceTypes = S3Resources.all(door);
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("s3 sweeper", data.sweeping, sweeper::turn),
            new Worker("s3 lifecycle", data.lifecycle, lifecycle::turn), notifications.worker());
    }

    /** A call of another service, which may set tags of AWS's own: what comes over the wire has an address. */
    static boolean isFromWithin(Caller caller) {
        return caller.sourceIp() == null;
    }

    /** Of a public policy that public access is restricted from, only the owner's account has anything. */
    @Override
    public Optional<String> policy(Caller caller, String arn) {
        return named(arn).filter(bucket -> bucket.policy() != null).filter(bucket -> bucket.publicAccess() == null
            || !Boolean.TRUE.equals(bucket.publicAccess().restrictPublicBuckets())
            || caller.principal() instanceof Principal.Service || isOf(caller, bucket)
            || !PublicPolicy.is(bucket.policy())).map(dev.aloft.service.s3.Bucket::policy);
    }

    /** Who may not list a bucket does not learn which keys it has not: instead of what is missing, the door says so. */
    private <R> R present(Caller caller, String bucket, String key, Supplier<R> read) {
        try {
            return read.get();
        } catch (NoSuchKey missing) {
            if (!(caller.principal() instanceof Principal.Root
                    && named("arn:aws:s3:::" + bucket).filter(found -> isOf(caller, found)).isPresent())) {
                door.listObjectsV2(caller, ListObjectsV2Request.of(r -> r.bucket(bucket).prefix(key).maxKeys(0)));
            }
            throw missing;
        }
    }

    /** Whether somebody is of the bucket's own account. */
    private static boolean isOf(Caller caller, dev.aloft.service.s3.Bucket bucket) {
        return Arn.isArn(caller.principal().arn()) && Arn.parse(caller.principal().arn()).account()
            .equals(bucket.account());
    }

    /** An S3 ARN names no account: a bucket's resources belong to the bucket's owner. */
    @Override
    public String owner(Caller caller, String arn) {
        return named(arn).map(dev.aloft.service.s3.Bucket::account).orElse(caller.account());
    }

    private Optional<dev.aloft.service.s3.Bucket> named(String arn) {
        if (!Arn.isArn(arn)) {
            return Optional.empty();
        }
        var resource = Arn.parse(arn).resource();
        int slash = resource.indexOf('/');
        return store.read(tx -> data.buckets.get(tx, Key.of(slash < 0 ? resource : resource.substring(0, slash))));
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            // A name that somebody else has taken is a conflict, not a matter of their policies.
            case CreateBucketRequest r -> isOthers(caller, r.bucket()) ? Access.to("s3:CreateBucket")
                : bucket("CreateBucket", r.bucket());
            case HeadBucketRequest r -> bucket("ListBucket", r.bucket());
            case DeleteBucketRequest r -> bucket("DeleteBucket", r.bucket());
            case ListBucketsRequest _ -> Access.to("s3:ListAllMyBuckets");
            case GetBucketLocationRequest r -> bucket("GetBucketLocation", r.bucket());
            case GetBucketEncryptionRequest r -> bucket("GetEncryptionConfiguration", r.bucket());
            case PutBucketEncryptionRequest r -> bucket("PutEncryptionConfiguration", r.bucket());
            case DeleteBucketEncryptionRequest r -> bucket("PutEncryptionConfiguration", r.bucket());
            case GetBucketPolicyRequest r -> bucket("GetBucketPolicy", r.bucket());
            case PutBucketPolicyRequest r -> bucket("PutBucketPolicy", r.bucket())
                .naming(Policy.named(r.policy(), Policy.Kind.RESOURCE), _ -> BucketSettings.nobodyThere());
            case DeleteBucketPolicyRequest r -> bucket("DeleteBucketPolicy", r.bucket());
            case GetPublicAccessBlockRequest r -> bucket("GetBucketPublicAccessBlock", r.bucket());
            case PutPublicAccessBlockRequest r -> bucket("PutBucketPublicAccessBlock", r.bucket());
            case DeletePublicAccessBlockRequest r -> bucket("PutBucketPublicAccessBlock", r.bucket());
            case GetBucketVersioningRequest r -> bucket("GetBucketVersioning", r.bucket());
            case PutBucketVersioningRequest r -> bucket("PutBucketVersioning", r.bucket());
            case GetBucketTaggingRequest r -> bucket("GetBucketTagging", r.bucket());
            case PutBucketTaggingRequest r -> bucket("PutBucketTagging", r.bucket());
            case DeleteBucketTaggingRequest r -> bucket("PutBucketTagging", r.bucket());
            case PutObjectRequest r -> written(object("PutObject", r.bucket(), r.key()), r, r.tagging());
            case GetObjectRequest r ->
                existing(version("GetObject", "GetObjectVersion", r.bucket(), r.key(), r.versionId()), r.bucket(),
                    r.key(), r.versionId());
            case HeadObjectRequest r ->
                existing(version("GetObject", "GetObjectVersion", r.bucket(), r.key(), r.versionId()), r.bucket(),
                    r.key(), r.versionId());
            case DeleteObjectRequest r ->
                version("DeleteObject", "DeleteObjectVersion", r.bucket(), r.key(), r.versionId());
            case DeleteObjectsRequest r -> several(r);
            case CopyObjectRequest r -> written(object("PutObject", r.bucket(), r.key()), r, r.tagging());
            case ListObjectsRequest r -> list("ListBucket", r.bucket(), r.prefix(), r.delimiter(), r.maxKeys());
            case ListObjectsV2Request r -> list("ListBucket", r.bucket(), r.prefix(), r.delimiter(), r.maxKeys());
            case CreateMultipartUploadRequest r -> written(object("PutObject", r.bucket(), r.key()), r, r.tagging());
            case UploadPartRequest r -> object("PutObject", r.bucket(), r.key());
            case UploadPartCopyRequest r -> written(object("PutObject", r.bucket(), r.key()), r, null);
            case CompleteMultipartUploadRequest r -> object("PutObject", r.bucket(), r.key());
            case AbortMultipartUploadRequest r -> object("AbortMultipartUpload", r.bucket(), r.key());
            case ListPartsRequest r -> object("ListMultipartUploadParts", r.bucket(), r.key());
            case ListMultipartUploadsRequest r -> bucket("ListBucketMultipartUploads", r.bucket());
            case GetObjectTaggingRequest r ->
                existing(version("GetObjectTagging", "GetObjectVersionTagging", r.bucket(), r.key(), r.versionId()),
                    r.bucket(), r.key(), r.versionId());
            case PutObjectTaggingRequest r ->
                tagged(existing(version("PutObjectTagging", "PutObjectVersionTagging", r.bucket(), r.key(),
                    r.versionId()), r.bucket(), r.key(), r.versionId()),
                r.tagging() == null ? null : r.tagging().tagSet());
            case DeleteObjectTaggingRequest r ->
                existing(version("DeleteObjectTagging", "DeleteObjectVersionTagging", r.bucket(), r.key(),
                    r.versionId()), r.bucket(), r.key(), r.versionId());
            case ListObjectVersionsRequest r ->
                list("ListBucketVersions", r.bucket(), r.prefix(), r.delimiter(), r.maxKeys());
            case GetObjectAttributesRequest r ->
                existing(version("GetObject", "GetObjectVersion", r.bucket(), r.key(), r.versionId()), r.bucket(),
                    r.key(), r.versionId());
            case GetObjectAclRequest r ->
                existing(version("GetObjectAcl", "GetObjectVersionAcl", r.bucket(), r.key(), r.versionId()),
                    r.bucket(), r.key(), r.versionId());
            case GetBucketAclRequest r -> bucket("GetBucketAcl", r.bucket());
            case GetBucketOwnershipControlsRequest r -> bucket("GetBucketOwnershipControls", r.bucket());
            case PutBucketOwnershipControlsRequest r -> bucket("PutBucketOwnershipControls", r.bucket());
            case DeleteBucketOwnershipControlsRequest r -> bucket("PutBucketOwnershipControls", r.bucket());
            case GetBucketLifecycleConfigurationRequest r -> bucket("GetLifecycleConfiguration", r.bucket());
            case PutBucketLifecycleConfigurationRequest r -> bucket("PutLifecycleConfiguration", r.bucket());
            case DeleteBucketLifecycleRequest r -> bucket("PutLifecycleConfiguration", r.bucket());
            case GetBucketPolicyStatusRequest r -> bucket("GetBucketPolicyStatus", r.bucket());
            case GetBucketCorsRequest r -> bucket("GetBucketCORS", r.bucket());
            case PutBucketCorsRequest r -> bucket("PutBucketCORS", r.bucket());
            case DeleteBucketCorsRequest r -> bucket("PutBucketCORS", r.bucket());
            case GetBucketWebsiteRequest r -> bucket("GetBucketWebsite", r.bucket());
            case GetBucketLoggingRequest r -> bucket("GetBucketLogging", r.bucket());
            case GetBucketAccelerateConfigurationRequest r -> bucket("GetAccelerateConfiguration", r.bucket());
            case GetBucketRequestPaymentRequest r -> bucket("GetBucketRequestPayment", r.bucket());
            case GetBucketReplicationRequest r -> bucket("GetReplicationConfiguration", r.bucket());
            case GetBucketNotificationConfigurationRequest r -> bucket("GetBucketNotification", r.bucket());
            case PutBucketNotificationConfigurationRequest r -> bucket("PutBucketNotification", r.bucket());
            case GetObjectLockConfigurationRequest r -> bucket("GetBucketObjectLockConfiguration", r.bucket());
        };
    }

    private boolean isOthers(Caller caller, String bucket) {
        return named("arn:aws:s3:::" + bucket).filter(found -> !found.account().equals(caller.account())).isPresent();
    }

    private static Access bucket(String action, String bucket) {
        return Access.to("s3:" + action, "arn:aws:s3:::" + bucket);
    }

    private static Access object(String action, String bucket, String key) {
        return Access.to("s3:" + action, "arn:aws:s3:::" + bucket + "/" + key);
    }

    /** What a request that writes says besides its content. */
    private static Access written(Access access, Shape input, String tagging) {
        for (var header : HEADER_KEYS.entrySet()) {
            var member = input.shape().member(header.getKey());
            if (member != null) {
                access = access.with("s3:" + header.getValue(), (String) input.get(member.index()));
            }
        }
        return tagged(access, tagging == null ? null : Tags.told(Tags.ofHeader(tagging)));
    }

    private static Access tagged(Access access, List<Tag> tags) {
        for (var tag : tags == null ? List.<Tag>of() : tags) {
            access = access.with("s3:RequestObjectTag/" + tag.key(), tag.value());
        }
        return tags == null || tags.isEmpty() ? access
            : access.with("s3:RequestObjectTagKeys", tags.stream().map(Tag::key).toList());
    }

    /** With the tags that the object has, where there is one. */
    private Access existing(Access access, String bucketName, String key, String versionId) {
        var tags = store.read(tx -> data.buckets.get(tx, Key.of(bucketName)).flatMap(bucket -> versionId == null
            ? data.objects.get(tx, S3Data.object(bucket, key)) : objects.anyVersion(tx, bucket, key, versionId))
            .filter(version -> !version.deleteMarker()).map(version -> version.description().tags()));
        for (var tag : tags.map(Map::entrySet).orElse(Set.of())) {
            access = access.with("s3:ExistingObjectTag/" + tag.getKey(), tag.getValue());
        }
        return access;
    }

    /** A version asked for by its id has an action of its own. */
    private static Access version(String action, String ofVersion, String bucket, String key, String versionId) {
        return object(versionId == null ? action : ofVersion, bucket, key).with("s3:VersionId", versionId);
    }

    private static Access list(String action, String bucket, String prefix, String delimiter, Integer maxKeys) {
        return bucket(action, bucket).with("s3:prefix", prefix == null ? "" : prefix).with("s3:delimiter", delimiter)
            .with("s3:max-keys", maxKeys == null ? null : maxKeys.toString());
    }

    private static Access several(DeleteObjectsRequest input) {
        var objects = input.delete() == null || input.delete().objects() == null ? List.<ObjectIdentifier>of()
            : input.delete().objects();
        return new Access("s3:DeleteObject", objects.stream()
            .map(object -> "arn:aws:s3:::" + input.bucket() + "/" + object.key()).toList());
    }

    @Override
    public CreateBucketResponse createBucket(Caller caller, CreateBucketRequest input) {
        Unbuilt.refuse(input);
        return buckets.create(caller, input);
    }

    @Override
    public HeadBucketResponse headBucket(Caller caller, HeadBucketRequest input) {
        Unbuilt.refuse(input);
        return buckets.head(input);
    }

    @Override
    public DeleteBucketResponse deleteBucket(Caller caller, DeleteBucketRequest input) {
        Unbuilt.refuse(input);
        return buckets.delete(input);
    }

    @Override
    public ListBucketsResponse listBuckets(Caller caller, ListBucketsRequest input) {
        Unbuilt.refuse(input);
        return buckets.list(caller, input);
    }

    @Override
    public GetBucketLocationResponse getBucketLocation(Caller caller, GetBucketLocationRequest input) {
        Unbuilt.refuse(input);
        return buckets.location(input);
    }

    @Override
    public GetBucketEncryptionResponse getBucketEncryption(Caller caller, GetBucketEncryptionRequest input) {
        Unbuilt.refuse(input);
        return settings.encryption(input);
    }

    @Override
    public PutBucketEncryptionResponse putBucketEncryption(Caller caller, PutBucketEncryptionRequest input) {
        Unbuilt.refuse(input);
        return settings.putEncryption(input);
    }

    @Override
    public DeleteBucketEncryptionResponse deleteBucketEncryption(Caller caller, DeleteBucketEncryptionRequest input) {
        Unbuilt.refuse(input);
        return settings.deleteEncryption(input);
    }

    @Override
    public GetBucketPolicyResponse getBucketPolicy(Caller caller, GetBucketPolicyRequest input) {
        Unbuilt.refuse(input);
        return settings.policy(input);
    }

    @Override
    public PutBucketPolicyResponse putBucketPolicy(Caller caller, PutBucketPolicyRequest input) {
        Unbuilt.refuse(input);
        return settings.putPolicy(caller, input);
    }

    @Override
    public DeleteBucketPolicyResponse deleteBucketPolicy(Caller caller, DeleteBucketPolicyRequest input) {
        Unbuilt.refuse(input);
        return settings.deletePolicy(input);
    }

    @Override
    public GetPublicAccessBlockResponse getPublicAccessBlock(Caller caller, GetPublicAccessBlockRequest input) {
        Unbuilt.refuse(input);
        return settings.publicAccess(input);
    }

    @Override
    public PutPublicAccessBlockResponse putPublicAccessBlock(Caller caller, PutPublicAccessBlockRequest input) {
        Unbuilt.refuse(input);
        return settings.putPublicAccess(input);
    }

    @Override
    public DeletePublicAccessBlockResponse deletePublicAccessBlock(Caller caller,
            DeletePublicAccessBlockRequest input) {
        Unbuilt.refuse(input);
        return settings.deletePublicAccess(input);
    }

    @Override
    public GetBucketVersioningResponse getBucketVersioning(Caller caller, GetBucketVersioningRequest input) {
        Unbuilt.refuse(input);
        return settings.versioning(input);
    }

    @Override
    public PutBucketVersioningResponse putBucketVersioning(Caller caller, PutBucketVersioningRequest input) {
        Unbuilt.refuse(input);
        return settings.putVersioning(input);
    }

    @Override
    public GetBucketTaggingResponse getBucketTagging(Caller caller, GetBucketTaggingRequest input) {
        Unbuilt.refuse(input);
        return settings.tagging(input);
    }

    @Override
    public PutBucketTaggingResponse putBucketTagging(Caller caller, PutBucketTaggingRequest input) {
        Unbuilt.refuse(input);
        return settings.putTagging(caller, input);
    }

    @Override
    public DeleteBucketTaggingResponse deleteBucketTagging(Caller caller, DeleteBucketTaggingRequest input) {
        Unbuilt.refuse(input);
        return settings.deleteTagging(input);
    }

    @Override
    public PutObjectResponse putObject(Caller caller, PutObjectRequest input) {
        Unbuilt.refuse(input);
        return objects.put(caller, input);
    }

    @Override
    public GetObjectResponse getObject(Caller caller, GetObjectRequest input) {
        Unbuilt.refuse(input);
        return present(caller, input.bucket(), input.key(), () -> retrieval.get(caller, input));
    }

    @Override
    public HeadObjectResponse headObject(Caller caller, HeadObjectRequest input) {
        Unbuilt.refuse(input);
        return present(caller, input.bucket(), input.key(), () -> retrieval.head(caller, input));
    }

    @Override
    public DeleteObjectResponse deleteObject(Caller caller, DeleteObjectRequest input) {
        Unbuilt.refuse(input);
        return objects.delete(caller, input);
    }

    @Override
    public DeleteObjectsResponse deleteObjects(Caller caller, DeleteObjectsRequest input) {
        Unbuilt.refuse(input);
        return objects.deleteSeveral(caller, input);
    }

    @Override
    public CopyObjectResponse copyObject(Caller caller, CopyObjectRequest input) {
        Unbuilt.refuse(input);
        return copies.copy(caller, input);
    }

    @Override
    public ListObjectsResponse listObjects(Caller caller, ListObjectsRequest input) {
        Unbuilt.refuse(input);
        return listing.list(input);
    }

    @Override
    public ListObjectsV2Response listObjectsV2(Caller caller, ListObjectsV2Request input) {
        Unbuilt.refuse(input);
        return listing.list(input);
    }

    @Override
    public CreateMultipartUploadResponse createMultipartUpload(Caller caller, CreateMultipartUploadRequest input) {
        Unbuilt.refuse(input);
        return uploads.create(caller, input);
    }

    @Override
    public UploadPartResponse uploadPart(Caller caller, UploadPartRequest input) {
        Unbuilt.refuse(input);
        return uploads.put(caller, input);
    }

    @Override
    public UploadPartCopyResponse uploadPartCopy(Caller caller, UploadPartCopyRequest input) {
        Unbuilt.refuse(input);
        return uploads.copy(caller, input);
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(Caller caller,
            CompleteMultipartUploadRequest input) {
        Unbuilt.refuse(input);
        return uploads.complete(caller, input);
    }

    @Override
    public AbortMultipartUploadResponse abortMultipartUpload(Caller caller, AbortMultipartUploadRequest input) {
        Unbuilt.refuse(input);
        return uploads.abort(input);
    }

    @Override
    public ListPartsResponse listParts(Caller caller, ListPartsRequest input) {
        Unbuilt.refuse(input);
        return uploadListing.listParts(input);
    }

    @Override
    public ListMultipartUploadsResponse listMultipartUploads(Caller caller, ListMultipartUploadsRequest input) {
        Unbuilt.refuse(input);
        return uploadListing.list(input);
    }

    @Override
    public GetObjectTaggingResponse getObjectTagging(Caller caller, GetObjectTaggingRequest input) {
        Unbuilt.refuse(input);
        return retrieval.tagging(input);
    }

    @Override
    public PutObjectTaggingResponse putObjectTagging(Caller caller, PutObjectTaggingRequest input) {
        Unbuilt.refuse(input);
        return objects.putTagging(caller, input);
    }

    @Override
    public DeleteObjectTaggingResponse deleteObjectTagging(Caller caller, DeleteObjectTaggingRequest input) {
        Unbuilt.refuse(input);
        return objects.deleteTagging(caller, input);
    }

    @Override
    public ListObjectVersionsResponse listObjectVersions(Caller caller, ListObjectVersionsRequest input) {
        Unbuilt.refuse(input);
        return listing.versions(input);
    }

    @Override
    public GetObjectAttributesResponse getObjectAttributes(Caller caller, GetObjectAttributesRequest input) {
        Unbuilt.refuse(input);
        return retrieval.attributes(caller, input);
    }

    @Override
    public GetObjectAclResponse getObjectAcl(Caller caller, GetObjectAclRequest input) {
        Unbuilt.refuse(input);
        return retrieval.acl(input);
    }

    @Override
    public GetBucketAclResponse getBucketAcl(Caller caller, GetBucketAclRequest input) {
        Unbuilt.refuse(input);
        return settings.acl(input);
    }

    @Override
    public GetBucketOwnershipControlsResponse getBucketOwnershipControls(Caller caller,
            GetBucketOwnershipControlsRequest input) {
        Unbuilt.refuse(input);
        return settings.ownership(input);
    }

    @Override
    public PutBucketOwnershipControlsResponse putBucketOwnershipControls(Caller caller,
            PutBucketOwnershipControlsRequest input) {
        Unbuilt.refuse(input);
        return settings.putOwnership(input);
    }

    @Override
    public DeleteBucketOwnershipControlsResponse deleteBucketOwnershipControls(Caller caller,
            DeleteBucketOwnershipControlsRequest input) {
        Unbuilt.refuse(input);
        return settings.deleteOwnership(input);
    }

    @Override
    public GetBucketLifecycleConfigurationResponse getBucketLifecycleConfiguration(Caller caller,
            GetBucketLifecycleConfigurationRequest input) {
        Unbuilt.refuse(input);
        return settings.lifecycle(input);
    }

    @Override
    public PutBucketLifecycleConfigurationResponse putBucketLifecycleConfiguration(Caller caller,
            PutBucketLifecycleConfigurationRequest input) {
        Unbuilt.refuse(input);
        return settings.putLifecycle(input);
    }

    @Override
    public DeleteBucketLifecycleResponse deleteBucketLifecycle(Caller caller, DeleteBucketLifecycleRequest input) {
        Unbuilt.refuse(input);
        return settings.deleteLifecycle(input);
    }

    @Override
    public GetBucketPolicyStatusResponse getBucketPolicyStatus(Caller caller, GetBucketPolicyStatusRequest input) {
        Unbuilt.refuse(input);
        return settings.policyStatus(input);
    }

    @Override
    public GetBucketCorsResponse getBucketCors(Caller caller, GetBucketCorsRequest input) {
        Unbuilt.refuse(input);
        return cors.get(input);
    }

    @Override
    public PutBucketCorsResponse putBucketCors(Caller caller, PutBucketCorsRequest input) {
        Unbuilt.refuse(input);
        return cors.put(input);
    }

    @Override
    public DeleteBucketCorsResponse deleteBucketCors(Caller caller, DeleteBucketCorsRequest input) {
        Unbuilt.refuse(input);
        return cors.delete(input);
    }

    /** Which pages of other sites may call which bucket. */
    public CrossOrigin crossOrigin() {
        return cors;
    }

    @Override
    public GetBucketWebsiteResponse getBucketWebsite(Caller caller, GetBucketWebsiteRequest input) {
        Unbuilt.refuse(input);
        return settings.website(input);
    }

    @Override
    public GetBucketLoggingResponse getBucketLogging(Caller caller, GetBucketLoggingRequest input) {
        Unbuilt.refuse(input);
        return settings.logging(input);
    }

    @Override
    public GetBucketAccelerateConfigurationResponse getBucketAccelerateConfiguration(Caller caller,
            GetBucketAccelerateConfigurationRequest input) {
        Unbuilt.refuse(input);
        return settings.acceleration(input);
    }

    @Override
    public GetBucketRequestPaymentResponse getBucketRequestPayment(Caller caller,
            GetBucketRequestPaymentRequest input) {
        Unbuilt.refuse(input);
        return settings.requestPayment(input);
    }

    @Override
    public GetBucketReplicationResponse getBucketReplication(Caller caller, GetBucketReplicationRequest input) {
        Unbuilt.refuse(input);
        return settings.replication(input);
    }

    @Override
    public NotificationConfiguration getBucketNotificationConfiguration(Caller caller,
            GetBucketNotificationConfigurationRequest input) {
        Unbuilt.refuse(input);
        return notifications.get(input);
    }

    @Override
    public PutBucketNotificationConfigurationResponse putBucketNotificationConfiguration(Caller caller,
            PutBucketNotificationConfigurationRequest input) {
        Unbuilt.refuse(input);
        return notifications.put(caller, input);
    }

    @Override
    public GetObjectLockConfigurationResponse getObjectLockConfiguration(Caller caller,
            GetObjectLockConfigurationRequest input) {
        Unbuilt.refuse(input);
        return settings.objectLock(input);
    }
}
