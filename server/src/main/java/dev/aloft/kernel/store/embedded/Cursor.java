package dev.aloft.kernel.store.embedded;

import java.util.Arrays;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** Walks over the entries of a range in RocksDB. */
final class Cursor implements AutoCloseable {
    private final Database database;
    private final boolean reversed;
    private final ReadOptions options;
    private final Slice bound;
    private final RocksIterator iterator;
    private boolean closed;
    private boolean begun;

    Cursor(Version version, ReadOptions base, byte[] lower, byte[] upper, boolean reversed) {
        database = version.database;
        this.reversed = reversed;
        var start = reversed ? lower : version.gaps.skip(lower, version.number);
        if (Arrays.compareUnsigned(start, upper) >= 0) {
            closed = true;
            options = null;
            bound = null;
            iterator = null;
            return;
        }
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
            long begun = System.nanoTime();
            iterator.seek(start);
            if (start != lower || version.gaps.isSlow(System.nanoTime() - begun)) {
                learn(version, lower, start, upper);
            }
        }
    }

    private void learn(Version version, byte[] lower, byte[] start, byte[] upper) {
        var end = iterator.isValid() ? iterator.key() : isSound() ? upper : start;
        if (Arrays.compareUnsigned(end, start) > 0) {
            version.gaps.learn(lower, end, version.number);
        }
    }

    private boolean isSound() {
        try {
            iterator.status();
            return true;
        } catch (RocksDBException _) {
            return false;
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
