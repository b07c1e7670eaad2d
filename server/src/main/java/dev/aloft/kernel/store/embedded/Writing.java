package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.Entry;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Transaction;
import dev.aloft.kernel.store.Tx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A transaction that writes: the group's overlay above what is on disk. Only the committer's thread uses it. */
final class Writing implements Tx, AutoCloseable {
    private final Version version;
    private final Overlay overlay;
    private List<Runnable> afterCommit = List.of();
    private List<Cursor> cursors = List.of();
    private boolean closed;

    Writing(Version version, Overlay overlay) {
        this.version = version;
        this.overlay = overlay;
    }

    List<Runnable> afterCommit() {
        return afterCommit;
    }

    @Override
    public Optional<byte[]> get(Key key) {
        check();
        var written = overlay.get(key.raw());
        if (written != null) {
            return written == Overlay.DELETED ? Optional.empty() : Optional.of(written);
        }
        return Optional.ofNullable(version.getLatest(key));
    }

    @Override
    public void put(Key key, byte[] value) {
        check();
        // An empty array of the caller's could be the mark of a deletion.
        overlay.put(key.raw(), value.length == 0 ? new byte[0] : Transaction.checked(value));
    }

    @Override
    public void delete(Key key) {
        check();
        overlay.put(key.raw(), Overlay.DELETED);
    }

    @Override
    public void afterCommit(Runnable action) {
        check();
        if (afterCommit.isEmpty()) {
            afterCommit = new ArrayList<>(2);
        }
        afterCommit.add(action);
    }

    @Override
    public Stream<Entry> range(Range range) {
        check();
        var lower = range.lower();
        var upper = range.upper();
        if (range.limit() <= 0 || Arrays.compareUnsigned(lower, upper) >= 0) {
            return Stream.empty();
        }
        var cursor = new Cursor(version, version.database.latest, lower, upper, range.isReversed());
        if (cursors.isEmpty()) {
            cursors = new ArrayList<>(2);
        }
        cursors.add(cursor);
        return StreamSupport.stream(new Entries(range, cursor, overlay.range(lower, upper, range.isReversed())), false);
    }

    private void check() {
        if (closed) {
            throw new IllegalStateException("The transaction is over");
        }
    }

    @Override
    public void close() {
        closed = true;
        cursors.forEach(Cursor::close);
    }

    /** Both sources in order; where both have a key, the overlay's entry holds. */
    private final class Entries extends AbstractSpliterator<Entry> {
        private final Range range;
        private final Cursor cursor;
        private final Iterator<Map.Entry<byte[], byte[]>> written;
        private int left;
        private byte[] storedKey;
        private Map.Entry<byte[], byte[]> change;

        Entries(Range range, Cursor cursor, List<Map.Entry<byte[], byte[]>> written) {
            super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
            this.range = range;
            this.cursor = cursor;
            this.written = written.iterator();
            left = range.limit();
            nextStored();
            nextWritten();
        }

        @Override
        public boolean tryAdvance(Consumer<? super Entry> action) {
            check();
            while (left > 0 && (storedKey != null || change != null)) {
                int order = storedKey == null ? 1 : change == null ? -1
                        : Arrays.compareUnsigned(storedKey, change.getKey())
                    * (range.isReversed() ? -1 : 1);
                Entry found = null;
                if (order < 0) {
                    found = new Entry(range.key(storedKey), cursor.value());
                } else if (change.getValue() != Overlay.DELETED) {
                    found = new Entry(range.key(change.getKey()), change.getValue());
                }
                if (order <= 0) {
                    nextStored();
                }
                if (order >= 0) {
                    nextWritten();
                }
                if (found != null) {
                    left--;
                    action.accept(found);
                    return true;
                }
            }
            cursor.close();
            return false;
        }

        private void nextStored() {
            storedKey = cursor.next() ? cursor.key() : null;
        }

        private void nextWritten() {
            change = written.hasNext() ? written.next() : null;
        }
    }
}
