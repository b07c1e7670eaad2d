package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.api.S3;
import dev.aloft.kernel.identity.Policy;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What can be set for a bucket as a whole: versioning, encryption, policy, public access, ownership, tags, lifecycle.
 */
final class BucketSettings {
    static final String MALFORMED =
        "The XML you provided was not well-formed or did not validate against our published schema";
    private static final Set<String> ALGORITHMS = Set.of("AES256", "aws:kms", "aws:kms:dsse");
    private static final int MAX_POLICY_BYTES = 20 << 10;

    private final S3Data data;
    private final Buckets buckets;
    private final Store store;
    private final Time time;

    BucketSettings(S3Data data, Buckets buckets, Store store, Time time) {
        this.data = data;
        this.buckets = buckets;
        this.store = store;
        this.time = time;
    }

    private void change(String name, String expectedOwner, UnaryOperator<Bucket> change) {
        store.change(tx -> data.buckets.put(tx, Key.of(name), change.apply(buckets.find(tx, name, expectedOwner))));
    }

    /** Something that a bucket has, or what AWS answers where it has not. */
    private <T> T present(T setting, Supplier<ApiError> missing) {
        if (setting == null) {
            throw missing.get();
        }
        return setting;
    }

    S3.GetBucketVersioningResponse versioning(S3.GetBucketVersioningRequest input) {
        var status = buckets.get(input.bucket(), input.expectedBucketOwner()).versioning();
        return S3.GetBucketVersioningResponse.of(r -> r.status(status));
    }

    S3.PutBucketVersioningResponse putVersioning(S3.PutBucketVersioningRequest input) {
        var configuration = input.versioningConfiguration();
        if (input.mfa() != null || configuration != null && S3.MFADelete.ENABLED.equals(configuration.mfaDelete())) {
            throw ApiError.notBuilt("Deletion with multi-factor authentication");
        }
        if (configuration == null || configuration.status() == null) {
            throw new S3.IllegalVersioningConfigurationException("The Versioning element must be specified");
        }
        if (!Set.of(S3.BucketVersioningStatus.ENABLED, S3.BucketVersioningStatus.SUSPENDED)
                .contains(configuration.status())) {
            throw new S3.MalformedXML(MALFORMED);
        }
        change(input.bucket(), input.expectedBucketOwner(), bucket -> bucket.withVersioning(configuration.status()));
        return S3.PutBucketVersioningResponse.of(_ -> {});
    }

    S3.GetBucketEncryptionResponse encryption(S3.GetBucketEncryptionRequest input) {
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        var configuration = bucket.encryption() != null ? bucket.encryption()
            : S3.ServerSideEncryptionConfiguration.of(c -> c.rules(List.of(S3.ServerSideEncryptionRule.of(rule ->
            rule.bucketKeyEnabled(false)
                .applyServerSideEncryptionByDefault(S3.ServerSideEncryptionByDefault.of(d ->
                d.sseAlgorithm("AES256")))))));
        return S3.GetBucketEncryptionResponse.of(r -> r.serverSideEncryptionConfiguration(configuration));
    }

