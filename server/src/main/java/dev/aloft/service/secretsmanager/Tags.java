package dev.aloft.service.secretsmanager;

import dev.aloft.api.SecretsManager;
import dev.aloft.kernel.call.TagForm;
import java.util.List;
import java.util.Map;

/** The tags of secrets, in the order in which they were given; null where there never were any. */
final class Tags {
    private static final int MOST = 50;
    private static final TagForm<SecretsManager.Tag> FORM = new TagForm<>(SecretsManager.Tag::key,
            SecretsManager.Tag::value, (key, value) -> SecretsManager.Tag.of(t -> t.key(key).value(value)), MOST,
            () -> new SecretsManager.LimitExceededException("A secret can have up to " + MOST + " tags."));

    private Tags() {}

    static Map<String, String> with(Map<String, String> before, List<SecretsManager.Tag> tags) {
        if (tags.stream().anyMatch(tag -> tag.key() == null)) {
            throw new SecretsManager.InvalidParameterException("You must provide a key for each tag.");
        }
        return FORM.with(before == null ? Map.of() : before, tags);
    }

    static Map<String, String> without(Map<String, String> before, List<String> keys) {
        return before == null ? null : FORM.without(before, keys);
    }

    static List<SecretsManager.Tag> told(Map<String, String> tags) {
        return FORM.told(tags);
    }
}
