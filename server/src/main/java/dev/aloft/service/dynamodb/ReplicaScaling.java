package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApplicationAutoScaling.ScalingPolicy;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AutoScalingPolicyDescription;
import dev.aloft.api.DynamoDb.AutoScalingSettingsDescription;
import dev.aloft.api.DynamoDb.AutoScalingSettingsUpdate;
import dev.aloft.api.DynamoDb.AutoScalingTargetTrackingScalingPolicyConfigurationDescription;
import dev.aloft.api.DynamoDb.DescribeTableReplicaAutoScalingResponse;
import dev.aloft.api.DynamoDb.IndexStatus;
import dev.aloft.api.DynamoDb.ReplicaAutoScalingDescription;
import dev.aloft.api.DynamoDb.ReplicaAutoScalingUpdate;
import dev.aloft.api.DynamoDb.ReplicaGlobalSecondaryIndexAutoScalingDescription;
import dev.aloft.api.DynamoDb.ReplicaStatus;
import dev.aloft.api.DynamoDb.ResourceNotFoundException;
import dev.aloft.api.DynamoDb.TableAutoScalingDescription;
import dev.aloft.api.DynamoDb.TableStatus;
import dev.aloft.api.DynamoDb.UpdateTableReplicaAutoScalingRequest;
import dev.aloft.api.DynamoDb.UpdateTableReplicaAutoScalingResponse;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.dynamodb.CapacityScaling.Scaled;
import dev.aloft.service.dynamodb.CapacityScaling.Wanted;
import dev.aloft.service.dynamodb.StoredTable.StoredIndex;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Auto scaling of global tables: what writes may use is scaled in all regions, or the table has none but its own. What
 * reads may use is each region's own.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTableReplicaAutoScaling.html">
 *     UpdateTableReplicaAutoScaling</a>
 */
final class ReplicaScaling {
    /** What an index gets that is added to a global table, as it was recorded. */
    private static final Wanted OF_NEW_INDEX = new Wanted(1, 10, null, 70, null, null, null);

    private final CapacityScaling scaling;
    private final Tables tables;
    private final Store store;

    ReplicaScaling(CapacityScaling scaling, Tables tables, Store store) {
        this.scaling = scaling;
        this.tables = tables;
        this.store = store;
    }

    private static Scaled writes(StoredTable table, Optional<String> index) {
        return new Scaled(table.name(), index, false);
    }

    private static Scaled reads(StoredTable table, Optional<String> index) {
        return new Scaled(table.name(), index, true);
    }

    private static Stream<StoredIndex> global(StoredTable table) {
        return table.indexes().stream().filter(StoredIndex::global);
    }

    // ---- what UpdateTable asks

    /** Why a provisioned table gets no replica, or its index no change; nothing where it may. */
    Optional<String> complaint(Caller caller, StoredTable table, UpdateTableRequest in) {
        if (table.onDemand()) {
            return Optional.empty();
        }
        boolean adds = in.replicaUpdates() != null
            && in.replicaUpdates().stream().anyMatch(one -> one.create() != null);
        if (adds && !scaling.isScaled(caller, writes(table, Optional.empty()))) {
            return Optional.of("Table write capacity should either be Pay-Per-Request or AutoScaled.");
        }
        boolean changesIndex = !table.replicas().isEmpty() && in.globalSecondaryIndexUpdates() != null
            && !CapacityScaling.isAsking(caller);
        return (adds || changesIndex) && !global(table).allMatch(index ->
            scaling.isScaled(caller, writes(table, Optional.of(index.name()))))
                ? Optional.of("GSI write capacity should either be Pay-Per-Request or AutoScaled.") : Optional.empty();
    }

