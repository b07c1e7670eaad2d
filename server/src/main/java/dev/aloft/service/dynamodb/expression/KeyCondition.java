package dev.aloft.service.dynamodb.expression;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.expression.Condition.Comparator;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a query asks of key attributes: one test for each. */
public record KeyCondition(Map<String, Test> tests) {
    /** A test of one key attribute against given values. */
    public sealed interface Test {
        boolean accepts(AttributeValue value);

        /** The values that it compares with. */
        List<AttributeValue> values();
    }

    /** Never {@code <>}. */
    public record Compares(Comparator comparator, AttributeValue with) implements Test {
        @Override
        public boolean accepts(AttributeValue value) {
            return Values.areComparable(value, with) && comparator.accepts(Values.compare(value, with));
        }

        @Override
        public List<AttributeValue> values() {
            return List.of(with);
        }
    }

    public record Between(AttributeValue low, AttributeValue high) implements Test {
        @Override
        public boolean accepts(AttributeValue value) {
            return Values.areComparable(value, low) && Values.areComparable(value, high)
                && Values.compare(value, low) >= 0 && Values.compare(value, high) <= 0;
        }

        @Override
        public List<AttributeValue> values() {
            return List.of(low, high);
        }
    }

    public record BeginsWith(AttributeValue prefix) implements Test {
        @Override
        public boolean accepts(AttributeValue value) {
            return Condition.BeginsWith.beginsWith(value, prefix);
        }

        @Override
        public List<AttributeValue> values() {
            return List.of(prefix);
        }
    }

    /** A comparison of the parameter KeyConditions that finds nothing by key. */
    public record NotIndexable(List<AttributeValue> values) implements Test {
        @Override
        public boolean accepts(AttributeValue value) {
            return false;
        }
    }

    private static final String PREFIX = "Invalid condition in KeyConditionExpression: ";

    /**
     * First half: what is wrong in any expression. The second half, {@link #of}, is told after the other expressions.
     */
    public static Condition read(String text, Placeholders placeholders) {
        return Condition.parse("KeyConditionExpression", text, placeholders);
    }

    /** Second half: what is wrong in a key condition. */
    public static KeyCondition of(Condition condition) {
        var tests = new LinkedHashMap<String, Test>();
        collect(condition, tests);
        return new KeyCondition(tests);
    }

    /** The test of an attribute that a condition is, if it is one against given values. */
    public static Optional<Test> test(Condition condition, String attribute) {
        var at = new Operand.At(Path.of(attribute));
        return switch (condition) {
            case Condition.Compare(var comparator, var left, var right)
                when comparator != Comparator.NE && left.equals(at) && right instanceof Operand.Literal(var with) ->
                Optional.of(new Compares(comparator, with));
            case Condition.Compare(var comparator, var left, var right)
                when comparator != Comparator.NE && right.equals(at) && left instanceof Operand.Literal(var with) ->
                Optional.of(new Compares(comparator.mirrored(), with));
            case Condition.Between(var value, var low, var high)
                when value.equals(at) && low instanceof Operand.Literal(var from)
                && high instanceof Operand.Literal(var to) ->
                Optional.of(new Between(from, to));
            case Condition.BeginsWith(var value, var prefix)
                when value.equals(at) && prefix instanceof Operand.Literal(var start) ->
                Optional.of(new BeginsWith(start));
            default -> Optional.empty();
        };
    }

    private static void collect(Condition condition, Map<String, Test> tests) {
        switch (condition) {
            case Condition.And(var parts) -> parts.forEach(part -> collect(part, tests));
            case Condition.Or _ -> throw invalidOperator("OR");
            case Condition.Not(Condition.Exists _) -> throw invalidOperator("attribute_not_exists");
            case Condition.Not _ -> throw invalidOperator("NOT");
            case Condition.In _ -> throw invalidOperator("IN");
            case Condition.Exists _ -> throw invalidOperator("attribute_exists");
            case Condition.TypeIs _ -> throw invalidOperator("attribute_type");
            case Condition.Contains _ -> throw invalidOperator("contains");
            case Condition.Compare(var comparator, var left, var right) -> {
                if (comparator == Comparator.NE) {
                    throw invalidOperator("<>");
                }
                boolean mirrored = right instanceof Operand.At;
                var attribute = attribute(left, right);
                put(tests, attribute, new Compares(mirrored ? comparator.mirrored() : comparator,
                    literal(mirrored ? left : right)));
            }
            case Condition.Between(var value, var low, var high) -> {
                refuseOtherFirst("BETWEEN", value);
                put(tests, attribute(value, low, high), new Between(literal(low), literal(high)));
            }
            case Condition.BeginsWith(var value, var prefix) -> {
                refuseOtherFirst("begins_with", value);
                put(tests, attribute(value, prefix), new BeginsWith(literal(prefix)));
            }
        }
    }

    private static ValidationException invalidOperator(String operator) {
        return new ValidationException("Invalid operator used in KeyConditionExpression: " + operator);
    }

    private static void refuseOtherFirst(String operator, Operand first) {
        if (!(first instanceof Operand.At)) {
            throw new ValidationException(PREFIX + operator
                + " operator must have the key attribute as its first operand");
        }
    }

    private static String attribute(Operand... operands) {
        String attribute = null;
        for (var operand : operands) {
            if (operand instanceof Operand.Size) {
                throw new ValidationException("KeyConditionExpressions cannot contain nested operations");
            }
            if (operand instanceof Operand.At(var path)) {
                if (attribute != null) {
                    throw new ValidationException(PREFIX + "Multiple attribute names used in one condition");
                }
                if (path.isNested()) {
                    throw new ValidationException(
                        "KeyConditionExpressions cannot have conditions on nested attributes");
                }
                attribute = path.attribute();
            }
        }
        if (attribute == null) {
            throw new ValidationException(PREFIX + "No key attribute specified");
        }
        return attribute;
    }

    private static AttributeValue literal(Operand operand) {
        if (operand instanceof Operand.Literal(var value)) {
            return value;
        }
        throw new IllegalStateException("not a literal");
    }

    private static void put(Map<String, Test> tests, String attribute, Test test) {
        if (tests.put(attribute, test) != null) {
            throw new ValidationException(
                "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key");
        }
    }
}
