package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.DynamoDb.CreateReplicationGroupMemberAction;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexWarmThroughputDescription;
import dev.aloft.api.DynamoDb.GlobalTableSettingsReplicationMode;
import dev.aloft.api.DynamoDb.GlobalTableWitnessDescription;
import dev.aloft.api.DynamoDb.IndexStatus;
import dev.aloft.api.DynamoDb.MultiRegionConsistency;
import dev.aloft.api.DynamoDb.OnDemandThroughput;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.api.DynamoDb.OnDemandThroughputOverride;
import dev.aloft.api.DynamoDb.ProvisionedThroughputOverride;
import dev.aloft.api.DynamoDb.ReplicaDescription;
import dev.aloft.api.DynamoDb.ReplicaGlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.ReplicaGlobalSecondaryIndexDescription;
import dev.aloft.api.DynamoDb.ReplicaStatus;
import dev.aloft.api.DynamoDb.ReplicationGroupUpdate;
import dev.aloft.api.DynamoDb.ResourceInUseException;
import dev.aloft.api.DynamoDb.ResourceNotFoundException;
import dev.aloft.api.DynamoDb.StreamViewType;
import dev.aloft.api.DynamoDb.TableClassSummary;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.TableStatus;
import dev.aloft.api.DynamoDb.UpdateReplicationGroupMemberAction;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.api.DynamoDb.WitnessStatus;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.dynamodb.StoredTable.StoredIndex;
import dev.aloft.service.dynamodb.StoredTable.Strong;
import dev.aloft.service.dynamodb.StoredTable.TableStream;
import dev.aloft.service.dynamodb.StoredTable.Throughput;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Global tables of version 2019.11.21: a table of the same name in each of several regions, each of which knows the
 * others.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html">Global tables</a>
 */
final class Replicas {
    static final String VERSION = "2019.11.21";
    private static final String MANY =
        "Update table operation with more than one create or delete replica actions not allowed";
    private static final Duration SOURCE_STAYS = Duration.ofHours(24);
    private static final List<String> REGIONS = List.of("ap-south-2", "ap-south-1", "eu-south-1", "eu-south-2",
        "me-central-1", "ca-central-1", "eu-central-1", "eu-central-2", "us-west-1", "us-west-2", "af-south-1",
        "eu-north-1", "eu-west-3", "eu-west-2", "eu-west-1", "ap-northeast-3", "ap-northeast-2", "me-south-1",
        "ap-northeast-1", "sa-east-1", "ap-east-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
        "ap-southeast-4", "ap-southeast-5", "ap-southeast-7", "us-east-1", "us-east-2", "ca-west-1", "il-central-1",
        "mx-central-1");

    private final DynamoDbData data;
    private final Tables tables;
    private final Streams streams;
    private final TableKeys keys;

    Replicas(DynamoDbData data, Tables tables, Streams streams, TableKeys keys) {
        this.data = data;
        this.tables = tables;
        this.streams = streams;
        this.keys = keys;
    }

    /** What is told whether the table is there or not. */
    static void check(UpdateTableRequest in, String here) {
        var updates = in.replicaUpdates();
        for (var update : updates) {
            long kinds = Stream.of(update.create(), update.update(), update.delete()).filter(Objects::nonNull).count();
            refuse(kinds > 1, "Update table operation with more than one type of replica actions not allowed.");
            refuse(kinds == 0 || update.update() != null && changesNothing(update.update()),
                "There are no actions specified in the Replica Update Action of the request.");
        }
        StrongReplicas.check(in, here);
        boolean onlyDeletes = updates.stream().allMatch(update -> update.delete() != null);
        refuse(!StrongReplicas.isWanted(in) && !onlyDeletes && isMany(updates), MANY);
        for (var update : updates) {
            var region = region(update);
            refuse(!REGIONS.contains(region), "Region " + region
                + " is not supported. The latest version of global tables are only "
                + "supported in the following regions: " + REGIONS);
        }
    }

