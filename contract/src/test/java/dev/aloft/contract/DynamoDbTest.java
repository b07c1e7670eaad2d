package dev.aloft.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbEnhancedClient;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbTable;
import software.amazon.awssdk.enhanced.dynamodb.Expression;
import software.amazon.awssdk.enhanced.dynamodb.Key;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;
import software.amazon.awssdk.enhanced.dynamodb.extensions.annotations.DynamoDbVersionAttribute;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbBean;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbPartitionKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSecondaryPartitionKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSecondarySortKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSortKey;
import software.amazon.awssdk.enhanced.dynamodb.model.QueryConditional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Tables as applications use them: beans of the enhanced client, and many kinds of items in one table with overloaded
 * keys.
 */
class DynamoDbTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path folder;

    private static Product product;
    private static DynamoDbClient dynamoDb;

    @BeforeAll
    static void start() throws Exception {
        product = Product.start(folder.resolve("data"));
        dynamoDb = product.client(DynamoDbClient.builder());
    }

    @AfterAll
    static void stop() throws Exception {
        dynamoDb.close();
        product.close();
    }

    /** What the enhanced client keeps. */
    @DynamoDbBean
    public static class Reading {
        private String device;
        private Instant at;
        private String site;
        private double value;
        private List<String> labels;
        private Long version;

        @DynamoDbPartitionKey
        public String getDevice() {
            return device;
        }

        public void setDevice(String other) {
            device = other;
        }

        @DynamoDbSortKey
        @DynamoDbSecondarySortKey(indexNames = "bySite")
        public Instant getAt() {
            return at;
        }

        public void setAt(Instant other) {
            at = other;
        }

        @DynamoDbSecondaryPartitionKey(indexNames = "bySite")
        public String getSite() {
            return site;
        }

        public void setSite(String other) {
            site = other;
        }

        public double getValue() {
            return value;
        }

        public void setValue(double other) {
            value = other;
        }

        public List<String> getLabels() {
            return labels;
        }

        public void setLabels(List<String> other) {
            labels = other;
        }

        @DynamoDbVersionAttribute
        public Long getVersion() {
            return version;
        }

        public void setVersion(Long other) {
            version = other;
        }
    }

    private static Reading reading(String device, int minute, String site) {
        var reading = new Reading();
        reading.setDevice(device);
        reading.setAt(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(60L * minute));
        reading.setSite(site);
        reading.setValue(minute / 4.0);
        reading.setLabels(List.of("a", "b"));
        return reading;
    }

    @Test
    void theEnhancedClientKeepsFindsAndLocksBeans() {
        var enhanced = DynamoDbEnhancedClient.builder().dynamoDbClient(dynamoDb).build();
        var readings = enhanced.table("readings", TableSchema.fromBean(Reading.class));
        readings.createTable();
        dynamoDb.waiter().waitUntilTableExists(b -> b.tableName("readings"));
        enhanced.transactWriteItems(b -> IntStream.range(0, 20).forEach(minute ->
                b.addPutItem(readings, reading("thermometer", minute, minute % 2 == 0 ? "north" : "south"))));

        var from = Key.builder().partitionValue("thermometer").sortValue("2026-01-01T00:05:00Z").build();
        var to = Key.builder().partitionValue("thermometer").sortValue("2026-01-01T00:10:00Z").build();
        assertThat(readings.query(QueryConditional.sortBetween(from, to)).items()).extracting(Reading::getValue)
                .containsExactly(1.25, 1.5, 1.75, 2.0, 2.25, 2.5);
        var north = readings.index("bySite").query(b -> b.limit(3).scanIndexForward(false)
                .queryConditional(QueryConditional.keyEqualTo(Key.builder().partitionValue("north").build())));
        assertThat(north.stream().map(page -> page.items().size()).toList()).startsWith(3, 3, 3, 1);
        assertThat(north.stream().flatMap(page -> page.items().stream())).first().extracting(Reading::getValue)
            .isEqualTo(4.5);
        var large = Expression.builder().expression("#v > :v").putExpressionName("#v", "value")
                .putExpressionValue(":v", AttributeValue.fromN("4")).build();
        assertThat(readings.scan(b -> b.filterExpression(large)).items()).hasSize(3);
        locks(enhanced, readings);
    }

    /** Of two who changed the same version the second is told. */
    private static void locks(DynamoDbEnhancedClient enhanced, DynamoDbTable<Reading> readings) {
        var mine = readings.updateItem(reading("lock", 0, "north"));
        assertThat(mine.getVersion()).isEqualTo(1);
        var theirs = readings.getItem(mine);
        theirs.setValue(1);
        assertThat(readings.updateItem(theirs).getVersion()).isEqualTo(2);
        mine.setValue(2);
        assertThatThrownBy(() -> readings.updateItem(mine)).isInstanceOf(ConditionalCheckFailedException.class);
        assertThatThrownBy(() -> enhanced.transactWriteItems(b -> b.addPutItem(readings, reading("lock", 1, "south"))
                .addPutItem(readings, mine))).isInstanceOf(TransactionCanceledException.class);
        assertThat(readings.getItem(reading("lock", 1, "south"))).isNull();
    }

    @Test
    void objectsOfJavaScriptBecomeItemsAndComeBack() throws Exception {
        assumeThat(DocumentClient.isThere()).as("npm has fetched @aws-sdk/lib-dynamodb").isTrue();
        assertThat(DocumentClient.run(product.address())).endsWith("all is well\n");
    }

    private static AttributeValue s(String text) {
        return AttributeValue.fromS(text);
    }

    private static AttributeDefinition text(String name) {
        return AttributeDefinition.builder().attributeName(name).attributeType(ScalarAttributeType.S).build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    private static void createShop() {
        var byStatus = GlobalSecondaryIndex.builder().indexName("GSI1")
                .keySchema(key("GSI1PK", KeyType.HASH), key("GSI1SK", KeyType.RANGE))
                .projection(p -> p.projectionType(ProjectionType.INCLUDE).nonKeyAttributes("total")).build();
        dynamoDb.createTable(b -> b.tableName("shop").billingMode(BillingMode.PAY_PER_REQUEST)
                .keySchema(key("PK", KeyType.HASH), key("SK", KeyType.RANGE))
                .attributeDefinitions(text("PK"), text("SK"), text("GSI1PK"), text("GSI1SK"))
                .globalSecondaryIndexes(byStatus));
        dynamoDb.waiter().waitUntilTableExists(b -> b.tableName("shop"));
    }

    private static TransactWriteItem putNew(Map<String, AttributeValue> item) {
        return TransactWriteItem.builder().put(p -> p.tableName("shop").item(item)
                .conditionExpression("attribute_not_exists(PK)")).build();
    }

    /** A customer and its address of mail, which no other may have. */
    private static void register(String name, String mail) {
        dynamoDb.transactWriteItems(b -> b.transactItems(
                putNew(Map.of("PK", s("CUSTOMER#" + name), "SK", s("PROFILE"), "mail", s(mail), "orders",
                    AttributeValue.fromN("0"))),
                putNew(Map.of("PK", s("MAIL#" + mail), "SK", s("MAIL"), "customer", s(name)))));
    }

    private static void order(String customer, int number) {
        var sortKey = "ORDER#2026-01-%02d".formatted(number);
        var open = TransactWriteItem.builder().put(p -> p.tableName("shop")
            .item(Map.of("PK", s("CUSTOMER#" + customer), "SK", s(sortKey),
                "total", AttributeValue.fromN(number + ".99"), "GSI1PK", s("OPEN"), "GSI1SK",
                s(sortKey + "#" + customer)))).build();
        var counted = TransactWriteItem.builder().update(u -> u.tableName("shop")
                .key(Map.of("PK", s("CUSTOMER#" + customer), "SK", s("PROFILE"))).updateExpression("ADD orders :one")
                .expressionAttributeValues(Map.of(":one", AttributeValue.fromN("1")))).build();
        dynamoDb.transactWriteItems(b -> b.transactItems(open, counted));
    }

    private static List<String> sortKeys(String expression, Map<String, AttributeValue> values, boolean forward) {
        return dynamoDb.queryPaginator(b -> b.tableName("shop").keyConditionExpression(expression)
            .expressionAttributeValues(values)
                .scanIndexForward(forward).limit(2)).items().stream().map(item -> item.get("SK").s()).toList();
    }

    @Test
    void oneTableHasManyKindsOfItems() {
        createShop();
        register("ann", "ann@example.com");
        for (int number = 1; number <= 5; number++) {
            order("ann", number);
        }
        assertThatThrownBy(() -> register("bob", "ann@example.com"))
            .isInstanceOfSatisfying(TransactionCanceledException.class, e ->
                assertThat(e.cancellationReasons()).extracting(CancellationReason::code)
                        .containsExactly("None", "ConditionalCheckFailed"));

        var ann = Map.of(":pk", s("CUSTOMER#ann"));
        assertThat(sortKeys("PK = :pk", ann, false)).containsExactly("PROFILE", "ORDER#2026-01-05", "ORDER#2026-01-04",
                "ORDER#2026-01-03", "ORDER#2026-01-02", "ORDER#2026-01-01");
        assertThat(sortKeys("PK = :pk AND SK BETWEEN :from AND :to",
            Map.of(":pk", s("CUSTOMER#ann"), ":from", s("ORDER#2026-01-02"),
                ":to", s("ORDER#2026-01-04")), true)).containsExactly("ORDER#2026-01-02", "ORDER#2026-01-03",
                "ORDER#2026-01-04");
        ships();
        var profile = dynamoDb.getItem(b -> b.tableName("shop").consistentRead(true)
                .key(Map.of("PK", s("CUSTOMER#ann"), "SK", s("PROFILE")))).item();
        assertThat(profile.get("orders").n()).isEqualTo("5");
        assertThat(dynamoDb.executeStatement(b -> b.statement("SELECT customer FROM shop WHERE PK = ? AND SK = 'MAIL'")
                .parameters(s("MAIL#ann@example.com"))).items()).containsExactly(Map.of("customer", s("ann")));
    }

    /** An order that is shipped leaves the index of those that are open. */
    private static void ships() {
        var shipped = dynamoDb.updateItem(b -> b.tableName("shop")
            .key(Map.of("PK", s("CUSTOMER#ann"), "SK", s("ORDER#2026-01-03")))
                .updateExpression("REMOVE GSI1PK, GSI1SK SET shipped = :at")
                .conditionExpression("attribute_exists(GSI1PK)")
                .expressionAttributeValues(Map.of(":at", s("today"))).returnValues(ReturnValue.ALL_NEW));
        assertThat(shipped.attributes()).containsOnlyKeys("PK", "SK", "total", "shipped");
        var open = new ArrayList<String>();
        dynamoDb.queryPaginator(b -> b.tableName("shop").indexName("GSI1").keyConditionExpression("GSI1PK = :open")
                .expressionAttributeValues(Map.of(":open", s("OPEN"))).limit(1)).items().forEach(item -> {
                    assertThat(item).containsOnlyKeys("PK", "SK", "GSI1PK", "GSI1SK", "total");
                    open.add(item.get("SK").s());
                });
        assertThat(open).containsExactly("ORDER#2026-01-01", "ORDER#2026-01-02", "ORDER#2026-01-04",
            "ORDER#2026-01-05");
    }
}
