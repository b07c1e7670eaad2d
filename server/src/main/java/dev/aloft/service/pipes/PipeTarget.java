package dev.aloft.service.pipes;

import dev.aloft.api.Caller;
import java.util.List;
import java.util.Set;

/** Where the events of a pipe end. */
interface PipeTarget {
    /**
     * One event.
     *
     * @param event as it came through the enrichment: what dynamic parameters see; a JSON tree
     * @param input what the template made of it; a JSON tree
     */
    record Handover(Object event, Object input) {
    }

    /**
     * What became of the events of one call.
     *
     * @param request  as it was sent, a JSON tree
     * @param response a JSON tree, or null
     * @param failed   the places of those that were refused, in the order in which they were given
     * @param why      they were
     */
    record Handed(Object request, Object response, Set<Integer> failed, String why) {
    }

    /** How many events one call takes. */
    int most();

    /** Hands events on in one call, or throws where none was taken. */
    Handed hand(Caller role, List<Handover> events);
}
