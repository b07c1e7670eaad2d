package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.PutItemRequest;
import dev.aloft.api.DynamoDb.PutItemResponse;
import dev.aloft.api.DynamoDb.ReturnValue;
import dev.aloft.api.DynamoDb.ReturnValuesOnConditionCheckFailure;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
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

    /** What is wrong with it in itself is told before its table is looked for. */
    private record Put(Map<String, AttributeValue> item, boolean returnsOld, Optional<Condition> condition) {
        static Put read(PutItemRequest in) {
            var condition = new WriteCondition(in.conditionExpression(), in.expected(), in.conditionalOperator(),
                in.expressionAttributeNames(), in.expressionAttributeValues(), Wording.PRESENT);
            var item = Values.checked(in.item(), Wording.PRESENT);
            boolean returnsOld = PutItem.returnsOld(in.returnValues());
            ItemWriter.checkSize(item, "Item size has exceeded the maximum allowed size");
            return new Put(item, returnsOld, condition.read());
        }
    }

    PutItemResponse put(Caller caller, PutItemRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var put = ValidationException.detect(() -> Put.read(in));
        var bytes = ITEMS.encode(put.item);
        boolean tellsOld = ReturnValuesOnConditionCheckFailure.ALL_OLD.equals(in.returnValuesOnConditionCheckFailure());
        boolean wantsOld = put.returnsOld || Capacity.isWanted(in.returnConsumedCapacity());

        var outcome = writer.write(ref, change(put.item, bytes, put.condition, tellsOld, wantsOld));

        return PutItemResponse.of(r -> r
            .attributes(put.returnsOld ? outcome.before() : null)
            .consumedCapacity(outcome.capacity().told(in.tableName(), in.returnConsumedCapacity()))
            .itemCollectionMetrics(collections.told(ref, in.returnItemCollectionMetrics(), put.item)));
    }

    /** Of what a write leaves nothing of, only what was there before can be told. */
    static boolean returnsOld(String returnValues) {
        boolean old = ReturnValue.ALL_OLD.equals(returnValues);
        if (returnValues != null && !old && !returnValues.equals(ReturnValue.NONE)) {
            throw new ValidationException("ReturnValues can only be ALL_OLD or NONE");
        }
        return old;
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
