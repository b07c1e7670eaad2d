package dev.aloft.service.dynamodb;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb.CreateTableRequest;
import dev.aloft.api.DynamoDb.CreateTableResponse;
import dev.aloft.api.DynamoDb.DeleteTableRequest;
import dev.aloft.api.DynamoDb.DeleteTableResponse;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.DescribeTableResponse;
import dev.aloft.api.DynamoDb.ListTablesRequest;
import dev.aloft.api.DynamoDb.ListTablesResponse;
import dev.aloft.api.DynamoDb.ResourceInUseException;
import dev.aloft.api.DynamoDb.ResourceNotFoundException;
import dev.aloft.api.DynamoDb.TableClass;
import dev.aloft.api.DynamoDb.TableStatus;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.Descriptions.Count;
import dev.aloft.service.dynamodb.value.ItemCodec;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Tables are made, told and deleted. AWS takes seconds for what is done here in one transaction: the answer of the call
 * says CREATING, UPDATING or DELETING, and the next call finds it done.
 */
final class Tables {
    private static final int MAX_NAMES = 100;
    /** DescribeTable counts no further and estimates the rest; AWS's own numbers are up to six hours old. */
    private static final int MAX_COUNTED = 2_000;

    private final DynamoDbData data;
    private final Streams streams;
    private final Replicas replicas;
    private final Supplier<Backups> backups;
    private final ResourcePolicies policies;
    private final TableKeys keys;
    private final Store store;
    private final Time time;

    /** @param backups which need tables themselves */
    Tables(DynamoDbData data, Streams streams, Supplier<Backups> backups, ResourcePolicies policies,
            TableKeys keys, Store store, Time time) {
        this.backups = backups;
        this.policies = policies;
        this.keys = keys;
        this.data = data;
        this.streams = streams;
        this.replicas = new Replicas(data, this, streams, keys);
        this.store = store;
        this.time = time;
    }

    CreateTableResponse create(Caller caller, CreateTableRequest in) {
        var ref = TableRef.toCreate(caller, in.tableName());
        var table = make(caller, in, false, (_, _) -> { });
        return new CreateTableResponse(Descriptions.of(ref, table, TableStatus.CREATING, Map.of()));
    }

    /**
     * Makes a table.
     *
     * @param creating its items cannot be reached until somebody says so
     * @param more     what else belongs into the same transaction
     */
    StoredTable make(Caller caller, CreateTableRequest in, boolean creating, BiConsumer<Tx, StoredTable> more) {
        var ref = TableRef.toCreate(caller, in.tableName());
        NewTable.check(in);
        boolean streamed = Streams.isWantedFirst(in.streamSpecification());
        NewTable.refuseNotBuilt(in);
        if (in.resourcePolicy() != null) {
            ResourcePolicies.check(in.resourcePolicy());
        }
        var tags = in.tags() == null ? Map.<String, String>of() : Tags.added(Map.of(), in.tags());
        var key = key(caller, ref, Encryption.wanted(in.sseSpecification()));
        var now = time.instant();
        boolean onDemand = NewTable.isOnDemand(in.billingMode());
        var id = UUID.randomUUID().toString();
        return store.write(tx -> {
            refuseExisting(tx, ref);
            var bare = new StoredTable(ref.name(), id, DynamoDbData.nextNumber(tx), now, NewTable.attributes(in),
                NewTable.key(in.keySchema()), NewTable.indexes(in), onDemand, onDemand
                ? Optional.of(now) : Optional.empty(), NewTable.throughput(in.provisionedThroughput()),
                in.tableClass() == null ? TableClass.STANDARD : in.tableClass(),
                Boolean.TRUE.equals(in.deletionProtectionEnabled()), tags, Optional.empty(), Optional.empty(),
                Units.of(in.onDemandThroughput()), Units.of(in.warmThroughput()), Optional.empty(),
                key.map(TableKey::arn),
                Optional.empty(), Set.of(), creating, Optional.empty(), List.of(), List.of(), Optional.empty(),
                Optional.empty());
            var made = streamed ? streams.start(tx, ref, bare, in.streamSpecification().streamViewType(), now) : bare;
            put(tx, ref, made, now);
            keys.put(tx, ref, key, now);
            if (in.resourcePolicy() != null) {
                policies.make(tx, ref, in.resourcePolicy(), now);
            }
            more.accept(tx, made);
            return made;
        });
    }

    /** A key of KMS is made ready for a table only if the table can be made. */
    private Optional<TableKey> key(Caller caller, TableRef ref, Optional<String> wanted) {
        wanted.ifPresent(_ -> store.<Void>read(tx -> {
            refuseExisting(tx, ref);
            return null;
        }));
        return wanted.map(it -> keys.prepare(caller, ref, it));
    }

    private void refuseExisting(ReadTx tx, TableRef ref) {
        if (data.tables.has(tx, ref.key())) {
            throw new ResourceInUseException("Table already exists: " + ref.name());
        }
    }

    Replicas replicas() {
        return replicas;
    }

