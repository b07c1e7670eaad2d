package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.BatchWriteItemRequest;
import dev.aloft.api.DynamoDb.DeleteItemRequest;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexUpdate;
import dev.aloft.api.DynamoDb.LocalSecondaryIndex;
import dev.aloft.api.DynamoDb.OnDemandThroughput;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.api.DynamoDb.ProvisionedThroughputExceededException;
import dev.aloft.api.DynamoDb.Put;
import dev.aloft.api.DynamoDb.PutRequest;
import dev.aloft.api.DynamoDb.SSESpecification;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.TableWarmThroughputDescription;
import dev.aloft.api.DynamoDb.Tag;
import dev.aloft.api.DynamoDb.ThrottlingException;
import dev.aloft.api.DynamoDb.ThrottlingReason;
import dev.aloft.api.DynamoDb.TransactWriteItem;
import dev.aloft.api.DynamoDb.TransactWriteItemsRequest;
import dev.aloft.api.DynamoDb.UpdateGlobalSecondaryIndexAction;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.api.DynamoDb.WarmThroughput;
import dev.aloft.api.DynamoDb.WriteRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What tables are prepared for and may use, what calls cost, and what happens where that is enforced. */
class CapacityTest extends DynamoDbFixture {
    private static final String NAME = "limited";
    private static final Tag THROTTLED = new Tag("aloft:throttling", "true");

    private void limited(Consumer<DynamoDb.CreateTableRequest.Builder> with) {
        create(NAME, r -> with.accept(r.keySchema(List.of(hash("a")))
            .attributeDefinitions(List.of(attribute("a", "S")))));
    }

    private TableDescription created(WarmThroughput warm) {
        return create("told-" + (warm == null ? "plain" : "warm"), r -> r.keySchema(List.of(hash("a")))
            .attributeDefinitions(List.of(attribute("a", "S"))).warmThroughput(warm));
    }

    private TableDescription describe() {
        return dynamoDb.describeTable(CALLER, DescribeTableRequest.of(r -> r.tableName(NAME))).table();
    }

    private TableDescription update(Consumer<UpdateTableRequest.Builder> with) {
        return dynamoDb.updateTable(CALLER, UpdateTableRequest.of(r -> with.accept(r.tableName(NAME))))
            .tableDescription();
    }

    private static GlobalSecondaryIndex index(String key) {
        return GlobalSecondaryIndex.of(i -> i.indexName("by-" + key).keySchema(List.of(hash(key)))
            .projection(new Projection("ALL", null)));
    }

    @Nested
    class IsTold {
        /** Recorded on AWS. */
        @Test
        void lessWhileTheTableIsCreated() {
            assertThat(created(null).warmThroughput()).isNull();
            assertThat(created(new WarmThroughput(13_000L, 5_000L)).warmThroughput())
                .isEqualTo(new TableWarmThroughputDescription(13_000L, 5_000L, "UPDATING"));
        }

        @Test
        void forOnDemandTables() {
            limited(r -> r.onDemandThroughput(new OnDemandThroughput(null, 100L))
                .warmThroughput(new WarmThroughput(20_000L, null)));
            assertThat(describe().onDemandThroughput()).isEqualTo(new OnDemandThroughput(-1L, 100L));
            assertThat(describe().warmThroughput().readUnitsPerSecond()).isEqualTo(20_000);
            assertThat(describe().warmThroughput().writeUnitsPerSecond()).isEqualTo(4_000);
            refused("One or more parameter values were invalid: Requested ReadUnitsPerSecond for WarmThroughput for "
                + "table is lower " + "than current WarmThroughput, decreasing WarmThroughput is not supported", () ->
                    update(r -> r.warmThroughput(new WarmThroughput(19_999L, null))));
            refused("One or more parameter values were invalid: Requested MaxReadRequestUnits for "
                + "OnDemandThroughput for table is "
                + "outside of valid range", () -> update(r -> r.onDemandThroughput(new OnDemandThroughput(0L, null))));
            update(r -> r.onDemandThroughput(new OnDemandThroughput(null, -1L)));
            assertThat(describe().onDemandThroughput()).isNull();
        }

