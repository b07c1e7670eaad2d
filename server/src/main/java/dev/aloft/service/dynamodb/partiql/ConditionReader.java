package dev.aloft.service.dynamodb.partiql;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Condition.Comparator;
import dev.aloft.service.dynamodb.expression.Operand;
import dev.aloft.service.dynamodb.partiql.Token.Kind;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads what stands behind WHERE: conditions and what they compare. */
final class ConditionReader {
    private static final Set<String> COMPARATORS = Set.of("=", "<>", "!=", "<", "<=", ">", ">=");
    private static final Set<String> ORDERED = Set.of("S", "N", "B");
    private static final Map<String, String> TYPES = Map.of("NULL", "NULL", "BOOLEAN", "BOOL", "BOOL", "BOOL", "BLOB",
        "B", "STRING", "S", "NUMERIC", "N", "STRUCT", "M", "TUPLE", "M", "LIST", "L");

    private final Tokens tokens;
    private final PathReader paths;
    private final ValueReader values;

    ConditionReader(Tokens tokens, PathReader paths, ValueReader values) {
        this.tokens = tokens;
        this.paths = paths;
        this.values = values;
    }

    Condition condition() {
        tokens.deeper();
        var parts = new ArrayList<Condition>(List.of(conjunction()));
        while (tokens.word("OR")) {
            parts.add(conjunction());
        }
        tokens.shallower();
        return parts.size() == 1 ? parts.getFirst() : new Condition.Or(parts);
    }

