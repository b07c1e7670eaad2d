package dev.aloft.service.dynamodb;

import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Signal;
import java.util.List;

/** All that is kept. A table's items stand under its number, so a deleted table's can be cleared away later. */
final class DynamoDbData {
    private static final Key LAST_NUMBER = Key.of("lastNumber");
    private static final Space TABLES = Space.of("tables");
    private static final Space ITEMS = Space.of("items");
    private static final Space ENTRIES = Space.of("entries");
    private static final Space RECORDS = Space.of("records");
    private static final Space SEQUENCES = Space.of("sequences");
    private static final Space COLLECTIONS = Space.of("collections");
    private static final Space HISTORY = Space.of("history");
    private static final Space MOMENTS = Space.of("moments");
    private static final Space LAST_MOMENTS = Space.of("lastMoments");
    private static final Space COPIES = Space.of("copies");
    private static final Space OUTGOING = Space.of("outgoing");
    private static final Space VERSIONS = Space.of("versions");
    /** In place of an index's number: all that a table has besides its items is to be cleared away. */
    static final long BESIDE_ONLY = 0;
    /** Where a deleted table has things besides its items. */
    private static final List<Space> BESIDE = List.of(ENTRIES, COLLECTIONS, HISTORY, MOMENTS, LAST_MOMENTS,
        VERSIONS);

    private final Codec<StoredTable> tableCodec = Codec.of(StoredTable.class);

    /** (account, region, name). */
    final Table<StoredTable> tables = new Table<>(TABLES, tableCodec);

    final Signal work = new Signal();
    /**
     * (account, region, table number) of a deleted table, or with an index number of a deleted index: to be cleared
     * away.
     */
    final Due<Key> clearing = new Due<>(Space.of("clearing"), Codec.KEY, work);
    /**
     * (account, region, name, table number, index number): an index to be filled, or with 0 the list of those that
     * expire; its value is the last item taken.
     */
    final Due<Key> filling = new Due<>(Space.of("filling"), Codec.KEY, work);
    /**
     * (account, region, client token): the digest of a transaction that was carried out, until its token may be used
     * anew.
     */
    final Due<byte[]> tokens = new Due<>(Space.of("tokens"), Codec.BYTES);
    /**
     * (account, region, table number): a table whose past is to be forgotten bit by bit; its value is the key of its
     * table.
     */
    final Due<Key> forgetting = new Due<>(Space.of("forgetting"), Codec.KEY, work);
    /** (account, region, table number, item): an item that expires then; its value is the key of its table. */
    final Due<Key> expiring = new Due<>(Space.of("expiring"), Codec.KEY, work);

    /** (account, region, name of the table, label): streams, those that ended included until they are forgotten. */
    final Table<StoredStream> streams = Table.of("streams", Codec.of(StoredStream.class));
    /** (account, region, stream number, shard id). */
    final Table<StoredStream.Shard> shards = Table.of("shards", Codec.of(StoredStream.Shard.class));
    /** (account, region, name of the table, backup id). */
    final Table<StoredBackup> backups = Table.of("backups", Codec.of(StoredBackup.class));
    /** (account, region, name of the table, export id). */
    final Table<Transfer.StoredExport> exports = Table.of("exports", Codec.of(Transfer.StoredExport.class));
    final Table<Transfer.StoredImport> imports = Table.of("imports", Codec.of(Transfer.StoredImport.class));
    final Signal keyWork = new Signal();
    /** (account, region, name): the keys of KMS of those tables that have one. */
    final Table<TableKey> keys = Table.of("keys", Codec.of(TableKey.class));
    /** (account, region, name): how often those tables got another key that did. */
    final Table<EncryptionChanges> encryptionChanges =
        Table.of("encryption-changes", Codec.of(EncryptionChanges.class));
    /** (account, region, name of the table, grant): a key whose grant is no longer needed. */
    final Due<TableKey> retiring = new Due<>(Space.of("retiring"), Codec.of(TableKey.class), keyWork);
    final Signal transfers = new Signal();
    /** The key of an export that is under way; its value is the number of its copy. */
    final Due<Key> exporting = new Due<>(Space.of("exporting"), Codec.KEY, transfers);
    /** The key of an import that is under way. */
    final Due<Key> importing = new Due<>(Space.of("importing"), Codec.KEY, transfers);
    final Signal feeds = new Signal();
    /** (account, region, feed number): changes wait to be brought elsewhere. */
    final Due<Feeds.Feed> feeding = new Due<>(Space.of("feeding"), Codec.of(Feeds.Feed.class), feeds);
    /**
     * (account, region, table number, item): an item of a global table that was deleted, and when may be forgotten
     * then.
     */
    final Due<Key> deleted = new Due<>(Space.of("deleted"), Codec.KEY, work);
    /** (account, region, table number): a replica that is being filled; its value says from where. */
    final Due<Replication.Seed> seeding = new Due<>(Space.of("seeding"), Codec.of(Replication.Seed.class), work);
    /** (account, region, resource as in its ARN). */
    final Table<ResourcePolicies.StoredPolicy> policies = Table.of("policies",
        Codec.of(ResourcePolicies.StoredPolicy.class));
    /** (account, region, name of the table, index or the empty name). */
    final Table<Insights.StoredInsight> insights = Table.of("insights", Codec.of(Insights.StoredInsight.class));
    /** The key of a backup that goes by itself. */
    final Due<Key> expiringBackups = new Due<>(Space.of("expiringBackups"), Codec.KEY, work);
    /** (account, region, number of the backup or the table that is made): items on their way there. */
    final Due<Copy> copying = new Due<>(Space.of("copying"), Codec.of(Copy.class), work);
    /** (account, region, stream number): a stream whose shards are looked after; its value is the stream's key. */
    final Due<Key> shardsChanging = new Due<>(Space.of("shardsChanging"), Codec.KEY, work);

