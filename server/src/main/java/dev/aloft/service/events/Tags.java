package dev.aloft.service.events;

import dev.aloft.api.Events;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tags of rules and buses, in the order in which they were given. */
final class Tags {
    private Tags() {}

    static Map<String, String> with(Map<String, String> before, List<Events.Tag> tags) {
        var given = tags == null ? List.<Events.Tag>of() : tags;
        var keys = new HashSet<String>();
        if (!given.stream().allMatch(tag -> keys.add(tag.key()))) {
            throw Refusals.invalid("Invalid parameter: Duplicated keys are not allowed.");
        }
        var all = new LinkedHashMap<>(before);
        given.forEach(tag -> all.put(tag.key(), tag.value()));
        return all;
    }

    static Map<String, String> without(Map<String, String> before, List<String> keys) {
        var all = new LinkedHashMap<>(before);
        keys.forEach(all::remove);
        return all;
    }

    static List<Events.Tag> told(Map<String, String> tags) {
        return tags.entrySet().stream().map(tag -> Events.Tag.of(t -> t.key(tag.getKey()).value(tag.getValue())))
                .toList();
    }
}
