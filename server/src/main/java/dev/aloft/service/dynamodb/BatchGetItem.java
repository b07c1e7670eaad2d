package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.BatchGetItemRequest;
import dev.aloft.api.DynamoDb.BatchGetItemResponse;
import dev.aloft.api.DynamoDb.ConsumedCapacity;
import dev.aloft.api.DynamoDb.KeysAndAttributes;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.service.dynamodb.expression.Projection;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

final class BatchGetItem {
    private static final int MAX_KEYS = 100;
    /** 16 MB; the keys behind are left for another call. */
    private static final long MAX_BYTES = 16 << 20;

    private final Reads reads;

    BatchGetItem(Reads reads) {
        this.reads = reads;
    }

    /** What is wanted of one table. */
    private record Gets(String name, TableRef ref, KeysAndAttributes request, List<Map<String, AttributeValue>> keys,
            Optional<Projection> projection) {
        boolean consistent() {
            return Boolean.TRUE.equals(request.consistentRead());
        }
    }

    BatchGetItemResponse get(Caller caller, BatchGetItemRequest in) {
        var all = checked(caller, in.requestItems());
        var used = new LinkedHashMap<LiveTable, Capacity>();
        BatchGetItemResponse response = reads.read(tx -> {
            used.clear();
            return read(tx, all, in.returnConsumedCapacity(), used);
        });
        used.forEach(reads::used);
        return response;
    }

    private static List<Gets> checked(Caller caller, Map<String, KeysAndAttributes> requests) {
        if (requests.isEmpty()) {
            throw new ValidationException("1 validation error detected: Value at 'RequestItems' failed to satisfy "
                + "constraint: Member must have length greater than or equal to 1");
        }
        checkKinds(requests.values());
        var all = new ArrayList<Gets>();
        int keys = 0;
        for (var request : requests.entrySet()) {
            all.add(checked(caller, request.getKey(), request.getValue()));
            keys += request.getValue().keys().size();
            if (keys > MAX_KEYS) {
                throw new ValidationException("Too many items requested for the BatchGetItem call");
            }
        }
        return all;
    }

    /** @param used is told what was read of which table */
    private BatchGetItemResponse read(ReadTx tx, List<Gets> all, String returned, Map<LiveTable, Capacity> used) {
        var open = all.stream().map(gets -> reads.open(tx, gets.ref())).toList();
        for (int i = 0; i < all.size(); i++) {
            checkKeys(open.get(i), all.get(i));
        }
        if (open.stream().noneMatch(reads::admits)) {
            reads.admit(open.getFirst(), Optional.empty());
        }
        var responses = new LinkedHashMap<String, List<Map<String, AttributeValue>>>();
        var unprocessed = new LinkedHashMap<String, KeysAndAttributes>();
        var capacities = new ArrayList<ConsumedCapacity>();
        long left = MAX_BYTES;
        for (int i = 0; i < all.size(); i++) {
            var gets = all.get(i);
            var got = reads.admits(open.get(i)) ? read(reads.view(tx, open.get(i), gets.consistent()), open.get(i),
                gets, left) : Got.nothing();
            left -= got.bytes;
            responses.put(gets.name(), got.items);
            if (got.keys < gets.keys().size()) {
                var rest = gets.keys().subList(got.keys, gets.keys().size());
                unprocessed.put(gets.name(), gets.request().toBuilder().keys(rest).build());
            }
            used.put(open.get(i), got.capacity);
            capacities.add(got.capacity.told(gets.name(), returned));
        }
        return BatchGetItemResponse.of(r -> r.responses(responses).unprocessedKeys(unprocessed)
            .consumedCapacity(Capacity.isWanted(returned) ? capacities : null));
    }

    /**
     * What was read of one table.
     *
     * @param keys  so many of those that were asked for
     * @param bytes of the items
     */
    private record Got(List<Map<String, AttributeValue>> items, int keys, long bytes, Capacity capacity) {
        static Got nothing() {
            return new Got(List.of(), 0, 0, new Capacity());
        }
    }

    private static Got read(ReadTx view, LiveTable table, Gets gets, long left) {
        var items = new ArrayList<Map<String, AttributeValue>>();
        var capacity = new Capacity();
        int keys = 0;
        long bytes = 0;
        for (var key : gets.keys()) {
            var item = GetItem.read(view, table, key, gets.projection());
            int size = item.map(ItemSize::of).orElse(0);
            if (bytes + size > left) {
                break;
            }
            bytes += size;
            keys++;
            capacity.addTable(Capacity.read(size, gets.consistent()));
            item.ifPresent(whole -> items.add(GetItem.projected(gets.projection(), whole)));
        }
        return new Got(items, keys, bytes, capacity);
    }

    /** A request has one kind of parameters for all its tables. */
    private static void checkKinds(Collection<KeysAndAttributes> requests) {
        var kinds = new ParameterKinds();
        requests.stream().map(KeysAndAttributes::projectionExpression).filter(Objects::nonNull).findFirst()
            .ifPresent(given -> kinds.projection("ProjectionExpression", given));
        requests.stream().map(KeysAndAttributes::attributesToGet).filter(Objects::nonNull).findFirst()
            .ifPresent(given -> kinds.legacy("AttributesToGet", given));
        kinds.check(null, null, Wording.PRESENT);
    }

    private static Gets checked(Caller caller, String name, KeysAndAttributes request) {
        var ref = TableRef.of(caller, name);
        if (request.keys().isEmpty() || request.keys().size() > MAX_KEYS) {
            throw new ValidationException("1 validation error detected: Value at 'RequestItems." + name
                + ".member.Keys' failed to satisfy constraint: Member must have length "
                + (request.keys().isEmpty() ? "greater than or equal to 1" : "less than or equal to " + MAX_KEYS));
        }
        new ParameterKinds().projection("ProjectionExpression", request.projectionExpression())
            .legacy("AttributesToGet", request.attributesToGet()).check(request.expressionAttributeNames(), null,
                Wording.PRESENT);
        var projection = GetItem.projection(request.projectionExpression(), request.attributesToGet(),
            request.expressionAttributeNames(), Wording.PRESENT);
        var keys = new ArrayList<Map<String, AttributeValue>>();
        var seen = new HashSet<Map<String, AttributeValue>>();
        for (var key : request.keys()) {
            var normal = Values.checked(key, Wording.PRESENT);
            if (!seen.add(normal)) {
                throw new ValidationException("Provided list of item keys contains duplicates");
            }
            keys.add(normal);
        }
        return new Gets(name, ref, request, keys, projection);
    }

    private static void checkKeys(LiveTable table, Gets gets) {
        var seen = new HashSet<Key>();
        for (var key : gets.keys()) {
            if (!seen.add(table.schema.ofKey(key))) {
                throw new ValidationException("Provided list of item keys contains duplicates");
            }
        }
    }
}
