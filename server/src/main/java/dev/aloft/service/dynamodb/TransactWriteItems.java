package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.CancellationReason;
import dev.aloft.api.DynamoDb.ConditionalCheckFailedException;
import dev.aloft.api.DynamoDb.ConsumedCapacity;
import dev.aloft.api.DynamoDb.IdempotentParameterMismatchException;
import dev.aloft.api.DynamoDb.ItemCollectionSizeLimitExceededException;
import dev.aloft.api.DynamoDb.ProvisionedThroughputExceededException;
import dev.aloft.api.DynamoDb.ReturnValuesOnConditionCheckFailure;
import dev.aloft.api.DynamoDb.ThrottlingException;
import dev.aloft.api.DynamoDb.TransactWriteItem;
import dev.aloft.api.DynamoDb.TransactWriteItemsRequest;
import dev.aloft.api.DynamoDb.TransactWriteItemsResponse;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.Collections.Written;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Placeholders;
import dev.aloft.service.dynamodb.expression.Update;
import dev.aloft.service.dynamodb.value.ItemCodec;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Writes up to a hundred items, all or none. What is wrong with one of them cancels all; the reasons are told by
 * position.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html">Transactions</a>
 */
final class TransactWriteItems {
    private static final int MAX_BYTES = 4 << 20;
    /** How long a token stands for the same call. */
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

    private final DynamoDbData data;
    private final OpenTables tables;
    private final ItemWriter writer;
    private final Collections collections;
    private final Throttle throttle;
    private final Store store;
    private final Time time;

    TransactWriteItems(DynamoDbData data, OpenTables tables, ItemWriter writer, Collections collections,
            Throttle throttle, Store store, Time time) {
        this.collections = collections;
        this.throttle = throttle;
        this.data = data;
        this.tables = tables;
        this.writer = writer;
        this.store = store;
        this.time = time;
    }

    /**
     * One action: the table as the request names it, and what is done once the table is open.
     *
     * @param inserts a condition that fails means that the item is there already
     */
    record Action(TableRef ref, String tableName, int bytes, Function<LiveTable, Change> bind, boolean inserts) {
        Action(TableRef ref, String tableName, int bytes, Function<LiveTable, Change> bind) {
            this(ref, tableName, bytes, bind, false);
        }
    }

    TransactWriteItemsResponse write(Caller caller, TransactWriteItemsRequest in) {
        boolean counts = Capacity.isWanted(in.returnConsumedCapacity());
        var actions = in.transactItems().stream().map(item -> action(caller, item, counts)).toList();
        var cost = run(caller, actions, in.clientRequestToken(), () -> digest(in));
        return TransactWriteItemsResponse.of(r -> r.consumedCapacity(cost.told(in.returnConsumedCapacity()))
            .itemCollectionMetrics(collections.told(in.returnItemCollectionMetrics(), in.transactItems().stream()
                .flatMap(item -> written(caller, item)))));
    }

    private static Stream<Written> written(Caller caller, TransactWriteItem item) {
        return Stream.of(
            Optional.ofNullable(item.put()).map(put -> written(caller, put.tableName(), put.item())),
            Optional.ofNullable(item.update()).map(update -> written(caller, update.tableName(), update.key())),
            Optional.ofNullable(item.delete()).map(delete -> written(caller, delete.tableName(), delete.key())))
            .flatMap(Optional::stream);
    }

    private static Written written(Caller caller, String tableName, Map<String, AttributeValue> attributes) {
        return new Written(TableRef.of(caller, tableName), tableName, attributes);
    }

    /**
     * What a transaction cost, by table.
     *
     * @param repeated the call was carried out earlier, and reads what it wrote
     */
    record Cost(Map<String, Capacity> tables, boolean repeated) {
        /** Nothing (null) where the caller does not want to know. */
        List<ConsumedCapacity> told(String returned) {
            return !Capacity.isWanted(returned) ? null : tables.entrySet().stream().map(entry -> repeated
                ? entry.getValue().toldRead(entry.getKey(), returned)
                : entry.getValue().toldWrite(entry.getKey(), returned)).toList();
        }
    }

    /** What became of all actions: nothing new, and what that costs, where the call was carried out earlier. */
    private record Done(List<Capacity> costs, boolean repeated) {
    }

