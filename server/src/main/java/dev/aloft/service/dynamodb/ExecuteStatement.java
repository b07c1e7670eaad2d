package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.ConditionalCheckFailedException;
import dev.aloft.api.DynamoDb.DuplicateItemException;
import dev.aloft.api.DynamoDb.ExecuteStatementRequest;
import dev.aloft.api.DynamoDb.ExecuteStatementResponse;
import dev.aloft.api.DynamoDb.ReturnValuesOnConditionCheckFailure;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.service.dynamodb.Change.Outcome;
import dev.aloft.service.dynamodb.LiveTable.LiveIndex;
import dev.aloft.service.dynamodb.Pages.Selection;
import dev.aloft.service.dynamodb.Pages.Source;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.KeyCondition;
import dev.aloft.service.dynamodb.expression.Operand;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.partiql.Statement;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One PartiQL statement. A SELECT that names partition keys reads those partitions, any other the whole table. */
final class ExecuteStatement {
    private static final int MAX_BYTES = 1 << 20;
    private static final Codec<ExecuteStatementRequest> REQUESTS = Codec.of(ExecuteStatementRequest.class);

    private final Reads reads;
    private final ItemWriter writer;

    ExecuteStatement(Reads reads, ItemWriter writer) {
        this.reads = reads;
        this.writer = writer;
    }

    ExecuteStatementResponse execute(Caller caller, ExecuteStatementRequest in) {
        var statement = Statements.parse(in.statement(), in.parameters());
        return switch (statement) {
            case Statement.Select select -> select(caller, select, in);
            case Statement.Exists _ ->
                throw new ValidationException("EXISTS can only be used in ExecuteTransaction write requests.");
            case Statement.Insert _, Statement.Change _, Statement.Delete _ -> {
                if (in.nextToken() != null) {
                    throw new ValidationException("Invalid NextToken");
                }
                yield change(caller, statement, in);
            }
        };
    }

    private ExecuteStatementResponse change(Caller caller, Statement statement, ExecuteStatementRequest in) {
        var ref = Statements.table(caller, statement.table());
        boolean tellsOld = ReturnValuesOnConditionCheckFailure.ALL_OLD.equals(in.returnValuesOnConditionCheckFailure());
        boolean wantsOld = Statements.returning(statement).isPresent()
            || Capacity.isWanted(in.returnConsumedCapacity());
        var outcome = write(ref, statement, tellsOld, wantsOld);
        return ExecuteStatementResponse.of(r -> r.items(Statements.told(statement, outcome).map(List::of)
            .orElse(List.of()))
            .consumedCapacity(outcome.capacity().told(statement.table(), in.returnConsumedCapacity())));
    }

    Outcome write(TableRef ref, Statement statement, boolean tellsOld, boolean wantsOld) {
        try {
            return writer.write(ref, table -> Statements.change(table, statement, tellsOld, wantsOld));
        } catch (ConditionalCheckFailedException e) {
            if (!(statement instanceof Statement.Insert(_, _, var orNothing))) {
                throw e;
            }
            if (!orNothing) {
                throw new DuplicateItemException("Duplicate primary key exists in table");
            }
            return new Outcome(null, null, Capacity.ofTable(1));
        }
    }

    /** Where a SELECT goes on: in which of its ranges, and behind which item of it. */
    private record Place(int range, Optional<Map<String, AttributeValue>> after) {
        static final Place START = new Place(0, Optional.empty());
    }