    S3.PutBucketEncryptionResponse putEncryption(S3.PutBucketEncryptionRequest input) {
        var configuration = input.serverSideEncryptionConfiguration();
        if (configuration == null || configuration.rules() == null || configuration.rules().size() != 1) {
            throw new S3.MalformedXML(MALFORMED);
        }
        var rule = configuration.rules().getFirst();
        var byDefault = rule.applyServerSideEncryptionByDefault();
        if (byDefault == null || !ALGORITHMS.contains(String.valueOf(byDefault.sseAlgorithm()))) {
            throw new S3.MalformedXML(MALFORMED);
        }
        if (byDefault.kmsMasterKeyID() != null && byDefault.sseAlgorithm().equals("AES256")) {
            throw Buckets.argument("ApplyServerSideEncryptionByDefault", null,
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse");
        }
        var kept = S3.ServerSideEncryptionConfiguration.of(c -> c.rules(List.of(S3.ServerSideEncryptionRule.of(r -> r
            .applyServerSideEncryptionByDefault(byDefault)
            .bucketKeyEnabled(Boolean.TRUE.equals(rule.bucketKeyEnabled()))
            .blockedEncryptionTypes(rule.blockedEncryptionTypes())))));
        change(input.bucket(), input.expectedBucketOwner(), bucket -> bucket.withEncryption(kept));
        return S3.PutBucketEncryptionResponse.of(_ -> {});
    }

    S3.DeleteBucketEncryptionResponse deleteEncryption(S3.DeleteBucketEncryptionRequest input) {
        change(input.bucket(), input.expectedBucketOwner(), bucket -> bucket.withEncryption(null));
        return S3.DeleteBucketEncryptionResponse.of(_ -> {});
    }

    S3.GetBucketPolicyResponse policy(S3.GetBucketPolicyRequest input) {
        var policy = present(buckets.get(input.bucket(), input.expectedBucketOwner()).policy(),
            () -> noPolicy(input.bucket()));
        return S3.GetBucketPolicyResponse.of(r -> r.policy(policy));
    }

    private static ApiError noPolicy(String bucket) {
        return new S3.NoSuchBucketPolicy(S3.NoSuchBucketPolicy.Detail.of(d ->
            d.message("The bucket policy does not exist").bucketName(bucket)));
    }

    static S3.MalformedPolicy nobodyThere() {
        return new S3.MalformedPolicy("Invalid principal in policy");
    }

    S3.PutBucketPolicyResponse putPolicy(Caller caller, S3.PutBucketPolicyRequest input) {
        var document = input.policy();
        if (document == null || !document.startsWith("{")) {
            throw new S3.MalformedPolicy("Policies must be valid JSON and the first byte must be '{'");
        }
        if (document.length() > MAX_POLICY_BYTES) {
            throw new S3.MalformedPolicy("Policy exceeds the maximum allowed document size.");
        }
        try {
            JsonReader.tree(document);
        } catch (JsonReader.Malformed _) {
            throw new S3.MalformedPolicy("Policies must be valid JSON and the first byte must be '{'");
        }
        try {
            Policy.of(document, Policy.Kind.RESOURCE);
        } catch (Policy.NobodyThere _) {
            throw nobodyThere();
        } catch (Policy.Malformed e) {
            throw new S3.MalformedPolicy(e.getMessage());
        }
        store.change(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            var block = bucket.publicAccess();
            if (block != null && Boolean.TRUE.equals(block.blockPublicPolicy()) && PublicPolicy.is(document)) {
                throw new S3.AccessDenied("User: " + caller.principal().arn() + " is not authorized to perform: "
                    + "s3:PutBucketPolicy on resource: \"" + bucket.arn()
                    + "\" because public policies are blocked by the "
                    + "BlockPublicPolicy block public access setting.");
            }
            data.buckets.put(tx, Key.of(bucket.name()), bucket.withPolicy(document));
        });
        return S3.PutBucketPolicyResponse.of(_ -> {});
    }

    S3.DeleteBucketPolicyResponse deletePolicy(S3.DeleteBucketPolicyRequest input) {
        change(input.bucket(), input.expectedBucketOwner(), bucket -> bucket.withPolicy(null));
        return S3.DeleteBucketPolicyResponse.of(_ -> {});
    }

    S3.GetBucketPolicyStatusResponse policyStatus(S3.GetBucketPolicyStatusRequest input) {
        var policy = present(buckets.get(input.bucket(), input.expectedBucketOwner()).policy(),
            () -> noPolicy(input.bucket()));
        return S3.GetBucketPolicyStatusResponse.of(r -> r.policyStatus(S3.PolicyStatus.of(s -> s
            .isPublic(PublicPolicy.is(policy)))));
    }

    S3.GetPublicAccessBlockResponse publicAccess(S3.GetPublicAccessBlockRequest input) {
        var block = present(buckets.get(input.bucket(), input.expectedBucketOwner()).publicAccess(), () ->
            new S3.NoSuchPublicAccessBlockConfiguration(S3.NoSuchPublicAccessBlockConfiguration.Detail.of(d -> d
                .message("The public access block configuration was not found").bucketName(input.bucket()))));
        return S3.GetPublicAccessBlockResponse.of(r -> r.publicAccessBlockConfiguration(block));
    }

