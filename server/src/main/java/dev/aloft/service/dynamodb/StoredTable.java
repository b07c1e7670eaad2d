package dev.aloft.service.dynamodb;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table as it is kept.
 *
 * @param number     under which its items stand; a table made anew under the same name has another
 * @param attributes the types of all key attributes, the indexes' included
 * @param expiry     the attribute that says when an item expires
 */
record StoredTable(
        String name,
        String id,
        long number,
        Instant created,
        List<Attribute> attributes,
        KeyNames key,
        List<StoredIndex> indexes,
        boolean onDemand,
        Optional<Instant> onDemandSince,
        Throughput throughput,
        String tableClass,
        boolean deletionProtected,
        Map<String, String> tags,
        Optional<String> expiry) {

    record Attribute(String name, String type) {
    }

    /** The partition key, and the sort key where there is one. */
    record KeyNames(String hash, Optional<String> range) {
    }

    record Throughput(long read, long write, Optional<Instant> increased, Optional<Instant> decreased) {
        static Throughput of(long read, long write) {
            return new Throughput(read, write, Optional.empty(), Optional.empty());
        }
    }

    /**
     * An index as it is kept.
     *
     * @param number     under which its entries stand within the table
     * @param projection ALL, KEYS_ONLY or INCLUDE
     * @param included   the attributes besides keys that INCLUDE names
     * @param filling    it was added to a table with items and does not have them all yet
     */
    record StoredIndex(
            String name,
            long number,
            boolean global,
            KeyNames key,
            String projection,
            List<String> included,
            Throughput throughput,
            boolean filling) {
        StoredIndex with(Throughput other) {
            return new StoredIndex(name, number, global, key, projection, included, other, filling);
        }

        StoredIndex filled() {
            return new StoredIndex(name, number, global, key, projection, included, throughput, false);
        }
    }

    StoredTable withAttributes(List<Attribute> other) {
        return new StoredTable(name, id, number, created, other, key, indexes, onDemand, onDemandSince, throughput,
            tableClass, deletionProtected, tags, expiry);
    }

    StoredTable withIndexes(List<StoredIndex> other) {
        return new StoredTable(name, id, number, created, attributes, key, other, onDemand, onDemandSince, throughput,
            tableClass, deletionProtected, tags, expiry);
    }

    StoredTable withBilling(boolean demand, Optional<Instant> since, Throughput other) {
        return new StoredTable(name, id, number, created, attributes, key, indexes, demand, since, other, tableClass,
            deletionProtected, tags, expiry);
    }

    StoredTable withTableClass(String other) {
        return new StoredTable(name, id, number, created, attributes, key, indexes, onDemand, onDemandSince, throughput, other,
            deletionProtected, tags, expiry);
    }

    StoredTable withDeletionProtected(boolean is) {
        return new StoredTable(name, id, number, created, attributes, key, indexes, onDemand, onDemandSince, throughput,
            tableClass, is, tags, expiry);
    }

    StoredTable withTags(Map<String, String> other) {
        return new StoredTable(name, id, number, created, attributes, key, indexes, onDemand, onDemandSince, throughput,
            tableClass, deletionProtected, other, expiry);
    }

    StoredTable withExpiry(Optional<String> attribute) {
        return new StoredTable(name, id, number, created, attributes, key, indexes, onDemand, onDemandSince, throughput,
            tableClass, deletionProtected, tags, attribute);
    }

    String type(String attribute) {
        return attributes.stream().filter(one -> one.name().equals(attribute)).findFirst().orElseThrow().type();
    }
}
