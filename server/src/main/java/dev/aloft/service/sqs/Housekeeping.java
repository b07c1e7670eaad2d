package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sqs.SqsData.Chore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The worker that removes what nobody will ask for: messages kept long enough, purged lines, names that are free again;
 * and carries on the tasks that move messages.
 */
final class Housekeeping {
    /** As many in one transaction, so that others are not held up. */
    private static final int SOME = 200;

    private final SqsData data;
    private final Retention retention;
    private final Moving moving;
    private final Store store;
    private final Time time;

    Housekeeping(SqsData data, Retention retention, Moving moving, Store store, Time time) {
        this.data = data;
        this.retention = retention;
        this.moving = moving;
        this.store = store;
        this.time = time;
    }

    Optional<Instant> turn() {
        var now = time.instant();
        for (var chore : store.<List<Due.Waiting<Chore>>>read(tx -> data.chores.due(tx, now, SOME))) {
            while (some(chore, now)) {
                // The next few.
            }
        }
        return store.read(data.chores::next);
    }

    /** KMS, which may have to be asked before messages are moved, is not called in a transaction. */
    private boolean some(Due.Waiting<Chore> waiting, Instant now) {
        var resealed = waiting.value() instanceof Chore.Move(var task) ? moving.resealed(task, now)
            : Map.<Long, Content>of();
        return store.write(tx -> some(tx, waiting, resealed, now));
    }

    /** Does some of a chore; says whether there is more to do at once. */
    private boolean some(Tx tx, Due.Waiting<Chore> waiting, Map<Long, Content> resealed, Instant now) {
        var current = data.chores.get(tx, waiting.id()).filter(it -> !it.at().isAfter(now));
        if (current.isEmpty()) {
            return false;
        }
        return switch (current.get().value()) {
            case Chore.Free(var queue) -> {
                data.deleted.delete(tx, queue);
                yield done(tx, waiting.id());
            }
            case Chore.Move(var task) -> again(tx, waiting.id(), moving.some(tx, task, resealed, now), now);
            case Chore.Forget(var attempt) -> {
                data.attempts.delete(tx, attempt);
                yield done(tx, waiting.id());
            }
            case Chore.Clear(var line) -> clear(tx, line) || done(tx, waiting.id());
            case Chore.Expire(var queue, var line) -> expire(tx, waiting.id(), queue, line, now);
        };
    }

    private boolean done(Tx tx, Key id) {
        data.chores.cancel(tx, id);
        return false;
    }

    private boolean clear(Tx tx, long number) {
        int left = SOME;
        for (var table : tables()) {
            left -= clear(tx, table, number, left);
        }
        return left == 0;
    }

    private static <V> int clear(Tx tx, Table<V> table, long number, int most) {
        var keys = table.range(tx, Range.of(Key.of(number)).limit(most)).map(row -> row.key()).toList();
        keys.forEach(key -> table.delete(tx, key));
        return keys.size();
    }

    private List<Table<?>> tables() {
        var all = new ArrayList<>(data.ofLine());
        all.addAll(data.ofQueue());
        return all;
    }

    private boolean expire(Tx tx, Key id, Key name, long line, Instant now) {
        var queue = data.queues.get(tx, name).filter(it -> it.line() == line);
        if (queue.isEmpty()) {
            return done(tx, id);
        }
        return again(tx, id, retention.expire(tx, queue.get(), now.toEpochMilli(), SOME), now);
    }

    private boolean again(Tx tx, Key id, Optional<Instant> next, Instant now) {
        if (next.isEmpty()) {
            return done(tx, id);
        }
        data.chores.reschedule(tx, id, next.get());
        return !next.get().isAfter(now);
    }
}
