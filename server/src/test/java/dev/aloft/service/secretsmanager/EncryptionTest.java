package dev.aloft.service.secretsmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.service.kms.TestKeys;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Secrets with a key of KMS of one's own. */
class EncryptionTest extends SecretsFixture {
    private static final String NO_KMS = "Access to KMS is not allowed";

    private final TestKeys keys = new TestKeys(ROOT, store, time, door);
    private String key;

    @BeforeEach
    void makeKey() {
        door.add(keys.service());
        gate = keys;
        key = keys.key();
    }

    private String create(Caller caller, String name, String value) {
        return secrets.createSecret(caller, SecretsManager.CreateSecretRequest.of(r -> r.name(name).secretString(value)
                .kmsKeyId(key).clientRequestToken(token()))).arn();
    }

    private String read(Caller caller, String id) {
        return secrets.getSecretValue(caller, SecretsManager.GetSecretValueRequest.of(r -> r.secretId(id)))
                .secretString();
    }

    private void rekey(Caller caller, String id, String other) {
        secrets.updateSecret(caller, SecretsManager.UpdateSecretRequest.of(
                r -> r.secretId(id).kmsKeyId(other).clientRequestToken(token())));
    }

    @Test
    void theKeyIsToldAndTheValueReadAsItWasWritten() {
        create(ROOT, "s", "value");
        assertThat(read(ROOT, "s")).isEqualTo("value");
        assertThat(describe("s").kmsKeyId()).isEqualTo(key);
        put("s", "other");
        assertThat(read(ROOT, "s")).isEqualTo("other");
        var versions = secrets.listSecretVersionIds(ROOT,
                SecretsManager.ListSecretVersionIdsRequest.of(r -> r.secretId("s"))).versions();
        assertThat(versions).allSatisfy(it -> assertThat(it.kmsKeyIds()).containsExactly(key));
    }

    @Test
    void aRepeatedRequestIsKnownByWhomeverItIsMade() {
        create(ROOT, "s", "value");
        var token = token();
        var writer = keys.user("writer", "secretsmanager:*", "kms:GenerateDataKey", "kms:Decrypt");
        var request = SecretsManager.PutSecretValueRequest.of(
                r -> r.secretId("s").secretString("b").clientRequestToken(token));
        secrets.putSecretValue(writer, request);
        secrets.putSecretValue(ROOT, request);
        assertThatThrownBy(() -> secrets.putSecretValue(ROOT, SecretsManager.PutSecretValueRequest.of(
                r -> r.secretId("s").secretString("c").clientRequestToken(token))))
                .isInstanceOf(SecretsManager.ResourceExistsException.class);
    }

    @Test
    void whoWritesMayMakeDataKeysAndWhoReadsMayDecrypt() {
        var none = keys.user("none", "secretsmanager:*");
        var writer = keys.user("writer", "secretsmanager:*", "kms:GenerateDataKey", "kms:Decrypt");
        refused("AccessDeniedException", NO_KMS, () -> create(none, "s", "value"));
        refused("AccessDeniedException", NO_KMS, () -> create(none, "s", null));
        create(writer, "s", "value");
        refused("AccessDeniedException", NO_KMS, () -> read(none, "s"));
        var batch = secrets.batchGetSecretValue(none, SecretsManager.BatchGetSecretValueRequest.of(
                r -> r.secretIdList(List.of("s"))));
        assertThat(batch.errors().getFirst().message()).isEqualTo(NO_KMS);
        assertThat(read(keys.user("reader", "secretsmanager:*", "kms:Decrypt"), "s")).isEqualTo("value");
    }

    @Test
    void eachReadAsksKmsAndPoliciesSeeWhichSecretItIs() {
        var arn = create(ROOT, "s", "value");
        keys.asked();
        read(ROOT, "s");
        read(ROOT, "s");
        assertThat(keys.asked()).hasSize(2);
        keys.allowPrincipal(key, OTHER.principal().arn(), """
                {"StringEquals": {"kms:EncryptionContext:SecretARN": "%s",
                 "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}""".formatted(arn));
        secrets.putResourcePolicy(ROOT, SecretsManager.PutResourcePolicyRequest.of(r -> r.secretId("s").resourcePolicy(
                "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\""
                + OTHER.principal().arn() + "\"},\"Action\":\"secretsmanager:*\",\"Resource\":\"*\"}}")));
        assertThat(read(OTHER, arn)).isEqualTo("value");
    }

