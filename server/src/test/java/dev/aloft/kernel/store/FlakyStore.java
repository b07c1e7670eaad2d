package dev.aloft.kernel.store;

import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A store that does what a store may do at its worst: each function runs twice, the first time for nothing, and what was to
 * follow a commit is lost now and then. A service whose tests pass on it keeps the rules of the store's package.
 */
public final class FlakyStore implements Store {
    private static final double LOST = 0.3;

    private final Store store;
    private final Random random;

    public FlakyStore(Store store, long seed) {
        this.store = store;
        random = new Random(seed);
    }

    private static final class Again extends RuntimeException {
        Again() {
            super(null, null, false, false);
        }
    }

    @Override
    public <R> R write(Function<? super Tx, ? extends R> change) {
        try {
            store.write(tx -> {
                change.apply(new Lossy(tx, true));
                throw new Again();
            });
        } catch (Again _) {
            // Nothing of the first time is kept.
        }
        return store.write(tx -> change.apply(new Lossy(tx, false)));
    }

    @Override
    public <R> R read(Function<? super ReadTx, ? extends R> view) {
        store.<Object>read(view::apply);
        return store.read(view);
    }

    @Override
    public void close() {
        store.close();
    }

    private final class Lossy implements Tx {
        private final Tx tx;
        private final boolean all;

        Lossy(Tx tx, boolean all) {
            this.tx = tx;
            this.all = all;
        }

        @Override
        public Optional<byte[]> get(Key key) {
            return tx.get(key);
        }

        @Override
        public Stream<Entry> range(Range range) {
            return tx.range(range);
        }

        @Override
        public void put(Key key, byte[] value) {
            tx.put(key, value);
        }

        @Override
        public void delete(Key key) {
            tx.delete(key);
        }

        @Override
        public void afterCommit(Runnable action) {
            tx.afterCommit(() -> {
                boolean lost;
                synchronized (random) {
                    lost = all || random.nextDouble() < LOST;
                }
                if (!lost) {
                    action.run();
                }
            });
        }
    }
}
