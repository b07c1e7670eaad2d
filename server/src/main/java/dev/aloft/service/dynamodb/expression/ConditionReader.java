package dev.aloft.service.dynamodb.expression;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.expression.Condition.Comparator;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Makes a {@link Condition} of text. AWS complains in this order: syntax, needless parentheses, unknown functions,
 * functions in a wrong place, reserved words; and then, one comparison or function after the other, of placeholders
 * that are not defined, numbers of operands, operands that are the same, and types.
 */
final class ConditionReader {
    private static final Map<String, Integer> OPERANDS = Map.of("attribute_exists", 1, "attribute_not_exists", 1,
        "attribute_type", 2, "begins_with", 2, "contains", 2, "size", 1);
    private static final Set<String> UPDATE_FUNCTIONS = Set.of("if_not_exists", "list_append");
    private static final int MAX_CHOICES = 100;

    private final Placeholders placeholders;

    private ConditionReader(Placeholders placeholders) {
        this.placeholders = placeholders;
    }

    static Condition read(String parameter, String text, Placeholders placeholders) {
        try {
            var syntax = Parser.condition(text, placeholders.wording());
            eachCall(syntax, ConditionReader::refuseUnknown);
            refuseMisplaced(syntax, true);
            eachPath(syntax, path -> Placeholders.refuseReserved(path.steps()));
            return new ConditionReader(placeholders).condition(syntax);
        } catch (ValidationException e) {
            throw new ValidationException("Invalid " + parameter + ": " + e.getMessage());
        }
    }

    private static void refuseUnknown(Syntax.Call call) {
        if (UPDATE_FUNCTIONS.contains(call.function())) {
            throw new ValidationException("The function is not allowed in a condition expression; function: "
                + call.function());
        }
        if (!OPERANDS.containsKey(call.function())) {
            throw new ValidationException("Invalid function name; function: " + call.function());
        }
    }

    /** Only size has a value, and it has no truth. */
    private static void refuseMisplaced(Syntax syntax, boolean asTruth) {
        if (syntax instanceof Syntax.Call call) {
            call.arguments().forEach(argument -> refuseMisplaced(argument, false));
            if (asTruth == call.function().equals("size")) {
                throw new ValidationException(
                    "The function is not allowed to be used this way in an expression; function: " + call.function());
            }
        } else {
            boolean truths = syntax instanceof Syntax.And || syntax instanceof Syntax.Or
                || syntax instanceof Syntax.Not;
            parts(syntax).forEach(part -> refuseMisplaced(part, truths));
        }
    }

    static List<Syntax> parts(Syntax syntax) {
        return switch (syntax) {
            case Syntax.And and -> and.parts();
            case Syntax.Or or -> or.parts();
            case Syntax.Not not -> List.of(not.part());
            case Syntax.Compare compare -> List.of(compare.left(), compare.right());
            case Syntax.Between between -> List.of(between.value(), between.low(), between.high());
            case Syntax.In in -> Stream.concat(Stream.of(in.value()), in.choices().stream()).toList();
            case Syntax.Call call -> call.arguments();
            case Syntax.Sum sum -> List.of(sum.left(), sum.right());
            case Syntax.PathAt _, Syntax.ValueAt _ -> List.of();
        };
    }

    /** Innermost first. */
    static void eachCall(Syntax syntax, Consumer<Syntax.Call> visitor) {
        parts(syntax).forEach(part -> eachCall(part, visitor));
        if (syntax instanceof Syntax.Call call) {
            visitor.accept(call);
        }
    }

    static void eachPath(Syntax syntax, Consumer<Syntax.PathAt> visitor) {
        if (syntax instanceof Syntax.PathAt path) {
            visitor.accept(path);
        }
        parts(syntax).forEach(part -> eachPath(part, visitor));
    }

    private Condition condition(Syntax syntax) {
        return switch (syntax) {
            case Syntax.And and -> new Condition.And(and.parts().stream().map(this::condition).toList());
            case Syntax.Or or -> new Condition.Or(or.parts().stream().map(this::condition).toList());
            case Syntax.Not not -> new Condition.Not(condition(not.part()));
            case Syntax.Compare compare -> compare(compare);
            case Syntax.Between between -> between(between);
            case Syntax.In in -> in(in);
            case Syntax.Call call -> function(call);
            case Syntax.PathAt _, Syntax.ValueAt _, Syntax.Sum _ -> throw new IllegalStateException("no condition");
        };
    }

    private Condition compare(Syntax.Compare compare) {
        var left = operand(compare.left());
        var right = operand(compare.right());
        checkCounts(compare);
        refuseSame(compare.operator(), List.of(left, right));
        var comparator = Comparator.of(compare.operator());
        checkFunctions(left);
        checkFunctions(right);
        if (comparator != Comparator.EQ && comparator != Comparator.NE) {
            List.of(left, right).forEach(operand -> refuseUnordered(compare.operator(), operand));
        }
        return new Condition.Compare(comparator, left, right);
    }

