package dev.aloft.kernel.delivery.poll;

import dev.aloft.api.ApiError;
import dev.aloft.kernel.time.Backoff;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Polls a queue. One thread receives and gathers; each batch is then processed on a thread of its own, so many at once
 * as the scaling allows: 5, and while that is not enough 300 more each minute.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html">Scaling of SQS event source
 *     mappings</a>
 */
public final class QueuePoller implements Poller {
    private static final Logger LOG = System.getLogger(QueuePoller.class.getName());
    private static final int MOST_RECEIVED = 10;
    private static final int LONG_POLL_SECONDS = 20;
    private static final Backoff AFTER_FAILURE = new Backoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(1));
    private static final Backoff WHILE_BUSY = new Backoff(Duration.ofSeconds(1), 2, Duration.ofSeconds(20));

    /**
     * What is wanted of it.
     *
     * @param window  how long messages are gathered, from the first one on
     * @param scaling how many batches are under way at once
     * @param ordered whether two batches with messages of one group must not be under way at once
     */
    public record Settings(int batchSize, Duration window, Scaling scaling, boolean ordered) {
    }

    private final String name;
    private final Queue queue;
    private final Settings settings;
    private final Predicate<Item> filter;
    private final Consumer consumer;
    private final Time time;
    private final Signal signal = new Signal();
    /** Received, but too much for the batch before. Only the receiver's. */
    private final List<Item> left = new ArrayList<>();
    private volatile boolean closed;
    private int underWay;
    private final Set<String> groupsUnderWay = new HashSet<>();
    private double allowed;
    private Instant grew;

    public QueuePoller(String name, Queue queue, Settings settings, Predicate<Item> filter, Consumer consumer,
            Time time) {
        this.name = name;
        this.queue = queue;
        this.settings = settings;
        this.allowed = settings.scaling().first();
        this.filter = filter;
        this.consumer = consumer;
        this.time = time;
    }

    @Override
    public void start() {
        time.start("poller " + name, this::receive);
    }

    @Override
    public void close() {
        closed = true;
        signal.raise();
    }

    private void receive() {
        int failures = 0;
        try {
            while (!closed) {
                awaitRoom();
                try {
                    var received = time.instant();
                    var items = gather();
                    failures = 0;
                    if (!items.isEmpty()) {
                        begin(items, received);
                    }
                } catch (ApiError refused) {
                    consumer.problem(refused.code() + ": " + refused.getMessage());
                    LOG.log(failures == 0 ? Level.WARNING : Level.DEBUG,
                            "The poller " + name + " cannot read its queue: " + refused);
                    pause(AFTER_FAILURE.after(++failures));
                } catch (RuntimeException | Error bug) {
                    LOG.log(Level.ERROR, "The poller " + name + " reads its queue again later", bug);
                    pause(AFTER_FAILURE.after(++failures));
                }
            }
        } catch (InterruptedException _) {
            // The platform is stopping.
        }
    }

    private void pause(Duration duration) throws InterruptedException {
        time.await(signal, signal.count(), time.instant().plus(duration));
    }

    private void awaitRoom() throws InterruptedException {
        while (!closed) {
            long seen = signal.count();
            synchronized (this) {
                if (underWay < limit()) {
                    return;
                }
            }
            time.await(signal, seen, time.instant().plusSeconds(1));
        }
    }

    /** Grows while all that is allowed is under way. */
    private int limit() {
        var now = time.instant();
        var scaling = settings.scaling();
        if (underWay >= (int) allowed) {
            double more = grew == null ? 0 : Duration.between(grew, now).toMillis() / 1000.0 * scaling.moreEachSecond();
            allowed = Math.min(scaling.most(), allowed + more);
            grew = now;
        } else {
            grew = null;
        }
        return Math.min(scaling.most(), (int) allowed);
    }

    /** A batch: as many as wanted, or what there is when the window or the size is at its end. */
    private List<Item> gather() throws InterruptedException {
        var batch = new ArrayList<Item>();
        int bytes = Batch.FRAME_BYTES;
        Instant end = null;
        while (!closed || !left.isEmpty()) {
            while (!left.isEmpty()) {
                if (batch.size() == settings.batchSize()
                        || !batch.isEmpty() && bytes + left.getFirst().bytes() > Batch.MOST_BYTES) {
                    return batch;
                }
                var item = left.removeFirst();
                bytes += item.bytes() + 1;
                batch.add(item);
            }
            var now = time.instant();
            if (!batch.isEmpty() && end == null) {
                end = now.plus(settings.window());
            }
            if (batch.size() == settings.batchSize() || end != null && !now.isBefore(end)) {
                return batch;
            }
            long wait = end == null ? LONG_POLL_SECONDS
                    : Math.min(LONG_POLL_SECONDS, Math.max(1, Duration.between(now, end).toSeconds()));
            if (!take(settings.batchSize() - batch.size(), (int) wait) && end == null) {
                idle();
            }
        }
        return batch;
    }

    /** Says whether there was something. What is not wanted is deleted. */
    private boolean take(int room, int waitSeconds) throws InterruptedException {
        var items = queue.receive(Math.min(MOST_RECEIVED, room), waitSeconds);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        var unwanted = new ArrayList<Item>();
        for (var item : items) {
            (filter.test(item) ? left : unwanted).add(item);
        }
        consumer.polled(items.size(), unwanted.size());
        if (settings.scaling().pollers()) {
            consumer.pollers(pollers());
        }
        delete(unwanted, false);
        return !items.isEmpty();
    }

    private synchronized int pollers() {
        return (int) Math.ceil(allowed / Scaling.OF_A_POLLER);
    }

    private synchronized void idle() {
        allowed = settings.scaling().first();
        grew = null;
    }

    private void begin(List<Item> items, Instant received) throws InterruptedException {
        var groups = settings.ordered() ? items.stream().map(Item::group).collect(Collectors.toSet())
                : Set.<String>of();
        for (long seen = signal.count(); !enter(groups); seen = signal.count()) {
            time.await(signal, seen, time.instant().plusSeconds(1));
        }
        time.start("batch of " + name, () -> {
            try {
                process(new Batch(List.copyOf(items), null, null), received);
            } catch (InterruptedException _) {
                // The platform is stopping: the messages come back when their visibility ends.
            } catch (RuntimeException | Error bug) {
                LOG.log(Level.ERROR, "A batch of " + name + " failed", bug);
            } finally {
                leave(groups);
            }
        });
    }

    private synchronized boolean enter(Set<String> groups) {
        if (groups.stream().anyMatch(groupsUnderWay::contains)) {
            return false;
        }
        groupsUnderWay.addAll(groups);
        underWay++;
        return true;
    }

    private void leave(Set<String> groups) {
        synchronized (this) {
            groupsUnderWay.removeAll(groups);
            underWay--;
        }
        signal.raise();
    }

    /** While there is no room for it, until its messages come back to the queue by themselves. */
    private void process(Batch batch, Instant received) throws InterruptedException {
        for (int failures = 1; ; failures++) {
            switch (consumer.consume(batch)) {
                case Consumer.Result.Done _ -> {
                    delete(batch.items(), true);
                    return;
                }
                case Consumer.Result.Some(var failed, var _, var _) -> {
                    delete(batch.items().stream().filter(item -> !failed.contains(item.id())).toList(), true);
                    backOff();
                    return;
                }
                case Consumer.Result.Failed _ -> {
                    backOff();
                    return;
                }
                case Consumer.Result.Busy _ -> {
                    backOff();
                    var again = time.instant().plus(WHILE_BUSY.after(failures));
                    if (closed || !again.isBefore(received.plus(queue.visibility()))) {
                        return;
                    }
                    time.sleep(WHILE_BUSY.after(failures));
                }
            }
        }
    }

    private synchronized void backOff() {
        allowed = Math.max(settings.scaling().least(), allowed * 0.75);
        grew = null;
    }

    private void delete(List<Item> items, boolean processed) {
        try {
            for (int from = 0; from < items.size(); from += MOST_RECEIVED) {
                var some = items.subList(from, Math.min(items.size(), from + MOST_RECEIVED));
                queue.delete(some);
                if (processed) {
                    consumer.deleted(some.size());
                }
            }
        } catch (ApiError refused) {
            consumer.deleted(0);
            consumer.problem(refused.code() + ": " + refused.getMessage());
            LOG.log(Level.WARNING, "Messages of " + name + " were processed but not deleted: " + refused);
        }
    }
}