        @Test
        void forProvisionedTables() {
            refused("One or more parameter values were invalid: MaxReadRequestUnits for OnDemandThroughput cannot "
                + "be specified when table BillingMode is PROVISIONED.", () -> limited(r -> r.billingMode("PROVISIONED")
                    .provisionedThroughput(new ProvisionedThroughput(5L, 6L))
                    .onDemandThroughput(new OnDemandThroughput(1L, 1L))));
            limited(r -> r.billingMode("PROVISIONED").provisionedThroughput(new ProvisionedThroughput(5L, 6L)));
            assertThat(describe().warmThroughput().writeUnitsPerSecond()).isEqualTo(6);
        }

        /** As it was measured of AWS: a transaction writes indexes once; repeated, it is a transactional read. */
        @Test
        void forIndexesInTransactionsOnceAndForARepeatedTransactionAsForARead() {
            limited(r -> r.attributeDefinitions(List.of(attribute("a", "S"), attribute("b", "S")))
                .globalSecondaryIndexes(List.of(GlobalSecondaryIndex.of(i -> i.indexName("by-b")
                    .keySchema(List.of(hash("b"))).projection(new Projection("ALL", null))))));
            var request = TransactWriteItemsRequest.of(r -> r.returnConsumedCapacity("INDEXES").clientRequestToken("t")
                .transactItems(List.of(TransactWriteItem.of(w -> w.put(Put.of(p -> p.tableName(NAME)
                    .item(item("a", s("x"), "b", s("y"), "text", s("x".repeat(1500))))))))));
            var first = dynamoDb.transactWriteItems(CALLER, request).consumedCapacity().getFirst();
            assertThat(first.table().writeCapacityUnits()).isEqualTo(4);
            assertThat(first.globalSecondaryIndexes().get("by-b").writeCapacityUnits()).isEqualTo(2);
            assertThat(first.capacityUnits()).isEqualTo(6);
            var again = dynamoDb.transactWriteItems(CALLER, request).consumedCapacity().getFirst();
            assertThat(again.readCapacityUnits()).isEqualTo(2);
            assertThat(again.writeCapacityUnits()).isNull();
        }

        @Test
        void forTransactionsTwice() {
            limited(r -> { });
            var told = dynamoDb.transactWriteItems(CALLER, TransactWriteItemsRequest.of(r ->
                r.returnConsumedCapacity("TOTAL")
                .transactItems(List.of(TransactWriteItem.of(w -> w.put(Put.of(p -> p.tableName(NAME)
                    .item(item("a", s("x"), "text", s("x".repeat(1100)))))))))));
            assertThat(told.consumedCapacity().getFirst().capacityUnits()).isEqualTo(4);
            assertThat(told.consumedCapacity().getFirst().writeCapacityUnits()).isEqualTo(4);
        }
    }

    @Nested
    class IsEnforced {
        private void write() {
            put(NAME, item("a", s("x"), "b", s("y")));
        }