    /** (account, region, table number), behind which stand items by hash and key. */
    static Key items(TableRef table, long number) {
        return ITEMS.key(Key.of(table.account(), table.region(), number));
    }

    /** (account, region, table number, index number), behind which stand entries by hash, index key and table key. */
    static Key entries(TableRef table, long number, long index) {
        return ENTRIES.key(Key.of(table.account(), table.region(), number, index));
    }

    static Key copiesAt(Key numbers) {
        return COPIES.key(numbers);
    }

    /** Where the items of a table stand. */
    static Key itemsAt(Key numbers) {
        return ITEMS.key(numbers);
    }

    /** (account, region, stream number, shard number), behind which stand records by sequence number. */
    static Key records(TableRef table, long stream, long shard) {
        return RECORDS.key(stream(table, stream).and(shard));
    }

    /** (account, region, table number, item): when and where an item of a global table was changed last. */
    static Key version(TableRef table, long number, Key item) {
        return VERSIONS.key(numbered(table, number).and(item));
    }

    /** (account, region, feed number), behind which stand changes by the microsecond at which they were made. */
    static Key outgoing(Key numbers) {
        return OUTGOING.key(numbers);
    }

    /**
     * (account, region, stream number): the sequence number that was taken last; of a table's number, the last
     * microsecond.
     */
    static Key sequence(TableRef table, long stream) {
        return SEQUENCES.key(stream(table, stream));
    }

    /** (account, region, backup number), behind which stand a backup's items by their keys. */
    static Key copies(TableRef table, long number) {
        return COPIES.key(numbered(table, number));
    }

    static Key stream(TableRef table, long number) {
        return numbered(table, number);
    }

    static Key numbered(TableRef table, long number) {
        return Key.of(table.account(), table.region(), number);
    }

    /** (account, region, table number, partition): how many bytes an item collection has. */
    static Key collection(TableRef table, long number, Key partition) {
        return COLLECTIONS.key(numbered(table, number).and(partition));
    }

    /** (account, region, table number), behind which stands what was, by index, key and moment. */
    static Key history(TableRef table, long number) {
        return HISTORY.key(numbered(table, number));
    }

    /** (account, region, table number), behind which stand moment, index and key of what was. */
    static Key moments(TableRef table, long number) {
        return MOMENTS.key(numbered(table, number));
    }

    /** (account, region, table number): the moment that was noted last. */
    static Key lastMoment(TableRef table, long number) {
        return LAST_MOMENTS.key(numbered(table, number));
    }

    /** Where all that a table has besides its items stands, or what an index of it has. */
    static List<Key> besideAt(Key numbers) {
        return BESIDE.stream().map(space -> space.key(numbers)).toList();
    }

    static Key table(TableRef ref) {
        return TABLES.key(ref.key());
    }

    static Key filling(TableRef table, long number, long index) {
        return table.key().and(number, index);
    }

    StoredTable decode(byte[] table) {
        return tableCodec.decode(table);
    }

    static long nextNumber(Tx tx) {
        long number = tx.get(LAST_NUMBER).map(Codec.NUMBER::decode).orElse(0L) + 1;
        tx.put(LAST_NUMBER, Codec.NUMBER.encode(number));
        return number;
    }
}
