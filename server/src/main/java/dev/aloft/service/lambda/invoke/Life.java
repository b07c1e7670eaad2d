package dev.aloft.service.lambda.invoke;

import java.util.Map;

/**
 * How far an execution environment is. What is not in the table does not happen.
 *
 * <pre>
 *   STARTING ─initialized→ IDLE ─invoked→ BUSY ─completed→ IDLE ─froze→ FROZEN ─invoked→ BUSY
 *   each of them ─failed→ RESETTING ─emptied→ RESET ─invoked→ RESTARTING ─initialized→ BUSY, or ─failed→ RESETTING
 *   IDLE, FROZEN, RESET ─stopped→ STOPPING ─emptied→ GONE
 * </pre>
 *
 * An environment that failed (its process ended, an event or its init took too long) is reset: its processes end, its
 * files stay, and the next event begins with another init.
 */
final class Life {
    private static final System.Logger LOG = System.getLogger(Life.class.getName());

    enum State { STARTING, IDLE, BUSY, FROZEN, RESETTING, RESET, RESTARTING, STOPPING, GONE }

    enum Event { INITIALIZED, INVOKED, COMPLETED, FROZE, FAILED, EMPTIED, STOPPED }

    static final Map<State, Map<Event, State>> TABLE = Map.of(
            State.STARTING, Map.of(
                    Event.INITIALIZED, State.IDLE,
                    Event.FAILED, State.RESETTING),
            State.IDLE, Map.of(
                    Event.INVOKED, State.BUSY,
                    Event.FROZE, State.FROZEN,
                    Event.FAILED, State.RESETTING,
                    Event.STOPPED, State.STOPPING),
            State.BUSY, Map.of(
                    Event.COMPLETED, State.IDLE,
                    Event.FAILED, State.RESETTING),
            State.FROZEN, Map.of(
                    Event.INVOKED, State.BUSY,
                    Event.FAILED, State.RESETTING,
                    Event.STOPPED, State.STOPPING),
            State.RESETTING, Map.of(
                    Event.EMPTIED, State.RESET),
            State.RESET, Map.of(
                    Event.INVOKED, State.RESTARTING,
                    Event.STOPPED, State.STOPPING),
            State.RESTARTING, Map.of(
                    Event.INITIALIZED, State.BUSY,
                    Event.FAILED, State.RESETTING),
            State.STOPPING, Map.of(
                    Event.EMPTIED, State.GONE),
            State.GONE, Map.of());

    private State state = State.STARTING;

    /** Goes on, or says that the event does not fit. */
    boolean on(Event event) {
        State next = TABLE.get(state).get(event);
        if (next == null) {
            return false;
        }
        if (LOG.isLoggable(System.Logger.Level.TRACE)) {
            LOG.log(System.Logger.Level.TRACE, state + " " + event + " " + next);
        }
        state = next;
        return true;
    }

    State state() {
        return state;
    }

    /** Whether an event can begin. */
    static boolean takesEvents(State state) {
        return TABLE.get(state).containsKey(Event.INVOKED);
    }
}
