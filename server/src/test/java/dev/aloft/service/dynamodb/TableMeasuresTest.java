package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AttributeDefinition;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.CreateTableRequest;
import dev.aloft.api.DynamoDb.KeySchemaElement;
import dev.aloft.api.DynamoDb.ProvisionedThroughput;
import dev.aloft.api.DynamoDb.PutItemRequest;
import dev.aloft.api.DynamoDb.Tag;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Worker;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.cloudwatch.CloudWatchService;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What CloudWatch is told of tables. */
class TableMeasuresTest {
    private static final Caller CALLER = new Caller("123456789012", "us-east-1", new Principal.Root("123456789012"),
        "id", null, 0, "", null, null);

    private final TestTime time = new TestTime();
    private final Store store = new FlakyStore(new MemoryStore());
    private final LocalEndpoint endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
    private final Metrics metrics = new Metrics(endpoint, time);
    private final DynamoDbService service = new DynamoDbService(store, Optional.of(metrics), time, endpoint);
    private final DynamoDb dynamoDb = DynamoDb.at(endpoint);
    private final CloudWatch cloudWatch = CloudWatch.at(endpoint);
    private Workers workers;

    @BeforeEach
    void start() {
        endpoint.add(service);
        endpoint.add(new CloudWatchService(store, time, endpoint));
        var all = new ArrayList<Worker>(List.of(metrics.worker()));
        all.addAll(service.workers());
        workers = new Workers(time, all);
        workers.start();
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    /** With an index by k. */
    private void create(String name, boolean onDemand, Tag... tags) {
        var throughput = onDemand ? null : new ProvisionedThroughput(7L, 3L);
        dynamoDb.createTable(CALLER, CreateTableRequest.of(r -> r.tableName(name).tags(List.of(tags))
            .billingMode(onDemand ? "PAY_PER_REQUEST" : "PROVISIONED").provisionedThroughput(throughput)
            .keySchema(List.of(new KeySchemaElement("id", "HASH")))
            .attributeDefinitions(List.of(new AttributeDefinition("id", "S"), new AttributeDefinition("k", "S")))
            .globalSecondaryIndexes(List.of(DynamoDb.GlobalSecondaryIndex.of(i -> i.indexName("byK")
                .keySchema(List.of(new KeySchemaElement("k", "HASH"))).projection(new DynamoDb.Projection("ALL", null))
                .provisionedThroughput(throughput))))));
        time.settle();
    }

    private static AttributeValue s(String text) {
        return new AttributeValue.S(text);
    }

    private void put(String table, String id, int bytes, String condition) {
        dynamoDb.putItem(CALLER, PutItemRequest.of(r -> r.tableName(table).conditionExpression(condition)
            .item(Map.of("id", s(id), "k", s("k"), "more", s("x".repeat(bytes))))));
    }

    /** The sum and the number of measurements of the last minute. */
    private String told(String metric, String... dimensions) {
        time.advance(Duration.ofSeconds(10));
        var all = new ArrayList<CloudWatch.Dimension>();
        for (int i = 0; i < dimensions.length; i += 2) {
            all.add(new CloudWatch.Dimension(dimensions[i], dimensions[i + 1]));
        }
        var found = cloudWatch.getMetricStatistics(CALLER, CloudWatch.GetMetricStatisticsRequest.of(r -> r
            .namespace("AWS/DynamoDB").metricName(metric).dimensions(all).period(3600)
            .statistics(List.of("Sum", "SampleCount")).startTime(time.instant().minusSeconds(60))
            .endTime(time.instant().plusSeconds(1)))).datapoints();
        return found.isEmpty() ? "none" : found.getFirst().sum() + " of " + found.getFirst().sampleCount();
    }

    private static String[] of(String table, String... more) {
        return Stream.concat(Stream.of("TableName", table), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void unitsAreTheTablesAndTheIndexes() {
        create("orders", true);
        put("orders", "a", 1500, null);
        put("orders", "a", 10, null);
        dynamoDb.query(CALLER, DynamoDb.QueryRequest.of(r -> r.tableName("orders").indexName("byK")
            .keyConditionExpression("k = :k").expressionAttributeValues(Map.of(":k", s("k")))));
        dynamoDb.getItem(CALLER, DynamoDb.GetItemRequest.of(r -> r.tableName("orders").key(Map.of("id", s("a")))
            .consistentRead(true)));

        assertThat(told("ConsumedWriteCapacityUnits", of("orders"))).isEqualTo("4.0 of 2.0");
        assertThat(told("ConsumedWriteCapacityUnits", of("orders", "GlobalSecondaryIndexName", "byK")))
            .isEqualTo("4.0 of 2.0");
        assertThat(told("ConsumedReadCapacityUnits", of("orders"))).isEqualTo("1.0 of 1.0");
        assertThat(told("ConsumedReadCapacityUnits", of("orders", "GlobalSecondaryIndexName", "byK")))
            .isEqualTo("0.5 of 1.0");
        assertThat(told("ReturnedItemCount", of("orders", "Operation", "Query"))).isEqualTo("1.0 of 1.0");
        assertThat(told("SuccessfulRequestLatency", of("orders", "Operation", "PutItem"))).endsWith("of 2.0");
        assertThat(told("ReturnedItemCount", of("orders", "Operation", "PutItem"))).isEqualTo("none");
    }

    @Test
    void failuresAreToldByTheirKind() {
        create("orders", true);
        put("orders", "a", 1, null);
        assertThatThrownBy(() -> put("orders", "a", 1, "attribute_not_exists(id)"))
            .isInstanceOf(DynamoDb.ConditionalCheckFailedException.class);
        assertThatThrownBy(() -> put("none", "a", 1, null)).isInstanceOf(DynamoDb.ResourceNotFoundException.class);

        assertThat(told("ConditionalCheckFailedRequests", of("orders"))).isEqualTo("1.0 of 1.0");
        assertThat(told("UserErrors")).isEqualTo("1.0 of 1.0");
        assertThat(told("ThrottledRequests", of("orders", "Operation", "PutItem"))).isEqualTo("none");
    }

    @Test
    void aRequestThatNamesNoTableIsAnErrorOfItsUser() {
        assertThatThrownBy(() -> dynamoDb.putItem(CALLER, PutItemRequest.of(r -> r.item(Map.of("id", s("1"))))))
            .isInstanceOf(ValidationException.class);
        assertThatThrownBy(() -> dynamoDb.query(CALLER, DynamoDb.QueryRequest.of(_ -> { })))
            .isInstanceOf(ValidationException.class);
        assertThat(told("UserErrors")).isEqualTo("2.0 of 2.0");
    }

    @Test
    void whatIsThrottledIsToldOfTheRequestAndOfWhatItWasThrottledBy() {
        create("orders", false, new Tag("aloft:throttling", "true"));
        assertThatThrownBy(() -> {
            while (true) {
                put("orders", "a", 10, null);
            }
        }).isInstanceOf(DynamoDb.ProvisionedThroughputExceededException.class);

        assertThat(told("ThrottledRequests", of("orders", "Operation", "PutItem"))).isEqualTo("1.0 of 1.0");
        assertThat(told("WriteThrottleEvents", of("orders"))).isEqualTo("1.0 of 1.0");
    }

    @Test
    void provisionedTablesTellThatNothingIsUsedAndEveryFiveMinutesWhatIsProvisioned() {
        create("orders", false);
        create("others", true);
        time.advance(Duration.ofMinutes(5));

        assertThat(told("ConsumedReadCapacityUnits", of("orders"))).startsWith("0.0 of ");
        assertThat(told("ConsumedReadCapacityUnits", of("others"))).isEqualTo("none");
        assertThat(told("ProvisionedReadCapacityUnits", of("orders"))).isEqualTo("7.0 of 1.0");
        assertThat(told("ProvisionedWriteCapacityUnits", of("orders", "GlobalSecondaryIndexName", "byK")))
            .isEqualTo("3.0 of 1.0");
        time.advance(Duration.ofMinutes(2));
        assertThat(told("ProvisionedReadCapacityUnits", of("orders"))).isEqualTo("none");
    }
}
