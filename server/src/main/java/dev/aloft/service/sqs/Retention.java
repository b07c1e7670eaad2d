package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Removes from the lines what has been kept as long as its queue says. */
record Retention(SqsData data, Lines lines) {
    /** Removes some, and says when to look again. */
    Optional<Instant> expire(Tx tx, Queue queue, long now, int most) {
        long until = now - queue.retentionMillis();
        var line = Range.of(Key.of(queue.line()));
        var contents = data.contents.range(tx, line.to(Key.of(queue.line(), until + 1)).limit(most)).toList();
        var letters = data.letters.range(tx, line.limit(most)).takeWhile(row -> row.value().enqueued() <= until)
            .toList();
        for (var row : contents) {
            var group = Content.CODEC.decode(row.value()).group();
            expire(tx, queue, data.contents, row.key(), row.key().number(1), group == null ? "" : group);
        }
        letters.forEach(row -> expire(tx, queue, data.letters, row.key(), row.value().enqueued(), ""));
        var oldest = lines.oldest(tx, queue);
        if (oldest.isEmpty()) {
            lines.unwatch(tx, queue);
        }
        return oldest.map(moment -> moment.plusMillis(queue.retentionMillis()));
    }

    private void expire(Tx tx, Queue queue, Table<?> table, Key key, long enqueued, String group) {
        var standing = lines.order(queue).find(tx, queue.line(), enqueued, key.number(key.size() - 1), group);
        if (standing.isPresent()) {
            lines.remove(tx, queue, List.of(standing.get()));
        } else {
            lines.removeAlone(tx, queue, table, key);
        }
    }
}
