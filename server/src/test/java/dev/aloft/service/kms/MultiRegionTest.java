package dev.aloft.service.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.kernel.store.Range;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MultiRegionTest extends KmsFixture {
    private static final Caller WEST = ROOT.in(ACCOUNT, "us-west-2");
    private Kms.KeyMetadata key;

    @BeforeEach
    void aPrimaryKey() {
        key = make(r -> r.multiRegion(true).description("first"));
    }

    private Kms.ReplicateKeyResponse replicate(Caller caller, String region) {
        return kms.replicateKey(caller, Kms.ReplicateKeyRequest.of(r -> r.keyId(key.keyId()).replicaRegion(region)
                .description("second").tags(List.of(Kms.Tag.of(t -> t.tagKey("a").tagValue("b"))))));
    }

    private Kms.KeyMetadata describe(Caller caller) {
        return kms.describeKey(caller, Kms.DescribeKeyRequest.of(r -> r.keyId(key.keyId()))).keyMetadata();
    }

    private Kms.MultiRegionKey in(String region) {
        return Kms.MultiRegionKey.of(k -> k.region(region)
                .arn("arn:aws:kms:" + region + ":111122223333:key/" + key.keyId()));
    }

    @Test
    void relatedKeysAreTold() {
        assertThat(key.keyId()).matches("mrk-[0-9a-f]{32}");
        assertThat(key.multiRegion()).isTrue();
        assertThat(key.multiRegionConfiguration()).isEqualTo(Kms.MultiRegionConfiguration.of(
                c -> c.multiRegionKeyType("PRIMARY").primaryKey(in("us-east-1")).replicaKeys(List.of())));
        var replica = replicate(ROOT, "us-west-2");
        assertThat(replica.replicaTags()).hasSize(1);
        assertThat(replica.replicaKeyMetadata()).isEqualTo(describe(WEST));
        assertThat(describe(WEST).description()).isEqualTo("second");
        assertThat(describe(WEST).multiRegionConfiguration()).isEqualTo(Kms.MultiRegionConfiguration.of(c ->
                c.multiRegionKeyType("REPLICA").primaryKey(in("us-east-1")).replicaKeys(List.of(in("us-west-2")))));
        assertThat(describe(ROOT).multiRegionConfiguration().replicaKeys()).containsExactly(in("us-west-2"));
    }

    @Test
    void whatOneEncryptsAnyOfThemDecrypts() {
        var blob = encrypt(ROOT, key.keyId(), "x", null);
        replicate(ROOT, "us-west-2");
        assertThat(decrypt(WEST, blob, null)).isEqualTo("x");
        assertThat(decrypt(ROOT, encrypt(WEST, key.keyId(), "y", null), null)).isEqualTo("y");
        var signing = make(r -> r.multiRegion(true).keySpec("ECC_NIST_P256").keyUsage("SIGN_VERIFY")).keyId();
        kms.replicateKey(ROOT, Kms.ReplicateKeyRequest.of(r -> r.keyId(signing).replicaRegion("us-west-2")));
        var signature = kms.sign(WEST, Kms.SignRequest.of(
                r -> r.keyId(signing).message(bytes("x")).signingAlgorithm("ECDSA_SHA_256"))).signature();
        assertThat(kms.verify(ROOT, Kms.VerifyRequest.of(r -> r.keyId(signing).message(bytes("x"))
                .signature(signature).signingAlgorithm("ECDSA_SHA_256"))).signatureValid()).isTrue();
    }

    @Test
    void onlyAPrimaryIsReplicatedAndOnceToARegion() {
        replicate(ROOT, "us-west-2");
        refused("UnsupportedOperationException", in("us-west-2").arn() + " is not a multi-region primary key.",
                () -> replicate(WEST, "eu-west-1"));
        refused("AlreadyExistsException", "A key with the ARN " + in("us-west-2").arn() + " already exists",
                () -> replicate(ROOT, "us-west-2"));
        var single = make(_ -> { });
        refused("UnsupportedOperationException", single.arn() + " is not a multi-region primary key.",
                () -> kms.replicateKey(ROOT, Kms.ReplicateKeyRequest.of(
                        r -> r.keyId(single.keyId()).replicaRegion("us-west-2"))));
    }

    @Test
    void allRotateWithThePrimary() {
        replicate(ROOT, "us-west-2");
        refused("UnsupportedOperationException", in("us-west-2").arn() + " is not a multi-region primary key.",
                () -> kms.enableKeyRotation(WEST, Kms.EnableKeyRotationRequest.of(r -> r.keyId(key.keyId()))));
        kms.enableKeyRotation(ROOT, Kms.EnableKeyRotationRequest.of(r -> r.keyId(key.keyId())));
        assertThat(kms.getKeyRotationStatus(WEST, Kms.GetKeyRotationStatusRequest.of(r -> r.keyId(key.keyId())))
                .keyRotationEnabled()).isTrue();
        time.advance(Duration.ofDays(365));
        assertThat(describe(WEST).currentKeyMaterialId()).isEqualTo(describe(ROOT).currentKeyMaterialId())
                .isNotEqualTo(key.currentKeyMaterialId());
        assertThat(decrypt(WEST, encrypt(ROOT, key.keyId(), "x", null), null)).isEqualTo("x");
    }

    @Test
    void aReplicaBecomesThePrimary() {
        replicate(ROOT, "us-west-2");
        kms.enableKeyRotation(ROOT, Kms.EnableKeyRotationRequest.of(r -> r.keyId(key.keyId())));
        refused("NotFoundException", "Key '" + in("eu-west-1").arn() + "' does not exist",
                () -> move(ROOT, "eu-west-1"));
        move(ROOT, "us-west-2");
        assertThat(describe(WEST).multiRegionConfiguration()).isEqualTo(Kms.MultiRegionConfiguration.of(c ->
                c.multiRegionKeyType("PRIMARY").primaryKey(in("us-west-2")).replicaKeys(List.of(in("us-east-1")))));
        time.advance(Duration.ofDays(365));
        assertThat(describe(ROOT).currentKeyMaterialId()).isNotEqualTo(key.currentKeyMaterialId());
        refused("UnsupportedOperationException", key.arn() + " is not a multi-region primary key.",
                () -> move(ROOT, "us-west-2"));
    }

    private void move(Caller caller, String region) {
        kms.updatePrimaryRegion(caller,
                Kms.UpdatePrimaryRegionRequest.of(r -> r.keyId(key.keyId()).primaryRegion(region)));
    }

    @Test
    void aPrimaryEndsAfterItsReplicas() {
        replicate(ROOT, "us-west-2");
        end(key.keyId(), 7);
        assertThat(describe(ROOT).keyState()).isEqualTo("PendingReplicaDeletion");
        assertThat(describe(ROOT).pendingDeletionWindowInDays()).isEqualTo(7);
        assertThat(describe(ROOT).deletionDate()).isNull();
        time.advance(Duration.ofDays(30));
        kms.scheduleKeyDeletion(WEST, Kms.ScheduleKeyDeletionRequest.of(
                r -> r.keyId(key.keyId()).pendingWindowInDays(10)));
        time.advance(Duration.ofDays(10));
        assertThat(describe(ROOT).keyState()).isEqualTo("PendingDeletion");
        assertThat(describe(ROOT).deletionDate()).isEqualTo(time.instant().plus(Duration.ofDays(7)));
        time.advance(Duration.ofDays(7));
        assertThat(memory.<Long>read(tx -> tx.range(Range.all()).count())).isZero();
    }

    @Test
    void aReplicaIsMadeByWhoeverMayMakeKeysAndReplicateThisOne() {
        users.put("arn:aws:iam::111122223333:user/ann", """
                {"Version": "2012-10-17", "Statement":
                 {"Effect": "Allow", "Action": "kms:ReplicateKey", "Resource": "*"}}""");
        refused("AccessDeniedException", "User: arn:aws:iam::111122223333:user/ann is not authorized to perform:"
                + " kms:CreateKey on resource: * because no identity-based policy allows the kms:CreateKey action",
                () -> replicate(user("ann"), "us-west-2"));
    }
}
