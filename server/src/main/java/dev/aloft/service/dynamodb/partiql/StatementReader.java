package dev.aloft.service.dynamodb.partiql;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.partiql.Statement.Order;
import dev.aloft.service.dynamodb.partiql.Statement.Returning;
import dev.aloft.service.dynamodb.partiql.Statement.Select;
import dev.aloft.service.dynamodb.partiql.Token.Kind;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads a statement clause by clause. */
final class StatementReader {
    private final Tokens tokens;
    private final PathReader paths;
    private final ValueReader values;
    private final ConditionReader conditions;
    private final UpdateReader updates;

    StatementReader(String text, List<AttributeValue> parameters) {
        tokens = new Tokens(text);
        paths = new PathReader(tokens);
        values = new ValueReader(tokens, parameters);
        conditions = new ConditionReader(tokens, paths, values);
        updates = new UpdateReader(tokens, paths, values);
    }

    Statement statement() {
        var statement = operation();
        tokens.skip(";");
        if (tokens.peek().kind() != Kind.END) {
            throw leftOver();
        }
        if (statement instanceof Select select && !select.order().isEmpty() && select.where().isEmpty()) {
            throw new ValidationException("Must have WHERE clause in the statement when using ORDER BY clause.");
        }
        values.refuseLeftOver();
        return statement;
    }

    private static ValidationException leftOver() {
        return Lexer.malformed("Unexpected token after expression");
    }

    private Statement operation() {
        if (tokens.word("SELECT")) {
            return select();
        }
        if (tokens.word("INSERT")) {
            tokens.expectWord("INTO");
            return insert();
        }
        if (tokens.word("UPDATE")) {
            var table = tableToChange();
            refuseAlias();
            var update = updates.update();
            return new Statement.Change(table, update, where(), returning());
        }
        if (tokens.word("FROM")) {
            var table = tableToChange();
            refuseAlias();
            var where = where();
            return new Statement.Change(table, updates.update(), where, returning());
        }
        if (tokens.word("DELETE")) {
            tokens.expectWord("FROM");
            return delete();
        }
        if (tokens.word("EXISTS")) {
            tokens.expect("(");
            tokens.expectWord("SELECT");
            var select = select();
            tokens.expect(")");
            return new Statement.Exists(select);
        }
        throw Lexer.malformed("Expected data manipulation");
    }

    private Select select() {
        var projection = projection();
        tokens.expectWord("FROM");
        var table = paths.name("table name");
        var index = tokens.skip(".") ? Optional.of(paths.name("index name")) : Optional.<String>empty();
        if (tokens.peek().isSymbol(".")) {
            throw new ValidationException("A path may contain at most 2 components in the FROM clause");
        }
        if (tokens.peek().isSymbol(",")) {
            throw new ValidationException("Only select from a single table or index is supported.");
        }
        refuseAlias();
        var where = where();
        var order = tokens.word("ORDER") ? order() : List.<Order>of();
        refuseClause();
        return new Select(table, index, projection, where, order);
    }

    /** No paths for all that an item has. */
    private List<Path> projection() {
        var projection = new ArrayList<Path>();
        if (tokens.skip("*")) {
            if (tokens.peek().isSymbol(",")) {
                throw notAlone();
            }
            return projection;
        }
        do {
            projection.add(projected());
        } while (tokens.skip(","));
        var names = projection.stream().map(path -> path.steps().getLast()).filter(String.class::isInstance).toList();
        names.stream().filter(name -> Collections.frequency(names, name) > 1).findFirst().ifPresent(name -> {
            throw new ValidationException("Duplicate identifiers in select clause: " + name);
        });
        return projection;
    }

    private static ValidationException notAlone() {
        return new ValidationException("Other attributes should not be present in the projection when '*' is used.");
    }

    private void refuseAlias() {
        var token = tokens.peek();
        if (token.kind() == Kind.QUOTED || token.kind() == Kind.WORD && !token.isClause()) {
            throw new ValidationException("Aliasing is not supported");
        }
    }

