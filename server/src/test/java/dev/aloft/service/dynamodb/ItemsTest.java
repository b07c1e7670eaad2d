package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.DeleteItemRequest;
import dev.aloft.api.DynamoDb.ExpectedAttributeValue;
import dev.aloft.api.DynamoDb.GetItemRequest;
import dev.aloft.api.DynamoDb.PutItemRequest;
import dev.aloft.api.DynamoDb.UpdateItemRequest;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ItemsTest extends DynamoDbFixture {
    private static final String TOO_LARGE = "Item size to update has exceeded the maximum allowed size";
    private static final String DETECTED = "1 validation error detected: ";

    private static PutItemRequest wire(String request) {
        return (PutItemRequest) wire(DynamoDb.PUT_ITEM, request);
    }

    /** As AWS was recorded to answer: the numbers of a value are looked at before its types are counted. */
    @Test
    void aValueOfSeveralTypesIsRefusedForItsNumbersFirst() {
        var item = """
            {"TableName":"hash-table","Item":{"a":{"S":"x"},"b":{"S":"","N":"%s"}}}""";
        refused("1 validation error detected: The parameter cannot be converted to a numeric value: ",
            () -> dynamoDb.putItem(CALLER, wire(item.formatted(""))));
        refused("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
            + "datatypes", () -> dynamoDb.putItem(CALLER, wire(item.formatted("1"))));
        var condition = """
            {"TableName":"hash-table","Item":{"a":{"S":"x"}},"ConditionExpression":"a = :b",
            "ExpressionAttributeValues":{":b":{"S":"a","N":"1"}}}""";
        refused("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
            + "datatypes", () -> dynamoDb.putItem(CALLER, wire(condition)));
    }

    private DynamoDb.UpdateItemResponse update(Consumer<UpdateItemRequest.Builder> with) {
        return dynamoDb.updateItem(CALLER, UpdateItemRequest.of(r ->
            with.accept(r.tableName(HASH).key(item("a", s("k"))))));
    }

    private DynamoDb.DeleteItemResponse delete(Consumer<DeleteItemRequest.Builder> with) {
        return dynamoDb.deleteItem(CALLER, DeleteItemRequest.of(r ->
            with.accept(r.tableName(HASH).key(item("a", s("k"))))));
    }

    @Nested
    class PutIsRefused {
        @Test
        void forWrongTableNames() {
            refused("1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member "
                + "must not be null", () -> put(r -> r.item(Map.of())));
            refused("1 validation error detected: Value at 'TableName' failed to satisfy constraint: "
                + "Member must have length greater than or equal to 1", () -> put(r -> r.tableName("").item(Map.of())));
            refused("1 validation error detected: Value 'bad!' at 'tableName' failed to satisfy constraint: "
                + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+", () -> put("bad!", Map.of()));
        }

        @Test
        void forATableThatIsNotThereButOnlyAfterWhatIsWrongInItself() {
            refused("ResourceNotFoundException", "Requested resource not found", () -> put("missing", item()));
            refused("1 validation error detected: The parameter cannot be converted to a numeric value: b",
                () -> put("missing", item("a", n("b"))));
        }

        @Test
        void forKeysThatDoNotFit() {
            refused("One or more parameter values were invalid: Missing the key a in the item",
                () -> put(HASH, item()));
            refused("One or more parameter values were invalid: Type mismatch for key a expected: S actual: N",
                () -> put(HASH, item("a", n(1))));
            refused("One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
                + "contain an empty " + "string value. Key: a", () -> put(HASH, item("a", s(""))));
            refused("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit "
                + "of2048 bytes", () -> put(HASH, item("a", s("x".repeat(2049)))));
            refused("One or more parameter values were invalid: "
                + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
                () -> put(RANGE, item("a", s("x"), "b", s("x".repeat(1025)))));
        }

        @Test
        void forParametersThatContradictEachOther() {
            refused(DETECTED + "Can not use both expression and non-expression parameters in the same request: "
                + "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
                () -> put(r -> r.tableName(HASH).item(item("a", s("k"))).conditionExpression("attribute_not_exists(a)")
                    .expected(Map.of("a", ExpectedAttributeValue.of(e -> e.exists(false))))));
            refused(DETECTED + "ExpressionAttributeValues can only be specified when using expressions",
                () -> put(r -> r.tableName(HASH).item(item("a", s("k")))
                    .expressionAttributeValues(item(":v", s("x")))));
            refused(DETECTED + "ReturnValues can only be ALL_OLD or NONE",
                () -> put(r -> r.tableName(HASH).item(item("a", s("k"))).returnValues("ALL_NEW")));
        }

        @Test
        void forItsSize() {
            refused("Item size has exceeded the maximum allowed size",
                () -> put(HASH, item("a", s("k"), "b", s("x".repeat(409_600 - 2)))));
            put(HASH, item("a", s("k"), "b", s("x".repeat(409_600 - 3))));
        }
    }

    @Test
    void whatIsPutIsThereUntilItIsReplaced() {
        var first = item("a", s("k"), "n", n("1.50"), "l", list(s(""), new AttributeValue.NULL(true)), "bin",
            b(0, 255));
        assertThat(put(HASH, first).attributes()).isNull();
        assertThat(get(HASH, item("a", s("k")))).isEqualTo(item("a", s("k"), "n", n("1.5"), "l",
            list(s(""), new AttributeValue.NULL(true)), "bin", b(0, 255)));
        var old = put(r -> r.tableName(HASH).item(item("a", s("k"))).returnValues("ALL_OLD")).attributes();
        assertThat(old).containsEntry("n", n("1.5"));
        assertThat(get(HASH, item("a", s("k")))).isEqualTo(item("a", s("k")));
        assertThat(get(HASH, item("a", s("other")))).isNull();
    }

    @Test
    void conditionsDecideWhetherAnItemIsPut() {
        put(r -> r.tableName(HASH).item(item("a", s("k"), "v", n(1))).conditionExpression("attribute_not_exists(a)"));
        refused("ConditionalCheckFailedException", "The conditional request failed", () ->
            put(r -> r.tableName(HASH).item(item("a", s("k"))).conditionExpression("attribute_not_exists(a)")));
        assertThatThrownBy(() -> put(r -> r.tableName(HASH).item(item("a", s("k"))).conditionExpression("v > :one")
            .expressionAttributeValues(item(":one", n(1))).returnValuesOnConditionCheckFailure("ALL_OLD")))
            .isInstanceOfSatisfying(DynamoDb.ConditionalCheckFailedException.class, e ->
                assertThat(e.detail().item()).isEqualTo(item("a", s("k"), "v", n(1))));
        put(r -> r.tableName(HASH).item(item("a", s("k"), "v", n(2)))
            .expected(Map.of("v", ExpectedAttributeValue.of(e -> e.value(n("1.0"))))));
        assertThat(get(HASH, item("a", s("k")))).containsEntry("v", n(2));
    }

    @Test
    void tablesCanBeNamedByArnAndAccountsAndRegionsAreApart() {
        put(HASH, item("a", s("k")));
        assertThat(get("arn:aws:dynamodb:us-east-1:123456789012:table/" + HASH, item("a", s("k")))).isNotNull();
        refused("ResourceNotFoundException", "Requested resource not found", () -> dynamoDb.getItem(
            CALLER.in("123456789012", "eu-west-1"), GetItemRequest.of(r -> r.tableName(HASH).key(item("a", s("k"))))));
    }

    @Nested
    class Get {
        @Test
        void isRefusedForKeysThatDoNotFit() {
            for (var key : List.of(item(), item("b", s("a")), item("a", s("a"), "b", s("a")), item("a", n(1)),
                    item("a", list()))) {
                refused("The provided key element does not match the schema", () -> get(HASH, key));
            }
            refused("ResourceNotFoundException", "Requested resource not found", () -> get("missing", item()));
        }

        @Test
        void isRefusedForNothingAsAKeyOrAName() {
            refused("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                + "an empty string value. Key: a", () -> get(HASH, item("a", s(""))));
            refused(DETECTED + "Empty attribute name", () -> put(HASH, item("a", s("k"), "", s("x"))));
        }

        @Test
        void isRefusedForProjectionsThatCannotBe() {
            refused("Invalid ProjectionExpression: Syntax error; token: \"!\", near: \"!!\"", () -> project("!!! no"));
            refused("Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: views",
                () -> project("views"));
            refused("Invalid ProjectionExpression: Two document paths overlap with each other; must remove or "
                + "rewrite one of " + "these paths; path one: [c], path two: [c, d]", () -> project("c, c.d"));
            refused("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
                + "Key: a", () -> project("a.b"));
            refused("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
                + "Key: a", () -> put(r -> r.tableName(HASH).item(item("a", s("k")))
                    .conditionExpression("attribute_not_exists(a[0])")));
            refused("One or more parameter values were invalid: Duplicate value in attribute name: c", () ->
                dynamoDb.getItem(CALLER, GetItemRequest.of(r -> r.tableName(HASH).key(item("a", s("k")))
                    .attributesToGet(List.of("c", "c")))));
        }

        private Map<String, AttributeValue> project(String expression) {
            return dynamoDb.getItem(CALLER, GetItemRequest.of(r -> r.tableName(HASH).key(item("a", s("k")))
                .projectionExpression(expression))).item();
        }

        @Test
        void tellsWhatIsWantedAndWhatItCost() {
            put(HASH, item("a", s("k"), "b", s("x".repeat(5000)), "c", list(n(1), n(2))));
            assertThat(project("c[1]")).isEqualTo(item("c", list(n(2))));
            assertThat(project("nothing")).isEmpty();
            var cost = dynamoDb.getItem(CALLER, GetItemRequest.of(r -> r.tableName(HASH).key(item("a", s("k")))
                .consistentRead(true).returnConsumedCapacity("INDEXES"))).consumedCapacity();
            assertThat(cost.capacityUnits()).isEqualTo(2);
            assertThat(cost.table().capacityUnits()).isEqualTo(2);
            assertThat(cost.tableName()).isEqualTo(HASH);
        }
    }

    @Nested
    class Update {
        @Test
        void isRefusedForKeysAndParametersThatDoNotFit() {
            refused("One or more parameter values were invalid: Cannot update attribute a. This attribute is part "
                + "of the key",
                () -> update(r -> r.updateExpression("SET a = :v").expressionAttributeValues(item(":v", s("x")))));
            refused(DETECTED + "Can not use both expression and non-expression parameters in the same request: "
                + "Non-expression parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}",
                () -> update(r -> r.updateExpression("REMOVE x").attributeUpdates(Map.of())));
            refused("ResourceNotFoundException", "Requested resource not found",
                () -> update(r -> r.tableName("missing")));
            refused(TOO_LARGE, () -> update(r ->
                r.updateExpression("SET x = :v").expressionAttributeValues(item(":v", s("x".repeat(409_600))))));
        }

        /** The key is not counted, but each clause is: with a short key less fits than what PutItem takes. */
        @Test
        void isMeasuredByItsClauses() {
            int most = 409_600 - 3 - 19 - 1;
            setX(most, r -> { });
            refused(TOO_LARGE, () -> setX(most + 1, r -> { }));
            refused(TOO_LARGE, () -> setX(most + 1, r -> r.conditionExpression("attribute_exists(gone)")));
            update(r -> r.attributeUpdates(Map.of("x",
                new DynamoDb.AttributeValueUpdate(s("x".repeat(409_600 - 3)), "PUT"))));
        }

        private void setX(int length, Consumer<DynamoDb.UpdateItemRequest.Builder> with) {
            update(r -> {
                r.updateExpression("SET x = :v").expressionAttributeValues(item(":v", s("x".repeat(length))));
                with.accept(r);
            });
        }

        @Test
        void makesTheItemWhereThereIsNoneUnlessItOnlyRemoves() {
            assertThat(update(r -> r.updateExpression("REMOVE x").returnValues("ALL_NEW")).attributes()).isNull();
            assertThat(get(HASH, item("a", s("k")))).isNull();
            update(r -> { });
            assertThat(get(HASH, item("a", s("k")))).isEqualTo(item("a", s("k")));
        }

        @Test
        void returnsWhatIsAskedFor() {
            put(HASH, item("a", s("k"), "n", n(1), "m", new AttributeValue.M(Map.of("x", s("1"), "y", s("2")))));
            assertThat(returned("UPDATED_OLD")).isEqualTo(item("n", n(1), "m",
                new AttributeValue.M(Map.of("x", s("1")))));
            assertThat(returned("UPDATED_NEW")).isEqualTo(item("n", n(3), "m",
                new AttributeValue.M(Map.of("x", s("new")))));
            assertThat(returned("ALL_OLD")).containsEntry("n", n(3)).containsKey("a");
            assertThat(returned("ALL_NEW")).containsEntry("n", n(5)).containsKey("a");
            assertThat(returned("NONE")).isNull();
        }

        private Map<String, AttributeValue> returned(String what) {
            return update(r -> r.updateExpression("SET m.x = :x ADD n :one").returnValues(what)
                .expressionAttributeValues(item(":x", s("new"), ":one", n(1)))).attributes();
        }

        @Test
        void countsWithoutLosingOne() {
            var threads = IntStream.range(0, 8).mapToObj(_ -> Thread.startVirtualThread(() -> {
                for (int i = 0; i < 50; i++) {
                    update(r -> r.updateExpression("ADD n :one").expressionAttributeValues(item(":one", n(1))));
                }
            })).toList();
            threads.forEach(thread -> {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(get(HASH, item("a", s("k")))).containsEntry("n", n(400));
        }

        @Test
        void takesParametersOfOld() {
            update(r -> r.attributeUpdates(Map.of("n", new DynamoDb.AttributeValueUpdate(n(5), "ADD"),
                "s", new DynamoDb.AttributeValueUpdate(s("x"), "PUT"))));
            update(r -> r.attributeUpdates(Map.of("n", new DynamoDb.AttributeValueUpdate(n(2), "ADD"),
                "s", new DynamoDb.AttributeValueUpdate(null, "DELETE"))));
            assertThat(get(HASH, item("a", s("k")))).isEqualTo(item("a", s("k"), "n", n(7)));
            refused(DETECTED + "One or more parameter values were invalid: ADD action is not supported for the type S",
                () -> update(r -> r.attributeUpdates(Map.of("s", new DynamoDb.AttributeValueUpdate(s("x"), "ADD")))));
        }
    }

    @Test
    void deletedItemsAreGoneAndDeletingWhatIsNotThereIsNoError() {
        put(HASH, item("a", s("k"), "v", n(1)));
        refused("ConditionalCheckFailedException", "The conditional request failed", () ->
            delete(r -> r.conditionExpression("v = :v").expressionAttributeValues(item(":v", n(2)))));
        assertThat(delete(r -> r.returnValues("ALL_OLD")).attributes()).isEqualTo(item("a", s("k"), "v", n(1)));
        assertThat(get(HASH, item("a", s("k")))).isNull();
        assertThat(delete(r -> r.returnValues("ALL_OLD")).attributes()).isNull();
    }

    @Test
    void writesCostByTheLargerItem() {
        put(HASH, item("a", s("k"), "v", s("x".repeat(3000))));
        var cost = put(r -> r.tableName(HASH).item(item("a", s("k"))).returnConsumedCapacity("TOTAL"))
            .consumedCapacity();
        assertThat(cost.capacityUnits()).isEqualTo(3);
        assertThat(delete(r -> r.returnConsumedCapacity("TOTAL")).consumedCapacity().capacityUnits()).isEqualTo(1);
    }

    @Test
    void batchesWriteAndGetManyItems() {
        var writes = IntStream.range(0, 25).mapToObj(i -> DynamoDb.WriteRequest.of(w ->
            w.putRequest(new DynamoDb.PutRequest(item("a", s("k" + i), "n", n(i)))))).toList();
        var written = dynamoDb.batchWriteItem(CALLER, DynamoDb.BatchWriteItemRequest.of(r ->
            r.requestItems(Map.of(HASH, writes)).returnConsumedCapacity("TOTAL")));
        assertThat(written.unprocessedItems()).isEmpty();
        assertThat(written.consumedCapacity().getFirst().capacityUnits()).isEqualTo(25);
        var keys = IntStream.range(20, 30).mapToObj(i -> item("a", s("k" + i))).toList();
        var got = dynamoDb.batchGetItem(CALLER, DynamoDb.BatchGetItemRequest.of(r ->
            r.requestItems(Map.of(HASH, DynamoDb.KeysAndAttributes.of(k -> k.keys(keys).projectionExpression("n"))))));
        assertThat(got.responses().get(HASH)).extracting(i -> i.get("n"))
            .containsExactlyInAnyOrder(n(20), n(21), n(22), n(23), n(24));
        assertThat(got.unprocessedKeys()).isEmpty();
        refused("Provided list of item keys contains duplicates", () -> dynamoDb.batchWriteItem(CALLER,
            DynamoDb.BatchWriteItemRequest.of(r -> r.requestItems(Map.of(HASH, List.of(writes.getFirst(),
                DynamoDb.WriteRequest.of(w -> w.deleteRequest(new DynamoDb.DeleteRequest(item("a", s("k0")))))))))));
        refused("Provided list of item keys contains duplicates", () -> dynamoDb.batchGetItem(CALLER,
            DynamoDb.BatchGetItemRequest.of(r -> r.requestItems(Map.of(HASH, DynamoDb.KeysAndAttributes.of(k ->
                k.keys(List.of(keys.getFirst(), keys.getFirst()))))))));
        refused("The provided key element does not match the schema", () -> dynamoDb.batchWriteItem(CALLER,
            DynamoDb.BatchWriteItemRequest.of(r -> r.requestItems(Map.of(HASH, List.of(DynamoDb.WriteRequest.of(w ->
                w.putRequest(new DynamoDb.PutRequest(item("b", s("x")))))))))));
    }
}
