package dev.aloft.service.secretsmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.store.Range;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecretsTest extends SecretsFixture {
    @Test
    void namesHaveRules() {
        refused("ValidationException",
                "Invalid name. Must be a valid name containing alphanumeric characters, or any of the"
                + " following: -/_+=.@!", () -> create("a b", "s"));
    }

    @Test
    void aSecretHasSixRandomCharactersBehindItsNameAndIsFoundWithAndWithoutThem() {
        var created = create("db/password", "s");
        assertThat(created.arn())
                .matches("arn:aws:secretsmanager:us-east-1:111122223333:secret:db/password-[A-Za-z0-9]{6}");
        var partial = created.arn().substring(0, created.arn().length() - 7);
        assertThat(List.of(text("db/password"), text(created.arn()), text(partial))).containsOnly("s");
        refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.",
                () -> text(partial + "-AAAAAA"));
    }

    @Test
    void aValueIsTextOrBytes() {
        secrets.createSecret(ROOT, SecretsManager.CreateSecretRequest.of(r -> r.name("b").clientRequestToken(token())
                .secretBinary(Bytes.of(new byte[] {0, -1}))));
        assertThat(get("b", null, null).secretBinary().array()).containsExactly(0, -1);
        assertThat(get("b", null, null).secretString()).isNull();
        refused("InvalidParameterException",
                "You can't specify both a binary secret value and a string secret value in the same secret.",
                () -> secrets.putSecretValue(ROOT, SecretsManager.PutSecretValueRequest.of(r -> r.secretId("b")
                        .clientRequestToken(token()).secretString("x").secretBinary(bytes("x")))));
    }

    @Test
    void theSameRequestAgainIsNoSecondSecret() {
        var request = SecretsManager.CreateSecretRequest.of(
                r -> r.name("a").secretString("s").clientRequestToken(token()));
        assertThat(secrets.createSecret(ROOT, request)).isEqualTo(secrets.createSecret(ROOT, request));
        refused("ResourceExistsException", "The operation failed because the secret a already exists.",
                () -> create("a", "s"));
        refused("ResourceExistsException", "You can't use ClientRequestToken " + request.clientRequestToken()
                + " because that value is already in use for a version of secret " + describe("a").arn() + ".",
                () -> secrets.createSecret(ROOT, request.toBuilder().secretString("t").build()));
        refused("InvalidRequestException",
                "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
                () -> secrets.putSecretValue(ROOT, SecretsManager.PutSecretValueRequest.of(
                        r -> r.secretId("a").secretString("t"))));
    }

    @Test
    void whatIsDeletedCanBeRestoredUntilItsWindowEnds() {
        create("a", "s");
        delete("a", 7L, null);
        var marked = "You can't perform this operation on the secret because it was marked for deletion.";
        refused("InvalidRequestException", marked, () -> text("a"));
        refused("InvalidRequestException", marked, () -> put("a", "t"));
        refused("InvalidRequestException",
                "You can't create this secret because a secret with this name is already scheduled"
                + " for deletion.", () -> create("a", "s"));
        assertThat(describe("a").deletedDate()).isEqualTo(time.instant());
        assertThat(listed("name", "a")).isEmpty();
        time.advance(Duration.ofDays(6));
        secrets.restoreSecret(ROOT, SecretsManager.RestoreSecretRequest.of(r -> r.secretId("a")));
        assertThat(text("a")).isEqualTo("s");
        delete("a", 7L, null);
        time.advance(Duration.ofDays(7));
        refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", () -> describe("a"));
        assertThat(memory.<Long>read(tx -> tx.range(Range.all()).count())).isZero();
    }

    @Test
    void forceDeletesAtOnceAndWhatIsNotThereToo() {
        create("a", "s");
        delete("a", null, true);
        create("a", "t");
        assertThat(text("a")).isEqualTo("t");
        delete("never", null, true);
        refused("InvalidParameterException",
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
                () -> delete("a", 7L, true));
        refused("InvalidParameterException",
                "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
                () -> delete("a", 31L, null));
    }

    @Test
    void whatIsSecretIsNotReadableInTheStore() {
        create("a", "correct horse battery staple");
        var kept = memory.read(tx -> tx.range(Range.all())
                .map(entry -> new String(entry.value(), StandardCharsets.ISO_8859_1)).toList());
        assertThat(kept).isNotEmpty().noneMatch(value -> value.contains("battery"));
    }

    @Test
    void filtersLookAtBeginningsOfNamesAndAtWordsOfDescriptions() {
        Map.of("prod/AppBeta/x", "One two", "qux", "unrelated").forEach((name, description) ->
                secrets.createSecret(ROOT, SecretsManager.CreateSecretRequest.of(r -> r.name(name)
                        .description(description)
                        .tags(List.of(SecretsManager.Tag.of(t -> t.key("team").value("red")))))));
        assertThat(listed("name", "prod/")).containsExactly("prod/AppBeta/x");
        assertThat(listed("name", "!prod")).containsExactly("qux");
        assertThat(listed("name", "Beta")).isEmpty();
        assertThat(listed("description", "o t")).containsExactly("prod/AppBeta/x");
        assertThat(listed("description", "wo")).isEmpty();
        assertThat(listed("all", "beta")).containsExactly("prod/AppBeta/x");
        assertThat(listed("all", "red")).hasSize(2);
        assertThat(listed("tag-key", "team", "other")).hasSize(2);
        assertThat(listed("tag-value", "blue")).isEmpty();
    }

    @Test
    void listsHavePages() {
        List.of("c", "a", "b").forEach(name -> {
            create(name, "s");
            time.advance(Duration.ofSeconds(1));
        });
        var first = secrets.listSecrets(ROOT, SecretsManager.ListSecretsRequest.of(r -> r.maxResults(2)));
        var rest = secrets.listSecrets(ROOT, SecretsManager.ListSecretsRequest.of(
                r -> r.maxResults(2).nextToken(first.nextToken())));
        assertThat(first.secretList()).extracting(SecretsManager.SecretListEntry::name).containsExactly("c", "a");
        assertThat(rest.secretList()).extracting(SecretsManager.SecretListEntry::name).containsExactly("b");
        assertThat(rest.nextToken()).isNull();
    }

    @Test
    void whenItWasReadIsToldByTheDay() {
        create("a", "s");
        assertThat(describe("a").lastAccessedDate()).isNull();
        time.advance(Duration.ofHours(30));
        text("a");
        assertThat(describe("a").lastAccessedDate()).isEqualTo(Instant.parse("2026-01-02T00:00:00Z"));
    }

    @Test
    void severalAtOnceTellWhatCannotBeHadBesideTheRest() {
        create("a", "s");
        var answer = secrets.batchGetSecretValue(ROOT, SecretsManager.BatchGetSecretValueRequest.of(
                r -> r.secretIdList(List.of("a", "none"))));
        assertThat(answer.secretValues()).extracting(SecretsManager.SecretValueEntry::secretString)
                .containsExactly("s");
        assertThat(answer.errors()).containsExactly(SecretsManager.APIErrorType.of(e -> e.secretId("none")
                .errorCode("ResourceNotFoundException").message("Secrets Manager can't find the specified secret.")));
        refused("InvalidParameterException", "Either 'SecretIdList' or 'Filters' must be provided, but not both.",
                () -> secrets.batchGetSecretValue(ROOT, SecretsManager.BatchGetSecretValueRequest.of(_ -> { })));
    }

    @Test
    void theDefaultKeyOpensNothingToOtherAccounts() {
        var arn = create("a", "s").arn();
        refused("InvalidRequestException",
                "You can't access a secret from a different AWS account if you encrypt the secret"
                + " with the default KMS service key.", () -> secrets.getSecretValue(OTHER,
                        SecretsManager.GetSecretValueRequest.of(r -> r.secretId(arn))));
    }

    @Test
    void whatAServiceMadeForItselfItAloneChanges() {
        var events = ROOT.asService("events.amazonaws.com", null);
        secrets.createSecret(events, SecretsManager.CreateSecretRequest.of(
                r -> r.name("events!connection/a/1").secretString("s").clientRequestToken(token())));
        var managed = "The secret is managed by another service, and you must use that service to update it.";
        refused("InvalidRequestException", managed, () -> put("events!connection/a/1", "t"));
        refused("InvalidRequestException", managed, () -> delete("events!connection/a/1", null, null));
        assertThat(describe("events!connection/a/1").owningService()).isEqualTo("events");
        assertThat(text("events!connection/a/1")).isEqualTo("s");
    }

    @Test
    void aTagHasAKey() {
        var request = SecretsManager.CreateSecretRequest.of(r -> r.name("a").clientRequestToken(token())
                .tags(List.of(SecretsManager.Tag.of(t -> t.value("red")))));
        assertThat(access(ROOT, request).keys()).containsEntry("aws:TagKeys", List.of());
        assertThatThrownBy(() -> secrets.createSecret(ROOT, request))
                .isInstanceOf(SecretsManager.InvalidParameterException.class);
    }

    @Test
    void iamIsAskedWithTheSecretsTagsAndTheLabelAskedFor() {
        secrets.createSecret(ROOT, SecretsManager.CreateSecretRequest.of(r -> r.name("a").secretString("s")
                .clientRequestToken(token()).tags(List.of(SecretsManager.Tag.of(t -> t.key("team").value("red"))))));
        var access = access(ROOT, SecretsManager.GetSecretValueRequest.of(r -> r.secretId("a").versionStage("X")));
        assertThat(access.resources()).containsExactly(describe("a").arn());
        assertThat(access.toldAs()).isEqualTo("a");
        assertThat(access.keys()).containsEntry("secretsmanager:VersionStage", List.of("X"))
                .containsEntry("secretsmanager:ResourceTag/team", List.of("red"))
                .containsEntry("aws:ResourceTag/team", List.of("red"));
        assertThat(access(ROOT, SecretsManager.GetSecretValueRequest.of(r -> r.secretId("none"))).resources())
                .containsExactly("arn:aws:secretsmanager:us-east-1:111122223333:secret:none");
    }

    @Test
    void aServiceReachesItsOwnSecretsWithoutAPolicy() {
        var events = ROOT.as(new Principal.Service("events.amazonaws.com", null));
        assertThat(access(events, SecretsManager.GetSecretValueRequest.of(r -> r.secretId("events!x"))).resources())
                .isEmpty();
        assertThat(access(events, SecretsManager.GetSecretValueRequest.of(r -> r.secretId("x"))).resources())
                .isNotEmpty();
    }

    private Access access(Caller caller, SecretsManager.Request request) {
        return service.access(caller, request);
    }

    @Test
    void aPolicyIsCheckedKeptAndTold() {
        var arn = create("a", "s").arn();
        var open = "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"secretsmanager:*\","
                + "\"Resource\":\"*\"}]}";
        refused("PublicPolicyException", "The resource policy did not prevent broad access to the secret.",
                () -> policy(open, true));
        refused("MalformedPolicyDocumentException", "This resource policy contains a syntax error.",
                () -> policy("{}", false));
        policy(open, false);
        assertThat(service.policy(ROOT, arn)).contains(open);
        var verdict = secrets.validateResourcePolicy(ROOT, SecretsManager.ValidateResourcePolicyRequest.of(
                r -> r.resourcePolicy(open)));
        assertThat(verdict.policyValidationPassed()).isFalse();
        secrets.deleteResourcePolicy(ROOT, SecretsManager.DeleteResourcePolicyRequest.of(r -> r.secretId("a")));
        assertThat(service.policy(ROOT, arn)).isEmpty();
    }

    private void policy(String document, boolean block) {
        secrets.putResourcePolicy(ROOT, SecretsManager.PutResourcePolicyRequest.of(
                r -> r.secretId("a").resourcePolicy(document).blockPublicPolicy(block)));
    }

    @Test
    void passwordsHaveEachTypeThatIsNotExcluded() {
        var password = secrets.getRandomPassword(ROOT, SecretsManager.GetRandomPasswordRequest.of(
                r -> r.passwordLength(4L))).randomPassword();
        assertThat(password).hasSize(4).containsPattern("[a-z]").containsPattern("[A-Z]").containsPattern("[0-9]");
        var plain = secrets.getRandomPassword(ROOT, SecretsManager.GetRandomPasswordRequest.of(
                r -> r.excludePunctuation(true).excludeCharacters("abc"))).randomPassword();
        assertThat(plain).hasSize(32).matches("[d-zA-Z0-9]+");
        // A space may be in it, but need not.
        assertThat(secrets.getRandomPassword(ROOT, SecretsManager.GetRandomPasswordRequest.of(
                r -> r.passwordLength(4L).includeSpace(true))).randomPassword()).doesNotContain(" ");
        assertThat(secrets.getRandomPassword(ROOT, SecretsManager.GetRandomPasswordRequest.of(
                r -> r.passwordLength(9L).includeSpace(true).excludeLowercase(true).excludeUppercase(true)
                        .excludeNumbers(true).excludePunctuation(true))).randomPassword()).isEqualTo(" ".repeat(9));
        refused("InvalidParameterException", "Password length is too short based on the required types.",
                () -> secrets.getRandomPassword(ROOT, SecretsManager.GetRandomPasswordRequest.of(
                        r -> r.passwordLength(3L))));
    }
}