    /** What SQL has and PartiQL's SELECT here has not. */
    private void refuseClause() {
        if (tokens.peek().isWord("GROUP") && tokens.peek(1).isWord("BY")) {
            throw new ValidationException("Unsupported clause: GROUP BY");
        }
        var clause = tokens.peek();
        if (clause.isWord("LIMIT") || clause.isWord("HAVING")) {
            throw new ValidationException("Unsupported clause: " + clause.text().toUpperCase(Locale.ROOT) + " at "
                + tokens.peek(1).at());
        }
    }

    private Path projected() {
        var first = tokens.peek();
        if (tokens.peek().isSymbol("*")) {
            throw notAlone();
        }
        if (first.isWord("DISTINCT") && !tokens.peek(1).isSymbol(",") && !tokens.peek(1).isWord("FROM")) {
            throw new ValidationException("Unsupported token in expression: DISTINCT");
        }
        var path = paths.path();
        if (tokens.peek().isSymbol("(")) {
            throw new ValidationException("Unexpected path component at " + first.at());
        }
        refuseAlias();
        return path;
    }

    private List<Order> order() {
        tokens.expectWord("BY");
        var orders = new ArrayList<Order>();
        do {
            var attribute = paths.name("attribute name");
            boolean descending = tokens.word("DESC");
            if (!descending) {
                tokens.word("ASC");
            }
            orders.add(new Order(attribute, descending));
        } while (tokens.skip(","));
        return orders;
    }

    private Statement insert() {
        var table = tableToChange();
        if (tokens.word("VALUES")) {
            throw new ValidationException(
                "Unsupported operation: Inserting multiple items in a single statement is not supported, "
                + "use \"INSERT INTO tableName VALUE item\" instead");
        }
        if (!tokens.word("VALUE")) {
            throw tokens.peek().kind() == Kind.END ? tokens.unexpected("Expected VALUE") : leftOver();
        }
        boolean isItem = tokens.peek().isSymbol("{") || tokens.peek().kind() == Kind.PARAMETER;
        if (!isItem || !(item() instanceof AttributeValue.M(var item))) {
            throw new ValidationException(
                "Unsupported format in item expression. Please use struct format {...} to express item "
                + "values for insert statement.");
        }
        boolean orNothing = orNothing();
        if (tokens.peek().isWord("RETURNING")) {
            throw new ValidationException("RETURNING is not supported in INSERT");
        }
        return new Statement.Insert(table, item, orNothing);
    }

    private AttributeValue item() {
        return tokens.skip("{") ? values.item() : values.value("root");
    }

    private boolean orNothing() {
        if (!tokens.word("ON")) {
            return false;
        }
        tokens.expectWord("CONFLICT");
        if (!tokens.word("DO") || !tokens.word("NOTHING")) {
            throw new ValidationException("Invalid conflict action. Only \"DO NOTHING\" action is supported.");
        }
        return true;
    }

    private String tableToChange() {
        var table = paths.name("table name");
        if (tokens.peek().isSymbol(".")) {
            throw new ValidationException("This operation is not supported on an index");
        }
        return table;
    }

    private Statement delete() {
        var table = tableToChange();
        refuseAlias();
        var where = where();
        var returning = returning();
        returning.filter(told -> !told.all() || !told.old()).ifPresent(told -> {
            throw new ValidationException("Invalid returning clause: RETURNING " + (told.all() ? "ALL " : "MODIFIED ")
                + (told.old() ? "OLD" : "NEW") + " *. Only RETURNING ALL OLD * is allowed in DELETE statements.");
        });
        return new Statement.Delete(table, where, returning);
    }

    private Optional<Returning> returning() {
        if (!tokens.word("RETURNING")) {
            return Optional.empty();
        }
        boolean all = tokens.word("ALL");
        if (!all) {
            tokens.expectWord("MODIFIED");
        }
        boolean old = tokens.word("OLD");
        if (!old) {
            tokens.expectWord("NEW");
        }
        if (!tokens.skip("*")) {
            throw new ValidationException("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause");
        }
        if (tokens.peek().isSymbol(",")) {
            throw new ValidationException("Invalid syntax with multiple returning elements in RETURNING clause");
        }
        return Optional.of(new Returning(all, old));
    }

    private Optional<Condition> where() {
        return tokens.word("WHERE") ? Optional.of(conditions.condition()) : Optional.empty();
    }
}
