package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.AttributeDefinition;
import dev.aloft.api.DynamoDb.BillingMode;
import dev.aloft.api.DynamoDb.BillingModeSummary;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexDescription;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexWarmThroughputDescription;
import dev.aloft.api.DynamoDb.IndexStatus;
import dev.aloft.api.DynamoDb.KeySchemaElement;
import dev.aloft.api.DynamoDb.KeyType;
import dev.aloft.api.DynamoDb.LocalSecondaryIndexDescription;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.ProvisionedThroughputDescription;
import dev.aloft.api.DynamoDb.RestoreSummary;
import dev.aloft.api.DynamoDb.StreamSpecification;
import dev.aloft.api.DynamoDb.TableClass;
import dev.aloft.api.DynamoDb.TableClassSummary;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.TableStatus;
import dev.aloft.api.DynamoDb.TableWarmThroughputDescription;
import dev.aloft.service.dynamodb.StoredTable.KeyNames;
import dev.aloft.service.dynamodb.StoredTable.StoredIndex;
import dev.aloft.service.dynamodb.StoredTable.Throughput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a table is told as. */
final class Descriptions {
    private Descriptions() {
    }

    /** Items and their bytes, of a table (0) and its indexes by number. */
    record Count(long items, long bytes) {
        static final Count NONE = new Count(0, 0);
    }

    static TableDescription of(TableRef ref, StoredTable table, String status, Map<Long, Count> counts) {
        var global = new ArrayList<GlobalSecondaryIndexDescription>();
        var local = new ArrayList<LocalSecondaryIndexDescription>();
        for (var index : table.indexes()) {
            var count = counts.getOrDefault(index.number(), Count.NONE);
            if (index.global()) {
                global.add(global(ref, table, index, status, count));
            } else {
                local.add(local(ref, index, count));
            }
        }
        var count = counts.getOrDefault(0L, Count.NONE);
        return TableDescription.of(d -> {
            d.tableName(ref.name()).tableArn(ref.arn()).tableId(table.id()).tableStatus(status)
                .creationDateTime(table.created()).attributeDefinitions(table.attributes().stream()
                    .map(one -> new AttributeDefinition(one.name(), one.type())).toList())
                .keySchema(schema(table.key())).itemCount(count.items()).tableSizeBytes(count.bytes())
                .provisionedThroughput(throughput(table.throughput()))
                .deletionProtectionEnabled(table.deletionProtected())
                .globalSecondaryIndexes(global.isEmpty() ? null : global)
                .localSecondaryIndexes(local.isEmpty() ? null : local);
            if (table.onDemandSince().isPresent()) {
                d.billingModeSummary(BillingModeSummary.of(s -> s
                    .billingMode(table.onDemand() ? BillingMode.PAY_PER_REQUEST : BillingMode.PROVISIONED)
                    .lastUpdateToPayPerRequestDateTime(status.equals(TableStatus.CREATING)
                    ? null : table.onDemandSince().get())));
            }
            table.restored().ifPresent(restored -> d.restoreSummary(
                new RestoreSummary(restored.backupArn().orElse(null),
                restored.tableArn(), restored.moment(), restored.inProgress())));
            table.stream().ifPresent(stream -> {
                d.latestStreamLabel(stream.label()).latestStreamArn(new StreamRef(ref, stream.label()).arn());
                if (stream.enabled()) {
                    d.streamSpecification(new StreamSpecification(true, stream.view()));
                }
            });
            if (!table.tableClass().equals(TableClass.STANDARD) || table.tableClassSince().isPresent()) {
                d.tableClassSummary(new TableClassSummary(table.tableClass(), table.tableClassSince().orElse(null)));
            }
            d.onDemandThroughput(table.onDemandLimit().map(Units::told).orElse(null))
                .warmThroughput(warm(warm(table), table.warm(), status))
                .sseDescription(Encryption.told(table.encryptionKey()));
        });
    }

    /** What is told of a table that goes: not its keys any more. */
    static TableDescription deleted(TableRef ref, StoredTable table) {
        return of(ref, table, TableStatus.DELETING, Map.of()).toBuilder().creationDateTime(null)
            .attributeDefinitions(null)
            .keySchema(null).globalSecondaryIndexes(null).localSecondaryIndexes(null).warmThroughput(null).build();
    }

