package dev.aloft.kernel.store;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the engines share: the mark on a thread that it is inside a transaction, and the limits of what one may write.
 */
public final class Transaction {
    /** The longest value; contents larger than a record live in {@link Blobs}. */
    public static final int MAX_VALUE_BYTES = 32 << 20;

    private static final Logger LOG = System.getLogger(Transaction.class.getName());
    private static final ScopedValue<Boolean> CURRENT = ScopedValue.newInstance();

    private Transaction() {
    }

    public static boolean isCurrent() {
        return CURRENT.isBound();
    }

    public static <R> R run(Supplier<R> function) {
        return ScopedValue.where(CURRENT, true).call(function::get);
    }

    /** A transaction within a transaction would see other data or wait for itself. */
    public static void refuseNested() {
        if (isCurrent()) {
            throw new IllegalStateException("A transaction is already running here: use its tx");
        }
    }

    /** What follows a commit cannot undo it: should it throw, the write has happened all the same. */
    public static void follow(List<Runnable> afterCommit) {
        for (var action : afterCommit) {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "What was to follow a commit failed", e);
            }
        }
    }

    public static byte[] checked(byte[] value) {
        if (value.length > MAX_VALUE_BYTES) {
            throw new IllegalArgumentException("A value of " + value.length + " bytes is too long for the store");
        }
        return value;
    }
}
