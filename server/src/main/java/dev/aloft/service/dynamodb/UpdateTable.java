package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.BillingMode;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexUpdate;
import dev.aloft.api.DynamoDb.MultiRegionConsistency;
import dev.aloft.api.DynamoDb.OnDemandThroughput;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.api.DynamoDb.ReplicationGroupUpdate;
import dev.aloft.api.DynamoDb.ResourceInUseException;
import dev.aloft.api.DynamoDb.StreamSpecification;
import dev.aloft.api.DynamoDb.TableClass;
import dev.aloft.api.DynamoDb.TableStatus;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.api.DynamoDb.UpdateTableResponse;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.StoredTable.StoredIndex;
import dev.aloft.service.dynamodb.StoredTable.TableStream;
import dev.aloft.service.dynamodb.StoredTable.Throughput;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Changes of a table's settings, of which most stand alone in a request. */
final class UpdateTable {

    private static final String EACH_REPLICA = "KMSMasterKeyId must be specified for each replica.";

    private final Tables tables;
    private final Indexes indexes;
    private final Streams streams;
    private final TableKeys tableKeys;
    private final ReplicaScaling scaling;
    private final Store store;
    private final Time time;

    UpdateTable(Tables tables, Indexes indexes, Streams streams, TableKeys tableKeys, ReplicaScaling scaling,
            Store store, Time time) {
        this.scaling = scaling;
        this.tables = tables;
        this.indexes = indexes;
        this.streams = streams;
        this.tableKeys = tableKeys;
        this.store = store;
        this.time = time;
    }

    UpdateTableResponse update(Caller caller, UpdateTableRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        if (in.globalTableSettingsReplicationMode() != null) {
            throw ApiError.notBuilt("GlobalTableSettingsReplicationMode of DynamoDB UpdateTable");
        }
        new TableChange(in).check();
        check(in);
        var updates = updates(in);
        Indexes.check(updates);
        if (in.replicaUpdates() != null) {
            Replicas.check(in, ref.region());
        }
        var keys = keys(caller, ref, in);
        var known = store.<Optional<StoredTable>>read(tx -> tables.find(tx, ref));
        var unscaled = known.flatMap(table -> scaling.complaint(caller, table, in));
        boolean scales = CapacityScaling.isAsking(caller);
        var now = time.instant();
        var answer = store.<UpdateTableResponse>write(tx -> {
            var before = tables.get(tx, ref);
            if (before.creating()) {
                throw new ResourceInUseException(
                    "Attempt to change a resource which is still in use: Table is being created: " + ref.name());
            }
            Indexes.checkUpdates(updates);
            if (in.replicaUpdates() != null) {
                return replicas(tx, ref, before, in, keys, unscaled, now);
            }
            unscaled.ifPresent(complaint -> refuse(complaint));
            var changed = change(tx, ref, before, in, keys, now);
            if (isShared(in)) {
                before.replicas().forEach(replica ->
                    share(tx, before, ref.in(replica.region()), in, scales, keys, now));
            }
            var told = updating(Decreases.today(before, now), changed);
            var description = Descriptions.of(ref, told, status(in), Map.of());
            var whole = tables.replicas().told(tx, ref, told, in.warmThroughput() == null ? description
                : description.toBuilder().warmThroughput(Descriptions.warming(told)).build());
            return new UpdateTableResponse(in.sseSpecification() == null ? whole
                : whole.toBuilder().sseDescription(Encryption.changing(before.encryptionKey())).build());
        });
        known.ifPresent(before -> scaling.follow(caller, before, in));
        return answer;
    }

    private static void refuse(String complaint) {
        throw new ValidationException(complaint);
    }

    /** While it is updated a table has its old capacity. */
    private static StoredTable updating(StoredTable before, StoredTable changed) {
        var old = before.throughput();
        var since = changed.throughput();
        return changed.with(draft -> {
            draft.warm = Optional.of(Descriptions.warm(before));
            if (before.onDemand() == changed.onDemand()) {
                draft.throughput = new Throughput(old.read(), old.write(), since.increased(), since.decreased(),
                    old.decreases());
            }
        });
    }

