package dev.aloft.kernel.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedPageTest {
    private static NamedPage<String> page(String token) {
        return NamedPage.of(List.of("a", "b", "c", "ä").stream(), UnaryOperator.identity(), null, token, 2, 100,
                () -> new IllegalArgumentException("no token"));
    }

    @Test
    void aPageGoesOnBehindTheOneBefore() {
        var first = page(null);
        assertThat(first.items()).containsExactly("a", "b");
        assertThat(page(first.next())).isEqualTo(new NamedPage<>(List.of("c", "ä"), null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "abcd", "YWJjZGVmZ2hp", "no token", "AAAAAAAA"})
    void whatWasMadeByNoPageIsNoToken(String token) {
        assertThatThrownBy(() -> page(token)).hasMessage("no token");
    }
}
