package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.DynamoDb.BillingMode;
import dev.aloft.api.DynamoDb.CreateTableRequest;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.KeySchemaElement;
import dev.aloft.api.DynamoDb.KeyType;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.ProjectionType;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.service.dynamodb.StoredTable.Attribute;
import dev.aloft.service.dynamodb.StoredTable.KeyNames;
import dev.aloft.service.dynamodb.StoredTable.StoredIndex;
import dev.aloft.service.dynamodb.StoredTable.Throughput;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The rules by which CreateTable accepts a table, in the order in which AWS applies them. */
final class NewTable {
    static final long MAX_UNITS = 1_000_000_000_000L;
    private static final int MAX_LOCAL = 5;
    private static final int MAX_GLOBAL = 20;
    /** Of all indexes together; the model limits each. */
    private static final int MAX_INCLUDED = 100;
    private static final int MAX_KEY_ATTRIBUTES = 4;

    private NewTable() {
    }

    /** What is not built is refused by its name. */
    static void refuseNotBuilt(CreateTableRequest in) {
        if (in.globalTableSourceArn() != null) {
            throw ApiError.notBuilt("GlobalTableSourceArn of DynamoDB CreateTable");
        }
        if (in.globalTableSettingsReplicationMode() != null) {
            throw ApiError.notBuilt("GlobalTableSettingsReplicationMode of DynamoDB CreateTable");
        }
    }

    static boolean isOnDemand(String billingMode) {
        return BillingMode.PAY_PER_REQUEST.equals(billingMode);
    }

    static void check(CreateTableRequest in) {
        checkBilling(in);
        var attributes = in.attributeDefinitions() == null ? List.<String>of()
            : in.attributeDefinitions().stream().map(one -> one.attributeName()).toList();
        if (in.attributeDefinitions() == null) {
            throw new ValidationException(
                "1 validation error detected: Value null at 'attributeDefinitions' failed to satisfy "
                + "constraint: Member must not be null");
        }
        var seen = new HashSet<String>();
        attributes.stream().filter(name -> !seen.add(name)).findFirst().ifPresent(name -> {
            throw new ValidationException("Attribute Name is duplicated: " + name);
        });
        var schema = in.keySchema() == null ? List.<KeySchemaElement>of() : in.keySchema();
        var keys = schema.stream().map(KeySchemaElement::attributeName).toList();
        if (keys.size() > attributes.size()) {
            throw new ValidationException("Invalid KeySchema: Some index key attribute have no definition");
        }
        refuseLong(schema);
        checkKey(schema, attributes, false);
        checkSecond(schema);
        boolean hasLocal = in.localSecondaryIndexes() != null;
        boolean hasGlobal = in.globalSecondaryIndexes() != null;
        if (!hasLocal && !hasGlobal && keys.size() != attributes.size()) {
            throw ValidationException.parameters("Number of attributes in KeySchema does not exactly match number of "
                + "attributes defined in AttributeDefinitions");
        }
        var names = new HashSet<String>();
        if (hasLocal) {
            checkLocal(in, attributes, names);
        }
        if (hasGlobal) {
            checkGlobal(in, attributes, names);
        }
        refuseUnusedAttributes(in, keys, attributes);
        checkCapacity(in);
    }

    private static void checkBilling(CreateTableRequest in) {
        var throughput = in.provisionedThroughput();
        if (isOnDemand(in.billingMode())) {
            if (throughput != null) {
                throw ValidationException.parameters(
                    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                    + "BillingMode is PAY_PER_REQUEST");
            }
            return;
        }
        if (throughput == null || throughput.readCapacityUnits() == null || throughput.writeCapacityUnits() == null) {
            throw ValidationException.parameters("ReadCapacityUnits and WriteCapacityUnits must both be specified when "
                + "BillingMode is PROVISIONED");
        }
        checkUnits(throughput);
    }

    private static void checkCapacity(CreateTableRequest in) {
        boolean onDemand = isOnDemand(in.billingMode());
        Units.checkNewLimit(in.onDemandThroughput(), onDemand);
        Units.checkWarm(in.warmThroughput(), onDemand ? Units.INITIAL : Units.of(in.provisionedThroughput()), onDemand,
            " for table");
    }

    static void checkUnits(ProvisionedThroughput throughput) {
        if (throughput.readCapacityUnits() > MAX_UNITS) {
            throw new ValidationException("Given value " + throughput.readCapacityUnits()
                + " for ReadCapacityUnits is out of bounds");
        }
        if (throughput.writeCapacityUnits() > MAX_UNITS) {
            throw new ValidationException("Given value " + throughput.writeCapacityUnits()
                + " for WriteCapacityUnits is out of bounds");
        }
    }

