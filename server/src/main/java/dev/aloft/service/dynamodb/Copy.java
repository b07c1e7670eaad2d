package dev.aloft.service.dynamodb;

import dev.aloft.kernel.store.Key;
import java.time.Instant;
import java.util.Optional;

/**
 * Items on their way from one place to another, step by step: from a table as it was at a moment into a backup, or from
 * there or from a backup into a new table.
 *
 * @param source the table, or the one that the backup is of
 * @param number the table's or the backup's items stand under it
 * @param backup the id of the backup that is made or read
 * @param target the name of the table that is made; nothing while a backup is made
 * @param after  the last item that was taken
 */
record Copy(String source, long number, Optional<String> backup, Instant moment, Optional<String> target, Key after,
        long items, long bytes) {
    Copy after(Key last, long count, long size) {
        return new Copy(source, number, backup, moment, target, last, items + count, bytes + size);
    }

    /** Whether it reads a table that lives, rather than a backup. */
    boolean readsTable() {
        return backup.isEmpty() || target.isEmpty();
    }
}
