package dev.aloft.kernel.store;

/** The store cannot do its work for a reason outside it; the message says what, where, and what to do about it. */
public class StoreUnavailable extends RuntimeException {
    public StoreUnavailable(String message) {
        super(message);
    }

    public StoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
