package dev.aloft.service.logs;

import java.time.Instant;

/**
 * A subscription filter of a log group as it is kept.
 *
 * @param roleArn      of a stream's; null of a function's
 * @param distribution {@code Random} or {@code ByLogStream}
 */
record SubscriptionFilter(
        String name, String pattern, String destinationArn, String roleArn, String distribution, Instant created) {
}
