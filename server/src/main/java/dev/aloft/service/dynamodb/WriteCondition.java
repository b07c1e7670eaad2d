package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.ExpectedAttributeValue;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Placeholders;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.Map;
import java.util.Optional;

/**
 * The condition of a write as its request gives it: by an expression with names and values, or by the parameters that
 * came before expressions. Any of them may be null.
 */
record WriteCondition(String expression, Map<String, ExpectedAttributeValue> expected, String operator,
        Map<String, String> names, Map<String, AttributeValue> values, Wording wording) {
    WriteCondition {
        new ParameterKinds().expression("ConditionExpression", expression).legacy("Expected", expected)
            .legacy("ConditionalOperator", operator).check(names, values, wording);
    }

    Optional<Condition> read() {
        var former = Legacy.expected(expected, operator, wording);
        var placeholders = Placeholders.of(names, values, wording);
        var condition = expression == null ? former
            : Optional.of(Condition.parse("ConditionExpression", expression, placeholders));
        placeholders.refuseUnused();
        return condition;
    }
}