    private static boolean isMany(List<ReplicationGroupUpdate> updates) {
        return updates.stream().filter(update -> update.update() == null).distinct().count() > 1;
    }

    private static void refuse(boolean is, String complaint) {
        if (is) {
            throw new ValidationException(complaint);
        }
    }

    private static boolean changesNothing(UpdateReplicationGroupMemberAction update) {
        return update.kmsMasterKeyId() == null && update.provisionedThroughputOverride() == null
            && update.onDemandThroughputOverride() == null && update.globalSecondaryIndexes() == null
            && update.tableClassOverride() == null;
    }

    private static String region(ReplicationGroupUpdate update) {
        return update.create() != null ? update.create().regionName()
            : update.update() != null ? update.update().regionName() : update.delete().regionName();
    }

    /**
     * The table with replicas added, changed or gone.
     *
     * @param ready    the keys of KMS of those that are added
     * @param unscaled why none can be added to a provisioned table, if none can
     */
    StoredTable update(Tx tx, TableRef ref, StoredTable table, UpdateTableRequest in,
            Map<TableRef, Optional<TableKey>> ready, Optional<String> unscaled, Instant now) {
        StrongReplicas.checkTable(tx, ref, table, in);
        refuse(table.strong().isEmpty() && !StrongReplicas.isWanted(in) && isMany(in.replicaUpdates()), MANY);
        var strong = StrongReplicas.after(table, in);
        var changed = table.with(draft -> draft.strong = strong);
        for (var update : in.replicaUpdates().stream().distinct().toList()) {
            var region = region(update);
            refuse(region.equals(ref.region()) && update.update() == null,
                "Cannot add or delete the local region through "
                + "ReplicaUpdates. Use CreateTable, DeleteTable, or UpdateTable as required.");
            if (update.create() != null) {
                changed = add(tx, ref, changed, update.create(), ready, unscaled, now);
                continue;
            }
            refuse(table.replicas().stream().noneMatch(replica -> replica.region().equals(region)),
                "Update global table operation "
                + "failed because one or more replicas were not part of the global table. Please retry the request "
                + "without these " + "replicas: [" + region + "].");
            if (update.delete() != null) {
                changed = remove(tx, ref, changed, ref.in(region), now);
            } else {
                change(tx, ref.in(region), update.update(), now);
            }
        }
        return changed;
    }

    private StoredTable add(Tx tx, TableRef ref, StoredTable table, CreateReplicationGroupMemberAction wanted,
            Map<TableRef, Optional<TableKey>> ready, Optional<String> unscaled, Instant now) {
        var to = ref.in(wanted.regionName());
        refuse(data.tables.has(tx, to.key()), "Failed to create a the new replica of table with name: ‘" + ref.name()
            + "’ because one or more replicas already existed as tables.");
        refuse(unscaled.isPresent(), unscaled.orElse(""));
        var streamed = table.strong().isPresent() ? table : streamed(tx, ref, table, now);
        var members = Stream.concat(Stream.of(ref.region()), table.replicas().stream().map(StoredReplica::region))
            .toList();
        make(tx, ref, to, streamed, wanted, members, ready.getOrDefault(to, Optional.empty()), now);
        table.replicas().forEach(other -> introduce(tx, ref, ref.in(other.region()), to, now));
        return with(streamed, new StoredReplica(to.region(), DynamoDbData.nextNumber(tx), Optional.of(now)));
    }

    /**
     * Another member gets to know the new one, which also gets what that member has on its way to the new one's source.
     */
    private void introduce(Tx tx, TableRef source, TableRef member, TableRef to, Instant now) {
        var known = data.tables.get(tx, member.key());
        if (known.isEmpty()) {
            return;
        }
        long number = DynamoDbData.nextNumber(tx);
        data.tables.put(tx, member.key(), with(known.get(), new StoredReplica(to.region(), number, Optional.empty())));
        known.get().replicas().stream().filter(replica -> replica.region().equals(source.region())).findFirst()
            .ifPresent(replica -> {
            var id = DynamoDbData.numbered(member, number);
            var from = DynamoDbData.outgoing(DynamoDbData.numbered(member, replica.number()));
            tx.range(Range.of(from)).toList().forEach(change ->
                tx.put(DynamoDbData.outgoing(id).then(change.key().without(from)), change.value()));
            data.feeding.add(tx, now, id,
                new Feeds.Feed(member.name(), known.get().number(), new Feeds.ToRegion(to.region()), 0));
        });
    }

