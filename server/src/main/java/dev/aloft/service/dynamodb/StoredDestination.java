package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.DestinationStatus;
import dev.aloft.api.DynamoDb.KinesisDataStreamDestination;
import java.util.Optional;

/**
 * A Kinesis data stream that takes or took a table's changes. One that is disabled or failed stays known to its table.
 *
 * @param number    under which changes wait for it
 * @param precision of the moments that it is told: MILLISECOND where nothing is said
 */
record StoredDestination(String streamArn, long number, String status, Optional<String> description,
        Optional<String> precision) {
    boolean active() {
        return DestinationStatus.ACTIVE.equals(status);
    }

    StoredDestination disabled() {
        return new StoredDestination(streamArn, number, DestinationStatus.DISABLED, Optional.empty(), Optional.empty());
    }

    StoredDestination precise(String other) {
        return new StoredDestination(streamArn, number, status, description, Optional.of(other));
    }

    KinesisDataStreamDestination told() {
        return KinesisDataStreamDestination.of(d -> d.streamArn(streamArn).destinationStatus(status)
            .destinationStatusDescription(description.orElse(null))
            .approximateCreationDateTimePrecision(precision.orElse(null)));
    }
}
