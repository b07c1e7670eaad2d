package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.AttributeAction;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.AttributeValueUpdate;
import dev.aloft.api.DynamoDb.ComparisonOperator;
import dev.aloft.api.DynamoDb.ConditionalOperator;
import dev.aloft.api.DynamoDb.ExpectedAttributeValue;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Condition.Comparator;
import dev.aloft.service.dynamodb.expression.KeyCondition;
import dev.aloft.service.dynamodb.expression.Operand;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.expression.Projection;
import dev.aloft.service.dynamodb.expression.Update;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The parameters of the time before expressions, turned into what expressions become.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html">Legacy
 *     conditional parameters</a>
 */
final class Legacy {
    private static final String MISMATCH = "Type mismatch for attribute to update";
    private static final Set<String> SCALARS = Set.of("S", "N", "B");
    private static final Set<String> ELEMENTS = Set.of("S", "N", "B", "BOOL", "NULL");

    private Legacy() {
    }

    /** AttributesToGet. */
    static Optional<Projection> attributes(List<String> names) {
        if (names == null) {
            return Optional.empty();
        }
        var seen = new HashSet<String>();
        for (var name : names) {
            Values.checkName(name);
            if (!seen.add(name)) {
                throw ValidationException.parameters("Duplicate value in attribute name: " + name);
            }
        }
        return Optional.of(Projection.of(names.stream().map(Path::of).toList()));
    }

    /** AttributeUpdates. */
    static Optional<Update> updates(Map<String, AttributeValueUpdate> updates, Wording wording) {
        if (updates == null) {
            return Optional.empty();
        }
        var actions = new ArrayList<Update.Action>();
        updates.forEach((name, update) -> {
            Values.checkName(name);
            actions.add(action(update, wording));
        });
        return Optional.of(Update.of(updates.keySet().stream().map(Path::of).toList(), actions));
    }

    private static Update.Action action(AttributeValueUpdate update, Wording wording) {
        boolean deletes = AttributeAction.DELETE.equals(update.action());
        if (update.value() == null) {
            if (!deletes) {
                throw ValidationException.parameters(
                    "Only DELETE action is allowed when no attribute value is specified");
            }
            return new Update.Remove();
        }
        var value = Values.checked(update.value(), wording);
        if (deletes) {
            return switch (value) {
                case AttributeValue.SS _, AttributeValue.NS _,
                    AttributeValue.BS _ -> new Update.Delete(value, MISMATCH);
                default -> throw ValidationException.parameters(
                    "DELETE action with value is not supported for the type " + Values.type(value));
            };
        }
        if (AttributeAction.ADD.equals(update.action())) {
            return switch (value) {
                case AttributeValue.N _, AttributeValue.L _, AttributeValue.SS _, AttributeValue.NS _,
                    AttributeValue.BS _ ->
                    new Update.Add(value, MISMATCH);
                default -> throw ValidationException.parameters("ADD action is not supported for the type "
                    + Values.type(value));
            };
        }
        return new Update.Set(new Update.Term.Literal(value));
    }

    /** Expected with its ConditionalOperator. */
    static Optional<Condition> expected(Map<String, ExpectedAttributeValue> expected, String operator,
            Wording wording) {
        checkOperator(operator, expected);
        if (expected == null) {
            return Optional.empty();
        }
        var conditions = new ArrayList<Condition>();
        expected.forEach((name, one) -> conditions.add(expected(name, one, wording)));
        return joined(conditions, operator);
    }

    private static Condition expected(String name, ExpectedAttributeValue one, Wording wording) {
        var comparison = one.comparisonOperator();
        if (one.attributeValueList() != null && one.value() != null) {
            throw ValidationException.parameters(
                "Value and AttributeValueList cannot be used together for Attribute: " + name);
        }
        if (comparison != null) {
            if (one.exists() != null) {
                throw ValidationException.parameters(
                    "Exists and ComparisonOperator cannot be used together for Attribute: " + name);
            }
            boolean alone = comparison.equals(ComparisonOperator.NULL)
                || comparison.equals(ComparisonOperator.NOT_NULL);
            if (!alone && one.attributeValueList() == null && one.value() == null) {
                throw ValidationException.parameters(
                    "Value or AttributeValueList must be used with ComparisonOperator: "
                    + comparison + " for Attribute: " + name);
            }
            var values = one.attributeValueList() != null ? one.attributeValueList()
                : one.value() != null ? List.of(one.value()) : List.<AttributeValue>of();
            return condition(name, comparison, checked(comparison, values, wording));
        }
        if (one.attributeValueList() != null) {
            throw ValidationException.parameters(
                "AttributeValueList can only be used with a ComparisonOperator for Attribute: " + name);
        }
        boolean exists = !Boolean.FALSE.equals(one.exists());
        if (exists && one.value() == null) {
            throw ValidationException.parameters("Value must be provided when Exists is " + one.exists()
                + " for Attribute: " + name);
        }
        if (!exists && one.value() != null) {
            throw ValidationException.parameters("Value cannot be used when Exists is false for Attribute: " + name);
        }
        return exists ? condition(name, ComparisonOperator.EQ, List.of(Values.checked(one.value(), wording)))
            : condition(name, ComparisonOperator.NULL, List.of());
    }

    /** QueryFilter or ScanFilter. */
    static Optional<Condition> filter(Map<String, dev.aloft.api.DynamoDb.Condition> filter, String operator,
            Wording wording) {
        if (filter != null && wording == Wording.FORMER) {
            // Where the wording is the former one, the values were read before anything else.
            filter.values().forEach(one -> values(one).forEach(value -> Values.checked(value, wording)));
        }
        checkOperator(operator, filter);
        if (filter == null) {
            return Optional.empty();
        }
        var conditions = new ArrayList<Condition>();
        filter.forEach((name, one) -> conditions.add(condition(name, one.comparisonOperator(),
            checked(one.comparisonOperator(), values(one), wording))));
        return joined(conditions, operator);
    }

