package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.dynamodb.Change.Outcome;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Condition.Comparator;
import dev.aloft.service.dynamodb.expression.Operand;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.expression.Projection;
import dev.aloft.service.dynamodb.partiql.Statement;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a PartiQL statement means for a table: which item, which write, and which action of IAM. */
final class Statements {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]{3,255}");

    private Statements() {
    }

    static Statement parse(String text, List<AttributeValue> parameters) {
        var given = new ArrayList<AttributeValue>();
        if (parameters != null) {
            parameters.forEach(value -> given.add(Values.checked(value, Wording.FORMER)));
        }
        return Statement.parse(text, given);
    }

    static TableRef table(Caller caller, String name) {
        if (!Arn.isArn(name) && !NAME.matcher(name).matches()) {
            throw new ValidationException(
                "Table name should be within the length [3, 255] and only contain 'a-z', 'A-Z', '0-9', "
                + "'-', '_', '.'.");
        }
        return TableRef.of(caller, name);
    }

    /** What IAM is asked of a statement; of one that cannot be read, about any table. */
    static Access access(Caller caller, String text, List<AttributeValue> parameters) {
        try {
            var statement = parse(text, parameters);
            var action = switch (statement) {
                case Statement.Select _, Statement.Exists _ -> "PartiQLSelect";
                case Statement.Insert _ -> "PartiQLInsert";
                case Statement.Change _ -> "PartiQLUpdate";
                case Statement.Delete _ -> "PartiQLDelete";
            };
            var arn = TableRef.arn(caller, statement.table());
            return Access.to("dynamodb:" + action, statement instanceof Statement.Select select
                && select.index().isPresent() ? arn + "/index/" + select.index().get() : arn);
        } catch (ValidationException _) {
            return Access.to("dynamodb:PartiQLSelect");
        }
    }

    /** The conditions that all have to hold. */
    static List<Condition> parts(Optional<Condition> where) {
        return where.map(condition -> condition instanceof Condition.And(var parts)
            ? parts.stream().flatMap(part -> parts(Optional.of(part)).stream()).toList() : List.of(condition))
            .orElse(List.of());
    }

    /** The value that a condition wants an attribute to have, if it is such a condition. */
    static Optional<AttributeValue> equality(Condition condition, String attribute) {
        return condition instanceof Condition.Compare(var comparator, var left, var right)
            && comparator == Comparator.EQ
            ? left instanceof Operand.At(var path) && path.equals(Path.of(attribute))
            && right instanceof Operand.Literal(var value) ? Optional.of(value)
                : right instanceof Operand.At(var other) && other.equals(Path.of(attribute))
                    && left instanceof Operand.Literal(var mirrored) ? Optional.of(mirrored) : Optional.empty()
            : Optional.empty();
    }

    /**
     * Which item a condition names.
     *
     * @param rest what else it wants of the item
     */
    record Item(Map<String, AttributeValue> key, List<Condition> rest) {
    }

    /** The item that a condition names by its whole key, if it does. */
    static Optional<Item> item(KeySchema schema, Optional<Condition> where) {
        var key = new LinkedHashMap<String, AttributeValue>();
        var rest = new ArrayList<Condition>();
        for (var part : parts(where)) {
            var name = schema.names().stream().filter(one -> equality(part, one).isPresent()).findFirst();
            if (name.isEmpty()) {
                rest.add(part);
            } else if (key.put(name.get(), equality(part, name.get()).orElseThrow()) != null) {
                throw new ValidationException("Multiple conditions on same key " + name.get()
                    + ". Only single item Update/Insert/Delete are supported");
            }
        }
        return key.size() == schema.names().size() ? Optional.of(new Item(key, rest)) : Optional.empty();
    }

    /** Where the item of a statement stands, if the statement names one. */
    static Optional<Key> target(LiveTable table, Statement statement) {
        try {
            var named = switch (statement) {
                case Statement.Insert(_, var item, _) -> Optional.of(item);
                case Statement.Change(_, _, var where, _) -> item(table.schema, where).map(Item::key);
                case Statement.Delete(_, var where, _) -> item(table.schema, where).map(Item::key);
                case Statement.Select select -> item(table.schema, select.where()).map(Item::key);
                case Statement.Exists(var select) -> item(table.schema, select.where()).map(Item::key);
            };
            return named.map(item -> table.at(table.schema.ofItem(item)));
        } catch (ValidationException _) {
            // Told where the statement is carried out.
            return Optional.empty();
        }
    }

    private static Item itemToChange(LiveTable table, Optional<Condition> where) {
        return item(table.schema, where).orElseThrow(() ->
            new ValidationException("Where clause does not contain a mandatory equality on all key attributes"));
    }

    /** The write that a statement is. */
    static Change change(LiveTable table, Statement statement, boolean tellsOld, boolean wantsOld) {
        var hash = Path.of(table.schema.hash());
        return switch (statement) {
            case Statement.Insert(_, var item, _) -> insert(table, item, tellsOld, wantsOld);
            case Statement.Change(_, var update, var where, _) -> {
                var named = itemToChange(table, where);
                var conditions = new ArrayList<Condition>(List.of(new Condition.Exists(hash)));
                conditions.addAll(named.rest());
                yield UpdateItem.change(named.key(), update, Optional.of(new Condition.And(conditions)), tellsOld,
                    wantsOld).apply(table);
            }
            case Statement.Delete(_, var where, _) -> {
                var named = itemToChange(table, where);
                // Of an item that is not there nothing is wanted.
                Optional<Condition> condition = named.rest().isEmpty()
                    ? Optional.empty() : Optional.of(new Condition.Or(List.of(
                    new Condition.Not(new Condition.Exists(hash)), new Condition.And(named.rest()))));
                yield new Change(table, table.schema.ofKey(named.key()), condition, tellsOld, wantsOld,
                    new Change.Delete());
            }
            case Statement.Exists(var select) -> {
                var named = item(table.schema, select.where()).filter(item -> !item.rest().isEmpty()).orElseThrow(() ->
                    new ValidationException("EXISTS() must contain a single item read with additional condition"));
                var conditions = new ArrayList<Condition>(List.of(new Condition.Exists(hash)));
                conditions.addAll(named.rest());
                yield new Change(table, table.schema.ofKey(named.key()), Optional.of(new Condition.And(conditions)),
                    tellsOld, wantsOld, new Change.Check());
            }
            case Statement.Select _ -> throw new IllegalArgumentException("A read is no change");
        };
    }

    private static Change insert(LiveTable table, Map<String, AttributeValue> item, boolean tellsOld,
            boolean wantsOld) {
        for (var name : table.schema.names()) {
            if (!item.containsKey(name)) {
                throw new ValidationException("Key attribute should be present in the item: Key " + name);
            }
            if (!Values.type(item.get(name)).equals(table.schema.type(name))) {
                throw new ValidationException(
                    "Key attribute's data type should match its data type in table's schema: Key " + name);
            }
        }
        ItemWriter.checkSize(item, "Item size has exceeded the maximum allowed size");
        var missing = new Condition.Not(new Condition.Exists(Path.of(table.schema.hash())));
        return PutItem.change(item, ITEMS.encode(item), Optional.of(missing), tellsOld, wantsOld).apply(table);
    }

    /** How many bytes a write counts in a transaction, as far as they are in the statement. */
    static int bytes(Statement statement) {
        return statement instanceof Statement.Insert(_, var item, _) ? ItemSize.of(item) : 0;
    }

    static Optional<Statement.Returning> returning(Statement statement) {
        return switch (statement) {
            case Statement.Change change -> change.returning();
            case Statement.Delete delete -> delete.returning();
            case Statement.Select _, Statement.Insert _, Statement.Exists _ -> Optional.empty();
        };
    }

    /** What a change tells of its item; nothing where it tells nothing, or where there is nothing to tell. */
    static Optional<Map<String, AttributeValue>> told(Statement statement, Outcome outcome) {
        return returning(statement).flatMap(returning -> {
            var item = returning.old() ? outcome.before() : outcome.after();
            if (item == null || returning.all()) {
                return Optional.ofNullable(item);
            }
            var modified = Projection.of(((Statement.Change) statement).update().paths()).of(item);
            return modified.isEmpty() ? Optional.empty() : Optional.of(modified);
        });
    }

    /** The parts of an item that a SELECT names, each under the last name of its path. */
    static Map<String, AttributeValue> projected(List<Path> paths, Map<String, AttributeValue> item) {
        if (paths.isEmpty()) {
            return item;
        }
        var some = new LinkedHashMap<String, AttributeValue>();
        for (int i = 0; i < paths.size(); i++) {
            var value = paths.get(i).in(item);
            if (value != null) {
                some.put(paths.get(i).steps().getLast() instanceof String name ? name : "_" + (i + 1), value);
            }
        }
        return some;
    }
}
