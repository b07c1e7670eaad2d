package dev.aloft.service.iam;

import dev.aloft.api.Iam;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tags between what is kept and what is answered. */
final class Tags {
    private static final int MOST = 50;
    /** CloudFormation's own, by which it knows what it made. */
    private static final String CLOUDFORMATION = "aws:cloudformation:";

    private Tags() {}

    static Map<String, String> of(List<Iam.Tag> tags) {
        return with(Map.of(), tags);
    }

    static Map<String, String> with(Map<String, String> before, List<Iam.Tag> tags) {
        var all = new LinkedHashMap<>(before);
        for (var tag : tags == null ? List.<Iam.Tag>of() : tags) {
            if (tag.key().regionMatches(true, 0, "aws:", 0, 4) && !tag.key().startsWith(CLOUDFORMATION)) {
                throw new Iam.InvalidInputException("Caller-specified tag keys can not start with aws:");
            }
            all.put(tag.key(), tag.value());
        }
        if (all.keySet().stream().filter(key -> !key.startsWith(CLOUDFORMATION)).count() > MOST) {
            throw new Iam.LimitExceededException("The number of tags has reached the maximum limit.");
        }
        return all;
    }

    static Map<String, String> without(Map<String, String> before, List<String> keys) {
        var all = new LinkedHashMap<>(before);
        keys.forEach(all::remove);
        return all;
    }

    static List<Iam.Tag> told(Map<String, String> tags) {
        return new TreeMap<>(tags).entrySet().stream()
                .map(entry -> Iam.Tag.of(t -> t.key(entry.getKey()).value(entry.getValue()))).toList();
    }

    /** Absent where there are none, as AWS answers. */
    static List<Iam.Tag> toldOrAbsent(Map<String, String> tags) {
        return tags.isEmpty() ? null : told(tags);
    }
}
