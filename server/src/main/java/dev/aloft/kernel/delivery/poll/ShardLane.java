package dev.aloft.kernel.delivery.poll;

import dev.aloft.kernel.delivery.poll.StreamPoller.Dropped;
import dev.aloft.kernel.delivery.poll.StreamPoller.Reached;
import dev.aloft.kernel.delivery.poll.StreamPoller.Tried;
import dev.aloft.kernel.time.Backoff;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Hands records of a shard on, one batch after another, until they are done with: processed, or given up. */
final class ShardLane {
    private static final Backoff RETRY = new Backoff(Duration.ofMillis(500), 2, Duration.ofSeconds(30));

    /** Keeps what must not be forgotten, in one commit: how far the lane came, and what was given up on the way. */
    interface Ledger {
        void keep(Reached reached, Window window, Optional<Dropped> dropped);
    }

    private record Piece(List<Item> items, int invokes) {
        String last() {
            return items.getLast().id();
        }

        Piece of(int from, int to) {
            return new Piece(items.subList(from, to), invokes);
        }

        Piece again(int more) {
            return new Piece(items, invokes + more);
        }
    }

    private final StreamPoller poller;
    private final StreamPoller.Settings settings;
    private final String shard;
    private final Ledger ledger;
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    private String after;
    private Window window;
    /** Whether what is done with is kept at once: else what the ledger has would soon be wrong. */
    private boolean keeps;
    /** Of the last attempt that failed. */
    private Object detail;

    /**
     * @param items    its records, those that are done with perhaps among them
     * @param reached how far it came before
     * @param keeps    whether all that is done with is kept at once, also before anything failed
     */
    ShardLane(StreamPoller poller, String shard, List<Item> items, Reached reached, Window window, boolean keeps,
            Ledger ledger) {
        this.poller = poller;
        this.settings = poller.settings;
        this.shard = shard;
        this.window = window;
        this.ledger = ledger;
        this.after = reached.after();
        this.keeps = keeps || !reached.equals(Reached.NONE);
        var left = items.subList(through(items, after), items.size());
        for (var tried : reached.tried()) {
            int end = through(left, tried.last());
            if (end > 0 && end <= settings.batchSize()) {
                pieces.add(new Piece(left.subList(0, end), tried.invokes()));
                left = left.subList(end, left.size());
            }
        }
        for (int from = 0; from < left.size(); from += settings.batchSize()) {
            pieces.add(new Piece(left.subList(from, Math.min(left.size(), from + settings.batchSize())), 0));
        }
    }

    /** How many records there are up to this one; 0 where it is not among them. */
    private static int through(List<Item> items, String id) {
        return 1 + items.stream().map(Item::id).toList().indexOf(id);
    }

    /** The last call of a tumbling window, which has no records. */
    void endWindow() throws InterruptedException {
        pieces.add(new Piece(List.of(), 0));
        run();
    }

    void run() throws InterruptedException {
        int failures = 0;
        while (!poller.closed()) {
            giveUpTooOld();
            var piece = pieces.poll();
            if (piece == null) {
                return;
            }
            failures = handOn(piece) ? 0 : failures + 1;
            if (failures > 0 && !pieces.isEmpty()) {
                poller.pause(RETRY.after(failures));
            }
        }
    }

    /** Says whether all went well. */
    private boolean handOn(Piece piece) {
        switch (poller.consumer.consume(new Batch(piece.items(), shard, window))) {
            case Consumer.Result.Done(var state) -> {
                passed(piece, state);
                if (keeps && !piece.items().isEmpty()) {
                    keep(Optional.empty());
                }
                return true;
            }
            case Consumer.Result.Some(var failed, var state, var why) -> {
                detail = why;
                int first = first(piece.items(), failed);
                passed(piece.of(0, first), state);
                failed(piece.of(first, piece.items().size()).again(1), first > 0, false);
            }
            case Consumer.Result.Failed(var why) -> {
                detail = why;
                failed(piece.again(1), false, settings.bisects());
            }
            case Consumer.Result.Busy _ -> pieces.addFirst(piece);
        }
        return false;
    }

    private static int first(List<Item> items, Set<String> failed) {
        for (int i = 0; i < items.size(); i++) {
            if (failed.contains(items.get(i).id())) {
                return i;
            }
        }
        return 0;
    }

    private void passed(Piece piece, String state) {
        if (window != null && state != null) {
            window = window.with(state);
        }
        if (!piece.items().isEmpty()) {
            after = piece.last();
        }
    }

    /**
     * Splitting a batch is no retry.
     *
     * @param came whether the lane came further all the same
     */
    private void failed(Piece piece, boolean came, boolean bisects) {
        int size = piece.items().size();
        if (bisects && size > 1) {
            pieces.addFirst(piece.of(size / 2, size).again(-1));
            pieces.addFirst(piece.of(0, size / 2).again(-1));
        } else if (settings.retries() >= 0 && piece.invokes() > settings.retries()) {
            dropped("RetryAttemptsExhausted", piece, detail);
            return;
        } else {
            pieces.addFirst(piece);
        }
        boolean counts = settings.retries() >= 0 && size > 0;
        keeps |= counts;
        if (counts || came && keeps) {
            keep(Optional.empty());
        }
    }

    /** Gives up the records at the front that are too old by now. */
    private void giveUpTooOld() {
        if (settings.maximumAge().isNegative()) {
            return;
        }
        var oldest = poller.time.instant().minus(settings.maximumAge());
        while (!pieces.isEmpty()) {
            var piece = pieces.peek();
            int size = piece.items().size();
            int fresh = 0;
            while (fresh < size && piece.items().get(fresh).at().isBefore(oldest)) {
                fresh++;
            }
            if (fresh == 0) {
                return;
            }
            pieces.poll();
            if (fresh < size) {
                pieces.addFirst(piece.of(fresh, size));
            }
            dropped("RecordAgeExceeded", piece.of(0, fresh), piece.invokes() == 0 ? null : detail);
        }
    }

    private void dropped(String condition, Piece piece, Object why) {
        if (!piece.items().isEmpty()) {
            after = piece.last();
            keeps = true;
            keep(Optional.of(new Dropped(condition, new Batch(List.copyOf(piece.items()), shard, window),
                    piece.invokes(), why)));
        }
    }

    /** With how often what is left was tried: a poller that goes on from there tries no more often. */
    private void keep(Optional<Dropped> dropped) {
        var tried = settings.retries() < 0 ? List.<Tried>of()
                : pieces.stream().map(piece -> new Tried(piece.last(), piece.invokes())).toList();
        ledger.keep(new Reached(after, tried), window, dropped);
    }
}
