package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeDefinition;
import dev.aloft.api.DynamoDb.BillingMode;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexUpdate;
import dev.aloft.api.DynamoDb.LimitExceededException;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.api.DynamoDb.ResourceNotFoundException;
import dev.aloft.api.DynamoDb.StreamSpecification;
import dev.aloft.api.DynamoDb.TableStatus;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.api.DynamoDb.UpdateTableResponse;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.StoredTable.Attribute;
import dev.aloft.service.dynamodb.StoredTable.StoredIndex;
import dev.aloft.service.dynamodb.StoredTable.TableStream;
import dev.aloft.service.dynamodb.StoredTable.Throughput;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

final class UpdateTable {
    private static final int MAX_GLOBAL = 20;
    private static final int MAX_UPDATES = 5;
    private static final String ONE_INDEX =
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table";

    private final DynamoDbData data;
    private final Tables tables;
    private final Streams streams;
    private final Store store;
    private final Time time;

    UpdateTable(DynamoDbData data, Tables tables, Streams streams, Store store, Time time) {
        this.data = data;
        this.tables = tables;
        this.streams = streams;
        this.store = store;
        this.time = time;
    }

    UpdateTableResponse update(Caller caller, UpdateTableRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        refuseNotBuilt(in);
        check(in);
        var now = time.instant();
        var told = store.write(tx -> {
            var before = tables.get(tx, ref);
            if (in.globalSecondaryIndexUpdates() != null) {
                checkUpdates(in.globalSecondaryIndexUpdates());
            }
            var changed = streams.grown(tx, ref, billing(before, in, now), now);
            if (in.streamSpecification() != null) {
                changed = stream(tx, ref, changed, in.streamSpecification(), now);
            }
            if (in.tableClass() != null) {
                changed = changed.with(draft -> draft.tableClass = in.tableClass());
            }
            if (in.deletionProtectionEnabled() != null) {
                changed = changed.with(draft -> draft.deletionProtected = in.deletionProtectionEnabled());
            }
            if (in.globalSecondaryIndexUpdates() != null) {
                for (var one : in.globalSecondaryIndexUpdates()) {
                    changed = index(tx, ref, changed, one, in.attributeDefinitions(), now);
                }
            }
            tables.put(tx, ref, changed);
            // While it is updated a table has its old capacity.
            return before.onDemand() == changed.onDemand()
                ? changed.withBilling(changed.onDemand(), changed.onDemandSince(), before.throughput()) : changed;
        });
        return new UpdateTableResponse(Descriptions.of(ref, told, TableStatus.UPDATING, Map.of()));
    }

    private static void refuseNotBuilt(UpdateTableRequest in) {
        var parts = new LinkedHashMap<String, Object>();
        parts.put("SSESpecification", in.sseSpecification());
        parts.put("ReplicaUpdates", in.replicaUpdates());
        parts.put("MultiRegionConsistency", in.multiRegionConsistency());
        parts.put("GlobalTableWitnessUpdates", in.globalTableWitnessUpdates());
        parts.put("GlobalTableSettingsReplicationMode", in.globalTableSettingsReplicationMode());
        parts.put("OnDemandThroughput", in.onDemandThroughput());
        parts.put("WarmThroughput", in.warmThroughput());
        parts.forEach((name, value) -> {
            if (value != null) {
                throw ApiError.notBuilt(name + " of DynamoDB UpdateTable");
            }
        });
    }