    DescribeTableResponse describe(Caller caller, DescribeTableRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var now = time.instant();
        return store.read(tx -> {
            var table = Decreases.today(get(tx, ref), now);
            var status = table.creating() ? TableStatus.CREATING : TableStatus.ACTIVE;
            return new DescribeTableResponse(keys.told(tx, ref, replicas.told(tx, ref, table,
                Descriptions.of(ref, table, status, counts(tx, ref, table)))));
        });
    }

    private static Map<Long, Count> counts(ReadTx tx, TableRef ref, StoredTable table) {
        var counts = new HashMap<Long, Count>();
        counts.put(0L, count(tx, DynamoDbData.items(ref, table.number())));
        table.indexes().forEach(index ->
            counts.put(index.number(), count(tx, DynamoDbData.entries(ref, table.number(), index.number()))));
        return counts;
    }

    private static Count count(ReadTx tx, Key space) {
        long items = 0;
        long bytes = 0;
        Key last = Key.EMPTY;
        var entries = tx.range(Range.of(space).limit(MAX_COUNTED)).iterator();
        while (entries.hasNext()) {
            var entry = entries.next();
            items++;
            bytes += ItemCodec.size(entry.value());
            last = entry.key();
        }
        if (items < MAX_COUNTED) {
            return new Count(items, bytes);
        }
        // Partitions stand in the order of their hashes, which are spread evenly: what is counted is this part of all.
        double part = KeySchema.hashPart(last.without(space));
        return new Count(Math.round(items / part), Math.round(bytes / part));
    }

    /** The table, for an operation on tables. */
    StoredTable get(ReadTx tx, TableRef ref) {
        return data.tables.get(tx, ref.key()).orElseThrow(() ->
            new ResourceNotFoundException("Requested resource not found: Table: " + ref.name() + " not found"));
    }

    Optional<StoredTable> find(ReadTx tx, TableRef ref) {
        return data.tables.get(tx, ref.key());
    }

    /** Keeps a table; from here on somebody looks after its past if it has one. */
    void put(Tx tx, TableRef ref, StoredTable table, Instant now) {
        data.tables.put(tx, ref.key(), table);
        var id = DynamoDbData.numbered(ref, table.number());
        if (table.keepsHistory() && data.forgetting.get(tx, id).isEmpty()) {
            data.forgetting.add(tx, now, id, ref.key());
        }
    }

    DeleteTableResponse delete(Caller caller, DeleteTableRequest in) {
        var ref = TableRef.of(caller, in.tableName());
        var now = time.instant();
        var table = store.write(tx -> {
            var known = get(tx, ref);
            delete(tx, ref, known, now);
            return known;
        });
        return new DeleteTableResponse(Descriptions.deleted(ref, table));
    }

    /** Deletes a table, if nothing speaks against it. */
    void delete(Tx tx, TableRef ref, StoredTable known, Instant now) {
        if (known.deletionProtected()) {
            throw new ValidationException("Resource cannot be deleted as it is currently protected against deletion. "
                + "Disable deletion protection first.");
        }
        refuseInUse(ref, known);
        replicas.leave(tx, ref, known, now);
        streams.stop(tx, ref, known, now);
        data.tables.delete(tx, ref.key());
        keys.put(tx, ref, Optional.empty(), now);
        data.encryptionChanges.delete(tx, ref.key());
        ResourcePolicies.forget(data, tx, ref);
        data.insights.deleteAll(tx, ref.key());
        tx.delete(DynamoDbData.sequence(ref, known.number()));
        var id = DynamoDbData.numbered(ref, known.number());
        if (known.recovery().isPresent()) {
            // Its items stay, as a backup, and only what stands beside them goes.
            backups.get().keepDeleted(tx, ref, known, count(tx, DynamoDbData.items(ref, known.number())), now);
            data.clearing.add(tx, now, id, id.and(DynamoDbData.BESIDE_ONLY));
        } else {
            data.clearing.add(tx, now, id, id);
        }
    }

    private static void refuseInUse(TableRef ref, StoredTable known) {
        var inUse = "Attempt to change a resource which is still in use: ";
        if (known.creating()) {
            throw new ResourceInUseException(inUse + "Table is being created: " + ref.name());
        }
        if (!known.copies().isEmpty()) {
            throw new ResourceInUseException(inUse + "Table: " + ref.name() + " is being copied: "
                + known.copies().size() + " backups, restores or exports are under way");
        }
        if (known.indexes().stream().anyMatch(StoredTable.StoredIndex::filling)) {
            throw new ResourceInUseException(inUse
                + "Cannot delete table while indexes are being created, updated, or deleted.");
        }
    }

    ListTablesResponse list(Caller caller, ListTablesRequest in) {
        int limit = in.limit() == null ? MAX_NAMES : in.limit();
        var prefix = Key.of(caller.account(), caller.region());
        var range = Range.of(prefix);
        var from = in.exclusiveStartTableName() == null ? range : range.after(prefix.and(in.exclusiveStartTableName()));
        var page = store.read(tx -> data.tables.page(tx, from, limit));
        var names = page.values().stream().map(StoredTable::name).toList();
        return new ListTablesResponse(names, page.next().isPresent() ? names.getLast() : null);
    }
}
