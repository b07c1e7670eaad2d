package dev.aloft.service.cloudformation;

import dev.aloft.api.Caller;
import java.time.Instant;
import java.util.List;

/**
 * What is under way for a stack: there is one of these exactly as long as the stack is busy.
 *
 * @param before   what the stack was asked to be before; a rollback goes back to it. Null for a creation
 * @param retained logical ids that a deletion keeps, or a rollback passes over
 * @param cancelled whether the caller no longer wants it
 */
public record StackOperation(String id, Kind kind, Phase phase, Caller caller, Settings target, Settings before,
        String clientToken, List<String> retained, Instant started, boolean cancelled) {

    /** What was asked for. */
    public enum Kind { CREATE, UPDATE, DELETE }

    /** How far it has come. */
    public enum Phase {
        /** Resources are made and changed. */
        DEPLOY,
        /** What an update no longer needs is deleted. */
        CLEANUP,
        /** What was done is undone. */
        ROLLBACK,
        /** What a rolled back update had made is deleted. */
        ROLLBACK_CLEANUP,
        /** Everything is deleted. */
        DELETE
    }

    public StackOperation in(Phase next) {
        return new StackOperation(id, kind, next, caller, target, before, clientToken, retained, started, cancelled);
    }

    public StackOperation cancel() {
        return new StackOperation(id, kind, phase, caller, target, before, clientToken, retained, started, true);
    }
}
