package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.ItemCollectionMetrics;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.dynamodb.value.ItemSize;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Item collections: the items of one partition with their entries in local secondary indexes. Only tables that have such
 * indexes know them.
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

    /** How large the collection of this item is, or null where nobody asked or the table has no collections. */
    ItemCollectionMetrics told(TableRef ref, String wanted, Map<String, AttributeValue> item) {
        if (!DynamoDb.ReturnItemCollectionMetrics.SIZE.equals(wanted)) {
            return null;
        }
        return store.read(tx -> {
            var table = tables.open(tx, ref);
            var local = table.indexes.stream().filter(index -> !index.stored.global()).toList();
            if (local.isEmpty()) {
                return null;
            }
            var hash = item.get(table.schema.hash());
            Key partition = table.schema.partitionKey(item);
            var spaces = Stream.concat(Stream.of(table.at(partition)), local.stream().map(index -> index.at(partition)));
            long bytes = spaces.flatMap(space -> tx.range(Range.of(space)))
                .mapToLong(entry -> ItemSize.of(ITEMS.decode(entry.value()))).sum();
            double least = Math.floor(bytes / GIGABYTE);
            return ItemCollectionMetrics.of(m -> m.itemCollectionKey(Map.of(table.schema.hash(), hash))
                .sizeEstimateRangeGB(List.of(least, least + 1)));
        });
    }
}