    private static void check(UpdateTableRequest in) {
        var updates = in.globalSecondaryIndexUpdates();
        if (in.provisionedThroughput() == null && in.billingMode() == null && (updates == null || updates.isEmpty())
            && in.tableClass() == null && in.deletionProtectionEnabled() == null && in.streamSpecification() == null) {
            throw new ValidationException("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
                + "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required");
        }
        if (BillingMode.PROVISIONED.equals(in.billingMode()) && in.provisionedThroughput() == null) {
            throw ValidationException.parameters(
                "ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
        }
        if (in.provisionedThroughput() != null) {
            NewTable.checkUnits(in.provisionedThroughput());
        }
        int changing = 0;
        var names = new HashSet<String>();
        for (var update : updates == null ? List.<GlobalSecondaryIndexUpdate>of() : updates) {
            long kinds = Stream.of(update.update(), update.create(), update.delete()).filter(Objects::nonNull).count();
            if (kinds == 0) {
                throw ValidationException.parameters("One of GlobalSecondaryIndexUpdate.Update, "
                    + "GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null");
            }
            if (kinds > 1) {
                throw ValidationException.parameters("Only one of GlobalSecondaryIndexUpdate.Update, "
                    + "GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete can be given");
            }
            var name = name(update);
            if (!names.add(name)) {
                throw ValidationException.parameters(
                    "Only one global secondary index update per index is allowed simultaneously. Index: " + name);
            }
            changing += update.update() == null ? 1 : 0;
        }
        if (changing > 1) {
            throw new LimitExceededException(ONE_INDEX);
        }
    }

    /** What is told only of tables that are there. */
    private static void checkUpdates(List<GlobalSecondaryIndexUpdate> updates) {
        if (updates.size() > MAX_UPDATES) {
            throw new LimitExceededException(ONE_INDEX);
        }
        for (var update : updates) {
            if (update.update() != null && isTooMuch(update.update().provisionedThroughput())) {
                throw new ValidationException("This operation cannot be performed with given input values. Please contact "
                    + "DynamoDB service team for more info: Action Blocked: IndexUpdate");
            }
        }
    }

    private static boolean isTooMuch(ProvisionedThroughput wanted) {
        return wanted != null && (wanted.readCapacityUnits() > NewTable.MAX_UNITS
            || wanted.writeCapacityUnits() > NewTable.MAX_UNITS);
    }

    private static String name(GlobalSecondaryIndexUpdate update) {
        return update.update() != null ? update.update().indexName()
            : update.create() != null ? update.create().indexName() : update.delete().indexName();
    }

    private static StoredTable billing(StoredTable table, UpdateTableRequest in, Instant now) {
        boolean onDemand = in.billingMode() == null ? table.onDemand() : NewTable.isOnDemand(in.billingMode());
        var wanted = in.provisionedThroughput();
        if (wanted != null && onDemand) {
            throw ValidationException.parameters("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                + "BillingMode is PAY_PER_REQUEST");
        }
        if (onDemand) {
            return table.onDemand() ? table : table.withBilling(true, Optional.of(now), Throughput.of(0, 0))
                .withIndexes(table.indexes().stream().map(index -> index.with(Throughput.of(0, 0))).toList());
        }
        if (wanted == null) {
            return table;
        }
        if (table.onDemand()) {
            checkIndexes(table, in);
        } else {
            refuseSame(table, wanted);
        }
        return table.withBilling(false, table.onDemandSince(), changed(table.throughput(), wanted, now));
    }

    private StoredTable stream(Tx tx, TableRef ref, StoredTable table, StreamSpecification wanted, Instant now) {
        boolean enabled = table.stream().filter(TableStream::enabled).isPresent();
        if (Streams.isWanted(wanted)) {
            if (enabled) {
                throw new ValidationException("Table already has an enabled stream: TableName: " + ref.name());
            }
            return streams.start(tx, ref, table, wanted.streamViewType(), now);
        }
        if (!enabled) {
            throw new ValidationException("Table has no stream to disable: TableName: " + ref.name());
        }
        return streams.stop(tx, ref, table, now);
    }

    private static Throughput changed(Throughput before, ProvisionedThroughput wanted, Instant now) {
        boolean more = wanted.readCapacityUnits() > before.read() || wanted.writeCapacityUnits() > before.write();
        boolean less = wanted.readCapacityUnits() < before.read() || wanted.writeCapacityUnits() < before.write();
        return new Throughput(wanted.readCapacityUnits(), wanted.writeCapacityUnits(),
            more ? Optional.of(now) : before.increased(), less ? Optional.of(now) : before.decreased());
    }

    private static void refuseSame(StoredTable table, ProvisionedThroughput wanted) {
        var now = table.throughput();
        if (now.read() == wanted.readCapacityUnits() && now.write() == wanted.writeCapacityUnits()) {
            throw new ValidationException("The provisioned throughput for the table will not change. The requested value equals "
                + "the current value. Current ReadCapacityUnits provisioned for the table: " + now.read()
                + ". Requested ReadCapacityUnits: " + now.read()
                + ". Current WriteCapacityUnits provisioned for the table: " + now.write()
                + ". Requested WriteCapacityUnits: " + now.write()
                + ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.");
        }
    }

    /** A table that leaves on-demand mode needs capacity for all its indexes. */
    private static void checkIndexes(StoredTable table, UpdateTableRequest in) {
        var without = new ArrayList<>(table.indexes().stream().filter(StoredIndex::global).map(StoredIndex::name).toList());
        if (in.globalSecondaryIndexUpdates() != null) {
            in.globalSecondaryIndexUpdates().forEach(update -> without.remove(name(update)));
        }
        if (!without.isEmpty()) {
            throw ValidationException.parameters("ProvisionedThroughput must be specified for index: "
                + String.join(",", without));
        }
    }

    private StoredTable index(Tx tx, TableRef ref, StoredTable table, GlobalSecondaryIndexUpdate update,
            List<AttributeDefinition> definitions, Instant now) {
        var known = table.indexes().stream().filter(index -> index.name().equals(name(update))).findFirst();
        if (update.create() != null) {
            return create(tx, ref, table, update, definitions, now);
        }
        if (known.isEmpty() || !known.get().global()) {
            throw new ResourceNotFoundException("Requested resource not found");
        }
        var index = known.get();
        if (update.delete() != null) {
            var id = Key.of(ref.account(), ref.region(), table.number(), index.number());
            data.clearing.add(tx, now, id, id);
            var rest = table.withIndexes(table.indexes().stream().filter(one -> one != index).toList());
            return rest.withAttributes(rest.attributes().stream().filter(one -> isUsed(rest, one.name())).toList());
        }
        if (update.update().onDemandThroughput() != null || update.update().warmThroughput() != null) {
            throw ApiError.notBuilt("OnDemandThroughput and WarmThroughput of a DynamoDB index");
        }
        var changed = index.with(changed(index.throughput(), update.update().provisionedThroughput(), now));
        return table.withIndexes(table.indexes().stream().map(one -> one == index ? changed : one).toList());
    }

    private StoredTable create(Tx tx, TableRef ref, StoredTable table, GlobalSecondaryIndexUpdate update,
            List<AttributeDefinition> definitions, Instant now) {
        var wanted = update.create();
        if (table.indexes().stream().anyMatch(index -> index.name().equals(wanted.indexName()))) {
            throw ValidationException.parameters("Index already exists: " + wanted.indexName());
        }
        if (table.indexes().stream().filter(StoredIndex::global).count() >= MAX_GLOBAL) {
            throw new LimitExceededException("Subscriber limit exceeded: Number of GSIs exceeds per-table limit of "
                + MAX_GLOBAL);
        }
        var attributes = attributes(table, definitions);
        var index = GlobalSecondaryIndex.of(i -> i.indexName(wanted.indexName()).keySchema(wanted.keySchema())
            .projection(wanted.projection()).provisionedThroughput(wanted.provisionedThroughput())
            .onDemandThroughput(wanted.onDemandThroughput()).warmThroughput(wanted.warmThroughput()));
        // The types of its keys are given with it, even those that the table knows.
        NewTable.checkGlobal(index, definitions == null ? List.of()
            : definitions.stream().map(AttributeDefinition::attributeName).toList(), table.onDemand());
        var made = NewTable.global(index, DynamoDbData.nextNumber(tx) + MAX_GLOBAL, true);
        var indexes = new ArrayList<>(table.indexes());
        indexes.add(made);
        var changed = table.withIndexes(indexes);
        data.filling.add(tx, now, DynamoDbData.filling(ref, table.number(), made.number()), Key.EMPTY);
        return changed.withAttributes(attributes.stream().filter(one -> isUsed(changed, one.name())).toList());
    }

    /** Those of the table, and what the request adds; a type does not change. */
    private static List<Attribute> attributes(StoredTable table, List<AttributeDefinition> definitions) {
        var types = new LinkedHashMap<String, String>();
        table.attributes().forEach(one -> types.put(one.name(), one.type()));
        for (var definition : definitions == null ? List.<AttributeDefinition>of() : definitions) {
            var known = types.putIfAbsent(definition.attributeName(), definition.attributeType());
            if (known != null && !known.equals(definition.attributeType())) {
                throw ValidationException.parameters("Attributes cannot be redefined. Please check that your attribute has the "
                    + "same type as previously defined. Existing schema: Schema:[SchemaElement: key{" + definition.attributeName()
                    + ":" + known + "}] New schema: Schema:[SchemaElement: key{" + definition.attributeName() + ":"
                    + definition.attributeType() + "}]");
            }
        }
        return types.entrySet().stream().map(one -> new Attribute(one.getKey(), one.getValue())).toList();
    }

    private static boolean isUsed(StoredTable table, String attribute) {
        return table.key().all().contains(attribute)
            || table.indexes().stream().anyMatch(index -> index.key().all().contains(attribute));
    }
}
