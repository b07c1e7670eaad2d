package dev.aloft.kernel.delivery.poll;

import dev.aloft.api.ApiError;
import dev.aloft.kernel.delivery.poll.StreamPoller.Checkpoint;
import dev.aloft.kernel.delivery.poll.StreamPoller.Dropped;
import dev.aloft.kernel.delivery.poll.StreamPoller.Reached;
import dev.aloft.kernel.time.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** Reads one shard from its checkpoint on and hands its records on until they are done with. */
final class ShardReader {
    private static final int MOST_READ = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    /** How often a reader looks whether its lanes have ended though nothing said so. */
    private static final Duration LANE_IS_LOST = Duration.ofMinutes(1);

    private final StreamPoller poller;
    private final StreamPoller.Settings settings;
    private final String shard;
    private Checkpoint checkpoint;
    private Optional<String> iterator;
    /** Read and wanted, not handed on yet. */
    private final ArrayDeque<Item> buffer = new ArrayDeque<>();
    /** The last record that was read. */
    private String last;

    ShardReader(StreamPoller poller, String shard) {
        this.poller = poller;
        this.settings = poller.settings;
        this.shard = shard;
        checkpoint = poller.progress.checkpoint(shard);
        last = checkpoint.after();
        iterator = Optional.of(iterator());
    }

    /** What was trimmed since the last checkpoint is passed over. */
    private String iterator() {
        if (checkpoint.after() == null) {
            return poller.stream.iterator(shard, settings.start());
        }
        try {
            return poller.stream.iterator(shard, new Stream.Start.After(checkpoint.after()));
        } catch (ApiError trimmed) {
            if (!trimmed.code().equals("TrimmedDataAccessException")) {
                throw trimmed;
            }
            return poller.stream.iterator(shard, new Stream.Start.Horizon());
        }
    }

    /** Says whether the shard came to its end; false where the poller was closed, whatever is under way by then. */
    boolean read() throws InterruptedException {
        while (!poller.closed()) {
            gather();
            closeWindow();
            if (poller.closed()) {
                return false;
            }
            if (!buffer.isEmpty()) {
                handOn(take());
            } else if (last != null && !last.equals(checkpoint.after())) {
                reached(new Checkpoint(last, false, checkpoint.window()), Optional.empty());
            }
            if (iterator.isEmpty() && buffer.isEmpty() && ends()) {
                return true;
            }
        }
        return false;
    }

    /** There is nothing more in the shard; says whether all of it is done with. */
    private boolean ends() throws InterruptedException {
        endWindow(false);
        if (poller.closed()) {
            return false;
        }
        reached(new Checkpoint(last, true, null), Optional.empty());
        return true;
    }

    /** Until there is a batch: as many records as wanted, or those there are when the window is at its end. */
    private void gather() throws InterruptedException {
        Instant end = buffer.isEmpty() ? null : poller.time.instant().plus(settings.window());
        int enough = settings.batchSize() * settings.parallelization();
        while (!poller.closed() && iterator.isPresent() && buffer.size() < enough) {
            var page = poller.stream.read(shard, iterator.get(), Math.min(MOST_READ, enough - buffer.size()),
                    end == null ? PATIENCE : Duration.between(poller.time.instant(), end));
            iterator = page.next();
            take(page.items());
            var now = poller.time.instant();
            if (end == null && !buffer.isEmpty()) {
                end = now.plus(settings.window());
            }
            if (end != null && !now.isBefore(end)
                    && (page.items().isEmpty() || buffer.size() >= enough || settings.window().isZero()
                    && holdsWhatWasTried())) {
                return;
            }
            if (page.items().isEmpty()) {
                if (buffer.isEmpty() && (windowIsOver(now) || last != null && !last.equals(checkpoint.after()))) {
                    return;
                }
                if (iterator.isPresent()) {
                    poller.pause(rest(now, end));
                }
            }
        }
    }

    /** What was tried together before must be read before it is handed on, though it be more than a page. */
    private boolean holdsWhatWasTried() {
        var ids = buffer.stream().map(Item::id).collect(Collectors.toSet());
        return ids.containsAll(checkpoint.known());
    }

    private void take(List<Item> items) {
        int polled = 0;
        int unwanted = 0;
        for (var item : items) {
            last = item.id();
            if (!item.at().isBefore(settings.since())) {
                polled++;
                if (poller.filter.test(item)) {
                    buffer.add(item);
                } else {
                    unwanted++;
                }
            }
        }
        poller.consumer.polled(polled, unwanted);
    }