    /** Only global indexes have keys of more attributes. */
    private static void refuseLong(List<KeySchemaElement> schema) {
        if (schema.size() > 2) {
            throw new ValidationException("1 validation error detected: Value '" + schema.stream().map(key ->
                "KeySchemaElement(attributeName=" + key.attributeName() + ", keyType=" + key.keyType() + ")").toList()
                + "' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2");
        }
    }

    private static void checkKey(List<KeySchemaElement> schema, List<String> attributes, boolean global) {
        var keys = schema.stream().map(KeySchemaElement::attributeName).toList();
        if (!attributes.containsAll(keys)) {
            throw ValidationException.parameters(
                "Some index key attributes are not defined in AttributeDefinitions. Keys: "
                + keys + ", AttributeDefinitions: " + attributes);
        }
        if (keys.isEmpty()) {
            throw new ValidationException("1 validation error detected: Value null at 'keySchema' failed to satisfy "
                + "constraint: Member must not be null");
        }
        if (keys.size() == 2 && keys.getFirst().equals(keys.get(1))
            && (!global || schema.get(1).keyType().equals(KeyType.RANGE))) {
            throw new ValidationException(
                "Both the Hash Key and the Range Key element in the KeySchema have the same name");
        }
        if (!schema.getFirst().keyType().equals(KeyType.HASH)) {
            throw new ValidationException("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
        }
    }

    /** The key of a table or of a local index has one attribute, or one and one. */
    private static void checkSecond(List<KeySchemaElement> schema) {
        if (schema.size() > 1 && !schema.get(1).keyType().equals(KeyType.RANGE)) {
            throw new ValidationException("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
        }
    }

    /** The key of a global index has up to four attributes, and up to four. */
    private static void checkMany(List<KeySchemaElement> schema) {
        if (schema.stream().map(KeySchemaElement::attributeName).distinct().count() < schema.size()) {
            throw new ValidationException(
                "The KeySchema contains multiple key attributes with the same name");
        }
        int hashes = names(schema, KeyType.HASH).size();
        if (schema.subList(0, hashes).stream().anyMatch(key -> key.keyType().equals(KeyType.RANGE))) {
            throw ValidationException.parameters(
                "All HASH key attributes must precede RANGE key attributes in the KeySchema");
        }
        if (hashes > MAX_KEY_ATTRIBUTES) {
            throw ValidationException.parameters(
                "The KeySchema exceeds the maximum allowed number of HASH key attributes");
        }
        if (schema.size() - hashes > MAX_KEY_ATTRIBUTES) {
            throw ValidationException.parameters(
                "The KeySchema exceeds the maximum allowed number of RANGE key attributes");
        }
    }

    private static void checkLocal(CreateTableRequest in, List<String> attributes, Set<String> names) {
        var indexes = in.localSecondaryIndexes();
        if (indexes.isEmpty()) {
            throw ValidationException.parameters("List of LocalSecondaryIndexes is empty");
        }
        if (in.keySchema().size() != 2) {
            throw ValidationException.parameters("Table KeySchema does not have a range key, which is required when "
                + "specifying a LocalSecondaryIndex");
        }
        var tableHash = in.keySchema().getFirst().attributeName();
        for (var index : indexes) {
            refuseLong(index.keySchema());
            checkKey(index.keySchema(), attributes, false);
            checkSecond(index.keySchema());
            if (index.keySchema().size() != 2) {
                throw ValidationException.parameters("Index KeySchema does not have a range key for index: "
                    + index.indexName());
            }
            var hash = index.keySchema().getFirst().attributeName();
            if (!hash.equals(tableHash)) {
                throw ValidationException.parameters("Index KeySchema does not have the same leading hash key as table "
                    + "KeySchema for index: " + index.indexName() + ". index hash key: " + hash + ", table hash key: "
                    + tableHash);
            }
            checkProjection(index.projection());
            if (!names.add(index.indexName())) {
                throw ValidationException.parameters("Duplicate index name: " + index.indexName());
            }
        }
        if (indexes.size() > MAX_LOCAL) {
            throw ValidationException.parameters("Number of LocalSecondaryIndexes exceeds per-table limit of "
                + MAX_LOCAL);
        }
    }

    private static void checkGlobal(CreateTableRequest in, List<String> attributes, Set<String> names) {
        var indexes = in.globalSecondaryIndexes();
        if (indexes.isEmpty()) {
            throw ValidationException.parameters("List of GlobalSecondaryIndexes is empty");
        }
        for (var index : indexes) {
            checkGlobal(index, attributes, isOnDemand(in.billingMode()));
            if (!names.add(index.indexName())) {
                throw ValidationException.parameters("Duplicate index name: " + index.indexName());
            }
        }
        if (indexes.size() > MAX_GLOBAL) {
            throw ValidationException.parameters("GlobalSecondaryIndex count exceeds the per-table limit of "
                + MAX_GLOBAL);
        }
    }

    static void checkGlobal(GlobalSecondaryIndex index, List<String> attributes, boolean onDemand) {
        checkKey(index.keySchema(), attributes, true);
        checkMany(index.keySchema());
        checkProjection(index.projection());
        if (onDemand && index.provisionedThroughput() != null) {
            throw ValidationException.parameters("ProvisionedThroughput should not be specified for index: "
                + index.indexName() + " when BillingMode is PAY_PER_REQUEST");
        }
        if (!onDemand && index.provisionedThroughput() == null) {
            throw ValidationException.parameters("ProvisionedThroughput is not specified for index: "
                + index.indexName());
        }
        var subject = " for index " + index.indexName();
        Units.checkOnDemand(index.onDemandThroughput(), onDemand, subject);
        Units.checkWarm(index.warmThroughput(), onDemand ? Units.INITIAL : Units.of(index.provisionedThroughput()),
            onDemand, subject);
    }

    private static void checkProjection(Projection projection) {
        if (projection == null || projection.projectionType() == null) {
            throw ValidationException.parameters("Unknown ProjectionType: null");
        }
        boolean include = projection.projectionType().equals(ProjectionType.INCLUDE);
        if (projection.nonKeyAttributes() != null && !include) {
            throw ValidationException.parameters("ProjectionType is " + projection.projectionType()
                + ", but NonKeyAttributes is specified");
        }
        if (projection.nonKeyAttributes() == null && include) {
            throw ValidationException.parameters("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
        }
        if (include && projection.nonKeyAttributes().size() > MAX_INCLUDED) {
            throw ValidationException.parameters("NonKeyAttributes exceeds limit of " + MAX_INCLUDED);
        }
    }

    private static void refuseUnusedAttributes(CreateTableRequest in, List<String> keys, List<String> attributes) {
        var used = new LinkedHashSet<>(keys);
        if (in.localSecondaryIndexes() != null) {
            in.localSecondaryIndexes().forEach(index -> index.keySchema()
                .forEach(key -> used.add(key.attributeName())));
        }
        if (in.globalSecondaryIndexes() != null) {
            in.globalSecondaryIndexes().forEach(index -> index.keySchema()
                .forEach(key -> used.add(key.attributeName())));
        }
        if (!used.containsAll(attributes)) {
            throw ValidationException.parameters("Some AttributeDefinitions are not used. AttributeDefinitions: "
                + attributes + ", keys used: " + List.copyOf(used));
        }
    }

    static List<Attribute> attributes(CreateTableRequest in) {
        return in.attributeDefinitions().stream().map(one -> new Attribute(one.attributeName(), one.attributeType()))
            .toList();
    }

    static KeyNames key(List<KeySchemaElement> schema) {
        return KeyNames.of(names(schema, KeyType.HASH), names(schema, KeyType.RANGE));
    }

    private static List<String> names(List<KeySchemaElement> schema, String keyType) {
        return schema.stream().filter(key -> key.keyType().equals(keyType)).map(KeySchemaElement::attributeName)
            .toList();
    }

    static Throughput throughput(ProvisionedThroughput throughput) {
        return throughput == null ? Throughput.of(0, 0)
            : Throughput.of(throughput.readCapacityUnits(), throughput.writeCapacityUnits());
    }

    /** Numbered from one, as zero stands for no index. */
    static List<StoredIndex> indexes(CreateTableRequest in) {
        var indexes = new ArrayList<StoredIndex>();
        if (in.localSecondaryIndexes() != null) {
            in.localSecondaryIndexes().forEach(index -> indexes.add(new StoredIndex(index.indexName(),
                indexes.size() + 1,
                false, key(index.keySchema()), index.projection().projectionType(), included(index.projection()),
                Throughput.of(0, 0), false, Optional.empty(), Optional.empty())));
        }
        if (in.globalSecondaryIndexes() != null) {
            in.globalSecondaryIndexes().forEach(index ->
                indexes.add(global(index, indexes.size() + 1, false)));
        }
        return indexes;
    }

    static StoredIndex global(GlobalSecondaryIndex index, long number, boolean filling) {
        return new StoredIndex(index.indexName(), number, true, key(index.keySchema()),
            index.projection().projectionType(),
            included(index.projection()), throughput(index.provisionedThroughput()), filling,
            Units.of(index.onDemandThroughput()), Units.of(index.warmThroughput()));
    }

    static List<String> included(Projection projection) {
        return projection.nonKeyAttributes() == null ? List.of() : projection.nonKeyAttributes();
    }
}