    S3.PutPublicAccessBlockResponse putPublicAccess(S3.PutPublicAccessBlockRequest input) {
        var block = input.publicAccessBlockConfiguration();
        if (block == null) {
            throw new S3.MalformedXML(MALFORMED);
        }
        var kept = S3.PublicAccessBlockConfiguration.of(b ->
            b.blockPublicAcls(Boolean.TRUE.equals(block.blockPublicAcls()))
                .ignorePublicAcls(Boolean.TRUE.equals(block.ignorePublicAcls()))
            .blockPublicPolicy(Boolean.TRUE.equals(block.blockPublicPolicy()))
            .restrictPublicBuckets(Boolean.TRUE.equals(block.restrictPublicBuckets())));
        change(input.bucket(), input.expectedBucketOwner(), bucket -> bucket.withPublicAccess(kept));
        return S3.PutPublicAccessBlockResponse.of(_ -> {});
    }

    S3.DeletePublicAccessBlockResponse deletePublicAccess(S3.DeletePublicAccessBlockRequest input) {
        change(input.bucket(), input.expectedBucketOwner(), bucket -> bucket.withPublicAccess(null));
        return S3.DeletePublicAccessBlockResponse.of(_ -> {});
    }

    S3.GetBucketOwnershipControlsResponse ownership(S3.GetBucketOwnershipControlsRequest input) {
        var rule = present(buckets.get(input.bucket(), input.expectedBucketOwner()).ownership(), () ->
            new S3.OwnershipControlsNotFoundError(S3.OwnershipControlsNotFoundError.Detail.of(d -> d
                .message("The bucket ownership controls were not found").bucketName(input.bucket()))));
        return S3.GetBucketOwnershipControlsResponse.of(r -> r.ownershipControls(S3.OwnershipControls.of(c -> c
            .rules(List.of(S3.OwnershipControlsRule.of(o -> o.objectOwnership(rule)))))));
    }

    S3.PutBucketOwnershipControlsResponse putOwnership(S3.PutBucketOwnershipControlsRequest input) {
        var controls = input.ownershipControls();
        if (controls == null || controls.rules() == null || controls.rules().size() != 1) {
            throw new S3.MalformedXML(MALFORMED);
        }
        var rule = controls.rules().getFirst().objectOwnership();
        if (!Set.of(S3.ObjectOwnership.BUCKET_OWNER_ENFORCED, S3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
                S3.ObjectOwnership.OBJECT_WRITER).contains(String.valueOf(rule))) {
            throw new S3.MalformedXML(MALFORMED);
        }
        change(input.bucket(), input.expectedBucketOwner(), bucket -> bucket.withOwnership(rule));
        return S3.PutBucketOwnershipControlsResponse.of(_ -> {});
    }

    S3.DeleteBucketOwnershipControlsResponse deleteOwnership(S3.DeleteBucketOwnershipControlsRequest input) {
        change(input.bucket(), input.expectedBucketOwner(), bucket -> bucket.withOwnership(null));
        return S3.DeleteBucketOwnershipControlsResponse.of(_ -> {});
    }

    S3.GetBucketTaggingResponse tagging(S3.GetBucketTaggingRequest input) {
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        if (bucket.tags().isEmpty()) {
            throw new S3.NoSuchTagSet(S3.NoSuchTagSet.Detail.of(d -> d.message("The TagSet does not exist")
                .bucketName(bucket.name())));
        }
        return S3.GetBucketTaggingResponse.of(r -> r.tagSet(Tags.told(bucket.tags())));
    }

    /** Tags of AWS's own stay whatever a user puts. */
    S3.PutBucketTaggingResponse putTagging(Caller caller, S3.PutBucketTaggingRequest input) {
        var tags = Tags.ofBucket(input.tagging(), S3Service.isFromWithin(caller));
        change(input.bucket(), input.expectedBucketOwner(), bucket -> bucket.withTags(withSystem(bucket, tags)));
        return S3.PutBucketTaggingResponse.of(_ -> {});
    }

    S3.DeleteBucketTaggingResponse deleteTagging(S3.DeleteBucketTaggingRequest input) {
        change(input.bucket(), input.expectedBucketOwner(), bucket -> bucket.withTags(withSystem(bucket, Map.of())));
        return S3.DeleteBucketTaggingResponse.of(_ -> {});
    }

    private static Map<String, String> withSystem(Bucket bucket, Map<String, String> tags) {
        var all = new TreeMap<>(bucket.tags());
        all.keySet().removeIf(key -> !key.startsWith("aws:"));
        all.putAll(tags);
        return all;
    }

