package dev.aloft.service.cloudformation;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A resource of a stack as it is kept.
 *
 * @param current   what exists, or null where nothing does (yet)
 * @param before    what existed when the operation began that changed it last; null where nothing did
 * @param attempted the properties that a change under way, or failed, gives it
 * @param changedIn the operation that changed it last
 * @param doneIn    the operation that brought its change to an end
 */
public record StackResource(String logicalId, String type, String status, String reason, Instant at,
        Incarnation current, Incarnation before, Map<String, Object> attempted, String changedIn, String doneIn) {

    /**
     * One existing resource: a replacement is another incarnation of the same logical id.
     *
     * @param token the operation that made it
     * @param needs the logical ids that it must be deleted before
     */
    public record Incarnation(String logicalId, String type, String physicalId, String token,
            Map<String, Object> properties, Map<String, Object> attributes, String deletionPolicy,
            String updateReplacePolicy, List<String> needs,
            String metadata) {
    }

    public String physicalId() {
        return current == null ? null : current.physicalId();
    }

    public StackResource as(String newStatus, String newReason, Instant now) {
        return new StackResource(logicalId, type, newStatus, newReason, now, current, before, attempted, changedIn,
                doneIn);
    }

    public StackResource with(Incarnation now) {
        return new StackResource(logicalId, now == null ? type : now.type(), status, reason, at, now, before, attempted,
                changedIn, doneIn);
    }

    public StackResource doneIn(String operation) {
        return new StackResource(logicalId, type, status, reason, at, current, before, null, changedIn, operation);
    }
}
