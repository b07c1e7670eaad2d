package dev.aloft.kernel.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopesTest {
    @Test
    void anEnvelopeIsToldFromTexts() {
        var key = new DataKey(Bytes.of(new byte[32]), Bytes.of(new byte[] {1, 2, 3}), "arn", Instant.EPOCH);
        var envelope = Envelope.of(key, Map.of("a", "b"), "text".getBytes(StandardCharsets.UTF_8)).bytes();
        assertThat(Envelopes.isSealed(envelope)).isTrue();
        assertThat(Envelope.read(envelope).content(key)).asString(StandardCharsets.UTF_8).isEqualTo("text");
    }

    @Test
    void aMessageOfTheEncryptionSdkComesBack() {
        var key = new DataKey(Bytes.of(new byte[32]), Bytes.of(new byte[] {1, 2, 3}), "arn", Instant.EPOCH);
        var message = SdkMessage.of(key, "arn", Map.of("a", "b"), "text".getBytes(StandardCharsets.UTF_8));
        var read = SdkMessage.read(message);
        assertThat(message).startsWith(2, 4, 0x78);
        assertThat(read.key()).isEqualTo(key.encrypted());
        assertThat(read.context()).containsOnly(Map.entry("a", "b"));
        assertThat(read.content(key)).asString(StandardCharsets.UTF_8).isEqualTo("text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "\u0001", "\u0001\u0001\u0001", "\u0001 a text that begins as an envelope does"})
    void aTextIsNone(String text) {
        assertThat(Envelopes.isSealed(text.getBytes(StandardCharsets.UTF_8))).isFalse();
    }
}
