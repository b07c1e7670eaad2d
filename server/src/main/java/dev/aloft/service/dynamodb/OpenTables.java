package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb;
import dev.aloft.kernel.store.ReadTx;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Opens tables. What is kept of a table is read in each transaction, but taken apart only when its bytes are others
 * than the last time: so what is remembered here cannot be stale.
 */
final class OpenTables {
    private static final int REMEMBERED = 10_000;

    private final DynamoDbData data;
    private final Map<TableRef, LiveTable> remembered = new ConcurrentHashMap<>();

    OpenTables(DynamoDbData data) {
        this.data = data;
    }

    Optional<LiveTable> find(ReadTx tx, TableRef ref) {
        return tx.get(DynamoDbData.table(ref)).map(bytes -> live(ref, bytes));
    }

    private LiveTable live(TableRef ref, byte[] bytes) {
        var known = remembered.get(ref);
        if (known != null && Arrays.equals(known.bytes(), bytes)) {
            return known;
        }
        if (remembered.size() >= REMEMBERED) {
            remembered.clear();
        }
        var table = new LiveTable(ref, data.decode(bytes), bytes);
        remembered.put(ref, table);
        return table;
    }

    /** The table as it was when it was opened last; it may be another by now. */
    Optional<LiveTable> seen(TableRef ref) {
        return Optional.ofNullable(remembered.get(ref));
    }

    /** The table for an operation on its items. */
    LiveTable open(ReadTx tx, TableRef ref) {
        return find(tx, ref).filter(table -> !table.stored.creating())
            .orElseThrow(() -> new DynamoDb.ResourceNotFoundException("Requested resource not found"));
    }

    /** Whether the table is still as it was when it was opened. */
    boolean isCurrent(ReadTx tx, LiveTable table) {
        return tx.get(DynamoDbData.table(table.ref)).filter(bytes -> Arrays.equals(bytes, table.bytes())).isPresent();
    }
}