    private ExecuteStatementResponse select(Caller caller, Statement.Select select, ExecuteStatementRequest in) {
        var ref = Statements.table(caller, select.table());
        var digest = digest(caller, in);
        var place = in.nextToken() == null ? Place.START : place(in.nextToken(), digest);
        boolean consistent = Boolean.TRUE.equals(in.consistentRead());

        record Found(LiveTable table, List<Map<String, AttributeValue>> items, Capacity capacity,
                Optional<Place> next) {
        }

        var found = reads.<Found>read(tx -> {
            var table = reads.open(tx, ref);
            var source = source(table, select, consistent);
            table.refuseNestedKeys(Stream.concat(select.paths().stream(),
                select.where().stream().flatMap(where -> where.paths().stream())).toList());
            reads.admit(table, source.index());
            var view = reads.view(tx, table, consistent);
            var ranges = ranges(source, select);
            var selection = selection(source, select);
            var items = new ArrayList<Map<String, AttributeValue>>();
            var capacity = new Capacity();
            var at = place;
            Integer left = in.limit();
            long bytes = 0;
            while (at.range() < ranges.size()) {
                var range = ranges.get(at.range());
                var rest = at.after().map(item -> range.after(source.start(item))).orElse(range);
                var page = Pages.read(view, source, rest, left, select.where(), selection, consistent);
                page.items().forEach(item -> items.add(Statements.projected(select.paths(), item)));
                bytes += page.items().stream().mapToLong(ItemSize::of).sum();
                capacity.add(page.capacity());
                left = left == null ? null : left - page.scanned();
                at = page.last().isPresent() ? new Place(at.range(), page.last())
                    : new Place(at.range() + 1, Optional.empty());
                if (page.last().isPresent() || left != null && left <= 0 || bytes >= MAX_BYTES) {
                    break;
                }
            }
            return new Found(table, items, capacity, Optional.of(at).filter(next -> next.range() < ranges.size()));
        });
        reads.used(found.table(), found.capacity());
        return ExecuteStatementResponse.of(r -> r.items(found.items())
            .nextToken(found.next().map(next -> token(next, digest)).orElse(null))
            .lastEvaluatedKey(found.next().flatMap(Place::after).orElse(null))
            .consumedCapacity(found.capacity().told(select.table(), in.returnConsumedCapacity())));
    }

    private static Source source(LiveTable table, Statement.Select select, boolean consistent) {
        var name = select.index();
        if (name.isPresent()) {
            var index = table.indexes.stream().filter(one -> one.stored.name().equals(name.get())).findFirst()
                .orElseThrow(() ->
                new ValidationException("The table does not have the specified index"));
            if (index.stored.global() && consistent) {
                throw new ValidationException("Strongly consistent read is not supported on Global Secondary Indexes");
            }
        }
        var source = Source.of(table, name.orElse(null), consistent);
        source.index().ifPresent(index -> refuseMissing(index, select));
        return source;
    }

    /**
     * What an index lacks may not be named: of a global one not at all, of any not in the conditions, if those name its
     * partition key. A read of the whole index finds nothing by them.
     */
    private static void refuseMissing(LiveIndex index, Statement.Select select) {
        var told = index.missing(select.paths());
        if (index.stored.global() && !told.isEmpty()) {
            throw ValidationException.parameters("Global secondary index " + index.stored.name() + " does not project "
                + told);
        }
        if (!partitions(index.schema, Statements.parts(select.where())).isEmpty()) {
            index.refuseUnprojected(select.where().map(Condition::paths).orElse(List.of()));
        }
    }

    /** Of a local index that lacks what is wanted the table's items are told. */
    private static Selection selection(Source source, Statement.Select select) {
        boolean lacks = source.index().filter(index -> !index.stored.global() && !index.projectsAll()
            && (select.paths().isEmpty()
                || select.paths().stream().map(Path::attribute).anyMatch(name -> !index.projects(name)))).isPresent();
        return new Selection(false, lacks, Optional.empty());
    }