    private Duration rest(Instant now, Instant end) {
        var rest = poller.stream.rest();
        var left = end == null ? rest : Duration.between(now, end);
        return left.compareTo(rest) < 0 ? left : rest;
    }

    private boolean windowIsOver(Instant now) {
        return checkpoint.window() != null && !now.isBefore(checkpoint.window().end());
    }

    /** The next records: not more than wanted, not more than fit, of one tumbling window. */
    private List<Item> take() {
        var items = new ArrayList<Item>();
        int bytes = Batch.FRAME_BYTES;
        var window = settings.tumblingSeconds() == 0 ? null
            : checkpoint.window() != null ? checkpoint.window()
            : Window.of(buffer.peek().at(), settings.tumblingSeconds());
        while (!buffer.isEmpty() && items.size() < settings.batchSize() * settings.parallelization()
                && (items.isEmpty() || bytes + buffer.peek().bytes() <= Batch.MOST_BYTES)
                && (window == null || buffer.peek().at().isBefore(window.end()))) {
            bytes += buffer.peek().bytes() + 1;
            items.add(buffer.poll());
        }
        if (window != null && checkpoint.window() == null) {
            checkpoint = new Checkpoint(checkpoint.after(), false, window, checkpoint.tried());
        }
        return items;
    }

    /**
     * A window ends with a last call of its own when its time is over or the next record lies beyond; before that when
     * its state has become too large, and what follows begins another with none.
     */
    private void closeWindow() throws InterruptedException {
        var window = checkpoint.window();
        if (window == null) {
            return;
        }
        boolean over = buffer.isEmpty() ? windowIsOver(poller.time.instant())
                : !buffer.peek().at().isBefore(window.end());
        if (over || window.isFull()) {
            endWindow(!over);
        }
    }

    private void endWindow(boolean early) throws InterruptedException {
        var window = checkpoint.window();
        if (window != null && !poller.closed()) {
            onlyLane(List.of(), window.ended(early)).endWindow();
            if (!poller.closed()) {
                reached(new Checkpoint(checkpoint.after(), false, null), Optional.empty());
            }
        }
    }

    private void handOn(List<Item> items) throws InterruptedException {
        if (settings.parallelization() == 1) {
            onlyLane(items, checkpoint.window()).run();
        } else {
            handOnAtOnce(poller.lanes(items));
        }
        // What was read behind the last one and not wanted is done with too.
        var done = buffer.isEmpty() ? last : items.getLast().id();
        if (!poller.closed() && !done.equals(checkpoint.after())) {
            reached(new Checkpoint(done, false, checkpoint.window()), Optional.empty());
        }
    }

    private ShardLane onlyLane(List<Item> items, Window window) {
        return new ShardLane(poller, shard, items, new Reached(checkpoint.after(), checkpoint.tried()), window, true,
                (progress, open, dropped) -> reached(new Checkpoint(progress.after(), false, open, progress.tried()),
                        dropped));
    }

    /** How far one of several lanes is says nothing of the shard: it is kept beside that once something failed. */
    private ShardLane lane(List<Item> items, int number) {
        var progress = checkpoint.lanes().size() == settings.parallelization() ? checkpoint.lanes().get(number)
                : Reached.NONE;
        return new ShardLane(poller, shard, items, progress, null, false, (next, _, dropped) -> poller.progress
                .reached(shard, kept -> kept.with(next, number, settings.parallelization()), dropped));
    }

    private void handOnAtOnce(List<List<Item>> lanes) throws InterruptedException {
        var left = new AtomicInteger(lanes.size());
        var ended = new Signal();
        var failure = new AtomicReference<Throwable>();
        for (int i = 0; i < lanes.size(); i++) {
            var lane = lane(lanes.get(i), i);
            poller.time.start("lane of " + shard, () -> {
                try {
                    lane.run();
                } catch (InterruptedException | RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                } finally {
                    left.decrementAndGet();
                    ended.raise();
                }
            });
        }
        for (long seen = ended.count(); left.get() > 0; seen = ended.count()) {
            poller.time.await(ended, seen, poller.time.instant().plus(LANE_IS_LOST));
        }
        // The checkpoint must not pass what a lane that broke still had.
        switch (failure.get()) {
            case null -> { }
            case ApiError refused -> throw refused;
            case InterruptedException stopping -> throw stopping;
            case Throwable bug -> throw new IllegalStateException("A lane of " + shard + " broke", bug);
        }
    }

    private void reached(Checkpoint next, Optional<Dropped> dropped) {
        poller.progress.reached(shard, _ -> next, dropped);
        checkpoint = next;
    }
}