    /** Carries out the actions, unless this very call was carried out already. */
    Cost run(Caller caller, List<Action> actions, String clientToken, Supplier<byte[]> callDigest) {
        if (actions.stream().mapToLong(Action::bytes).sum() > MAX_BYTES) {
            throw new ValidationException("Transaction request size cannot exceed " + MAX_BYTES + " bytes");
        }
        var token = Optional.ofNullable(clientToken).map(text -> Key.of(caller.account(), caller.region(), text));
        var digest = token.map(_ -> callDigest.get());
        Optional<Done> done;
        do {
            done = attempt(actions, token, digest);
        } while (done.isEmpty());

        var capacities = new LinkedHashMap<String, Capacity>();
        for (int i = 0; i < actions.size(); i++) {
            capacities.computeIfAbsent(actions.get(i).tableName(), _ -> new Capacity()).add(done.get().costs().get(i));
        }
        return new Cost(capacities, done.get().repeated());
    }

    private static Action action(Caller caller, TransactWriteItem item, boolean counts) {
        if (Stream.of(item.conditionCheck(), item.put(), item.delete(), item.update()).filter(Objects::nonNull)
                .count() != 1) {
            throw new ValidationException("TransactItems can only contain one of Check, Put, Update or Delete");
        }
        if (item.put() != null) {
            var put = item.put();
            var condition = condition(put.conditionExpression(), put.expressionAttributeNames(),
                put.expressionAttributeValues());
            var whole = Values.checked(put.item(), Wording.FORMER);
            ItemWriter.checkSize(whole, "Item size has exceeded the maximum allowed size");
            return new Action(TableRef.of(caller, put.tableName()), put.tableName(), ItemSize.of(whole),
                PutItem.change(whole, ITEMS.encode(whole), condition,
                    tellsOld(put.returnValuesOnConditionCheckFailure()), counts));
        }
        if (item.delete() != null) {
            var delete = item.delete();
            var condition = condition(delete.conditionExpression(), delete.expressionAttributeNames(),
                delete.expressionAttributeValues());
            return keyed(caller, delete.tableName(), delete.key(), condition,
                tellsOld(delete.returnValuesOnConditionCheckFailure()), counts, new Change.Delete());
        }
        if (item.conditionCheck() != null) {
            var check = item.conditionCheck();
            var condition = condition(check.conditionExpression(), check.expressionAttributeNames(),
                check.expressionAttributeValues());
            return keyed(caller, check.tableName(), check.key(), condition,
                tellsOld(check.returnValuesOnConditionCheckFailure()), counts, new Change.Check());
        }
        var wanted = item.update();
        var key = Values.checked(wanted.key(), Wording.FORMER);
        var placeholders = Placeholders.of(wanted.expressionAttributeNames(), wanted.expressionAttributeValues(),
            Wording.FORMER);
        var update = Update.parse(wanted.updateExpression(), placeholders);
        var condition = Optional.ofNullable(wanted.conditionExpression()).map(text ->
            Condition.parse("ConditionExpression", text, placeholders));
        placeholders.refuseUnused();
        return new Action(TableRef.of(caller, wanted.tableName()), wanted.tableName(), ItemSize.of(key),
            UpdateItem.change(key, update, condition, tellsOld(wanted.returnValuesOnConditionCheckFailure()), counts));
    }

    private static Action keyed(Caller caller, String tableName, Map<String, AttributeValue> given,
            Optional<Condition> condition, boolean tellsOld, boolean counts, Change.Effect effect) {
        var key = Values.checked(given, Wording.FORMER);
        return new Action(TableRef.of(caller, tableName), tableName, ItemSize.of(key), table ->
            new Change(table, table.schema.ofKey(key), condition, tellsOld, counts, effect));
    }

    private static Optional<Condition> condition(String text, Map<String, String> names,
            Map<String, AttributeValue> values) {
        return new WriteCondition(text, null, null, names, values, Wording.FORMER).read();
    }

    private static boolean tellsOld(String returned) {
        return ReturnValuesOnConditionCheckFailure.ALL_OLD.equals(returned);
    }

