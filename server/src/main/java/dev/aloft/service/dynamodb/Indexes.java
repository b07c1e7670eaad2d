package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.AttributeDefinition;
import dev.aloft.api.DynamoDb.CreateGlobalSecondaryIndexAction;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexUpdate;
import dev.aloft.api.DynamoDb.LimitExceededException;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.api.DynamoDb.ResourceNotFoundException;
import dev.aloft.api.DynamoDb.UpdateGlobalSecondaryIndexAction;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.dynamodb.StoredTable.Attribute;
import dev.aloft.service.dynamodb.StoredTable.StoredIndex;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Global indexes that are added to a table, changed, and taken from it; {@link Housekeeping} fills what is added. */
final class Indexes {
    private static final int MAX_GLOBAL = 20;
    private static final int MAX_UPDATES = 5;
    private static final String ONE_INDEX =
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table";

    private final DynamoDbData data;

    Indexes(DynamoDbData data) {
        this.data = data;
    }

    static String name(GlobalSecondaryIndexUpdate update) {
        return update.update() != null ? update.update().indexName()
            : update.create() != null ? update.create().indexName() : update.delete().indexName();
    }

    /** What is told whether the table is there or not. */
    static void check(List<GlobalSecondaryIndexUpdate> updates) {
        var names = new HashSet<String>();
        for (var update : updates) {
            long kinds = Stream.of(update.update(), update.create(), update.delete()).filter(Objects::nonNull).count();
            if (kinds == 0) {
                throw ValidationException.parameters("One of GlobalSecondaryIndexUpdate.Update, "
                    + "GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null");
            }
            if (kinds > 1) {
                throw ValidationException.parameters(
                    "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object");
            }
            if (!names.add(name(update))) {
                throw ValidationException.parameters(
                    "Only one global secondary index update per index is allowed simultaneously. Index: "
                    + name(update));
            }
        }
        if (updates.stream().filter(update -> update.update() == null).count() > 1) {
            throw new LimitExceededException(ONE_INDEX);
        }
    }

    /** What is told only of tables that are there. */
    static void checkUpdates(List<GlobalSecondaryIndexUpdate> updates) {
        if (updates.size() > MAX_UPDATES) {
            throw new LimitExceededException(ONE_INDEX);
        }
        for (var update : updates) {
            if (update.update() != null && isTooMuch(update.update().provisionedThroughput())) {
                throw new ValidationException(
                    "This operation cannot be performed with given input values. Please contact "
                    + "DynamoDB service team for more info: Action Blocked: IndexUpdate");
            }
        }
    }

    private static boolean isTooMuch(ProvisionedThroughput wanted) {
        return wanted != null && (wanted.readCapacityUnits() > NewTable.MAX_UNITS
            || wanted.writeCapacityUnits() > NewTable.MAX_UNITS);
    }

    /** The table with one of its indexes added, changed or gone. */
    StoredTable update(Tx tx, TableRef ref, StoredTable table, GlobalSecondaryIndexUpdate update,
            List<AttributeDefinition> definitions, Instant now) {
        if (update.create() != null) {
            return create(tx, ref, table, update.create(), definitions, now);
        }
        var index = table.indexes().stream().filter(one -> one.name().equals(name(update))).findFirst()
            .orElseThrow(() ->
            new ResourceNotFoundException("Requested resource not found: Index " + name(update) + " for table "
                + ref.name()));
        if (!index.global()) {
            throw new ValidationException("Cannot " + (update.delete() != null ? "delete" : "update")
                + " an index that is not a GlobalSecondaryIndex: " + index.name());
        }
        if (update.delete() != null) {
            return delete(tx, ref, table, index, now);
        }
        var changed = changed(table, index, update.update(), now);
        return table.withIndexes(table.indexes().stream().map(one -> one == index ? changed : one).toList());
    }

