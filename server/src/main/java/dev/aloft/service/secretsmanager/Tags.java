package dev.aloft.service.secretsmanager;

import dev.aloft.api.SecretsManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tags between what is kept and what is answered, in the order in which they were given. */
final class Tags {
    private static final int MOST = 50;

    private Tags() {}

    /** @param before null where there never were any */
    static Map<String, String> with(Map<String, String> before, List<SecretsManager.Tag> tags) {
        var all = new LinkedHashMap<String, String>();
        if (before != null) {
            all.putAll(before);
        }
        tags.forEach(tag -> all.put(tag.key(), tag.value() == null ? "" : tag.value()));
        if (all.keySet().stream().filter(key -> !key.startsWith("aws:")).count() > MOST) {
            throw new SecretsManager.LimitExceededException("A secret can have up to " + MOST + " tags.");
        }
        return all;
    }

    static Map<String, String> without(Map<String, String> before, List<String> keys) {
        if (before == null) {
            return null;
        }
        var left = new LinkedHashMap<>(before);
        keys.forEach(left::remove);
        return left;
    }

    static List<SecretsManager.Tag> told(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag -> SecretsManager.Tag.of(t -> t.key(tag.getKey()).value(tag.getValue()))).toList();
    }
}
