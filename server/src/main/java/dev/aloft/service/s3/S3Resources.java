package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.S3;
import dev.aloft.kernel.call.ResourceType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What templates can declare: AWS::S3::Bucket and AWS::S3::BucketPolicy. */
final class S3Resources {
    private S3Resources() {
    }

    static List<ResourceType> all(S3 s3) {
        return List.of(new BucketType(s3), new BucketPolicyType(s3));
    }

    /** A property that is not of the type the resource wants. */
    private static ApiError wrong(String property, String wanted, Object found) {
        return ApiError.of("ValidationException", 400, "#/" + property + ": expected type: " + wanted + ", found: "
            + found);
    }

    /**
     * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html">
     *     AWS::S3::Bucket</a>
     */
    private record BucketType(S3 s3) implements ResourceType {
        private static final int MAX_NAME = 63;

        @Override
        public String type() {
            return "AWS::S3::Bucket";
        }

        @Override
        public Set<String> properties() {
            return Set.of("BucketName", "AccessControl", "VersioningConfiguration", "BucketEncryption",
                "PublicAccessBlockConfiguration", "OwnershipControls", "LifecycleConfiguration", "Tags",
                "NotificationConfiguration", "CorsConfiguration");
        }

        @Override
        public List<String> members() {
            return List.of(
                    "VersioningConfiguration: Status!",
                    "PublicAccessBlockConfiguration: BlockPublicAcls BlockPublicPolicy "
                            + "IgnorePublicAcls RestrictPublicBuckets",
                    "OwnershipControls: Rules!",
                    "OwnershipControls/Rules: ObjectOwnership",
                    "BucketEncryption: ServerSideEncryptionConfiguration!",
                    "BucketEncryption/ServerSideEncryptionConfiguration: BucketKeyEnabled "
                            + "ServerSideEncryptionByDefault",
                    "BucketEncryption/ServerSideEncryptionConfiguration/ServerSideEncryptionByDefault: "
                            + "SSEAlgorithm! KMSMasterKeyID",
                    "CorsConfiguration: CorsRules!",
                    "CorsConfiguration/CorsRules: AllowedHeaders AllowedMethods! AllowedOrigins! "
                    + "ExposedHeaders Id MaxAge",
                    "LifecycleConfiguration: Rules! TransitionDefaultMinimumObjectSize",
                    "LifecycleConfiguration/Rules: Id Prefix Status! ExpirationInDays "
                            + "NoncurrentVersionExpiration NoncurrentVersionExpirationInDays "
                            + "AbortIncompleteMultipartUpload",
                    "LifecycleConfiguration/Rules/NoncurrentVersionExpiration: NoncurrentDays! "
                            + "NewerNoncurrentVersions",
                    "LifecycleConfiguration/Rules/AbortIncompleteMultipartUpload: DaysAfterInitiation!",
                    "NotificationConfiguration: EventBridgeConfiguration LambdaConfigurations "
                            + "QueueConfigurations TopicConfigurations",
                    "NotificationConfiguration/EventBridgeConfiguration: EventBridgeEnabled",
                    "NotificationConfiguration/LambdaConfigurations: Event! Function! Filter",
                    "NotificationConfiguration/LambdaConfigurations/Filter: S3Key!",
                    "NotificationConfiguration/LambdaConfigurations/Filter/S3Key: Rules!",
                    "NotificationConfiguration/LambdaConfigurations/Filter/S3Key/Rules: Name! Value!",
                    "NotificationConfiguration/QueueConfigurations: Event! Queue! Filter",
                    "NotificationConfiguration/QueueConfigurations/Filter: S3Key!",
                    "NotificationConfiguration/QueueConfigurations/Filter/S3Key: Rules!",
                    "NotificationConfiguration/QueueConfigurations/Filter/S3Key/Rules: Name! Value!",
                    "NotificationConfiguration/TopicConfigurations: Event! Topic! Filter",
                    "NotificationConfiguration/TopicConfigurations/Filter: S3Key!",
                    "NotificationConfiguration/TopicConfigurations/Filter/S3Key: Rules!",
                    "NotificationConfiguration/TopicConfigurations/Filter/S3Key/Rules: Name! Value!");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("BucketName");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var name = desired.properties().get("BucketName") instanceof String given ? given
                : desired.generatedName(MAX_NAME).toLowerCase(Locale.ROOT);
            refuseAccessControl(desired);
            var tags = tags(desired);
            var within = caller.as(caller.principal());
            if (!exists(within, name)) {
                s3.createBucket(within, S3.CreateBucketRequest.of(r -> r.bucket(name).createBucketConfiguration(
                    S3.CreateBucketConfiguration.of(c -> c.tags(Tags.told(tags))
                        .locationConstraint(caller.region().equals("us-east-1") ? null : caller.region())))));
            } else if (!isOurs(within, name, desired)) {
                throw ApiError.of("AlreadyExists", 409, name + " already exists");
            }
            return ResourceType.complete(name, () -> {
                configure(within, name, desired.properties(), Map.of());
                return resource(caller, name);
            });
        }

