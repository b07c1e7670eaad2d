package dev.aloft.service.lambda.durable;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.time.Signal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Wakes those who wait for the end of an execution, by its key. */
final class Endings {
    private final Map<Key, Signal> waited = new ConcurrentHashMap<>();

    /** Raised when the execution ends; ask before looking whether it has. */
    Signal of(Key execution) {
        return waited.computeIfAbsent(execution, _ -> new Signal());
    }

    void raise(Key execution) {
        var signal = waited.remove(execution);
        if (signal != null) {
            signal.raise();
        }
    }
}
