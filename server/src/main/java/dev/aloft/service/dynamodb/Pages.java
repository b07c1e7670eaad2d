package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.Select;
import dev.aloft.kernel.store.Entry;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.service.dynamodb.LiveTable.LiveIndex;
import dev.aloft.service.dynamodb.expression.Condition;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.expression.Projection;
import dev.aloft.service.dynamodb.value.ItemCodec;
import dev.aloft.service.dynamodb.value.ItemSize;
import dev.aloft.service.dynamodb.value.StoredItem;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import dev.aloft.service.dynamodb.value.Wording;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What Query and Scan have in common: reading a range item by item until a page is full. */
final class Pages {
    /** A page ends with the item that reaches this. */
    private static final int MAX_BYTES = 1 << 20;
    /** Complaints that are told of starting keys without an introduction. */
    private static final Pattern PLAIN =
        Pattern.compile("contains duplicates|number set|numeric value|significant digits|number with magnitude");

    private Pages() {
    }

    /** The table or the index that is read. */
    record Source(LiveTable table, Optional<LiveIndex> index) {
        static Source of(LiveTable table, String indexName, Boolean consistent) {
            if (indexName == null) {
                return new Source(table, Optional.empty());
            }
            var index = table.index(indexName);
            if (index.stored.global() && Boolean.TRUE.equals(consistent)) {
                throw new ValidationException("Consistent reads are not supported on global secondary indexes");
            }
            if (index.stored.filling()) {
                throw new ValidationException("Cannot read from backfilling global secondary index: " + indexName);
            }
            return new Source(table, Optional.of(index));
        }

        KeySchema schema() {
            return index.map(one -> one.schema).orElse(table.schema);
        }

        Key space() {
            return index.map(LiveIndex::entries).orElse(table.items());
        }

        Key at(Key key) {
            return space().then(key);
        }

        List<String> startNames() {
            return index.map(LiveIndex::startNames).orElseGet(table.schema::names);
        }

        /** Where an item that starts a page stands. */
        Key start(Map<String, AttributeValue> item) {
            return at(index.map(one -> one.key(item)).orElseGet(() -> table.schema.unchecked(item)));
        }

        Map<String, AttributeValue> startKey(Map<String, AttributeValue> item) {
            var key = new LinkedHashMap<String, AttributeValue>();
            startNames().forEach(name -> key.put(name, item.get(name)));
            return key;
        }
    }

    /** Which attributes of an item are told: none for a count. */
    record Selection(boolean count, boolean all, Optional<Projection> projection) {
        /** @param complaints how the operation begins such complaints */
        static Selection of(String select, String indexName, Optional<Projection> projection, boolean expression,
                String complaints) {
            if (Select.ALL_PROJECTED_ATTRIBUTES.equals(select) && indexName == null) {
                throw new ValidationException(complaints
                    + "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
            }
            if (Select.SPECIFIC_ATTRIBUTES.equals(select) && projection.isEmpty()) {
                throw new ValidationException(complaints
                    + "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
                    + "SPECIFIC_ATTRIBUTES");
            }
            if (select != null && !select.equals(Select.SPECIFIC_ATTRIBUTES) && projection.isPresent()) {
                throw new ValidationException(complaints + "Cannot specify the "
                    + (expression ? "ProjectionExpression" : "AttributesToGet") + " when choosing to get "
                    + (select.equals(Select.COUNT) ? "only the Count" : select));
            }
            return new Selection(Select.COUNT.equals(select), Select.ALL_ATTRIBUTES.equals(select), projection);
        }

        /** What the index does not have is looked up in the table, but not for a global one. */
        boolean needsTable(Source source) {
            if (source.index().isEmpty() || source.index().get().projectsAll()) {
                return false;
            }
            var index = source.index().get();
            if (all) {
                if (index.stored.global()) {
                    throw ValidationException.parameters(
                        "Select type ALL_ATTRIBUTES is not supported for global secondary "
                        + "index " + index.stored.name() + " because its projection type is not ALL");
                }
                return true;
            }
            var missing = projection.map(Projection::paths).map(index::missing).orElse(List.of());
            if (!missing.isEmpty() && index.stored.global()) {
                throw ValidationException.parameters("Global secondary index " + index.stored.name()
                    + " does not project " + missing);
            }
            return !missing.isEmpty();
        }
    }

    /** What was read; no items for a count (null). */
    record Page(LiveTable table, List<Map<String, AttributeValue>> items, int count, int scanned,
            Optional<Map<String, AttributeValue>> last, Capacity capacity) {
    }

    /** Checks the values of a starting key. */
    static Map<String, AttributeValue> startKey(Map<String, AttributeValue> start, Wording wording) {
        if (start == null) {
            return null;
        }
        try {
            return Values.checked(start, wording);
        } catch (ValidationException e) {
            throw wording == Wording.PRESENT || PLAIN.matcher(e.getMessage()).find() ? e
                : new ValidationException("The provided starting key is invalid: " + e.getMessage());
        }
    }

    static Page read(ReadTx tx, Source source, Range range, Integer limit, Optional<Condition> filter,
        Selection selection, boolean consistent) {
        boolean lookUp = selection.needsTable(source);
        var items = new ArrayList<Map<String, AttributeValue>>();
        int count = 0;
        int scanned = 0;
        long size = 0;
        double tableUnits = 0;
        byte[] last = null;
        boolean full = false;
        boolean onlyCounted = selection.count() && filter.isEmpty() && !lookUp;
        Iterator<Entry> entries = tx.range(range).iterator();
        while (!full && entries.hasNext()) {
            last = entries.next().value();
            scanned++;
            size += ItemCodec.size(last);
            full = size >= MAX_BYTES || limit != null && scanned >= limit;
            if (onlyCounted) {
                count++;
                continue;
            }
            var found = new StoredItem(last);
            var item = found;
            if (lookUp) {
                item = tx.get(source.table().at(source.table().schema.unchecked(found))).map(StoredItem::new)
                    .orElse(found);
                tableUnits += Capacity.read(ItemSize.of(item), consistent);
            }
            if (filter.isEmpty() || filter.get().holds(item)) {
                count++;
                if (!selection.count()) {
                    items.add(GetItem.projected(selection.projection(), item));
                }
            }
        }
        var capacity = new Capacity();
        double units = size == 0 && scanned == 0 ? (consistent ? 1 : 0.5) : Capacity.read(size, consistent);
        source.index().ifPresentOrElse(index -> capacity.addIndex(index, units), () -> capacity.addTable(units));
        capacity.addTable(tableUnits);
        return new Page(source.table(), selection.count() ? null : items, count, scanned,
            full ? Optional.of(source.startKey(new StoredItem(last))) : Optional.empty(), capacity);
    }
}
