package dev.aloft.service.s3;

import dev.aloft.api.S3;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A bucket as it is kept.
 *
 * @param id           its own for ever: a bucket made again under the same name has another
 * @param versioning   Enabled, Suspended, or null where it never was
 * @param policy       a JSON document, or null
 * @param encryption   what was put, or null for AWS's default
 * @param publicAccess null where there is none any more
 * @param ownership    BucketOwnerEnforced and the like, or null where there is none any more
 * @param lifecycle    its rules; empty where there are none
 */
record Bucket(
        long id,
        String name,
        String account,
        String region,
        Instant created,
        String versioning,
        String policy,
        Map<String, String> tags,
        S3.ServerSideEncryptionConfiguration encryption,
        S3.PublicAccessBlockConfiguration publicAccess,
        String ownership,
        List<S3.LifecycleRule> lifecycle) {
    boolean isVersioned() {
        return versioning != null;
    }

    boolean keepsVersions() {
        return S3.BucketVersioningStatus.ENABLED.equals(versioning);
    }

    String arn() {
        return "arn:aws:s3:::" + name;
    }

    Bucket withVersioning(String status) {
        return new Bucket(id, name, account, region, created, status, policy, tags, encryption, publicAccess, ownership,
            lifecycle);
    }

    Bucket withPolicy(String document) {
        return new Bucket(id, name, account, region, created, versioning, document, tags, encryption, publicAccess,
            ownership, lifecycle);
    }

    Bucket withTags(Map<String, String> all) {
        return new Bucket(id, name, account, region, created, versioning, policy, all, encryption, publicAccess,
            ownership, lifecycle);
    }

    Bucket withEncryption(S3.ServerSideEncryptionConfiguration configuration) {
        return new Bucket(id, name, account, region, created, versioning, policy, tags, configuration, publicAccess,
            ownership, lifecycle);
    }

    Bucket withPublicAccess(S3.PublicAccessBlockConfiguration configuration) {
        return new Bucket(id, name, account, region, created, versioning, policy, tags, encryption, configuration,
            ownership, lifecycle);
    }

    Bucket withOwnership(String rule) {
        return new Bucket(id, name, account, region, created, versioning, policy, tags, encryption, publicAccess, rule,
            lifecycle);
    }

    Bucket withLifecycle(List<S3.LifecycleRule> rules) {
        return new Bucket(id, name, account, region, created, versioning, policy, tags, encryption, publicAccess,
            ownership, rules);
    }
}