    /** The keys of KMS that tables get, which have to be made ready before: nothing for one of DynamoDB's own. */
    private Map<TableRef, Optional<TableKey>> keys(Caller caller, TableRef ref, UpdateTableRequest in) {
        if (in.sseSpecification() == null) {
            return in.replicaUpdates() == null ? Map.of() : replicaKeys(caller, ref, in.replicaUpdates());
        }
        var wanted = Encryption.wanted(in.sseSpecification());
        var known = store.read(tx -> tables.get(tx, ref));
        refuse(wanted.isPresent() && wanted.equals(known.encryptionKey()), "Table is already encrypted with given "
            + "KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key");
        wanted.ifPresent(_ -> store.<EncryptionChanges>read(tx -> tableKeys.changes(tx, ref, known, time.instant()))
            .refuseMore(time.instant()));
        tableKeys.require(caller, in.tableName());
        boolean own = wanted.isPresent() && !wanted.get().equals(Encryption.MANAGED);
        refuse(own && !known.replicas().isEmpty() && tableKeys.find(ref).filter(key -> !key.managed()).isEmpty(),
            EACH_REPLICA);
        var keys = new HashMap<TableRef, Optional<TableKey>>();
        keys.put(ref, wanted.map(key -> tableKeys.prepare(caller, ref, key)));
        // A key of one's own is of one region, which no other region can use.
        known.replicas().stream().filter(_ -> !own).map(replica -> ref.in(replica.region())).forEach(replica ->
            keys.put(replica, wanted.map(key -> tableKeys.prepare(caller, replica, key))));
        return keys;
    }

    /** Either all regions have keys of one's own, or none has. */
    private Map<TableRef, Optional<TableKey>> replicaKeys(Caller caller, TableRef ref,
            List<ReplicationGroupUpdate> updates) {
        var source = tableKeys.find(ref);
        boolean own = source.filter(key -> !key.managed()).isPresent();
        var keys = new HashMap<TableRef, Optional<TableKey>>();
        for (var update : updates) {
            var wanted = update.create();
            if (wanted == null || wanted.regionName().equals(ref.region())) {
                continue;
            }
            refuse(own == (wanted.kmsMasterKeyId() == null), EACH_REPLICA);
            refuse(own && wanted.kmsMasterKeyId().equals(Encryption.MANAGED),
                "All replica keys must either be Customer Managed CMK or AWS Managed CMK.");
            var replica = ref.in(wanted.regionName());
            keys.put(replica, source.map(_ ->
                tableKeys.prepare(caller, replica, own ? wanted.kmsMasterKeyId() : Encryption.MANAGED)));
        }
        return keys;
    }

    private UpdateTableResponse replicas(Tx tx, TableRef ref, StoredTable before, UpdateTableRequest in,
            Map<TableRef, Optional<TableKey>> keys, Optional<String> unscaled, Instant now) {
        // The new replica is not listed yet, one that goes still is.
        var listed = tables.replicas().told(tx, ref, before, Descriptions.of(ref, before, TableStatus.UPDATING,
            Map.of()));
        var changed = tables.replicas().update(tx, ref, before, in, keys, unscaled, now);
        tables.put(tx, ref, changed, now);
        var description = Descriptions.of(ref, changed, TableStatus.UPDATING, Map.of());
        return new UpdateTableResponse(description.toBuilder().globalTableVersion(Replicas.VERSION)
            .replicas(listed.replicas() == null ? List.of() : listed.replicas())
            .globalTableSettingsReplicationMode(listed.globalTableSettingsReplicationMode())
            .globalTableWitnesses(listed.globalTableWitnesses())
            .multiRegionConsistency(StrongReplicas.isWanted(in) ? MultiRegionConsistency.STRONG
                : listed.multiRegionConsistency()).build());
    }

    /** What regions of a global table have in common; deletion protection is each one's own. */
    private static boolean isShared(UpdateTableRequest in) {
        return in.deletionProtectionEnabled() == null && in.streamSpecification() == null;
    }

    /** How much may be read on demand is each region's own. */
    private void share(Tx tx, StoredTable before, TableRef replica, UpdateTableRequest in, boolean scales,
            Map<TableRef, Optional<TableKey>> keys, Instant now) {
        tables.find(tx, replica).ifPresent(table -> {
            var capacity = new SharedCapacity(before, table, scales);
            var shared = in.toBuilder().onDemandThroughput(writes(in.onDemandThroughput()))
                .provisionedThroughput(capacity.ofTable(in.provisionedThroughput()).orElse(null));
            if (in.globalSecondaryIndexUpdates() != null) {
                shared.globalSecondaryIndexUpdates(in.globalSecondaryIndexUpdates().stream()
                    .flatMap(update -> shared(capacity, update).stream()).toList());
            }
            change(tx, replica, table, shared.build(), keys, now);
        });
    }

