package dev.aloft.service.dynamodb;

import java.time.Instant;
import java.util.Optional;

/**
 * A backup as it is kept.
 *
 * @param table   what was known of the table, without its stream and its expiry
 * @param number  under which its items stand; 0 where they stand where the deleted table had them
 * @param items   how many there are, once they are all there
 * @param expires when it goes by itself, as those do that were made when a table was deleted
 */
record StoredBackup(String name, StoredTable table, long number, Instant created, boolean available, long items,
        long bytes, Optional<Instant> expires) {
    StoredBackup with(boolean complete, long count, long size) {
        return new StoredBackup(name, table, number, created, complete, count, size, expires);
    }

    boolean system() {
        return expires.isPresent();
    }
}