    private static StoredTable with(StoredTable table, StoredReplica replica) {
        return table.withReplicas(Stream.concat(table.replicas().stream(), Stream.of(replica)).toList());
    }

    /** A table with replicas has a stream, whether somebody asked for it or not. */
    private StoredTable streamed(Tx tx, TableRef ref, StoredTable table, Instant now) {
        return table.stream().filter(TableStream::enabled).isPresent() ? table
            : streams.start(tx, ref, table, StreamViewType.NEW_AND_OLD_IMAGES, now);
    }

    private void make(Tx tx, TableRef ref, TableRef to, StoredTable source, CreateReplicationGroupMemberAction wanted,
            List<String> members, Optional<TableKey> key, Instant now) {
        var id = UUID.nameUUIDFromBytes((source.id() + to.region() + now).getBytes(StandardCharsets.UTF_8));
        var bare = source.renamed(ref.name(), id.toString(), DynamoDbData.nextNumber(tx), now).with(draft -> {
            draft.deletionProtected = false;
            draft.tags = Map.of();
            draft.stream = Optional.empty();
            draft.onDemandSince = Optional.of(now);
            draft.recovery = Optional.empty();
            draft.copies = Set.of();
            draft.restored = Optional.empty();
            draft.destinations = List.of();
            draft.replicas = members.stream().map(region ->
                new StoredReplica(region, DynamoDbData.nextNumber(tx), Optional.empty())).toList();
            draft.encryptionKey = key.map(TableKey::arn);
            draft.creating = true;
        });
        var overrides = UpdateReplicationGroupMemberAction.of(a -> a
            .provisionedThroughputOverride(wanted.provisionedThroughputOverride())
            .onDemandThroughputOverride(wanted.onDemandThroughputOverride())
            .globalSecondaryIndexes(wanted.globalSecondaryIndexes()).tableClassOverride(wanted.tableClassOverride()));
        var streamed = source.stream().filter(TableStream::enabled)
            .map(stream -> streams.start(tx, to, bare, stream.view(), now)).orElse(bare);
        var made = overridden(streamed, overrides, now);
        tables.put(tx, to, made, now);
        keys.put(tx, to, key, now);
        data.seeding.add(tx, now, DynamoDbData.numbered(to, made.number()),
            new Replication.Seed(ref.name(), ref.region(), Key.EMPTY));
    }

    private static StoredTable overridden(StoredTable table, UpdateReplicationGroupMemberAction wanted, Instant now) {
        refuseCapacity(table, wanted.provisionedThroughputOverride(), "");
        var throughput = read(table.throughput(), wanted.provisionedThroughputOverride(), now);
        var tableClass = wanted.tableClassOverride();
        return table.with(draft -> {
            draft.throughput = throughput;
            draft.onDemandLimit = limited(table, table.onDemandLimit(), wanted.onDemandThroughputOverride(),
                " for table");
            if (wanted.globalSecondaryIndexes() != null) {
                draft.indexes = overridden(table, wanted.globalSecondaryIndexes(), now);
            }
            if (tableClass != null && !tableClass.equals(table.tableClass())) {
                draft.tableClass = tableClass;
                draft.tableClassSince = Optional.of(now);
            }
        });
    }

