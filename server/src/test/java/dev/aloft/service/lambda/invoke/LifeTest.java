package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.service.lambda.invoke.Life.Event;
import dev.aloft.service.lambda.invoke.Life.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LifeTest {
    /** The shortest way to each state. */
    private static Map<State, List<Event>> ways() {
        var ways = new EnumMap<State, List<Event>>(Map.of(State.STARTING, List.of()));
        var look = new ArrayDeque<>(List.of(State.STARTING));
        while (!look.isEmpty()) {
            State from = look.pollFirst();
            Life.TABLE.get(from).forEach((event, to) -> {
                if (!ways.containsKey(to)) {
                    var way = new ArrayList<>(ways.get(from));
                    way.add(event);
                    ways.put(to, way);
                    look.add(to);
                }
            });
        }
        return ways;
    }

    private static Life at(State state) {
        var life = new Life();
        ways().get(state).forEach(event -> assertThat(life.on(event)).isTrue());
        assertThat(life.state()).isEqualTo(state);
        return life;
    }

    @Test
    void everyStateCanBeReached() {
        assertThat(ways().keySet()).containsExactlyInAnyOrder(State.values());
    }

    @Test
    void everyTransitionOfTheTableHappensAndNoOther() {
        for (State state : State.values()) {
            for (Event event : Event.values()) {
                Life life = at(state);
                State to = Life.TABLE.get(state).get(event);
                assertThat(life.on(event)).as(state + " on " + event).isEqualTo(to != null);
                assertThat(life.state()).isEqualTo(to == null ? state : to);
            }
        }
    }

    @Test
    void nothingComesAfterTheEndAndOnlyWhatHasNothingToDoIsStopped() {
        assertThat(Life.TABLE.get(State.GONE)).isEmpty();
        for (State state : State.values()) {
            assertThat(Life.TABLE.get(state).containsKey(Event.STOPPED)).isEqualTo(Life.takesEvents(state));
        }
    }

    @Test
    void onlyAnEnvironmentWithNothingToDoTakesAnEvent() {
        for (State state : State.values()) {
            assertThat(Life.takesEvents(state))
                    .isEqualTo(state == State.IDLE || state == State.FROZEN || state == State.RESET);
        }
    }

    @Test
    void whateverRunsCanFailAndIsThenResetNotEnded() {
        for (State state : List.of(State.STARTING, State.IDLE, State.BUSY, State.FROZEN, State.RESTARTING)) {
            assertThat(Life.TABLE.get(state)).containsEntry(Event.FAILED, State.RESETTING);
        }
        assertThat(Life.TABLE.get(State.RESETTING)).containsEntry(Event.EMPTIED, State.RESET);
    }
}
