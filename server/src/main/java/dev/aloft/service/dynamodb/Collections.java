package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.ItemCollectionMetrics;
import dev.aloft.api.DynamoDb.ItemCollectionSizeLimitExceededException;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.dynamodb.value.ItemSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Item collections: the items of one partition with their entries in local secondary indexes. Only tables that have
 * such indexes know them, keep count of their bytes, and limit them.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ItemCollections">Item
 *     collections</a>
 */
final class Collections {
    private static final double GIGABYTE = 1 << 30;

    private final OpenTables tables;
    private final Store store;

    Collections(OpenTables tables, Store store) {
        this.tables = tables;
        this.store = store;
    }

    /** An item that was written, or its key, and its table as the request names it. */
    record Written(TableRef ref, String tableName, Map<String, AttributeValue> attributes) {
    }

    /** How large the collections of items are, by table, or null where nobody asked or no table has collections. */
    Map<String, List<ItemCollectionMetrics>> told(String wanted, Stream<Written> items) {
        var metrics = new LinkedHashMap<String, List<ItemCollectionMetrics>>();
        items.forEach(item -> Optional.ofNullable(told(item.ref(), wanted, item.attributes())).ifPresent(one ->
            metrics.computeIfAbsent(item.tableName(), _ -> new ArrayList<>()).add(one)));
        return metrics.isEmpty() ? null : metrics;
    }

    /** How large the collection of this item is, or null where nobody asked or the table has no collections. */
    ItemCollectionMetrics told(TableRef ref, String wanted, Map<String, AttributeValue> item) {
        if (!DynamoDb.ReturnItemCollectionMetrics.SIZE.equals(wanted)) {
            return null;
        }
        return store.read(tx -> {
            var table = tables.open(tx, ref);
            if (!table.hasCollections()) {
                return null;
            }
            double least = Math.floor(bytes(tx, table, table.schema.partitionKey(item)) / GIGABYTE);
            return ItemCollectionMetrics.of(m -> m.itemCollectionKey(Map.of(table.schema.hash(),
                item.get(table.schema.hash()))).sizeEstimateRangeGB(List.of(least, least + 1)));
        });
    }

    /** Keeps count of a collection; it may not grow past the limit. Called before the item itself is written. */
    static void grow(Tx tx, LiveTable table, Map<String, AttributeValue> item, long bytes) {
        if (bytes == 0) {
            return;
        }
        var partition = table.schema.partitionKey(item);
        long now = bytes(tx, table, partition) + bytes;
        if (bytes > 0 && now > table.settings.collectionLimit()) {
            throw new ItemCollectionSizeLimitExceededException("Item collection size limit exceeded");
        }
        tx.put(DynamoDbData.collection(table.ref, table.stored.number(), partition), Codec.NUMBER.encode(now));
    }

    private static long bytes(ReadTx tx, LiveTable table, Key partition) {
        return tx.get(DynamoDbData.collection(table.ref, table.stored.number(), partition)).map(Codec.NUMBER::decode)
            .orElseGet(() -> counted(tx, table, partition));
    }

    private static long counted(ReadTx tx, LiveTable table, Key partition) {
        var spaces = Stream.concat(Stream.of(table.at(partition)),
            table.indexes.stream().filter(index -> !index.stored.global()).map(index -> index.at(partition)));
        return spaces.flatMap(space -> tx.range(Range.of(space)))
            .mapToLong(entry -> ItemSize.of(ITEMS.decode(entry.value()))).sum();
    }
}
