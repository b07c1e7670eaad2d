package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.DeleteItemRequest;
import dev.aloft.api.DynamoDb.GetItemRequest;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.QueryRequest;
import dev.aloft.api.DynamoDb.ScanRequest;
import dev.aloft.api.DynamoDb.StreamSpecification;
import dev.aloft.api.DynamoDb.Tag;
import dev.aloft.api.DynamoDb.UntagResourceRequest;
import dev.aloft.api.DynamoDb.UpdateItemRequest;
import dev.aloft.api.DynamoDbStreams.DescribeStreamRequest;
import dev.aloft.api.DynamoDbStreams.GetRecordsRequest;
import dev.aloft.api.DynamoDbStreams.GetShardIteratorRequest;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A table that is set to lag: what need not be consistent is not. */
class LagTest extends DynamoDbFixture {
    private static final String NAME = "lagging";
    private String arn;
    private String stream;

    @BeforeEach
    void lagging() {
        var table = create(NAME, r -> r.keySchema(List.of(hash("a"), range("b")))
            .tags(List.of(new Tag("aloft:lag", "1000")))
            .attributeDefinitions(List.of(attribute("a", "S"), attribute("b", "N"), attribute("c", "S")))
            .streamSpecification(new StreamSpecification(true, "KEYS_ONLY"))
            .globalSecondaryIndexes(List.of(GlobalSecondaryIndex.of(i -> i.indexName("by-c")
                .keySchema(List.of(hash("c"))).projection(new Projection("ALL", null))))));
        arn = table.tableArn();
        stream = table.latestStreamArn();
    }

    private String value(int b, boolean consistent) {
        var item = dynamoDb.getItem(CALLER, GetItemRequest.of(r -> r.tableName(NAME).consistentRead(consistent)
            .key(item("a", s("x"), "b", n(b))))).item();
        return item == null ? "none" : ((AttributeValue.S) item.get("c")).value();
    }

    private void write(int b, String c) {
        put(NAME, item("a", s("x"), "b", n(b), "c", s(c)));
    }

    private List<String> query(boolean forward) {
        return dynamoDb.query(CALLER, QueryRequest.of(r -> r.tableName(NAME)
            .keyConditionExpression("a = :a AND b BETWEEN :l AND :h")
                .scanIndexForward(forward).expressionAttributeValues(item(":a", s("x"), ":l", n(2), ":h", n(4)))))
                .items().stream()
            .map(item -> ((AttributeValue.N) item.get("b")).value() + ((AttributeValue.S) item.get("c")).value())
            .toList();
    }

    private int byIndex(String c) {
        return dynamoDb.query(CALLER, QueryRequest.of(r -> r.tableName(NAME).indexName("by-c")
            .keyConditionExpression("c = :c").expressionAttributeValues(item(":c", s(c))))).count();
    }

    @Test
    void readsOfItemsAreBehindUnlessTheyAreConsistent() {
        write(1, "old");
        assertThat(value(1, false)).isEqualTo("none");
        assertThat(value(1, true)).isEqualTo("old");
        time.advance(Duration.ofMillis(700));
        write(1, "new");
        time.advance(Duration.ofMillis(700));
        assertThat(value(1, false)).isEqualTo("old");
        assertThat(value(1, true)).isEqualTo("new");
        time.advance(Duration.ofMillis(700));
        assertThat(value(1, false)).isEqualTo("new");
    }

    @Test
    void queriesAndScansSeeARangeAsItWas() {
        for (int b = 1; b <= 5; b++) {
            write(b, "v");
        }
        time.advance(Duration.ofSeconds(2));
        dynamoDb.deleteItem(CALLER, DeleteItemRequest.of(r -> r.tableName(NAME).key(item("a", s("x"), "b", n(3)))));
        write(4, "w");
        write(4, "x");
        write(6, "y");
        assertThat(query(true)).containsExactly("2v", "3v", "4v");
        assertThat(query(false)).containsExactly("4v", "3v", "2v");
        assertThat(dynamoDb.scan(CALLER, ScanRequest.of(r -> r.tableName(NAME))).count()).isEqualTo(5);
        time.advance(Duration.ofSeconds(1));
        assertThat(query(true)).containsExactly("2v", "4x");
        assertThat(dynamoDb.scan(CALLER, ScanRequest.of(r -> r.tableName(NAME))).count()).isEqualTo(5);
    }

    @Test
    void globalIndexesAreAlwaysBehind() {
        write(1, "p");
        assertThat(byIndex("p")).isZero();
        time.advance(Duration.ofSeconds(1));
        assertThat(byIndex("p")).isEqualTo(1);
        dynamoDb.updateItem(CALLER, UpdateItemRequest.of(r -> r.tableName(NAME).key(item("a", s("x"), "b", n(1)))
            .updateExpression("SET c = :c").expressionAttributeValues(item(":c", s("q")))));
        assertThat(byIndex("p")).isEqualTo(1);
        assertThat(byIndex("q")).isZero();
        time.advance(Duration.ofSeconds(1));
        assertThat(byIndex("p")).isZero();
        assertThat(byIndex("q")).isEqualTo(1);
    }

    @Test
    void streamsAreBehind() {
        write(1, "p");
        var shard = dynamoDbStreams.describeStream(CALLER, DescribeStreamRequest.of(r -> r.streamArn(stream)))
            .streamDescription().shards().getFirst().shardId();
        var iterator = dynamoDbStreams.getShardIterator(CALLER,
            new GetShardIteratorRequest(stream, shard, "TRIM_HORIZON", null)).shardIterator();
        assertThat(dynamoDbStreams.getRecords(CALLER, new GetRecordsRequest(iterator, null)).records()).isEmpty();
        time.advance(Duration.ofSeconds(1));
        assertThat(dynamoDbStreams.getRecords(CALLER, new GetRecordsRequest(iterator, null)).records()).hasSize(1);
    }

    @Test
    void whatNobodyCanSeeAnyMoreIsForgotten() {
        write(1, "p");
        write(1, "q");
        dynamoDb.untagResource(CALLER, UntagResourceRequest.of(r -> r.resourceArn(arn).tagKeys(List.of("aloft:lag"))));
        assertThat(value(1, false)).isEqualTo("q");
        time.advance(Duration.ofMinutes(10));
        for (var space : List.of("history", "moments")) {
            assertThat(store.in("dynamodb").<Long>read(tx -> tx.range(Range.of(Key.of(space))).count())).as(space)
                .isZero();
        }
    }

    @Test
    void andATableThatIsNotSetIsNot() {
        DynamoDb.PutItemResponse response = put(HASH, item("a", s("x")));
        assertThat(response).isNotNull();
        assertThat(get(HASH, item("a", s("x")))).isNotNull();
    }
}