    private static byte[] digest(TransactWriteItemsRequest in) {
        return RequestDigest.of(in.toBuilder().clientRequestToken(null).returnConsumedCapacity(null)
            .returnItemCollectionMetrics(null).build());
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Nothing when a table changed meanwhile: then once more. */
    private Optional<Done> attempt(List<Action> actions, Optional<Key> token, Optional<byte[]> digest) {
        var open = store.read(tx -> {
            var byRef = new LinkedHashMap<TableRef, LiveTable>();
            actions.forEach(action -> byRef.computeIfAbsent(action.ref(), ref -> tables.open(tx, ref)));
            byRef.values().forEach(table -> StrongReplicas.refuseTransaction(table.stored));
            return byRef;
        });
        var changes = bind(actions, open);
        admit(changes);
        var now = time.instant();
        Optional<Done> done = store.write(tx -> {
            if (!open.values().stream().allMatch(table -> tables.isCurrent(tx, table))) {
                return Optional.empty();
            }
            if (token.isPresent() && isRepeated(tx, token.get(), digest.get(), now)) {
                return Optional.of(new Done(changes.stream().map(change -> repeated(tx, change)).toList(), true));
            }
            return Optional.of(new Done(apply(tx, actions, changes, now), false));
        });
        done.filter(one -> !one.repeated()).ifPresent(one -> writer.used(changes, one.costs()));
        return done;
    }

    /** A repeated call costs a transactional read of each item. */
    private static Capacity repeated(Tx tx, Change change) {
        int size = tx.get(change.table().at(change.key())).map(ItemCodec::size).orElse(0);
        return Capacity.ofTable(2 * Capacity.read(size, true));
    }

    private void admit(List<Change> changes) {
        var reasons = new Reasons(changes.size());
        for (int i = 0; i < changes.size(); i++) {
            try {
                throttle.admitWrite(changes.get(i).table());
            } catch (ProvisionedThroughputExceededException | ThrottlingException e) {
                reasons.throttled(i, e);
            }
        }
        reasons.check();
    }

    private List<Change> bind(List<Action> actions, Map<TableRef, LiveTable> open) {
        var reasons = new Reasons(actions.size());
        var changes = new ArrayList<Change>();
        var items = new HashSet<Key>();
        for (int i = 0; i < actions.size(); i++) {
            try {
                var change = actions.get(i).bind().apply(open.get(actions.get(i).ref()));
                changes.add(change);
                if (!items.add(change.table().at(change.key()))) {
                    throw new ValidationException("Transaction request cannot include multiple operations on one item");
                }
            } catch (ValidationException e) {
                // A key without content makes the request invalid, not the action.
                if (changes.size() > i || e.getMessage().contains(KeySchema.EMPTY)) {
                    throw e;
                }
                changes.add(null);
                reasons.invalid(i, e);
            }
        }
        reasons.check();
        return changes;
    }

    private List<Capacity> apply(Tx tx, List<Action> actions, List<Change> changes, Instant now) {
        var reasons = new Reasons(changes.size());
        var costs = new ArrayList<Capacity>();
        for (int i = 0; i < changes.size(); i++) {
            try {
                var cost = ItemWriter.cost(writer.apply(tx, changes.get(i), now));
                // Preparing and committing cost a write of the table each; indexes are written once.
                cost.addTable(cost.ofTable());
                costs.add(cost);
            } catch (ConditionalCheckFailedException e) {
                reasons.set(i, actions.get(i).inserts()
                    ? CancellationReason.of(r -> r.code("DuplicateItem")
                        .message("Duplicate primary key exists in table"))
                    : CancellationReason.of(r -> r.code("ConditionalCheckFailed").message(e.getMessage())
                        .item(e.detail().item())));
            } catch (ItemCollectionSizeLimitExceededException _) {
                reasons.set(i, CancellationReason.of(r ->
                    r.code("ItemCollectionSizeLimitExceeded").message("Collection size exceeded.")));
            } catch (ValidationException e) {
                reasons.invalid(i, e);
            }
        }
        // Thrown inside the transaction: nothing of it is kept.
        reasons.check();
        return costs;
    }

    /** Whether this very call was carried out already. */
    private boolean isRepeated(Tx tx, Key token, byte[] digest, Instant now) {
        var known = data.tokens.get(tx, token).filter(one -> one.at().isAfter(now));
        if (known.isEmpty()) {
            data.tokens.add(tx, now.plus(TOKEN_LIFE), token, digest);
            return false;
        }
        if (!Arrays.equals(known.get().value(), digest)) {
            throw new IdempotentParameterMismatchException(
                "The provided parameters do not match those of the original request with the same client token");
        }
        return true;
    }
}
