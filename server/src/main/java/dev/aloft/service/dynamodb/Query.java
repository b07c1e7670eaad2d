package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.QueryRequest;
import dev.aloft.api.DynamoDb.QueryResponse;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.service.dynamodb.Pages.Selection;
import dev.aloft.service.dynamodb.Pages.Source;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Condition.Comparator;
import dev.aloft.service.dynamodb.expression.KeyCondition;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.expression.Placeholders;
import dev.aloft.service.dynamodb.expression.Projection;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

final class Query {
    private final Reads reads;

    Query(Reads reads) {
        this.reads = reads;
    }

    QueryResponse query(Caller caller, QueryRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        if (in.limit() != null && in.limit() < 1) {
            throw new ValidationException("1 validation error detected: Value at 'Limit' failed to satisfy constraint: "
                + "Member must have value greater than or equal to 1");
        }
        checkKinds(in);
        var queryFilter = Legacy.filter(in.queryFilter(), in.conditionalOperator(), Wording.PRESENT);
        var attributes = Legacy.attributes(in.attributesToGet());
        var start = Pages.startKey(in.exclusiveStartKey(), Wording.PRESENT);
        if (in.keyConditions() == null && in.keyConditionExpression() == null) {
            throw new ValidationException(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
        }
        var placeholders = Placeholders.of(in.expressionAttributeNames(), in.expressionAttributeValues(),
            Wording.PRESENT);
        var keyCondition = in.keyConditionExpression() == null ? Optional.<Condition>empty()
            : Optional.of(KeyCondition.read(in.keyConditionExpression(), placeholders));
        var filter = in.filterExpression() == null ? queryFilter
            : Optional.of(Condition.parse("FilterExpression", in.filterExpression(), placeholders));
        var projection = in.projectionExpression() == null ? attributes
            : Optional.of(Projection.parse(in.projectionExpression(), placeholders));
        placeholders.refuseUnused();
        var conditions = keyCondition.map(KeyCondition::of).orElseGet(() -> Legacy.keyConditions(in.keyConditions()));
        int tests = conditions.tests().size();
        if (tests < 1 || tests > 2 && in.indexName() == null && in.keyConditions() != null) {
            throw new ValidationException("Conditions can be of length 1 or 2 only");
        }
        var selection = Selection.of(in.select(), in.indexName(), projection, in.projectionExpression() != null,
            "1 validation error detected: ");

        var page = reads.<Pages.Page>read(tx -> {
            var source = Source.of(reads.open(tx, ref), in.indexName(), in.consistentRead());
            checkTests(source, conditions, start);
            if (start != null) {
                checkStart(source, conditions, start);
            }
            projection.ifPresent(wanted -> source.table().refuseNestedKeys(wanted.paths()));
            filter.ifPresent(condition -> checkFilter(source, condition, in.filterExpression() == null));
            source.index().ifPresent(index -> filter.map(Condition::paths).ifPresent(index::refuseUnprojected));
            selection.needsTable(source);
            filter.ifPresent(condition -> source.table().refuseNestedKeys(condition.paths()));
            var range = range(source, conditions);
            if (Boolean.FALSE.equals(in.scanIndexForward())) {
                range = range.reversed();
            }
            if (start != null) {
                range = range.after(source.start(start));
            }
            boolean consistent = Boolean.TRUE.equals(in.consistentRead());
            reads.admit(source.table(), source.index());
            return Pages.read(reads.view(tx, source.table(), consistent), source, range, in.limit(), filter, selection,
                consistent);
        });
        reads.used(page.table(), page.capacity());
        return new QueryResponse(page.items(), page.count(), page.scanned(), page.last().orElse(null),
            page.capacity().told(in.tableName(), in.returnConsumedCapacity()));
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
            .check(in.expressionAttributeNames(), in.expressionAttributeValues(), Wording.FORMER);
    }

    private static void checkTests(Source source, KeyCondition conditions, Map<String, AttributeValue> start) {
        var schema = source.schema();
        if (schema.isSimple() && conditions.tests().size() > 2) {
            throw new ValidationException("The number of query conditions (" + conditions.tests().size()
                + ") exceeds the number of key attributes defined in the schema (" + schema.names().size() + ")");
        }
        if (start != null && start.size() != source.startNames().size()) {
            throw new ValidationException("The provided starting key is invalid");
        }
        if (!schema.isSimple()) {
            checkPlaces(schema, conditions);
        }
        for (var name : schema.names()) {
            if (start != null) {
                if (!start.containsKey(name)) {
                    throw new ValidationException("The provided starting key is invalid");
                }
                schema.checkPiece(name, start.get(name));
            }
            boolean hash = schema.hashes().contains(name);
            if (hash && schema.ranges().isEmpty() && conditions.tests().size() > schema.hashes().size()) {
                throw new ValidationException("Query key condition not supported");
            }
            var test = conditions.tests().get(name);
            if (test == null) {
                if (hash || schema.isSimple() && conditions.tests().size() > 1) {
                    throw missed(name);
                }
                continue;
            }
            if (test instanceof KeyCondition.NotIndexable) {
                throw new ValidationException("Attempted conditional constraint is not an indexable operation");
            }
            if (test.values().stream().anyMatch(value -> !Values.type(value).equals(schema.type(name)))) {
                throw ValidationException.parameters("Condition parameter type does not match schema type");
            }
            if (hash && !isEquality(test)) {
                throw new ValidationException("Query key condition not supported");
            }
            if (!(test instanceof KeyCondition.BeginsWith) || !hash) {
                test.values().forEach(value -> checkValue(schema, name, value));
            }
        }
    }

    private static ValidationException missed(String name) {
        return new ValidationException("Query condition missed key schema element: " + name);
    }

    private static boolean isEquality(KeyCondition.Test test) {
        return test instanceof KeyCondition.Compares(var comparator, _) && comparator == Comparator.EQ;
    }

    /**
     * Of a key of many attributes each of the partition key is given, and those of the sort key from the first on
     * without a gap, all but the last of them by an equality.
     */
    private static void checkPlaces(KeySchema schema, KeyCondition conditions) {
        for (var name : schema.hashes()) {
            var test = conditions.tests().get(name);
            if (test == null || !isEquality(test)) {
                throw missed("HASH key attribute " + name + " must have an equality condition");
            }
        }
        String open = null;
        for (var name : schema.ranges()) {
            var test = conditions.tests().get(name);
            if (test != null && open != null) {
                throw missed("RANGE key attribute " + open + " must have an equality condition before one on " + name);
            }
            open = open == null && (test == null || !isEquality(test)) ? name : open;
        }
        conditions.tests().keySet().stream().filter(name -> !schema.has(name)).findFirst().ifPresent(_ -> {
            throw new ValidationException("Query key condition not supported");
        });
    }

    /** A key is never empty, nor is what it is compared with or begins with. */
    private static void checkValue(KeySchema schema, String name, AttributeValue value) {
        if (KeySchema.isEmpty(value)) {
            throw new ValidationException("One or more parameter values are not valid. " + KeySchema.empty(value)
                + " Key: " + name);
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
        boolean samePartition = schema.hashes().stream().allMatch(name ->
            conditions.tests().get(name).accepts(start.get(name)));
        var rangeTests = schema.ranges().stream().filter(conditions.tests()::containsKey).toList();
        if (rangeTests.isEmpty()) {
            if (!samePartition) {
                throw new ValidationException(
                    "The provided starting key is outside query boundaries based on provided conditions");
            }
        } else {
            if (!rangeTests.stream().allMatch(name -> conditions.tests().get(name).accepts(start.get(name)))) {
                throw new ValidationException("The provided starting key does not match the range key predicate");
            }
            if (!samePartition) {
                throw new ValidationException("The query can return at most one row and cannot be restarted");
            }
        }
    }

    private static void checkFilter(Source source, Condition filter, boolean legacy) {
        var paths = filter.paths();
        for (var name : source.schema().names()) {
            if (paths.stream().map(Path::attribute).anyMatch(name::equals)) {
                throw new ValidationException((legacy ? "QueryFilter" : "Filter Expression")
                    + " can only contain non-primary key attributes: Primary key attribute: " + name);
            }
        }
    }

    /** The part of the partition that the conditions on the sort key leave. */
    static Range range(Source source, KeyCondition conditions) {
        var schema = source.schema();
        var values = new HashMap<String, AttributeValue>();
        schema.hashes().forEach(name -> values.put(name, conditions.tests().get(name).values().getFirst()));
        var at = source.at(schema.partitionKey(values));
        for (var name : schema.ranges()) {
            var test = conditions.tests().get(name);
            if (test == null) {
                break;
            }
            if (!isEquality(test)) {
                return part(at, test);
            }
            at = at.and((Object) KeySchema.ordered(test.values().getFirst()));
        }
        return Range.of(at);
    }

    /** Of what stands behind a key, the part that a test of the next element leaves. */
    private static Range part(Key all, KeyCondition.Test test) {
        var range = Range.of(all);
        return switch (test) {
            case KeyCondition.Compares(var comparator, var with) -> {
                var at = all.and((Object) KeySchema.ordered(with));
                yield switch (comparator) {
                    case LT -> range.to(at);
                    case LE -> range.to(at.behind());
                    case GT -> range.from(at.behind());
                    case GE -> range.from(at);
                    case EQ, NE -> throw new IllegalStateException("no inequality");
                };
            }
            case KeyCondition.Between(var low, var high) -> Values.compare(low, high) > 0 ? range.to(all)
                : range.from(all.and((Object) KeySchema.ordered(low)))
                .to(all.and((Object) KeySchema.ordered(high)).behind());
            case KeyCondition.BeginsWith(var prefix) -> {
                var start = KeySchema.ordered(prefix);
                var from = range.from(all.and((Object) start));
                yield successor(start).map(next -> from.to(all.and((Object) next))).orElse(from);
            }
            case KeyCondition.NotIndexable _ -> throw new IllegalStateException("no key condition");
        };
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