    private static List<StoredIndex> overridden(StoredTable table, List<ReplicaGlobalSecondaryIndex> wanted,
            Instant now) {
        var indexes = new ArrayList<>(table.indexes());
        for (var one : wanted) {
            var name = one.indexName();
            var index = indexes.stream().filter(known -> known.global() && known.name().equals(name)).findFirst()
                .orElseThrow(() -> new ResourceNotFoundException("Requested resource not found: Index " + name
                    + " for table " + table.name()));
            refuseCapacity(table, one.provisionedThroughputOverride(), "for index: " + name + " ");
            indexes.set(indexes.indexOf(index), index.with(read(index.throughput(), one.provisionedThroughputOverride(),
                now)).withOnDemandLimit(limited(table, index.onDemandLimit(),
                one.onDemandThroughputOverride(), " for index " + name)));
        }
        return indexes;
    }

    private static void refuseCapacity(StoredTable table, ProvisionedThroughputOverride wanted, String subject) {
        refuse(table.onDemand() && wanted != null, "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
            + subject + "when BillingMode is PAY_PER_REQUEST");
    }

    private static Throughput read(Throughput before, ProvisionedThroughputOverride wanted, Instant now) {
        return wanted == null || wanted.readCapacityUnits() == null || wanted.readCapacityUnits() == before.read()
            ? before : UpdateTable.changed(before, new ProvisionedThroughput(wanted.readCapacityUnits(),
                before.write()), now);
    }

    private static Optional<Units> limited(StoredTable table, Optional<Units> limit, OnDemandThroughputOverride reads,
            String subject) {
        if (reads == null) {
            return limit;
        }
        var wanted = new OnDemandThroughput(reads.maxReadRequestUnits(), null);
        Units.checkOnDemand(wanted, table.onDemand(), subject);
        return Units.changed(limit, wanted);
    }

    private void change(Tx tx, TableRef to, UpdateReplicationGroupMemberAction wanted, Instant now) {
        if (wanted.kmsMasterKeyId() != null) {
            // AWS says so too of a region that has one: the key is changed by UpdateTable in that region.
            throw ValidationException.parameters("KMSMasterKeyId must be specified for each replica.");
        }
        data.tables.update(tx, to.key(), table -> overridden(table, wanted, now));
    }

    private StoredTable remove(Tx tx, TableRef ref, StoredTable table, TableRef gone, Instant now) {
        var known = data.tables.get(tx, gone.key());
        known.map(replica -> replica.with(draft -> draft.strong = Optional.empty())).ifPresent(replica -> {
            if (replica.creating()) {
                throw new ResourceInUseException("The resource which you are attempting to change is in use.");
            }
            refuse(replica.deletionProtected(), "Cannot delete table " + ref.name() + " in region " + gone.region()
                + " because it has deletion protection enabled. Disable deletion protection first.");
            tables.delete(tx, gone, replica, now);
        });
        return without(table, gone.region());
    }

    /** A table goes: the others forget it. */
    void leave(Tx tx, TableRef ref, StoredTable table, Instant now) {
        StrongReplicas.refuseDeletion(table);
        refuse(table.replicas().stream().anyMatch(replica -> replica.sourced().filter(now.minus(SOURCE_STAYS)::isBefore)
            .isPresent()),
            "Replica cannot be deleted because it has acted as a source region for new replica(s) being added to "
                + "the table in the " + "last 24 hours.");
        forget(tx, ref, table);
    }

    /** A table stays, but is a global one no more, and the others go on without it. */
    void part(Tx tx, TableRef ref) {
        data.tables.get(tx, ref.key()).filter(table -> !table.replicas().isEmpty() && table.strong().isEmpty())
            .ifPresent(table -> {
                forget(tx, ref, table);
                data.tables.put(tx, ref.key(), table.withReplicas(List.of()));
            });
    }

    private void forget(Tx tx, TableRef ref, StoredTable table) {
        table.replicas().forEach(replica ->
            data.tables.update(tx, ref.in(replica.region()).key(), other -> without(other, ref.region())));
    }

    private static StoredTable without(StoredTable table, String region) {
        return table.withReplicas(table.replicas().stream().filter(replica -> !replica.region().equals(region))
            .toList());
    }

