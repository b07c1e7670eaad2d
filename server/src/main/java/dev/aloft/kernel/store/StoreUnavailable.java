package dev.aloft.kernel.store;

import dev.aloft.api.ApiError;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The store cannot do its work for a reason outside it; the message says what, where, and what to do about it. A caller
 * of an operation is told so, and SDKs try again.
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

    /** Whether the device says that it has no space left. */
    public static boolean isFull(IOException e) {
        return e.getMessage() != null && e.getMessage().contains("No space left");
    }

    public static StoreUnavailable full(Path folder, IOException e) {
        return new StoreUnavailable("The disk of " + folder + " is full: free some space and try again", e);
    }

    @Override
    public synchronized Throwable getCause() {
        return reason;
    }
}
