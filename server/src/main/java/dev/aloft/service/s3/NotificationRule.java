package dev.aloft.service.s3;

import dev.aloft.api.S3;
import java.util.List;

/**
 * One line of a bucket's notification configuration.
 *
 * @param arn    whom it tells
 * @param prefix how the keys begin that it tells of; as suffix, empty for all
 */
record NotificationRule(String id, String arn, List<String> events, String prefix, String suffix) {
    static NotificationRule of(String id, String arn, List<String> events, S3.NotificationConfigurationFilter filter) {
        var prefix = "";
        var suffix = "";
        if (filter != null && filter.key() != null && filter.key().filterRules() != null) {
            for (var rule : filter.key().filterRules()) {
                if (rule.name().equalsIgnoreCase("prefix")) {
                    prefix = rule.value();
                } else {
                    suffix = rule.value();
                }
            }
        }
        return new NotificationRule(id, arn, events, prefix, suffix);
    }

    boolean wants(Occurrence what) {
        return events.stream().anyMatch(what::isMeantBy) && what.key().startsWith(prefix)
            && what.key().endsWith(suffix);
    }

    /** Whether some object would be told of by both, of which S3 takes one only. */
    boolean overlaps(NotificationRule other) {
        return events.stream().anyMatch(event -> other.events.stream().anyMatch(each -> share(event, each)))
            && (prefix.startsWith(other.prefix) || other.prefix.startsWith(prefix))
            && (suffix.endsWith(other.suffix) || other.suffix.endsWith(suffix));
    }

    private static boolean share(String event, String other) {
        return event.equals(other) || covers(event, other) || covers(other, event);
    }

    private static boolean covers(String event, String other) {
        return event.endsWith("*") && other.startsWith(event.substring(0, event.length() - 1));
    }

    boolean isFiltered() {
        return !prefix.isEmpty() || !suffix.isEmpty();
    }
}
