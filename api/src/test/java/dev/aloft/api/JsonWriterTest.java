package dev.aloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JsonWriterTest {
    private static final long SEED = 1;
    private static final List<String> LETTERS = List.of("a", "b", "~", " ", "\u007f", "\"", "\\", "\n", "\t", "\u0000",
        "\u001f", "ü", "€", "😀");

    private static String read(byte[] json) {
        return (String) JsonReader.tree(new String(json, StandardCharsets.UTF_8));
    }

    @Test
    void whatMustBeEscapedIsWhereverItStands() {
        for (var letter : LETTERS) {
            for (int before = 0; before < 80; before++) {
                var text = "x".repeat(before) + letter + "y".repeat(80 - before);
                assertThat(read(new JsonWriter().string(text).toBytes())).isEqualTo(text);
            }
        }
    }

    @Test
    void textsOfAllLengthsComeBack() {
        var random = new Random(SEED);
        for (int i = 0; i < 300; i++) {
            var text = String.join("", Stream.generate(() -> LETTERS.get(random.nextInt(LETTERS.size()))).limit(i)
                .toList());
            assertThat(read(new JsonWriter().string(text).toBytes())).isEqualTo(text);
        }
    }

    @Test
    void nothingIsLostBetweenRuns() {
        var texts = new ArrayList<Object>();
        for (int i = 0; i < 3_000; i++) {
            texts.add("x".repeat(i % 1_000) + i);
        }
        texts.add("y".repeat(1 << 20));
        assertThat((Object) JsonReader.tree(JsonWriter.string(texts))).isEqualTo(texts);
    }

    @Test
    void halvesOfSurrogatesAreNoText() {
        assertThat(read(new JsonWriter().string("\ud83d").toBytes())).isEqualTo("?");
        assertThat(read(new JsonWriter().string("x".repeat(100) + "\ud83d").toBytes()))
            .isEqualTo("x".repeat(100) + "?");
    }
}