    /** New regions scale writes as the table does, and a new index is scaled in all regions. */
    void follow(Caller caller, StoredTable before, UpdateTableRequest in) {
        if (before.onDemand()) {
            return;
        }
        if (in.replicaUpdates() != null) {
            in.replicaUpdates().stream().filter(one -> one.create() != null).map(one -> one.create().regionName())
                .distinct().forEach(region -> mirror(caller, before, region));
        }
        if (in.globalSecondaryIndexUpdates() != null && !before.replicas().isEmpty()) {
            in.globalSecondaryIndexUpdates().stream().filter(one -> one.create() != null)
                .map(one -> writes(before, Optional.of(one.create().indexName())))
                .forEach(index -> regions(caller, before).forEach(region ->
                    scaling.put(in(caller, region), index, OF_NEW_INDEX)));
        }
    }

    private void mirror(Caller caller, StoredTable table, String region) {
        var there = in(caller, region);
        scaling.copy(caller, there, writes(table, Optional.empty()));
        global(table).forEach(index -> scaling.copy(caller, there, writes(table, Optional.of(index.name()))));
    }

    private static Caller in(Caller caller, String region) {
        return caller.in(caller.account(), region);
    }

    /** In the order of the alphabet. */
    private static List<String> regions(Caller caller, StoredTable table) {
        return Stream.concat(Stream.of(caller.region()), table.replicas().stream().map(StoredReplica::region)).sorted()
            .toList();
    }

    // ---- describing

    private StoredTable global(Caller caller, String name) {
        var ref = TableRef.of(caller, name);
        return store.<Optional<StoredTable>>read(tx -> tables.find(tx, ref))
            .filter(table -> !table.replicas().isEmpty()).orElseThrow(() ->
                new ResourceNotFoundException("Global table with name: '" + ref.name() + "' does not exist."));
    }

    DescribeTableReplicaAutoScalingResponse describe(Caller caller, String name) {
        return new DescribeTableReplicaAutoScalingResponse(described(caller, global(caller, name)));
    }

    private TableAutoScalingDescription described(Caller caller, StoredTable table) {
        var replicas = new ArrayList<ReplicaAutoScalingDescription>();
        for (var region : regions(caller, table)) {
            var there = in(caller, region);
            var found = store.<Optional<StoredTable>>read(tx -> tables.find(tx, TableRef.of(there, table.name())));
            found.ifPresent(replica -> replicas.add(ReplicaAutoScalingDescription.of(d -> d.regionName(region)
                .globalSecondaryIndexes(global(replica).filter(index -> !index.filling())
                    .map(index -> described(there, replica, index)).toList())
                .replicaProvisionedReadCapacityAutoScalingSettings(
                    settings(there, replica, reads(replica, Optional.empty())))
                .replicaProvisionedWriteCapacityAutoScalingSettings(
                    settings(there, replica, writes(replica, Optional.empty())))
                .replicaStatus(replica.creating() ? ReplicaStatus.CREATING : ReplicaStatus.ACTIVE))));
        }
        return TableAutoScalingDescription.of(d -> d.tableName(table.name()).tableStatus(TableStatus.ACTIVE)
            .replicas(replicas));
    }

    private ReplicaGlobalSecondaryIndexAutoScalingDescription described(Caller there, StoredTable table,
            StoredIndex index) {
        return ReplicaGlobalSecondaryIndexAutoScalingDescription.of(d -> d.indexName(index.name())
            .indexStatus(IndexStatus.ACTIVE)
            .provisionedReadCapacityAutoScalingSettings(settings(there, table, reads(table, Optional.of(index.name()))))
            .provisionedWriteCapacityAutoScalingSettings(
                settings(there, table, writes(table, Optional.of(index.name())))));
    }

