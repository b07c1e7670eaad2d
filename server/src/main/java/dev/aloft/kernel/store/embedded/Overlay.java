package dev.aloft.kernel.store.embedded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a group of functions has written and is not yet on disk. A deletion is an entry too. */
final class Overlay {
    static final byte[] DELETED = {};
    private static final int BATCH_HEADER = 12;
    /** Where a batch has {@link #RELAXED} when it is. */
    static final int MARK_AT = BATCH_HEADER;
    /** What RocksDB keeps in its log alone; no content behind it. */
    static final byte RELAXED = 3;
    private static final int MARK_BYTES = 2;

    private record Change(byte[] key, byte[] before) {
    }

    private final TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
    /** Of the function that runs, to take its writes back if it throws. */
    private final List<Change> undo = new ArrayList<>();
    private long bytes;

    /** The value, {@link #DELETED}, or null when the group has not written it. */
    byte[] get(byte[] key) {
        return entries.get(key);
    }

    void put(byte[] key, byte[] value) {
        var before = entries.put(key, value);
        undo.add(new Change(key, before));
        bytes += before == null ? key.length + value.length : value.length - before.length;
    }

    Set<Map.Entry<byte[], byte[]>> entries() {
        return entries.entrySet();
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    /** The writes of the function that ran stay. */
    void keep() {
        undo.clear();
    }

    void takeBack() {
        for (var change : undo.reversed()) {
            var now = change.before == null ? entries.remove(change.key) : entries.put(change.key, change.before);
            bytes += change.before == null ? -change.key.length - now.length : change.before.length - now.length;
        }
        undo.clear();
    }

    void clear() {
        entries.clear();
        undo.clear();
        bytes = 0;
    }

    /** The entries of a range as they are now. */
    List<Map.Entry<byte[], byte[]>> range(byte[] lower, byte[] upper, boolean reversed) {
        if (entries.isEmpty() || Arrays.compareUnsigned(lower, upper) >= 0) {
            return List.of();
        }
        var inside = entries.subMap(lower, true, upper, false);
        var copy = new ArrayList<Map.Entry<byte[], byte[]>>();
        (reversed ? inside.descendingMap() : inside).forEach((key, value) -> copy.add(Map.entry(key, value)));
        return copy;
    }

    /**
     * All of it in the form of RocksDB's WriteBatch (a sequence number that RocksDB fills in, the count, then per entry
     * its kind, key and value with lengths as varints): one call over JNI in place of one per entry.
     *
     * @param relaxed whether the log is to say so, for {@link TornLog}
     */
    byte[] toBatch(boolean relaxed) {
        int size = BATCH_HEADER + (relaxed ? MARK_BYTES : 0);
        for (var entry : entries.entrySet()) {
            size += 1 + varint(entry.getKey().length) + entry.getKey().length;
            if (entry.getValue() != DELETED) {
                size += varint(entry.getValue().length) + entry.getValue().length;
            }
        }
        var batch = new byte[size];
        for (int i = 0; i < 4; i++) {
            batch[8 + i] = (byte) (entries.size() >> 8 * i);
        }
        int at = BATCH_HEADER;
        if (relaxed) {
            batch[MARK_AT] = RELAXED;
            at += MARK_BYTES;
        }
        for (var entry : entries.entrySet()) {
            boolean deleted = entry.getValue() == DELETED;
            batch[at++] = (byte) (deleted ? 0 : 1);
            at = write(batch, at, entry.getKey());
            if (!deleted) {
                at = write(batch, at, entry.getValue());
            }
        }
        return batch;
    }

    private static int varint(int value) {
        int size = 1;
        while ((value >>>= 7) != 0) {
            size++;
        }
        return size;
    }

    private static int write(byte[] into, int at, byte[] bytes) {
        int left = bytes.length;
        while (left >= 0x80) {
            into[at++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        into[at++] = (byte) left;
        System.arraycopy(bytes, 0, into, at, bytes.length);
        return at + bytes.length;
    }
}