        @Test
        void whereTheTableIsSetToIt() {
            limited(r -> r.billingMode("PROVISIONED").provisionedThroughput(new ProvisionedThroughput(1L, 2L))
                .tags(List.of(THROTTLED)));
            write();
            write();
            var refusal = catchThrowableOfType(ProvisionedThroughputExceededException.class, this::write);
            assertThat(refusal).hasMessage(
                "The level of configured provisioned throughput for the table was exceeded. Consider "
                + "increasing your provisioning level with the UpdateTable API.");
            assertThat(refusal.detail().throttlingReasons()).containsExactly(new ThrottlingReason(
                "TableWriteProvisionedThroughputExceeded", "arn:aws:dynamodb:us-east-1:123456789012:table/" + NAME));
            refused("TransactionCanceledException",
                "Transaction cancelled, please refer cancellation reasons for specific reasons "
                + "[ProvisionedThroughputExceeded]", () -> dynamoDb.transactWriteItems(CALLER,
                    TransactWriteItemsRequest.of(r -> r
                    .transactItems(List.of(TransactWriteItem.of(w -> w.put(Put.of(p -> p.tableName(NAME)
                        .item(item("a", s("x")))))))))));
            time.advance(Duration.ofSeconds(1));
            write();
            // What is not used is there for five minutes' worth of bursts.
            time.advance(Duration.ofHours(1));
            for (int i = 0; i < 600; i++) {
                write();
            }
            assertThat(catchThrowableOfType(ProvisionedThroughputExceededException.class, this::write)).isNotNull();
        }

        @Test
        void onReads() {
            limited(r -> r.billingMode("PROVISIONED").provisionedThroughput(new ProvisionedThroughput(1L, 2L))
                .tags(List.of(THROTTLED)));
            get(NAME, item("a", s("x")));
            get(NAME, item("a", s("x")));
            var refusal = catchThrowableOfType(ProvisionedThroughputExceededException.class,
                () -> get(NAME, item("a", s("x"))));
            assertThat(refusal.detail().throttlingReasons().getFirst().reason())
                .isEqualTo("TableReadProvisionedThroughputExceeded");
        }

        @Test
        void onIndexesWhichHoldUpTheirTable() {
            limited(r -> r.billingMode("PROVISIONED").provisionedThroughput(new ProvisionedThroughput(100L, 100L))
                .tags(List.of(THROTTLED)).attributeDefinitions(List.of(attribute("a", "S"), attribute("b", "S")))
                .globalSecondaryIndexes(List.of(index("b").toBuilder()
                    .provisionedThroughput(new ProvisionedThroughput(1L, 1L)).build())));
            write();
            var refusal = catchThrowableOfType(ProvisionedThroughputExceededException.class, this::write);
            assertThat(refusal.detail().throttlingReasons()).containsExactly(new ThrottlingReason(
                "IndexWriteProvisionedThroughputExceeded",
                "arn:aws:dynamodb:us-east-1:123456789012:table/limited/index/by-b"));
        }

        @Test
        void onOnDemandTablesOnlyWhereTheyHaveALimit() {
            limited(r -> r.onDemandThroughput(new OnDemandThroughput(null, 1L)).tags(List.of(THROTTLED)));
            write();
            var refusal = catchThrowableOfType(ThrottlingException.class, this::write);
            assertThat(refusal).hasMessage(
                "Throughput exceeds the maximum OnDemandThroughput configured on table or index");
            assertThat(refusal.detail().throttlingReasons().getFirst().reason())
                .isEqualTo("TableWriteMaxOnDemandThroughputExceeded");
        }

        @Test
        void onBatchesByTheTable() {
            limited(r -> r.onDemandThroughput(new OnDemandThroughput(null, 1L)).tags(List.of(THROTTLED)));
            write();
            var request = List.of(WriteRequest.of(w -> w.putRequest(new PutRequest(item("a", s("x"))))));
            var told = dynamoDb.batchWriteItem(CALLER, BatchWriteItemRequest.of(r ->
                r.requestItems(Map.of(NAME, request, HASH, request))));
            assertThat(told.unprocessedItems()).isEqualTo(Map.of(NAME, request));
            assertThat(get(HASH, item("a", s("x")))).isNotNull();
        }
    }

