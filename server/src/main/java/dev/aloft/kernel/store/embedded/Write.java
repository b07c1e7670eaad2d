package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.StoreUnavailable;
import dev.aloft.kernel.store.Transaction;
import dev.aloft.kernel.store.Tx;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** A write function on its way: from its caller to the committer and back. */
final class Write<R> {
    private final Function<? super Tx, ? extends R> function;
    private final Thread caller = Thread.currentThread();
    private R result;
    private Throwable failure;
    private List<Runnable> afterCommit = List.of();
    private volatile boolean answered;

    Write(Function<? super Tx, ? extends R> function) {
        this.function = function;
    }

    String name() {
        return function.getClass().getName();
    }

    void run(Writing tx) {
        result = function.apply(tx);
        afterCommit = tx.afterCommit();
    }

    void fail(Throwable e) {
        failure = e;
    }

    void answer() {
        answered = true;
        LockSupport.unpark(caller);
    }

    /** Interrupts are kept for later: once queued, a function runs. */
    R await() {
        boolean interrupted = false;
        while (!answered) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            caller.interrupt();
        }
        switch (failure) {
            case null -> Transaction.follow(afterCommit);
            // One was made for the whole group: each caller gets its own, with its own stack.
            case StoreUnavailable e -> throw new StoreUnavailable(e.getMessage(), e);
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
        return result;
    }
}