    /** A target without a policy is told as none at all, though its bounds hold. */
    private AutoScalingSettingsDescription settings(Caller there, StoredTable table, Scaled scaled) {
        var found = scaling.find(there, scaled).filter(settings -> !settings.policies().isEmpty());
        if (found.isEmpty()) {
            return AutoScalingSettingsDescription.of(d -> d.autoScalingDisabled(true).scalingPolicies(List.of()));
        }
        var target = found.get().target();
        return AutoScalingSettingsDescription.of(d -> d.minimumUnits(target.minCapacity().longValue())
            .maximumUnits(target.maxCapacity().longValue()).autoScalingRoleArn(target.roleARN())
            .autoScalingDisabled(table.onDemand() ? true : null)
            .scalingPolicies(found.get().policies().stream().map(ReplicaScaling::told).toList()));
    }

    private static AutoScalingPolicyDescription told(ScalingPolicy policy) {
        var tracking = policy.targetTrackingScalingPolicyConfiguration();
        return AutoScalingPolicyDescription.of(p -> p.policyName(policy.policyName())
            .targetTrackingScalingPolicyConfiguration(
                AutoScalingTargetTrackingScalingPolicyConfigurationDescription.of(c -> c
                    .targetValue(tracking.targetValue()).disableScaleIn(tracking.disableScaleIn())
                    .scaleInCooldown(tracking.scaleInCooldown()).scaleOutCooldown(tracking.scaleOutCooldown()))));
    }

    // ---- changing

    /** One capacity that a request means, with what it asks for it. */
    private record Change(Caller there, Scaled scaled, AutoScalingSettingsUpdate wanted) {}

    UpdateTableReplicaAutoScalingResponse update(Caller caller, UpdateTableReplicaAutoScalingRequest in) {
        var table = global(caller, in.tableName());
        checkReplicas(caller, table, in);
        var changes = changes(caller, table, in);
        changes.forEach(change -> check(table.name(), change.wanted()));
        checkBilling(caller, table, in);
        changes.forEach(ReplicaScaling.this::apply);
        return new UpdateTableReplicaAutoScalingResponse(described(caller, table));
    }

    private static List<ReplicaAutoScalingUpdate> replicas(UpdateTableReplicaAutoScalingRequest in) {
        return in.replicaUpdates() == null ? List.of() : in.replicaUpdates();
    }

    private static void checkReplicas(Caller caller, StoredTable table, UpdateTableReplicaAutoScalingRequest in) {
        var known = regions(caller, table);
        for (var replica : replicas(in)) {
            var failed = "Failed to update settings for global table with name: ‘" + table.name() + "’ because ";
            if (!known.contains(replica.regionName())) {
                throw new ResourceNotFoundException(failed + "the replicas in regions: ‘[" + replica.regionName()
                    + "]’ do not exist.");
            }
            if (replica.replicaProvisionedReadCapacityAutoScalingUpdate() == null
                && replica.replicaGlobalSecondaryIndexUpdates() == null) {
                throw new ValidationException(failed + "at least one update parameter must be specified for region: ‘"
                    + replica.regionName() + "’.");
            }
        }
    }

    private static List<Change> changes(Caller caller, StoredTable table, UpdateTableReplicaAutoScalingRequest in) {
        var changes = new ArrayList<Change>();
        for (var region : regions(caller, table)) {
            add(changes, in(caller, region), writes(table, Optional.empty()),
                in.provisionedWriteCapacityAutoScalingUpdate());
            if (in.globalSecondaryIndexUpdates() != null) {
                in.globalSecondaryIndexUpdates().forEach(index -> add(changes, in(caller, region),
                    writes(table, known(table, index.indexName())), index.provisionedWriteCapacityAutoScalingUpdate()));
            }
        }
        for (var replica : replicas(in)) {
            var there = in(caller, replica.regionName());
            add(changes, there, reads(table, Optional.empty()),
                replica.replicaProvisionedReadCapacityAutoScalingUpdate());
            if (replica.replicaGlobalSecondaryIndexUpdates() != null) {
                replica.replicaGlobalSecondaryIndexUpdates().forEach(index -> add(changes, there,
                    reads(table, known(table, index.indexName())), index.provisionedReadCapacityAutoScalingUpdate()));
            }
        }
        return changes;
    }

