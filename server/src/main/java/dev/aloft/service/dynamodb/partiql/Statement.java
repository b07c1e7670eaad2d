package dev.aloft.service.dynamodb.partiql;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.expression.Update;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a statement says. */
public sealed interface Statement {
    /** The table as it is named. */
    String table();

    /** @throws dev.aloft.service.dynamodb.value.ValidationException with AWS's words for what is wrong with it */
    static Statement parse(String text, List<AttributeValue> parameters) {
        return new StatementReader(text, parameters).statement();
    }

    /**
     * Reads items.
     *
     * @param paths what of them is wanted; none means all
     */
    record Select(String table, Optional<String> index, List<Path> paths, Optional<Condition> where, List<Order> order)
        implements Statement {
    }

    /** By which attribute items are sorted. */
    record Order(String attribute, boolean descending) {
    }

    /** @param orNothing an item that is there already is no mistake */
    record Insert(String table, Map<String, AttributeValue> item, boolean orNothing) implements Statement {
    }

    record Change(String table, Update update, Optional<Condition> where,
            Optional<Returning> returning) implements Statement {
    }

    record Delete(String table, Optional<Condition> where, Optional<Returning> returning) implements Statement {
    }

    /** In a transaction: that an item is there and a condition holds of it. */
    record Exists(Select select) implements Statement {
        @Override
        public String table() {
            return select.table();
        }
    }

    /** Which attributes of the item a change tells, and whether as they were or as they are. */
    record Returning(boolean all, boolean old) {
    }

    /** Whether it only reads. */
    default boolean reads() {
        return this instanceof Select;
    }
}
