package dev.aloft.kernel.store;

import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** A store that sees the keys under one prefix as if they were all. */
final class StoreInSpace implements Store {
    private final Store store;
    private final Key prefix;

    StoreInSpace(Store store, Key prefix) {
        this.store = store;
        this.prefix = prefix;
    }

    @Override
    public <R> R write(Function<? super Tx, ? extends R> change) {
        return store.write(tx -> change.apply(new Write(tx, prefix)));
    }

    @Override
    public Store relaxed() {
        return new StoreInSpace(store.relaxed(), prefix);
    }

    @Override
    public <R> R read(Function<? super ReadTx, ? extends R> view) {
        return store.read(tx -> view.apply(new Read(tx, prefix)));
    }

    @Override
    public boolean inTransaction() {
        return store.inTransaction();
    }

    @Override
    public void close() {
    }

    private record Read(ReadTx tx, Key prefix) implements ReadTx {
        @Override
        public Optional<byte[]> get(Key key) {
            return tx.get(prefix.then(key));
        }

        @Override
        public Stream<Entry> range(Range range) {
            return tx.range(range.under(prefix));
        }
    }

    private record Write(Tx tx, Key prefix) implements Tx {
        @Override
        public Optional<byte[]> get(Key key) {
            return tx.get(prefix.then(key));
        }

        @Override
        public Stream<Entry> range(Range range) {
            return tx.range(range.under(prefix));
        }

        @Override
        public void put(Key key, byte[] value) {
            tx.put(prefix.then(key), value);
        }

        @Override
        public void delete(Key key) {
            tx.delete(prefix.then(key));
        }

        @Override
        public void afterCommit(Runnable action) {
            tx.afterCommit(action);
        }
    }
}
