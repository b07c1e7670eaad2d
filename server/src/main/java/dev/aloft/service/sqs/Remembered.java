package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Codec;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A codec that decodes the same bytes once: every call reads its queue, and queues seldom change. */
final class Remembered<V> implements Codec<V> {
    private static final int MOST = 10_000;

    private record Content(byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Content content && Arrays.equals(bytes, content.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    private final Codec<V> codec;
    private final Map<Content, V> known = new ConcurrentHashMap<>();

    Remembered(Codec<V> codec) {
        this.codec = codec;
    }

    @Override
    public byte[] encode(V value) {
        return codec.encode(value);
    }

    @Override
    public V decode(byte[] bytes) {
        var content = new Content(bytes);
        var value = known.get(content);
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
