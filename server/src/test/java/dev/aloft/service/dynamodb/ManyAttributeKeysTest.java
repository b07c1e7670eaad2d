package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.CreateGlobalSecondaryIndexAction;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndexUpdate;
import dev.aloft.api.DynamoDb.KeySchemaElement;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.QueryRequest;
import dev.aloft.api.DynamoDb.QueryResponse;
import dev.aloft.api.DynamoDb.UpdateTableRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Global indexes whose keys have up to four attributes and up to four. */
class ManyAttributeKeysTest extends DynamoDbFixture {
    private static final String NAME = "matches";

    @BeforeEach
    void matches() {
        create(NAME, r -> r.keySchema(List.of(hash("id")))
            .attributeDefinitions(List.of(attribute("id", "S"), attribute("h1", "S"), attribute("h2", "N"),
                attribute("r1", "S"), attribute("r2", "N")))
            .globalSecondaryIndexes(List.of(index("many", hash("h1"), hash("h2"), range("r1"), range("r2")))));
        int id = 0;
        for (var h1 : List.of("a", "ab")) {
            for (int h2 = 1; h2 <= 2; h2++) {
                for (var r1 : List.of("x", "y")) {
                    for (int r2 : List.of(10, 9, -1)) {
                        put(NAME, item("id", s("" + id++), "h1", s(h1), "h2", n(h2), "r1", s(r1), "r2", n(r2)));
                    }
                }
            }
        }
        put(NAME, item("id", s("sparse"), "h1", s("a"), "h2", n(1), "r1", s("x")));
    }

    private static GlobalSecondaryIndex index(String name, KeySchemaElement... key) {
        return GlobalSecondaryIndex.of(i -> i.indexName(name).keySchema(List.of(key))
            .projection(new Projection("ALL", null)));
    }

    private QueryResponse query(Consumer<QueryRequest.Builder> with, Object... namesAndValues) {
        return dynamoDb.query(CALLER, QueryRequest.of(r -> with.accept(r.tableName(NAME).indexName("many")
            .expressionAttributeValues(item(namesAndValues)))));
    }

    private List<String> found(String condition, Object... values) {
        return query(r -> r.keyConditionExpression(condition), values).items().stream().map(item ->
            ((AttributeValue.S) item.get("r1")).value() + ((AttributeValue.N) item.get("r2")).value()).toList();
    }

    @Nested
    class AQuery {
        @Test
        void findsAPartitionInTheOrderOfItsSortKeys() {
            assertThat(found("h1 = :a AND h2 = :n", ":a", s("a"), ":n", n(1)))
                .containsExactly("x-1", "x9", "x10", "y-1", "y9", "y10");
        }

        @Test
        void narrowsTheSortKeyFromTheLeft() {
            assertThat(found("h1 = :a AND h2 = :n AND r1 = :r", ":a", s("ab"), ":n", n(2), ":r", s("y")))
                .containsExactly("y-1", "y9", "y10");
            assertThat(found("h2 = :n AND h1 = :a AND r1 > :r", ":a", s("a"), ":n", n(2), ":r", s("x")))
                .containsExactly("y-1", "y9", "y10");
            assertThat(found("h1 = :a AND h2 = :n AND r1 = :r AND r2 BETWEEN :l AND :h", ":a", s("a"), ":n", n(1),
                ":r", s("x"), ":l", n(0), ":h", n(9))).containsExactly("x9");
            assertThat(found("h1 = :a AND h2 = :n AND r1 = :r AND r2 = :l", ":a", s("a"), ":n", n(1), ":r", s("x"),
                ":l", n(10))).containsExactly("x10");
        }

