package dev.aloft.kernel.store;

/** The codec of {@link Codec#of(Class)}. What it knows of the type is learnt at the first use, so that many cost nothing. */
final class RecordCodec<V> implements Codec<V> {
    private final Class<V> type;
    private volatile Form form;

    RecordCodec(Class<V> type) {
        this.type = type;
    }

    @Override
    public byte[] encode(V value) {
        var out = new FormWriter();
        form().write(out, value);
        return out.bytes();
    }

    @Override
    public V decode(byte[] bytes) {
        return type.cast(form().read(new FormReader(bytes)));
    }

    private Form form() {
        var known = form;
        if (known == null) {
            known = Forms.of(type);
            form = known;
        }
        return known;
    }
}
