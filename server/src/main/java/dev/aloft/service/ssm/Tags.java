package dev.aloft.service.ssm;

import dev.aloft.api.Ssm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tags between what is kept and what is answered. */
final class Tags {
    private static final int MOST = 50;

    private Tags() {}

    static Map<String, String> with(Map<String, String> before, List<Ssm.Tag> tags) {
        var all = new LinkedHashMap<>(before);
        tags.forEach(tag -> all.put(tag.key(), tag.value()));
        if (all.keySet().stream().filter(key -> !key.startsWith("aws:")).count() > MOST) {
            throw new Ssm.TooManyTagsError("The number of tags exceeds the limit of " + MOST + " for a resource.");
        }
        return all;
    }

    static Map<String, String> without(Map<String, String> before, List<String> keys) {
        var all = new LinkedHashMap<>(before);
        keys.forEach(all::remove);
        return all;
    }

    static List<Ssm.Tag> told(Map<String, String> tags) {
        return new TreeMap<>(tags).entrySet().stream()
                .map(entry -> Ssm.Tag.of(t -> t.key(entry.getKey()).value(entry.getValue()))).toList();
    }
}
