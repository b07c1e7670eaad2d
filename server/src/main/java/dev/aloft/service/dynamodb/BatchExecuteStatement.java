package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.BatchExecuteStatementRequest;
import dev.aloft.api.DynamoDb.BatchExecuteStatementResponse;
import dev.aloft.api.DynamoDb.BatchStatementError;
import dev.aloft.api.DynamoDb.BatchStatementRequest;
import dev.aloft.api.DynamoDb.BatchStatementResponse;
import dev.aloft.api.DynamoDb.ConditionalCheckFailedException;
import dev.aloft.api.DynamoDb.ReturnValuesOnConditionCheckFailure;
import dev.aloft.service.dynamodb.partiql.Statement;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
        var kinds = in.statements().stream().flatMap(one -> parsed(one).stream()).map(Statement::reads).distinct()
            .toList();
        if (kinds.size() > 1) {
            throw new ValidationException(
                "Batch statements must be either all read statements or all write statements");
        }
        boolean counts = Capacity.isWanted(in.returnConsumedCapacity());
        var capacities = new LinkedHashMap<String, Capacity>();
        var responses = new ArrayList<BatchStatementResponse>();
        for (var request : in.statements()) {
            responses.add(execute(caller, request, counts, capacities));
        }
        return BatchExecuteStatementResponse.of(r -> r.responses(responses).consumedCapacity(!counts ? null
            : capacities.entrySet().stream().map(one -> one.getValue().told(one.getKey(), in.returnConsumedCapacity()))
            .toList()));
    }

    private static Optional<Statement> parsed(BatchStatementRequest request) {
        try {
            return Optional.of(Statements.parse(request.statement(), request.parameters()));
        } catch (ValidationException _) {
            return Optional.empty();
        }
    }

    private BatchStatementResponse execute(Caller caller, BatchStatementRequest request, boolean counts,
            Map<String, Capacity> capacities) {
        String table = null;
        try {
            var statement = Statements.parse(request.statement(), request.parameters());
            table = statement.table();
            var item = switch (statement) {
                case Statement.Select select -> get(caller, select, request, capacities);
                case Statement.Exists _ ->
                    throw new ValidationException("EXISTS can only be used in ExecuteTransaction write requests.");
                case Statement.Insert _, Statement.Change _, Statement.Delete _ ->
                    write(caller, statement, request, counts, capacities);
            };
            return new BatchStatementResponse(null, table, item.orElse(null));
        } catch (ApiError e) {
            var code = CODES.get(e.code());
            if (code == null) {
                throw e;
            }
            var name = table;
            return BatchStatementResponse.of(r -> r.tableName(name).error(BatchStatementError.of(b -> b.code(code)
                .message(e.getMessage())
                .item(e instanceof ConditionalCheckFailedException failed ? failed.detail().item() : null))));
        }
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

    private Optional<Map<String, AttributeValue>> write(Caller caller, Statement statement,
        BatchStatementRequest request, boolean counts, Map<String, Capacity> capacities) {
        var ref = Statements.table(caller, statement.table());
        boolean tellsOld = ReturnValuesOnConditionCheckFailure.ALL_OLD.equals(
            request.returnValuesOnConditionCheckFailure());
        var outcome = execute.write(ref, statement, tellsOld, counts || Statements.returning(statement).isPresent());
        capacities.computeIfAbsent(statement.table(), _ -> new Capacity()).add(outcome.capacity());
        return Statements.told(statement, outcome);
    }
}
