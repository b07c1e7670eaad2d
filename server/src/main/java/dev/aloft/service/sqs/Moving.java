package dev.aloft.service.sqs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.Order.Standing;
import dev.aloft.service.sqs.SqsData.MoveTask;
import dev.aloft.service.sqs.SqsData.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Carries out message move tasks. What is moved is a new message with a new id, age and receive count. */
final class Moving {
    private static final int AT_ONCE = 100;
    private static final long LONGEST_HOURS = 36;

    private final SqsData data;
    private final Lines lines;
    private final Arrivals arrivals;
    private final Encryption encryption;
    private final Store store;

    /** A message that cannot go as it is kept: its body is under another key than that of the queue it goes to. */
    private record Locked(long sequence, Content content, Queue from, Queue to) {}

    /** What became of a message that was to be moved. */
    private sealed interface Step {
        record Moved() implements Step {}

        /** KMS is to be asked first. */
        record Locked() implements Step {}

        record Failed(String reason) implements Step {}
    }

    Moving(SqsData data, Lines lines, Arrivals arrivals, Encryption encryption, Store store) {
        this.data = data;
        this.lines = lines;
        this.arrivals = arrivals;
        this.encryption = encryption;
        this.store = store;
    }

    /**
     * The next messages that cannot go as they are kept, as they may, by their numbers. KMS is asked as whoever started
     * the task, which fails where that is refused.
     */
    Map<Long, Content> resealed(Key key, Instant now) {
        var locked = store.<List<Locked>>write(
            tx -> running(tx, key).map(task -> locked(tx, key, task, now)).orElse(List.of()));
        if (locked.isEmpty()) {
            return Map.of();
        }
        var task = store.read(tx -> data.tasks.get(tx, key)).orElseThrow();
        var caller = new Caller(task.source().account(), task.source().region(), task.principal(),
            UUID.randomUUID().toString(), null, 0, null, null, null);
        var resealed = new HashMap<Long, Content>();
        try {
            for (var message : locked) {
                var open = encryption.opened(caller, message.from(), message.content());
                resealed.put(message.sequence(), encryption.sealed(caller, message.to(), open));
            }
        } catch (ApiError refused) {
            store.change(tx -> running(tx, key)
                .ifPresent(it -> data.tasks.put(tx, key, it.ended(MoveTasks.FAILED, refused.code()))));
        }
        return resealed;
    }

    private Optional<MoveTask> running(ReadTx tx, Key key) {
        return data.tasks.get(tx, key).filter(MoveTask::isRunning);
    }

    private List<Locked> locked(Tx tx, Key key, MoveTask task, Instant now) {
        var locked = new ArrayList<Locked>();
        queue(tx, key, task).ifPresent(from -> next(tx, from, task, now).forEach(standing -> lines
            .content(tx, from, standing).map(Content.CODEC::decode).ifPresent(content -> target(tx, task, content)
                .filter(to -> isLocked(content, to))
                .ifPresent(to -> locked.add(new Locked(standing.sequence(), content, from, to))))));
        return locked;
    }

    private static boolean isLocked(Content content, Queue to) {
        return content.sealed() != null || Encryption.isAsked(to);
    }

    private Optional<Queue> queue(ReadTx tx, Key key, MoveTask task) {
        return data.queues.get(tx, task.source().key()).filter(queue -> queue.id() == key.number(0));
    }

    private Optional<Queue> target(ReadTx tx, MoveTask task, Content content) {
        return Optional.ofNullable(destination(task, content))
            .flatMap(arn -> data.queues.get(tx, QueueName.ofArn(arn).key()));
    }

    private static String destination(MoveTask task, Content content) {
        return task.destinationArn() == null ? content.source() : task.destinationArn();
    }

    private static int most(MoveTask task) {
        return task.rate() == null ? AT_ONCE : task.rate();
    }

    /** As many messages as are moved at once. */
    private List<Standing> next(Tx tx, Queue queue, MoveTask task, Instant now) {
        lines.settle(tx, queue, most(task));
        var visible = new ArrayList<Standing>();
        var all = lines.order(queue).visible(tx, queue.line(), now.toEpochMilli());
        while (visible.size() < most(task) && all.hasNext()) {
            visible.add(all.next());
        }
        return visible;
    }

    /**
     * Moves some messages; when to move the next, or nothing at the end.
     *
     * @param resealed what was made of those that cannot go as they are kept; they are left where they are not in it
     */
    Optional<Instant> some(Tx tx, Key key, Map<Long, Content> resealed, Instant now) {
        var found = running(tx, key);
        var queue = found.flatMap(task -> queue(tx, key, task));
        if (queue.isEmpty()) {
            return Optional.empty();
        }
        var task = found.get();
        if (task.started().plusSeconds(LONGEST_HOURS * 3600).isBefore(now)) {
            data.tasks.put(tx, key, task.ended(MoveTasks.FAILED, "TaskTimedOut"));
            return Optional.empty();
        }
        var next = next(tx, queue.get(), task, now);
        for (var standing : next) {
            switch (move(tx, queue.get(), task, standing, resealed, now)) {
                case Step.Moved _ -> task = task.moved(1);
                case Step.Locked _ -> {
                    data.tasks.put(tx, key, task);
                    return Optional.of(now);
                }
                case Step.Failed(var reason) -> {
                    data.tasks.put(tx, key, task.ended(MoveTasks.FAILED, reason));
                    return Optional.empty();
                }
            }
        }
        if (next.size() < most(task)) {
            data.tasks.put(tx, key, task.ended(MoveTasks.COMPLETED, null));
            return Optional.empty();
        }
        data.tasks.put(tx, key, task);
        return Optional.of(task.rate() == null ? now : now.plusSeconds(1));
    }

    private Step move(Tx tx, Queue from, MoveTask task, Standing standing, Map<Long, Content> resealed, Instant now) {
        var content = lines.content(tx, from, standing).map(Content.CODEC::decode);
        if (content.isPresent()) {
            var to = target(tx, task, content.get());
            if (to.isEmpty()) {
                return new Step.Failed(destination(task, content.get()) == null
                    ? "CouldNotDetermineMessageSource" : "AWS.SimpleQueueService.NonExistentQueue");
            }
            boolean locked = isLocked(content.get(), to.get());
            if (locked && !resealed.containsKey(standing.sequence())) {
                return new Step.Locked();
            }
            add(tx, to.get(), locked ? resealed.get(standing.sequence()) : content.get(), now);
        }
        lines.remove(tx, from, List.of(standing));
        return new Step.Moved();
    }

    private void add(Tx tx, Queue to, Content content, Instant now) {
        var anew = content.anew();
        lines.add(tx, to, List.of(new Lines.Arrival(Content.CODEC.encode(anew), anew.group(), now.toEpochMilli(),
            new Place(now.toEpochMilli(), 0, 0, 0, false))));
        tx.afterCommit(() -> arrivals.wake(to.id(), 1));
    }
}
