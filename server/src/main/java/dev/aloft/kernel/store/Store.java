package dev.aloft.kernel.store;

import java.util.function.Consumer;
import java.util.function.Function;

/** An ordered store of keys and values with durable transactions; see the package for how to write one. */
public interface Store extends AutoCloseable {
    /**
     * Runs a transaction that may write. Durable when it returns. The function may run more than once, and not on the
     * caller's thread: it touches only the transaction. What it throws is thrown here, and nothing of it is written.
     *
     * @throws StoreUnavailable when what was written could not be made durable (a full disk); nothing of it is kept
     */
    <R> R write(Function<? super Tx, ? extends R> change);

    /** The same for a function that answers nothing. */
    default void change(Consumer<? super Tx> change) {
        write(tx -> {
            change.accept(tx);
            return null;
        });
    }

    /**
     * This store for writes whose loss harms nobody: answered when the operating system has them, before they are on
     * the disk. They outlive this process; a power cut may undo the latest of them. They keep their order: what is
     * written by anybody after the answer is on the disk only with them. Say where it is used why nobody is harmed.
     */
    default Store relaxed() {
        return this;
    }

    /** Runs a transaction that only reads, on a snapshot that has everything acknowledged before the call. */
    <R> R read(Function<? super ReadTx, ? extends R> view);

    /** The part of this store that belongs to one space; it cannot see past it. Closing it does nothing. */
    default Store in(String space) {
        return new StoreInSpace(this, Key.of(space));
    }

    /** Whether the current thread is inside a transaction of any store, where no service may be called. */
    default boolean inTransaction() {
        return Transaction.isCurrent();
    }

    @Override
    void close();
}
