package dev.aloft.kernel.store;

/** A transaction that reads and writes; it sees its own writes. */
public interface Tx extends ReadTx {
    /** The array belongs to the store from here on. */
    void put(Key key, byte[] value);

    /** Deleting what is not there is no error. */
    void delete(Key key);

    /**
     * Runs after the writes are durable, on the thread that called {@link Store#write}, before that returns. It may be
     * lost in a crash: good for raising a signal, for nothing that must happen.
     */
    void afterCommit(Runnable action);
}