        private boolean exists(Caller caller, String name) {
            try {
                s3.headBucket(caller, S3.HeadBucketRequest.of(r -> r.bucket(name)));
                return true;
            } catch (S3.NoSuchBucket _) {
                return false;
            }
        }

        /** Made by an earlier try for the same resource of the same stack. */
        private boolean isOurs(Caller caller, String name, Desired desired) {
            try {
                var tags = new LinkedHashMap<String, String>();
                s3.getBucketTagging(caller, S3.GetBucketTaggingRequest.of(r -> r.bucket(name))).tagSet()
                    .forEach(tag -> tags.put(tag.key(), tag.value()));
                return desired.isMarkedIn(tags);
            } catch (S3.NoSuchTagSet _) {
                return false;
            }
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            refuseAccessControl(after);
            var within = caller.as(caller.principal());
            configure(within, physicalId, after.properties(), before.properties());
            var tags = tags(after);
            if (!tags.equals(tags(before))) {
                if (tags.isEmpty()) {
                    s3.deleteBucketTagging(within, S3.DeleteBucketTaggingRequest.of(r -> r.bucket(physicalId)));
                } else {
                    s3.putBucketTagging(within, S3.PutBucketTaggingRequest.of(r -> r.bucket(physicalId)
                        .tagging(S3.Tagging.of(t -> t.tagSet(Tags.told(tags))))));
                }
            }
            return resource(caller, physicalId);
        }

        /** Brings the settings from what a template said before to what it says now. */
        private void configure(Caller caller, String name, Map<String, Object> wanted, Map<String, Object> before) {
            if (wanted.get("VersioningConfiguration") instanceof Map<?, ?> versioning) {
                putVersioning(caller, name, text(versioning, "Status"));
            } else if (before.containsKey("VersioningConfiguration")) {
                putVersioning(caller, name, S3.BucketVersioningStatus.SUSPENDED);
            }
            if (!Objects.equals(wanted.get("NotificationConfiguration"), before.get("NotificationConfiguration"))) {
                s3.putBucketNotificationConfiguration(caller,
                    S3.PutBucketNotificationConfigurationRequest.of(r -> r.bucket(name)
                    .notificationConfiguration(NotificationProperty.of(wanted.get("NotificationConfiguration")))));
            }
            if (wanted.get("BucketEncryption") instanceof Map<?, ?> encryption) {
                s3.putBucketEncryption(caller, S3.PutBucketEncryptionRequest.of(r -> r.bucket(name)
                    .serverSideEncryptionConfiguration(encryption(encryption))));
            } else if (before.containsKey("BucketEncryption")) {
                s3.deleteBucketEncryption(caller, S3.DeleteBucketEncryptionRequest.of(r -> r.bucket(name)));
            }
            if (wanted.get("PublicAccessBlockConfiguration") instanceof Map<?, ?> block) {
                s3.putPublicAccessBlock(caller, S3.PutPublicAccessBlockRequest.of(r -> r.bucket(name)
                    .publicAccessBlockConfiguration(S3.PublicAccessBlockConfiguration.of(b -> b
                        .blockPublicAcls(flag(block, "BlockPublicAcls")).ignorePublicAcls(flag(block,
                        "IgnorePublicAcls")).blockPublicPolicy(flag(block, "BlockPublicPolicy"))
                        .restrictPublicBuckets(flag(block, "RestrictPublicBuckets"))))));
            } else if (before.containsKey("PublicAccessBlockConfiguration")) {
                s3.deletePublicAccessBlock(caller, S3.DeletePublicAccessBlockRequest.of(r -> r.bucket(name)));
            }
            if (wanted.get("OwnershipControls") instanceof Map<?, ?> controls) {
                s3.putBucketOwnershipControls(caller, S3.PutBucketOwnershipControlsRequest.of(r -> r.bucket(name)
                    .ownershipControls(S3.OwnershipControls.of(c -> c.rules(maps(controls, "Rules").stream()
                        .map(rule -> S3.OwnershipControlsRule.of(o -> o.objectOwnership(text(rule, "ObjectOwnership"))))
                        .toList())))));
            } else if (before.containsKey("OwnershipControls")) {
                s3.deleteBucketOwnershipControls(caller, S3.DeleteBucketOwnershipControlsRequest.of(r ->
                    r.bucket(name)));
            }
            if (wanted.get("LifecycleConfiguration") instanceof Map<?, ?> lifecycle) {
                s3.putBucketLifecycleConfiguration(caller, S3.PutBucketLifecycleConfigurationRequest.of(r ->
                    r.bucket(name).lifecycleConfiguration(S3.BucketLifecycleConfiguration.of(c ->
                        c.rules(maps(lifecycle, "Rules").stream().map(BucketType::rule).toList())))));
            } else if (before.containsKey("LifecycleConfiguration")) {
                s3.deleteBucketLifecycle(caller, S3.DeleteBucketLifecycleRequest.of(r -> r.bucket(name)));
            }
            if (wanted.get("CorsConfiguration") instanceof Map<?, ?> cors) {
                s3.putBucketCors(caller, S3.PutBucketCorsRequest.of(r -> r.bucket(name).corsConfiguration(
                    S3.CORSConfiguration.of(c -> c.corsRules(maps(cors, "CorsRules").stream().map(BucketType::corsRule)
                        .toList())))));
            } else if (before.containsKey("CorsConfiguration")) {
                s3.deleteBucketCors(caller, S3.DeleteBucketCorsRequest.of(r -> r.bucket(name)));
            }
        }

