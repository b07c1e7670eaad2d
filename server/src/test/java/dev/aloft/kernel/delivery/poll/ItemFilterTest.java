package dev.aloft.kernel.delivery.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.kernel.pattern.EventPattern;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ItemFilterTest {
    private static boolean wants(String body, String... patterns) throws EventPattern.Malformed {
        return new ItemFilter(List.of(patterns), "body")
                .wants(Map.of("body", body, "messageAttributes", Map.of(), "eventSource", "aws:sqs"));
    }

    @Test
    void withoutPatternsAllIsWanted() throws Exception {
        assertThat(wants("anything")).isTrue();
    }

    @Test
    void aBodyThatIsJsonIsMatchedByItsFields() throws Exception {
        assertThat(wants("{\"a\":105}", "{\"body\":{\"a\":[{\"numeric\":[\">\",100]}]}}")).isTrue();
        assertThat(wants("{\"a\":5}", "{\"body\":{\"a\":[{\"numeric\":[\">\",100]}]}}")).isFalse();
        assertThat(wants("{\"a\":1}", "{\"body\":{\"a\":[2]}}", "{\"body\":{\"a\":[1]}}")).isTrue();
    }

    @Test
    void aBodyOfTheOtherKindIsNotWanted() throws Exception {
        assertThat(wants("plain", "{\"body\":{\"a\":[1]}}")).isFalse();
        assertThat(wants("{\"a\":1}", "{\"body\":[\"plain\"]}")).isFalse();
        assertThat(wants("plain", "{\"body\":[\"plain\"]}")).isTrue();
    }

    @Test
    void withoutABodyInThePatternOnlyTheRestCounts() throws Exception {
        assertThat(wants("plain", "{\"eventSource\":[\"aws:sqs\"]}")).isTrue();
        assertThat(wants("plain", "{\"eventSource\":[\"aws:s3\"]}")).isFalse();
    }

    @Test
    void whatIsNoPatternIsRefused() {
        for (var pattern : List.of("simple string", "{\"eventSource\": \"aws:sqs\"}", "[1]")) {
            assertThatThrownBy(() -> new ItemFilter(List.of(pattern), "body"))
                    .isInstanceOf(EventPattern.Malformed.class);
        }
    }
}
