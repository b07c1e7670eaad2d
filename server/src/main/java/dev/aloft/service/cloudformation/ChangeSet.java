package dev.aloft.service.cloudformation;

import java.time.Instant;
import java.util.List;

/** A change set as it is kept. */
public record ChangeSet(String id, String name, String stackId, String type, String status, String reason,
        String executionStatus, String description, Instant created, Settings settings, List<Change> changes) {

    static final String AVAILABLE = "AVAILABLE";
    /** What becomes of an executed change set; its name may then be used again. */
    private static final String EXECUTED = "EXECUTE_COMPLETE";

    /**
     * One change to a resource.
     *
     * @param replacement  True, False, Conditional, or null
     * @param policyAction what becomes of the resource that is not needed any more, or null
     * @param before       the JSON of the properties until now, without secrets, or null
     * @param after        the same of those to come
     */
    public record Change(String action, String logicalId, String physicalId, String type, String replacement,
            String policyAction, List<String> scope, String before, String after, List<Target> targets) {
    }

    /**
     * Something of a resource that differs, or may differ.
     *
     * @param attribute Properties, Tags or Metadata
     * @param name      of a property, or null
     * @param isNew     whether a difference makes a new resource
     * @param before    its value until now, or null where it had none
     * @param after     the value to come, or null
     * @param causes    why it differs, where not only the template does
     */
    public record Target(String attribute, String name, boolean isNew, String before, String after,
            List<Cause> causes) {
        /** Whether it is known to differ. */
        public boolean isCertain() {
            return causes.isEmpty() || causes.stream().anyMatch(Cause::isCertain);
        }
    }

    /**
     * A parameter, a resource or one of its attributes whose change makes a property differ.
     *
     * @param source ParameterReference, ResourceReference or ResourceAttribute
     */
    public record Cause(String source, String entity, boolean isCertain) {
    }

    public String arn(Stack stack) {
        return "arn:aws:cloudformation:" + stack.region() + ":" + stack.account() + ":changeSet/" + name + "/" + id;
    }

    boolean isAvailable() {
        return executionStatus.equals(AVAILABLE);
    }

    boolean isExecuted() {
        return executionStatus.equals(EXECUTED);
    }

    ChangeSet executed() {
        return inExecution(EXECUTED);
    }

    /** What becomes of those that are left when their stack is changed in another way. */
    ChangeSet obsolete() {
        return inExecution("OBSOLETE");
    }

    private ChangeSet inExecution(String newStatus) {
        return new ChangeSet(id, name, stackId, type, status, reason, newStatus, description, created, settings,
                changes);
    }
}
