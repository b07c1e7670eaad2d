package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.ReturnValue;
import dev.aloft.api.DynamoDb.ReturnValuesOnConditionCheckFailure;
import dev.aloft.api.DynamoDb.UpdateItemRequest;
import dev.aloft.api.DynamoDb.UpdateItemResponse;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.expression.Placeholders;
import dev.aloft.service.dynamodb.expression.Projection;
import dev.aloft.service.dynamodb.expression.Update;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

final class UpdateItem {
    private static final String TOO_LARGE = "Item size to update has exceeded the maximum allowed size";
    private static final Update NOTHING = Update.of(List.of(), List.of());

    private final ItemWriter writer;
    private final Collections collections;

    UpdateItem(ItemWriter writer, Collections collections) {
        this.writer = writer;
        this.collections = collections;
    }

    /** What is wrong with it in itself is told before its table is looked for. */
    private record Wanted(Map<String, AttributeValue> key, Update update, Optional<Condition> condition) {
        static Wanted read(UpdateItemRequest in) {
            new ParameterKinds().expression("UpdateExpression", in.updateExpression())
                .expression("ConditionExpression", in.conditionExpression())
                .legacy("AttributeUpdates", in.attributeUpdates()).legacy("Expected", in.expected())
                .legacy("ConditionalOperator", in.conditionalOperator())
                .check(in.expressionAttributeNames(), in.expressionAttributeValues(), Wording.PRESENT);
            var key = Values.checked(in.key(), Wording.PRESENT);
            var updates = Legacy.updates(in.attributeUpdates(), Wording.PRESENT);
            var expected = Legacy.expected(in.expected(), in.conditionalOperator(), Wording.PRESENT);
            var placeholders = Placeholders.of(in.expressionAttributeNames(), in.expressionAttributeValues(),
                Wording.PRESENT);
            var update = in.updateExpression() == null ? updates.orElse(NOTHING)
                : Update.parse(in.updateExpression(), placeholders);
            var condition = in.conditionExpression() == null ? expected
                : Optional.of(Condition.parse("ConditionExpression", in.conditionExpression(), placeholders));
            placeholders.refuseUnused();
            return new Wanted(key, update, condition);
        }
    }

    UpdateItemResponse update(Caller caller, UpdateItemRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var wanted = ValidationException.detect(() -> Wanted.read(in));
        var returns = in.returnValues() == null ? ReturnValue.NONE : in.returnValues();
        boolean tellsOld = ReturnValuesOnConditionCheckFailure.ALL_OLD.equals(in.returnValuesOnConditionCheckFailure());
        boolean counts = Capacity.isWanted(in.returnConsumedCapacity());

        // The parameter that came before expressions is not measured.
        boolean large = in.updateExpression() != null && wanted.update.size(Map.of()) > ItemSize.MAX;

        var outcome = writer.write(ref, change(wanted.key, wanted.update, wanted.condition, tellsOld, counts,
            large ? before -> refuseLarge(wanted.update, before) : _ -> { }));

        return UpdateItemResponse.of(r -> r
            .attributes(returned(returns, wanted.update, outcome))
            .consumedCapacity(outcome.capacity().told(in.tableName(), in.returnConsumedCapacity()))
            .itemCollectionMetrics(collections.told(ref, in.returnItemCollectionMetrics(), wanted.key)));
    }

    /** An update of a transaction or of a statement, which is measured by the item it makes. */
    static Function<LiveTable, Change> change(Map<String, AttributeValue> key, Update update,
        Optional<Condition> condition, boolean tellsOld, boolean counts) {
        return change(key, update, condition, tellsOld, counts, _ -> { });
    }

    private static Function<LiveTable, Change> change(Map<String, AttributeValue> key, Update update,
        Optional<Condition> condition, boolean tellsOld, boolean counts, Consumer<Map<String, AttributeValue>> refuse) {
        return table -> {
            var at = table.schema.ofKey(key);
            checkKeys(table, update);
            return new Change(table, at, condition, tellsOld, counts,
                new Change.Modify(refuse, before -> modify(table, key, update, before)));
        };
    }

    private static void refuseLarge(Update update, Map<String, AttributeValue> before) {
        if (update.size(before == null ? Map.of() : before) > ItemSize.MAX) {
            throw new ValidationException(TOO_LARGE);
        }
    }

    /** The key is not updated, and keys of indexes keep their types. */
    private static void checkKeys(LiveTable table, Update update) {
        for (var name : table.schema.names()) {
            if (update.paths().stream().map(Path::attribute).anyMatch(name::equals)) {
                throw ValidationException.parameters("Cannot update attribute " + name
                    + ". This attribute is part of the key");
            }
        }
        for (var index : table.indexes) {
            for (var name : index.schema.names()) {
                update.type(name).ifPresent(type -> LiveTable.checkIndexKeyType(index, name, type));
            }
        }
        table.refuseNestedKeys(update.allPaths());
    }

    private static Map<String, AttributeValue> modify(LiveTable table, Map<String, AttributeValue> key, Update update,
            Map<String, AttributeValue> before) {
        if (before == null && update.onlyRemoves()) {
            // What is refused of an item that is there is refused here too.
            update.apply(key);
            return null;
        }
        var after = update.apply(before == null ? key : before);
        if (update.paths().stream().anyMatch(Path::isNested)) {
            Values.checked(after, Wording.PRESENT);
        }
        for (var index : table.indexes) {
            for (var name : index.schema.names()) {
                var value = after.get(name);
                if (value != null && !Values.type(value).equals(index.schema.type(name))) {
                    throw new ValidationException(
                        "The update expression attempted to update the secondary index key to unsupported type");
                }
            }
        }
        table.checkIndexKeys(after);
        ItemWriter.checkSize(after, TOO_LARGE);
        return after;
    }

    private static Map<String, AttributeValue> returned(String returns, Update update, Change.Outcome outcome) {
        return switch (returns) {
            case ReturnValue.ALL_OLD -> outcome.before();
            case ReturnValue.ALL_NEW -> outcome.after();
            case ReturnValue.UPDATED_OLD -> updated(update, outcome.before());
            case ReturnValue.UPDATED_NEW -> updated(update, outcome.after());
            default -> null;
        };
    }

    private static Map<String, AttributeValue> updated(Update update, Map<String, AttributeValue> item) {
        if (item == null) {
            return null;
        }
        var some = Projection.of(update.paths()).of(item);
        return some.isEmpty() ? null : some;
    }
}
