package dev.aloft.service.lambda.invoke;

import java.util.Map;

/**
 * How far an execution environment is. What is not in the table does not happen.
 *
 * <pre>
 *   STARTING ─initialized→ IDLE ─invoked→ BUSY ─completed→ IDLE ─froze→ FROZEN ─invoked→ BUSY
 *   each of them ─stopped→ STOPPING ─exited→ GONE, or ─exited→ GONE when the process ends by itself
 * </pre>
 */
final class Life {
    enum State { STARTING, IDLE, BUSY, FROZEN, STOPPING, GONE }

    enum Event { INITIALIZED, INVOKED, COMPLETED, FROZE, STOPPED, EXITED }

    static final Map<State, Map<Event, State>> TABLE = Map.of(
            State.STARTING, Map.of(
                    Event.INITIALIZED, State.IDLE,
                    Event.STOPPED, State.STOPPING,
                    Event.EXITED, State.GONE),
            State.IDLE, Map.of(
                    Event.INVOKED, State.BUSY,
                    Event.FROZE, State.FROZEN,
                    Event.STOPPED, State.STOPPING,
                    Event.EXITED, State.GONE),
            State.BUSY, Map.of(
                    Event.COMPLETED, State.IDLE,
                    Event.STOPPED, State.STOPPING,
                    Event.EXITED, State.GONE),
            State.FROZEN, Map.of(
                    Event.INVOKED, State.BUSY,
                    Event.STOPPED, State.STOPPING,
                    Event.EXITED, State.GONE),
            State.STOPPING, Map.of(
                    Event.EXITED, State.GONE),
            State.GONE, Map.of());

    private State state = State.STARTING;

    /** Goes on, or says that the event does not fit. */
    boolean on(Event event) {
        State next = TABLE.get(state).get(event);
        if (next == null) {
            return false;
        }
        state = next;
        return true;
    }

    State state() {
        return state;
    }
}
