package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.invalid;

import dev.aloft.api.Sns;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tags as a map and as SNS tells them. */
final class Tags {
    private static final int MOST = 50;

    private Tags() {
    }

    static Map<String, String> of(List<Sns.Tag> given) {
        var tags = new LinkedHashMap<String, String>();
        for (var tag : given == null ? List.<Sns.Tag>of() : given) {
            if (tag.key().startsWith("aws:") && !tag.key().startsWith("aws:cloudformation:")) {
                throw invalid("Tags", "Tag keys must not begin with aws:");
            }
            if (tags.put(tag.key(), tag.value()) != null) {
                throw invalid("Duplicated keys are not allowed.");
            }
        }
        return tags;
    }

    static Map<String, String> with(Map<String, String> tags, Map<String, String> more) {
        var all = new LinkedHashMap<>(tags);
        all.putAll(more);
        if (all.size() > MOST) {
            throw new Sns.TagLimitExceededException("Could not complete request: tag quota of per resource exceeded");
        }
        return all;
    }

    static Map<String, String> without(Map<String, String> tags, List<String> keys) {
        var left = new LinkedHashMap<>(tags);
        keys.forEach(left::remove);
        return left;
    }

    static List<Sns.Tag> told(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(each -> Sns.Tag.of(t -> t.key(each.getKey()).value(each.getValue()))).toList();
    }
}