        private static S3.CORSRule corsRule(Map<?, ?> rule) {
            return S3.CORSRule.of(c -> c.id(text(rule, "Id")).allowedHeaders(texts(rule, "AllowedHeaders"))
                .allowedMethods(texts(rule, "AllowedMethods")).allowedOrigins(texts(rule, "AllowedOrigins"))
                .exposeHeaders(texts(rule, "ExposedHeaders")).maxAgeSeconds(number(rule, "MaxAge")));
        }

        private void putVersioning(Caller caller, String name, String status) {
            s3.putBucketVersioning(caller, S3.PutBucketVersioningRequest.of(r -> r.bucket(name)
                .versioningConfiguration(S3.VersioningConfiguration.of(v -> v.status(status)))));
        }

        private static S3.ServerSideEncryptionConfiguration encryption(Map<?, ?> property) {
            return S3.ServerSideEncryptionConfiguration.of(c -> c.rules(maps(property,
                "ServerSideEncryptionConfiguration").stream().map(rule -> {
                    var byDefault = rule.get("ServerSideEncryptionByDefault") instanceof Map<?, ?> map ? map : Map.of();
                    return S3.ServerSideEncryptionRule.of(s -> s.bucketKeyEnabled(flag(rule, "BucketKeyEnabled"))
                        .applyServerSideEncryptionByDefault(S3.ServerSideEncryptionByDefault.of(d -> d
                            .sseAlgorithm(text(byDefault, "SSEAlgorithm"))
                            .kmsMasterKeyID(text(byDefault, "KMSMasterKeyID")))));
                }).toList()));
        }

        private static S3.LifecycleRule rule(Map<?, ?> rule) {
            var noncurrent = rule.get("NoncurrentVersionExpiration") instanceof Map<?, ?> map ? map : Map.of();
            var days = noncurrent.get("NoncurrentDays") != null ? number(noncurrent, "NoncurrentDays")
                : number(rule, "NoncurrentVersionExpirationInDays");
            var abort = rule.get("AbortIncompleteMultipartUpload") instanceof Map<?, ?> map
                ? number(map, "DaysAfterInitiation") : null;
            var expiration = number(rule, "ExpirationInDays");
            return S3.LifecycleRule.of(l -> l.id(text(rule, "Id")).status(text(rule, "Status"))
                .filter(S3.LifecycleRuleFilter.of(f -> f.prefix(rule.get("Prefix") == null ? ""
                : text(rule, "Prefix")))).expiration(expiration == null ? null : S3.LifecycleExpiration.of(e ->
                e.days(expiration))).noncurrentVersionExpiration(days == null ? null
                    : S3.NoncurrentVersionExpiration.of(n -> n.noncurrentDays(days)
                    .newerNoncurrentVersions(number(noncurrent, "NewerNoncurrentVersions"))))
                .abortIncompleteMultipartUpload(abort == null ? null
                    : S3.AbortIncompleteMultipartUpload.of(a -> a.daysAfterInitiation(abort))));
        }

