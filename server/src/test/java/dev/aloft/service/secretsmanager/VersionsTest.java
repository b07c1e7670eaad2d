package dev.aloft.service.secretsmanager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.store.Key;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VersionsTest extends SecretsFixture {
    private Map<String, List<String>> stages() {
        return describe("a").versionIdsToStages();
    }

    @Test
    void whatIsNotThereIsToldByLabelOrVersion() {
        secrets.createSecret(ROOT, SecretsManager.CreateSecretRequest.of(r -> r.name("a")));
        refused("ResourceNotFoundException",
                "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT", () -> text("a"));
        refused("ResourceNotFoundException",
                "Secrets Manager can't find the specified secret value for VersionId: 11111111111111111111111111111111",
                () -> get("a", "1".repeat(32), null));
        var version = put("a", "s");
        refused("InvalidRequestException",
                "You provided a VersionStage that is not associated to the provided VersionId.",
                () -> get("a", version, "AWSPREVIOUS"));
    }

    @Test
    void aNewValueIsCurrentAndTheOneBeforePrevious() {
        var first = create("a", "1").versionId();
        var second = put("a", "2");
        assertThat(stages()).containsOnly(Map.entry(first, List.of("AWSPREVIOUS")),
                Map.entry(second, List.of("AWSCURRENT")));
        var third = put("a", "3");
        assertThat(stages()).containsOnly(Map.entry(second, List.of("AWSPREVIOUS")),
                Map.entry(third, List.of("AWSCURRENT")));
        assertThat(get("a", first, null).secretString()).isEqualTo("1");
        assertThat(get("a", null, "AWSPREVIOUS").secretString()).isEqualTo("2");
    }

    @Test
    void labelsOfOnesOwnMoveToTheNewVersion() {
        var first = create("a", "0").versionId();
        put("a", "1", "X", "Y");
        var second = put("a", "2", "Y", "X");
        assertThat(stages()).containsOnly(Map.entry(first, List.of("AWSCURRENT")),
                Map.entry(second, List.of("X", "Y")));
    }

    @Test
    void theFirstVersionIsCurrentWhateverItsLabels() {
        secrets.createSecret(ROOT, SecretsManager.CreateSecretRequest.of(r -> r.name("a")));
        assertThat(stages()).isNull();
        var first = put("a", "1", "AWSPENDING");
        assertThat(stages()).containsOnly(Map.entry(first, List.of("AWSCURRENT", "AWSPENDING")));
    }

    @Test
    void aVersionThatIsCurrentNoLongerIsNotPendingEither() {
        var first = create("a", "1").versionId();
        var second = put("a", "2", "AWSPENDING", "X");
        move("a", "AWSCURRENT", first, second);
        assertThat(stages()).containsOnly(Map.entry(first, List.of("AWSPREVIOUS")),
                Map.entry(second, List.of("AWSCURRENT", "AWSPENDING", "X")));
        var third = put("a", "3");
        assertThat(stages()).containsOnly(Map.entry(second, List.of("AWSPREVIOUS", "X")),
                Map.entry(third, List.of("AWSCURRENT")));
    }

    @Test
    void movingALabelNamesWhereItIs() {
        var first = create("a", "1").versionId();
        var second = put("a", "2", "AWSPENDING");
        refused("InvalidParameterException",
                "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is"
                + " currently attached to version " + first + ", so you must explicitly reference that version in"
                + " RemoveFromVersionId.", () -> move("a", "AWSCURRENT", null, second));
        refused("InvalidParameterException", "You can only move staging label AWSCURRENT to a different secret version."
                + " It can’t be completely removed.", () -> move("a", "AWSCURRENT", first, null));
        move("a", "AWSPENDING", second, null);
        assertThat(stages()).containsOnly(Map.entry(first, List.of("AWSCURRENT")));
    }

    @Test
    void theSameTokenAndValueAgainIsNoNewVersion() {
        var first = create("a", "1").versionId();
        var request = SecretsManager.PutSecretValueRequest.of(
                r -> r.secretId("a").secretString("2").clientRequestToken(token()));
        secrets.putSecretValue(ROOT, request);
        put("a", "3");
        assertThat(secrets.putSecretValue(ROOT, request).versionStages()).containsExactly("AWSPREVIOUS");
        assertThat(text("a")).isEqualTo("3");
        refused("ResourceExistsException", "You can't use ClientRequestToken " + first
                + " because that value is already in use for a version of secret " + describe("a").arn() + ".",
                () -> secrets.putSecretValue(ROOT, request.toBuilder().clientRequestToken(first).build()));
    }

    @Test
    void versionsWithoutLabelsAreListedOnRequestAndForgottenWhenTheyAreManyAndOld() {
        create("a", "0");
        for (int i = 1; i <= 105; i++) {
            put("a", "" + i);
            time.advance(Duration.ofMinutes(1));
        }
        assertThat(list(false)).hasSize(2);
        assertThat(list(true)).hasSize(100);
        time.advance(Duration.ofDays(2));
        put("a", "last");
        assertThat(memory.in("secretsmanager").<Long>read(
                tx -> new SecretsData().versions.range(tx, Key.EMPTY).count())).isEqualTo(100);
    }

    private List<SecretsManager.SecretVersionsListEntry> list(boolean withDeprecated) {
        return secrets.listSecretVersionIds(ROOT, SecretsManager.ListSecretVersionIdsRequest.of(
                r -> r.secretId("a").includeDeprecated(withDeprecated))).versions();
    }
}
