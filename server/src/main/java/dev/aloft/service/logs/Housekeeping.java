package dev.aloft.service.logs;

import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Deletes the events whose retention is over, and what deleted groups and streams left behind. */
final class Housekeeping {
    /** What one transaction deletes. */
    private static final int CHUNK = 200;

    private final LogsData data;
    private final Store store;
    private final Time time;

    Housekeeping(LogsData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    Optional<Instant> turn() {
        var now = time.instant();
        boolean more = store.<Boolean>write(tx -> {
            var expiring = data.expiring.due(tx, now, 1);
            var clearing = data.clearing.due(tx, now, 1);
            expiring.forEach(entry -> expire(tx, entry, now));
            clearing.forEach(entry -> clear(tx, entry.id()));
            return !expiring.isEmpty() || !clearing.isEmpty();
        });
        return more ? Optional.of(now) : store.read(tx -> Stream.of(data.expiring.next(tx), data.clearing.next(tx))
            .flatMap(Optional::stream).min(Instant::compareTo));
    }

    private void expire(Tx tx, Due.Waiting<Key> entry, Instant now) {
        var group = data.groups.get(tx, entry.value()).filter(g -> g.expires() && Key.of(g.id()).equals(entry.id()));
        if (group.isEmpty()) {
            data.expiring.cancel(tx, entry.id());
            return;
        }
        long oldest = group.get().oldestKept(now);
        long bytes = 0;
        for (var row : data.pieces.range(tx, Range.of(entry.id()).limit(CHUNK)).toList()) {
            if (row.value().last() >= oldest) {
                break;
            }
            bytes += row.value().messages().stream().mapToLong(message -> message.length() + 26).sum();
            data.deletePiece(tx, row.key());
        }
        long deleted = bytes;
        data.storedBytes.update(tx, entry.id(), kept -> Math.max(0, kept - deleted));
        var next = data.pieces.range(tx, Range.of(entry.id()).limit(1)).findFirst().map(Row::value);
        next.ifPresentOrElse(piece -> data.expiring.reschedule(tx, entry.id(), Groups.expiry(group.get(),
            piece.last())), () -> data.expiring.cancel(tx, entry.id()));
    }

    /** A group's id, or a group's and a stream's. */
    private void clear(Tx tx, Key id) {
        var streams = id.size() == 1 ? data.streams.range(tx, Range.of(id).limit(CHUNK)).toList()
            : List.<Row<LogStream>>of();
        streams.forEach(row -> data.streams.delete(tx, row.key()));
        var pieces = tx.range(data.piecesOfStream.range(Range.of(id).limit(CHUNK))).toList();
        pieces.forEach(entry -> data.deletePiece(tx, LogsData.piece(entry.key().number(0), entry.key().number(2),
            entry.key().number(1), entry.key().number(3))));
        if (streams.size() < CHUNK && pieces.size() < CHUNK) {
            data.clearing.cancel(tx, id);
        }
    }
}
