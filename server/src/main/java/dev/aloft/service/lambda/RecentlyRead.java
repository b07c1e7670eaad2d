package dev.aloft.service.lambda;

import dev.aloft.kernel.store.Codec;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A codec that remembers what some bytes meant: each invocation reads its function from the store, and the function
 * seldom changes. It compares bytes, so it is never stale.
 */
final class RecentlyRead<V> implements Codec<V> {
    private static final int MOST = 2_000;

    private final Codec<V> codec;
    private final Map<Content, V> known = new ConcurrentHashMap<>();

    RecentlyRead(Codec<V> codec) {
        this.codec = codec;
    }

    private record Content(byte[] bytes, int hash) {
        static Content of(byte[] bytes) {
            return new Content(bytes, Arrays.hashCode(bytes));
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Content content && Arrays.equals(bytes, content.bytes);
        }
    }

    @Override
    public byte[] encode(V value) {
        return codec.encode(value);
    }

    @Override
    public V decode(byte[] bytes) {
        Content content = Content.of(bytes);
        V value = known.get(content);
        if (value == null) {
            value = codec.decode(bytes);
            if (known.size() >= MOST) {
                known.clear();
            }
            known.put(content, value);
        }
        return value;
    }
}
