package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.kernel.store.Key;
import dev.aloft.service.dynamodb.expression.Path;
import dev.aloft.service.dynamodb.value.ValidationException;
import dev.aloft.service.dynamodb.value.Values;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A table as the operations on its items need it, made once for each version of what is kept of it. */
final class LiveTable {
    final TableRef ref;
    final StoredTable stored;
    final KeySchema schema;
    final List<LiveIndex> indexes;
    final TableSettings settings;
    private final boolean keepsHistory;
    private final Optional<StoredDestination> destination;
    private final byte[] bytes;
    private final Key items;

    LiveTable(TableRef ref, StoredTable stored, byte[] bytes) {
        this.ref = ref;
        this.stored = stored;
        this.bytes = bytes;
        this.schema = KeySchema.of(stored, stored.key());
        this.settings = TableSettings.of(stored.tags());
        this.keepsHistory = stored.keepsHistory();
        this.destination = stored.destinations().stream().filter(StoredDestination::active).findFirst();
        this.items = DynamoDbData.items(ref, stored.number());
        this.indexes = stored.indexes().stream().map(index -> new LiveIndex(this, index)).toList();
    }

    /** As it stood in the store; another version has other bytes. */
    byte[] bytes() {
        return bytes;
    }

    /** Where an item stands in the store, of its key within the table. */
    Key at(Key key) {
        return items.then(key);
    }

    /** Before all items. */
    Key items() {
        return items;
    }

    LiveIndex index(String name) {
        return indexes.stream().filter(index -> index.stored.name().equals(name)).findFirst().orElseThrow(() ->
            new ValidationException("The table does not have the specified index: " + name));
    }

    /** Whether a write has to know what stood there before. */
    boolean needsOld() {
        return !indexes.isEmpty() || stored.expiry().isPresent() || hasStream() || keepsHistory()
            || settings.throttled() || !stored.onDemand() || hasOutbox();
    }

    /** Whether writes count all that they use, which is what the old item has too and what indexes take. */
    boolean counts() {
        return settings.throttled() || !stored.onDemand() || !indexes.isEmpty();
    }

    /** Whether its changes go elsewhere too. */
    boolean hasOutbox() {
        return destination.isPresent() || isGlobal();
    }

    /** Whether other regions have it too. */
    boolean isGlobal() {
        return !stored.replicas().isEmpty();
    }

    /** The Kinesis data stream that takes its changes. */
    Optional<StoredDestination> destination() {
        return destination;
    }

    boolean keepsHistory() {
        return keepsHistory;
    }

    /** From which moment on the past is kept; nothing where none is. */
    Optional<Instant> historyFrom(Instant now) {
        if (!stored.copies().isEmpty()) {
            return Optional.of(Instant.EPOCH);
        }
        var lag = Optional.of(settings.lag()).filter(Duration::isPositive).map(now::minus);
        var recovery = stored.recovery().map(one -> now.minus(Duration.ofDays(one.days())));
        return Stream.of(lag, recovery).flatMap(Optional::stream).min(Instant::compareTo);
    }

    boolean hasCollections() {
        return indexes.stream().anyMatch(index -> !index.stored.global());
    }

    boolean hasStream() {
        return stored.stream().filter(StoredTable.TableStream::enabled).isPresent();
    }

    /** An item has the index keys in the right types, or not at all. */
    void checkIndexKeys(Map<String, AttributeValue> item) {
        for (var index : indexes) {
            for (var name : index.schema.names()) {
                var value = item.get(name);
                if (value == null || schema.has(name)) {
                    continue;
                }
                checkIndexKeyType(index, name, Values.type(value));
                if (KeySchema.isEmpty(value)) {
                    throw new ValidationException("One or more parameter values are not valid. A value specified for a "
                        + "secondary index key is not supported. " + KeySchema.empty(value) + " IndexName: "
                        + index.stored.name() + ", IndexKey: " + name);
                }
                index.schema.checkSize(name, value);
            }
        }
    }

    static void checkIndexKeyType(LiveIndex index, String name, String type) {
        if (!type.equals(index.schema.type(name))) {
            throw ValidationException.parameters("Type mismatch for Index Key " + name + " Expected: "
                + index.schema.type(name) + " Actual: " + type + " IndexName: " + index.stored.name());
        }
    }

    /** Key attributes are scalars: no path leads into one. */
    void refuseNestedKeys(Collection<Path> paths) {
        for (var path : paths) {
            if (path.isNested() && schema.has(path.attribute())) {
                throw new ValidationException(
                    "Key attributes must be scalars; list random access '[]' and map lookup '.' "
                    + "are not allowed: Key: " + path.attribute());
            }
        }
        for (var path : paths) {
            if (path.isNested() && indexes.stream().anyMatch(index -> index.schema.has(path.attribute()))) {
                throw new ValidationException(
                    "Key attributes must be scalars; list random access '[]' and map lookup '.' "
                    + "are not allowed: IndexKey: " + path.attribute());
            }
        }
    }

    /** An index as the operations need it. */
    static final class LiveIndex {
        final StoredTable.StoredIndex stored;
        final KeySchema schema;
        private final LiveTable table;
        private final Key entries;
        /** Nothing where all attributes are projected. */
        private final Optional<Set<String>> projected;

        LiveIndex(LiveTable table, StoredTable.StoredIndex stored) {
            this.table = table;
            this.stored = stored;
            this.schema = KeySchema.of(table.stored, stored.key());
            this.entries = DynamoDbData.entries(table.ref, table.stored.number(), stored.number());
            this.projected = stored.projection().equals("ALL") ? Optional.empty()
                : Optional.of(Set.copyOf(new HashSet<>(Stream.of(table.schema.names(), schema.names(),
                    stored.included()).flatMap(List::stream).toList())));
        }

        Key entries() {
            return entries;
        }

        boolean projectsAll() {
            return projected.isEmpty();
        }

        boolean projects(String attribute) {
            return projected.isEmpty() || projected.get().contains(attribute);
        }

        /** Of what these paths lead to, the attributes that the index lacks. */
        List<String> missing(Collection<Path> paths) {
            return paths.stream().map(Path::attribute).filter(name -> !projects(name)).distinct().toList();
        }

        /** A query cannot filter by what its index lacks, be it local or global. */
        void refuseUnprojected(Collection<Path> filtered) {
            var missing = missing(filtered);
            if (!missing.isEmpty()) {
                throw ValidationException.parameters("Secondary index " + stored.name()
                    + " does not project one or more filter attributes: " + missing);
            }
        }

        /** What the index has of an item, or of null; null where the item is not in it. */
        Map<String, AttributeValue> entry(Map<String, AttributeValue> item) {
            return item == null || !schema.isIn(item) ? null : projection(item);
        }

        /** What of an item the index has. */
        private Map<String, AttributeValue> projection(Map<String, AttributeValue> item) {
            if (projected.isEmpty()) {
                return item;
            }
            var some = new LinkedHashMap<>(item);
            some.keySet().retainAll(projected.get());
            return some;
        }

        /**
         * Where an item stands in the index: behind the index's key the table's, as many items may have the former;
         * those in the order of a hash of the table's key.
         */
        Key key(Map<String, AttributeValue> item) {
            return schema.unchecked(item).and((Object) table.schema.hashOf(item)).then(table.schema.unchecked(item));
        }

        Key at(Key key) {
            return entries.then(key);
        }

        /** The attributes that tell where in the index an item stands. */
        List<String> startNames() {
            return Stream.concat(table.schema.names().stream(), schema.names().stream()).distinct().toList();
        }
    }
}
