package dev.aloft.kernel.store;

import java.util.function.Supplier;

/** A codec by a form, which is learnt at the first use, so that many codecs cost a start nothing. */
final class FormCodec<V> implements Codec<V> {
    private final Supplier<Form> learn;
    private volatile Form form;

    FormCodec(Supplier<Form> learn) {
        this.learn = learn;
    }

    @Override
    public byte[] encode(V value) {
        var out = new FormWriter();
        form().write(out, value);
        return out.bytes();
    }

    @Override
    @SuppressWarnings("unchecked")
    public V decode(byte[] bytes) {
        return (V) form().read(new FormReader(bytes));
    }

    private Form form() {
        var known = form;
        if (known == null) {
            known = learn.get();
            form = known;
        }
        return known;
    }
}
