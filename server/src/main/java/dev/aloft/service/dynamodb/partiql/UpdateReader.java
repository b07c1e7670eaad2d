package dev.aloft.service.dynamodb.partiql;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.expression.Update;
import dev.aloft.service.dynamodb.expression.Update.Term;
import dev.aloft.service.dynamodb.partiql.Token.Kind;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads what a statement sets and removes. */
final class UpdateReader {
    private final Tokens tokens;
    private final PathReader paths;
    private final ValueReader values;

    UpdateReader(Tokens tokens, PathReader paths, ValueReader values) {
        this.tokens = tokens;
        this.paths = paths;
        this.values = values;
    }

    Update update() {
        var targets = new ArrayList<Path>();
        var actions = new ArrayList<Update.Action>();
        boolean sets = tokens.word("SET");
        while (sets || tokens.word("REMOVE")) {
            do {
                var target = paths.path();
                actions.add(sets ? set(target) : new Update.Remove());
                targets.add(target);
            } while (tokens.skip(","));
            sets = tokens.word("SET");
        }
        if (actions.isEmpty()) {
            throw tokens.unexpected("Expected SET or REMOVE");
        }
        refuseOverlaps(targets);
        return Update.of(targets, actions);
    }

    private static void refuseOverlaps(List<Path> paths) {
        for (int i = 0; i < paths.size(); i++) {
            for (int j = i + 1; j < paths.size(); j++) {
                var a = paths.get(i).steps();
                var b = paths.get(j).steps();
                int common = Math.min(a.size(), b.size());
                if (a.subList(0, common).equals(b.subList(0, common))) {
                    throw new ValidationException(
                        "Invalid UpdateExpression: Two document paths overlap with each other; must remove "
                        + "or rewrite one of these paths; path one: " + paths.get(i) + ", path two: " + paths.get(j));
                }
            }
        }
    }

    private Update.Action set(Path target) {
        tokens.expect("=");
        var next = tokens.peek();
        boolean ofSet = tokens.peek(1).isSymbol("(") && (next.isWord("SET_ADD") || next.isWord("SET_DELETE"));
        return ofSet ? ofSet(target, next) : new Update.Set(term());
    }

    private Update.Action ofSet(Path path, Token function) {
        tokens.take(2);
        var name = function.text().toUpperCase(Locale.ROOT);
        var first = tokens.peek();
        boolean isPath = PathReader.begins(first);
        var target = isPath ? Optional.of(paths.path()) : Optional.<Path>empty();
        if (!isPath) {
            values.value("root");
        }
        if (!tokens.skip(",")) {
            throw wrongArguments(name, function);
        }
        var given = values.value("root");
        if (tokens.peek().isSymbol(",")) {
            throw wrongArguments(name, function);
        }
        tokens.expect(")");
        if (target.filter(path::equals).isEmpty()) {
            throw new ValidationException("The first argument to " + name + " must equal the assignment value at "
                + function.at());
        }
        if (!(given instanceof AttributeValue.SS || given instanceof AttributeValue.NS
                || given instanceof AttributeValue.BS)) {
            throw new ValidationException("The second argument to " + name + " must be a value with type SET at "
                + first.at());
        }
        return name.equals("SET_ADD") ? new Update.Add(given) : new Update.Delete(given);
    }

    private static ValidationException wrongArguments(String name, Token function) {
        return new ValidationException(name + " must have exactly two arguments at " + function.at());
    }

    private Term term() {
        var left = simpleTerm();
        while (tokens.peek().isSymbol("+") || tokens.peek().isSymbol("-")) {
            boolean negative = tokens.next().isSymbol("-");
            left = new Term.Sum(negative, left, simpleTerm());
        }
        return left;
    }

    private Term simpleTerm() {
        var token = tokens.peek();
        if (token.kind() == Kind.WORD && tokens.peek(1).isSymbol("(")) {
            if (token.isWord("LIST_APPEND")) {
                tokens.take(2);
                var first = term();
                tokens.expect(",");
                var second = term();
                tokens.expect(")");
                return new Term.Append(first, second);
            }
            if (token.isWord("IF_NOT_EXISTS")) {
                tokens.take(2);
                var path = paths.path();
                tokens.expect(",");
                var otherwise = term();
                tokens.expect(")");
                return new Term.IfNotExists(path, otherwise);
            }
            throw ConditionReader.unrecognized(token);
        }
        return PathReader.begins(token) ? new Term.At(paths.path()) : new Term.Literal(values.value("root"));
    }
}
