package dev.aloft.service.kms;

import dev.aloft.api.Kms;
import dev.aloft.api.Kms.TagException;
import dev.aloft.kernel.call.TagForm;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The tags of keys, in the order of their names. */
final class Tags {
    private static final String CLOUDFORMATION = "aws:cloudformation:";
    private static final TagForm<Kms.Tag> FORM = new TagForm<>(Kms.Tag::tagKey, Kms.Tag::tagValue,
            (key, value) -> Kms.Tag.of(t -> t.tagKey(key).tagValue(value)), 50,
            () -> new TagException("Too many tags"));

    private Tags() {}

    static Map<String, String> with(Map<String, String> before, List<Kms.Tag> tags) {
        var keys = new HashSet<String>();
        for (var tag : tags) {
            if (tag.tagKey().startsWith("aws:") && !tag.tagKey().startsWith(CLOUDFORMATION)) {
                throw new TagException("Tags beginning with aws: are reserved");
            }
            if (!keys.add(tag.tagKey())) {
                throw new TagException("Duplicate tag keys");
            }
        }
        return new TreeMap<>(FORM.with(before, tags));
    }

    static Map<String, String> without(Map<String, String> before, List<String> keys) {
        return FORM.without(before, keys);
    }

    static List<Kms.Tag> told(Map<String, String> tags) {
        return FORM.told(tags);
    }
}
