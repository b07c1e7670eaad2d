package dev.aloft.kernel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Bytes;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Lambda;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CodecTest {
    enum Color {
        RED {
            @Override
            public String toString() {
                return "red";
            }
        },
        GREEN
    }

    sealed interface State {
        record Idle() implements State {
        }

        record Busy(Instant since, String with) implements State {
        }

        sealed interface Over extends State {
        }

        record Ended(int code) implements Over {
        }
    }

    record Nested(String name, List<Nested> children, Map<String, List<State>> states) {
    }

    record Everything(boolean flag, int number, long wide, short small, byte tiny, double real, float less, Boolean box,
        Integer boxed, Long boxedWide, String text, Instant moment, Duration length, BigDecimal decimal,
        BigInteger whole,
        Bytes blob, Key key, Color color, State state, Optional<String> maybe, Optional<State> maybeState,
        List<String> list,
        Set<Integer> set, Map<Color, Long> map, Nested nested, Object tree) {
    }

    @Test
    void everyKindComesBack() {
        var tree = new LinkedHashMap<String, Object>();
        tree.put("null", null);
        tree.put("list",
            Arrays.asList(1, null, 1L << 40, -2.5, new BigDecimal("1.20"), new BigInteger("9".repeat(30)), true, "t"));
        var value = new Everything(true, -7, Long.MIN_VALUE, (short) 3, (byte) -1, Math.PI, 0.5f, false,
            Integer.MAX_VALUE, Long.MAX_VALUE, "text \ud83d\ude00", Instant.parse("2026-01-01T00:00:00.123456789Z"),
            Duration.ofMillis(-1500),
            new BigDecimal("12345678901234567890.10"), BigInteger.TEN, Bytes.of(new byte[] {0, -1}), Key.of("a", 1),
            Color.RED, new State.Busy(Instant.EPOCH, "work"), Optional.of("x"), Optional.of(new State.Idle()),
            List.of("a", "b"),
            Set.of(1), Map.of(Color.GREEN, 5L), new Nested("n", List.of(new Nested("m", List.of(), Map.of())),
            Map.of("s", List.of(new State.Ended(3)))), tree);

        assertThat(roundTrip(Everything.class, value)).isEqualTo(value);
    }

    @Test
    void nullsAndEmptyOnesComeBack() {
        var value = new Everything(false, 0, 0, (short) 0, (byte) 0, 0, 0, null, null, null, null, null, null, null,
            null, null, null, null, null, Optional.empty(), Optional.empty(), List.of(), Set.of(), Map.of(),
            null, null);
        assertThat(roundTrip(Everything.class, value)).isEqualTo(value);
        assertThat(Codec.of(Everything.class).encode(value)).hasSize(2);

        var withNull = new Nested(null, null, null);
        assertThat(roundTrip(Nested.class, withNull)).isEqualTo(withNull);
        var listWithNull = new Nested("a", new ArrayList<>(Arrays.asList((Nested) null)), null);
        assertThat(roundTrip(Nested.class, listWithNull)).isEqualTo(listWithNull);
    }

    @Test
    void aSealedInterfaceIsKeptByItself() {
        assertThat(roundTrip(State.class, new State.Idle())).isEqualTo(new State.Idle());
        assertThat(roundTrip(Color.class, Color.RED)).isSameAs(Color.RED);
    }

    record Failed(Exception cause) {
    }

    record Before(String a, int gone, Nested alsoGone, String b) {
    }

    record After(String b, List<String> added, Optional<String> maybe, int count, String a, String text) {
    }

    @Test
    void componentsComeAndGo() {
        var before = new Before("a", 5, new Nested("n", List.of(new Nested("m", null, null)), null), "b");
        var after = Codec.of(After.class).decode(Codec.of(Before.class).encode(before));
        assertThat(after).isEqualTo(new After("b", List.of(), Optional.empty(), 0, "a", null));
    }

    @Test
    void whatCannotBeKeptIsRefusedByName() {
        assertThatThrownBy(() -> Codec.of(Failed.class).encode(new Failed(null)))
            .isInstanceOf(IllegalArgumentException.class).hasMessage("java.lang.Exception cannot be kept in the store");
    }

    @Test
    void simpleOnesComeBack() {
        assertThat(Codec.TEXT.decode(Codec.TEXT.encode("\u00e9"))).isEqualTo("\u00e9");
        assertThat(Codec.NUMBER.decode(Codec.NUMBER.encode(-5L))).isEqualTo(-5);
        var upper = Codec.TEXT.as(Color::valueOf, Color::name);
        assertThat(upper.decode(upper.encode(Color.GREEN))).isSameAs(Color.GREEN);
    }

    @Test
    void generatedRecordsAreKept() {
        var configuration = Lambda.FunctionConfiguration.of(f -> f.functionName("f").memorySize(128).codeSize(5L)
            .architectures(List.of()).environment(Lambda.EnvironmentResponse.of(e -> e.variables(Map.of("A", "1")))));
        assertThat(roundTrip(Lambda.FunctionConfiguration.class, configuration)).isEqualTo(configuration);
    }

    @Test
    void generatedUnionsAreKept() {
        var map = new LinkedHashMap<String, DynamoDb.AttributeValue>();
        map.put("n", new DynamoDb.AttributeValue.N("1.5"));
        map.put("b", new DynamoDb.AttributeValue.B(Bytes.of(new byte[] {1})));
        map.put("l", new DynamoDb.AttributeValue.L(List.of(new DynamoDb.AttributeValue.BOOL(true),
            new DynamoDb.AttributeValue.NULL(true), new DynamoDb.AttributeValue.M(Map.of()))));
        DynamoDb.AttributeValue value = new DynamoDb.AttributeValue.M(map);
        assertThat(roundTrip(DynamoDb.AttributeValue.class, value)).isEqualTo(value);
    }

    private static <V> V roundTrip(Class<V> type, V value) {
        var codec = Codec.of(type);
        return codec.decode(codec.encode(value));
    }
}
