package dev.aloft.service.kms;

import dev.aloft.api.Kms;
import dev.aloft.api.Kms.TagException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tags between what is kept and what is answered, in the order of their names. */
final class Tags {
    private static final String CLOUDFORMATION = "aws:cloudformation:";
    private static final int MOST = 50;

    private Tags() {}

    static Map<String, String> with(Map<String, String> before, List<Kms.Tag> tags) {
        var added = new LinkedHashMap<String, String>();
        for (var tag : tags) {
            if (tag.tagKey().startsWith("aws:") && !tag.tagKey().startsWith(CLOUDFORMATION)) {
                throw new TagException("Tags beginning with aws: are reserved");
            }
            if (added.put(tag.tagKey(), tag.tagValue()) != null) {
                throw new TagException("Duplicate tag keys");
            }
        }
        var all = new TreeMap<>(before);
        all.putAll(added);
        if (all.keySet().stream().filter(key -> !key.startsWith("aws:")).count() > MOST) {
            throw new TagException("Too many tags");
        }
        return all;
    }

    static Map<String, String> without(Map<String, String> before, List<String> keys) {
        var left = new TreeMap<>(before);
        left.keySet().removeAll(keys);
        return left;
    }

    static List<Kms.Tag> told(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag -> Kms.Tag.of(t -> t.tagKey(tag.getKey()).tagValue(tag.getValue()))).toList();
    }
}
