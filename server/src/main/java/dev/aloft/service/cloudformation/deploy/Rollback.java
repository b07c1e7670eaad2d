package dev.aloft.service.cloudformation.deploy;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation.ResourceStatus;
import dev.aloft.api.CloudFormation.StackStatus;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Resources;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudformation.CloudFormationData;
import dev.aloft.service.cloudformation.Events;
import dev.aloft.service.cloudformation.Stack;
import dev.aloft.service.cloudformation.StackOperation.Phase;
import dev.aloft.service.cloudformation.StackOperation;
import dev.aloft.service.cloudformation.StackResource.Incarnation;
import dev.aloft.service.cloudformation.StackResource;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The undoing of a creation or an update that failed. */
final class Rollback {
    private final CloudFormationData data;
    private final Store store;
    private final Time time;
    private final Events events;
    private final Resources types;
    private final Job job;
    private final Stack stack;
    private final StackOperation operation;
    private final Caller caller;
    private final Map<String, StackResource> resources;
    private final Deletion deletion;

    Rollback(Job job, Deletion deletion) {
        this.data = job.data();
        this.store = job.store();
        this.time = job.time();
        this.events = job.events();
        this.types = job.types();
        this.job = job;
        this.stack = job.stack();
        this.operation = job.operation();
        this.caller = job.caller();
        this.resources = job.resources();
        this.deletion = deletion;
    }

    void rollBackCreation() throws InterruptedException {
        var failed = deletion.delete(job.existing(), incarnation ->
                operation.retained().contains(incarnation.logicalId())
                || incarnation.deletionPolicy().equals("Retain") && !operation.target().retainExceptOnCreate());
        job.end(failed.isEmpty() ? StackStatus.ROLLBACK_COMPLETE : StackStatus.ROLLBACK_FAILED, failed.isEmpty() ? null
                : "The following resource(s) failed to delete: [" + String.join(", ", failed) + "]. ");
    }

    void rollBackUpdate() throws InterruptedException {
        var changed = new LinkedHashMap<String, StackResource>();
        resources.values().stream().filter(resource -> operation.id().equals(resource.changedIn()))
                .forEach(resource -> changed.put(resource.logicalId(), resource));
        var failed = new Walk(time).run(changed.keySet(), id -> {
            var before = changed.get(id).before();
            return before == null ? Set.of() : Set.copyOf(before.needs());
        }, this::restore, () -> false, Instant.MAX);
        if (failed.isEmpty()) {
            job.next(Phase.ROLLBACK_CLEANUP, StackStatus.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS, null,
                    operation.before());
        } else {
            job.end(StackStatus.UPDATE_ROLLBACK_FAILED, "The following resource(s) failed to update: ["
                    + String.join(", ", failed) + "]. ");
        }
    }

    /** Makes a resource again what it was when the update began. */
    private boolean restore(String id) {
        var resource = resources.get(id);
        var before = resource.before();
        var current = resource.current();
        if (before == null) {
            store.change(tx -> {
                if (current != null) {
                    data.obsolete.put(tx, Key.of(stack.id(), id, current.token()), current);
                }
                data.resources.delete(tx, Key.of(stack.id(), id));
            });
            return true;
        }
        if (!current.token().equals(before.token())) {
            store.change(tx -> {
                data.obsolete.put(tx, Key.of(stack.id(), id, current.token()), current);
                data.obsolete.delete(tx, Key.of(stack.id(), id, before.token()));
                restored(tx, resource, before);
            });
            return true;
        }
        var type = Plan.type(types, before.type());
        var attempted = resource.attempted() == null ? current.properties() : resource.attempted();
        if (operation.retained().contains(id) || !(Plan.step(type, before, resource.type(), attempted,
                operation.target().tags()) instanceof Plan.Step.Update)) {
            store.change(tx -> restored(tx, resource, before));
            return true;
        }
        var begun = resource.as(ResourceStatus.UPDATE_IN_PROGRESS, null, time.instant());
        store.change(tx -> {
            data.put(tx, stack.id(), begun);
            events.tell(tx, stack.id(), begun, begun.physicalId(), before.shown(), operation.clientToken());
        });
        try {
            var made = undone(type, before, job.desired(id, before.token(), attempted), job.desired(before));
            store.change(tx -> restored(tx, resource, before.as(made)));
            return true;
        } catch (Handlers.Failed e) {
            var failed = begun.as(ResourceStatus.UPDATE_FAILED, e.getMessage(), time.instant());
            store.change(tx -> {
                data.put(tx, stack.id(), failed);
                events.tell(tx, stack.id(), failed, failed.physicalId(), before.shown(), operation.clientToken());
            });
            return false;
        }
    }

    /** What was attempted may be what the type cannot even read: then it goes from what was there before. */
    private ResourceType.Resource undone(ResourceType type, Incarnation before, Desired attempted, Desired wanted)
            throws Handlers.Failed {
        try {
            return Handlers.update(type, caller, before.physicalId(), attempted, wanted);
        } catch (Handlers.Failed _) {
            return Handlers.update(type, caller, before.physicalId(), wanted, wanted);
        }
    }

    private void restored(Tx tx, StackResource resource, Incarnation before) {
        var restored = new StackResource(resource.logicalId(), before.type(), ResourceStatus.UPDATE_COMPLETE, null,
                time.instant(), before, null, null, null, operation.id());
        data.put(tx, stack.id(), restored);
        events.tell(tx, stack.id(), restored, before.physicalId(), before.shown(), operation.clientToken());
    }
}
