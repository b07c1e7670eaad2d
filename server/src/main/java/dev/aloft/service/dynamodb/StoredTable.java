package dev.aloft.service.dynamodb;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A table as it is kept.
 *
 * @param number     under which its items stand; a table made anew under the same name has another
 * @param attributes the types of all key attributes, the indexes' included
 * @param expiry     the attribute that says when an item expires
 * @param stream     the one that it has or had last
 * @param onDemandLimit what an on-demand table may use at most
 * @param warm       what it was asked to be prepared for
 * @param recovery   to which moments it can be restored
 * @param copies     the numbers of copies that are being made of it as it was at some moment
 * @param creating   it is being made from another or from files, and its items cannot be reached yet
 * @param restored   what it was restored from
 * @param encryptionKey the ARN of its key of KMS, of which {@link TableKeys} knows more; none for one of DynamoDB's own
 * @param destinations the Kinesis data streams that take its changes or did, the last one first
 * @param replicas   the other regions that have it, in the order in which they were added
 * @param strong     its regions are strongly consistent with each other (MRSC)
 * @param expirySince when it was said last that items expire, or that they do not
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
        Optional<String> expiry,
        Optional<TableStream> stream,
        Optional<Units> onDemandLimit,
        Optional<Units> warm,
        Optional<Instant> tableClassSince,
        Optional<String> encryptionKey,
        Optional<Recovery> recovery,
        Set<Long> copies,
        boolean creating,
        Optional<Restored> restored,
        List<StoredDestination> destinations,
        List<StoredReplica> replicas,
        Optional<Strong> strong,
        Optional<Instant> expirySince) {

    record Attribute(String name, String type) {
    }

    /**
     * The stream that a table has or had last.
     *
     * @param number under which its shards and records stand
     * @param view   what of an item its records have: KEYS_ONLY, NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES
     * @param open   the shards that take records, in the order of their hashes; none once it is disabled
     */
    record TableStream(String label, long number, String view, List<OpenShard> open) {
        boolean enabled() {
            return !open.isEmpty();
        }

        TableStream withOpen(List<OpenShard> other) {
            return new TableStream(label, number, view, other);
        }
    }

    /** A shard that takes the records of the partition keys whose hashes begin here, up to where the next begins. */
    record OpenShard(long number, String id, int from) {
    }

    /**
     * The partition key, and the sort key where there is one.
     *
     * @param moreHashes further attributes of the partition key
     * @param moreRanges further attributes of the sort key
     */
    record KeyNames(String hash, Optional<String> range, List<String> moreHashes, List<String> moreRanges) {
        static KeyNames of(List<String> hashes, List<String> ranges) {
            return new KeyNames(hashes.getFirst(), ranges.stream().findFirst(), hashes.subList(1, hashes.size()),
                ranges.isEmpty() ? List.of() : ranges.subList(1, ranges.size()));
        }

        List<String> hashes() {
            return Stream.concat(Stream.of(hash), moreHashes.stream()).toList();
        }

        List<String> ranges() {
            return Stream.concat(range.stream(), moreRanges.stream()).toList();
        }

        List<String> all() {
            return Stream.concat(hashes().stream(), ranges().stream()).toList();
        }
    }

    /**
     * Point-in-time recovery.
     *
     * @param since when it was enabled
     * @param days  how far back it reaches
     */
    record Recovery(Instant since, int days) {
    }

    /** Where a restored table comes from. */
    record Restored(Optional<String> backupArn, String tableArn, Instant moment, boolean inProgress) {
        Restored done() {
            return new Restored(backupArn, tableArn, moment, false);
        }
    }

    /** @param witnesses regions that keep changes, but no table */
    record Strong(List<String> witnesses) {
    }

    /** @param decreases how often it was decreased on the day of the last decrease */
    record Throughput(long read, long write, Optional<Instant> increased, Optional<Instant> decreased, long decreases) {
        static Throughput of(long read, long write) {
            return new Throughput(read, write, Optional.empty(), Optional.empty(), 0);
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
            boolean filling,
            Optional<Units> onDemandLimit,
            Optional<Units> warm) {
        StoredIndex with(Throughput other) {
            return new StoredIndex(name, number, global, key, projection, included, other, filling, onDemandLimit,
                warm);
        }

        StoredIndex filled() {
            return new StoredIndex(name, number, global, key, projection, included, throughput, false, onDemandLimit,
                warm);
        }

        StoredIndex withOnDemandLimit(Optional<Units> limit) {
            return new StoredIndex(name, number, global, key, projection, included, throughput, filling, limit, warm);
        }

        StoredIndex withWarm(Optional<Units> prepared) {
            return new StoredIndex(name, number, global, key, projection, included, throughput, filling, onDemandLimit,
                prepared);
        }
    }

    StoredTable withAttributes(List<Attribute> other) {
        return with(draft -> draft.attributes = other);
    }

    StoredTable withIndexes(List<StoredIndex> other) {
        return with(draft -> draft.indexes = other);
    }

    StoredTable withBilling(boolean demand, Optional<Instant> since, Throughput other) {
        return with(draft -> {
            draft.onDemand = demand;
            draft.onDemandSince = since;
            draft.throughput = other;
        });
    }

    StoredTable withTags(Map<String, String> other) {
        return with(draft -> draft.tags = other);
    }

    StoredTable withDestinations(List<StoredDestination> other) {
        return with(draft -> draft.destinations = other);
    }

    StoredTable withReplicas(List<StoredReplica> other) {
        return with(draft -> draft.replicas = other);
    }

    StoredTable withStream(TableStream other) {
        return with(draft -> draft.stream = Optional.of(other));
    }

    /** Another table with the same keys, indexes and settings. */
    StoredTable renamed(String otherName, String otherId, long otherNumber, Instant now) {
        return new StoredTable(otherName, otherId, otherNumber, now, attributes, key, indexes, onDemand, onDemandSince,
            throughput,
            tableClass, deletionProtected, tags, expiry, stream, onDemandLimit, warm, tableClassSince, encryptionKey,
            recovery, copies, creating, restored, destinations, replicas, strong, expirySince);
    }

    /** The same table with some of it changed. */
    StoredTable with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.table();
    }

    /** A table whose parts can be set one by one. */
    static final class Draft {
        private final StoredTable from;
        List<Attribute> attributes;
        List<StoredIndex> indexes;
        boolean onDemand;
        Optional<Instant> onDemandSince;
        Throughput throughput;
        String tableClass;
        boolean deletionProtected;
        Map<String, String> tags;
        Optional<String> expiry;
        Optional<TableStream> stream;
        Optional<Units> onDemandLimit;
        Optional<Units> warm;
        Optional<Instant> tableClassSince;
        Optional<String> encryptionKey;
        Optional<Recovery> recovery;
        Set<Long> copies;
        boolean creating;
        Optional<Restored> restored;
        List<StoredDestination> destinations;
        List<StoredReplica> replicas;
        Optional<Strong> strong;
        Optional<Instant> expirySince;

        private Draft(StoredTable from) {
            this.from = from;
            attributes = from.attributes;
            indexes = from.indexes;
            onDemand = from.onDemand;
            onDemandSince = from.onDemandSince;
            throughput = from.throughput;
            tableClass = from.tableClass;
            deletionProtected = from.deletionProtected;
            tags = from.tags;
            expiry = from.expiry;
            stream = from.stream;
            onDemandLimit = from.onDemandLimit;
            warm = from.warm;
            tableClassSince = from.tableClassSince;
            encryptionKey = from.encryptionKey;
            recovery = from.recovery;
            copies = from.copies;
            creating = from.creating;
            restored = from.restored;
            destinations = from.destinations;
            replicas = from.replicas;
            strong = from.strong;
            expirySince = from.expirySince;
        }

        private StoredTable table() {
            return new StoredTable(from.name, from.id, from.number, from.created, attributes, from.key, indexes,
                onDemand,
                onDemandSince, throughput, tableClass, deletionProtected, tags, expiry, stream, onDemandLimit, warm,
                tableClassSince, encryptionKey, recovery, copies, creating, restored, destinations, replicas, strong,
                expirySince);
        }
    }

    /** Whether what stood there before a write has to be kept for a while. */
    boolean keepsHistory() {
        return TableSettings.of(tags).lags() || recovery.isPresent() || !copies.isEmpty();
    }

    String type(String attribute) {
        return attributes.stream().filter(one -> one.name().equals(attribute)).findFirst().orElseThrow().type();
    }
}