    private static GlobalSecondaryIndexDescription global(TableRef ref, StoredTable table, StoredIndex index,
        String status, Count count) {
        return GlobalSecondaryIndexDescription.of(d -> {
            d.indexName(index.name()).indexArn(ref.arn() + "/index/" + index.name()).keySchema(schema(index.key()))
                .projection(projection(index)).itemCount(count.items()).indexSizeBytes(count.bytes())
                .provisionedThroughput(throughput(index.throughput()))
                .onDemandThroughput(index.onDemandLimit().map(Units::told).orElse(null))
                .warmThroughput(index(warm(table, index), index.warm(), status))
                .indexStatus(index.filling() || status.equals(TableStatus.CREATING) ? IndexStatus.CREATING
                    : status.equals(TableStatus.DELETING) ? IndexStatus.DELETING : IndexStatus.ACTIVE);
            if (index.filling()) {
                // Right after the request resources are found for it; then it is filled.
                d.backfilling(!status.equals(TableStatus.UPDATING));
            }
        });
    }

    /** What a table is prepared for: what it was asked to be, and at least what it may use. */
    static Units warm(StoredTable table) {
        return warm(table, table.warm(), table.throughput());
    }

    static Units warm(StoredTable table, StoredIndex index) {
        return warm(table, index.warm(), index.throughput());
    }

    private static Units warm(StoredTable table, Optional<Units> asked, Throughput throughput) {
        var least = table.onDemand() ? Units.INITIAL
            : new Units(Optional.of(throughput.read()), Optional.of(throughput.write()));
        return asked.map(units -> units.atLeast(least)).orElse(least);
    }

    /** Of a table being created only what it was asked for is told. */
    static TableWarmThroughputDescription warm(Units units, Optional<Units> asked, String status) {
        boolean creating = status.equals(TableStatus.CREATING);
        return creating && asked.isEmpty() ? null : new TableWarmThroughputDescription(units.read().orElse(null),
            units.write().orElse(null), creating ? TableStatus.UPDATING : TableStatus.ACTIVE);
    }

    /** As it is told when a table is asked to be prepared for more. */
    static TableWarmThroughputDescription warming(StoredTable table) {
        var units = warm(table);
        return new TableWarmThroughputDescription(units.read().orElse(null), units.write().orElse(null),
            TableStatus.UPDATING);
    }

    private static GlobalSecondaryIndexWarmThroughputDescription index(Units units, Optional<Units> asked,
            String status) {
        boolean creating = status.equals(TableStatus.CREATING);
        return creating && asked.isEmpty() ? null : new GlobalSecondaryIndexWarmThroughputDescription(units.read()
            .orElse(null), units.write().orElse(null), creating ? IndexStatus.UPDATING : IndexStatus.ACTIVE);
    }

    private static LocalSecondaryIndexDescription local(TableRef ref, StoredIndex index, Count count) {
        return LocalSecondaryIndexDescription.of(d -> d.indexName(index.name())
            .indexArn(ref.arn() + "/index/" + index.name())
            .keySchema(schema(index.key())).projection(projection(index)).itemCount(count.items())
            .indexSizeBytes(count.bytes()));
    }

    static Projection projection(StoredIndex index) {
        return new Projection(index.projection(), index.included().isEmpty() ? null : index.included());
    }

    static List<KeySchemaElement> schema(KeyNames key) {
        return Stream.concat(key.hashes().stream().map(name -> new KeySchemaElement(name, KeyType.HASH)),
            key.ranges().stream().map(name -> new KeySchemaElement(name, KeyType.RANGE))).toList();
    }

    private static ProvisionedThroughputDescription throughput(Throughput throughput) {
        return ProvisionedThroughputDescription.of(d -> d.readCapacityUnits(throughput.read())
            .writeCapacityUnits(throughput.write()).numberOfDecreasesToday(throughput.decreases())
            .lastIncreaseDateTime(throughput.increased().orElse(null))
            .lastDecreaseDateTime(throughput.decreased().orElse(null)));
    }
}
