package dev.aloft.kernel.store;

import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A store that does what a store may do at its worst: each function runs twice, the first time for nothing, and what
 * was to follow a commit is lost now and then. A service whose tests pass on it keeps the rules of the store's package.
 */
public final class FlakyStore implements Store {
    private final Store store;
    private final Random random;
    private final double lost;

    /** Runs each function twice and loses nothing: what every test of a service can stand. */
    public FlakyStore(Store store) {
        this(store, 0, 0);
    }

    /** @param lost how often, from 0 to 1, what follows a commit is lost; a worker comes by at its backstop then */
    public FlakyStore(Store store, long seed, double lost) {
        this.store = store;
        this.lost = lost;
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
                change.apply(new Lossy(tx));
                throw new Again();
            });
        } catch (Again _) {
            // Nothing of the first time is kept.
        }
        return store.write(tx -> change.apply(new Lossy(tx)));
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

        Lossy(Tx tx) {
            this.tx = tx;
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
                boolean isLost;
                synchronized (random) {
                    isLost = random.nextDouble() < lost;
                }
                if (!isLost) {
                    action.run();
                }
            });
        }
    }
}