    @Test
    void aKeyThatIsNoGoodIsToldWithTheWordsOfKms() {
        create(ROOT, "s", "value");
        keys.disable(key);
        told("DecryptionFailure", "Secrets Manager can't decrypt the secret value: " + key + " is disabled.",
                () -> read(ROOT, "s"));
        told("EncryptionFailure", "Secrets Manager can't encrypt the secret value: " + key + " is disabled.",
                () -> put("s", "other"));
        keys.enable(key);
        assertThat(read(ROOT, "s")).isEqualTo("value");
    }

    private static void told(String code, String message, Executable call) {
        assertThatThrownBy(call::execute)
                .isInstanceOfSatisfying(ApiError.class, error -> assertThat(error.code()).isEqualTo(code))
                .hasMessageStartingWith(message + " (Service: AWSKMS; Status Code: 400; Error Code: DisabledException;"
                        + " Request ID: ").hasMessageEndingWith("; Proxy: null)");
    }

    @Test
    void theVersionsWithAWSsLabelsGoWithASecretToAnotherKey() {
        create(ROOT, "s", "first");
        put("s", "second");
        put("s", "third");
        var old = versionWith("first");
        rekey(ROOT, "s", keys.key());
        keys.disable(key);
        assertThat(read(ROOT, "s")).isEqualTo("third");
        assertThat(get("s", null, "AWSPREVIOUS").secretString()).isEqualTo("second");
        assertThatThrownBy(() -> get("s", old, null)).isInstanceOf(SecretsManager.DecryptionFailure.class);
        keys.enable(key);
        rekey(ROOT, "s", "");
        assertThat(describe("s").kmsKeyId()).isNull();
        assertThat(read(ROOT, "s")).isEqualTo("third");
    }

    private String versionWith(String value) {
        return secrets.listSecretVersionIds(ROOT, SecretsManager.ListSecretVersionIdsRequest.of(
                r -> r.secretId("s").includeDeprecated(true))).versions().stream()
                .map(SecretsManager.SecretVersionsListEntry::versionId)
                .filter(id -> value.equals(get("s", id, null).secretString())).findFirst().orElseThrow();
    }

    @Test
    void aVersionThatMayNotGoAlongIsUnderTheOldKey() {
        create(ROOT, "s", "value");
        var first = key;
        key = keys.key();
        rekey(keys.userOf("mover", key, "secretsmanager:*", "kms:*"), "s", key);
        assertThat(describe("s").kmsKeyId()).isEqualTo(key);
        refused("AccessDeniedException", NO_KMS + ". This version of secret is not encrypted with the current KMS key.",
                () -> read(keys.userOf("reader", key, "secretsmanager:*", "kms:*"), "s"));
        assertThat(read(keys.userOf("reader", first, "secretsmanager:*", "kms:*"), "s")).isEqualTo("value");
    }

    @Test
    void aTemplateNamesTheKeyAndTakesItBack() {
        var type = service.resourceTypes().stream().filter(it -> it.type().equals("AWS::SecretsManager::Secret"))
                .findFirst().orElseThrow();
        var id = type.create(ROOT, desired(Map.of("Name", "s", "SecretString", "v", "KmsKeyId", key))).physicalId();
        assertThat(describe("s").kmsKeyId()).isEqualTo(key);
        type.update(ROOT, id, desired(Map.of("Name", "s", "SecretString", "v", "KmsKeyId", key)),
                desired(Map.of("Name", "s", "SecretString", "v")));
        assertThat(describe("s").kmsKeyId()).isNull();
        assertThat(read(ROOT, "s")).isEqualTo("v");
    }

    private static Desired desired(Map<String, Object> properties) {
        return new Desired("stack-id", "stack", "Secret", "token", properties, Map.of());
    }
}
