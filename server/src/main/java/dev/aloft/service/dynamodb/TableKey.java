package dev.aloft.service.dynamodb;

import dev.aloft.api.Bytes;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The key of KMS under which a table is.
 *
 * @param managed      whether it is the account's key {@code alias/aws/dynamodb}
 * @param grant        the id of the grant that lets DynamoDB itself use the key
 * @param encrypted    the table's data key under it
 * @param inaccessible since when the key is known to be no good, if it is not
 * @param archival     the table was archived, as its key was no good for too long
 */
record TableKey(String arn, boolean managed, String grant, Bytes encrypted, Optional<Instant> inaccessible,
        Optional<Archival> archival) {
    /** @param backup the id of the backup that has what the table had */
    record Archival(Instant at, String backup) {
    }

    static TableKey of(String arn, boolean managed, String grant, Bytes encrypted) {
        return new TableKey(arn, managed, grant, encrypted, Optional.empty(), Optional.empty());
    }

    static Map<String, String> context(TableRef ref) {
        return Map.of("aws:dynamodb:tableName", ref.name(), "aws:dynamodb:subscriberId", ref.account());
    }

    TableKey inaccessible(Optional<Instant> since) {
        return new TableKey(arn, managed, grant, encrypted, since, archival);
    }

    TableKey archived(Instant now, String backup) {
        return new TableKey(arn, managed, grant, encrypted, inaccessible, Optional.of(new Archival(now, backup)));
    }
}
