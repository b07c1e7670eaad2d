package dev.aloft.service.dynamodb;

import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Signal;

/** All that is kept. A table's items stand under its number, so a deleted table's can be cleared away later. */
final class DynamoDbData {
    private static final Key LAST_NUMBER = Key.of("lastNumber");
    private static final Space TABLES = Space.of("tables");
    private static final Space ITEMS = Space.of("items");
    private static final Space ENTRIES = Space.of("entries");
    private static final Space RECORDS = Space.of("records");
    private static final Space SEQUENCES = Space.of("sequences");

    private final Codec<StoredTable> tableCodec = Codec.of(StoredTable.class);

    /** (account, region, name). */
    final Table<StoredTable> tables = new Table<>(TABLES, tableCodec);

    final Signal work = new Signal();
    /** (account, region, table number) of a deleted table, or with an index number of a deleted index: to be cleared away. */
    final Due<Key> clearing = new Due<>(Space.of("clearing"), Codec.KEY, work);
    /**
     * (account, region, name, table number, index number): an index to be filled, or with 0 the list of those that
     * expire; its value is the last item taken.
     */
    final Due<Key> filling = new Due<>(Space.of("filling"), Codec.KEY, work);
    /** (account, region, client token): the digest of a transaction that was carried out, until its token may be used anew. */
    final Due<byte[]> tokens = new Due<>(Space.of("tokens"), Codec.BYTES);
    /** (account, region, table number, item): an item that expires then; its value is the key of its table. */
    final Due<Key> expiring = new Due<>(Space.of("expiring"), Codec.KEY, work);

    /** (account, region, name of the table, label): streams, those that ended included until they are forgotten. */
    final Table<StoredStream> streams = Table.of("streams", Codec.of(StoredStream.class));
    /** (account, region, stream number, shard id). */
    final Table<StoredStream.Shard> shards = Table.of("shards", Codec.of(StoredStream.Shard.class));
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

    /** Where a cleared thing stands: items of a table, or entries of an index or of all of a table's. */
    static Key itemsAt(Key numbers) {
        return ITEMS.key(numbers);
    }

    static Key entriesAt(Key numbers) {
        return ENTRIES.key(numbers);
    }

    /** (account, region, stream number, shard number), behind which stand records by sequence number. */
    static Key records(TableRef table, long stream, long shard) {
        return RECORDS.key(stream(table, stream).and(shard));
    }

    /** (account, region, stream number): the sequence number that was taken last. */
    static Key sequence(TableRef table, long stream) {
        return SEQUENCES.key(stream(table, stream));
    }

    static Key stream(TableRef table, long number) {
        return Key.of(table.account(), table.region(), number);
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
