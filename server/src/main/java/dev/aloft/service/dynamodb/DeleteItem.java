package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.DeleteItemRequest;
import dev.aloft.api.DynamoDb.DeleteItemResponse;
import dev.aloft.api.DynamoDb.ReturnValue;
import dev.aloft.api.DynamoDb.ReturnValuesOnConditionCheckFailure;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Placeholders;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.util.Optional;

final class DeleteItem {
    private final ItemWriter writer;
    private final Collections collections;

    DeleteItem(ItemWriter writer, Collections collections) {
        this.writer = writer;
        this.collections = collections;
    }

    DeleteItemResponse delete(Caller caller, DeleteItemRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        new ParameterKinds().expression("ConditionExpression", in.conditionExpression())
            .legacy("Expected", in.expected()).legacy("ConditionalOperator", in.conditionalOperator())
            .check(in.expressionAttributeNames(), in.expressionAttributeValues());
        var key = Values.checked(in.key());
        boolean returnsOld = ReturnValue.ALL_OLD.equals(in.returnValues());
        if (in.returnValues() != null && !returnsOld && !in.returnValues().equals(ReturnValue.NONE)) {
            throw new ValidationException("ReturnValues can only be ALL_OLD or NONE");
        }
        var expected = Legacy.expected(in.expected(), in.conditionalOperator());
        var placeholders = Placeholders.of(in.expressionAttributeNames(), in.expressionAttributeValues());
        var condition = in.conditionExpression() == null ? expected
            : Optional.of(Condition.parse("ConditionExpression", in.conditionExpression(), placeholders));
        placeholders.refuseUnused();
        boolean tellsOld = ReturnValuesOnConditionCheckFailure.ALL_OLD.equals(in.returnValuesOnConditionCheckFailure());
        boolean wantsOld = returnsOld || Capacity.isWanted(in.returnConsumedCapacity());

        var outcome = writer.write(ref, table ->
            new Change(table, table.schema.ofKey(key), condition, tellsOld, wantsOld, new Change.Delete()));

        return DeleteItemResponse.of(r -> r
            .attributes(returnsOld ? outcome.before() : null)
            .consumedCapacity(outcome.capacity().told(in.tableName(), in.returnConsumedCapacity()))
            .itemCollectionMetrics(collections.told(ref, in.returnItemCollectionMetrics(), key)));
    }
}
