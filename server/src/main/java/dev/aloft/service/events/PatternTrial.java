package dev.aloft.service.events;

import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import java.util.Map;
import java.util.Set;

/** Whether a pattern would want an event: TestEventPattern. */
final class PatternTrial {
    private static final Set<String> OF_AN_EVENT = Set.of("id", "account", "source", "time", "region", "detail-type");

    private PatternTrial() {
    }

    static Events.TestEventPatternResponse of(Events.TestEventPatternRequest input) {
        if (!isEvent(input.event())) {
            throw Refusals.invalid("Parameter Event is not valid.");
        }
        boolean result = Rules.pattern(input.eventPattern()).matches(input.event());
        return Events.TestEventPatternResponse.of(r -> r.result(result));
    }

    private static boolean isEvent(String json) {
        try {
            return JsonReader.tree(json) instanceof Map<?, ?> event && event.keySet().containsAll(OF_AN_EVENT);
        } catch (JsonReader.Malformed _) {
            return false;
        }
    }
}
