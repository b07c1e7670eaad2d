package dev.aloft.kernel.delivery;

import dev.aloft.api.ApiError;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Entry;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.StoreUnavailable;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * One service's deliveries of one kind: promised in its transactions, carried until they are settled.
 *
 * <p>A promise costs two small writes in a commit that is made anyway, an end its share of a commit for many. What was
 * promised is handed on after the commit; the worker finds in the store what falls due later, what had no room, and
 * after a start everything.
 */
public final class Deliveries<D> {
    /** How many deliveries of a lane are under way at once. */
    public static final int MOST_OF_A_LANE = 100;
    private static final Logger LOG = System.getLogger(Deliveries.class.getName());
    private static final int MOST_AT_ONCE = 10_000;
    private static final int FOUND_AT_ONCE = 1_000;
    private static final Duration WIDENING = Duration.ofSeconds(1);
    private static final byte[] NOTHING = {};

    /**
     * A delivery as it is kept.
     *
     * @param attempts  made so far
     * @param retries   those that count for the policy
     * @param busy      failures in a row that did not count
     * @param copies    how often it is still brought though it succeeded
     * @param disturbed whether the disturbance was asked
     */
    private record Kept(byte[] delivery, Instant since, Instant due, int attempts, int retries, int busy,
            Outcome.Failed last,
            int copies, boolean disturbed) {
        Kept at(Instant moment) {
            return new Kept(delivery, since, moment, attempts, retries, busy, last, copies, disturbed);
        }

        Kept disturbed(int more) {
            return new Kept(delivery, since, due, attempts, retries, busy, last, more, true);
        }

        Kept failed(Outcome.Failed failure, boolean counts) {
            return new Kept(delivery, since, due, attempts + 1, retries + (counts ? 1 : 0), counts ? 0 : busy + 1,
                    failure, copies,
                disturbed);
        }
    }

    /** A delivery in hand, as it is in the store and as it goes on. */
    private record Work<D>(Lanes.Start start, Key entry, Kept stored, Kept kept, D delivery, RetryPolicy policy) {
        Lanes.State state() {
            return start.state();
        }

        String id() {
            return entry.text(entry.size() - 1);
        }

        Instant oldest() {
            return stored.since().plus(policy.maximumAge());
        }

        Attempt attempt(int number) {
            return new Attempt(id(), number, stored.since(), stored.last(), new CompletableFuture<>());
        }
    }

    private final String kind;
    private final Store store;
    private final Time time;
    private final Codec<D> codec;
    private final Carrier<D> carrier;
    private final Disturbance disturbance;
    private final RandomGenerator random = new Random();
    private final Codec<Kept> kepts = Codec.of(Kept.class);
    private final Signal signal = new Signal();
    private final Lanes lanes;
    private final Settlements settlements;
    /**
     * By lane, then by moment (or by id where the lane is ordered): (name, ordered, moment, id) or (name, ordered,
     * id).
     */
    private final Space entries;
    /** (due, key of the entry). */
    private final Space moments;
    /** Everything due up to here was offered to its lane. Only the worker's. */
    private Instant found = Instant.MIN;
    private Instant lookedAtAll = Instant.MIN;
    private Instant widened = Instant.EPOCH;

    /** @param kind names the worker and the keys in the store: unique in the service, never to be changed */
    public Deliveries(String kind, Store store, Time time, Codec<D> codec, Carrier<D> carrier) {
        this(kind, store, time, codec, carrier, Disturbance.NONE, MOST_OF_A_LANE, MOST_OF_A_LANE);
    }

    /**
     * @param firstOfLane how many of a lane are under way at once at first, where each costs much; ten more each second
     *                    that there are more to come
     */
    public Deliveries(String kind, Store store, Time time, Codec<D> codec, Carrier<D> carrier, int firstOfLane) {
        this(kind, store, time, codec, carrier, Disturbance.NONE, firstOfLane, MOST_OF_A_LANE);
    }

    Deliveries(String kind, Store store, Time time, Codec<D> codec, Carrier<D> carrier, Disturbance disturbance,
            int firstOfLane,
            int mostOfLane) {
        this.kind = kind;
        this.store = store;
        this.time = time;
        this.codec = codec;
        this.carrier = carrier;
        this.disturbance = disturbance;
        lanes = new Lanes(firstOfLane, mostOfLane, MOST_AT_ONCE, signal::raise);
        settlements = new Settlements(store);
        entries = Space.of(kind, "entries");
        moments = Space.of(kind, "moments");
    }

    /** Keeps a delivery that is due now. */
    public void promise(Tx tx, String id, D delivery) {
        promise(tx, id, delivery, time.instant());
    }

    /**
     * Keeps a delivery that is due later.
     *
     * @param id unique among this service's deliveries of the kind: see {@link Attempt#id}
     */
    public void promise(Tx tx, String id, D delivery, Instant due) {
        put(tx, carrier.lane(delivery), id, new Kept(codec.encode(delivery), time.instant(), due, 0, 0, 0, null, 0,
                false));
    }