        private static void refuseAccessControl(Desired desired) {
            var given = desired.properties().get("AccessControl");
            if (given != null && !given.equals("Private") && !given.equals("BucketOwnerFullControl")) {
                throw new S3.AccessControlListNotSupported(
                    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
            }
        }

        private static Map<String, String> tags(Desired desired) {
            var tags = new LinkedHashMap<>(desired.tags());
            maps(desired.properties(), "Tags").forEach(tag -> tags.put(text(tag, "Key"), text(tag, "Value")));
            return tags;
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            try {
                s3.deleteBucket(caller, S3.DeleteBucketRequest.of(r -> r.bucket(physicalId)));
            } catch (S3.NoSuchBucket _) {
                // Gone already, as wanted.
            }
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return exists(caller, physicalId) ? Optional.of(resource(caller, physicalId)) : Optional.empty();
        }

        private static Resource resource(Caller caller, String name) {
            var region = caller.region();
            // Of old, some regions' website addresses have a dash and others a dot; these have the dash.
            boolean dash = Set.of("us-east-1", "us-west-1", "us-west-2", "ap-southeast-1", "ap-southeast-2",
                "ap-northeast-1", "eu-west-1", "sa-east-1").contains(region);
            return new Resource(name, Map.of("Arn", "arn:aws:s3:::" + name, "DomainName", name + ".s3.amazonaws.com",
                "RegionalDomainName", name + ".s3." + region + ".amazonaws.com",
                "DualStackDomainName", name + ".s3.dualstack." + region + ".amazonaws.com",
                "WebsiteURL", "http://" + name + ".s3-website" + (dash ? "-" : ".") + region + ".amazonaws.com"));
        }

        private static String text(Map<?, ?> map, String name) {
            var value = map.get(name);
            if (value instanceof Map || value instanceof List) {
                throw wrong(name, "String", value);
            }
            return value == null ? null : value.toString();
        }

        private static List<String> texts(Map<?, ?> map, String name) {
            return map.get(name) instanceof List<?> list ? list.stream().map(String::valueOf).toList() : null;
        }

        private static Boolean flag(Map<?, ?> map, String name) {
            return Boolean.valueOf(String.valueOf(map.get(name)));
        }

        private static Integer number(Map<?, ?> map, String name) {
            var value = map.get(name);
            try {
                return value == null ? null : Integer.valueOf(value.toString());
            } catch (NumberFormatException _) {
                throw wrong(name, "Integer", value);
            }
        }

        private static List<Map<?, ?>> maps(Map<?, ?> map, String name) {
            var maps = new ArrayList<Map<?, ?>>();
            if (map.get(name) instanceof List<?> list) {
                for (var each : list) {
                    if (!(each instanceof Map<?, ?> element)) {
                        throw wrong(name, "JSONObject", each);
                    }
                    maps.add(element);
                }
            }
            return maps;
        }
    }

    /**
     * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html">
     *     AWS::S3::BucketPolicy</a>
     */
    private record BucketPolicyType(S3 s3) implements ResourceType {
        @Override
        public String type() {
            return "AWS::S3::BucketPolicy";
        }

        @Override
        public Set<String> properties() {
            return Set.of("Bucket", "PolicyDocument");
        }

        @Override
        public Set<String> required() {
            return properties();
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("Bucket");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            return put(caller, String.valueOf(desired.properties().get("Bucket")), desired);
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            return put(caller, physicalId, after);
        }

        private Resource put(Caller caller, String bucket, Desired desired) {
            var policy = desired.document("PolicyDocument");
            s3.putBucketPolicy(caller, S3.PutBucketPolicyRequest.of(r -> r.bucket(bucket).policy(policy)));
            return new Resource(bucket, Map.of());
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            try {
                s3.deleteBucketPolicy(caller, S3.DeleteBucketPolicyRequest.of(r -> r.bucket(physicalId)));
            } catch (S3.NoSuchBucket _) {
                // Gone already, with its bucket.
            }
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            try {
                s3.getBucketPolicy(caller, S3.GetBucketPolicyRequest.of(r -> r.bucket(physicalId)));
                return Optional.of(new Resource(physicalId, Map.of()));
            } catch (S3.NoSuchBucket | S3.NoSuchBucketPolicy _) {
                return Optional.empty();
            }
        }
    }
}
