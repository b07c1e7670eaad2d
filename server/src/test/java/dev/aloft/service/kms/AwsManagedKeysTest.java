package dev.aloft.service.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Caller;
import dev.aloft.api.Kms;
import dev.aloft.api.Principal;
import dev.aloft.kernel.identity.Policy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AwsManagedKeysTest extends KmsFixture {
    private static final String SQS = "alias/aws/sqs";
    private static final Caller SQS_FOR_ANN = user("ann").through("sqs");

    @Test
    void aServicesKeyIsMadeWhenItIsFirstDescribed() {
        var key = describe(SQS);
        assertThat(key.keyManager()).isEqualTo("AWS");
        assertThat(key.description())
                .isEqualTo("Default key that protects my SQS messages when no other key is defined");
        assertThat(describe("arn:aws:kms:us-east-1:111122223333:" + SQS)).isEqualTo(key);
        assertThat(aliases(key.keyId())).containsExactly(SQS);
        assertThat(kms.listKeys(ROOT, Kms.ListKeysRequest.of(_ -> { })).keys()).hasSize(1);
    }

    @Test
    void itIsMadeWhenTheServiceFirstUsesItAndNotForOthers() {
        refused("NotFoundException", "Alias arn:aws:kms:us-east-1:111122223333:" + SQS + " is not found.",
                () -> encrypt(ROOT, SQS, "x", null));
        encrypt(SQS_FOR_ANN, SQS, "x", null);
        assertThat(describe(SQS).keyState()).isEqualTo("Enabled");
    }

    @Test
    void everybodyInTheAccountMayUseItThroughItsServiceAndOnlySo() {
        var blob = encrypt(SQS_FOR_ANN, SQS, "x", null);
        assertThat(decrypt(SQS_FOR_ANN, blob, null)).isEqualTo("x");
        var denied = "because no resource-based policy allows the kms:Decrypt action";
        for (var caller : List.of(ROOT, ROOT.through("sns"), caller("444455556666", "us-east-1",
                new Principal.Root("444455556666")).through("sqs"))) {
            refused("AccessDeniedException", "User: " + caller.principal().arn() + " is not authorized to perform:"
                    + " kms:Decrypt on resource: " + describe(SQS).arn() + " " + denied,
                    () -> decrypt(caller, blob, null));
        }
    }

    @Test
    void nobodyMayChangeIt() {
        var key = describe(SQS);
        cannot(key, "PutKeyPolicy", () -> kms.putKeyPolicy(ROOT,
                Kms.PutKeyPolicyRequest.of(r -> r.keyId(key.keyId()).policy(KeyPolicies.first(ACCOUNT)))));
        cannot(key, "DisableKey", () -> kms.disableKey(ROOT, Kms.DisableKeyRequest.of(r -> r.keyId(key.keyId()))));
        cannot(key, "ScheduleKeyDeletion", () -> end(key.keyId(), 7));
        cannot(key, "UpdateKeyDescription", () -> kms.updateKeyDescription(ROOT,
                Kms.UpdateKeyDescriptionRequest.of(r -> r.keyId(key.keyId()).description("mine"))));
        cannot(key, "TagResource", () -> kms.tagResource(ROOT, Kms.TagResourceRequest.of(
                r -> r.keyId(key.keyId()).tags(List.of(Kms.Tag.of(t -> t.tagKey("a").tagValue("b")))))));
        cannot(key, "DisableKeyRotation", () -> kms.disableKeyRotation(ROOT,
                Kms.DisableKeyRotationRequest.of(r -> r.keyId(key.keyId()))));
        cannot(key, "CreateAlias", () -> name("alias/mine", key.keyId()));
        cannot(key, "DeleteAlias",
                () -> kms.deleteAlias(ROOT, Kms.DeleteAliasRequest.of(r -> r.aliasName(SQS))));
    }

    private static void cannot(Kms.KeyMetadata key, String action, Executable call) {
        refused("AccessDeniedException", "User: arn:aws:iam::111122223333:root is not authorized to perform: kms:"
                + action + " on resource: " + key.arn() + " because no resource-based policy allows the kms:" + action
                + " action", call);
    }

    @Test
    void itsMaterialIsRotatedEachYear() {
        var blob = encrypt(SQS_FOR_ANN, SQS, "x", null);
        var key = describe(SQS);
        var status = kms.getKeyRotationStatus(ROOT, Kms.GetKeyRotationStatusRequest.of(r -> r.keyId(key.keyId())));
        assertThat(status.keyRotationEnabled()).isTrue();
        assertThat(status.rotationPeriodInDays()).isEqualTo(365);
        time.advance(Duration.ofDays(365));
        assertThat(describe(SQS).currentKeyMaterialId()).isNotEqualTo(key.currentKeyMaterialId());
        assertThat(decrypt(SQS_FOR_ANN, blob, null)).isEqualTo("x");
    }

    @Test
    void predefinedAliasesAreListedWithoutAKeyUntilItIsMade() {
        assertThat(listed()).containsExactly("alias/aws/dynamodb null", "alias/aws/lambda null", "alias/aws/s3 null",
                "alias/aws/ssm null");
        var id = describe("alias/aws/s3").keyId();
        assertThat(listed()).contains("alias/aws/s3 " + id).hasSize(4);
    }

    private List<String> listed() {
        return kms.listAliases(ROOT, Kms.ListAliasesRequest.of(_ -> { })).aliases().stream()
                .map(alias -> alias.aliasName() + " " + alias.targetKeyId()).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dynamodb", "kinesis", "lambda", "s3", "secretsmanager", "sns", "sqs", "ssm"})
    void eachServiceHasAPolicyThatLetsItsUsersMakeDataKeys(String service) {
        var id = describe("alias/aws/" + service).keyId();
        var policy = kms.getKeyPolicy(ROOT, Kms.GetKeyPolicyRequest.of(r -> r.keyId(id))).policy();
        assertThat(Policy.of(policy, Policy.Kind.RESOURCE)).isNotNull();
        assertThat(policy).contains("\"kms:CallerAccount\" : \"111122223333\"").doesNotContain("${");
        assertThat(kms.generateDataKey(user("ann").through(service),
                Kms.GenerateDataKeyRequest.of(r -> r.keyId(id).keySpec("AES_256"))).plaintext().length()).isEqualTo(32);
    }

    @Test
    void aKeyOfAServiceThatIsNotThereIsToldByName() {
        refused("NotImplemented", "A key of AWS's own (alias/aws/ebs) in KMS is not built in Aloft yet.",
                () -> describe("alias/aws/ebs"));
    }
}