    public Worker worker() {
        return new Worker(kind, signal, this::turn);
    }

    private void put(Tx tx, Lane lane, String id, Kept kept) {
        var entry = lane.ordered() ? Key.of(lane.name(), true, id) : Key.of(lane.name(), false, kept.due(), id);
        tx.put(entries.key(entry), kepts.encode(kept));
        tx.put(moments.key(Key.of(kept.due(), entry)), NOTHING);
        tx.afterCommit(() -> {
            if (kept.due().isAfter(time.instant())) {
                signal.raise();
            } else {
                lanes.offer(lane, entry);
                start();
            }
        });
    }

    private void remove(Tx tx, Key entry, Kept kept) {
        tx.delete(entries.key(entry));
        tx.delete(moments.key(Key.of(kept.due(), entry)));
    }

    /** Offers what fell due since the last look; from time to time, and first of all, everything that is due. */
    private Optional<Instant> turn() {
        var now = time.instant();
        if (!now.isBefore(lookedAtAll.equals(Instant.MIN) ? now : lookedAtAll.plus(time.backstop()))) {
            lookedAtAll = now;
            found = Instant.EPOCH;
        }
        var range = Range.all().from(Key.of(found)).to(Key.of(now.plusNanos(1))).limit(FOUND_AT_ONCE);
        while (true) {
            var page = range;
            var some = store.<List<Key>>read(tx -> tx.range(moments.range(page)).map(Entry::key).toList());
            some.forEach(moment -> lanes.offer(lane(moment.key(1)), moment.key(1)));
            start();
            if (some.size() < FOUND_AT_ONCE) {
                break;
            }
            range = page.after(some.getLast());
        }
        found = now;
        var next = store.<Optional<Instant>>read(tx -> tx.range(moments.range(Range.all().from(Key.of(now.plusNanos(1)))
                .limit(1)))
            .findFirst().map(entry -> entry.key().instant(0)));
        return widen(now).filter(soon -> next.isEmpty() || soon.isBefore(next.get())).or(() -> next);
    }

    /** Once a second; says when again. */
    private Optional<Instant> widen(Instant now) {
        if (widened.plus(WIDENING).isAfter(now)) {
            return Optional.of(widened.plus(WIDENING));
        }
        widened = now;
        boolean more = lanes.widen();
        start();
        return more ? Optional.of(now.plus(WIDENING)) : Optional.empty();
    }

    private static Lane lane(Key entry) {
        return new Lane(entry.text(0), entry.flag(1));
    }

    private void start() {
        for (var next = lanes.next(); next.isPresent(); next = lanes.next()) {
            var start = next.get();
            time.start(kind, () -> run(start));
        }
    }

    private void run(Lanes.Start start) {
        boolean inHand = false;
        try {
            if (start.entry().isPresent()) {
                inHand = carry(start, start.entry().get()) == Step.ENDING;
            } else {
                carryInOrder(start);
            }
        } catch (StoreUnavailable stopping) {
            LOG.log(Level.DEBUG, "A delivery of " + kind + " to " + start.state().lane.name()
                    + " is taken up again later", stopping);
        } catch (RuntimeException | Error bug) {
            LOG.log(Level.ERROR, "A delivery of " + kind + " to " + start.state().lane.name()
                    + " is taken up again later", bug);
        } finally {
            if (!inHand) {
                lanes.freed(start);
                over(start);
            }
        }
    }

    /** It is no longer in hand: should it still be in the store, it may be offered again. */
    private void over(Lanes.Start start) {
        int room = lanes.ended(start);
        if (room > 0) {
            fill(start.state(), room);
        }
        start();
    }

    /** A lane that had no room for all has some now. */
    private void fill(Lanes.State state, int most) {
        boolean more = true;
        try {
            var range = Range.of(Key.of(state.lane.name(), false))
                    .to(Key.of(state.lane.name(), false, time.instant().plusNanos(1)));
            var some = store.<List<Key>>read(tx -> tx.range(entries.range(range.limit(most))).map(Entry::key).toList());
            some.forEach(entry -> lanes.offer(state.lane, entry));
            more = some.size() == most;
        } catch (StoreUnavailable stopping) {
            LOG.log(Level.DEBUG, "The lane " + state.lane.name() + " of " + kind + " is looked at again later",
                    stopping);
        } finally {
            lanes.filled(state, more);
        }
    }

    private void carryInOrder(Lanes.Start start) {
        var first = Range.of(Key.of(start.state().lane.name(), true)).limit(1);
        while (true) {
            var entry = store.<Optional<Key>>read(tx -> tx.range(entries.range(first)).findFirst()
                .filter(head -> !kepts.decode(head.value()).due().isAfter(time.instant())).map(Entry::key));
            if (entry.isEmpty() || carry(start, entry.get()) == Step.LATER) {
                return;
            }
        }
    }

    /** What became of a delivery. */
    private enum Step {
        ENDED,
        /** Its end is being written. */
        ENDING,
        LATER
    }