    /** Nothing where the other region has what is wanted. */
    private static Optional<GlobalSecondaryIndexUpdate> shared(SharedCapacity capacity,
            GlobalSecondaryIndexUpdate update) {
        var change = update.update();
        if (change == null) {
            return Optional.of(update);
        }
        var throughput = capacity.ofIndex(change.indexName(), change.provisionedThroughput());
        boolean stays = change.provisionedThroughput() != null && throughput.isEmpty();
        return stays ? Optional.empty() : Optional.of(update.toBuilder().update(change.toBuilder()
            .provisionedThroughput(throughput.orElse(null))
            .onDemandThroughput(writes(change.onDemandThroughput())).build()).build());
    }

    private static OnDemandThroughput writes(OnDemandThroughput limit) {
        return limit == null ? null : new OnDemandThroughput(null, limit.maxWriteRequestUnits());
    }

    private StoredTable change(Tx tx, TableRef ref, StoredTable before, UpdateTableRequest in,
            Map<TableRef, Optional<TableKey>> keys, Instant now) {
        var changed = settings(streams.grown(tx, ref, billing(before, in, now), now), in, now);
        if (keys.containsKey(ref)) {
            changed = encrypted(tx, ref, changed, keys.get(ref), now);
        }
        if (in.streamSpecification() != null) {
            changed = stream(tx, ref, changed, in.streamSpecification(), now);
        }
        for (var update : updates(in)) {
            changed = indexes.update(tx, ref, changed, update, in.attributeDefinitions(), now);
        }
        tables.put(tx, ref, changed, now);
        return changed;
    }

    private static List<GlobalSecondaryIndexUpdate> updates(UpdateTableRequest in) {
        return in.globalSecondaryIndexUpdates() == null ? List.of() : in.globalSecondaryIndexUpdates();
    }

    /** These are done at once on AWS too. */
    private static String status(UpdateTableRequest in) {
        return in.deletionProtectionEnabled() != null || in.onDemandThroughput() != null && in.billingMode() == null
            || in.sseSpecification() != null || in.warmThroughput() != null ? TableStatus.ACTIVE : TableStatus.UPDATING;
    }

    private static void refuse(boolean is, String complaint) {
        if (is) {
            throw ValidationException.parameters(complaint);
        }
    }