    private static List<Range> ranges(Source source, Statement.Select select) {
        var schema = source.schema();
        var parts = Statements.parts(select.where());
        var partitions = partitions(schema, parts);
        checkOrder(source, select, partitions);
        if (partitions.isEmpty()) {
            return List.of(Range.of(source.space()));
        }
        for (var value : partitions) {
            if (!Values.type(value).equals(schema.type(schema.hash()))) {
                throw ValidationException.parameters("Condition parameter type does not match schema type");
            }
        }
        var byHash = select.order().stream().filter(order -> order.attribute().equals(schema.hash())).findFirst();
        var sorted = byHash.isEmpty() ? partitions : partitions.stream().sorted(Values::compare).toList();
        if (byHash.filter(Statement.Order::descending).isPresent()) {
            sorted = sorted.reversed();
        }
        boolean descending = select.order().stream().anyMatch(order -> schema.ranges().contains(order.attribute())
            && order.descending());
        return sorted.stream().map(value -> Query.range(source, condition(schema, parts, value)))
            .map(range -> descending ? range.reversed() : range).toList();
    }

    /** The values of the partition key that are named; none where the whole table is read. */
    private static List<AttributeValue> partitions(KeySchema schema, List<Condition> parts) {
        if (!schema.isSimple()) {
            return List.of();
        }
        for (var part : parts) {
            var one = Statements.equality(part, schema.hash());
            if (one.isPresent()) {
                return List.of(one.get());
            }
            if (part instanceof Condition.In(var value, var choices) && value instanceof Operand.At(var path)
                && path.equals(Path.of(schema.hash())) && choices.stream()
                .allMatch(Operand.Literal.class::isInstance)) {
                return choices.stream().map(choice -> ((Operand.Literal) choice).value()).distinct().toList();
            }
        }
        return List.of();
    }

    private static void checkOrder(Source source, Statement.Select select, List<AttributeValue> partitions) {
        if (select.order().isEmpty()) {
            return;
        }
        var schema = source.schema();
        if (partitions.isEmpty()) {
            throw new ValidationException(
                "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.");
        }
        select.order().stream().filter(order -> !schema.has(order.attribute())).findFirst().ifPresent(order -> {
            throw new ValidationException("Variable reference " + order.attribute()
                + " in ORDER BY clause must be part of the primary key");
        });
        if (partitions.size() > 1 && select.order().stream().noneMatch(order -> order.attribute()
                .equals(schema.hash()))) {
            throw new ValidationException(
                "Must have hash key in ORDER BY clause when more than one hash key condition specified in "
                + "WHERE clause.");
        }
    }

    /**
     * As much of the conditions as narrows what is read of a partition; all of them are tested of each item besides.
     */
    private static KeyCondition condition(KeySchema schema, List<Condition> parts, AttributeValue partition) {
        var tests = new LinkedHashMap<String, KeyCondition.Test>();
        tests.put(schema.hash(), new KeyCondition.Compares(Condition.Comparator.EQ, partition));
        schema.ranges().stream().findFirst().ifPresent(range -> parts.stream()
            .flatMap(part -> KeyCondition.test(part, range).stream())
            .filter(test -> test.values().stream().allMatch(value -> Values.type(value).equals(schema.type(range))
                && !KeySchema.isEmpty(value)))
            .findFirst().ifPresent(test -> tests.put(range, test)));
        return new KeyCondition(tests);
    }

    private static byte[] digest(Caller caller, ExecuteStatementRequest in) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            sha.update((caller.account() + "/" + caller.region() + "/").getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(sha.digest(REQUESTS.encode(ExecuteStatementRequest.of(r ->
                r.statement(in.statement()).parameters(in.parameters())))), 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String token(Place place, byte[] digest) {
        var after = place.after().map(ITEMS::encode).orElse(new byte[0]);
        return Base64.getEncoder().encodeToString(Key.of(digest, (long) place.range(), after).raw());
    }

    private static Place place(String token, byte[] digest) {
        byte[] known;
        Place place;
        try {
            var key = Key.decoded(Base64.getDecoder().decode(token));
            known = key.bytes(0);
            var after = key.bytes(2);
            place = new Place((int) key.number(1), after.length == 0
                ? Optional.empty() : Optional.of(ITEMS.decode(after)));
        } catch (RuntimeException _) {
            throw new ValidationException("Invalid NextToken");
        }
        if (!Arrays.equals(known, digest)) {
            throw new ValidationException("NextToken does not match request");
        }
        return place;
    }
}