    private Condition conjunction() {
        var parts = new ArrayList<Condition>(List.of(negation()));
        while (tokens.word("AND")) {
            parts.add(negation());
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.And(parts);
    }

    private Condition negation() {
        if (tokens.word("NOT")) {
            tokens.deeper();
            var part = negation();
            tokens.shallower();
            return new Condition.Not(part);
        }
        if (tokens.peek().isSymbol("(")) {
            // A parenthesis begins a condition, or an operand of one.
            int start = tokens.place();
            tokens.next();
            var inner = condition();
            tokens.expect(")");
            if (!isPredicate(tokens.peek())) {
                return inner;
            }
            tokens.backTo(start);
        }
        return predicate();
    }

    /** Whether what stands before it is an operand. */
    private static boolean isPredicate(Token token) {
        return isComparison(token) || token.isWord("BETWEEN") || token.isWord("IN") || token.isWord("IS");
    }

    private static boolean isComparison(Token token) {
        return token.kind() == Kind.SYMBOL && COMPARATORS.contains(token.text());
    }

    private Condition predicate() {
        var token = tokens.peek();
        if (token.kind() == Kind.WORD && tokens.peek(1).isSymbol("(") && !token.isWord("SIZE")) {
            return isTrue(function(token));
        }
        var left = operand();
        if (isComparison(tokens.peek())) {
            var symbol = tokens.next().text();
            refuseMissing();
            var right = operand();
            if (symbol.startsWith("<") && !symbol.equals("<>") || symbol.startsWith(">")) {
                refuseUnordered(symbol, left, right);
            }
            return new Condition.Compare(Comparator.of(symbol.equals("!=") ? "<>" : symbol), left, right);
        }
        if (tokens.word("IS")) {
            return is(left);
        }
        boolean not = tokens.word("NOT");
        Condition found;
        if (tokens.word("BETWEEN")) {
            var low = operand();
            tokens.expectWord("AND");
            var high = operand();
            refuseUnordered("BETWEEN", left, low, high);
            found = Condition.Between.of(left, low, high);
        } else if (tokens.word("IN")) {
            found = new Condition.In(left, choices());
        } else if (not) {
            throw tokens.unexpected("Expected BETWEEN or IN");
        } else {
            throw new ValidationException("WHERE clause must contain an expression that resolves to a boolean");
        }
        return not ? new Condition.Not(found) : found;
    }

    /** What a function says may be compared with true and false. */
    private Condition isTrue(Condition said) {
        var truth = tokens.peek(1);
        if (!tokens.peek().isSymbol("=") || !truth.isWord("TRUE") && !truth.isWord("FALSE")) {
            return said;
        }
        tokens.take(1);
        return tokens.next().isWord("TRUE") ? said : new Condition.Not(said);
    }

    /** Only strings, numbers and binaries come before others of their kind. */
    private static void refuseUnordered(String operator, Operand... operands) {
        for (var operand : operands) {
            if (operand instanceof Operand.Literal(var value) && !ORDERED.contains(Values.type(value))) {
                throw new ValidationException("Incorrect operand type for operator or function; operator or function: "
                    + operator + ", operand type: " + Values.type(value));
            }
        }
    }

    private void refuseMissing() {
        if (tokens.peek().isWord("MISSING")) {
            throw new ValidationException("MISSING must be compared using IS operator");
        }
    }

    private List<Operand> choices() {
        var end = tokens.skip("[") ? "]" : null;
        if (end == null) {
            tokens.expect("(");
            end = ")";
        }
        var choices = new ArrayList<Operand>();
        if (!tokens.peek().isSymbol(end)) {
            do {
                choices.add(operand());
            } while (tokens.skip(","));
        }
        tokens.expect(end);
        if (choices.isEmpty()) {
            throw new ValidationException(
                "IN operator must have a left hand argument of type Variable Reference and right hand "
                + "argument of type Seq with at least one member");
        }
        return choices;
    }

    private Condition is(Operand left) {
        boolean not = tokens.word("NOT");
        if (!(left instanceof Operand.At(var path))) {
            throw new ValidationException(
                "The left hand side argument to IS must be a Variable Reference, Literal, or Path");
        }
        var type = tokens.next().text().toUpperCase(Locale.ROOT);
        Condition found;
        if (type.equals("MISSING")) {
            found = new Condition.Not(new Condition.Exists(path));
        } else if (TYPES.containsKey(type)) {
            found = new Condition.TypeIs(left, TYPES.get(type));
        } else {
            throw new ValidationException("Unsupported data type for IS operator: " + type
                + ". Supported data types are [MISSING, "
                + "NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]");
        }
        return not ? new Condition.Not(found) : found;
    }

    private Condition function(Token function) {
        tokens.take(2);
        var name = function.text().toLowerCase(Locale.ROOT);
        if (name.equals("attribute_exists") || name.equals("attribute_not_exists")) {
            return exists(name);
        }
        if (!Set.of("begins_with", "contains", "attribute_type").contains(name)) {
            if (name.equals("exists") && tokens.peek().isWord("SELECT")) {
                throw new ValidationException("EXISTS can only be used in ExecuteTransaction write requests.");
            }
            throw unrecognized(function);
        }
        var operands = operands();
        if (operands.size() != 2) {
            throw wrongNumber(name, operands.size());
        }
        var first = operands.getFirst();
        var second = operands.getLast();
        return switch (name) {
            case "begins_with" -> Condition.BeginsWith.of(first, second);
            case "contains" -> new Condition.Contains(first, second);
            default -> {
                if (!(second instanceof Operand.Literal(AttributeValue.S(var type)))) {
                    throw new ValidationException(
                        "Incorrect operand type for operator or function; operator or function: "
                        + "attribute_type, operand type: " + (second instanceof Operand.Literal(var value)
                        ? Values.type(value) : "path"));
                }
                yield Condition.TypeIs.of(first, type);
            }
        };
    }

    private Condition exists(String name) {
        var operands = operands();
        if (operands.size() != 1) {
            throw wrongNumber(name, operands.size());
        }
        if (!(operands.getFirst() instanceof Operand.At(var path))) {
            throw new ValidationException("Operator or function requires a document path; operator or function: "
                + name);
        }
        var exists = new Condition.Exists(path);
        return name.equals("attribute_exists") ? exists : new Condition.Not(exists);
    }

    private static ValidationException wrongNumber(String name, int operands) {
        return new ValidationException("Incorrect number of operands for operator or function; operator or function: "
            + name + ", number of operands: " + operands);
    }

    private List<Operand> operands() {
        var operands = new ArrayList<Operand>();
        if (!tokens.peek().isSymbol(")")) {
            do {
                operands.add(operand());
            } while (tokens.skip(","));
        }
        tokens.expect(")");
        return operands;
    }

    private Operand operand() {
        if (tokens.skip("(")) {
            tokens.deeper();
            var inner = operand();
            tokens.shallower();
            tokens.expect(")");
            return inner;
        }
        var token = tokens.peek();
        if (token.kind() == Kind.WORD && tokens.peek(1).isSymbol("(")) {
            if (!token.isWord("SIZE")) {
                throw unrecognized(token);
            }
            tokens.take(2);
            var inner = operand();
            tokens.expect(")");
            return new Operand.Size(inner);
        }
        refuseMissing();
        return PathReader.begins(token) ? new Operand.At(paths.path()) : new Operand.Literal(values.value("root"));
    }

    static ValidationException unrecognized(Token function) {
        return new ValidationException("Unrecognized function: " + function.text().toLowerCase(Locale.ROOT) + " at "
            + function.at());
    }
}