    private static StoredIndex changed(StoredTable table, StoredIndex index, UpdateGlobalSecondaryIndexAction wanted,
            Instant now) {
        var throughput = wanted.provisionedThroughput();
        if (table.onDemand() && throughput != null) {
            throw ValidationException.parameters(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: "
                + index.name() + " when BillingMode is PAY_PER_REQUEST");
        }
        if (table.onDemand() && wanted.onDemandThroughput() == null && wanted.warmThroughput() == null) {
            throw ValidationException.parameters("The only Updates for index: " + index.name()
                + " when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput");
        }
        if (!table.onDemand() && throughput == null && wanted.warmThroughput() == null
                && wanted.onDemandThroughput() == null) {
            throw ValidationException.parameters(
                "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: "
                + index.name());
        }
        var changed = index;
        if (throughput != null) {
            UpdateTable.refuseSame(index.throughput(), throughput, "the index " + index.name(),
                "index " + index.name());
            changed = changed.withWarm(Optional.of(Descriptions.warm(table, index)))
                .with(UpdateTable.changed(index.throughput(), throughput, now));
        }
        if (wanted.onDemandThroughput() != null) {
            Units.checkOnDemand(wanted.onDemandThroughput(), table.onDemand(), " for index : " + index.name());
            changed = changed.withOnDemandLimit(Units.changed(index.onDemandLimit(), wanted.onDemandThroughput()));
        }
        if (wanted.warmThroughput() != null) {
            var current = Descriptions.warm(table, index);
            current.refuseLess(wanted.warmThroughput(), " for index " + index.name());
            changed = changed.withWarm(Units.of(wanted.warmThroughput()).map(units -> units.or(current)));
        }
        return changed;
    }

    private StoredTable delete(Tx tx, TableRef ref, StoredTable table, StoredIndex index, Instant now) {
        var id = Key.of(ref.account(), ref.region(), table.number(), index.number());
        data.clearing.add(tx, now, id, id);
        data.insights.delete(tx, ref.key().and(index.name()));
        var rest = table.withIndexes(table.indexes().stream().filter(one -> one != index).toList());
        return rest.withAttributes(rest.attributes().stream().filter(one -> isUsed(rest, one.name())).toList());
    }

    private StoredTable create(Tx tx, TableRef ref, StoredTable table, CreateGlobalSecondaryIndexAction wanted,
            List<AttributeDefinition> definitions, Instant now) {
        if (table.indexes().stream().anyMatch(index -> index.name().equals(wanted.indexName()))) {
            throw new ValidationException("Attempting to create an index which already exists");
        }
        if (table.indexes().stream().anyMatch(StoredIndex::filling)) {
            throw new LimitExceededException(ONE_INDEX);
        }
        if (table.indexes().stream().filter(StoredIndex::global).count() >= MAX_GLOBAL) {
            throw new LimitExceededException(
                "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of "
                + MAX_GLOBAL);
        }
        if (definitions == null) {
            throw ValidationException.parameters("AttributeDefinitions is not specified for index: "
                + wanted.indexName());
        }
        var attributes = attributes(table, definitions);
        var index = GlobalSecondaryIndex.of(i -> i.indexName(wanted.indexName()).keySchema(wanted.keySchema())
            .projection(wanted.projection()).provisionedThroughput(wanted.provisionedThroughput())
            .onDemandThroughput(wanted.onDemandThroughput()).warmThroughput(wanted.warmThroughput()));
        // The types of its keys are given with it, even those that the table knows.
        NewTable.checkGlobal(index, definitions.stream().map(AttributeDefinition::attributeName).toList(),
            table.onDemand());
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
        for (var definition : definitions) {
            var known = types.putIfAbsent(definition.attributeName(), definition.attributeType());
            if (known != null && !known.equals(definition.attributeType())) {
                throw ValidationException.parameters(
                    "Attributes cannot be redefined. Please check that your attribute has the "
                    + "same type as previously defined. Existing schema: Schema:[SchemaElement: key{"
                    + definition.attributeName()
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
