package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb;
import dev.aloft.service.dynamodb.LiveTable.LiveIndex;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Capacity units that calls used up: of the table, and of its indexes by name.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html">DynamoDB
 * read and
 *     write operations</a>
 */
final class Capacity {
    private static final int READ_UNIT = 4 << 10;
    private static final int WRITE_UNIT = 1 << 10;

    private double table;
    private double failed;
    private final Map<String, Double> global = new LinkedHashMap<>();
    private final Map<String, Double> local = new LinkedHashMap<>();

    static Capacity ofTable(double units) {
        var capacity = new Capacity();
        capacity.addTable(units);
        return capacity;
    }

    static boolean isWanted(String returned) {
        return returned != null && !returned.equals(DynamoDb.ReturnConsumedCapacity.NONE);
    }

    static double read(long bytes, boolean consistent) {
        return Math.max(1, Math.ceilDiv(bytes, READ_UNIT)) * (consistent ? 1 : 0.5);
    }

    static double write(long bytes) {
        return Math.max(1, Math.ceilDiv(bytes, WRITE_UNIT));
    }

    void addTable(double units) {
        table += units;
    }

    void addIndex(LiveIndex index, double units) {
        (index.stored.global() ? global : local).merge(index.stored.name(), units, Double::sum);
    }

    /** What attempts cost that failed: it is in the sum, and told of nothing else. */
    void addFailed(double units) {
        failed += units;
    }

    double ofTable() {
        return table;
    }

    double of(LiveIndex index) {
        return (index.stored.global() ? global : local).getOrDefault(index.stored.name(), 0.0);
    }

    void add(Capacity other) {
        table += other.table;
        other.global.forEach((name, units) -> global.merge(name, units, Double::sum));
        other.local.forEach((name, units) -> local.merge(name, units, Double::sum));
    }

    /** As transactions tell it, which say besides that they were reads. */
    DynamoDb.ConsumedCapacity toldRead(String tableName, String returned) {
        var told = told(tableName, returned);
        return told == null ? null : told.toBuilder().readCapacityUnits(told.capacityUnits())
            .table(told.table() == null ? null
            : told.table().toBuilder().readCapacityUnits(told.table().capacityUnits()).build()).build();
    }

    /** As transactions tell it, which say besides that they were writes. */
    DynamoDb.ConsumedCapacity toldWrite(String tableName, String returned) {
        var told = told(tableName, returned);
        return told == null ? null : told.toBuilder().writeCapacityUnits(told.capacityUnits())
            .table(written(told.table())).globalSecondaryIndexes(written(told.globalSecondaryIndexes()))
            .localSecondaryIndexes(written(told.localSecondaryIndexes())).build();
    }

    private static DynamoDb.Capacity written(DynamoDb.Capacity units) {
        return units == null ? null : units.toBuilder().writeCapacityUnits(units.capacityUnits()).build();
    }

    private static Map<String, DynamoDb.Capacity> written(Map<String, DynamoDb.Capacity> byIndex) {
        if (byIndex == null) {
            return null;
        }
        var written = new LinkedHashMap<String, DynamoDb.Capacity>();
        byIndex.forEach((name, units) -> written.put(name, written(units)));
        return written;
    }

    /** As the caller wants it told: not at all (null), in one sum, or by index. */
    DynamoDb.ConsumedCapacity told(String tableName, String returned) {
        if (!isWanted(returned)) {
            return null;
        }
        double total = table + failed + global.values().stream().mapToDouble(units -> units).sum()
            + local.values().stream().mapToDouble(units -> units).sum();
        return DynamoDb.ConsumedCapacity.of(c -> {
            c.tableName(tableName).capacityUnits(total);
            if (returned.equals(DynamoDb.ReturnConsumedCapacity.INDEXES)) {
                c.table(units(table));
                if (!global.isEmpty()) {
                    c.globalSecondaryIndexes(units(global));
                }
                if (!local.isEmpty()) {
                    c.localSecondaryIndexes(units(local));
                }
            }
        });
    }

    private static DynamoDb.Capacity units(double units) {
        return DynamoDb.Capacity.of(c -> c.capacityUnits(units));
    }

    private static Map<String, DynamoDb.Capacity> units(Map<String, Double> byIndex) {
        var told = new LinkedHashMap<String, DynamoDb.Capacity>();
        byIndex.forEach((name, units) -> told.put(name, units(units)));
        return told;
    }
}
