package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.QueryRequest;
import dev.aloft.api.DynamoDb.QueryResponse;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.dynamodb.Pages.Selection;
import dev.aloft.service.dynamodb.Pages.Source;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Condition.Comparator;
import dev.aloft.service.dynamodb.expression.KeyCondition;
import dev.aloft.service.dynamodb.expression.Operand;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.expression.Placeholders;
import dev.aloft.service.dynamodb.expression.Projection;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

final class Query {
    private final OpenTables tables;
    private final Store store;

    Query(OpenTables tables, Store store) {
        this.tables = tables;
        this.store = store;
    }

    QueryResponse query(Caller caller, QueryRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        if (in.limit() != null && in.limit() < 1) {
            throw new ValidationException("1 validation error detected: Value at 'Limit' failed to satisfy constraint: "
                + "Member must have value greater than or equal to 1");
        }
        checkKinds(in);
        var queryFilter = Legacy.filter(in.queryFilter(), in.conditionalOperator());
        var attributes = Legacy.attributes(in.attributesToGet());
        var start = Pages.startKey(in.exclusiveStartKey());
        if (in.keyConditions() == null && in.keyConditionExpression() == null) {
            throw new ValidationException(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
        }
        var placeholders = Placeholders.of(in.expressionAttributeNames(), in.expressionAttributeValues());
        var keyCondition = in.keyConditionExpression() == null ? Optional.<Condition>empty()
            : Optional.of(KeyCondition.read(in.keyConditionExpression(), placeholders));
        var filter = in.filterExpression() == null ? queryFilter
            : Optional.of(Condition.parse("FilterExpression", in.filterExpression(), placeholders));
        var projection = in.projectionExpression() == null ? attributes
            : Optional.of(Projection.parse(in.projectionExpression(), placeholders));
        placeholders.refuseUnused();
        var conditions = keyCondition.map(KeyCondition::of).orElseGet(() -> Legacy.keyConditions(in.keyConditions()));
        int tests = conditions.tests().size();
        if (tests != 1 && tests != 2) {
            throw new ValidationException("Conditions can be of length 1 or 2 only");
        }
        var selection = Selection.of(in.select(), in.indexName(), projection, in.projectionExpression() != null,
            "1 validation error detected: ");

        return store.read(tx -> {
            var source = Source.of(tables.open(tx, ref), in.indexName(), in.consistentRead());
            checkTests(source, conditions, start);
            if (start != null) {
                checkStart(source, conditions, start);
            }
            projection.ifPresent(wanted -> source.table().refuseNestedKeys(wanted.paths()));
            filter.ifPresent(condition -> checkFilter(source, condition, in.filterExpression() == null));
            selection.needsTable(source);
            filter.ifPresent(condition -> source.table().refuseNestedKeys(Operand.paths(condition)));
            var range = range(source, conditions);
            if (Boolean.FALSE.equals(in.scanIndexForward())) {
                range = range.reversed();
            }
            if (start != null) {
                range = range.after(source.start(start));
            }
            var page = Pages.read(tx, source, range, in.limit(), filter, selection,
                Boolean.TRUE.equals(in.consistentRead()));
            return new QueryResponse(page.items(), page.count(), page.scanned(), page.last().orElse(null),
                page.capacity().told(in.tableName(), in.returnConsumedCapacity()));
        });
    }

    private static void checkKinds(QueryRequest in) {
        // KeyConditions go with the other expressions, unless there are two key conditions.
        boolean mixes = in.keyConditionExpression() != null;
        new ParameterKinds().projection("ProjectionExpression", in.projectionExpression())
            .expression("FilterExpression", in.filterExpression())
            .expression("KeyConditionExpression", in.keyConditionExpression())
            .legacy("AttributesToGet", in.attributesToGet()).legacy("QueryFilter", in.queryFilter())
            .legacy("ConditionalOperator", in.conditionalOperator())
            .legacy("KeyConditions", mixes ? in.keyConditions() : null)
            .check(in.expressionAttributeNames(), in.expressionAttributeValues());
    }

    private static void checkTests(Source source, KeyCondition conditions, Map<String, AttributeValue> start) {
        var schema = source.schema();
        if (start != null && start.size() != source.startNames().size()) {
            throw new ValidationException("The provided starting key is invalid");
        }
        for (var name : schema.names()) {
            if (start != null) {
                if (!start.containsKey(name)) {
                    throw new ValidationException("The provided starting key is invalid");
                }
                schema.checkPiece(name, start.get(name));
            }
            boolean hash = name.equals(schema.hash());
            if (hash && schema.range().isEmpty() && conditions.tests().size() > 1) {
                throw new ValidationException("Query key condition not supported");
            }
            var test = conditions.tests().get(name);
            if (test == null) {
                if (hash || conditions.tests().size() > 1) {
                    throw new ValidationException("Query condition missed key schema element: " + name);
                }
                continue;
            }
            if (test instanceof KeyCondition.NotIndexable) {
                throw new ValidationException("Attempted conditional constraint is not an indexable operation");
            }
            if (test.values().stream().anyMatch(value -> !Values.type(value).equals(schema.type(name)))) {
                throw ValidationException.parameters("Condition parameter type does not match schema type");
            }
            if (hash && !(test instanceof KeyCondition.Compares(var comparator, _) && comparator == Comparator.EQ)) {
                throw new ValidationException("Query key condition not supported");
            }
            if (!(test instanceof KeyCondition.BeginsWith) || !hash) {
                test.values().forEach(value -> checkValue(schema, name, value, test));
            }
        }
    }

    /** A key is never empty; a prefix or a bound of a range may be. */
    private static void checkValue(KeySchema schema, String name, AttributeValue value, KeyCondition.Test test) {
        if (KeySchema.isEmpty(value) && test instanceof KeyCondition.Compares(var comparator, _)
            && comparator == Comparator.EQ) {
            throw new ValidationException("One or more parameter values are not valid. " + KeySchema.empty(value) + " Key: "
                + name);
        }
        schema.checkSize(name, value);
    }

    private static void checkStart(Source source, KeyCondition conditions, Map<String, AttributeValue> start) {
        var table = source.table().schema;
        try {
            table.ofKey(table.keyOf(start));
        } catch (ValidationException e) {
            throw new ValidationException("The provided starting key is invalid: " + e.getMessage());
        }
        var schema = source.schema();
        boolean samePartition = conditions.tests().get(schema.hash()).accepts(start.get(schema.hash()));
        var rangeTest = schema.range().map(conditions.tests()::get);
        if (rangeTest.isEmpty()) {
            if (!samePartition) {
                throw new ValidationException(
                    "The provided starting key is outside query boundaries based on provided conditions");
            }
        } else {
            if (!rangeTest.get().accepts(start.get(schema.range().get()))) {
                throw new ValidationException("The provided starting key does not match the range key predicate");
            }
            if (!samePartition) {
                throw new ValidationException("The query can return at most one row and cannot be restarted");
            }
        }
    }

    private static void checkFilter(Source source, Condition filter, boolean legacy) {
        var paths = Operand.paths(filter);
        for (var name : source.schema().names()) {
            if (paths.stream().map(Path::attribute).anyMatch(name::equals)) {
                throw new ValidationException((legacy ? "QueryFilter" : "Filter Expression")
                    + " can only contain non-primary key attributes: Primary key attribute: " + name);
            }
        }
    }

    /** The part of the partition that the condition on the sort key leaves. */
    private static Range range(Source source, KeyCondition conditions) {
        var schema = source.schema();
        var hash = ((KeyCondition.Compares) conditions.tests().get(schema.hash())).with();
        var partition = source.at(KeySchema.partitionKey(hash));
        var range = Range.of(partition);
        return switch (schema.range().map(conditions.tests()::get).orElse(null)) {
            case KeyCondition.Compares(var comparator, var with) -> {
                var at = partition.and((Object) KeySchema.ordered(with));
                yield switch (comparator) {
                    case EQ -> Range.of(at);
                    case LT -> range.to(at);
                    case LE -> range.to(behind(at));
                    case GT -> range.from(behind(at));
                    case GE -> range.from(at);
                    case NE -> throw new IllegalStateException("no key condition");
                };
            }
            case KeyCondition.Between(var low, var high) -> Values.compare(low, high) > 0 ? range.to(partition)
                : range.from(partition.and((Object) KeySchema.ordered(low)))
                    .to(behind(partition.and((Object) KeySchema.ordered(high))));
            case KeyCondition.BeginsWith(var prefix) -> {
                var start = KeySchema.ordered(prefix);
                var from = range.from(partition.and((Object) start));
                yield successor(start).map(next -> from.to(partition.and((Object) next))).orElse(from);
            }
            case KeyCondition.NotIndexable _ -> throw new IllegalStateException("no key condition");
            case null -> range;
        };
    }

    /** Behind all keys that begin with the elements of this one: an element that goes on has 0xFF there, a next one less. */
    private static Key behind(Key key) {
        var bytes = Arrays.copyOf(key.raw(), key.length() + 1);
        bytes[key.length()] = (byte) 0xFE;
        return Key.decoded(bytes);
    }

    /** The first bytes that come after all that begin so, unless nothing does. */
    private static Optional<byte[]> successor(byte[] prefix) {
        int length = prefix.length;
        while (length > 0 && prefix[length - 1] == (byte) 0xFF) {
            length--;
        }
        if (length == 0) {
            return Optional.empty();
        }
        var next = Arrays.copyOf(prefix, length);
        next[length - 1]++;
        return Optional.of(next);
    }
}
