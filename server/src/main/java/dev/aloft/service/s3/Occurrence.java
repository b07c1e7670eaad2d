package dev.aloft.service.s3;

import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import java.time.Instant;

/**
 * Something that happened to an object.
 *
 * @param type      as configurations name it behind {@code s3:}, such as {@code ObjectCreated:Put}
 * @param reason    the request that caused it, as EventBridge is told
 * @param version   the object's version that came, changed or went, or null where none was kept
 * @param at        when
 * @param by        who did it; null where S3 did it itself
 */
record Occurrence(String type, String reason, String key, ObjectVersion version, Instant at, Caller by) {
    boolean is(String family) {
        return type.startsWith(family);
    }

    /** Whether a configuration that names this event, perhaps with a star, means it. */
    boolean isMeantBy(String event) {
        var pattern = event.substring("s3:".length());
        return pattern.endsWith("*") ? type.startsWith(pattern.substring(0, pattern.length() - 1))
                : type.equals(pattern);
    }

    /** As userIdentity tells it. */
    String principalId(String owner) {
        return switch (by == null ? null : by.principal()) {
            case null -> "AmazonCustomer:" + owner;
            case Principal.Root root -> root.account();
            case Principal.Anonymous _ -> "Anonymous";
            case Principal other -> "AWS:" + other.id();
        };
    }
}
