package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.Select;
import dev.aloft.api.DynamoDb.WriteRequest;
import dev.aloft.api.Principal;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.KeyCondition;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.expression.Placeholders;
import dev.aloft.service.dynamodb.expression.Projection;
import dev.aloft.service.dynamodb.expression.Update;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The condition keys of policies that allow only some items and attributes: which partition keys and which top-level
 * attributes a request touches, and what it wants returned. The account's root needs none of this and is not kept
 * waiting.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html">Fine-grained
 *     access control</a>
 */
final class FineGrained {
    private static final String LEADING_KEYS = "dynamodb:LeadingKeys";
    private static final String ATTRIBUTES = "dynamodb:Attributes";
    private static final String SELECT = "dynamodb:Select";
    private static final String RETURN_VALUES = "dynamodb:ReturnValues";
    private static final String RETURN_CAPACITY = "dynamodb:ReturnConsumedCapacity";

    private final OpenTables tables;
    private final Store store;

    FineGrained(OpenTables tables, Store store) {
        this.tables = tables;
        this.store = store;
    }

    /** The access with the keys that the request has. What cannot be read has none: the operation refuses it. */
    Access with(Access access, Caller caller, DynamoDb.Request input) {
        if (caller.principal() instanceof Principal.Root) {
            return access;
        }
        try {
            return keys(access, caller, input);
        } catch (ApiError _) {
            return access;
        }
    }

    /** The same for one item of a transaction. */
    Access leading(Access access, Caller caller, String table, Map<String, AttributeValue> item) {
        if (caller.principal() instanceof Principal.Root) {
            return access;
        }
        try {
            return access.with(LEADING_KEYS, leading(caller, table, List.of(item)))
                .with(ATTRIBUTES, List.copyOf(item.keySet()));
        } catch (ApiError _) {
            return access;
        }
    }

    private Access keys(Access access, Caller caller, DynamoDb.Request input) {
        return switch (input) {
            case DynamoDb.GetItemRequest r -> item(access, caller, r.tableName(), List.of(r.key()),
                projected(r.projectionExpression(), r.attributesToGet(), r.expressionAttributeNames()))
                .with(RETURN_CAPACITY, r.returnConsumedCapacity());
            case DynamoDb.PutItemRequest r -> item(access, caller, r.tableName(), List.of(r.item()),
                conditional(r.item().keySet(), r.conditionExpression(), r.expressionAttributeNames(),
                    r.expressionAttributeValues()))
                .with(RETURN_VALUES, or(r.returnValues(), "NONE")).with(RETURN_CAPACITY, r.returnConsumedCapacity());
            case DynamoDb.DeleteItemRequest r -> item(access, caller, r.tableName(), List.of(r.key()),
                conditional(r.key().keySet(), r.conditionExpression(), r.expressionAttributeNames(),
                    r.expressionAttributeValues()))
                .with(RETURN_VALUES, or(r.returnValues(), "NONE")).with(RETURN_CAPACITY, r.returnConsumedCapacity());
            case DynamoDb.UpdateItemRequest r -> item(access, caller, r.tableName(), List.of(r.key()), updated(r))
                .with(RETURN_VALUES, or(r.returnValues(), "NONE")).with(RETURN_CAPACITY, r.returnConsumedCapacity());
            case DynamoDb.BatchGetItemRequest r -> {
                var keys = new ArrayList<String>();
                r.requestItems().forEach((table, one) -> keys.addAll(leading(caller, table, one.keys())));
                yield access.with(LEADING_KEYS, keys);
            }
            case DynamoDb.BatchWriteItemRequest r -> {
                var keys = new ArrayList<String>();
                r.requestItems().forEach((table, some) -> keys.addAll(leading(caller, table, some.stream()
                    .map(FineGrained::attributes).toList())));
                yield access.with(LEADING_KEYS, keys);
            }
            case DynamoDb.QueryRequest r -> query(access, caller, r);
            case DynamoDb.ScanRequest r -> access.with(SELECT, select(r.select(), r.projectionExpression(),
                r.attributesToGet(), r.indexName())).with(RETURN_CAPACITY, r.returnConsumedCapacity());
            default -> access;
        };
    }

    private static Map<String, AttributeValue> attributes(WriteRequest request) {
        return request.putRequest() != null ? request.putRequest().item() : request.deleteRequest().key();
    }

