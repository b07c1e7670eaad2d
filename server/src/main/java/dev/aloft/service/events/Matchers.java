package dev.aloft.service.events;

import dev.aloft.api.Events;
import dev.aloft.kernel.pattern.EventPattern;
import dev.aloft.kernel.pattern.EventPatterns;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.service.events.EventsData.KeptRule;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What each bus's rules want, compiled once and again when the store says that they changed. */
final class Matchers {
    /** @param change the bus's count of changes that this was made at */
    private record Matcher(long change, EventPatterns<String> patterns, Map<String, Wanting> rules) {}

    /** A rule that wants an event. */
    record Wanting(KeptRule rule, List<Events.Target> targets) {}

    private final EventsData data;
    private final Map<Key, Matcher> known = new ConcurrentHashMap<>();

    Matchers(EventsData data) {
        this.data = data;
    }

    List<Wanting> wanting(ReadTx tx, BusName bus, byte[] event) {
        var matcher = matcher(tx, bus);
        return matcher.rules.isEmpty() ? List.of()
                : matcher.patterns.matching(new String(event, StandardCharsets.UTF_8))
                .stream().sorted().map(matcher.rules::get).toList();
    }

    private Matcher matcher(ReadTx tx, BusName bus) {
        long change = data.changes.get(tx, bus.key()).orElse(0L);
        var matcher = known.get(bus.key());
        if (matcher == null || matcher.change != change) {
            matcher = compiled(tx, bus, change);
            known.put(bus.key(), matcher);
        }
        return matcher;
    }

    private Matcher compiled(ReadTx tx, BusName bus, long change) {
        var patterns = new HashMap<String, EventPattern>();
        var rules = new HashMap<String, Wanting>();
        data.rules.range(tx, bus.key()).map(Row::value).filter(rule -> rule.enabled() && rule.pattern() != null)
                .forEach(rule -> {
                    patterns.put(rule.name(), Rules.pattern(rule.pattern()));
                    rules.put(rule.name(), new Wanting(rule,
                            data.targets.range(tx, rule.key()).map(Row::value).toList()));
                });
        return new Matcher(change, new EventPatterns<>(patterns), rules);
    }
}
