package dev.aloft.service.sns;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In how many parts a phone gets a text message. */
class ReceiptsTest {
    @ParameterizedTest
    @CsvSource({"a, 1, 1", "a, 160, 1", "a, 161, 2", "a, 306, 2", "a, 307, 3", "ж, 70, 1", "ж, 71, 2", "ж, 134, 2",
            "ж, 135, 3"})
    void partsOfATextMessage(String letter, int times, int parts) {
        assertThat(Receipts.parts(letter.repeat(times))).isEqualTo(parts);
    }
}
