package dev.aloft.kernel.delivery.poll;

import dev.aloft.api.ApiError;
import dev.aloft.kernel.delivery.poll.StreamPoller.Checkpoint;
import dev.aloft.kernel.delivery.poll.StreamPoller.Dropped;
import dev.aloft.kernel.time.Backoff;
import dev.aloft.kernel.time.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Reads one shard from its checkpoint on and hands its records on until they are done with. */
final class ShardReader {
    private static final Backoff RETRY = new Backoff(Duration.ofMillis(500), 2, Duration.ofSeconds(30));
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

    /** Says whether the shard came to its end; false where the poller was closed. */
    boolean read() throws InterruptedException {
        while (!poller.closed()) {
            gather();
            if (poller.closed()) {
                return false;
            }
            closeWindow();
            if (!buffer.isEmpty()) {
                handOn(take());
            } else if (last != null && !last.equals(checkpoint.after())) {
                reached(new Checkpoint(last, false, checkpoint.window()), Optional.empty());
            }
            if (iterator.isEmpty() && buffer.isEmpty()) {
                endWindow(false);
                reached(new Checkpoint(last, true, null), Optional.empty());
                return true;
            }
        }
        return false;
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
                    && (page.items().isEmpty() || buffer.size() >= enough || settings.window().isZero())) {
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
        if (window != null) {
            new Work(List.of(), window.ended(early)).run();
            reached(new Checkpoint(checkpoint.after(), false, null), Optional.empty());
        }
    }

    private void handOn(List<Item> items) throws InterruptedException {
        var lanes = poller.lanes(items);
        if (lanes.size() == 1) {
            new Work(items, checkpoint.window()).run();
        } else {
            handOnAtOnce(lanes);
        }
        // What was read behind the last one and not wanted is done with too.
        var done = buffer.isEmpty() ? last : items.getLast().id();
        if (!poller.closed() && !done.equals(checkpoint.after())) {
            reached(new Checkpoint(done, false, checkpoint.window()), Optional.empty());
        }
    }

