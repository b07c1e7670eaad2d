package dev.aloft.kernel.store.embedded;

import java.util.Arrays;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** Walks over the entries of a range in RocksDB. */
final class Cursor implements AutoCloseable {
    private final Database database;
    private final ReadOptions options;
    private final Slice bound;
    private final RocksIterator iterator;
    private final boolean reversed;
    private boolean closed;
    private boolean begun;

    Cursor(Database database, ReadOptions base, byte[] lower, byte[] upper, boolean reversed) {
        this.database = database;
        this.reversed = reversed;
        // The bound keeps RocksDB from passing over what was deleted behind the range.
        bound = new Slice(reversed ? lower : upper);
        options = new ReadOptions(base);
        if (reversed) {
            options.setIterateLowerBound(bound);
        } else {
            options.setIterateUpperBound(bound);
        }
        iterator = database.rocks.newIterator(options);
        if (reversed) {
            iterator.seekForPrev(upper);
            // The upper bound itself is outside.
            if (iterator.isValid() && Arrays.equals(iterator.key(), upper)) {
                iterator.prev();
            }
        } else {
            iterator.seek(lower);
        }
    }

    /** Goes to the first, then to the next; says false at the end. */
    boolean next() {
        if (closed) {
            return false;
        }
        if (begun) {
            if (reversed) {
                iterator.prev();
            } else {
                iterator.next();
            }
        }
        begun = true;
        if (iterator.isValid()) {
            return true;
        }
        try {
            iterator.status();
        } catch (RocksDBException e) {
            throw database.unavailable(e);
        } finally {
            close();
        }
        return false;
    }

    byte[] key() {
        return iterator.key();
    }

    byte[] value() {
        return iterator.value();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            iterator.close();
            options.close();
            bound.close();
        }
    }
}
