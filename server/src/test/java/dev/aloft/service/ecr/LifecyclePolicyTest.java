package dev.aloft.service.ecr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Ecr;
import dev.aloft.service.ecr.LifecyclePolicy.Aged;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AWS's examples of lifecycle policies, and what they are refused for. */
class LifecyclePolicyTest {
    private static final Instant NOW = Instant.parse("2026-11-27T00:00:00Z");

    private static Aged image(String name, int days, String... tags) {
        return new Aged(name, NOW.minus(Duration.ofDays(days)), List.of(tags));
    }

    private static String rule(int priority, String selection) {
        return "{\"rulePriority\":" + priority + ",\"selection\":{" + selection + "},\"action\":{\"type\":\"expire\"}}";
    }

    private static LifecyclePolicy policy(String... rules) {
        return LifecyclePolicy.of("{\"rules\":[" + String.join(",", Arrays.asList(rules)) + "]}");
    }

    private static final String OLD_UNTAGGED =
            "\"tagStatus\":\"untagged\",\"countType\":\"sinceImagePushed\",\"countUnit\":\"days\",\"countNumber\":14";

    @Test
    void byAge() {
        assertThat(policy(rule(1, OLD_UNTAGGED))
                .expired(List.of(image("new", 14), image("old", 15), image("tagged", 99, "v1")), NOW))
                .containsExactly("old");
    }

    @Test
    void byNumber() {
        String two = "\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":2";
        assertThat(policy(rule(1, two))
                .expired(List.of(image("c", 3), image("a", 1), image("d", 4), image("b", 2)), NOW))
                .containsExactly("c", "d");
    }

    @Test
    void whatARuleSelectsNoLaterOneExpiresThoughItCountsIt() {
        String prod = "\"tagStatus\":\"tagged\",\"tagPrefixList\":[\"prod\"],\"countType\":\"imageCountMoreThan\","
                + "\"countNumber\":1";
        String any = "\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":1";
        assertThat(policy(rule(2, any), rule(1, prod))
                .expired(List.of(image("prod-old", 5, "prod-1"), image("prod-new", 1, "prod-2"),
                image("beta", 2, "beta-1")), NOW)).containsExactlyInAnyOrder("prod-old", "beta");
    }

    @Test
    void severalPrefixesAreAllWanted() {
        String both = "\"tagStatus\":\"tagged\",\"tagPrefixList\":[\"alpha\",\"beta\"],"
                + "\"countType\":\"sinceImagePushed\","
                + "\"countUnit\":\"days\",\"countNumber\":5";
        assertThat(policy(rule(1, both))
                .expired(List.of(image("a", 9, "alpha-1"), image("ab", 9, "alpha-2", "beta-9")), NOW))
                .containsExactly("ab");
        String pattern = "\"tagStatus\":\"tagged\",\"tagPatternList\":[\"*web*\"],\"countType\":\"sinceImagePushed\","
                + "\"countUnit\":\"days\",\"countNumber\":5";
        assertThat(policy(rule(1, pattern)).expired(List.of(image("a", 9, "my-web-1"), image("b", 9, "api")), NOW))
                .containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no json", "{}", "{\"rules\":[]}", "{\"rules\":[{}]}"})
    void whatIsNoPolicyIsRefused(String document) {
        assertThatThrownBy(() -> LifecyclePolicy.of(document)).isInstanceOf(Ecr.InvalidParameterException.class)
                .hasMessageStartingWith("Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint:"
                        + " 'Lifecycle policy validation failure");
    }

    @Test
    void rulesThatDoNotFitAreRefused() {
        String any = "\"tagStatus\":\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":2";
        assertThatThrownBy(() -> policy(rule(1, any), rule(2, OLD_UNTAGGED))).hasMessageContaining("tagStatus any");
        assertThatThrownBy(() -> policy(rule(1, OLD_UNTAGGED), rule(1, any))).hasMessageContaining("unique");
        assertThatThrownBy(() ->
                policy(rule(1, "\"tagStatus\":\"tagged\",\"countType\":\"imageCountMoreThan\",\"countNumber\":2")))
                .hasMessageContaining("tagPrefixList");
        assertThatThrownBy(() ->
                policy(rule(1, "\"tagStatus\":\"any\",\"countType\":\"sinceImagePulled\",\"countNumber\":2")))
                .isInstanceOf(ApiError.class).hasMessageContaining("is not built");
    }
}