    S3.GetBucketLifecycleConfigurationResponse lifecycle(S3.GetBucketLifecycleConfigurationRequest input) {
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        if (bucket.lifecycle().isEmpty()) {
            throw new S3.NoSuchLifecycleConfiguration(S3.NoSuchLifecycleConfiguration.Detail.of(d -> d
                .message("The lifecycle configuration does not exist").bucketName(bucket.name())));
        }
        return S3.GetBucketLifecycleConfigurationResponse.of(r -> r.rules(bucket.lifecycle())
            .transitionDefaultMinimumObjectSize("all_storage_classes_128K"));
    }

    S3.PutBucketLifecycleConfigurationResponse putLifecycle(S3.PutBucketLifecycleConfigurationRequest input) {
        var rules = input.lifecycleConfiguration() == null ? null : input.lifecycleConfiguration().rules();
        var checked = Lifecycle.checked(rules);
        var now = time.instant();
        store.change(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            data.buckets.put(tx, Key.of(bucket.name()), bucket.withLifecycle(checked));
            data.rulesDue.add(tx, Lifecycle.nextLook(now), Key.of(bucket.id()), bucket.name());
        });
        return S3.PutBucketLifecycleConfigurationResponse.of(r -> r
            .transitionDefaultMinimumObjectSize("all_storage_classes_128K"));
    }

    S3.DeleteBucketLifecycleResponse deleteLifecycle(S3.DeleteBucketLifecycleRequest input) {
        store.change(tx -> {
            var bucket = buckets.find(tx, input.bucket(), input.expectedBucketOwner());
            data.buckets.put(tx, Key.of(bucket.name()), bucket.withLifecycle(List.of()));
            data.rulesDue.cancel(tx, Key.of(bucket.id()));
        });
        return S3.DeleteBucketLifecycleResponse.of(_ -> {});
    }

    /** The owner may do everything, and nobody else is named: lists of other rights are not built. */
    static List<S3.Grant> ownersGrant(Bucket bucket) {
        var owner = Buckets.owner(bucket.account());
        return List.of(S3.Grant.of(g -> g.permission("FULL_CONTROL").grantee(S3.Grantee.of(e -> e.id(owner.id())
            .type("CanonicalUser")))));
    }

    S3.GetBucketAclResponse acl(S3.GetBucketAclRequest input) {
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        return S3.GetBucketAclResponse.of(r -> r.owner(Buckets.owner(bucket.account())).grants(ownersGrant(bucket)));
    }

    S3.GetBucketWebsiteResponse website(S3.GetBucketWebsiteRequest input) {
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        throw new S3.NoSuchWebsiteConfiguration(S3.NoSuchWebsiteConfiguration.Detail.of(d -> d
            .message("The specified bucket does not have a website configuration").bucketName(bucket.name())));
    }

    S3.GetBucketReplicationResponse replication(S3.GetBucketReplicationRequest input) {
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        throw new S3.ReplicationConfigurationNotFoundError(S3.ReplicationConfigurationNotFoundError.Detail.of(d -> d
            .message("The replication configuration was not found").bucketName(bucket.name())));
    }

    S3.GetObjectLockConfigurationResponse objectLock(S3.GetObjectLockConfigurationRequest input) {
        var bucket = buckets.get(input.bucket(), input.expectedBucketOwner());
        throw new S3.ObjectLockConfigurationNotFoundError(S3.ObjectLockConfigurationNotFoundError.Detail.of(d -> d
            .message("Object Lock configuration does not exist for this bucket").bucketName(bucket.name())));
    }

    S3.GetBucketLoggingResponse logging(S3.GetBucketLoggingRequest input) {
        Objects.requireNonNull(buckets.get(input.bucket(), input.expectedBucketOwner()));
        return S3.GetBucketLoggingResponse.of(_ -> {});
    }

    S3.GetBucketAccelerateConfigurationResponse acceleration(S3.GetBucketAccelerateConfigurationRequest input) {
        Objects.requireNonNull(buckets.get(input.bucket(), input.expectedBucketOwner()));
        return S3.GetBucketAccelerateConfigurationResponse.of(_ -> {});
    }

    S3.GetBucketRequestPaymentResponse requestPayment(S3.GetBucketRequestPaymentRequest input) {
        Objects.requireNonNull(buckets.get(input.bucket(), input.expectedBucketOwner()));
        return S3.GetBucketRequestPaymentResponse.of(r -> r.payer("BucketOwner"));
    }
}
