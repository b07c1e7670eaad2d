package dev.aloft.kernel.store;

import dev.aloft.api.ApiError;

/**
 * The store cannot do its work for a reason outside it; the message says what, where, and what to do about it. A caller of an
 * operation is told so, and SDKs try again.
 */
public class StoreUnavailable extends ApiError {
    private final transient Throwable reason;

    public StoreUnavailable(String message) {
        this(message, null);
    }

    public StoreUnavailable(String message, Throwable reason) {
        super("ServiceUnavailable", 503, false, message);
        this.reason = reason;
    }

    @Override
    public synchronized Throwable getCause() {
        return reason;
    }
}