    private static List<AttributeValue> values(dev.aloft.api.DynamoDb.Condition condition) {
        return condition.attributeValueList() == null ? List.of() : condition.attributeValueList();
    }

    private static void checkOperator(String operator, Map<String, ?> conditions) {
        if (operator == null) {
            return;
        }
        if (conditions == null || conditions.isEmpty()) {
            throw new ValidationException("ConditionalOperator cannot be used without Filter or Expected");
        }
        if (conditions.size() == 1) {
            throw new ValidationException(
                "ConditionalOperator can only be used when Filter or Expected has two or more elements");
        }
    }

    private static Optional<Condition> joined(List<Condition> conditions, String operator) {
        return conditions.isEmpty() ? Optional.empty()
            : Optional.of(ConditionalOperator.OR.equals(operator) ? new Condition.Or(conditions)
                : new Condition.And(conditions));
    }

    /** KeyConditions. */
    static KeyCondition keyConditions(Map<String, dev.aloft.api.DynamoDb.Condition> conditions) {
        var tests = new LinkedHashMap<String, KeyCondition.Test>();
        conditions.forEach((name, one) -> tests.put(name, test(one.comparisonOperator(),
            checked(one.comparisonOperator(), values(one), Wording.PRESENT))));
        return new KeyCondition(tests);
    }

    private static KeyCondition.Test test(String comparison, List<AttributeValue> values) {
        return switch (comparison) {
            case ComparisonOperator.EQ, ComparisonOperator.LT, ComparisonOperator.LE, ComparisonOperator.GT,
                 ComparisonOperator.GE -> new KeyCondition.Compares(Comparator.valueOf(comparison), values.getFirst());
            case ComparisonOperator.BETWEEN -> new KeyCondition.Between(values.getFirst(), values.getLast());
            case ComparisonOperator.BEGINS_WITH -> new KeyCondition.BeginsWith(values.getFirst());
            default -> new KeyCondition.NotIndexable(values);
        };
    }

    private static List<AttributeValue> checked(String comparison, List<AttributeValue> values, Wording wording) {
        var normal = values.stream().map(value -> Values.checked(value, wording)).toList();
        boolean right = switch (comparison) {
            case ComparisonOperator.NULL, ComparisonOperator.NOT_NULL -> normal.isEmpty();
            case ComparisonOperator.IN -> !normal.isEmpty();
            case ComparisonOperator.BETWEEN -> normal.size() == 2;
            default -> normal.size() == 1;
        };
        if (!right) {
            throw ValidationException.parameters("Invalid number of argument(s) for the " + comparison
                + " ComparisonOperator");
        }
        if (normal.stream().map(Values::type).distinct().count() > 1) {
            throw ValidationException.parameters("AttributeValues inside AttributeValueList must be of same type");
        }
        for (var value : normal) {
            boolean fits = switch (comparison) {
                case ComparisonOperator.LT, ComparisonOperator.LE, ComparisonOperator.GT, ComparisonOperator.GE,
                     ComparisonOperator.BETWEEN, ComparisonOperator.IN -> SCALARS.contains(Values.type(value));
                case ComparisonOperator.CONTAINS, ComparisonOperator.NOT_CONTAINS ->
                    ELEMENTS.contains(Values.type(value));
                case ComparisonOperator.BEGINS_WITH -> Values.type(value).equals("S") || Values.type(value).equals("B");
                default -> true;
            };
            if (!fits) {
                throw ValidationException.parameters("ComparisonOperator " + comparison + " is not valid for "
                    + Values.type(value) + " AttributeValue type");
            }
        }
        if (comparison.equals(ComparisonOperator.BETWEEN) && Values.compare(normal.getFirst(), normal.getLast()) > 0) {
            throw new ValidationException(
                "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound");
        }
        return normal;
    }

    private static Condition condition(String name, String comparison, List<AttributeValue> values) {
        var attribute = new Operand.At(Path.of(name));
        var operands = values.stream().<Operand>map(Operand.Literal::new).toList();
        return switch (comparison) {
            case ComparisonOperator.EQ, ComparisonOperator.NE, ComparisonOperator.LT, ComparisonOperator.LE,
                 ComparisonOperator.GT, ComparisonOperator.GE ->
                new Condition.Compare(Comparator.valueOf(comparison), attribute, operands.getFirst());
            case ComparisonOperator.BETWEEN -> new Condition.Between(attribute, operands.getFirst(),
                operands.getLast());
            case ComparisonOperator.IN -> new Condition.In(attribute, operands);
            case ComparisonOperator.BEGINS_WITH -> new Condition.BeginsWith(attribute, operands.getFirst());
            case ComparisonOperator.CONTAINS -> new Condition.Contains(attribute, operands.getFirst());
            // Of an attribute that is not there neither CONTAINS nor NOT_CONTAINS is true.
            case ComparisonOperator.NOT_CONTAINS -> new Condition.And(List.of(new Condition.Exists(attribute.path()),
                new Condition.Not(new Condition.Contains(attribute, operands.getFirst()))));
            case ComparisonOperator.NOT_NULL -> new Condition.Exists(attribute.path());
            case ComparisonOperator.NULL -> new Condition.Not(new Condition.Exists(attribute.path()));
            default -> throw new IllegalArgumentException("no comparison: " + comparison);
        };
    }
}
