package dev.aloft.kernel.pattern;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import software.amazon.event.ruler.GenericMachine;

/** Many patterns that an event is held against at once, at a cost that hardly grows with their number. Immutable. */
public final class EventPatterns<K> {
    private final GenericMachine<K> machine = new GenericMachine<>();

    public EventPatterns(Map<K, EventPattern> patterns) {
        patterns.forEach((key, pattern) -> {
            try {
                machine.addRule(key, pattern.toString());
            } catch (IOException e) {
                throw new IllegalStateException("A pattern that was checked is none: " + pattern, e);
            }
        });
    }

    /** The keys of all patterns that want the event, a JSON object, in no order. */
    public List<K> matching(String event) {
        try {
            return machine.rulesForJSONEvent(event);
        } catch (Exception e) {
            return List.of();
        }
    }
}
