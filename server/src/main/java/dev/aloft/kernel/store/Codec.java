package dev.aloft.kernel.store;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** How values of one type are kept as bytes. */
public interface Codec<V> {
    Codec<byte[]> BYTES = of(value -> value, value -> value);
    Codec<String> TEXT =
            of(value -> value.getBytes(StandardCharsets.UTF_8), value -> new String(value, StandardCharsets.UTF_8));
    Codec<Long> NUMBER = of(value -> Key.of(value).raw(), value -> Key.decoded(value).number(0));
    Codec<Key> KEY = of(Key::raw, Key::decoded);

    byte[] encode(V value);

    V decode(byte[] bytes);

    static <V> Codec<V> of(Function<? super V, byte[]> encode, Function<byte[], ? extends V> decode) {
        return new Codec<>() {
            @Override
            public byte[] encode(V value) {
                return encode.apply(value);
            }

            @Override
            public V decode(byte[] bytes) {
                return decode.apply(bytes);
            }
        };
    }

    /**
     * Of a record, an enum, or a sealed interface whose cases are records. Components are kept by name: one that was
     * added since reads as null, zero, or an empty Optional, List, Set or Map; one that is gone is passed over;
     * renaming one, or a case of a sealed interface, loses it. Components may be of these types again, of the
     * primitives and their boxes, String, Instant, Duration, BigDecimal, BigInteger, {@code byte[]}, Bytes, Key,
     * Optional, List, Set, Map, and Object for a JSON tree. Nulls are kept. Generated records of the api are records
     * too; in them what is absent reads as null.
     */
    static <V> Codec<V> of(Class<V> type) {
        return new FormCodec<>(() -> Forms.of(type));
    }

    /** The same value in another form, such as a class around a record. */
    default <W> Codec<W> as(Function<? super V, ? extends W> wrap, Function<? super W, ? extends V> unwrap) {
        return of(value -> encode(unwrap.apply(value)), bytes -> wrap.apply(decode(bytes)));
    }
}
