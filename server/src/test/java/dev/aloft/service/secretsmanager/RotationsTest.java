package dev.aloft.service.secretsmanager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.SecretsManager;
import dev.aloft.api.SecretsManager.RotationRulesType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RotationsTest extends SecretsFixture {
    private static final RotationRulesType DAILY = RotationRulesType.of(r -> r.automaticallyAfterDays(1L));

    /** A function as AWS's template for them writes it. */
    private void working() {
        function.put("createSecret", event -> secrets.putSecretValue(ROOT, SecretsManager.PutSecretValueRequest.of(
                r -> r.secretId((String) event.get("SecretId"))
                        .clientRequestToken((String) event.get("ClientRequestToken"))
                .secretString("rotated").versionStages(List.of("AWSPENDING")))));
        function.put("finishSecret", event -> {
            var current = get((String) event.get("SecretId"), null, "AWSCURRENT").versionId();
            move((String) event.get("SecretId"), "AWSCURRENT", current, (String) event.get("ClientRequestToken"));
        });
    }

    private String rotate(RotationRulesType rules, Boolean atOnce) {
        return secrets.rotateSecret(ROOT, SecretsManager.RotateSecretRequest.of(r -> r.secretId("a")
                .clientRequestToken(token()).rotationLambdaARN(FUNCTION).rotationRules(rules)
                .rotateImmediately(atOnce)))
                .versionId();
    }

    private List<Object> told(String member) {
        return steps.stream().<Object>map(step -> step.get(member)).toList();
    }

    @Test
    void aFunctionIsNamedAndMustLetSecretsManagerIn() {
        create("a", "s");
        refused("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.",
                () -> secrets.rotateSecret(ROOT, SecretsManager.RotateSecretRequest.of(
                        r -> r.secretId("a").clientRequestToken(token()))));
        isAllowed = false;
        refused("AccessDeniedException", "Secrets Manager cannot invoke the specified Lambda function. Ensure that the"
                + " function policy grants access to the principal secretsmanager.amazonaws.com.", () ->
                rotate(DAILY, null));
        assertThat(describe("a").rotationEnabled()).isNull();
        refused("InvalidParameterException",
                "You cannot specify both rotation frequency and schedule expression together.",
                () -> rotate(DAILY.toBuilder().scheduleExpression("rate(4 days)").build(), null));
    }

    @Test
    void fourStepsMakeANewVersionCurrent() {
        working();
        var first = create("a", "s").versionId();
        var second = rotate(DAILY, null);
        time.settle();
        assertThat(told("Step")).containsExactly("createSecret", "setSecret", "testSecret", "finishSecret");
        assertThat(told("SecretId")).containsOnly(describe("a").arn());
        assertThat(told("ClientRequestToken")).containsOnly(second);
        assertThat(describe("a").versionIdsToStages()).containsOnly(Map.entry(first, List.of("AWSPREVIOUS")),
                Map.entry(second, List.of("AWSCURRENT", "AWSPENDING")));
        assertThat(text("a")).isEqualTo("rotated");
        assertThat(describe("a").lastRotatedDate()).isEqualTo(time.instant());
    }

    @Test
    void theScheduleGoesOnByItself() {
        working();
        create("a", "s");
        time.advance(Duration.ofHours(10));
        rotate(DAILY, null);
        time.settle();
        assertThat(describe("a").nextRotationDate()).isEqualTo(Instant.parse("2026-01-02T23:59:59Z"));
        time.advance(Duration.ofHours(14));
        assertThat(steps).hasSize(8);
        assertThat(describe("a").lastRotatedDate()).isEqualTo(Instant.parse("2026-01-02T00:00:00Z"));
        secrets.cancelRotateSecret(ROOT, SecretsManager.CancelRotateSecretRequest.of(r -> r.secretId("a")));
        time.advance(Duration.ofDays(3));
        assertThat(steps).hasSize(8);
        assertThat(describe("a").rotationEnabled()).isFalse();
    }

    @Test
    void theVersionToComeIsPendingAndHasNoValueYet() {
        function.put("createSecret", event -> {
            var token = (String) event.get("ClientRequestToken");
            assertThat(describe("a").versionIdsToStages()).containsEntry(token, List.of("AWSPENDING"));
            refused("ResourceNotFoundException",
                    "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
                    () -> get("a", token, "AWSPENDING"));
        });
        create("a", "s");
        rotate(DAILY, null);
        time.settle();
        assertThat(steps).hasSize(4);
    }

    @Test
    void aStepThatFailsBeginsTheRotationAgainAndAnotherOneIsRefusedMeanwhile() {
        working();
        function.put("setSecret", _ -> {
            throw new IllegalStateException("no");
        });
        create("a", "s");
        rotate(DAILY, null);
        time.settle();
        assertThat(told("Step")).containsExactly("createSecret", "setSecret");
        refused("InvalidRequestException", "A previous rotation isn't complete. That rotation will be reattempted.",
                () -> rotate(null, null));
        function.remove("setSecret");
        time.advance(Duration.ofSeconds(10));
        assertThat(told("Step")).hasSize(6).endsWith("createSecret", "setSecret", "testSecret", "finishSecret");
        assertThat(Set.copyOf(told("ClientRequestToken"))).hasSize(1);
    }

    @Test
    void withoutRotatingAtOnceTheFunctionIsOnlyTested() {
        working();
        var first = create("a", "s").versionId();
        rotate(DAILY, false);
        time.settle();
        assertThat(told("Step")).containsExactly("testSecret");
        assertThat(describe("a").versionIdsToStages()).containsOnly(Map.entry(first, List.of("AWSCURRENT")));
        assertThat(describe("a").lastRotatedDate()).isNull();
    }

    @Test
    void testingTheFunctionLeavesAVersionThatHadItsTokenBefore() {
        working();
        var first = create("a", "s").versionId();
        secrets.rotateSecret(ROOT, SecretsManager.RotateSecretRequest.of(r -> r.secretId("a")
                .clientRequestToken(first).rotationLambdaARN(FUNCTION).rotationRules(DAILY).rotateImmediately(false)));
        time.settle();
        assertThat(describe("a").versionIdsToStages()).containsOnly(Map.entry(first, List.of("AWSCURRENT")));
        assertThat(text("a")).isEqualTo("s");
    }

    @Test
    void windowsOpenWithTheirScheduleAndEndWithTheDay() {
        var at = Instant.parse("2026-01-10T10:30:00Z");
        assertThat(window("rate(10 days)", null, at)).isEqualTo("2026-01-20T00:00:00Z to 2026-01-20T23:59:59Z");
        assertThat(window("rate(10 days)", "3h", at)).isEqualTo("2026-01-20T00:00:00Z to 2026-01-20T02:59:59Z");
        assertThat(window("rate(4 hours)", null, at)).isEqualTo("2026-01-10T14:00:00Z to 2026-01-10T14:59:59Z");
        assertThat(window("cron(0 16 1,15 * ? *)", "2h", at)).isEqualTo("2026-01-15T16:00:00Z to 2026-01-15T17:59:59Z");
        assertThat(window("cron(0 16 1,15 * ? *)", null, at)).isEqualTo("2026-01-15T16:00:00Z to 2026-01-15T23:59:59Z");
    }

    private static String window(String expression, String duration, Instant after) {
        var window = new RotationRules(null, duration, expression).next(after).orElseThrow();
        return window.start() + " to " + window.end();
    }
}
