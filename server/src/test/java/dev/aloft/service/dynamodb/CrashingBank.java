package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AttributeDefinition;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.CreateGlobalSecondaryIndexAction;
import dev.aloft.api.DynamoDb.CreateReplicationGroupMemberAction;
import dev.aloft.api.DynamoDb.CreateTableRequest;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexUpdate;
import dev.aloft.api.DynamoDb.KeySchemaElement;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.ReplicationGroupUpdate;
import dev.aloft.api.DynamoDb.ResourceInUseException;
import dev.aloft.api.DynamoDb.StreamSpecification;
import dev.aloft.api.DynamoDb.TransactWriteItem;
import dev.aloft.api.DynamoDb.TransactWriteItemsRequest;
import dev.aloft.api.DynamoDb.Update;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.api.DynamoDbStreams;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.embedded.EmbeddedStore;
import dev.aloft.kernel.time.SystemTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The process that {@link DynamoDbCrashTest} kills: writers that move money between accounts, each move a transaction
 * that counts itself. An acknowledged one is told to the standard output.
 */
final class CrashingBank {
    static final String TABLE = "bank";
    static final String OTHER_REGION = "eu-west-1";
    static final int WRITERS = 4;
    private static final int ACCOUNTS = 40;
    private static final int OWNERS = 7;

    private CrashingBank() {
    }

    /** DynamoDB on a store, without anything else. */
    record Bank(DynamoDbService service, DynamoDb dynamoDb, DynamoDbStreams streams) {
        static Bank on(Store store) {
            var time = new SystemTime();
            var endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
            var service = new DynamoDbService(store, time, endpoint);
            endpoint.add(service);
            endpoint.add(new DynamoDbStreamsService(store, time, endpoint));
            return new Bank(service, DynamoDb.at(endpoint), DynamoDbStreams.at(endpoint));
        }
    }

    static Caller there() {
        return caller().in(caller().account(), OTHER_REGION);
    }

    static Caller caller() {
        return new Caller("123456789012", "us-east-1", new Principal.Root("123456789012"), "id", null, 0,
            "http://127.0.0.1:4566", "127.0.0.1", null);
    }

    public static void main(String[] args) throws Exception {
        var store = EmbeddedStore.open(Path.of(args[0]));
        var bank = Bank.on(store);
        new Workers(new SystemTime(), bank.service.workers()).start();
        open(bank.dynamoDb);
        var out = new DataOutputStream(System.out);
        for (int writer = 0; writer < WRITERS; writer++) {
            int number = writer;
            Thread.ofPlatform().start(() -> write(bank.dynamoDb, number, out));
        }
    }

    private static void open(DynamoDb dynamoDb) {
        try {
            dynamoDb.createTable(caller(), CreateTableRequest.of(r -> r.tableName(TABLE).billingMode("PAY_PER_REQUEST")
                .keySchema(List.of(new KeySchemaElement("id", "HASH")))
                .attributeDefinitions(List.of(new AttributeDefinition("id", "S"),
                    new AttributeDefinition("owner", "S")))
                .streamSpecification(new StreamSpecification(true, "NEW_AND_OLD_IMAGES"))
                .globalSecondaryIndexes(List.of(GlobalSecondaryIndex.of(i -> i.indexName("by-owner")
                    .keySchema(List.of(new KeySchemaElement("owner", "HASH"), new KeySchemaElement("id", "RANGE")))
                    .projection(new Projection("ALL", null)))))));
            dynamoDb.updateTable(caller(), UpdateTableRequest.of(r -> r.tableName(TABLE)
                .replicaUpdates(List.of(ReplicationGroupUpdate.of(u -> u.create(
                    CreateReplicationGroupMemberAction.of(a -> a.regionName(OTHER_REGION))))))));
        } catch (ResourceInUseException _) {
            addIndex(dynamoDb);
        }
    }

    /** From the second start on there is an index that was filled while money moved. */
    private static void addIndex(DynamoDb dynamoDb) {
        try {
            dynamoDb.updateTable(caller(), UpdateTableRequest.of(r -> r.tableName(TABLE)
                .attributeDefinitions(List.of(new AttributeDefinition("balance", "N")))
                .globalSecondaryIndexUpdates(List.of(GlobalSecondaryIndexUpdate.of(u ->
                    u.create(CreateGlobalSecondaryIndexAction.of(a -> a
                    .indexName("by-balance").keySchema(List.of(new KeySchemaElement("balance", "HASH")))
                    .projection(new Projection("KEYS_ONLY", null)))))))));
        } catch (ValidationException _) {
            // It is there already.
        }
    }

    private static void write(DynamoDb dynamoDb, int writer, DataOutputStream out) {
        var random = new Random();
        for (long done = 1; ; done++) {
            int amount = random.nextInt(100);
            int from = random.nextInt(ACCOUNTS);
            int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
            var items = new ArrayList<TransactWriteItem>();
            items.add(update("account-" + from, "ADD balance :n SET #owner = :o", -amount,
                "owner-" + random.nextInt(OWNERS)));
            items.add(update("account-" + to, "ADD balance :n SET #owner = :o", amount,
                "owner-" + random.nextInt(OWNERS)));
            items.add(TransactWriteItem.of(w -> w.update(Update.of(u -> u.tableName(TABLE).key(key("writer-" + writer))
                .updateExpression("ADD done :n").expressionAttributeValues(Map.of(":n", new AttributeValue.N("1")))))));
            dynamoDb.transactWriteItems(caller(), TransactWriteItemsRequest.of(r -> r.transactItems(items)));
            synchronized (out) {
                try {
                    out.writeInt(writer);
                    out.flush();
                } catch (IOException _) {
                    return;
                }
            }
        }
    }

    private static TransactWriteItem update(String id, String expression, int amount, String owner) {
        return TransactWriteItem.of(w -> w.update(Update.of(u -> u.tableName(TABLE).key(key(id))
            .updateExpression(expression).expressionAttributeNames(Map.of("#owner", "owner"))
            .expressionAttributeValues(Map.of(":n", new AttributeValue.N(Integer.toString(amount)), ":o",
                new AttributeValue.S(owner))))));
    }

    static Map<String, AttributeValue> key(String id) {
        return Map.of("id", new AttributeValue.S(id));
    }
}