    /** A table's description with its replicas. */
    TableDescription told(ReadTx tx, TableRef ref, StoredTable table, TableDescription description) {
        if (table.replicas().isEmpty()) {
            return description;
        }
        var replicas = new ArrayList<ReplicaDescription>();
        for (var replica : table.replicas()) {
            data.tables.get(tx, ref.in(replica.region()).key())
                .ifPresent(other -> replicas.add(told(replica, table, other, status(tx, ref, replica, other))));
        }
        var witnesses = table.strong().map(Strong::witnesses).orElse(List.of()).stream()
            .map(region -> new GlobalTableWitnessDescription(region, WitnessStatus.ACTIVE)).toList();
        return description.toBuilder().globalTableVersion(VERSION).replicas(replicas)
            .multiRegionConsistency(table.strong().isPresent() ? MultiRegionConsistency.STRONG : null)
            .globalTableWitnesses(witnesses.isEmpty() ? null : witnesses)
            .globalTableSettingsReplicationMode(GlobalTableSettingsReplicationMode.ENABLED_WITH_OVERRIDES).build();
    }

    private String status(ReadTx tx, TableRef ref, StoredReplica replica, StoredTable other) {
        return other.creating() ? ReplicaStatus.CREATING
            : keys.find(tx, ref.in(replica.region())).flatMap(TableKey::inaccessible).isPresent()
            ? ReplicaStatus.INACCESSIBLE_ENCRYPTION_CREDENTIALS : ReplicaStatus.ACTIVE;
    }

    private static ReplicaDescription told(StoredReplica replica, StoredTable table, StoredTable other, String status) {
        return ReplicaDescription.of(d -> d.regionName(replica.region()).replicaStatus(status)
            .globalTableSettingsReplicationMode(GlobalTableSettingsReplicationMode.ENABLED_WITH_OVERRIDES)
            .warmThroughput(Descriptions.warm(Descriptions.warm(other), other.warm(), TableStatus.ACTIVE))
            .kmsMasterKeyId(other.encryptionKey().orElse(null))
            .onDemandThroughputOverride(reads(table.onDemandLimit(), other.onDemandLimit()))
            .provisionedThroughputOverride(reads(table.throughput(), other.throughput()))
            .replicaTableClassSummary(other.tableClass().equals(table.tableClass()) ? null
                : new TableClassSummary(other.tableClass(), other.tableClassSince().orElse(null)))
            .globalSecondaryIndexes(indexes(table, other)));
    }

    private static OnDemandThroughputOverride reads(Optional<Units> here, Optional<Units> there) {
        var limit = there.flatMap(Units::read);
        return limit.isEmpty() || limit.equals(here.flatMap(Units::read))
            ? null : new OnDemandThroughputOverride(limit.get());
    }

    /** What may be read in the other region, where that is something else. */
    private static ProvisionedThroughputOverride reads(Throughput here, Throughput there) {
        return here.read() == there.read() ? null : new ProvisionedThroughputOverride(there.read());
    }

    private static List<ReplicaGlobalSecondaryIndexDescription> indexes(StoredTable table, StoredTable other) {
        var told = other.indexes().stream().filter(StoredIndex::global).map(index -> {
            var here = table.indexes().stream().filter(one -> one.name().equals(index.name())).findFirst();
            var units = Descriptions.warm(other, index);
            return ReplicaGlobalSecondaryIndexDescription.of(d -> d.indexName(index.name())
                .onDemandThroughputOverride(reads(here.flatMap(StoredIndex::onDemandLimit), index.onDemandLimit()))
                .provisionedThroughputOverride(here.map(one -> reads(one.throughput(), index.throughput()))
                    .orElse(null))
                .warmThroughput(new GlobalSecondaryIndexWarmThroughputDescription(units.read().orElse(null),
                    units.write().orElse(null), IndexStatus.ACTIVE)));
        }).toList();
        return told.isEmpty() ? null : told;
    }
}