    private static void refuseUnordered(String operator, Operand operand) {
        if (operand instanceof Operand.Literal(var value) && !Values.isOrdered(value)) {
            throw incorrectType(operator, Values.type(value));
        }
    }

    private Condition between(Syntax.Between between) {
        var value = operand(between.value());
        var low = operand(between.low());
        var high = operand(between.high());
        checkCounts(between);
        refuseSame("BETWEEN", List.of(value, low));
        refuseSame("BETWEEN", List.of(value, high));
        List.of(value, low, high).forEach(ConditionReader::checkFunctions);
        List.of(value, low, high).forEach(operand -> refuseUnordered("BETWEEN", operand));
        return Condition.Between.of(value, low, high);
    }

    private Condition in(Syntax.In in) {
        var value = operand(in.value());
        var choices = in.choices().stream().map(this::operand).toList();
        checkCounts(in);
        choices.forEach(choice -> refuseSame("IN", List.of(value, choice)));
        checkFunctions(value);
        choices.forEach(ConditionReader::checkFunctions);
        if (choices.size() > MAX_CHOICES) {
            throw new ValidationException("The IN operator is provided with too many operands; number of operands: "
                + choices.size());
        }
        return new Condition.In(value, choices);
    }

    private Condition function(Syntax.Call call) {
        var operands = call.arguments().stream().map(this::operand).toList();
        checkCounts(call);
        if (operands.size() == 2) {
            refuseSame(call.function(), operands);
        }
        operands.forEach(ConditionReader::checkFunctions);
        return switch (call.function()) {
            case "attribute_exists" -> new Condition.Exists(path(call.function(), operands.getFirst()));
            case "attribute_not_exists" ->
                new Condition.Not(new Condition.Exists(path(call.function(), operands.getFirst())));
            case "attribute_type" -> Condition.TypeIs.of(operands.getFirst(), typeName(operands.getLast()));
            case "begins_with" -> Condition.BeginsWith.of(operands.getFirst(), operands.getLast());
            case "contains" -> new Condition.Contains(operands.getFirst(), operands.getLast());
            default -> throw new IllegalStateException(call.function() + " is no condition");
        };
    }

    private static Path path(String function, Operand operand) {
        if (operand instanceof Operand.At(var path)) {
            return path;
        }
        throw new ValidationException("Operator or function requires a document path; operator or function: "
            + function);
    }

    private static String typeName(Operand operand) {
        if (operand instanceof Operand.Literal(AttributeValue.S(var name))) {
            return name;
        }
        var type = operand.type();
        throw incorrectType("attribute_type", type.isEmpty() ? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}" : type);
    }

    /** Placeholders are resolved here; functions within are looked at by {@link #checkFunctions}. */
    private Operand operand(Syntax syntax) {
        return switch (syntax) {
            case Syntax.PathAt path -> new Operand.At(placeholders.path(path));
            case Syntax.ValueAt value -> new Operand.Literal(placeholders.value(value));
            case Syntax.Call call -> {
                var operands = call.arguments().stream().map(this::operand).toList();
                yield new Operand.Size(operands.getFirst());
            }
            case Syntax.And _, Syntax.Or _, Syntax.Not _, Syntax.Compare _, Syntax.Between _, Syntax.In _,
                Syntax.Sum _ ->
                throw new IllegalStateException("no operand");
        };
    }

    private static void checkCounts(Syntax syntax) {
        eachCall(syntax, call -> {
            if (call.arguments().size() != OPERANDS.get(call.function())) {
                throw new ValidationException(
                    "Incorrect number of operands for operator or function; operator or function: "
                    + call.function() + ", number of operands: " + call.arguments().size());
            }
        });
    }

    private static void refuseSame(String operator, List<Operand> operands) {
        if (operands.getFirst() instanceof Operand.At(var first) && operands.getLast().equals(operands.getFirst())) {
            throw new ValidationException(
                "The first operand must be distinct from the remaining operands for this operator or function; "
                    + "operator: " + operator + ", first operand: " + first);
        }
    }

    private static void checkFunctions(Operand operand) {
        if (operand instanceof Operand.Size(var inner)) {
            checkFunctions(inner);
            var type = inner.type();
            if (type.equals("N") || type.equals("BOOL") || type.equals("NULL")) {
                throw incorrectType("size", type);
            }
        }
    }

    private static ValidationException incorrectType(String function, String type) {
        return new ValidationException("Incorrect operand type for operator or function; operator or function: "
            + function + ", operand type: " + type);
    }
}