    @Nested
    class Collections {
        @Test
        void ofTablesWithLocalIndexesHaveALimit() {
            create(NAME, r -> r.keySchema(List.of(hash("a"), range("b")))
                .attributeDefinitions(List.of(attribute("a", "S"), attribute("b", "S"), attribute("c", "S")))
                .tags(List.of(new Tag("aloft:collection-limit", "1000")))
                .localSecondaryIndexes(List.of(LocalSecondaryIndex.of(i -> i.indexName("by-c")
                    .keySchema(List.of(hash("a"), range("c"))).projection(new Projection("ALL", null))))));
            put(NAME, item("a", s("x"), "b", s("1"), "c", s("y".repeat(400))));
            refused("ItemCollectionSizeLimitExceededException", "Item collection size limit exceeded", () ->
                put(NAME, item("a", s("x"), "b", s("2"), "c", s("y".repeat(100)))));
            put(NAME, item("a", s("other"), "b", s("2"), "c", s("y".repeat(100))));
            dynamoDb.deleteItem(CALLER, DeleteItemRequest.of(r -> r.tableName(NAME)
                .key(item("a", s("x"), "b", s("1")))));
            put(NAME, item("a", s("x"), "b", s("2"), "c", s("y".repeat(100))));
        }
    }

    @Nested
    class Changes {
        @Test
        void standAlone() {
            limited(r -> { });
            refused("One or more parameter values were invalid: Server-Side Encryption modification must be the "
                + "only operation in " + "the request", () -> update(r -> r.deletionProtectionEnabled(true)
                    .sseSpecification(new SSESpecification(true, null, null))));
            refused("One or more parameter values were invalid: OnDemandThroughput can only be combined with "
                + "BillingMode in an "
                + "UpdateTable request", () -> update(r -> r.onDemandThroughput(new OnDemandThroughput(1L, 1L))
                    .streamSpecification(new DynamoDb.StreamSpecification(true, "KEYS_ONLY"))));
        }

        @Test
        void ofIndexesKnowTheirTable() {
            limited(r -> r.attributeDefinitions(List.of(attribute("a", "S"), attribute("b", "S")))
                .globalSecondaryIndexes(List.of(index("b"))));
            refused("ResourceNotFoundException", "Requested resource not found: Index ghost for table limited",
                () -> update(r -> r.globalSecondaryIndexUpdates(List.of(GlobalSecondaryIndexUpdate.of(u -> u.update(
                    UpdateGlobalSecondaryIndexAction.of(a -> a.indexName("ghost")
                        .onDemandThroughput(new OnDemandThroughput(1L, 1L)))))))));
            update(r -> r.globalSecondaryIndexUpdates(List.of(GlobalSecondaryIndexUpdate.of(u -> u.update(
                UpdateGlobalSecondaryIndexAction.of(a -> a.indexName("by-b")
                    .onDemandThroughput(new OnDemandThroughput(7L, 8L))))))));
            assertThat(describe().globalSecondaryIndexes().getFirst().onDemandThroughput())
                .isEqualTo(new OnDemandThroughput(7L, 8L));
        }

        @Test
        void ofEncryptionAreTold() {
            limited(r -> { });
            refused("One or more parameter values were invalid: Table is already encrypted by default", () ->
                update(r -> r.sseSpecification(new SSESpecification(false, null, null))));
            update(r -> r.sseSpecification(new SSESpecification(true, null, null)));
            assertThat(describe().sseDescription().status()).isEqualTo("ENABLED");
            assertThat(describe().sseDescription().kmsMasterKeyArn())
                .startsWith("arn:aws:kms:us-east-1:123456789012:key/");
        }
    }

    @Test
    void settingsThatAreNoneAreRefused() {
        refused("One or more parameter values were invalid: There is no setting aloft:lags. Settings: "
            + "[aloft:collection-limit, aloft:conflict-window, aloft:lag, aloft:stream-shards, aloft:throttling]",
            () -> limited(r -> r.tags(List.of(new Tag("aloft:lags", "1")))));
        refused("One or more parameter values were invalid: The setting aloft:lag is a number from 0 to 300000, not "
            + "soon", () ->
            limited(r -> r.tags(List.of(new Tag("aloft:lag", "soon")))));
    }
}
