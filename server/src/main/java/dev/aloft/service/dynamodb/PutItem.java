package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.PutItemRequest;
import dev.aloft.api.DynamoDb.PutItemResponse;
import dev.aloft.api.DynamoDb.ReturnValue;
import dev.aloft.api.DynamoDb.ReturnValuesOnConditionCheckFailure;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Placeholders;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

final class PutItem {
    private final ItemWriter writer;
    private final Collections collections;

    PutItem(ItemWriter writer, Collections collections) {
        this.writer = writer;
        this.collections = collections;
    }

    PutItemResponse put(Caller caller, PutItemRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        new ParameterKinds().expression("ConditionExpression", in.conditionExpression())
            .legacy("Expected", in.expected()).legacy("ConditionalOperator", in.conditionalOperator())
            .check(in.expressionAttributeNames(), in.expressionAttributeValues());
        var item = Values.checked(in.item());
        boolean returnsOld = ReturnValue.ALL_OLD.equals(in.returnValues());
        if (in.returnValues() != null && !returnsOld && !in.returnValues().equals(ReturnValue.NONE)) {
            throw new ValidationException("ReturnValues can only be ALL_OLD or NONE");
        }
        ItemWriter.checkSize(item, "Item size has exceeded the maximum allowed size");
        var expected = Legacy.expected(in.expected(), in.conditionalOperator());
        var placeholders = Placeholders.of(in.expressionAttributeNames(), in.expressionAttributeValues());
        var condition = in.conditionExpression() == null ? expected
            : Optional.of(Condition.parse("ConditionExpression", in.conditionExpression(), placeholders));
        placeholders.refuseUnused();
        var bytes = ITEMS.encode(item);
        boolean tellsOld = ReturnValuesOnConditionCheckFailure.ALL_OLD.equals(in.returnValuesOnConditionCheckFailure());
        boolean wantsOld = returnsOld || Capacity.isWanted(in.returnConsumedCapacity());

        var outcome = writer.write(ref, change(item, bytes, condition, tellsOld, wantsOld));

        return PutItemResponse.of(r -> r
            .attributes(returnsOld ? outcome.before() : null)
            .consumedCapacity(outcome.capacity().told(in.tableName(), in.returnConsumedCapacity()))
            .itemCollectionMetrics(collections.told(ref, in.returnItemCollectionMetrics(), item)));
    }

    static Function<LiveTable, Change> change(Map<String, AttributeValue> item, byte[] bytes,
        Optional<Condition> condition, boolean tellsOld, boolean wantsOld) {
        return table -> {
            var key = table.schema.ofItem(item);
            table.checkIndexKeys(item);
            return new Change(table, key, condition, tellsOld, wantsOld, new Change.Put(item, bytes));
        };
    }
}
