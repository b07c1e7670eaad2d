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
}
