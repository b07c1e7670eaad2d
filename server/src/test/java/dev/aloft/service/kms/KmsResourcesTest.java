package dev.aloft.service.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Kms;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.ResourceType.Desired;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KmsResourcesTest extends KmsFixture {
    private ResourceType type(String name) {
        return service.resourceTypes().stream().filter(type -> type.type().equals("AWS::KMS::" + name)).findFirst()
                .orElseThrow();
    }

    private static Desired desired(Map<String, Object> properties) {
        return new Desired("arn:stack", "s", "Key", "t", properties, Map.of());
    }

    @Test
    void aStepDoneTwiceMakesOneKey() {
        var wanted = desired(Map.of("Description", "orders", "EnableKeyRotation", "true", "Enabled", true));
        var made = type("Key").create(ROOT, wanted);
        assertThat(type("Key").create(ROOT, wanted)).isEqualTo(made);
        assertThat(made.attributes()).containsEntry("Arn", describe(made.physicalId()).arn());
        assertThat(kms.getKeyRotationStatus(ROOT, Kms.GetKeyRotationStatusRequest.of(
                r -> r.keyId(made.physicalId()))).rotationPeriodInDays()).isEqualTo(365);
    }

    /** AWS's own type asks for no more to make a key. */
    @Test
    void whoMayMakeAKeyNeedNotSeeAllOthers() {
        make(_ -> { });
        users.put(user("ann").principal().arn(), """
                {"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*",
                 "Action":["kms:CreateKey","kms:DescribeKey","kms:TagResource"]}}""");
        var wanted = desired(Map.of("Description", "orders"));
        var made = type("Key").create(user("ann"), wanted);
        assertThat(type("Key").create(user("ann"), wanted)).isEqualTo(made);
    }

    @Test
    void anUpdateChangesTheKeyAndNeverItsKind() {
        var before = desired(Map.of("Description", "orders"));
        var id = type("Key").create(ROOT, before).physicalId();
        type("Key").update(ROOT, id, before, desired(Map.of("Description", "parcels", "Enabled", false)));
        assertThat(describe(id).description()).isEqualTo("parcels");
        assertThat(describe(id).keyState()).isEqualTo("Disabled");
        refused("ValidationException", "You cannot change the KeySpec of a KMS key after it is created. Create a new"
                + " KMS key in its place.",
                () -> type("Key").update(ROOT, id, before, desired(Map.of("KeySpec", "RSA_2048"))));
    }

    @Test
    void aDeletedKeyWaitsForItsEnd() {
        var wanted = desired(Map.of("PendingWindowInDays", "7"));
        var id = type("Key").create(ROOT, wanted).physicalId();
        type("Key").delete(ROOT, id, wanted);
        type("Key").delete(ROOT, id, wanted);
        assertThat(describe(id).deletionDate()).isEqualTo(time.instant().plus(Duration.ofDays(7)));
        assertThat(type("Key").read(ROOT, id)).isEmpty();
        assertThat(type("Key").create(ROOT, wanted).physicalId()).isNotEqualTo(id);
    }

    @Test
    void aKeyForImportedMaterialIsLeftToWaitForIt() {
        var id = type("Key").create(ROOT, desired(Map.of("Origin", "EXTERNAL"))).physicalId();
        assertThat(describe(id).keyState()).isEqualTo("PendingImport");
    }

    @Test
    void aReplicaIsMadeOfAKeyInAnotherRegion() {
        var primary = make(r -> r.multiRegion(true));
        var west = ROOT.in(ACCOUNT, "us-west-2");
        var wanted = desired(Map.of("PrimaryKeyArn", primary.arn(), "Description", "second",
                "KeyPolicy", Map.of("Version", "2012-10-17", "Statement", Map.of("Effect", "Allow",
                        "Principal", Map.of("AWS", ACCOUNT), "Action", "kms:*", "Resource", "*"))));
        var made = type("ReplicaKey").create(west, wanted);
        assertThat(type("ReplicaKey").create(west, wanted)).isEqualTo(made);
        assertThat(made.physicalId()).isEqualTo(primary.keyId());
        assertThat(made.attributes()).containsEntry("Arn", primary.arn().replace("us-east-1", "us-west-2"));
        type("ReplicaKey").delete(west, made.physicalId(), wanted);
        assertThat(type("ReplicaKey").read(west, made.physicalId())).isEmpty();
        assertThat(type("Key").read(ROOT, primary.keyId())).isPresent();
    }

    @Test
    void anAliasOfAnotherKeyIsNotTakenOver() {
        var mine = make(_ -> { }).keyId();
        var other = make(_ -> { }).keyId();
        var wanted = desired(Map.of("AliasName", "alias/orders", "TargetKeyId", mine));
        assertThat(type("Alias").create(ROOT, wanted).physicalId()).isEqualTo("alias/orders");
        assertThat(type("Alias").create(ROOT, wanted).physicalId()).isEqualTo("alias/orders");
        refused("AlreadyExistsException",
                "An alias with the name arn:aws:kms:us-east-1:111122223333:alias/orders already exists",
                () -> type("Alias").create(ROOT,
                        desired(Map.of("AliasName", "alias/orders", "TargetKeyId", other))));
        type("Alias").update(ROOT, "alias/orders", wanted, desired(Map.of("TargetKeyId", other)));
        assertThat(aliases(other)).containsExactly("alias/orders");
        type("Alias").delete(ROOT, "alias/orders", wanted);
        type("Alias").delete(ROOT, "alias/orders", wanted);
        assertThat(aliases(other)).isEmpty();
    }
}
