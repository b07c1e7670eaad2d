package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.BatchWriteItemRequest;
import dev.aloft.api.DynamoDb.BatchWriteItemResponse;
import dev.aloft.api.DynamoDb.ConsumedCapacity;
import dev.aloft.api.DynamoDb.WriteRequest;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.dynamodb.Collections.Written;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import dev.aloft.wire.DynamoDbFailures;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

final class BatchWriteItem {
    private static final int MAX_REQUESTS = 25;

    private final ItemWriter writer;
    private final Collections collections;

    BatchWriteItem(ItemWriter writer, Collections collections) {
        this.writer = writer;
        this.collections = collections;
    }

    /** A put of an item or a delete of a key, the values checked; an item has its bytes. */
    private record Write(Map<String, AttributeValue> attributes, Optional<byte[]> bytes) {
    }

    /** What is written into one table. */
    private record Writes(String name, TableRef ref, List<Write> all) {
    }

    BatchWriteItemResponse write(Caller caller, BatchWriteItemRequest in) {
        var tables = checked(caller, in.requestItems());
        boolean counts = Capacity.isWanted(in.returnConsumedCapacity());
        var throttled = tables.size() > 1 ? writer.throttled(tables.stream().map(Writes::ref).toList())
            : List.<TableRef>of();
        var unprocessed = new LinkedHashMap<String, List<WriteRequest>>();
        tables.stream().filter(table -> throttled.contains(table.ref)).map(Writes::name)
            .forEach(name -> unprocessed.put(name, in.requestItems().get(name)));
        if (unprocessed.size() < tables.size()) {
            tables.removeIf(table -> throttled.contains(table.ref));
        }
        var binds = new LinkedHashMap<TableRef, Function<LiveTable, List<Change>>>();
        tables.forEach(table -> binds.put(table.ref, live -> changes(live, table.all, counts)));

        var outcomes = writer.write(binds).iterator();

        var capacities = new ArrayList<ConsumedCapacity>();
        tables.forEach(table -> {
            var capacity = new Capacity();
            table.all.forEach(_ -> capacity.add(outcomes.next().capacity()));
            capacities.add(capacity.told(table.name, in.returnConsumedCapacity()));
        });
        return BatchWriteItemResponse.of(r -> r.unprocessedItems(unprocessed)
            .itemCollectionMetrics(collections.told(in.returnItemCollectionMetrics(), tables.stream()
                .flatMap(table -> table.all.stream().map(write ->
                    new Written(table.ref, table.name, write.attributes())))))
            .consumedCapacity(counts ? capacities : null));
    }

    private static List<Writes> checked(Caller caller, Map<String, List<WriteRequest>> requests) {
        if (requests.isEmpty()) {
            throw new ValidationException("The requestItems parameter is required for BatchWriteItem");
        }
        var tables = new ArrayList<Writes>();
        int count = 0;
        for (var entry : requests.entrySet()) {
            var name = entry.getKey();
            if (DynamoDbFailures.ofNewName(name).isPresent()) {
                throw new ValidationException("1 validation error detected: "
                    + DynamoDbFailures.ofNames(DynamoDbFailures.printed(requests)));
            }
            var ref = TableRef.of(caller, name);
            if (tables.stream().map(Writes::ref).anyMatch(ref::equals)) {
                throw new ValidationException("Provided list of item keys contains duplicates");
            }
            if (entry.getValue().isEmpty() || entry.getValue().size() > MAX_REQUESTS) {
                throw new ValidationException("1 validation error detected: Value '"
                    + DynamoDbFailures.printed(requests)
                    + "' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "
                    + "[Member must have length less than or equal to " + MAX_REQUESTS
                    + ", Member must have length greater than or equal to 1]");
            }
            count += entry.getValue().size();
            if (count > MAX_REQUESTS) {
                throw new ValidationException("Too many items requested for the BatchWriteItem call");
            }
            tables.add(new Writes(name, ref, entry.getValue().stream().map(BatchWriteItem::checked).toList()));
        }
        return tables;
    }

    private static Write checked(WriteRequest request) {
        if ((request.putRequest() == null) == (request.deleteRequest() == null)) {
            throw new ValidationException("Supplied AttributeValue has more than one datatypes set, "
                + "must contain exactly one of the supported datatypes");
        }
        if (request.deleteRequest() != null) {
            return new Write(Values.checked(request.deleteRequest().key(), Wording.FORMER), Optional.empty());
        }
        var item = Values.checked(request.putRequest().item(), Wording.FORMER);
        ItemWriter.checkSize(item, "Item size has exceeded the maximum allowed size");
        return new Write(item, Optional.of(ITEMS.encode(item)));
    }

    private static List<Change> changes(LiveTable table, List<Write> writes, boolean counts) {
        var changes = new ArrayList<Change>();
        var seen = new HashSet<Key>();
        for (var write : writes) {
            var key = key(table, write);
            if (!seen.add(key)) {
                throw new ValidationException("Provided list of item keys contains duplicates");
            }
            Change.Effect effect = write.bytes().isPresent() ? new Change.Put(write.attributes(), write.bytes().get())
                : new Change.Delete();
            changes.add(new Change(table, key, Optional.empty(), false, counts, effect));
        }
        return changes;
    }

    private static Key key(LiveTable table, Write write) {
        if (write.bytes().isEmpty()) {
            return table.schema.ofKey(write.attributes());
        }
        // A batch says of an item without its key what is said of a key.
        for (var name : table.schema.names()) {
            var value = write.attributes().get(name);
            if (value == null || !Values.type(value).equals(table.schema.type(name))) {
                throw new ValidationException("The provided key element does not match the schema");
            }
        }
        var key = table.schema.ofItem(write.attributes());
        table.checkIndexKeys(write.attributes());
        return key;
    }
}