    private static void add(List<Change> changes, Caller there, Scaled scaled, AutoScalingSettingsUpdate wanted) {
        if (wanted != null) {
            changes.add(new Change(there, scaled, wanted));
        }
    }

    /** An index that is being filled is none yet. */
    private static Optional<String> known(StoredTable table, String index) {
        return Optional.of(global(table).filter(one -> !one.filling()).map(StoredIndex::name).filter(index::equals)
            .findFirst().orElseThrow(() -> new ResourceNotFoundException("Failed to update settings for global table"
                + " with name: ‘" + table.name() + "’ because the global secondary indexes with names: ‘[" + index
                + "]’ do not exist.")));
    }

    /** All is said or nothing: what is left out does not stay as it was. */
    private static void check(String table, AutoScalingSettingsUpdate wanted) {
        boolean disables = Boolean.TRUE.equals(wanted.autoScalingDisabled());
        var named = Stream.of(
            Optional.of("MaximumUnits").filter(_ -> (wanted.maximumUnits() != null) == disables),
            Optional.of("ScalingPolicyUpdate").filter(_ -> (wanted.scalingPolicyUpdate() != null) == disables),
            Optional.of("MinimumUnits").filter(_ -> (wanted.minimumUnits() != null) == disables))
            .flatMap(Optional::stream).map(name -> "'" + name + "'").collect(Collectors.joining(", "));
        if (!named.isEmpty()) {
            throw new ValidationException("Failed to update settings for global table with name" + (disables ? "" : ":")
                + " ‘" + table + "’: Parameters " + named + (disables
                    ? " must be left blank when disabling auto scaling."
                    : " are required unless auto scaling is being disabled."));
        }
    }

    private static void checkBilling(Caller caller, StoredTable table, UpdateTableReplicaAutoScalingRequest in) {
        if (!table.onDemand()) {
            return;
        }
        boolean writes = enables(in.provisionedWriteCapacityAutoScalingUpdate());
        boolean reads = replicas(in).stream().anyMatch(one ->
            enables(one.replicaProvisionedReadCapacityAutoScalingUpdate()));
        if (writes || reads) {
            var named = regions(caller, table).stream().map(one -> "'" + one.toUpperCase(Locale.ROOT) + "'")
                .collect(Collectors.joining(", "));
            throw new ValidationException("Failed to update global table with name ‘" + table.name() + "‘. Replicas "
                + named + " BillingMode is PayPerRequest. You must convert table's BillingMode to PROVISIONED to set"
                + " parameters: '" + (writes ? "GlobalTableProvisionedWrite" : "ReplicaProvisionedRead")
                + "CapacityAutoScalingSettingsUpdate'.");
        }
    }

    private static boolean enables(AutoScalingSettingsUpdate wanted) {
        return wanted != null && !Boolean.TRUE.equals(wanted.autoScalingDisabled());
    }

    private void apply(Change change) {
        if (Boolean.TRUE.equals(change.wanted().autoScalingDisabled())) {
            scaling.remove(change.there(), change.scaled());
            return;
        }
        var policy = change.wanted().scalingPolicyUpdate();
        var tracking = policy.targetTrackingScalingPolicyConfiguration();
        try {
            scaling.put(change.there(), change.scaled(), new Wanted(Math.toIntExact(change.wanted().minimumUnits()),
                Math.toIntExact(change.wanted().maximumUnits()), policy.policyName(), tracking.targetValue(),
                tracking.disableScaleIn(), tracking.scaleInCooldown(), tracking.scaleOutCooldown()));
        } catch (ApiError e) {
            throw e.code().equals("ValidationException") ? new ValidationException(e.getMessage()
                + " (Service: AWSApplicationAutoScaling; Status Code: 400; Error Code: ValidationException; "
                + "Request ID: " + change.there().requestId() + "; Proxy: null)") : e;
        }
    }
}
