package dev.aloft.kernel.delivery;

import dev.aloft.kernel.store.Key;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which deliveries are under way or next, by lane; in memory only, since a crash begins anew with what the store has.
 *
 * <p>Lanes take turns. One whose target is busy narrows to half and widens by one with each success; one in which
 * deliveries wait widens from time to time.
 */
final class Lanes {
    /** Keys that wait in memory; those beyond are found in the store when there is room. */
    static final int MOST_READY = 1_000;
    /** How much wider a lane gets each time. */
    private static final int STEP = 10;

    /** One target's. */
    static final class State {
        final Lane lane;
        /** Ready, under way, or with an end that is being written. */
        private final Set<Key> held = new HashSet<>();
        private final ArrayDeque<Key> ready = new ArrayDeque<>();
        private int running;
        /** How many may run, less than the limit after the target was busy. */
        private int width;
        private int limit;
        /** Whether the store may have due deliveries that are not held. */
        private boolean more;
        private boolean queued;

        State(Lane lane, int width) {
            this.lane = lane;
            this.width = width;
            limit = width;
        }

        private boolean canStart() {
            return running < width && (lane.ordered() ? more : !ready.isEmpty());
        }

        private boolean isNarrow(int most) {
            return running >= width && width == limit && limit < most && !ready.isEmpty();
        }

        private boolean isIdle() {
            return running == 0 && held.isEmpty() && !more;
        }
    }

    /** What is to be started: a delivery, or an ordered lane as a whole. */
    record Start(State state, Optional<Key> entry) {
    }

    private final int firstOfLane;
    private final int mostOfLane;
    private final int mostAtOnce;
    private final Runnable narrow;
    private final Map<Lane, State> states = new HashMap<>();
    private final ArrayDeque<State> turns = new ArrayDeque<>();
    private int running;

    /**
     * @param firstOfLane how wide a lane begins
     * @param narrow      told that a lane could do with more width: see {@link #widen}
     */
    Lanes(int firstOfLane, int mostOfLane, int mostAtOnce, Runnable narrow) {
        this.firstOfLane = firstOfLane;
        this.mostOfLane = mostOfLane;
        this.mostAtOnce = mostAtOnce;
        this.narrow = narrow;
    }

    /** A delivery is due. */
    synchronized void offer(Lane lane, Key entry) {
        var state = states.computeIfAbsent(lane, each -> new State(each, each.ordered() ? 1 : firstOfLane));
        if (lane.ordered()) {
            state.more = true;
        } else if (!state.held.contains(entry)) {
            if (state.ready.size() >= MOST_READY) {
                state.more = true;
                return;
            }
            state.held.add(entry);
            state.ready.add(entry);
            if (state.ready.size() == 1 && state.isNarrow(mostOfLane)) {
                narrow.run();
            }
        }
        queue(state);
    }

    /** Gives lanes in which deliveries wait some more room; says whether there is more to do of that. */
    synchronized boolean widen() {
        boolean again = false;
        for (var state : states.values()) {
            if (state.isNarrow(mostOfLane)) {
                state.limit = Math.min(mostOfLane, state.limit + STEP);
                state.width = state.limit;
                queue(state);
                again = true;
            }
        }
        return again;
    }

    private void queue(State state) {
        if (!state.queued && state.canStart()) {
            state.queued = true;
            turns.add(state);
        }
    }

    /** The next to be started, which counts as running from here on. */
    synchronized Optional<Start> next() {
        while (running < mostAtOnce && !turns.isEmpty()) {
            var state = turns.poll();
            state.queued = false;
            if (state.canStart()) {
                state.running++;
                running++;
                if (state.lane.ordered()) {
                    state.more = false;
                    return Optional.of(new Start(state, Optional.empty()));
                }
                var entry = state.ready.poll();
                queue(state);
                return Optional.of(new Start(state, Optional.of(entry)));
            }
        }
        return Optional.empty();
    }

    /** It runs no more: another may. */
    synchronized void freed(Start start) {
        start.state().running--;
        running--;
        queue(start.state());
    }

    /** It came to its end. Says how many to look for in the store, 0 for none: see {@link #filled}. */
    synchronized int ended(Start start) {
        var state = start.state();
        start.entry().ifPresent(state.held::remove);
        queue(state);
        if (state.lane.ordered() || !state.more || state.ready.size() > MOST_READY / 2) {
            forget(state);
            return 0;
        }
        state.more = false;
        return state.held.size() + MOST_READY;
    }

    /** The store was looked at for more. */
    synchronized void filled(State state, boolean thereIsMore) {
        state.more |= thereIsMore;
        forget(state);
    }

    private void forget(State state) {
        if (state.isIdle()) {
            states.remove(state.lane);
        }
    }

    synchronized void busy(State state) {
        state.width = Math.max(1, state.width / 2);
    }

    synchronized void well(State state) {
        if (state.width < state.limit) {
            state.width++;
            queue(state);
        }
    }
}
