package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.DeleteItemRequest;
import dev.aloft.api.DynamoDb.DeleteItemResponse;
import dev.aloft.api.DynamoDb.ReturnValuesOnConditionCheckFailure;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.Map;
import java.util.Optional;

final class DeleteItem {
    private final ItemWriter writer;
    private final Collections collections;

    DeleteItem(ItemWriter writer, Collections collections) {
        this.writer = writer;
        this.collections = collections;
    }

    private record Delete(Map<String, AttributeValue> key, boolean returnsOld, Optional<Condition> condition) {
        static Delete read(DeleteItemRequest in) {
            var condition = new WriteCondition(in.conditionExpression(), in.expected(), in.conditionalOperator(),
                in.expressionAttributeNames(), in.expressionAttributeValues(), Wording.PRESENT);
            var key = Values.checked(in.key(), Wording.PRESENT);
            return new Delete(key, PutItem.returnsOld(in.returnValues()), condition.read());
        }
    }

    DeleteItemResponse delete(Caller caller, DeleteItemRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var delete = ValidationException.detect(() -> Delete.read(in));
        boolean tellsOld = ReturnValuesOnConditionCheckFailure.ALL_OLD.equals(in.returnValuesOnConditionCheckFailure());
        boolean wantsOld = delete.returnsOld || Capacity.isWanted(in.returnConsumedCapacity());

        var outcome = writer.write(ref, table -> new Change(table, table.schema.ofKey(delete.key), delete.condition,
            tellsOld, wantsOld, new Change.Delete()));

        return DeleteItemResponse.of(r -> r
            .attributes(delete.returnsOld ? outcome.before() : null)
            .consumedCapacity(outcome.capacity().told(in.tableName(), in.returnConsumedCapacity()))
            .itemCollectionMetrics(collections.told(ref, in.returnItemCollectionMetrics(), delete.key)));
    }
}
