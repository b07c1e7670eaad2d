package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.BatchExecuteStatementRequest;
import dev.aloft.api.DynamoDb.BatchExecuteStatementResponse;
import dev.aloft.api.DynamoDb.BatchStatementError;
import dev.aloft.api.DynamoDb.BatchStatementRequest;
import dev.aloft.api.DynamoDb.BatchStatementResponse;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.dynamodb.partiql.Statement;
import dev.aloft.service.dynamodb.value.ItemCodec;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Up to 25 PartiQL statements, each for one item and by itself: what is wrong with one is told in its place. */
final class BatchExecuteStatement {
    private static final Map<String, String> CODES = Map.of(
        "ValidationException", "ValidationError", "ResourceNotFoundException", "ResourceNotFound",
        "ConditionalCheckFailedException", "ConditionalCheckFailed", "DuplicateItemException", "DuplicateItem",
        "ItemCollectionSizeLimitExceededException", "ItemCollectionSizeLimitExceeded",
        "ProvisionedThroughputExceededException", "ProvisionedThroughputExceeded", "ThrottlingException",
        "ThrottlingError");

    private final Reads reads;
    private final ExecuteStatement execute;

    BatchExecuteStatement(Reads reads, ExecuteStatement execute) {
        this.reads = reads;
        this.execute = execute;
    }

    BatchExecuteStatementResponse execute(Caller caller, BatchExecuteStatementRequest in) {
        var statements = in.statements().stream().flatMap(one -> parsed(caller, one).stream()).toList();
        if (statements.stream().map(Statement::reads).distinct().count() > 1) {
            throw new ValidationException(
                "Read and write requests together in the same batch is not supported.");
        }
        refuseDuplicates(caller, statements);
        boolean counts = Capacity.isWanted(in.returnConsumedCapacity());
        var capacities = new LinkedHashMap<String, Capacity>();
        var failed = new LinkedHashMap<String, Double>();
        var responses = new ArrayList<BatchStatementResponse>();
        for (var request : in.statements()) {
            responses.add(execute(caller, request, counts, capacities, failed));
        }
        // Attempts are told of tables of which something succeeded, and in the sum alone.
        capacities.forEach((table, capacity) -> capacity.addFailed(failed.getOrDefault(table, 0.0)));
        return BatchExecuteStatementResponse.of(r -> r.responses(responses)
            .consumedCapacity(!counts || capacities.isEmpty() ? null
            : capacities.entrySet().stream().map(one -> one.getValue().told(one.getKey(), in.returnConsumedCapacity()))
            .toList()));
    }

    private void refuseDuplicates(Caller caller, List<Statement> statements) {
        var targets = reads.<List<Key>>read(tx -> statements.stream().flatMap(statement ->
            reads.find(tx, Statements.table(caller, statement.table()))
                .flatMap(table -> Statements.target(table, statement)).stream()).toList());
        if (targets.stream().distinct().count() < targets.size()) {
            throw new ValidationException("Provided list of item keys contains duplicates");
        }
    }

    /** What is wrong with a statement, or with the name of its table, is told of that statement alone. */
    private static Optional<Statement> parsed(Caller caller, BatchStatementRequest request) {
        try {
            var statement = Statements.parse(request.statement(), request.parameters());
            Statements.table(caller, statement.table());
            return Optional.of(statement);
        } catch (ValidationException _) {
            return Optional.empty();
        }
    }

    private BatchStatementResponse execute(Caller caller, BatchStatementRequest request, boolean counts,
            Map<String, Capacity> capacities, Map<String, Double> failed) {
        Statement statement = null;
        try {
            statement = Statements.parse(request.statement(), request.parameters());
            var item = switch (statement) {
                case Statement.Select select -> get(caller, select, request, capacities);
                case Statement.Exists _ ->
                    throw new ValidationException("EXISTS can only be used in ExecuteTransaction write requests.");
                case Statement.Insert _, Statement.Change _, Statement.Delete _ ->
                    write(caller, statement, counts, capacities);
            };
            return new BatchStatementResponse(null, statement.table(), item.orElse(null));
        } catch (ApiError e) {
            var code = CODES.get(e.code());
            if (code == null) {
                throw e;
            }
            // One that was not carried out tells no table, and none tells the item that was there.
            boolean isTold = statement != null && !code.equals("ValidationError");
            var table = isTold ? statement.table() : null;
            if (isTold && counts && !statement.reads()) {
                failed.merge(table, attempted(caller, statement), Double::sum);
            }
            return new BatchStatementResponse(BatchStatementError.of(b -> b.code(code).message(e.getMessage())), table,
                null);
        }
    }

    /** A write that fails costs what it would have, by the larger of the item that is there and its own. */
    private double attempted(Caller caller, Statement statement) {
        int stored = reads.<Integer>read(tx -> reads.find(tx, Statements.table(caller, statement.table()))
            .flatMap(table -> Statements.target(table, statement)).flatMap(tx::get).map(ItemCodec::size).orElse(0));
        return Capacity.write(Math.max(stored, Statements.bytes(statement)));
    }

    private Optional<Map<String, AttributeValue>> get(Caller caller, Statement.Select select,
        BatchStatementRequest request, Map<String, Capacity> capacities) {
        var ref = Statements.table(caller, select.table());
        boolean consistent = Boolean.TRUE.equals(request.consistentRead());

        record Got(LiveTable table, Optional<Map<String, AttributeValue>> item) {
        }

        var got = reads.<Got>read(tx -> {
            var table = reads.open(tx, ref);
            var key = key(table, select, "BatchExecuteStatement");
            reads.admit(table, Optional.empty());
            return new Got(table, GetItem.read(reads.view(tx, table, consistent), table, key, Optional.empty()));
        });
        var capacity = Capacity.ofTable(Capacity.read(got.item().map(ItemSize::of).orElse(0), consistent));
        reads.used(got.table(), capacity);
        capacities.computeIfAbsent(select.table(), _ -> new Capacity()).add(capacity);
        return got.item().map(item -> Statements.projected(select.paths(), item));
    }

    /** The key that a SELECT names; it may want nothing else. */
    static Map<String, AttributeValue> key(LiveTable table, Statement.Select select, String operation) {
        return Statements.item(table.schema, select.where()).filter(item -> item.rest().isEmpty()
            && select.index().isEmpty())
            .map(Statements.Item::key).orElseThrow(() -> new ValidationException("Select statements within " + operation
                + " must specify the primary key in the where clause."));
    }

    private Optional<Map<String, AttributeValue>> write(Caller caller, Statement statement, boolean counts,
            Map<String, Capacity> capacities) {
        var ref = Statements.table(caller, statement.table());
        var outcome = execute.write(ref, statement, false, counts || Statements.returning(statement).isPresent());
        capacities.computeIfAbsent(statement.table(), _ -> new Capacity()).add(outcome.capacity());
        return Statements.told(statement, outcome);
    }
}
