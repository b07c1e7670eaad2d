package dev.aloft.service.dynamodb.partiql;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Condition.Comparator;
import dev.aloft.service.dynamodb.expression.Operand;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.expression.Update;
import dev.aloft.service.dynamodb.expression.Update.Term;
import dev.aloft.service.dynamodb.partiql.Statement.Order;
import dev.aloft.service.dynamodb.partiql.Statement.Returning;
import dev.aloft.service.dynamodb.partiql.Statement.Select;
import dev.aloft.service.dynamodb.partiql.Token.Kind;
import dev.aloft.service.dynamodb.value.Numbers;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Reads a statement, its parameters in the places of its question marks. */
final class Parser {
    private static final int MAX_DEPTH = 100;
    private static final Set<String> CLAUSES = Set.of("SET", "REMOVE", "WHERE", "RETURNING", "ORDER", "FROM", "VALUE",
        "AND", "OR", "NOT", "BETWEEN", "IN", "IS", "SELECT", "BY", "GROUP", "HAVING", "LIMIT");
    private static final Set<String> ORDERED = Set.of("S", "N", "B");
    private static final Map<String, String> TYPES = Map.of("NULL", "NULL", "BOOLEAN", "BOOL", "BOOL", "BOOL", "BLOB",
        "B", "STRING", "S", "NUMERIC", "N", "STRUCT", "M", "TUPLE", "M", "LIST", "L");

    private final List<Token> tokens;
    private final List<AttributeValue> parameters;
    private int at;
    private int parameter;
    private int depth;

    Parser(String text, List<AttributeValue> parameters) {
        tokens = Lexer.read(text);
        this.parameters = parameters;
    }

    Statement statement() {
        var statement = operation();
        skip(";");
        if (peek().kind() != Kind.END) {
            throw leftOver();
        }
        if (statement instanceof Select select && !select.order().isEmpty() && select.where().isEmpty()) {
            throw new ValidationException("Must have WHERE clause in the statement when using ORDER BY clause.");
        }
        if (parameter != parameters.size()) {
            throw wrongParameters();
        }
        return statement;
    }

    private static ValidationException leftOver() {
        return Lexer.malformed("Unexpected token after expression");
    }

    private static ValidationException wrongParameters() {
        return new ValidationException("Number of parameters in request and statement don't match.");
    }

    private Statement operation() {
        if (word("SELECT")) {
            return select();
        }
        if (word("INSERT")) {
            expectWord("INTO");
            return insert();
        }
        if (word("UPDATE")) {
            var table = tableToChange();
            refuseAlias();
            var update = update();
            return new Statement.Change(table, update, where(), returning());
        }
        if (word("FROM")) {
            var table = tableToChange();
            refuseAlias();
            var where = where();
            return new Statement.Change(table, update(), where, returning());
        }
        if (word("DELETE")) {
            expectWord("FROM");
            return delete();
        }
        if (word("EXISTS")) {
            expect("(");
            expectWord("SELECT");
            var select = select();
            expect(")");
            return new Statement.Exists(select);
        }
        throw Lexer.malformed("Expected data manipulation");
    }

    private Select select() {
        var paths = new ArrayList<Path>();
        if (skip("*")) {
            if (peek().isSymbol(",")) {
                throw new ValidationException(
                    "Other attributes should not be present in the projection when '*' is used.");
            }
        } else {
            do {
                paths.add(projected());
            } while (skip(","));
        }
        var names = paths.stream().map(path -> path.steps().getLast()).filter(String.class::isInstance).toList();
        names.stream().filter(name -> Collections.frequency(names, name) > 1).findFirst().ifPresent(name -> {
            throw new ValidationException("Duplicate identifiers in select clause: " + name);
        });
        expectWord("FROM");
        var table = name("table name");
        var index = skip(".") ? Optional.of(name("index name")) : Optional.<String>empty();
        if (peek().isSymbol(".")) {
            throw new ValidationException("A path may contain at most 2 components in the FROM clause");
        }
        if (peek().isSymbol(",")) {
            throw new ValidationException("Only select from a single table or index is supported.");
        }
        refuseAlias();
        var where = where();
        var order = word("ORDER") ? order() : List.<Order>of();
        refuseClause();
        return new Select(table, index, paths, where, order);
    }

    private void refuseAlias() {
        var token = peek();
        if (token.kind() == Kind.QUOTED
            || token.kind() == Kind.WORD && !CLAUSES.contains(token.text().toUpperCase(Locale.ROOT))) {
            throw new ValidationException("Aliasing is not supported");
        }
    }

