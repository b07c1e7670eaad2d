package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import java.util.Map;
import java.util.Set;

/** What requests may ask for that is not built: refused by its name, never passed over. */
final class Unbuilt {
    private static final Map<String, String> MEMBERS = Map.ofEntries(
        Map.entry("SSECustomerAlgorithm", "Encryption with a key of the customer (SSE-C)"),
        Map.entry("SSECustomerKey", "Encryption with a key of the customer (SSE-C)"),
        Map.entry("CopySourceSSECustomerAlgorithm", "Encryption with a key of the customer (SSE-C)"),
        Map.entry("CopySourceSSECustomerKey", "Encryption with a key of the customer (SSE-C)"),
        Map.entry("ObjectLockMode", "Object lock"),
        Map.entry("ObjectLockRetainUntilDate", "Object lock"),
        Map.entry("ObjectLockLegalHoldStatus", "Object lock"),
        Map.entry("WebsiteRedirectLocation", "A website redirect of an object"),
        Map.entry("WriteOffsetBytes", "Appending to an object (x-amz-write-offset-bytes)"),
        Map.entry("MFA", "Deletion with multi-factor authentication"),
        Map.entry("MFADelete", "Deletion with multi-factor authentication"),
        Map.entry("ChecksumXXHASH3", "The checksum algorithm XXHASH3"),
        Map.entry("ChecksumXXHASH64", "The checksum algorithm XXHASH64"),
        Map.entry("ChecksumXXHASH128", "The checksum algorithm XXHASH128"),
        Map.entry("AnnotationDirective", "Annotations of objects"),
        Map.entry("IfMatchInitiatedTime", "A condition on an upload's beginning"),
        Map.entry("BucketNamespace", "An account-regional namespace of buckets"));
    /** What says nothing that the owner's access does not say already. */
    private static final Set<String> OWNERS = Set.of(S3.ObjectCannedACL.PRIVATE,
        S3.ObjectCannedACL.BUCKET_OWNER_FULL_CONTROL);

    private Unbuilt() {
    }

    static void refuse(Shape input) {
        for (var member : input.shape().members()) {
            var what = MEMBERS.get(member.name());
            if (what != null && input.get(member.index()) != null) {
                throw ApiError.notBuilt(what);
            }
        }
        refuseAccessLists(input);
    }

    /** As a bucket answers whose objects are all its owner's, which is what new buckets are. */
    static void refuseAccessLists(Shape input) {
        for (var member : input.shape().members()) {
            var value = input.get(member.index());
            if (value == null) {
                continue;
            }
            if (member.name().startsWith("Grant") || member.name().equals("ACL") && !OWNERS.contains(value)) {
                throw new S3.AccessControlListNotSupported("The bucket does not allow ACLs");
            }
        }
    }
}
