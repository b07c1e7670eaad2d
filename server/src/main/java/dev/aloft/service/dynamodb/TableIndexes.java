package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.CreateGlobalSecondaryIndexAction;
import dev.aloft.api.DynamoDb.CreateTableRequest;
import dev.aloft.api.DynamoDb.DeleteGlobalSecondaryIndexAction;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexDescription;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexUpdate;
import dev.aloft.api.DynamoDb.IndexStatus;
import dev.aloft.api.DynamoDb.OnDemandThroughput;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.api.DynamoDb.ProvisionedThroughputDescription;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.UpdateGlobalSecondaryIndexAction;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.api.DynamoDb.WarmThroughput;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Brings the global indexes of a table to what a template says, one after the other. */
final class TableIndexes {
    private final DynamoDb dynamoDb;
    private final Looks looks;

    TableIndexes(DynamoDb dynamoDb, Time time) {
        this.dynamoDb = dynamoDb;
        looks = new Looks(time);
    }

    private static List<GlobalSecondaryIndex> wanted(CreateTableRequest table) {
        return table.globalSecondaryIndexes() == null ? List.of() : table.globalSecondaryIndexes();
    }

    static boolean has(TableDescription table, String index) {
        return known(table).stream().anyMatch(one -> one.indexName().equals(index));
    }

    private static List<GlobalSecondaryIndexDescription> known(TableDescription table) {
        return table.globalSecondaryIndexes() == null ? List.of() : table.globalSecondaryIndexes();
    }

    /** What the indexes that stay are given when their table is given capacity; null where there are none. */
    static List<GlobalSecondaryIndexUpdate> throughputs(CreateTableRequest wanted, TableDescription now) {
        var names = known(now).stream().map(GlobalSecondaryIndexDescription::indexName).toList();
        var updates = wanted(wanted).stream().filter(index -> names.contains(index.indexName())).map(index ->
            changing(index.indexName(), index.provisionedThroughput(), null, null)).toList();
        return updates.isEmpty() ? null : updates;
    }

    private static GlobalSecondaryIndexUpdate changing(String name, ProvisionedThroughput throughput,
        OnDemandThroughput limit, WarmThroughput warm) {
        return GlobalSecondaryIndexUpdate.of(u -> u.update(UpdateGlobalSecondaryIndexAction.of(a -> a.indexName(name)
            .provisionedThroughput(throughput).onDemandThroughput(limit).warmThroughput(warm))));
    }

    /** An index whose keys or projection change would be deleted and made again, which is one thing too many. */
    void update(Caller caller, String name, CreateTableRequest wanted, TableDescription now) {
        var updates = new ArrayList<GlobalSecondaryIndexUpdate>();
        for (var index : known(now)) {
            if (wanted(wanted).stream().noneMatch(one -> isSame(one, index))) {
                updates.add(GlobalSecondaryIndexUpdate.of(u ->
                    u.delete(new DeleteGlobalSecondaryIndexAction(index.indexName()))));
            }
        }
        for (var index : wanted(wanted)) {
            known(now).stream().filter(one -> isSame(index, one)).findFirst().ifPresentOrElse(
                one -> change(index, one).ifPresent(updates::add), () -> updates.add(adding(index)));
        }
        if (updates.stream().filter(update -> update.update() == null).count() > 1) {
            throw new ValidationException("Cannot perform more than one GSI creation or deletion in a single update");
        }
        for (var update : updates) {
            dynamoDb.updateTable(caller, UpdateTableRequest.of(r -> r.tableName(name)
                .attributeDefinitions(wanted.attributeDefinitions()).globalSecondaryIndexUpdates(List.of(update))));
            await(caller, name);
        }
    }

    private static boolean isSame(GlobalSecondaryIndex wanted, GlobalSecondaryIndexDescription known) {
        return wanted.indexName().equals(known.indexName()) && wanted.keySchema().equals(known.keySchema())
            && wanted.projection().projectionType().equals(known.projection().projectionType())
            && Objects.equals(wanted.projection().nonKeyAttributes(), known.projection().nonKeyAttributes());
    }

    private static GlobalSecondaryIndexUpdate adding(GlobalSecondaryIndex index) {
        return GlobalSecondaryIndexUpdate.of(u -> u.create(CreateGlobalSecondaryIndexAction.of(a -> a
            .indexName(index.indexName()).keySchema(index.keySchema()).projection(index.projection())
            .provisionedThroughput(index.provisionedThroughput()).onDemandThroughput(index.onDemandThroughput())
            .warmThroughput(index.warmThroughput()))));
    }

    /** What of the capacity of an index that stays is to be another. */
    private static Optional<GlobalSecondaryIndexUpdate> change(GlobalSecondaryIndex wanted,
            GlobalSecondaryIndexDescription known) {
        var throughput = isSame(wanted.provisionedThroughput(), known.provisionedThroughput())
            ? null : wanted.provisionedThroughput();
        var limit = Objects.equals(wanted.onDemandThroughput(), known.onDemandThroughput()) ? null
            : TableResource.limit(wanted.onDemandThroughput());
        var warm = isSame(wanted.warmThroughput(), known) ? null : wanted.warmThroughput();
        return Stream.of(throughput, limit, warm).allMatch(Objects::isNull) ? Optional.empty()
            : Optional.of(changing(wanted.indexName(), throughput, limit, warm));
    }

    private static boolean isSame(ProvisionedThroughput wanted, ProvisionedThroughputDescription known) {
        return wanted == null || wanted.readCapacityUnits().equals(known.readCapacityUnits())
            && wanted.writeCapacityUnits().equals(known.writeCapacityUnits());
    }

    private static boolean isSame(WarmThroughput wanted, GlobalSecondaryIndexDescription index) {
        var known = index.warmThroughput();
        return wanted == null || known != null && isSame(wanted.readUnitsPerSecond(), known.readUnitsPerSecond())
            && isSame(wanted.writeUnitsPerSecond(), known.writeUnitsPerSecond());
    }

    private static boolean isSame(Long wanted, Long known) {
        return wanted == null || wanted.equals(known);
    }

    /** One index is made at a time, and no table is deleted meanwhile. */
    void await(Caller caller, String name) {
        looks.until(indexes -> indexes.stream().allMatch(index -> IndexStatus.ACTIVE.equals(index.indexStatus())),
            () -> known(dynamoDb.describeTable(caller, new DescribeTableRequest(name)).table()));
    }
}
