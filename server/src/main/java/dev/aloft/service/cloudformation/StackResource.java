package dev.aloft.service.cloudformation;

import dev.aloft.kernel.call.ResourceType;
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
     * @param tags  the stack's tags that it bears, if its type can
     * @param told  the properties without their secrets, where they have any; else empty
     */
    public record Incarnation(String logicalId, String type, String physicalId, String token,
            Map<String, Object> properties, Map<String, Object> attributes, String deletionPolicy,
            String updateReplacePolicy, List<String> needs,
            String metadata, Map<String, String> tags, Map<String, Object> told) {
        /** The properties as events and change sets tell them. */
        public Map<String, Object> shown() {
            return told.isEmpty() ? properties : told;
        }

        /** The same as its type tells of it now. */
        public Incarnation as(ResourceType.Resource made) {
            return new Incarnation(logicalId, type, made.physicalId(), token, properties, made.attributes(),
                    deletionPolicy, updateReplacePolicy, needs, metadata, tags, told);
        }
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