    private static void check(UpdateTableRequest in) {
        refuse(BillingMode.PROVISIONED.equals(in.billingMode()) && in.provisionedThroughput() == null,
            "ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
        if (in.provisionedThroughput() != null) {
            NewTable.checkUnits(in.provisionedThroughput());
        }
    }

    private static StoredTable billing(StoredTable table, UpdateTableRequest in, Instant now) {
        boolean onDemand = in.billingMode() == null ? table.onDemand() : NewTable.isOnDemand(in.billingMode());
        var wanted = in.provisionedThroughput();
        refuse(wanted != null && onDemand,
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST");
        if (wanted == null && (!onDemand || table.onDemand())) {
            return table;
        }
        // It stays prepared for what it had.
        var prepared = table.with(draft -> draft.warm = Optional.of(Descriptions.warm(table)));
        if (onDemand) {
            var last = table.throughput();
            return unlimited(prepared).withBilling(true, Optional.of(now),
                new Throughput(0, 0, last.increased(), last.decreased(), 0));
        }
        if (table.onDemand()) {
            checkIndexes(table, in);
        } else {
            refuseSame(table, wanted);
        }
        return (table.onDemand() ? unlimited(prepared) : prepared).withBilling(false, table.onDemandSince(),
            changed(table.throughput(), wanted, now));
    }

    /** With another billing mode a table and its indexes lose their capacity and their limits. */
    private static StoredTable unlimited(StoredTable table) {
        return table.with(draft -> {
            draft.onDemandLimit = Optional.empty();
            draft.indexes = table.indexes().stream().map(index ->
                index.with(Throughput.of(0, 0)).withOnDemandLimit(Optional.empty())).toList();
        });
    }

    static Throughput changed(Throughput before, ProvisionedThroughput wanted, Instant now) {
        boolean more = wanted.readCapacityUnits() > before.read() || wanted.writeCapacityUnits() > before.write();
        boolean less = wanted.readCapacityUnits() < before.read() || wanted.writeCapacityUnits() < before.write();
        var increased = more ? Optional.of(now) : before.increased();
        return less
            ? Decreases.decreased(before, wanted.readCapacityUnits(), wanted.writeCapacityUnits(), increased, now)
            : new Throughput(wanted.readCapacityUnits(), wanted.writeCapacityUnits(), increased, before.decreased(),
                before.decreases());
    }

    private static void refuseSame(StoredTable table, ProvisionedThroughput wanted) {
        refuseSame(table.throughput(), wanted, "the table", "the table");
    }

    /** @param within as AWS says it a second time */
    static void refuseSame(Throughput now, ProvisionedThroughput wanted, String subject, String within) {
        if (now.read() == wanted.readCapacityUnits() && now.write() == wanted.writeCapacityUnits()) {
            throw new ValidationException("The provisioned throughput for " + subject
                + " will not change. The requested value "
                + "equals the current value. Current ReadCapacityUnits provisioned for " + within + ": " + now.read()
                + ". Requested ReadCapacityUnits: " + now.read() + ". Current WriteCapacityUnits provisioned for "
                + within + ": " + now.write() + ". Requested WriteCapacityUnits: " + now.write()
                + ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher "
                + "limits.");
        }
    }

    /** A table that leaves on-demand mode needs capacity for all its indexes. */
    private static void checkIndexes(StoredTable table, UpdateTableRequest in) {
        var without = new ArrayList<>(table.indexes().stream().filter(StoredIndex::global).map(StoredIndex::name)
            .toList());
        if (in.globalSecondaryIndexUpdates() != null) {
            in.globalSecondaryIndexUpdates().forEach(update -> without.remove(Indexes.name(update)));
        }
        refuse(!without.isEmpty(), "ProvisionedThroughput must be specified for index: " + String.join(",", without));
    }

    private StoredTable encrypted(Tx tx, TableRef ref, StoredTable table, Optional<TableKey> key, Instant now) {
        refuse(key.isEmpty() && table.encryptionKey().isEmpty(), "Table is already encrypted by default");
        tableKeys.change(tx, ref, table, key, now);
        return table.with(draft -> draft.encryptionKey = key.map(TableKey::arn));
    }

    private static StoredTable settings(StoredTable table, UpdateTableRequest in, Instant now) {
        if (in.onDemandThroughput() != null) {
            Units.checkOnDemand(in.onDemandThroughput(), table.onDemand(), " for table");
        }
        if (in.warmThroughput() != null) {
            Descriptions.warm(table).refuseLess(in.warmThroughput(), " for table");
        }
        return table.with(draft -> {
            if (in.tableClass() != null
                    && !(in.tableClass().equals(TableClass.STANDARD)
                        && table.tableClass().equals(TableClass.STANDARD))) {
                draft.tableClassSince = in.tableClass().equals(table.tableClass())
                    ? table.tableClassSince() : Optional.of(now);
                draft.tableClass = in.tableClass();
            }
            if (in.deletionProtectionEnabled() != null) {
                draft.deletionProtected = in.deletionProtectionEnabled();
            }
            if (in.onDemandThroughput() != null) {
                draft.onDemandLimit = Units.changed(table.onDemandLimit(), in.onDemandThroughput());
            }
            if (in.warmThroughput() != null) {
                draft.warm = Units.of(in.warmThroughput()).map(units -> units.or(Descriptions.warm(table)));
            }
        });
    }

    private StoredTable stream(Tx tx, TableRef ref, StoredTable table, StreamSpecification wanted, Instant now) {
        boolean enabled = table.stream().filter(TableStream::enabled).isPresent();
        if (Streams.isWanted(wanted)) {
            if (enabled) {
                throw new ValidationException("Table already has an enabled stream: TableName: " + ref.name());
            }
            return streams.start(tx, ref, table, wanted.streamViewType(), now);
        }
        refuse(!table.replicas().isEmpty() && table.strong().isEmpty(),
            "Disabling Stream is not allowed for a Global Table replica.");
        if (!enabled) {
            throw new ValidationException("Table has no stream to disable: TableName: " + ref.name());
        }
        return streams.stop(tx, ref, table, now);
    }
}