    /** What SQL has and PartiQL's SELECT here has not. */
    private void refuseClause() {
        if (peek().isWord("GROUP") && peek(1).isWord("BY")) {
            throw new ValidationException("Unsupported clause: GROUP BY");
        }
        if (peek().isWord("LIMIT") || peek().isWord("HAVING")) {
            throw new ValidationException("Unsupported clause: " + peek().text().toUpperCase(Locale.ROOT) + " at "
                + peek(1).at());
        }
    }

    private Path projected() {
        var first = peek();
        if (peek().isSymbol("*")) {
            throw new ValidationException("Other attributes should not be present in the projection when '*' is used.");
        }
        if (first.isWord("DISTINCT") && !peek(1).isSymbol(",") && !peek(1).isWord("FROM")) {
            throw new ValidationException("Unsupported token in expression: DISTINCT");
        }
        var path = path();
        if (peek().isSymbol("(")) {
            throw new ValidationException("Unexpected path component at " + first.at());
        }
        refuseAlias();
        return path;
    }

    private List<Order> order() {
        expectWord("BY");
        var orders = new ArrayList<Order>();
        do {
            var attribute = name("attribute name");
            boolean descending = word("DESC");
            if (!descending) {
                word("ASC");
            }
            orders.add(new Order(attribute, descending));
        } while (skip(","));
        return orders;
    }

    private Statement insert() {
        var table = tableToChange();
        if (word("VALUES")) {
            throw new ValidationException(
                "Unsupported operation: Inserting multiple items in a single statement is not supported, "
                + "use \"INSERT INTO tableName VALUE item\" instead");
        }
        if (!word("VALUE")) {
            throw peek().kind() == Kind.END ? unexpected("Expected VALUE") : leftOver();
        }
        if (!peek().isSymbol("{") && peek().kind() != Kind.PARAMETER) {
            throw new ValidationException(
                "Unsupported format in item expression. Please use struct format {...} to express item "
                + "values for insert statement.");
        }
        var given = skip("{") ? Values.checked(new AttributeValue.M(fields(_ -> "root")), Wording.FORMER)
            : value("root");
        if (!(given instanceof AttributeValue.M(var item))) {
            throw new ValidationException(
                "Unsupported format in item expression. Please use struct format {...} to express item "
                + "values for insert statement.");
        }
        boolean orNothing = false;
        if (word("ON")) {
            expectWord("CONFLICT");
            if (!word("DO") || !word("NOTHING")) {
                throw new ValidationException("Invalid conflict action. Only \"DO NOTHING\" action is supported.");
            }
            orNothing = true;
        }
        if (peek().isWord("RETURNING")) {
            throw new ValidationException("RETURNING is not supported in INSERT");
        }
        return new Statement.Insert(table, item, orNothing);
    }

    private String tableToChange() {
        var table = name("table name");
        if (peek().isSymbol(".")) {
            throw new ValidationException("This operation is not supported on an index");
        }
        return table;
    }

