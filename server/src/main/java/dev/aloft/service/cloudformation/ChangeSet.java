package dev.aloft.service.cloudformation;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A change set as it is kept. */
public record ChangeSet(String id, String name, String stackId, String type, String status, String reason,
        String executionStatus, String description, Instant created, Settings settings, List<Change> changes) {

    /**
     * One change to a resource.
     *
     * @param replacement True, False, Conditional, or null
     * @param properties  the properties that differ, with whether that makes a new resource
     */
    public record Change(String action, String logicalId, String physicalId, String type, String replacement,
            List<String> scope, Map<String, Boolean> properties) {
    }

    public String arn(Stack stack) {
        return "arn:aws:cloudformation:" + stack.region() + ":" + stack.account() + ":changeSet/" + name + "/" + id;
    }

    public ChangeSet executed(String newExecutionStatus) {
        return new ChangeSet(id, name, stackId, type, status, reason, newExecutionStatus, description, created,
                settings, changes);
    }
}
