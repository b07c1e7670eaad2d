package dev.aloft.kernel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyTest {
    private static final long[] NUMBERS =
            {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1L << 56, -(1L << 56) - 1, -65537, -65536, -65535,
        -257, -256, -255, -2, -1, 0, 1, 2, 255, 256, 257, 65535, 65536, 1L << 31, 1L << 32, 1L << 56,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE};
    private static final String[] TEXTS =
            {"", "\0", "\0\0", "\0\1", "\1", "a", "a\0", "a\0b", "a\1", "aa", "ab", "b", "\u007f",
        "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\ud83d\ude00", "z"};

    @Test
    void numbersAreInOrder() {
        for (long a : NUMBERS) {
            for (long b : NUMBERS) {
                assertThat(Integer.signum(Key.of(a).compareTo(Key.of(b))))
                        .isEqualTo(Integer.signum(Long.compare(a, b)));
            }
        }
    }

    @Test
    void textsAreInTheOrderOfTheirBytes() {
        for (var a : TEXTS) {
            for (var b : TEXTS) {
                int expected = Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8),
                        b.getBytes(StandardCharsets.UTF_8));
                assertThat(Integer.signum(Key.of(a).compareTo(Key.of(b)))).as(a + " and " + b)
                        .isEqualTo(Integer.signum(expected));
                assertThat(Integer.signum(Key.of(a, 1).compareTo(Key.of(b, 0))))
                        .isEqualTo(Integer.signum(expected == 0 ? 1 : expected));
                assertThat(Integer.signum(Key.of(Key.of(a), 1).compareTo(Key.of(Key.of(b), 0))))
                        .isEqualTo(Integer.signum(expected == 0 ? 1 : expected));
            }
        }
    }

    @Test
    void momentsAreInOrder() {
        var moments = List.of(Instant.MIN, Instant.parse("1969-12-31T23:59:59.999999999Z"), Instant.EPOCH,
            Instant.EPOCH.plusNanos(1), Instant.parse("2026-01-01T00:00:00Z"), Instant.MAX);
        for (int i = 0; i < moments.size(); i++) {
            for (int j = 0; j < moments.size(); j++) {
                assertThat(Integer.signum(Key.of(moments.get(i)).compareTo(Key.of(moments.get(j)))))
                        .isEqualTo(Integer.signum(Integer.compare(i, j)));
            }
        }
    }

    @Test
    void realsAreInOrder() {
        double[] reals =
                {Double.NEGATIVE_INFINITY, -Double.MAX_VALUE, -1, -Double.MIN_VALUE, -0d, 0d, Double.MIN_VALUE, 1,
            Double.MAX_VALUE, Double.POSITIVE_INFINITY};
        for (double a : reals) {
            for (double b : reals) {
                assertThat(Integer.signum(Key.of(a).compareTo(Key.of(b))))
                        .isEqualTo(Integer.signum(Double.compare(a, b)));
            }
            assertThat(Key.of(a).real(0)).isEqualTo(a);
        }
    }

    @Test
    void anyTuplesAreInOrderAndComeBack() {
        var random = new Random(7);
        for (int i = 0; i < 50_000; i++) {
            var a = tuple(random);
            var b = random.nextBoolean() ? tuple(random) : changed(a, random);
            var keyA = Key.of(a.toArray());
            var keyB = Key.of(b.toArray());
            assertThat(Integer.signum(keyA.compareTo(keyB))).isEqualTo(Integer.signum(compare(a, b)));
            assertThat(Key.decoded(keyA.toBytes()).elements()).usingRecursiveComparison().isEqualTo(a);
            assertThat(keyA.startsWith(keyB))
                    .isEqualTo(a.size() >= b.size() && compare(a.subList(0, b.size()), b) == 0);
            assertThat(keyA.then(keyB)).isEqualTo(Key.of(Key.of(a.toArray()).and(b.toArray()).elements().toArray()));
        }
    }

    @Test
    void halfACharacterIsRefused() {
        assertThatThrownBy(() -> Key.of("a\ud83d")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Key.of("\ude00a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void otherThingsAreRefused() {
        assertThatThrownBy(() -> Key.of((Object) null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Key.of(new Object())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Key.decoded(new byte[] {2, 'a'}).elements())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Key.decoded(new byte[] {99}).elements()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatFollowsAPrefixIsAKey() {
        var key = Key.of("a", 1, Instant.EPOCH, true);
        assertThat(key.without(Key.of("a", 1))).isEqualTo(Key.of(Instant.EPOCH, true));
        assertThatThrownBy(() -> key.without(Key.of("b"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(key).hasToString("(a, 1, 1970-01-01T00:00:00Z, true)");
    }

    private static List<Object> tuple(Random random) {
        var tuple = new ArrayList<>();
        for (int size = random.nextInt(4); size > 0; size--) {
            tuple.add(element(random));
        }
        return tuple;
    }

    private static List<Object> changed(List<Object> tuple, Random random) {
        var changed = new ArrayList<>(tuple);
        if (!changed.isEmpty() && random.nextBoolean()) {
            changed.set(changed.size() - 1, element(random));
        } else {
            changed.add(element(random));
        }
        return changed;
    }

    private static Object element(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> TEXTS[random.nextInt(TEXTS.length)];
            case 1 -> NUMBERS[random.nextInt(NUMBERS.length)];
            case 2 -> random.nextLong() >> random.nextInt(64);
            case 3 -> {
                var bytes = new byte[random.nextInt(4)];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) (random.nextInt(3) - 1);
                }
                yield bytes;
            }
            case 4 -> random.nextBoolean();
            default -> Instant.ofEpochSecond(random.nextInt(3) - 1, random.nextInt(3));
        };
    }

    private static int compare(List<Object> a, List<Object> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private static int compare(Object a, Object b) {
        int order = Integer.compare(kind(a), kind(b));
        return order != 0 ? order : switch (a) {
            case byte[] bytes -> Arrays.compareUnsigned(bytes, (byte[]) b);
            case String text -> Arrays.compareUnsigned(text.getBytes(StandardCharsets.UTF_8),
                ((String) b).getBytes(StandardCharsets.UTF_8));
            case Long number -> number.compareTo((Long) b);
            case Boolean flag -> flag.compareTo((Boolean) b);
            case Instant moment -> moment.compareTo((Instant) b);
            default -> throw new IllegalArgumentException();
        };
    }

    private static int kind(Object element) {
        return switch (element) {
            case byte[] _ -> 1;
            case String _ -> 2;
            case Long _ -> 3;
            case Boolean _ -> 4;
            default -> 5;
        };
    }
}