    private Step carry(Lanes.Start start, Key entry) {
        var current = store.<Optional<Kept>>read(tx -> kept(tx, entry));
        if (current.isEmpty()) {
            return Step.ENDED;
        }
        var stored = current.get();
        var lane = start.state().lane;
        var delivery = codec.decode(stored.delivery());
        var plan = stored.disturbed() || disturbance == Disturbance.NONE ? Disturbance.Plan.CALM
                : disturbance.plan(kind, lane);
        var kept = plan == Disturbance.Plan.CALM ? stored : stored.disturbed(plan.copies());
        var work = new Work<>(start, entry, stored, kept, delivery, carrier.policy(delivery));
        if (plan.delay().isPositive()) {
            return again(work, work.attempt(kept.attempts()), kept.at(time.instant().plus(plan.delay())));
        }
        if (kept.last() != null && !time.instant().isBefore(work.oldest())) {
            return settle(work, work.attempt(kept.attempts()), new Ending.GivenUp(Ending.Reason.AGE, kept.last()));
        }
        var attempt = work.attempt(kept.attempts() + 1);
        try {
            return switch (tried(delivery, attempt)) {
                case Outcome.Delivered delivered -> delivered(work, attempt, delivered);
                case Outcome.Failed failed -> failed(work, attempt, failed);
            };
        } catch (RuntimeException | Error notWritten) {
            attempt.recorded().complete(false);
            throw notWritten;
        }
    }

    private Optional<Kept> kept(ReadTx tx, Key entry) {
        return tx.get(entries.key(entry)).map(kepts::decode);
    }

    private Outcome tried(D delivery, Attempt attempt) {
        try {
            return carrier.deliver(delivery, attempt);
        } catch (ApiError refused) {
            return Outcome.Failed.of(refused);
        } catch (RuntimeException | LinkageError | AssertionError bug) {
            LOG.log(Level.ERROR, "An attempt of " + kind + " failed: " + attempt.id(), bug);
            return new Outcome.Failed(Outcome.Verdict.RETRY, 500, "InternalFailure", String.valueOf(bug.getMessage()),
                    null);
        }
    }

    private Step delivered(Work<D> work, Attempt attempt, Outcome.Delivered delivered) {
        if (work.kept().copies() > 0) {
            return again(work, attempt, work.kept().disturbed(work.kept().copies() - 1).at(time.instant()));
        }
        lanes.well(work.state());
        return settle(work, attempt, delivered);
    }

    private Step failed(Work<D> work, Attempt attempt, Outcome.Failed failure) {
        if (failure.verdict() == Outcome.Verdict.BUSY) {
            lanes.busy(work.state());
        }
        if (failure.verdict() == Outcome.Verdict.FINAL) {
            return settle(work, attempt, new Ending.GivenUp(Ending.Reason.HOPELESS, failure));
        }
        boolean counts = failure.verdict() == Outcome.Verdict.RETRY || work.policy().busy() == null;
        var next = work.kept().failed(failure, counts);
        var usual = counts ? work.policy().pause(next.retries(), random)
                : Optional.of(work.policy().busy().after(next.busy()));
        if (usual.isEmpty()) {
            return settle(work, attempt, new Ending.GivenUp(Ending.Reason.RETRIES, failure));
        }
        var pause = failure.pause() == null || failure.pause().compareTo(usual.get()) < 0 ? usual.get()
                : failure.pause();
        var now = time.instant();
        // A pause of nothing is another moment all the same: its entry is told from the one in hand by it.
        var due = now.plus(pause).isAfter(work.stored().due()) ? now.plus(pause) : work.stored().due().plusNanos(1);
        var oldest = work.oldest();
        return again(work, attempt, next.at(!due.isAfter(oldest) ? due : oldest.isAfter(now) ? oldest : now));
    }

    private Step again(Work<D> work, Attempt last, Kept next) {
        store.change(tx -> {
            remove(tx, work.entry(), work.stored());
            put(tx, work.state().lane, work.id(), next);
        });
        last.recorded().complete(true);
        return Step.LATER;
    }

    private Step settle(Work<D> work, Attempt last, Ending ending) {
        if (work.state().lane.ordered()) {
            store.change(tx -> end(tx, work, last, ending));
            last.recorded().complete(true);
            carrier.ended(work.delivery(), last, ending);
            return Step.ENDED;
        }
        lanes.freed(work.start());
        start();
        settlements.add(new Settlements.Settlement() {
            @Override
            public void write(Tx tx) {
                end(tx, work, last, ending);
            }

            @Override
            public void written() {
                last.recorded().complete(true);
                carrier.ended(work.delivery(), last, ending);
            }

            @Override
            public void over() {
                last.recorded().complete(false);
                Deliveries.this.over(work.start());
            }
        });
        return Step.ENDING;
    }

    private void end(Tx tx, Work<D> work, Attempt last, Ending ending) {
        remove(tx, work.entry(), work.stored());
        carrier.settled(tx, work.delivery(), last, ending);
    }
}
