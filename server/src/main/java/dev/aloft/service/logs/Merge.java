package dev.aloft.service.logs;

import dev.aloft.kernel.store.Row;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/** The events of pieces that come in the order of their first moments, in the order of events. */
final class Merge implements Iterator<Merge.Event> {
    /** One event with where it stands. */
    record Event(EventId id, String message, long ingested) {
    }

    private static final class Cursor {
        final long stream;
        final long number;
        final Piece piece;
        int index;

        Cursor(Row<Piece> row) {
            stream = row.key().number(2);
            number = row.key().number(3);
            piece = row.value();
        }

        EventId id() {
            return new EventId(piece.timestamps().get(index), stream, number, index);
        }
    }

    private final Iterator<Row<Piece>> pieces;
    private final PriorityQueue<Cursor> open = new PriorityQueue<>(Comparator.comparing(Cursor::id));
    private Row<Piece> next;

    /** The keys of the rows are those of {@link LogsData#piece}. */
    Merge(Iterator<Row<Piece>> pieces) {
        this.pieces = pieces;
        next = pieces.hasNext() ? pieces.next() : null;
    }

    @Override
    public boolean hasNext() {
        return next != null || !open.isEmpty();
    }

    @Override
    public Event next() {
        while (next != null && (open.isEmpty() || next.value().first() <= open.peek().id().timestamp())) {
            open.add(new Cursor(next));
            next = pieces.hasNext() ? pieces.next() : null;
        }
        var cursor = open.poll();
        if (cursor == null) {
            throw new NoSuchElementException();
        }
        var event = new Event(cursor.id(), cursor.piece.messages().get(cursor.index), cursor.piece.ingested());
        if (++cursor.index < cursor.piece.size()) {
            open.add(cursor);
        }
        return event;
    }
}