    private Update update() {
        var paths = new ArrayList<Path>();
        var actions = new ArrayList<Update.Action>();
        while (true) {
            if (word("SET")) {
                do {
                    set(paths, actions);
                } while (skip(","));
            } else if (word("REMOVE")) {
                do {
                    paths.add(path());
                    actions.add(new Update.Remove());
                } while (skip(","));
            } else {
                break;
            }
        }
        if (actions.isEmpty()) {
            throw unexpected("Expected SET or REMOVE");
        }
        refuseOverlaps(paths);
        return Update.of(paths, actions);
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

    private void set(List<Path> paths, List<Update.Action> actions) {
        var path = path();
        expect("=");
        paths.add(path);
        var next = peek();
        if (next.kind() == Kind.WORD && peek(1).isSymbol("(")
            && (next.isWord("SET_ADD") || next.isWord("SET_DELETE"))) {
            actions.add(ofSet(path, next));
        } else {
            actions.add(new Update.Set(term()));
        }
    }

    private Update.Action ofSet(Path path, Token function) {
        at += 2;
        var name = function.text().toUpperCase(Locale.ROOT);
        var first = peek();
        boolean isPath = isPathStart(first);
        var target = isPath ? Optional.of(path()) : Optional.<Path>empty();
        if (!isPath) {
            value("root");
        }
        if (!skip(",")) {
            throw wrongArguments(name, function);
        }
        var given = value("root");
        if (peek().isSymbol(",")) {
            throw wrongArguments(name, function);
        }
        expect(")");
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
        while (peek().isSymbol("+") || peek().isSymbol("-")) {
            boolean negative = next().isSymbol("-");
            left = new Term.Sum(negative, left, simpleTerm());
        }
        return left;
    }

    private Term simpleTerm() {
        var token = peek();
        if (token.kind() == Kind.WORD && peek(1).isSymbol("(")) {
            if (token.isWord("LIST_APPEND")) {
                at += 2;
                var first = term();
                expect(",");
                var second = term();
                expect(")");
                return new Term.Append(first, second);
            }
            if (token.isWord("IF_NOT_EXISTS")) {
                at += 2;
                var path = path();
                expect(",");
                var otherwise = term();
                expect(")");
                return new Term.IfNotExists(path, otherwise);
            }
            throw unrecognized(token);
        }
        return isPathStart(token) ? new Term.At(path()) : new Term.Literal(value("root"));
    }

    private static ValidationException unrecognized(Token function) {
        return new ValidationException("Unrecognized function: " + function.text().toLowerCase(Locale.ROOT) + " at "
            + function.at());
    }

    private Statement delete() {
        var table = tableToChange();
        refuseAlias();
        var where = where();
        int start = at;
        var returning = returning();
        if (returning.isPresent() && !(returning.get().all() && returning.get().old())) {
            throw new ValidationException("Invalid returning clause: RETURNING "
                + tokens.get(start + 1).text().toUpperCase(Locale.ROOT)
                + " " + tokens.get(start + 2).text().toUpperCase(Locale.ROOT)
                + " *. Only RETURNING ALL OLD * is allowed in DELETE statements.");
        }
        return new Statement.Delete(table, where, returning);
    }

    private Optional<Returning> returning() {
        if (!word("RETURNING")) {
            return Optional.empty();
        }
        boolean all = word("ALL");
        if (!all) {
            expectWord("MODIFIED");
        }
        boolean old = word("OLD");
        if (!old) {
            expectWord("NEW");
        }
        if (!skip("*")) {
            throw new ValidationException("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause");
        }
        if (peek().isSymbol(",")) {
            throw new ValidationException("Invalid syntax with multiple returning elements in RETURNING clause");
        }
        return Optional.of(new Returning(all, old));
    }

    private Optional<Condition> where() {
        return word("WHERE") ? Optional.of(condition()) : Optional.empty();
    }

    private Condition condition() {
        deeper();
        var parts = new ArrayList<Condition>(List.of(conjunction()));
        while (word("OR")) {
            parts.add(conjunction());
        }
        depth--;
        return parts.size() == 1 ? parts.getFirst() : new Condition.Or(parts);
    }

    private void deeper() {
        if (++depth > MAX_DEPTH) {
            throw Lexer.malformed("Statement is nested too deeply");
        }
    }

    private Condition conjunction() {
        var parts = new ArrayList<Condition>(List.of(negation()));
        while (word("AND")) {
            parts.add(negation());
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.And(parts);
    }

    private Condition negation() {
        if (word("NOT")) {
            deeper();
            var part = negation();
            depth--;
            return new Condition.Not(part);
        }
        if (peek().isSymbol("(")) {
            // A parenthesis begins a condition, or an operand of one.
            int start = at;
            int given = parameter;
            next();
            var inner = condition();
            expect(")");
            if (!isComparison(peek()) && !peek().isWord("BETWEEN") && !peek().isWord("IN") && !peek().isWord("IS")) {
                return inner;
            }
            at = start;
            parameter = given;
        }
        return predicate();
    }

    private static boolean isComparison(Token token) {
        return token.kind() == Kind.SYMBOL && Set.of("=", "<>", "!=", "<", "<=", ">", ">=").contains(token.text());
    }

    private Condition predicate() {
        var token = peek();
        if (token.kind() == Kind.WORD && peek(1).isSymbol("(") && !token.isWord("SIZE")) {
            return isTrue(function(token));
        }
        var left = operand();
        if (isComparison(peek())) {
            var symbol = next().text();
            refuseMissing();
            var right = operand();
            if (symbol.startsWith("<") && !symbol.equals("<>") || symbol.startsWith(">")) {
                refuseUnordered(symbol, left, right);
            }
            return new Condition.Compare(Comparator.of(symbol.equals("!=") ? "<>" : symbol), left, right);
        }
        if (word("IS")) {
            return is(left);
        }
        boolean not = word("NOT");
        Condition found;
        if (word("BETWEEN")) {
            var low = operand();
            expectWord("AND");
            var high = operand();
            refuseUnordered("BETWEEN", left, low, high);
            found = Condition.Between.of(left, low, high);
        } else if (word("IN")) {
            found = new Condition.In(left, choices());
        } else if (not) {
            throw unexpected("Expected BETWEEN or IN");
        } else {
            throw new ValidationException("WHERE clause must contain an expression that resolves to a boolean");
        }
        return not ? new Condition.Not(found) : found;
    }

    /** What a function says may be compared with true and false. */
    private Condition isTrue(Condition said) {
        boolean compares = peek().isSymbol("=") && (peek(1).isWord("TRUE") || peek(1).isWord("FALSE"));
        if (!compares) {
            return said;
        }
        at++;
        return next().isWord("TRUE") ? said : new Condition.Not(said);
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
        if (peek().isWord("MISSING")) {
            throw new ValidationException("MISSING must be compared using IS operator");
        }
    }

    private List<Operand> choices() {
        var end = skip("[") ? "]" : null;
        if (end == null) {
            expect("(");
            end = ")";
        }
        var choices = new ArrayList<Operand>();
        if (!peek().isSymbol(end)) {
            do {
                choices.add(operand());
            } while (skip(","));
        }
        expect(end);
        if (choices.isEmpty()) {
            throw new ValidationException(
                "IN operator must have a left hand argument of type Variable Reference and right hand "
                + "argument of type Seq with at least one member");
        }
        return choices;
    }

    private Condition is(Operand left) {
        boolean not = word("NOT");
        if (!(left instanceof Operand.At(var path))) {
            throw new ValidationException(
                "The left hand side argument to IS must be a Variable Reference, Literal, or Path");
        }
        var type = next().text().toUpperCase(Locale.ROOT);
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
        at += 2;
        var name = function.text().toLowerCase(Locale.ROOT);
        if (name.equals("attribute_exists") || name.equals("attribute_not_exists")) {
            return exists(name);
        }
        if (!Set.of("begins_with", "contains", "attribute_type").contains(name)) {
            if (name.equals("exists") && peek().isWord("SELECT")) {
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
        if (!peek().isSymbol(")")) {
            do {
                operands.add(operand());
            } while (skip(","));
        }
        expect(")");
        return operands;
    }

    private Operand operand() {
        if (skip("(")) {
            deeper();
            var inner = operand();
            depth--;
            expect(")");
            return inner;
        }
        var token = peek();
        if (token.kind() == Kind.WORD && peek(1).isSymbol("(")) {
            if (!token.isWord("SIZE")) {
                throw unrecognized(token);
            }
            at += 2;
            var inner = operand();
            expect(")");
            return new Operand.Size(inner);
        }
        refuseMissing();
        return isPathStart(token) ? new Operand.At(path()) : new Operand.Literal(value("root"));
    }

    private static boolean isPathStart(Token token) {
        return token.kind() == Kind.QUOTED || token.kind() == Kind.WORD
            && !Set.of("TRUE", "FALSE", "NULL", "MISSING").contains(token.text().toUpperCase(Locale.ROOT));
    }

    private Path path() {
        if (peek().isSymbol("[")) {
            throw new ValidationException("A path cannot start with a list index");
        }
        var steps = new ArrayList<Object>();
        steps.add(name("attribute name"));
        while (true) {
            if (skip(".")) {
                if (peek().isSymbol("*")) {
                    throw new ValidationException("Unpivot path component like a.*.b are not supported");
                }
                if (peek().isWord("INNER")) {
                    throw Lexer.malformed("Invalid path dot component");
                }
                steps.add(name("path component"));
            } else if (skip("[")) {
                steps.add(position());
            } else {
                return new Path(steps);
            }
        }
    }

    private Object position() {
        var token = next();
        if (token.isSymbol("*")) {
            throw new ValidationException("Wildcard path component like a[*].b are not supported");
        }
        if (token.kind() == Kind.TEXT || token.kind() == Kind.QUOTED) {
            expect("]");
            return token.text();
        }
        if (token.kind() != Kind.NUMBER || !token.text().matches("[0-9]{1,9}")) {
            throw new ValidationException("List index is not within the allowable range; index: [" + token.text()
                + "]");
        }
        expect("]");
        return Integer.parseInt(token.text());
    }

    private String name(String what) {
        var token = next();
        if (token.kind() != Kind.QUOTED && (token.kind() != Kind.WORD
                || CLAUSES.contains(token.text().toUpperCase(Locale.ROOT)))) {
            at--;
            throw unexpected("Expected " + what);
        }
        if (token.text().isEmpty()) {
            throw new ValidationException("Path component cannot be an empty string");
        }
        return token.text();
    }

    /** @param under the path to it from the attribute, which is the root, for complaints */
    private AttributeValue value(String under) {
        deeper();
        try {
            return Values.checked(rawValue(under), Wording.FORMER);
        } finally {
            depth--;
        }
    }

    private AttributeValue rawValue(String under) {
        var token = next();
        switch (token.kind()) {
            case PARAMETER -> {
                if (parameter >= parameters.size()) {
                    throw wrongParameters();
                }
                return parameters.get(parameter++);
            }
            case TEXT -> {
                return new AttributeValue.S(token.text());
            }
            case NUMBER -> {
                return number(token.text(), under);
            }
            case WORD -> {
                if (token.isWord("TRUE") || token.isWord("FALSE")) {
                    return new AttributeValue.BOOL(token.isWord("TRUE"));
                }
                if (token.isWord("NULL")) {
                    return new AttributeValue.NULL(true);
                }
                if (peek().isSymbol("(")) {
                    throw new ValidationException("Unsupported data type: " + token.text().toLowerCase(Locale.ROOT)
                        + " under key " + under + " at " + token.at());
                }
            }
            case SYMBOL -> {
                switch (token.text()) {
                    case "-", "+" -> {
                        var number = next();
                        if (number.kind() == Kind.NUMBER) {
                            return number((token.text().equals("-") ? "-" : "") + number.text(), under);
                        }
                        at--;
                    }
                    case "[" -> {
                        return new AttributeValue.L(elements("]", under));
                    }
                    case "<<" -> {
                        return set(elements(">>", under));
                    }
                    case "{" -> {
                        return new AttributeValue.M(fields(name -> under + "." + name));
                    }
                    default -> { }
                }
            }
            case QUOTED, END -> { }
        }
        at--;
        throw unexpected("Unexpected term");
    }

    private static AttributeValue number(String text, String under) {
        try {
            return new AttributeValue.N(Numbers.normalise(text, Wording.FORMER));
        } catch (ValidationException e) {
            throw new ValidationException(e.getMessage() + " under " + under);
        }
    }

    private List<AttributeValue> elements(String end, String under) {
        var elements = new ArrayList<AttributeValue>();
        if (!peek().isSymbol(end)) {
            do {
                elements.add(value(under + "[" + elements.size() + "]"));
            } while (skip(","));
        }
        expect(end);
        return elements;
    }

    private Map<String, AttributeValue> fields(UnaryOperator<String> under) {
        var fields = new LinkedHashMap<String, AttributeValue>();
        if (!peek().isSymbol("}")) {
            do {
                var name = next();
                if (name.kind() != Kind.TEXT && name.kind() != Kind.QUOTED) {
                    at--;
                    throw unexpected("Expected attribute name");
                }
                expect(":");
                if (fields.put(name.text(), value(under.apply(name.text()))) != null) {
                    throw new ValidationException("Duplicate keys in tuple. Key: " + name.text() + " under root");
                }
            } while (skip(","));
        }
        expect("}");
        return fields;
    }

    private static AttributeValue set(List<AttributeValue> elements) {
        if (elements.isEmpty()) {
            throw new ValidationException("Empty bags are not supported");
        }
        if (elements.stream().allMatch(AttributeValue.S.class::isInstance)) {
            return new AttributeValue.SS(elements.stream().map(one -> ((AttributeValue.S) one).value()).toList());
        }
        if (elements.stream().allMatch(AttributeValue.N.class::isInstance)) {
            return new AttributeValue.NS(elements.stream().map(one -> ((AttributeValue.N) one).value()).toList());
        }
        if (elements.stream().allMatch(AttributeValue.B.class::isInstance)) {
            return new AttributeValue.BS(elements.stream().map(one -> ((AttributeValue.B) one).value()).toList());
        }
        throw new ValidationException(
            "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags");
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    private Token next() {
        var token = tokens.get(at);
        // The end stays where it is, but may be taken once and put back.
        at = Math.min(at + 1, tokens.size() - 1);
        if (token.kind() == Kind.END) {
            throw Lexer.malformed("Unexpected end of statement", token.at());
        }
        return token;
    }

    private boolean skip(String symbol) {
        if (peek().isSymbol(symbol)) {
            at++;
            return true;
        }
        return false;
    }

    private boolean word(String word) {
        if (peek().isWord(word)) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(String symbol) {
        if (!skip(symbol)) {
            throw unexpected("Expected '" + symbol + "'");
        }
    }

    private void expectWord(String word) {
        if (!word(word)) {
            throw unexpected("Expected " + word);
        }
    }

    private ValidationException unexpected(String what) {
        return Lexer.malformed(what, peek().at());
    }
}