    private Access item(Access access, Caller caller, String table, List<Map<String, AttributeValue>> items,
            Optional<Set<String>> attributes) {
        var keyed = access.with(LEADING_KEYS, leading(caller, table, items));
        return attributes.map(names -> keyed.with(ATTRIBUTES, List.copyOf(names))).orElse(keyed);
    }

    private List<String> leading(Caller caller, String table, Collection<Map<String, AttributeValue>> items) {
        var ref = TableRef.of(caller, table);
        var hash = store.read(tx -> tables.open(tx, ref)).schema.hash();
        return items.stream().map(item -> item.get(hash)).filter(value -> value != null).map(FineGrained::text)
            .distinct().toList();
    }

    private static String text(AttributeValue value) {
        return switch (value) {
            case AttributeValue.S(var text) -> text;
            case AttributeValue.N(var number) -> number;
            case AttributeValue.B(var bytes) -> bytes.base64();
            default -> "";
        };
    }

    /** Nothing where all attributes are asked for. */
    private static Optional<Set<String>> projected(String expression, List<String> attributes,
            Map<String, String> names) {
        if (expression != null) {
            return Optional.of(names(Projection.parse(expression, Placeholders.of(names, null, Wording.PRESENT))
                .paths()));
        }
        return attributes == null ? Optional.empty() : Optional.of(Set.copyOf(attributes));
    }

    private static Optional<Set<String>> conditional(Set<String> written, String condition, Map<String, String> names,
            Map<String, AttributeValue> values) {
        var all = new LinkedHashSet<>(written);
        if (condition != null) {
            all.addAll(names(Condition.parse("ConditionExpression", condition,
                Placeholders.of(names, values, Wording.PRESENT)).paths()));
        }
        return Optional.of(all);
    }

    private static Optional<Set<String>> updated(DynamoDb.UpdateItemRequest r) {
        var all = new LinkedHashSet<>(conditional(r.key().keySet(), r.conditionExpression(),
            r.expressionAttributeNames(), r.expressionAttributeValues()).orElseThrow());
        if (r.updateExpression() != null) {
            all.addAll(names(Update.parse(r.updateExpression(), Placeholders.of(r.expressionAttributeNames(),
                r.expressionAttributeValues(), Wording.PRESENT)).allPaths()));
        }
        if (r.attributeUpdates() != null) {
            all.addAll(r.attributeUpdates().keySet());
        }
        return Optional.of(all);
    }

    private static Set<String> names(Collection<Path> paths) {
        var names = new LinkedHashSet<String>();
        paths.forEach(path -> names.add(path.attribute()));
        return names;
    }

    private Access query(Access access, Caller caller, DynamoDb.QueryRequest r) {
        var conditions = r.keyConditionExpression() == null ? Legacy.keyConditions(r.keyConditions())
            : KeyCondition.of(KeyCondition.read(r.keyConditionExpression(),
                Placeholders.of(r.expressionAttributeNames(), r.expressionAttributeValues(), Wording.PRESENT)));
        var ref = TableRef.of(caller, r.tableName());
        var table = store.read(tx -> tables.open(tx, ref));
        var hash = r.indexName() == null ? table.schema.hash() : table.index(r.indexName()).schema.hash();
        var test = conditions.tests().get(hash);
        var keyed = access.with(SELECT, select(r.select(), r.projectionExpression(), r.attributesToGet(),
            r.indexName())).with(RETURN_CAPACITY, r.returnConsumedCapacity());
        var leading = test == null ? keyed
            : keyed.with(LEADING_KEYS, test.values().stream().map(FineGrained::text).toList());
        return projected(r.projectionExpression(), r.attributesToGet(), r.expressionAttributeNames())
            .map(names -> leading.with(ATTRIBUTES, List.copyOf(names))).orElse(leading);
    }

    /** What a query or a scan returns, said or not. */
    private static String select(String select, String expression, List<String> attributes, String index) {
        return select != null ? select
            : expression != null || attributes != null ? Select.SPECIFIC_ATTRIBUTES
            : index != null ? Select.ALL_PROJECTED_ATTRIBUTES : Select.ALL_ATTRIBUTES;
    }

    private static String or(String value, String otherwise) {
        return value == null ? otherwise : value;
    }
}
