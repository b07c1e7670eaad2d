package dev.aloft.kernel.store;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The store for tests: the same contract without a disk. A version is an immutable tree, so a snapshot is its root. */
public final class MemoryStore implements Store {
    private final ReentrantLock writing = new ReentrantLock();
    private volatile Tree.Node root;

    @Override
    public <R> R write(Function<? super Tx, ? extends R> change) {
        Transaction.refuseNested();
        var tx = new Write();
        R result;
        writing.lock();
        try {
            tx.root = root;
            result = Transaction.run(() -> change.apply(tx));
            root = tx.root;
        } finally {
            tx.open = false;
            writing.unlock();
        }
        Transaction.follow(tx.afterCommit);
        return result;
    }

    @Override
    public <R> R read(Function<? super ReadTx, ? extends R> view) {
        Transaction.refuseNested();
        var tx = new Read();
        tx.root = root;
        try {
            return Transaction.run(() -> view.apply(tx));
        } finally {
            tx.open = false;
        }
    }

    @Override
    public void close() {
    }

    private static class Read implements ReadTx {
        Tree.Node root;
        boolean open = true;

        @Override
        public Optional<byte[]> get(Key key) {
            check();
            return Optional.ofNullable(Tree.get(root, key.raw()));
        }

        @Override
        public Stream<Entry> range(Range range) {
            check();
            var nodes = range.isReversed() ? Tree.descending(root, range.lower(), range.upper())
                : Tree.ascending(root, range.lower(), range.upper());
            var entries = new Iterator<Entry>() {
                @Override
                public boolean hasNext() {
                    check();
                    return nodes.hasNext();
                }

                @Override
                public Entry next() {
                    var node = nodes.next();
                    return new Entry(range.key(node.key()), node.value());
                }
            };
            return StreamSupport.stream(Spliterators.spliteratorUnknownSize(entries, Spliterator.ORDERED), false)
                .limit(range.limit());
        }

        final void check() {
            if (!open) {
                throw new IllegalStateException("The transaction is over");
            }
        }
    }

    private static final class Write extends Read implements Tx {
        final List<Runnable> afterCommit = new ArrayList<>();

        @Override
        public void put(Key key, byte[] value) {
            check();
            root = Tree.put(root, key.raw(), Transaction.checked(value));
        }

        @Override
        public void delete(Key key) {
            check();
            root = Tree.delete(root, key.raw());
        }

        @Override
        public void afterCommit(Runnable action) {
            check();
            afterCommit.add(action);
        }
    }
}
