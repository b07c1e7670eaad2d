package dev.aloft.service.kinesis;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.time.Signal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tells those who wait for a shard's records to look again. */
final class Wakeups {
    private final Map<Key, Signal> signals = new ConcurrentHashMap<>();

    Signal of(Key shard) {
        return signals.computeIfAbsent(shard, _ -> new Signal());
    }
}
