package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.CancellationReason;
import dev.aloft.api.DynamoDb.ConditionCheck;
import dev.aloft.api.DynamoDb.Delete;
import dev.aloft.api.DynamoDb.Get;
import dev.aloft.api.DynamoDb.IdempotentParameterMismatchException;
import dev.aloft.api.DynamoDb.LocalSecondaryIndex;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.Put;
import dev.aloft.api.DynamoDb.TransactGetItem;
import dev.aloft.api.DynamoDb.TransactGetItemsRequest;
import dev.aloft.api.DynamoDb.TransactWriteItem;
import dev.aloft.api.DynamoDb.TransactWriteItemsRequest;
import dev.aloft.api.DynamoDb.TransactionCanceledException;
import dev.aloft.api.DynamoDb.Update;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TransactionsTest extends DynamoDbFixture {
    private DynamoDb.TransactWriteItemsResponse write(Consumer<TransactWriteItemsRequest.Builder> with,
            TransactWriteItem... items) {
        return dynamoDb.transactWriteItems(CALLER, TransactWriteItemsRequest.of(r ->
            with.accept(r.transactItems(List.of(items)))));
    }

    private DynamoDb.TransactWriteItemsResponse write(TransactWriteItem... items) {
        return write(_ -> { }, items);
    }

    private static TransactWriteItem put(String table, Map<String, AttributeValue> item, String condition) {
        return TransactWriteItem.of(w -> w.put(Put.of(p -> p.tableName(table).item(item).conditionExpression(condition)
            .returnValuesOnConditionCheckFailure("ALL_OLD"))));
    }

    private static TransactWriteItem update(String key, String expression, Object... values) {
        return TransactWriteItem.of(w -> w.update(Update.of(u -> u.tableName(HASH).key(item("a", s(key)))
            .updateExpression(expression).expressionAttributeValues(values.length == 0 ? null : item(values)))));
    }

    private static TransactWriteItem check(String key, String condition) {
        return TransactWriteItem.of(w -> w.conditionCheck(ConditionCheck.of(c -> c.tableName(HASH)
            .key(item("a", s(key))).conditionExpression(condition))));
    }

    private static TransactWriteItem delete(String key) {
        return TransactWriteItem.of(w -> w.delete(Delete.of(d -> d.tableName(HASH).key(item("a", s(key))))));
    }

    @Test
    void whatIsWrongInItselfIsRefused() {
        refused("Transaction request cannot include multiple operations on one item", () ->
            write(put(HASH, item("a", s("x")), null), update("x", "SET n = a")));
        refused("TransactItems can only contain one of Check, Put, Update or Delete", () ->
            write(TransactWriteItem.of(_ -> { })));
        refused("ResourceNotFoundException", "Requested resource not found",
            () -> write(put("missing", item("a", s("x")), null)));
        refused("Invalid ConditionExpression: Syntax error; token: \"<EOF>\", near: \"(\"", () ->
            write(check("x", "attribute_exists(")));
        refused("1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: "
            + "Member must have length greater than or equal to 1", this::write);
        // A key without content cancels nothing: it makes the request invalid.
        var empty = "The AttributeValue for a key attribute cannot contain an empty string value. Key: a";
        refused("One or more parameter values are not valid. " + empty,
            () -> write(put(HASH, item("a", s("")), null)));
        refused("One or more parameter values are not valid. " + empty, () -> write(delete("")));
    }

    @Test
    void itemCollectionsAreToldByTable() {
        create("collections", r -> r.keySchema(List.of(hash("a"), range("b")))
            .attributeDefinitions(List.of(attribute("a", "S"), attribute("b", "S"), attribute("c", "S")))
            .localSecondaryIndexes(List.of(LocalSecondaryIndex.of(i -> i.indexName("by-c")
                .keySchema(List.of(hash("a"), range("c"))).projection(new Projection("ALL", null))))));
        var told = dynamoDb.transactWriteItems(CALLER, TransactWriteItemsRequest.of(r ->
            r.returnItemCollectionMetrics("SIZE").transactItems(List.of(check("x", "attribute_not_exists(a)"),
                put("collections", item("a", s("x"), "b", s("y")), null))))).itemCollectionMetrics();
        assertThat(told).containsOnlyKeys("collections");
        assertThat(told.get("collections").getFirst().itemCollectionKey()).isEqualTo(item("a", s("x")));
        assertThat(told.get("collections").getFirst().sizeEstimateRangeGB()).containsExactly(0.0, 1.0);
    }

    @Test
    void allIsWrittenOrNothing() {
        put(HASH, item("a", s("there"), "v", n(1)));
        put(HASH, item("a", s("gone")));
        write(put(RANGE, item("a", s("x"), "b", s("y")), "attribute_not_exists(a)"),
            update("there", "ADD v :one", ":one", n(1)), delete("gone"), check("other", "attribute_not_exists(a)"));
        assertThat(get(HASH, item("a", s("there")))).containsEntry("v", n(2));
        assertThat(get(HASH, item("a", s("gone")))).isNull();
        assertThat(get(HASH, item("a", s("other")))).isNull();
        assertThat(get(RANGE, item("a", s("x"), "b", s("y")))).isNotNull();

        assertThatThrownBy(() -> write(put(HASH, item("a", s("new")), null), put(HASH, item("a", s("there")),
            "attribute_not_exists(a)"), update("there2", "SET v = nope"), put(HASH, item("b", s("no key")), null)))
            .isInstanceOfSatisfying(TransactionCanceledException.class, e -> {
                assertThat(e.getMessage())
                    .isEqualTo("Transaction cancelled, please refer cancellation reasons for specific "
                    + "reasons [None, None, None, ValidationError]");
                assertThat(e.detail().cancellationReasons().getLast().message())
                    .isEqualTo("One or more parameter values were invalid: Missing the key a in the item");
            });
        assertThatThrownBy(() -> write(put(HASH, item("a", s("new")), null), put(HASH, item("a", s("there")),
            "attribute_not_exists(a)"), update("there2", "SET v = nope")))
            .isInstanceOfSatisfying(TransactionCanceledException.class, e -> {
                assertThat(e.detail().cancellationReasons()).extracting(CancellationReason::code)
                    .containsExactly("None", "ConditionalCheckFailed", "ValidationError");
                assertThat(e.detail().cancellationReasons().get(1).message())
                    .isEqualTo("The conditional request failed");
                assertThat(e.detail().cancellationReasons().get(1).item()).containsEntry("v", n(2));
            });
        assertThat(get(HASH, item("a", s("new")))).isNull();
    }

    @Test
    void aTokenStandsForOneCallForTenMinutes() {
        put(HASH, item("a", s("k"), "v", n(0)));
        var add = update("k", "ADD v :one", ":one", n(1));
        write(r -> r.clientRequestToken("t"), add);
        write(r -> r.clientRequestToken("t"), add);
        assertThat(get(HASH, item("a", s("k")))).containsEntry("v", n(1));
        assertThatThrownBy(() -> write(r -> r.clientRequestToken("t"), update("k", "ADD v :one", ":one", n(2))))
            .isInstanceOf(IdempotentParameterMismatchException.class);
        time.advance(Duration.ofMinutes(10));
        write(r -> r.clientRequestToken("t"), add);
        assertThat(get(HASH, item("a", s("k")))).containsEntry("v", n(2));
    }

    /** Recorded on AWS. */
    @Test
    void theOrderOfAttributesMakesNoOtherCall() {
        write(r -> r.clientRequestToken("order"), put(HASH, item("a", s("k"), "v", n(1), "w", n(2)), null));
        write(r -> r.clientRequestToken("order"), put(HASH, item("w", n(2), "v", n(1), "a", s("k")), null));
    }

    @Test
    void readsAreOfOneMoment() {
        put(HASH, item("a", s("k"), "v", n(1), "w", n(2)));
        var gets = List.of(wanted("k", "v"), wanted("none", null));
        var got = dynamoDb.transactGetItems(CALLER, TransactGetItemsRequest.of(r -> r.transactItems(gets)
            .returnConsumedCapacity("TOTAL")));
        assertThat(got.responses().getFirst().item()).isEqualTo(item("v", n(1)));
        assertThat(got.responses().getLast().item()).isNull();
        assertThat(got.consumedCapacity().getFirst().capacityUnits()).isEqualTo(4);
        assertThatThrownBy(() -> dynamoDb.transactGetItems(CALLER,
            TransactGetItemsRequest.of(r -> r.transactItems(List.of(
            TransactGetItem.of(t -> t.get_(Get.of(g -> g.tableName(HASH).key(Map.of())))))))))
            .hasMessageEndingWith("[ValidationError]");
    }

    private static TransactGetItem wanted(String key, String projection) {
        return TransactGetItem.of(t -> t.get_(Get.of(g -> g.tableName(HASH).key(item("a", s(key)))
            .projectionExpression(projection))));
    }
}
