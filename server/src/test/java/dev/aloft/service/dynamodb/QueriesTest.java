package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.BatchGetItemRequest;
import dev.aloft.api.DynamoDb.Condition;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.KeysAndAttributes;
import dev.aloft.api.DynamoDb.LocalSecondaryIndex;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.QueryRequest;
import dev.aloft.api.DynamoDb.QueryResponse;
import dev.aloft.api.DynamoDb.ScanRequest;
import dev.aloft.api.DynamoDb.UpdateItemRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class QueriesTest extends DynamoDbFixture {
    @Test
    void aBatchHasOneKindOfParametersForAllItsTables() {
        refused("Can not use both expression and non-expression parameters in the same request: Non-expression "
            + "parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}",
            () -> dynamoDb.batchGetItem(CALLER, BatchGetItemRequest.of(r -> r.requestItems(Map.of(
                HASH, KeysAndAttributes.of(k -> k.keys(List.of(item("a", s("x")))).projectionExpression("v")),
                "nothing", KeysAndAttributes.of(k -> k.keys(List.of(item("a", s("x"))))
                    .attributesToGet(List.of("v"))))))));
    }

    private QueryResponse query(Consumer<QueryRequest.Builder> with) {
        return dynamoDb.query(CALLER, QueryRequest.of(r -> with.accept(r.tableName(RANGE))));
    }

    private QueryResponse query(String condition, Object... namesAndValues) {
        return query(r -> r.keyConditionExpression(condition).expressionAttributeValues(item(namesAndValues)));
    }

    private List<String> found(String condition, Object... namesAndValues) {
        return query(condition, namesAndValues).items().stream().map(i -> ((AttributeValue.S) i.get("b")).value())
            .toList();
    }

    private void fill() {
        for (var sort : List.of("", "1", "10", "2", "a", "ab", "abc", "b", "ü", "\u0000")) {
            if (!sort.isEmpty()) {
                put(RANGE, item("a", s("k"), "b", s(sort), "v", s(sort)));
            }
            put(RANGE, item("a", s("other"), "b", s(sort + "x")));
        }
    }

    @Nested
    class AreRefused {
        @Test
        void withoutAConditionOnThePartitionKey() {
            refused("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
                () -> query(r -> { }));
            refused("Query condition missed key schema element: a", () -> query("b = :v", ":v", s("x")));
            refused("Query condition missed key schema element: a", () -> query("z = :v", ":v", s("x")));
            refused("Query key condition not supported", () -> query("a > :v", ":v", s("x")));
            refused("One or more parameter values were invalid: Condition parameter type does not match schema type",
                () -> query("a = :v", ":v", n(1)));
        }

        @Test
        void withConditionsThatFindNothingByKey() {
            refused("Invalid operator used in KeyConditionExpression: OR",
                () -> query("a = :v or b = :v", ":v", s("x")));
            refused("Invalid operator used in KeyConditionExpression: NOT", () -> query("not a = :v", ":v", s("x")));
            refused("Invalid operator used in KeyConditionExpression: <>", () -> query("a <> :v", ":v", s("x")));
            refused("Invalid operator used in KeyConditionExpression: IN", () -> query("a in (:v)", ":v", s("x")));
            refused("Invalid operator used in KeyConditionExpression: contains",
                () -> query("contains(a, :v)", ":v", s("x")));
            refused("KeyConditionExpressions cannot contain nested operations",
                () -> query("size(a) = :v", ":v", s("x")));
            refused("KeyConditionExpressions cannot have conditions on nested attributes",
                () -> query("a.b = :v", ":v", s("x")));
            refused("Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
                () -> query("a = :v and a = :w", ":v", s("x"), ":w", s("y")));
            refused("Invalid condition in KeyConditionExpression: No key attribute specified", () ->
                query(":v = :w", ":v", s("x"), ":w", s("y")));
            refused("Invalid KeyConditionExpression: The expression can not be empty;", () -> query("", ":v", s("x")));
        }

        @Test
        void withNothingToCompareAKeyWith() {
            for (var condition : List.of("b > :e", "b = :e", "begins_with(b, :e)", "b BETWEEN :e AND :v")) {
                refused("One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
                    + "contain an empty string value. Key: b", () -> query(r -> r
                        .keyConditionExpression("a = :v AND " + condition).filterExpression("c < :v AND c < :e")
                        .expressionAttributeValues(item(":v", s("x"), ":e", s("")))));
            }
        }

        @Test
        void withFiltersOnKeysUnknownIndexesAndWrongStarts() {
            refused("Filter Expression can only contain non-primary key attributes: Primary key attribute: b",
                () -> query(r ->
                r.keyConditionExpression("a = :v").filterExpression("b = :v")
                    .expressionAttributeValues(item(":v", s("x")))));
            refused("The table does not have the specified index: nope", () -> query(r -> r.indexName("nope")
                .keyConditionExpression("a = :v").expressionAttributeValues(item(":v", s("x")))));
            refused("The provided starting key is invalid", () -> query(r -> r.exclusiveStartKey(item("a", s("x")))
                .keyConditionExpression("a = :v").expressionAttributeValues(item(":v", s("x")))));
            refused("The provided starting key is outside query boundaries based on provided conditions", () ->
                query(r -> r.exclusiveStartKey(item("a", s("y"), "b", s("y")))
                    .keyConditionExpression("a = :v").expressionAttributeValues(item(":v", s("x")))));
            refused("1 validation error detected: Cannot specify the ProjectionExpression when choosing to get only "
                + "the Count",
                () -> query(r -> r.select("COUNT").projectionExpression("b").keyConditionExpression("a = :v")
                    .expressionAttributeValues(item(":v", s("x")))));
        }
    }

    @Test
    void sortKeysComeInOrderAndInTheRangeThatIsAskedFor() {
        fill();
        assertThat(found("a = :k", ":k", s("k"))).containsExactly("\u0000", "1", "10", "2", "a", "ab", "abc", "b", "ü");
        assertThat(found("a = :k and b = :b", ":k", s("k"), ":b", s("ab"))).containsExactly("ab");
        assertThat(found("a = :k and b < :b", ":k", s("k"), ":b", s("ab")))
            .containsExactly("\u0000", "1", "10", "2", "a");
        assertThat(found("a = :k and b <= :b", ":k", s("k"), ":b", s("10"))).containsExactly("\u0000", "1", "10");
        assertThat(found("a = :k and b > :b", ":k", s("k"), ":b", s("a"))).containsExactly("ab", "abc", "b", "ü");
        assertThat(found(":b <= b and a = :k", ":k", s("k"), ":b", s("abc"))).containsExactly("abc", "b", "ü");
        assertThat(found("a = :k and b between :b and :c", ":k", s("k"), ":b", s("10"), ":c", s("ab")))
            .containsExactly("10", "2", "a", "ab");
        assertThat(found("(a = :k) and begins_with(b, :b)", ":k", s("k"), ":b", s("ab"))).containsExactly("ab", "abc");
        assertThat(found("a = :k", ":k", s("nobody"))).isEmpty();
        assertThat(query(r -> r.scanIndexForward(false).limit(2).keyConditionExpression("a = :k")
            .expressionAttributeValues(item(":k", s("k")))).items()).extracting(i -> i.get("b"))
            .containsExactly(s("ü"), s("b"));
    }

    @Test
    void numbersAndBinariesAreOrderedByValue() {
        create("numbers", r -> r.keySchema(List.of(hash("a"), range("b")))
            .attributeDefinitions(List.of(attribute("a", "N"), attribute("b", "N"))));
        var sorted = List.of("-1000", "-99.5", "-1", "-0.01", "0", "0.001", "1", "1.5", "2", "10", "100", "1000.1");
        sorted.reversed().forEach(number -> put("numbers", item("a", n("1.0"), "b", n(number))));
        var found = query(r -> r.tableName("numbers").keyConditionExpression("a = :k")
            .expressionAttributeValues(item(":k", n("1e0")))).items();
        assertThat(found).extracting(i -> ((AttributeValue.N) i.get("b")).value()).isEqualTo(sorted);
        create("binaries", r -> r.keySchema(List.of(hash("a"), range("b")))
            .attributeDefinitions(List.of(attribute("a", "B"), attribute("b", "B"))));
        var bytes = List.of(b(0), b(0, 0), b(0, 1), b(1), b(127), b(255), b(255, 255));
        bytes.reversed().forEach(raw -> put("binaries", item("a", b(0), "b", raw)));
        assertThat(query(r -> r.tableName("binaries").keyConditionExpression("a = :k and begins_with(b, :p)")
            .expressionAttributeValues(item(":k", b(0), ":p", b(255)))).items()).extracting(i -> i.get("b"))
            .containsExactly(b(255), b(255, 255));
        assertThat(query(r -> r.tableName("binaries").keyConditionExpression("a = :k")
            .expressionAttributeValues(item(":k", b(0)))).items()).extracting(i -> i.get("b")).isEqualTo(bytes);
    }

    @Test
    void pagesEndAtTheLimitEvenWhenNothingFollows() {
        fill();
        var page = query(r -> r.limit(9).keyConditionExpression("a = :k")
            .expressionAttributeValues(item(":k", s("k"))));
        assertThat(page.count()).isEqualTo(9);
        assertThat(page.lastEvaluatedKey()).isEqualTo(item("a", s("k"), "b", s("ü")));
        var next = query(r -> r.exclusiveStartKey(page.lastEvaluatedKey()).keyConditionExpression("a = :k")
            .expressionAttributeValues(item(":k", s("k"))));
        assertThat(next.count()).isZero();
        assertThat(next.lastEvaluatedKey()).isNull();
        var filtered = query(r -> r.limit(3).filterExpression("v = :v").keyConditionExpression("a = :k")
            .expressionAttributeValues(item(":k", s("k"), ":v", s("2"))));
        assertThat(filtered.count()).isZero();
        assertThat(filtered.scannedCount()).isEqualTo(3);
        assertThat(filtered.items()).isEmpty();
        var count = query(r -> r.select("COUNT").keyConditionExpression("a = :k")
            .expressionAttributeValues(item(":k", s("k"))));
        assertThat(count.count()).isEqualTo(9);
        assertThat(count.items()).isNull();
    }

    @Test
    void pagesEndAtAMegabyte() {
        for (int i = 0; i < 20; i++) {
            put(RANGE, item("a", s("k"), "b", s("%02d".formatted(i)), "x", s("x".repeat(60_000))));
        }
        var page = query("a = :k", ":k", s("k"));
        assertThat(page.count()).isEqualTo(18);
        assertThat(page.lastEvaluatedKey()).isEqualTo(item("a", s("k"), "b", s("17")));
        var rest = query(r -> r.exclusiveStartKey(page.lastEvaluatedKey()).keyConditionExpression("a = :k")
            .expressionAttributeValues(item(":k", s("k"))));
        assertThat(rest.count()).isEqualTo(2);
        assertThat(rest.lastEvaluatedKey()).isNull();
    }

    @Test
    void segmentsOfAScanShareOutAllItems() {
        IntStream.range(0, 200).forEach(i -> put(HASH, item("a", s("item " + i))));
        assertThat(scanAll(HASH, r -> r.limit(7))).hasSize(200).doesNotHaveDuplicates();
        for (int segments : new int[] {1, 2, 3, 7, 64}) {
            var all = new ArrayList<Map<String, AttributeValue>>();
            for (int i = 0; i < segments; i++) {
                int segment = i;
                all.addAll(scanAll(HASH, r -> r.segment(segment).totalSegments(segments).limit(9)));
            }
            assertThat(all).hasSize(200).doesNotHaveDuplicates();
        }
        refused("The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            + "Segment: 5 is not less than TotalSegments: 5", () -> dynamoDb.scan(CALLER,
                ScanRequest.of(r -> r.tableName(HASH).segment(5).totalSegments(5))));
        refused("The TotalSegments parameter is required but was not present in the request when Segment parameter "
            + "is present", () -> dynamoDb.scan(CALLER, ScanRequest.of(r -> r.tableName(HASH).segment(0))));
    }

    @Test
    void scansFilterAndProject() {
        IntStream.range(0, 10).forEach(i -> put(HASH, item("a", s("k" + i), "n", n(i))));
        assertThat(scanAll(HASH, r -> r.filterExpression("n >= :n").projectionExpression("n")
            .expressionAttributeValues(item(":n", n(8))))).containsExactlyInAnyOrder(item("n", n(8)), item("n", n(9)));
        assertThat(scanAll(HASH, r -> r.scanFilter(Map.of("n", new Condition(List.of(n(1), n(2)), "IN"))))).hasSize(2);
    }

    @Test
    void anOperatorJoinsTwoConditionsOfOldOrMore() {
        var one = Map.of("n", new Condition(List.of(n(1)), "EQ"));
        refused("ConditionalOperator cannot be used without Filter or Expected",
            () -> scanAll(HASH, r -> r.conditionalOperator("AND")));
        refused("ConditionalOperator cannot be used without Filter or Expected",
            () -> scanAll(HASH, r -> r.scanFilter(Map.of()).conditionalOperator("OR")));
        refused("ConditionalOperator can only be used when Filter or Expected has two or more elements",
            () -> scanAll(HASH, r -> r.scanFilter(one).conditionalOperator("AND")));
        refused("ConditionalOperator can only be used when Filter or Expected has two or more elements",
            () -> query(r -> r.tableName(HASH).keyConditions(Map.of("a", new Condition(List.of(s("k")), "EQ")))
                .queryFilter(one).conditionalOperator("OR")));
    }

    @Nested
    class Indexes {
        private void createIndexed() {
            create("indexed", r -> r.keySchema(List.of(hash("a"), range("b")))
                .attributeDefinitions(List.of(attribute("a", "S"), attribute("b", "S"), attribute("g", "S"),
                    attribute("n", "N")))
                .globalSecondaryIndexes(List.of(
                    GlobalSecondaryIndex.of(i -> i.indexName("all").keySchema(List.of(hash("g"), range("n")))
                        .projection(new Projection("ALL", null))),
                    GlobalSecondaryIndex.of(i -> i.indexName("keys").keySchema(List.of(hash("g")))
                        .projection(new Projection("KEYS_ONLY", null)))))
                .localSecondaryIndexes(List.of(LocalSecondaryIndex.of(i -> i.indexName("local")
                    .keySchema(List.of(hash("a"), range("n"))).projection(new Projection("INCLUDE", List.of("x")))))));
        }

        private List<Map<String, AttributeValue>> through(String index, String condition, Object... values) {
            return query(r -> r.tableName("indexed").indexName(index).keyConditionExpression(condition)
                .expressionAttributeValues(item(values))).items();
        }

        @Test
        void followTheirTable() {
            createIndexed();
            put("indexed", item("a", s("k"), "b", s("1"), "g", s("G"), "n", n(5), "x", s("x"), "y", s("y")));
            put("indexed", item("a", s("k"), "b", s("2"), "g", s("G"), "n", n(4)));
            put("indexed", item("a", s("k"), "b", s("3"), "n", n(3)));
            assertThat(through("all", "g = :g", ":g", s("G"))).extracting(i -> i.get("b"))
                .containsExactly(s("2"), s("1"));
            assertThat(through("keys", "g = :g", ":g", s("G"))).contains(item("a", s("k"), "b", s("1"), "g", s("G")));
            assertThat(through("local", "a = :a and n > :n", ":a", s("k"), ":n", n(4)))
                .containsExactly(item("a", s("k"), "b", s("1"), "n", n(5), "x", s("x")));
            dynamoDb.updateItem(CALLER, UpdateItemRequest.of(r -> r.tableName("indexed")
                .key(item("a", s("k"), "b", s("1")))
                .updateExpression("SET g = :h REMOVE n").expressionAttributeValues(item(":h", s("H")))));
            assertThat(through("all", "g = :g", ":g", s("H"))).isEmpty();
            assertThat(through("keys", "g = :g", ":g", s("H"))).hasSize(1);
            assertThat(through("local", "a = :a", ":a", s("k"))).hasSize(2);
            put("indexed", item("a", s("k"), "b", s("2")));
            assertThat(through("all", "g = :g", ":g", s("G"))).isEmpty();
        }

        @Test
        void tellWhereAPageEndedWithTheKeysOfBoth() {
            createIndexed();
            IntStream.range(0, 5).forEach(i -> put("indexed",
                item("a", s("k" + i), "b", s("1"), "g", s("G"), "n", n(1))));
            var seen = new ArrayList<AttributeValue>();
            Map<String, AttributeValue> start = null;
            do {
                var from = start;
                var page = query(r -> r.tableName("indexed").indexName("all").limit(2).exclusiveStartKey(from)
                    .keyConditionExpression("g = :g").expressionAttributeValues(item(":g", s("G"))));
                page.items().forEach(i -> seen.add(i.get("a")));
                start = page.lastEvaluatedKey();
                if (start != null) {
                    assertThat(start.keySet()).containsExactlyInAnyOrder("a", "b", "g", "n");
                }
            } while (start != null);
            assertThat(seen).hasSize(5).doesNotHaveDuplicates();
        }

        @Test
        void doNotTellWhatTheyDoNotHave() {
            createIndexed();
            refused("Consistent reads are not supported on global secondary indexes",
                () -> query(r -> r.tableName("indexed")
                .indexName("all").consistentRead(true).keyConditionExpression("g = :g")
                .expressionAttributeValues(item(":g", s("G")))));
            refused("One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for "
                + "global secondary "
                + "index keys because its projection type is not ALL", () -> query(r -> r.tableName("indexed")
                    .indexName("keys").select("ALL_ATTRIBUTES").keyConditionExpression("g = :g")
                    .expressionAttributeValues(item(":g", s("G")))));
            for (var index : List.of("keys", "local")) {
                refused("One or more parameter values were invalid: Secondary index " + index
                    + " does not project one or more filter attributes: [y, z]", () -> query(r -> r.tableName("indexed")
                        .indexName(index).filterExpression("y < z.a")
                        .keyConditionExpression((index.equals("keys") ? "g" : "a") + " = :v")
                        .expressionAttributeValues(item(":v", s("k")))));
            }
            put("indexed", item("a", s("k"), "b", s("1"), "n", n(5), "y", s("y")));
            assertThat(query(r -> r.tableName("indexed").indexName("local").select("ALL_ATTRIBUTES")
                .keyConditionExpression("a = :a").expressionAttributeValues(item(":a", s("k")))).items())
                .containsExactly(item("a", s("k"), "b", s("1"), "n", n(5), "y", s("y")));
        }

        @Test
        void refuseKeysOfWrongTypes() {
            createIndexed();
            refused("One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N "
                + "IndexName: all", () -> put("indexed", item("a", s("k"), "b", s("1"), "g", n(1))));
            refused("One or more parameter values are not valid. A value specified for a secondary index key is not "
                + "supported. "
                + "The AttributeValue for a key attribute cannot contain an empty string value. IndexName: all, "
                + "IndexKey: g", () -> put("indexed", item("a", s("k"), "b", s("1"), "g", s(""))));
            put("indexed", item("a", s("k"), "b", s("1"), "n", n(1)));
            refused("The update expression attempted to update the secondary index key to unsupported type", () ->
                dynamoDb.updateItem(CALLER, UpdateItemRequest.of(r -> r.tableName("indexed")
                    .key(item("a", s("k"), "b", s("1"))).updateExpression("SET g = n"))));
        }
    }
}
