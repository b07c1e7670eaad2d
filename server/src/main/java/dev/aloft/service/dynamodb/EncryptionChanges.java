package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.LimitExceededException;
import java.time.Duration;
import java.time.Instant;

/**
 * How often a table got another key within a window of 24 hours, the first of which began with the table.
 *
 * @param window when it began
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html">Quotas in Amazon
 *     DynamoDB</a>
 */
record EncryptionChanges(Instant window, long count, Instant last) {
    private static final Duration WINDOW = Duration.ofHours(24);
    private static final int FREE = 4;
    private static final Duration BETWEEN = Duration.ofHours(6);

    /** Those of the window that it is now in. */
    static EncryptionChanges of(EncryptionChanges known, Instant created, Instant now) {
        var window = created.plus(WINDOW.multipliedBy(Duration.between(created, now).dividedBy(WINDOW)));
        return known != null && known.window.equals(window) ? known : new EncryptionChanges(window, 0, Instant.MIN);
    }

    /** Refuses one more, to a key of KMS; back to one of DynamoDB's own a table may go at any time. */
    void refuseMore(Instant now) {
        if (count >= FREE && now.isBefore(last.plus(BETWEEN))) {
            throw new LimitExceededException("Subscriber limit exceeded: Encryption mode changes are limited in the "
                + WINDOW.toHours() + "h window ending at " + window.plus(WINDOW) + ". After the first " + FREE
                + " change, each subsequent change in the same window can be performed at most once every "
                + BETWEEN.toSeconds() + " seconds. Number of updates today: " + count);
        }
    }

    EncryptionChanges another(Instant now) {
        return new EncryptionChanges(window, count + 1, now);
    }
}
