package dev.aloft.service.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Kms;
import dev.aloft.api.Principal;
import dev.aloft.kernel.store.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeysTest extends KmsFixture {
    private static final String MISSING = "00000000-0000-0000-0000-000000000000";

    @Test
    void aKeyIsToldAsAwsTellsIt() {
        var key = make(r -> r.description("orders"));
        assertThat(key.arn()).isEqualTo("arn:aws:kms:us-east-1:111122223333:key/" + key.keyId());
        assertThat(key.currentKeyMaterialId()).matches("[a-f0-9]{64}");
        assertThat(describe(key.arn())).isEqualTo(key).isEqualTo(Kms.KeyMetadata.of(m -> m.awsAccountId(ACCOUNT)
                .keyId(key.keyId()).arn(key.arn()).creationDate(time.instant()).enabled(true).description("orders")
                .keyUsage("ENCRYPT_DECRYPT").keyState("Enabled").origin("AWS_KMS").keyManager("CUSTOMER")
                .customerMasterKeySpec("SYMMETRIC_DEFAULT").keySpec("SYMMETRIC_DEFAULT").multiRegion(false)
                .encryptionAlgorithms(List.of("SYMMETRIC_DEFAULT"))
                .currentKeyMaterialId(key.currentKeyMaterialId())));
    }

    @Test
    void whatAKeyCannotBeForIsRefused() {
        refused("ValidationException",
                "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
                () -> make("RSA_2048", null));
        refused("ValidationException", "KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048",
                () -> make("RSA_2048", "KEY_AGREEMENT"));
        refused("NotImplemented", "A KMS key of the Origin AWS_CLOUDHSM is not built in Aloft yet.",
                () -> make(r -> r.origin("AWS_CLOUDHSM")));
    }

    @Test
    void aKeyIsFoundByIdArnAndAliasAndInItsRegionOnly() {
        var id = make(_ -> { }).keyId();
        name("alias/orders", id);
        assertThat(describe("alias/orders").keyId()).isEqualTo(id);
        assertThat(describe("arn:aws:kms:us-east-1:111122223333:alias/orders").keyId()).isEqualTo(id);
        refused("NotFoundException", "Invalid keyId 'key_id'", () -> describe("key_id"));
        refused("NotFoundException", "Key 'arn:aws:kms:us-east-1:111122223333:key/" + MISSING + "' does not exist",
                () -> describe(MISSING));
        refused("NotFoundException", "Alias arn:aws:kms:us-east-1:111122223333:alias/none is not found.",
                () -> describe("alias/none"));
        var west = caller(ACCOUNT, "us-west-2", new Principal.Root(ACCOUNT));
        refused("NotFoundException", "Invalid arn us-east-1", () -> kms.describeKey(west,
                Kms.DescribeKeyRequest.of(r -> r.keyId("arn:aws:kms:us-east-1:111122223333:key/" + id))));
    }

    @Test
    void anAliasMovesToAnotherKeyOfTheSameKind() {
        var first = make(_ -> { }).keyId();
        var second = make(_ -> { }).keyId();
        name("alias/orders", first);
        refused("AlreadyExistsException", "An alias with the name"
                + " arn:aws:kms:us-east-1:111122223333:alias/orders already exists",
                () -> name("alias/orders", second));
        refused("ValidationException", "alias/my:alias contains invalid characters for an alias",
                () -> name("alias/my:alias", second));
        refused("ValidationException", "Alias must start with the prefix \"alias/\". Please see"
                + " https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
                () -> kms.deleteAlias(ROOT, Kms.DeleteAliasRequest.of(r -> r.aliasName("orders"))));
        refused("ValidationException", "Alias must start with the prefix \"alias/\". Please see"
                + " https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html", () -> name("orders", first));
        kms.updateAlias(ROOT, Kms.UpdateAliasRequest.of(r -> r.aliasName("alias/orders").targetKeyId(second)));
        assertThat(aliases(first)).isEmpty();
        assertThat(aliases(second)).containsExactly("alias/orders");
        kms.deleteAlias(ROOT, Kms.DeleteAliasRequest.of(r -> r.aliasName("alias/orders")));
        assertThat(aliases(second)).isEmpty();
    }

    @Test
    void aKeyThatWaitsForItsEndCanBeKeptAndIsGoneAfterwards() {
        var key = make(_ -> { });
        name("alias/orders", key.keyId());
        refused("ValidationException", "PendingWindowInDays must be between 7 and 30 (inclusive).",
                () -> end(key.keyId(), 6));
        end(key.keyId(), 7);
        refused("KMSInvalidStateException", key.arn() + " is pending deletion.", () -> end(key.keyId(), 7));
        assertThat(describe(key.keyId()).keyState()).isEqualTo("PendingDeletion");
        kms.cancelKeyDeletion(ROOT, Kms.CancelKeyDeletionRequest.of(r -> r.keyId(key.keyId())));
        time.advance(Duration.ofDays(8));
        assertThat(describe(key.keyId()).keyState()).isEqualTo("Disabled");
        end(key.keyId(), 7);
        time.advance(Duration.ofDays(7));
        refused("NotFoundException", "Key '" + key.arn() + "' does not exist", () -> describe(key.keyId()));
        refused("NotFoundException", "Alias arn:aws:kms:us-east-1:111122223333:alias/orders is not found.",
                () -> describe("alias/orders"));
        assertThat(memory.<Long>read(tx -> tx.range(Range.all()).count())).isZero();
    }

    @Test
    void tagsHaveRules() {
        var id = make(r -> r.tags(List.of(tag("a", "1"), tag("b", "2")))).keyId();
        kms.tagResource(ROOT, Kms.TagResourceRequest.of(r -> r.keyId(id).tags(List.of(tag("b", "3"), tag("c", "4")))));
        kms.untagResource(ROOT, Kms.UntagResourceRequest.of(r -> r.keyId(id).tagKeys(List.of("a"))));
        assertThat(kms.listResourceTags(ROOT, Kms.ListResourceTagsRequest.of(r -> r.keyId(id))).tags())
                .containsExactly(tag("b", "3"), tag("c", "4"));
        refused("TagException", "Duplicate tag keys", () -> make(r -> r.tags(List.of(tag("a", "1"), tag("a", "2")))));
        refused("TagException", "Tags beginning with aws: are reserved",
                () -> make(r -> r.tags(List.of(tag("aws:a", "1")))));
        refused("TagException", "Too many tags",
                () -> make(r -> r.tags(IntStream.range(0, 51).mapToObj(i -> tag("t" + i, "")).toList())));
    }

    private static Kms.Tag tag(String key, String value) {
        return Kms.Tag.of(t -> t.tagKey(key).tagValue(value));
    }

    @Test
    void keysAreListedInPages() {
        var made = IntStream.range(0, 5).mapToObj(_ -> make(_ -> { }).keyId()).toList();
        var listed = new ArrayList<String>();
        String marker = null;
        do {
            var from = marker;
            var page = kms.listKeys(ROOT, Kms.ListKeysRequest.of(r -> r.limit(2).marker(from)));
            assertThat(page.truncated()).isEqualTo(page.nextMarker() != null);
            page.keys().forEach(key -> listed.add(key.keyId()));
            marker = page.nextMarker();
        } while (marker != null);
        assertThat(listed).containsExactlyInAnyOrderElementsOf(made);
        refused("InvalidMarkerException", "Could not deserialize marker",
                () -> kms.listKeys(ROOT, Kms.ListKeysRequest.of(r -> r.marker("nothing"))));
    }

    @Test
    void theFirstPolicyLeavesAllToTheAccount() {
        var id = make(_ -> { }).keyId();
        assertThat(policy(id)).contains("\"Id\" : \"key-default-1\"");
        refused("AccessDeniedException", "User: arn:aws:iam::111122223333:user/ann is not authorized to perform:"
                + " kms:Encrypt on resource: arn:aws:kms:us-east-1:111122223333:key/" + id
                + " because no identity-based policy allows the kms:Encrypt action",
                () -> encrypt(user("ann"), id, "x", null));
        users.put("arn:aws:iam::111122223333:user/ann", """
                {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*",
                 "Condition": {"StringEquals": {"kms:EncryptionContext:for": "ann"}}}}""");
        assertThat(decrypt(user("ann"), encrypt(user("ann"), id, "x", Map.of("for", "ann")), Map.of("for", "ann")))
                .isEqualTo("x");
        refused("AccessDeniedException", "User: arn:aws:iam::111122223333:user/ann is not authorized to perform:"
                + " kms:Encrypt on resource: arn:aws:kms:us-east-1:111122223333:key/" + id
                + " because no identity-based policy allows the kms:Encrypt action",
                () -> encrypt(user("ann"), id, "x", Map.of("for", "bob")));
    }

    private String policy(String id) {
        return kms.getKeyPolicy(ROOT, Kms.GetKeyPolicyRequest.of(r -> r.keyId(id))).policy();
    }

    @Test
    void whatTheKeysPolicyDoesNotAllowNobodyMay() {
        var id = make(_ -> { }).keyId();
        var all = "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"kms:*\","
                + " \"Resource\": \"*\"}}";
        users.put("arn:aws:iam::111122223333:user/ann", all);
        put(id, "arn:aws:iam::111122223333:user/bob", true);
        assertThat(decrypt(user("bob"), encrypt(user("bob"), id, "x", null), null)).isEqualTo("x");
        for (var who : List.of(user("ann"), ROOT)) {
            refused("AccessDeniedException", "User: " + who.principal().arn() + " is not authorized to perform:"
                    + " kms:Encrypt on resource: arn:aws:kms:us-east-1:111122223333:key/" + id
                    + " because no resource-based policy allows the kms:Encrypt action",
                    () -> encrypt(who, id, "x", null));
        }
    }

    private void put(String id, String principal, boolean bypass) {
        kms.putKeyPolicy(ROOT, Kms.PutKeyPolicyRequest.of(r -> r.keyId(id).bypassPolicyLockoutSafetyCheck(bypass)
                .policy("{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\", \"Principal\": {\"AWS\":"
                        + " \"" + principal + "\"}, \"Action\": \"kms:*\", \"Resource\": \"*\"}}")));
    }

    /** The condition key tells of users, roles and root users; a service is of no account. */
    @Test
    void aServiceThatCallsInItsOwnNameHasNoCallerAccount() {
        var id = make(_ -> { }).keyId();
        kms.putKeyPolicy(ROOT, Kms.PutKeyPolicyRequest.of(r -> r.keyId(id).policy("""
                {"Version": "2012-10-17", "Statement": [
                 {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"},
                 {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                  "Action": "kms:Encrypt", "Resource": "*", "Condition": {
                   "Null": {"kms:CallerAccount": "true"}, "StringEquals": {"aws:SourceAccount": "111122223333"}}}]}
                """)));
        var topic = ROOT.asService("sns.amazonaws.com", "arn:aws:sns:us-east-1:111122223333:orders");
        assertThat(decrypt(ROOT, encrypt(topic, id, "x", null), null)).isEqualTo("x");
    }

    @Test
    void aPolicyThatLocksItsMakerOutIsRefused() {
        var id = make(_ -> { }).keyId();
        var before = policy(id);
        refused("MalformedPolicyDocumentException",
                "The new key policy will not allow you to update the key policy in the future.",
                () -> put(id, "arn:aws:iam::111122223333:user/bob", false));
        refused("MalformedPolicyDocumentException", "This policy contains invalid Json",
                () -> kms.putKeyPolicy(ROOT, Kms.PutKeyPolicyRequest.of(r -> r.keyId(id).policy("{"))));
        assertThat(policy(id)).isEqualTo(before);
    }
}
