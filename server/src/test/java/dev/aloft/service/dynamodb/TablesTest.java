package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiError;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.CreateGlobalSecondaryIndexAction;
import dev.aloft.api.DynamoDb.DeleteTableRequest;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexUpdate;
import dev.aloft.api.DynamoDb.LocalSecondaryIndex;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.api.DynamoDb.QueryRequest;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.Tag;
import dev.aloft.api.DynamoDb.TimeToLiveSpecification;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import dev.aloft.api.DynamoDb.UpdateTimeToLiveRequest;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.store.Range;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TablesTest extends DynamoDbFixture {
    private TableDescription describe(String name) {
        return dynamoDb.describeTable(CALLER, DescribeTableRequest.of(r -> r.tableName(name))).table();
    }

    private TableDescription update(String name, Consumer<UpdateTableRequest.Builder> with) {
        return dynamoDb.updateTable(CALLER, UpdateTableRequest.of(r -> with.accept(r.tableName(name))))
            .tableDescription();
    }

    private void delete(String name) {
        dynamoDb.deleteTable(CALLER, DeleteTableRequest.of(r -> r.tableName(name)));
    }

    @Nested
    class CreateIsRefused {
        @Test
        void forWrongNames() {
            refused("The parameter 'TableName' is required but was not present in the request",
                () -> create(null, r -> { }));
            refused("1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: "
                + "Member must have length greater than or equal to 3", () -> create("ab", r -> { }));
            refused("ResourceInUseException", "Table already exists: " + HASH, () -> create(HASH, r ->
                r.keySchema(List.of(hash("a"))).attributeDefinitions(List.of(attribute("a", "S")))));
        }

        @Test
        void forKeysAndIndexesThatDoNotFit() {
            refused("Invalid KeySchema: Some index key attribute have no definition", () -> create("abc", r ->
                r.keySchema(List.of(hash("a"), range("a"))).attributeDefinitions(List.of(attribute("a", "S")))));
            refused("One or more parameter values were invalid: Some index key attributes are not defined in "
                + "AttributeDefinitions. Keys: [a], AttributeDefinitions: [b]", () -> create("abc", r ->
                    r.keySchema(List.of(hash("a"))).attributeDefinitions(List.of(attribute("b", "S")))));
            refused("One or more parameter values were invalid: Number of attributes in KeySchema does not exactly "
                + "match number " + "of attributes defined in AttributeDefinitions",
                () -> create("abc", r -> r.keySchema(List.of(hash("a")))
                    .attributeDefinitions(List.of(attribute("a", "S"), attribute("b", "S")))));
            refused("One or more parameter values were invalid: Table KeySchema does not have a range key, which is "
                + "required "
                + "when specifying a LocalSecondaryIndex", () -> create("abc", r -> r.keySchema(List.of(hash("a")))
                    .attributeDefinitions(List.of(attribute("a", "S"), attribute("b", "S")))
                    .localSecondaryIndexes(List.of(LocalSecondaryIndex.of(i -> i.indexName("local")
                        .keySchema(List.of(hash("a"), range("b"))).projection(new Projection("ALL", null)))))));
            refused("One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits "
                + "can be " + "specified when BillingMode is PAY_PER_REQUEST", () -> create("abc", r ->
                    r.provisionedThroughput(new ProvisionedThroughput(1L, 1L))));
            refused("One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both "
                + "be specified " + "when BillingMode is PROVISIONED", () -> create("abc", r -> r.billingMode(null)));
        }

        @Test
        void byNameForWhatIsNotBuilt() {
            Assertions.assertThatThrownBy(() -> create("abc", r -> r.keySchema(List.of(hash("a")))
                .attributeDefinitions(List.of(attribute("a", "S")))
                .globalTableSourceArn("arn:aws:dynamodb:us-west-2:123456789012:table/abc")))
                .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.code()).isEqualTo("NotImplemented"))
                .hasMessageContaining("GlobalTableSourceArn");
        }
    }

    @Test
    void aTableIsBeingCreatedAndThenActiveUntilItIsDeleted() {
        var created = create("abc", r -> r.keySchema(List.of(hash("a")))
            .attributeDefinitions(List.of(attribute("a", "S"))));
        assertThat(created.tableStatus()).isEqualTo("CREATING");
        assertThat(created.tableArn()).isEqualTo("arn:aws:dynamodb:us-east-1:123456789012:table/abc");
        assertThat(created.billingModeSummary().billingMode()).isEqualTo("PAY_PER_REQUEST");
        put("abc", item("a", s("k")));
        var described = describe("abc");
        assertThat(described.tableStatus()).isEqualTo("ACTIVE");
        assertThat(described.itemCount()).isEqualTo(1);
        assertThat(described.tableId()).isEqualTo(created.tableId());
        assertThat(dynamoDb.listTables(CALLER, DynamoDb.ListTablesRequest.of(r -> r.limit(2))).lastEvaluatedTableName())
            .isEqualTo(HASH);
        assertThat(dynamoDb.listTables(CALLER, DynamoDb.ListTablesRequest.of(r -> r.exclusiveStartTableName("abc")))
            .tableNames()).containsExactly(HASH, RANGE);
        delete("abc");
        refused("ResourceNotFoundException", "Requested resource not found: Table: abc not found",
            () -> describe("abc"));
        create("abc", r -> r.keySchema(List.of(hash("a"))).attributeDefinitions(List.of(attribute("a", "S"))));
        assertThat(get("abc", item("a", s("k")))).isNull();
    }

    @Test
    void nothingOfADeletedTableStays() {
        int before = entries();
        create("abc", r -> r.keySchema(List.of(hash("a"))).attributeDefinitions(List.of(attribute("a", "S"),
            attribute("g", "S")))
            .globalSecondaryIndexes(List.of(GlobalSecondaryIndex.of(i -> i.indexName("by-g")
                .keySchema(List.of(hash("g"))).projection(new Projection("ALL", null))))));
        IntStream.range(0, 350).forEach(i -> put("abc", item("a", s("k" + i), "g", s("g" + i))));
        delete("abc");
        time.settle();
        assertThat(entries()).isLessThanOrEqualTo(before + 1);
    }

    private int entries() {
        return store.read(tx -> (int) tx.range(Range.all()).count());
    }

    @Test
    void itemsAreCountedAndManyEstimated() {
        IntStream.range(0, 1_500).forEach(i -> put(HASH, item("a", s("k" + i))));
        assertThat(describe(HASH).itemCount()).isEqualTo(1_500);
        IntStream.range(1_500, 6_000).forEach(i -> put(HASH, item("a", s("k" + i))));
        assertThat(describe(HASH).itemCount()).isBetween(5_400L, 6_600L);
    }

    @Test
    void protectedTablesAreNotDeleted() {
        update(HASH, r -> r.deletionProtectionEnabled(true));
        refused("Resource cannot be deleted as it is currently protected against deletion. Disable deletion "
            + "protection first.", () -> delete(HASH));
        update(HASH, r -> r.deletionProtectionEnabled(false));
        delete(HASH);
    }

    @Test
    void throughputAndBillingModeChange() {
        refused("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
            + "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, "
            + "MultiRegionConsistency, "
            + "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required",
            () -> update(HASH, r -> { }));
        assertThat(update(HASH, r -> r.billingMode("PROVISIONED")
            .provisionedThroughput(new ProvisionedThroughput(3L, 4L))).tableStatus()).isEqualTo("UPDATING");
        assertThat(describe(HASH).provisionedThroughput().writeCapacityUnits()).isEqualTo(4);
        refused("The provisioned throughput for the table will not change. The requested value equals the current "
            + "value. " + "Current ReadCapacityUnits provisioned for the table: 3. Requested ReadCapacityUnits: 3. "
            + "Current WriteCapacityUnits provisioned for the table: 4. Requested WriteCapacityUnits: 4. "
            + "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
            () -> update(HASH, r -> r.provisionedThroughput(new ProvisionedThroughput(3L, 4L))));
    }

    @Test
    void anIndexIsAddedToATableWithItemsAndTakenAway() {
        IntStream.range(0, 250).forEach(i -> put(HASH, item("a", s("k" + i), "g", i % 2 == 0 ? s("even") : n(i))));
        var updated = update(HASH, r -> r.attributeDefinitions(List.of(attribute("g", "S")))
            .globalSecondaryIndexUpdates(List.of(
            GlobalSecondaryIndexUpdate.of(u -> u.create(CreateGlobalSecondaryIndexAction.of(a -> a.indexName("by-g")
                .keySchema(List.of(hash("g"))).projection(new Projection("ALL", null))))))));
        assertThat(updated.globalSecondaryIndexes().getFirst().indexStatus()).isEqualTo("CREATING");
        time.settle();
        assertThat(describe(HASH).globalSecondaryIndexes().getFirst().indexStatus()).isEqualTo("ACTIVE");
        assertThat(dynamoDb.query(CALLER, QueryRequest.of(r -> r.tableName(HASH).indexName("by-g")
            .keyConditionExpression("g = :g").expressionAttributeValues(item(":g", s("even"))))).count())
            .isEqualTo(125);
        update(HASH, r -> r.globalSecondaryIndexUpdates(List.of(GlobalSecondaryIndexUpdate.of(u ->
            u.delete(new DynamoDb.DeleteGlobalSecondaryIndexAction("by-g"))))));
        assertThat(describe(HASH).globalSecondaryIndexes()).isNull();
        assertThat(describe(HASH).attributeDefinitions()).containsExactly(attribute("a", "S"));
    }

    @Test
    void itemsExpire() {
        long now = time.instant().getEpochSecond();
        put(HASH, item("a", s("before"), "ttl", n(now + 60)));
        ttl(true, "ttl");
        refused("TimeToLive is already enabled", () -> ttl(true, "ttl"));
        put(HASH, item("a", s("soon"), "ttl", n(now + 60)));
        put(HASH, item("a", s("later"), "ttl", n(now + 3600)));
        put(HASH, item("a", s("renewed"), "ttl", n(now + 60)));
        put(HASH, item("a", s("renewed"), "ttl", n(now + 600)));
        put(HASH, item("a", s("never"), "ttl", s("text")));
        put(HASH, item("a", s("ancient"), "ttl", n(now - 6L * 366 * 24 * 3600)));
        time.advance(Duration.ofSeconds(61));
        assertThat(scanAll(HASH, r -> { })).extracting(i -> i.get("a"))
            .containsExactlyInAnyOrder(s("later"), s("renewed"), s("never"), s("ancient"));
        time.advance(Duration.ofSeconds(600));
        assertThat(get(HASH, item("a", s("renewed")))).isNull();
    }

    private DynamoDb.TableDescription throughput(long read, long write) {
        return dynamoDb.updateTable(CALLER, UpdateTableRequest.of(r -> r.tableName("provisioned")
            .provisionedThroughput(new DynamoDb.ProvisionedThroughput(read, write)))).tableDescription();
    }

    @Test
    void throughputIsDecreasedFourTimesADayAndThenOnceAnHour() {
        time.advance(Duration.between(time.instant(), Instant.parse("2026-10-08T20:15:00Z")));
        create("provisioned", r -> r.keySchema(List.of(hash("a"))).attributeDefinitions(List.of(attribute("a", "S")))
            .billingMode("PROVISIONED").provisionedThroughput(new DynamoDb.ProvisionedThroughput(10L, 10L)));
        for (long times = 0; times < 4; times++) {
            var told = throughput(9 - times, 9).provisionedThroughput();
            assertThat(told.numberOfDecreasesToday()).isEqualTo(times);
            assertThat(told.readCapacityUnits()).isEqualTo(10 - times);
            assertThat(told.lastDecreaseDateTime()).isEqualTo(time.instant());
        }
        assertThat(describe("provisioned").provisionedThroughput().numberOfDecreasesToday()).isEqualTo(4);
        refused("LimitExceededException", "Subscriber limit exceeded: Provisioned throughput decreases are limited "
            + "within a given UTC day. After the first 4 decreases, each subsequent decrease in the same UTC day "
            + "can be performed at most once every 3600 seconds. Number of decreases today: 4. Last "
            + "decrease at Thursday, October 8, 2026 at 8:15:00 PM Coordinated Universal Time. Next decrease can be "
            + "made at Thursday, "
            + "October 8, 2026 at 9:15:00 PM Coordinated Universal Time.", () -> throughput(20, 1));
        throughput(20, 20);
        time.advance(Duration.ofHours(1));
        throughput(5, 5);
        time.advance(Duration.ofHours(3));
        assertThat(describe("provisioned").provisionedThroughput().numberOfDecreasesToday()).isZero();
        throughput(4, 4);
    }

    @Test
    void aTableStaysPreparedForTheMostItHad() {
        create("provisioned", r -> r.keySchema(List.of(hash("a"))).attributeDefinitions(List.of(attribute("a", "S")))
            .billingMode("PROVISIONED").provisionedThroughput(new DynamoDb.ProvisionedThroughput(1L, 1L)));
        throughput(3, 3);
        throughput(2, 1);
        var three = new DynamoDb.TableWarmThroughputDescription(3L, 3L, "ACTIVE");
        assertThat(describe("provisioned").warmThroughput()).isEqualTo(three);
        var told = dynamoDb.updateTable(CALLER, UpdateTableRequest.of(r -> r.tableName("provisioned")
            .warmThroughput(new DynamoDb.WarmThroughput(50L, 50L)))).tableDescription();
        assertThat(told.tableStatus()).isEqualTo("ACTIVE");
        assertThat(told.warmThroughput()).isEqualTo(new DynamoDb.TableWarmThroughputDescription(3L, 3L, "UPDATING"));
        assertThat(describe("provisioned").warmThroughput())
            .isEqualTo(new DynamoDb.TableWarmThroughputDescription(50L, 50L, "ACTIVE"));
        dynamoDb.updateTable(CALLER, UpdateTableRequest.of(r -> r.tableName("provisioned")
            .billingMode("PAY_PER_REQUEST")));
        dynamoDb.updateTable(CALLER, UpdateTableRequest.of(r -> r.tableName("provisioned").billingMode("PROVISIONED")
            .provisionedThroughput(new DynamoDb.ProvisionedThroughput(1L, 1L))));
        assertThat(describe("provisioned").warmThroughput())
            .isEqualTo(new DynamoDb.TableWarmThroughputDescription(12_000L, 4_000L, "ACTIVE"));
    }

    /** AWS takes one change an hour; what is wrong with another is told before that. */
    @Test
    void expiryChangesOnceAnHour() {
        long now = time.instant().getEpochSecond();
        ttl(true, "ttl");
        put(HASH, item("a", s("later"), "ttl", n(now + 5400)));
        refused("TimeToLive is already enabled", () -> ttl(true, "ttl"));
        refused("Time to live has been modified multiple times within a fixed interval", () -> ttl(false, "ttl"));
        time.advance(Duration.ofMinutes(59));
        refused("Time to live has been modified multiple times within a fixed interval", () -> ttl(false, "ttl"));
        time.advance(Duration.ofMinutes(1));
        ttl(false, "ttl");
        refused("Time to live has been modified multiple times within a fixed interval", () -> ttl(true, "other"));
        time.advance(Duration.ofHours(2));
        assertThat(get(HASH, item("a", s("later")))).isNotNull();
    }

    private void ttl(boolean enabled, String attribute) {
        dynamoDb.updateTimeToLive(CALLER, UpdateTimeToLiveRequest.of(r -> r.tableName(HASH).timeToLiveSpecification(
            TimeToLiveSpecification.of(t -> t.enabled(enabled).attributeName(attribute)))));
    }

    @Test
    void tablesHaveTags() {
        var arn = describe(HASH).tableArn();
        dynamoDb.tagResource(CALLER, DynamoDb.TagResourceRequest.of(r -> r.resourceArn(arn).tags(
            List.of(new Tag("one", "1"), new Tag("two", "2")))));
        dynamoDb.untagResource(CALLER, DynamoDb.UntagResourceRequest.of(r -> r.resourceArn(arn)
            .tagKeys(List.of("one"))));
        assertThat(dynamoDb.listTagsOfResource(CALLER, DynamoDb.ListTagsOfResourceRequest.of(r -> r.resourceArn(arn)))
            .tags()).containsExactly(new Tag("two", "2"));
        refused("Atleast one Tag needs to be provided as Input.", () -> dynamoDb.tagResource(CALLER,
            DynamoDb.TagResourceRequest.of(r -> r.resourceArn(arn).tags(List.of()))));
    }

    @Nested
    class InTemplates {
        private Desired desired(Object... properties) {
            var map = new HashMap<String, Object>();
            for (int i = 0; i < properties.length; i += 2) {
                map.put((String) properties[i], properties[i + 1]);
            }
            map.put("KeySchema", List.of(Map.of("AttributeName", "id", "KeyType", "HASH")));
            map.putIfAbsent("AttributeDefinitions", List.of(Map.of("AttributeName", "id", "AttributeType", "S")));
            return new Desired("stack-id", "stack", "Orders", "token", map,
                Map.of("aws:cloudformation:stack-id", "stack-id", "aws:cloudformation:logical-id", "Orders"));
        }

        @Test
        void aTableIsMadeChangedAndDeleted() {
            var type = service.resourceTypes().getFirst();
            var before = desired("BillingMode", "PAY_PER_REQUEST", "TimeToLiveSpecification",
                Map.of("Enabled", "true", "AttributeName", "ttl"));
            var made = type.create(CALLER, before);
            assertThat(made.physicalId()).startsWith("stack-Orders-");
            assertThat(made.attributes().get("Arn")).isEqualTo(describe(made.physicalId()).tableArn());
            assertThat(type.create(CALLER, before)).isEqualTo(made);
            var after = desired("ProvisionedThroughput", Map.of("ReadCapacityUnits", "5", "WriteCapacityUnits", 6),
                "AttributeDefinitions", List.of(Map.of("AttributeName", "id", "AttributeType", "S"),
                    Map.of("AttributeName", "g", "AttributeType", "S")),
                "GlobalSecondaryIndexes", List.of(Map.of("IndexName", "byG",
                    "KeySchema", List.of(Map.of("AttributeName", "g", "KeyType", "HASH")),
                    "Projection", Map.of("ProjectionType", "ALL"),
                    "ProvisionedThroughput", Map.of("ReadCapacityUnits", 1, "WriteCapacityUnits", 1))),
                "Tags", List.of(Map.of("Key", "team", "Value", "x")));
            time.advance(Duration.ofHours(1));
            type.update(CALLER, made.physicalId(), before, after);
            var table = describe(made.physicalId());
            assertThat(table.provisionedThroughput().readCapacityUnits()).isEqualTo(5);
            assertThat(table.globalSecondaryIndexes()).hasSize(1);
            type.delete(CALLER, made.physicalId(), after);
            type.delete(CALLER, made.physicalId(), after);
            assertThat(type.read(CALLER, made.physicalId())).isEmpty();
        }

        /** As AWS documents of the property: first an update without expiry, then one with another attribute. */
        @Test
        void anotherAttributeOfExpiryTakesTwoUpdates() {
            var type = service.resourceTypes().getFirst();
            var before = desired("BillingMode", "PAY_PER_REQUEST", "TimeToLiveSpecification",
                Map.of("Enabled", true, "AttributeName", "ttl"));
            var after = desired("BillingMode", "PAY_PER_REQUEST", "TimeToLiveSpecification",
                Map.of("Enabled", true, "AttributeName", "other"));
            var none = desired("BillingMode", "PAY_PER_REQUEST");
            var made = type.create(CALLER, before).physicalId();
            refused("TimeToLive is active on a different AttributeName: current AttributeName is ttl",
                () -> type.update(CALLER, made, before, after));
            time.advance(Duration.ofHours(1));
            type.update(CALLER, made, before, none);
            refused("Time to live has been modified multiple times within a fixed interval",
                () -> type.update(CALLER, made, none, after));
            time.advance(Duration.ofHours(1));
            type.update(CALLER, made, none, after);
        }

        @Test
        void settingsThatAreOperationsOfTheirOwnAreMadeSoAndTakenBack() {
            var type = service.resourceTypes().getFirst();
            var policy = Map.of("PolicyDocument", Map.of("Version", "2012-10-17", "Statement",
                List.of(Map.of("Effect", "Allow",
                "Principal", Map.of("AWS", "*"), "Action", "dynamodb:GetItem", "Resource", "*"))));
            var plain = desired("BillingMode", "PAY_PER_REQUEST");
            var rich = desired("BillingMode", "PAY_PER_REQUEST", "PointInTimeRecoverySpecification",
                Map.of("PointInTimeRecoveryEnabled", true, "RecoveryPeriodInDays", 7), "SSESpecification",
                Map.of("SSEEnabled", true),
                "ResourcePolicy", policy, "ContributorInsightsSpecification", Map.of("Enabled", true),
                "OnDemandThroughput", Map.of("MaxReadRequestUnits", 10));
            var made = type.create(CALLER, rich).physicalId();
            Runnable isRich = () -> {
                assertThat(recovery(made).recoveryPeriodInDays()).isEqualTo(7);
                assertThat(describe(made).sseDescription()).isNotNull();
                assertThat(describe(made).onDemandThroughput().maxReadRequestUnits()).isEqualTo(10);
                assertThat(service.policy(CALLER, describe(made).tableArn())).isPresent();
            };
            isRich.run();
            type.update(CALLER, made, rich, plain);
            assertThat(recovery(made).pointInTimeRecoveryStatus()).isEqualTo("DISABLED");
            assertThat(describe(made).sseDescription()).isNull();
            assertThat(describe(made).onDemandThroughput()).isNull();
            assertThat(service.policy(CALLER, describe(made).tableArn())).isEmpty();
            type.update(CALLER, made, plain, rich);
            isRich.run();
        }

        private DynamoDb.PointInTimeRecoveryDescription recovery(String name) {
            return dynamoDb.describeContinuousBackups(CALLER, new DynamoDb.DescribeContinuousBackupsRequest(name))
                .continuousBackupsDescription().pointInTimeRecoveryDescription();
        }

        @Test
        void aGlobalTableWithOneReplicaIsATable() {
            var type = service.resourceTypes().getLast();
            assertThat(type.type()).isEqualTo("AWS::DynamoDB::GlobalTable");
            var wanted = desired("BillingMode", "PAY_PER_REQUEST", "Replicas", List.of(Map.of("Region", "us-east-1",
                "PointInTimeRecoverySpecification", Map.of("PointInTimeRecoveryEnabled", true),
                "DeletionProtectionEnabled", true,
                "Tags", List.of(Map.of("Key", "k", "Value", "v")))), "StreamSpecification",
                Map.of("StreamViewType", "NEW_IMAGE"));
            var made = type.create(CALLER, wanted);
            assertThat(made.attributes()).containsKeys("Arn", "StreamArn", "TableId");
            assertThat(describe(made.physicalId()).deletionProtectionEnabled()).isTrue();
            assertThat(recovery(made.physicalId()).pointInTimeRecoveryStatus()).isEqualTo("ENABLED");
        }

        @Test
        void whatIsNotBuiltFailsByItsName() {
            var type = service.resourceTypes().getFirst();
            Assertions.assertThatThrownBy(() -> type.create(CALLER, desired("BillingMode", "PAY_PER_REQUEST",
                "ProvisionedThroughput", Map.of("Typo", 1)))).hasMessageContaining("ProvisionedThroughput.Typo");
        }
    }
}
