package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.ExecuteTransactionRequest;
import dev.aloft.api.DynamoDb.ExecuteTransactionResponse;
import dev.aloft.api.DynamoDb.ItemResponse;
import dev.aloft.api.DynamoDb.ReturnValuesOnConditionCheckFailure;
import dev.aloft.service.dynamodb.TransactWriteItems.Action;
import dev.aloft.service.dynamodb.partiql.Statement;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** PartiQL statements of which all are carried out, or none: reads of items, or writes of them. */
final class ExecuteTransaction {

    private final Reads reads;
    private final TransactWriteItems writes;

    ExecuteTransaction(Reads reads, TransactWriteItems writes) {
        this.reads = reads;
        this.writes = writes;
    }

    ExecuteTransactionResponse execute(Caller caller, ExecuteTransactionRequest in) {
        var statements = new ArrayList<Statement>();
        for (int i = 0; i < in.transactStatements().size(); i++) {
            var one = in.transactStatements().get(i);
            statements.add(of(i, () -> checked(Statements.parse(one.statement(), one.parameters()))));
        }
        var kinds = statements.stream().map(Statement::reads).distinct().toList();
        if (kinds.size() > 1) {
            throw new ValidationException(
                "ExecuteTransaction API does not support both read and write operations in the same request.");
        }
        return kinds.getFirst() ? read(caller, statements, in) : write(caller, statements, in);
    }

    private static Statement checked(Statement statement) {
        if (Statements.returning(statement).isPresent()) {
            throw new ValidationException("RETURNING clause is not supported in ExecuteTransaction.");
        }
        if (statement instanceof Statement.Select select && select.index().isPresent()) {
            throw new ValidationException("Reads on indices are not supported within transactions.");
        }
        return statement;
    }

    /** What is wrong with a statement is told with its place. */
    private static <T> T of(int index, Supplier<T> statement) {
        try {
            return statement.get();
        } catch (ValidationException e) {
            throw new ValidationException("Validation failed in TransactStatements[" + index + "]: " + e.getMessage());
        }
    }

    private ExecuteTransactionResponse read(Caller caller, List<Statement> statements, ExecuteTransactionRequest in) {
        var used = new ArrayList<Map.Entry<LiveTable, Capacity>>();
        var capacities = new LinkedHashMap<String, Capacity>();
        List<ItemResponse> responses = reads.read(tx -> {
            used.clear();
            capacities.clear();
            var items = new ArrayList<ItemResponse>();
            for (int i = 0; i < statements.size(); i++) {
                var select = (Statement.Select) statements.get(i);
                var table = reads.open(tx, Statements.table(caller, select.table()));
                StrongReplicas.refuseTransaction(table.stored);
                var key = of(i, () -> BatchExecuteStatement.key(table, select, "ExecuteTransaction"));
                reads.admit(table, Optional.empty());
                var item = GetItem.read(tx, table, key, Optional.empty());
                var capacity = Capacity.ofTable(2 * Capacity.read(item.map(ItemSize::of).orElse(0), true));
                used.add(Map.entry(table, capacity));
                capacities.computeIfAbsent(select.table(), _ -> new Capacity()).add(capacity);
                items.add(ItemResponse.of(r -> r.item(item.map(whole -> Statements.projected(select.paths(), whole))
                    .orElse(null))));
            }
            return items;
        });
        used.forEach(entry -> reads.used(entry.getKey(), entry.getValue()));
        return ExecuteTransactionResponse.of(r -> r.responses(responses)
            .consumedCapacity(Capacity.isWanted(in.returnConsumedCapacity()) ? capacities.entrySet().stream()
                .map(one -> one.getValue().toldRead(one.getKey(), in.returnConsumedCapacity())).toList() : null));
    }

    private ExecuteTransactionResponse write(Caller caller, List<Statement> statements, ExecuteTransactionRequest in) {
        boolean counts = Capacity.isWanted(in.returnConsumedCapacity());
        var actions = new ArrayList<Action>();
        for (int i = 0; i < statements.size(); i++) {
            int index = i;
            var statement = statements.get(i);
            boolean tellsOld = ReturnValuesOnConditionCheckFailure.ALL_OLD.equals(
                in.transactStatements().get(i).returnValuesOnConditionCheckFailure());
            actions.add(new Action(Statements.table(caller, statement.table()), statement.table(),
                Statements.bytes(statement),
                table -> change(index, table, statement, tellsOld, counts), statement instanceof Statement.Insert));
        }
        TransactWriteItems.Cost cost;
        try {
            cost = writes.run(caller, actions, in.clientRequestToken(), () -> digest(in));
        } catch (Misplaced e) {
            throw e.complaint;
        }
        return ExecuteTransactionResponse.of(r -> r.responses(List.of())
            .consumedCapacity(cost.told(in.returnConsumedCapacity())));
    }

    /** A statement that names no item is no reason to cancel a transaction: there is none. */
    private static Change change(int index, LiveTable table, Statement statement, boolean tellsOld, boolean wantsOld) {
        try {
            return of(index, () -> Statements.change(table, statement, tellsOld, wantsOld));
        } catch (ValidationException e) {
            throw new Misplaced(e);
        }
    }

    private static final class Misplaced extends RuntimeException {
        private final transient ValidationException complaint;

        Misplaced(ValidationException complaint) {
            super(complaint.getMessage(), complaint, false, false);
            this.complaint = complaint;
        }
    }

    private static byte[] digest(ExecuteTransactionRequest in) {
        return RequestDigest.of(in.toBuilder().clientRequestToken(null).returnConsumedCapacity(null).build());
    }
}
