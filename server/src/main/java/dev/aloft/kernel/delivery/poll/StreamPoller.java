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
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Polls a stream: each shard in its order and after its parent, from the last checkpoint on.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html">Errors of stream
 *     batches</a>
 */
public final class StreamPoller implements Poller {
    private static final Logger LOG = System.getLogger(StreamPoller.class.getName());
    private static final Duration LOOK_FOR_SHARDS = Duration.ofSeconds(10);
    private static final Backoff AFTER_FAILURE = new Backoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(1));

    /**
     * What is wanted of it.
     *
     * @param start           where shards that are there now are read from
     * @param since           records older than this are passed over where reading starts; the epoch for none
     * @param window          how long records are gathered, from the first one on
     * @param retries         of a batch that fails; -1 for no limit
     * @param maximumAge      of a record; a negative one for no limit
     * @param parallelization batches under way at once, records of one group in order
     * @param tumblingSeconds length of tumbling windows; 0 for none
     */
    public record Settings(Stream.Start start, Instant since, int batchSize, Duration window, boolean bisects,
            int retries, Duration maximumAge, int parallelization, long tumblingSeconds) {
    }

    /**
     * How far a shard was read.
     *
     * @param after  the last record that is done with, or null for none
     * @param ended  whether nothing comes after it
     * @param window the tumbling window that is open, or null
     * @param tried  the pieces of the batch that follows that were handed on in vain, in their order
     * @param lanes  where batches are under way at once and one failed: how far each lane is with what follows
     */
    public record Checkpoint(String after, boolean ended, Window window, List<Tried> tried,
            List<Reached> lanes) {
        public static final Checkpoint NONE = new Checkpoint(null, false, null);

        Checkpoint(String after, boolean ended, Window window) {
            this(after, ended, window, List.of());
        }

        Checkpoint(String after, boolean ended, Window window, List<Tried> tried) {
            this(after, ended, window, tried, List.of());
        }

        /** One of so many lanes came further. */
        Checkpoint with(Reached progress, int number, int count) {
            var next = new ArrayList<>(lanes.size() == count ? lanes : Collections.nCopies(count, Reached.NONE));
            next.set(number, progress);
            return new Checkpoint(after, ended, window, tried, next);
        }

        /** The records behind the last one that is done with of which it is known how far they are. */
        List<String> known() {
            var known = new ArrayList<>(tried.stream().map(Tried::last).toList());
            for (var lane : lanes) {
                if (lane.after() != null) {
                    known.add(lane.after());
                }
                lane.tried().forEach(it -> known.add(it.last()));
            }
            return known;
        }
    }

    /**
     * How far one of several lanes of a shard is with what follows the checkpoint.
     *
     * @param after the last of its records that is done with, or null for none
     * @param tried the pieces of what follows that were handed on in vain, in their order
     */
    public record Reached(String after, List<Tried> tried) {
        static final Reached NONE = new Reached(null, List.of());
    }

    /**
     * A piece of a batch that waits for another try.
     *
     * @param last    its last record
     * @param invokes how often it was handed on, less what does not count
     */
    public record Tried(String last, int invokes) {
    }

    /**
     * Records that are given up.
     *
     * @param condition AWS's word for why
     * @param invokes   how often they were handed on
     * @param detail    of the last attempt, from the consumer; null where there was none
     */
    public record Dropped(String condition, Batch batch, int invokes, Object detail) {
    }

    /** What is kept of a poller. */
    public interface Progress {
        Checkpoint checkpoint(String shard);

        /**
         * In one commit: how far the shard is done with, and what was given up on the way.
         *
         * @param change from what is kept by then: lanes of the shard come further independently
         */
        void reached(String shard, UnaryOperator<Checkpoint> change, Optional<Dropped> dropped);
    }

    final String name;
    final Stream stream;
    final Settings settings;
    final Predicate<Item> filter;
    final Consumer consumer;
    final Progress progress;
    final Time time;
    private final Signal signal = new Signal();
    /** The shards that are read. */
    private final Set<String> running = new HashSet<>();
    private volatile boolean closed;
    private volatile boolean ended;
    private volatile StreamPoller before;

    public StreamPoller(String name, Stream stream, Settings settings, Predicate<Item> filter, Consumer consumer,
            Progress progress, Time time) {
        this.name = name;
        this.stream = stream;
        this.settings = settings;
        this.filter = filter;
        this.consumer = consumer;
        this.progress = progress;
        this.time = time;
    }

    @Override
    public void start() {
        time.start("poller " + name, this::run);
    }

    @Override
    public void close() {
        closed = true;
        signal.raise();
    }

    @Override
    public void after(Poller before) {
        this.before = (StreamPoller) before;
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    boolean closed() {
        return closed;
    }

    /** Until something happens to the poller, or the time is over. */
    void pause(Duration duration) throws InterruptedException {
        time.await(signal, signal.count(), time.instant().plus(duration));
    }

    private void run() {
        try {
            if (before != null) {
                before.awaitEnd();
                before = null;
            }
            look();
            awaitShards();
        } catch (InterruptedException _) {
            // The platform is stopping.
        } finally {
            ended = true;
            signal.raise();
        }
    }

    private void look() throws InterruptedException {
        int failures = 0;
        while (!closed) {
            try {
                begin(stream.shards());
                failures = 0;
                pause(LOOK_FOR_SHARDS);
            } catch (ApiError refused) {
                refused(refused, failures);
                pause(AFTER_FAILURE.after(++failures));
            } catch (RuntimeException | Error bug) {
                LOG.log(Level.ERROR, "The poller " + name + " looks at its shards again later", bug);
                pause(AFTER_FAILURE.after(++failures));
            }
        }
    }

    private void awaitShards() throws InterruptedException {
        for (long seen = signal.count(); !isIdle(); seen = signal.count()) {
            time.await(signal, seen, time.instant().plus(LOOK_FOR_SHARDS));
        }
    }

    private boolean isIdle() {
        synchronized (running) {
            return running.isEmpty();
        }
    }

    private void awaitEnd() throws InterruptedException {
        for (long seen = signal.count(); !ended; seen = signal.count()) {
            time.await(signal, seen, time.instant().plus(LOOK_FOR_SHARDS));
        }
    }

    private void refused(ApiError refused, int failures) {
        consumer.problem(refused.code() + ": " + refused.getMessage());
        LOG.log(failures == 0 ? Level.WARNING : Level.DEBUG,
            "The poller " + name + " cannot read its stream: " + refused);
    }

    private void begin(List<Stream.Shard> shards) {
        var there = new HashSet<String>();
        shards.forEach(shard -> there.add(shard.id()));
        for (var shard : shards) {
            boolean parentsEnded = shard.parents().stream().filter(there::contains)
                .allMatch(parent -> progress.checkpoint(parent).ended());
            synchronized (running) {
                if (!parentsEnded || running.contains(shard.id()) || progress.checkpoint(shard.id()).ended()) {
                    continue;
                }
                running.add(shard.id());
            }
            time.start("shard " + shard.id() + " of " + name, () -> {
                try {
                    read(shard.id());
                } finally {
                    synchronized (running) {
                        running.remove(shard.id());
                    }
                    signal.raise();
                }
            });
        }
    }

    private void read(String shard) {
        int failures = 0;
        try {
            while (!closed) {
                try {
                    if (new ShardReader(this, shard).read()) {
                        return;
                    }
                    failures = 0;
                } catch (ApiError refused) {
                    if (!stream.isStale(refused.code())) {
                        refused(refused, failures);
                        pause(AFTER_FAILURE.after(++failures));
                    }
                } catch (RuntimeException | Error bug) {
                    LOG.log(Level.ERROR, "The shard " + shard + " of " + name + " is read again from its checkpoint",
                        bug);
                    pause(AFTER_FAILURE.after(++failures));
                }
            }
        } catch (InterruptedException _) {
            // The platform is stopping.
        } finally {
            stream.leave(shard);
        }
    }

    /** Records in the order of their shard, of one group in the same lane whenever they are read. */
    List<List<Item>> lanes(List<Item> items) {
        var lanes = new ArrayList<List<Item>>();
        for (int i = 0; i < settings.parallelization(); i++) {
            lanes.add(new ArrayList<>());
        }
        items.forEach(item -> lanes.get(Math.floorMod(String.valueOf(item.group()).hashCode(), lanes.size()))
            .add(item));
        return lanes;
    }
}
