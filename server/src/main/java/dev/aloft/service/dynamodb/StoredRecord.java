package dev.aloft.service.dynamodb;

import static dev.aloft.service.dynamodb.value.ItemCodec.ITEMS;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.kernel.store.Codec;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A change of an item as its stream keeps it; keys and images are items as the table keeps them.
 *
 * @param byService by DynamoDB itself, because the item expired
 * @param before    where the stream's view has it and there was an item
 */
record StoredRecord(Kind kind, Instant at, boolean byService, byte[] keys, Optional<byte[]> before,
        Optional<byte[]> after) {
    enum Kind { INSERT, MODIFY, REMOVE }

    static final Codec<StoredRecord> CODEC = Codec.of(StoredRecord::encode, StoredRecord::decode);

    private static final int HEADER = 1 + 1 + 8 + 3 * 4;
    private static final int ABSENT = -1;

    /**
     * A change of an item, with as much of it as is wanted.
     *
     * @param before null where there was no item
     * @param after  null where there is none any more
     */
    static StoredRecord of(LiveTable table, Map<String, AttributeValue> before, Map<String, AttributeValue> after,
            boolean tellsOld, boolean tellsNew, Instant now, boolean byService) {
        var kind = before == null ? Kind.INSERT : after == null ? Kind.REMOVE : Kind.MODIFY;
        return new StoredRecord(kind, now, byService,
            ITEMS.encode(table.schema.keyOf(before == null ? after : before)),
            Optional.ofNullable(tellsOld ? before : null).map(ITEMS::encode),
            Optional.ofNullable(tellsNew ? after : null).map(ITEMS::encode));
    }

    private static byte[] encode(StoredRecord record) {
        var bytes = ByteBuffer.allocate(HEADER + record.keys.length + length(record.before) + length(record.after));
        bytes.put((byte) record.kind.ordinal()).put((byte) (record.byService ? 1 : 0))
            .putLong(record.at.toEpochMilli());
        put(bytes, Optional.of(record.keys));
        put(bytes, record.before);
        put(bytes, record.after);
        return bytes.array();
    }

    private static int length(Optional<byte[]> item) {
        return item.map(bytes -> bytes.length).orElse(0);
    }

    private static void put(ByteBuffer into, Optional<byte[]> item) {
        item.ifPresentOrElse(bytes -> into.putInt(bytes.length).put(bytes), () -> into.putInt(ABSENT));
    }

    private static StoredRecord decode(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        var kind = Kind.values()[in.get()];
        boolean byService = in.get() == 1;
        var at = Instant.ofEpochMilli(in.getLong());
        return new StoredRecord(kind, at, byService, get(in).orElseThrow(), get(in), get(in));
    }

    private static Optional<byte[]> get(ByteBuffer in) {
        int length = in.getInt();
        if (length == ABSENT) {
            return Optional.empty();
        }
        var bytes = new byte[length];
        in.get(bytes);
        return Optional.of(bytes);
    }
}
