package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.BillingMode;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.EnumSet;
import java.util.Set;

/** What an UpdateTable asks for. Most of it stands alone; what does not go together is refused in AWS's order. */
final class TableChange {
    private static final String NOTHING = "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
        + "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
        + "ReplicaTransitRoleArn, "
        + "MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is "
        + "required";

    private enum Part { THROUGHPUT, BILLING, STREAM, INDEXES, ENCRYPTION, CLASS, PROTECTION, LIMIT, WARM, REPLICAS }

    private final UpdateTableRequest in;
    private final Set<Part> parts = EnumSet.noneOf(Part.class);

    TableChange(UpdateTableRequest in) {
        this.in = in;
        add(Part.THROUGHPUT, in.provisionedThroughput());
        add(Part.BILLING, in.billingMode());
        add(Part.STREAM, in.streamSpecification());
        add(Part.INDEXES, in.globalSecondaryIndexUpdates());
        add(Part.ENCRYPTION, in.sseSpecification());
        add(Part.CLASS, in.tableClass());
        add(Part.PROTECTION, in.deletionProtectionEnabled());
        add(Part.LIMIT, in.onDemandThroughput());
        add(Part.WARM, in.warmThroughput());
        add(Part.REPLICAS, in.replicaUpdates());
    }

    private void add(Part part, Object given) {
        if (given != null) {
            parts.add(part);
        }
    }

    void check() {
        boolean emptyIndexes = has(Part.INDEXES) && in.globalSecondaryIndexUpdates().isEmpty();
        if (parts.isEmpty() || emptyIndexes && parts.size() == 1) {
            throw new ValidationException(NOTHING);
        }
        boolean joins = in.multiRegionConsistency() != null || in.globalTableWitnessUpdates() != null;
        if (joins && isAmongOthers(Part.REPLICAS)) {
            throw new ValidationException(
                "Requests that modify replicas or witnesses must not also modify other fields");
        }
        refuse(isAmongOthers(Part.ENCRYPTION),
            "Server-Side Encryption modification must be the only operation in the request");
        refuse(isAmongOthers(Part.CLASS), "TableClass modification must be the only operation in the request");
        refuse(isAmongOthers(Part.PROTECTION),
            "DeletionProtection modification must be the only operation in the request");
        refuse(isAmongOthers(Part.REPLICAS), "Replica modification must be the only operation in the request");
        refuse(emptyIndexes, "List of GlobalSecondaryIndexUpdates is empty");
        checkCapacity();
    }

    private void checkCapacity() {
        boolean makes = has(Part.INDEXES)
            && in.globalSecondaryIndexUpdates().stream().anyMatch(one -> one.create() != null);
        boolean makesOrDrops = makes || has(Part.INDEXES)
            && in.globalSecondaryIndexUpdates().stream().anyMatch(one -> one.delete() != null);
        refuse(makes && has(Part.WARM),
            "Create global secondary index cannot be specified when updating WarmThroughput");
        refuse(isAmongOthers(Part.WARM), "WarmThroughput must be the only operation in the request");
        refuse(has(Part.LIMIT) && !EnumSet.of(Part.LIMIT, Part.BILLING).containsAll(parts),
            "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request");
        boolean provisions = has(Part.THROUGHPUT) || BillingMode.PROVISIONED.equals(in.billingMode());
        refuse(provisions && has(Part.STREAM), "You cannot modify stream status while updating table IOPS");
        refuse(provisions && makesOrDrops, "You cannot create or delete index while updating table IOPS");
        refuse(makesOrDrops && has(Part.STREAM),
            "You cannot create or delete index while changing stream status");
    }

    private boolean has(Part part) {
        return parts.contains(part);
    }

    private boolean isAmongOthers(Part part) {
        return has(part) && parts.size() > 1;
    }

    private static void refuse(boolean is, String complaint) {
        if (is) {
            throw ValidationException.parameters(complaint);
        }
    }
}
