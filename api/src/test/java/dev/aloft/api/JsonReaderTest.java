package dev.aloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonReaderTest {
    @Test
    void tellsJsonFromOtherText() {
        assertThat(JsonReader.isJson("null")).isTrue();
        assertThat(JsonReader.isJson("[1, {}]")).isTrue();
        assertThat(JsonReader.isJson("{} {}")).isFalse();
        assertThat(JsonReader.isJson("plain")).isFalse();
    }

    @Test
    void tellsObjectsFromOtherJson() {
        assertThat(JsonReader.isObject("{\"a\": 1}")).isTrue();
        assertThat(JsonReader.isObject("[{}]")).isFalse();
        assertThat(JsonReader.isObject("{")).isFalse();
    }

    @Test
    void halfACharacterIsAQuestionMark() {
        assertThat(JsonReader.tree("\"a\\ud83d\"")).isEqualTo("a?");
        assertThat(JsonReader.tree("\"\\ude00\\ud83db\"")).isEqualTo("??b");
        assertThat(JsonReader.tree("\"\\ud83d\\ude00\\n\"")).isEqualTo("😀\n");
    }
}