        @Test
        void goesOnWhereAPageEnded() {
            var all = new ArrayList<String>();
            Map<String, AttributeValue> start = null;
            do {
                var from = start;
                var page = query(r -> r.keyConditionExpression("h1 = :a AND h2 = :n").limit(2).exclusiveStartKey(from)
                    .scanIndexForward(false), ":a", s("a"), ":n", n(1));
                page.items().forEach(item -> all.add(((AttributeValue.N) item.get("r2")).value()));
                start = page.lastEvaluatedKey();
                if (start != null) {
                    assertThat(start).containsOnlyKeys("id", "h1", "h2", "r1", "r2");
                }
            } while (start != null);
            assertThat(all).containsExactly("10", "9", "-1", "10", "9", "-1");
        }

        @Test
        void isRefusedWithGapsAndInequalitiesInTheMiddle() {
            refused("Query condition missed key schema element: HASH key attribute h2 must have an equality condition",
                () ->
                found("h1 = :a", ":a", s("a")));
            refused("Query condition missed key schema element: RANGE key attribute r1 must have an equality "
                + "condition before one "
                + "on r2", () -> found("h1 = :a AND h2 = :n AND r2 = :r", ":a", s("a"), ":n", n(1), ":r", n(1)));
            refused("Query condition missed key schema element: RANGE key attribute r1 must have an equality "
                + "condition before one "
                + "on r2", () -> found("h1 = :a AND h2 = :n AND r1 > :s AND r2 = :r", ":a", s("a"), ":n", n(1), ":r",
                    n(1), ":s", s("a")));
            refused("One or more parameter values were invalid: Condition parameter type does not match schema type",
                () ->
                found("h1 = :a AND h2 = :n", ":a", s("a"), ":n", s("1")));
        }
    }

    @Test
    void oneCanBeAddedToATableWithItems() {
        dynamoDb.updateTable(CALLER, UpdateTableRequest.of(r -> r.tableName(NAME)
            .attributeDefinitions(List.of(attribute("h1", "S"), attribute("r1", "S")))
            .globalSecondaryIndexUpdates(List.of(GlobalSecondaryIndexUpdate.of(u -> u.create(
                CreateGlobalSecondaryIndexAction.of(a -> a.indexName("late").keySchema(List.of(hash("h1"), hash("r1")))
                    .projection(new Projection("KEYS_ONLY", null)))))))));
        time.settle();
        var late = dynamoDb.query(CALLER, QueryRequest.of(r -> r.tableName(NAME).indexName("late")
            .keyConditionExpression("h1 = :a AND r1 = :x").expressionAttributeValues(item(":a", s("a"), ":x",
                s("x")))));
        assertThat(late.count()).isEqualTo(7);
        assertThat(dynamoDb.describeTable(CALLER, DescribeTableRequest.of(r -> r.tableName(NAME))).table()
            .globalSecondaryIndexes().getLast().keySchema()).containsExactly(hash("h1"), hash("r1"));
    }

    @Test
    void tooManyOrInAnotherOrderAreRefused() {
        var attributes = IntStream.range(0, 6).mapToObj(i -> attribute("a" + i, "S")).toList();
        Consumer<GlobalSecondaryIndex> make = index -> create("other", r -> r.keySchema(List.of(hash("a0")))
            .attributeDefinitions(attributes).globalSecondaryIndexes(List.of(index)));
        refused("One or more parameter values were invalid: The KeySchema exceeds the maximum allowed number of "
            + "HASH key attributes",
            () -> make.accept(index("many", hash("a0"), hash("a1"), hash("a2"), hash("a3"), hash("a4"))));
        refused("One or more parameter values were invalid: The KeySchema exceeds the maximum allowed number of "
            + "RANGE key attributes",
            () -> make.accept(index("many", hash("a0"), range("a1"), range("a2"), range("a3"), range("a4"),
                range("a5"))));
        refused("One or more parameter values were invalid: All HASH key attributes must precede RANGE key "
            + "attributes in the "
            + "KeySchema", () -> make.accept(index("many", hash("a0"), range("a1"), hash("a2"))));
        refused("The KeySchema contains multiple key attributes with the same name", () ->
            make.accept(index("many", hash("a0"), hash("a0"))));
    }
}
