package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.service.dynamodb.StoredTable.StoredIndex;
import dev.aloft.service.dynamodb.StoredTable.Throughput;
import java.util.Optional;

/**
 * What another region of a global table makes of capacity that is changed in one: writes are the same everywhere, and
 * so are reads where the region has none of its own, unless auto scaling has changed them, which it does for its
 * region.
 *
 * @param before  the table that is changed, as it was
 * @param replica as it is in the other region
 * @param scales  whether it is auto scaling that changes it
 */
record SharedCapacity(StoredTable before, StoredTable replica, boolean scales) {
    /** Nothing where that region has what it should. */
    Optional<ProvisionedThroughput> ofTable(ProvisionedThroughput wanted) {
        return wanted == null ? Optional.empty()
            : before.onDemand() || replica.onDemand() ? Optional.of(wanted)
            : shared(wanted, before.throughput(), replica.throughput());
    }

    Optional<ProvisionedThroughput> ofIndex(String name, ProvisionedThroughput wanted) {
        var here = index(before, name);
        var there = index(replica, name);
        return wanted == null ? Optional.empty()
            : before.onDemand() || here.isEmpty() || there.isEmpty() ? Optional.of(wanted)
            : shared(wanted, here.get().throughput(), there.get().throughput());
    }

    private static Optional<StoredIndex> index(StoredTable table, String name) {
        return table.indexes().stream().filter(one -> one.name().equals(name)).findFirst();
    }

    private Optional<ProvisionedThroughput> shared(ProvisionedThroughput wanted, Throughput here, Throughput there) {
        long reads = scales || there.read() != here.read() ? there.read() : wanted.readCapacityUnits();
        boolean same = reads == there.read() && wanted.writeCapacityUnits() == there.write();
        return same ? Optional.empty() : Optional.of(new ProvisionedThroughput(reads, wanted.writeCapacityUnits()));
    }
}
