package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.CreateGlobalTableWitnessGroupMemberAction;
import dev.aloft.api.DynamoDb.DeleteGlobalTableWitnessGroupMemberAction;
import dev.aloft.api.DynamoDb.DeleteReplicationGroupMemberAction;
import dev.aloft.api.DynamoDb.GlobalTableWitnessGroupUpdate;
import dev.aloft.api.DynamoDb.MultiRegionConsistency;
import dev.aloft.api.DynamoDb.ReplicationGroupUpdate;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.service.dynamodb.StoredTable.Strong;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What may be asked of global tables with strong consistency between their regions (MRSC), in the order in which AWS
 * complains: such a table is made with all its three regions in one call and gives them up in one call. Of three
 * regions one may be a witness, which keeps changes and no table. What AWS says of a table that has items, local
 * indexes or expiry is not known word for word.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html">How global
 *     tables work</a>
 */
final class StrongReplicas {
    private static final String STRONG = "with MultiRegionConsistency set to STRONG";
    /** Besides the one that the table is in. */
    private static final int OTHER_REGIONS = 2;
    private static final Set<String> REGIONS = Set.of("us-east-1", "us-east-2", "us-west-2", "ap-northeast-1",
        "ap-northeast-2", "ap-northeast-3", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1");

    private StrongReplicas() {
    }

    static boolean isWanted(UpdateTableRequest in) {
        return MultiRegionConsistency.STRONG.equals(in.multiRegionConsistency());
    }

    /** What is told whether the table is there or not. */
    static void check(UpdateTableRequest in, String here) {
        var witness = witness(in.globalTableWitnessUpdates()).flatMap(StrongReplicas::created);
        refuse(witness.isPresent() && !isWanted(in),
            "MultiRegionConsistency must be set as STRONG when GlobalTableWitnessUpdates parameter is present.");
        if (in.multiRegionConsistency() == null) {
            return;
        }
        refuse(in.replicaUpdates().stream().anyMatch(update -> update.create() == null),
            "Only Replica Create actions are supported when MultiRegionConsistency parameter is provided.");
        var added = in.replicaUpdates().stream().map(update -> update.create().regionName()).distinct().toList();
        if (!isWanted(in)) {
            return;
        }
        refuse(added.size() + witness.stream().count() != OTHER_REGIONS,
            "Unsupported replica count for global tables " + STRONG + ".");
        var unsupported = Stream.concat(added.stream(), witness.stream()).distinct()
            .filter(region -> !REGIONS.contains(region)).toList();
        refuse(!unsupported.isEmpty(), "Unsupported Region(s) specified for global tables " + STRONG + ": "
            + unsupported + ".");
        refuse(witness.filter(added::contains).isPresent(), "Cannot target multiple regions with the same action");
        refuse(witness.filter(here::equals).isPresent(), "Cannot add a witness in the same region as an existing "
            + "replica when creating a global table " + STRONG + ".");
    }

    /** What the table's own state forbids. */
    static void checkTable(ReadTx tx, TableRef ref, StoredTable table, UpdateTableRequest in) {
        boolean adds = in.replicaUpdates().stream().anyMatch(update -> update.create() != null);
        boolean isGlobal = !table.replicas().isEmpty();
        refuse(isGlobal && in.multiRegionConsistency() != null,
            "MultiRegionConsistency parameter is unsupported on existing global table");
        refuse(adds && table.strong().isPresent(),
            "Cannot add replicas to a global table with strong MultiRegionConsistency");
        if (isWanted(in)) {
            checkContents(tx, ref, table);
        }
        checkRemoval(table, in);
    }

    private static void checkContents(ReadTx tx, TableRef ref, StoredTable table) {
        var subject = "global tables " + STRONG + ".";
        refuse(tx.range(Range.of(DynamoDbData.items(ref, table.number())).limit(1)).findAny().isPresent(),
            "The table must be empty to be one of " + subject);
        refuse(table.indexes().stream().anyMatch(index -> !index.global()),
            "Local secondary indexes are not supported for " + subject);
        refuse(table.expiry().isPresent(), "Time to Live is not supported for " + subject);
    }

    /** A table gives up all other regions at once, and each of them is one of its own. */
    private static void checkRemoval(StoredTable table, UpdateTableRequest in) {
        var witness = witness(in.globalTableWitnessUpdates()).map(GlobalTableWitnessGroupUpdate::delete)
            .map(DeleteGlobalTableWitnessGroupMemberAction::regionName);
        var witnesses = table.strong().map(Strong::witnesses).orElse(List.of());
        witness.filter(region -> !witnesses.contains(region)).ifPresent(region -> refuse(true,
            "Update global table operation failed because one or more witnesses were not part of the global table. "
            + "Please retry the request without these witnesses: [" + region + "]."));
        long removed = in.replicaUpdates().stream().map(ReplicationGroupUpdate::delete).filter(Objects::nonNull)
            .map(DeleteReplicationGroupMemberAction::regionName).distinct().count();
        if (removed > 0 && table.strong().isPresent()) {
            refuse(witness.isEmpty() && !witnesses.isEmpty(),
                "Update table delete operation does not include all witnesses.");
            refuse(removed < table.replicas().size(), "Deletion of only one table replica is not supported for global "
                + "tables " + STRONG + ".");
        }
    }

    /** No region's table goes alone. */
    static void refuseDeletion(StoredTable table) {
        refuse(table.strong().isPresent(), "Deletion of only one table replica is not supported for global tables "
            + STRONG + ".");
    }

    static void refuseExpiry(StoredTable table) {
        refuse(table.strong().isPresent(), "Time to Live is not supported for global tables " + STRONG + ".");
    }

    static void refuseTransaction(StoredTable table) {
        refuse(table.strong().isPresent(), "Transactions are not supported for global tables " + STRONG + ".");
    }

    /** As a table becomes one that is consistent with other regions, or is none any more. */
    static Optional<Strong> after(StoredTable table, UpdateTableRequest in) {
        if (isWanted(in)) {
            return Optional.of(new Strong(witness(in.globalTableWitnessUpdates()).flatMap(StrongReplicas::created)
                .stream().toList()));
        }
        return in.replicaUpdates().stream().anyMatch(update -> update.delete() != null) ? Optional.empty()
            : table.strong();
    }

    private static Optional<GlobalTableWitnessGroupUpdate> witness(List<GlobalTableWitnessGroupUpdate> updates) {
        return updates == null ? Optional.empty() : updates.stream().findFirst();
    }

    private static Optional<String> created(GlobalTableWitnessGroupUpdate update) {
        return Optional.ofNullable(update.create()).map(CreateGlobalTableWitnessGroupMemberAction::regionName);
    }

    private static void refuse(boolean is, String complaint) {
        if (is) {
            throw new ValidationException(complaint);
        }
    }
}