    private void handOnAtOnce(List<List<Item>> lanes) throws InterruptedException {
        var left = new AtomicInteger(lanes.size());
        var ended = new Signal();
        var failure = new AtomicReference<Throwable>();
        for (var lane : lanes) {
            poller.time.start("lane of " + shard, () -> {
                try {
                    new Work(lane, null).withoutCheckpoints().run();
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
        poller.progress.reached(shard, next, dropped);
        checkpoint = next;
    }

    /** Hands records on until they are done with: processed, or given up. */
    private final class Work {
        private record Piece(List<Item> items, int invokes) {
        }

        private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
        private Window window;
        private boolean checkpoints = true;

        Work(List<Item> items, Window window) {
            var left = items;
            for (var tried : items.isEmpty() ? List.<StreamPoller.Tried>of() : checkpoint.tried()) {
                int end = 1 + left.stream().map(Item::id).toList().indexOf(tried.last());
                if (end > 0 && end <= settings.batchSize()) {
                    pieces.add(new Piece(left.subList(0, end), tried.invokes()));
                    left = left.subList(end, left.size());
                }
            }
            for (int from = 0; pieces.isEmpty() || from < left.size(); from += settings.batchSize()) {
                pieces.add(new Piece(left.subList(from, Math.min(left.size(), from + settings.batchSize())), 0));
            }
            this.window = window;
        }

        /** Where others are on their way in the same shard, how far one lane is says nothing. */
        Work withoutCheckpoints() {
            checkpoints = false;
            return this;
        }

        void run() throws InterruptedException {
            int failures = 0;
            Object detail = null;
            while (!pieces.isEmpty() && !poller.closed()) {
                var piece = tooOld(pieces.poll(), detail);
                if (piece.items().isEmpty() && (window == null || !window.last())) {
                    continue;
                }
                var result = poller.consumer.consume(new Batch(piece.items(), shard, window));
                switch (result) {
                    case Consumer.Result.Done(var state) -> {
                        failures = 0;
                        done(piece.items(), state);
                    }
                    case Consumer.Result.Some(var failed, var state, var why) -> {
                        detail = why;
                        int first = first(piece.items(), failed);
                        var rest = new Piece(piece.items().subList(first, piece.items().size()), piece.invokes() + 1);
                        if (!isExhausted(rest)) {
                            pieces.addFirst(rest);
                        }
                        done(piece.items().subList(0, first), state);
                        failed(rest, why, false);
                        rest(++failures);
                    }
                    case Consumer.Result.Failed(var why) -> {
                        detail = why;
                        failed(new Piece(piece.items(), piece.invokes() + 1), why, settings.bisects());
                        rest(++failures);
                    }
                    case Consumer.Result.Busy _ -> {
                        pieces.addFirst(piece);
                        rest(++failures);
                    }
                }
            }
        }

        private void rest(int failures) throws InterruptedException {
            if (!pieces.isEmpty()) {
                poller.pause(RETRY.after(failures));
            }
        }

        private static int first(List<Item> items, Set<String> failed) {
            for (int i = 0; i < items.size(); i++) {
                if (failed.contains(items.get(i).id())) {
                    return i;
                }
            }
            return 0;
        }

        private void done(List<Item> items, String state) {
            if (window != null && state != null) {
                window = window.with(state);
            }
            if (!items.isEmpty() && checkpoints) {
                reached(upTo(items.getLast().id()), Optional.empty());
            }
        }

        /** With how often what is left of the batch was tried: a poller that goes on from there tries no more often. */
        private Checkpoint upTo(String last) {
            var tried = settings.retries() < 0 ? List.<StreamPoller.Tried>of() : pieces.stream()
                    .map(piece -> new StreamPoller.Tried(piece.items().getLast().id(), piece.invokes())).toList();
            return new Checkpoint(last, false, window, tried);
        }

        private boolean isExhausted(Piece piece) {
            return settings.retries() >= 0 && piece.invokes() > settings.retries();
        }

        /** Splitting a batch is no retry. */
        private void failed(Piece piece, Object detail, boolean bisects) {
            if (bisects && piece.items().size() > 1) {
                int half = piece.items().size() / 2;
                pieces.addFirst(new Piece(piece.items().subList(half, piece.items().size()), piece.invokes() - 1));
                pieces.addFirst(new Piece(piece.items().subList(0, half), piece.invokes() - 1));
            } else if (isExhausted(piece)) {
                dropped("RetryAttemptsExhausted", piece, detail);
                return;
            } else if (pieces.peekFirst() != piece) {
                pieces.addFirst(piece);
            }
            if (checkpoints && settings.retries() >= 0 && !piece.items().isEmpty()) {
                reached(upTo(checkpoint.after()), Optional.empty());
            }
        }

        /** Gives up the records at the front that are too old by now. */
        private Piece tooOld(Piece piece, Object detail) {
            if (settings.maximumAge().isNegative()) {
                return piece;
            }
            var oldest = poller.time.instant().minus(settings.maximumAge());
            int fresh = 0;
            while (fresh < piece.items().size() && piece.items().get(fresh).at().isBefore(oldest)) {
                fresh++;
            }
            if (fresh > 0) {
                dropped("RecordAgeExceeded", new Piece(piece.items().subList(0, fresh), piece.invokes()),
                        piece.invokes() == 0 ? null : detail);
            }
            return new Piece(piece.items().subList(fresh, piece.items().size()), piece.invokes());
        }

        private void dropped(String condition, Piece piece, Object detail) {
            var dropped = new Dropped(condition, new Batch(List.copyOf(piece.items()), shard, window), piece.invokes(),
                    detail);
            if (piece.items().isEmpty()) {
                return;
            }
            if (checkpoints) {
                reached(upTo(piece.items().getLast().id()), Optional.of(dropped));
            } else {
                poller.progress.reached(shard, checkpoint, Optional.of(dropped));
            }
        }
    }
}
