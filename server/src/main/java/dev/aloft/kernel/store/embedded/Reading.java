package dev.aloft.kernel.store.embedded;

import dev.aloft.kernel.store.Entry;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A transaction that reads one version. */
final class Reading implements ReadTx, AutoCloseable {
    private final Version version;
    private List<Cursor> cursors = List.of();
    private boolean closed;

    Reading(Version version) {
        this.version = version;
    }

    @Override
    public Optional<byte[]> get(Key key) {
        check();
        return Optional.ofNullable(version.get(key));
    }

    @Override
    public Stream<Entry> range(Range range) {
        check();
        var lower = range.lower();
        var upper = range.upper();
        if (range.limit() <= 0 || Arrays.compareUnsigned(lower, upper) >= 0) {
            return Stream.empty();
        }
        var cursor = new Cursor(version, version.options, lower, upper, range.isReversed());
        if (cursors.isEmpty()) {
            cursors = new ArrayList<>(2);
        }
        cursors.add(cursor);
        return StreamSupport.stream(new Entries(range, cursor), false);
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

    private final class Entries extends AbstractSpliterator<Entry> {
        private final Range range;
        private final Cursor cursor;
        private int left;

        Entries(Range range, Cursor cursor) {
            super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
            this.range = range;
            this.cursor = cursor;
            left = range.limit();
        }

        @Override
        public boolean tryAdvance(Consumer<? super Entry> action) {
            check();
            if (left-- <= 0 || !cursor.next()) {
                left = 0;
                cursor.close();
                return false;
            }
            action.accept(new Entry(range.key(cursor.key()), cursor.value()));
            return true;
        }
    }
}
