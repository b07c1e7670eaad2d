package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.ItemResponse;
import dev.aloft.api.DynamoDb.ProvisionedThroughputExceededException;
import dev.aloft.api.DynamoDb.ThrottlingException;
import dev.aloft.api.DynamoDb.TransactGetItem;
import dev.aloft.api.DynamoDb.TransactGetItemsRequest;
import dev.aloft.api.DynamoDb.TransactGetItemsResponse;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.dynamodb.expression.Projection;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads up to a hundred items as they are at one moment. */
final class TransactGetItems {
    private static final int MAX_BYTES = 4 << 20;

    private final Reads reads;

    TransactGetItems(Reads reads) {
        this.reads = reads;
    }

    private record Wanted(TableRef ref, String tableName, Map<String, AttributeValue> key,
            Optional<Projection> projection) {
        /** Where the item stands, of a key that fits the table. */
        Optional<Key> place(LiveTable table) {
            try {
                return Optional.of(table.at(table.schema.ofKey(key)));
            } catch (ValidationException _) {
                return Optional.empty();
            }
        }
    }

    TransactGetItemsResponse get(Caller caller, TransactGetItemsRequest in) {
        var all = in.transactItems().stream().map(item -> wanted(caller, item)).toList();
        var used = new ArrayList<Map.Entry<LiveTable, Capacity>>();
        TransactGetItemsResponse response = reads.read(tx -> {
            used.clear();
            var open = all.stream().map(wanted -> reads.open(tx, wanted.ref())).toList();
            open.forEach(table -> StrongReplicas.refuseTransaction(table.stored));
            var reasons = new Reasons(all.size());
            var responses = new ArrayList<ItemResponse>();
            var capacities = new LinkedHashMap<String, Capacity>();
            long size = 0;
            var keys = new HashSet<Key>();
            for (int i = 0; i < all.size(); i++) {
                var wanted = all.get(i);
                var place = wanted.place(open.get(i));
                if (place.isPresent() && !keys.add(place.get())) {
                    throw new ValidationException("Transaction request cannot include multiple operations on one item");
                }
                try {
                    reads.admit(open.get(i), Optional.empty());
                    var item = GetItem.read(tx, open.get(i), wanted.key(), wanted.projection());
                    size += item.map(ItemSize::of).orElse(0);
                    // A transactional read costs two strongly consistent ones.
                    double units = 2 * Capacity.read(item.map(ItemSize::of).orElse(0), true);
                    capacities.computeIfAbsent(wanted.tableName(), _ -> new Capacity()).addTable(units);
                    used.add(Map.entry(open.get(i), Capacity.ofTable(units)));
                    responses.add(ItemResponse.of(r -> r.item(item.map(whole ->
                        GetItem.projected(wanted.projection(), whole)).orElse(null))));
                } catch (ValidationException e) {
                    reasons.invalid(i, e);
                } catch (ProvisionedThroughputExceededException | ThrottlingException e) {
                    reasons.throttled(i, e);
                }
            }
            reasons.check();
            if (size > MAX_BYTES) {
                throw new ValidationException("Transaction response size cannot exceed " + MAX_BYTES + " bytes");
            }
            return TransactGetItemsResponse.of(r -> r.responses(responses)
                .consumedCapacity(Capacity.isWanted(in.returnConsumedCapacity()) ? capacities.entrySet().stream()
                    .map(entry -> entry.getValue().toldRead(entry.getKey(), in.returnConsumedCapacity())).toList()
                    : null));
        });
        used.forEach(entry -> reads.used(entry.getKey(), entry.getValue()));
        return response;
    }

    private static Wanted wanted(Caller caller, TransactGetItem item) {
        var get = item.get_();
        new ParameterKinds().projection("ProjectionExpression", get.projectionExpression())
            .check(get.expressionAttributeNames(), null, Wording.FORMER);
        return new Wanted(TableRef.of(caller, get.tableName()), get.tableName(),
            Values.checked(get.key(), Wording.FORMER),
            GetItem.projection(get.projectionExpression(), null, get.expressionAttributeNames(), Wording.FORMER));
    }
}
