package dev.aloft.service.dynamodb;

import dev.aloft.service.dynamodb.StoredTable.KeyNames;
import java.time.Instant;
import java.util.Optional;

/**
 * A stream as it is kept, from its start until a day after it was disabled or its table deleted.
 *
 * @param number   under which its shards and records stand
 * @param disabled since when no records come any more
 * @param seen     how many numbers were taken when its shards were looked after the last time
 * @param seenAt   when that was
 */
record StoredStream(String table, String label, long number, String view, KeyNames key, Instant created,
        Optional<Instant> disabled, long seen, Instant seenAt) {
    StoredStream disabledAt(Instant now) {
        return new StoredStream(table, label, number, view, key, created, Optional.of(now), seen, seenAt);
    }

    StoredStream seen(long sequence, Instant now) {
        return new StoredStream(table, label, number, view, key, created, disabled, sequence, now);
    }

    /**
     * A shard as it is kept.
     *
     * @param number  under which its records stand
     * @param first   the sequence number from which on its records have theirs
     * @param last    the last one, once it is closed
     * @param trimmed up to which number its records are gone
     */
    record Shard(long number, Optional<String> parent, long first, Optional<Long> last, Instant opened,
            Optional<Instant> closed, long trimmed) {
        Shard closedAt(Instant now, long sequence) {
            return new Shard(number, parent, first, Optional.of(sequence), opened, Optional.of(now), trimmed);
        }

        Shard trimmedTo(long sequence) {
            return new Shard(number, parent, first, last, opened, closed, sequence);
        }
    }
}
