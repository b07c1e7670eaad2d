package dev.aloft.service.cloudformation.deploy;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation.ResourceStatus;
import dev.aloft.api.CloudFormation.StackStatus;
import dev.aloft.kernel.call.Resources;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudformation.CloudFormationData.Export;
import dev.aloft.service.cloudformation.CloudFormationData;
import dev.aloft.service.cloudformation.Events;
import dev.aloft.service.cloudformation.Stack;
import dev.aloft.service.cloudformation.StackOperation.Phase;
import dev.aloft.service.cloudformation.StackOperation;
import dev.aloft.service.cloudformation.StackResource.Incarnation;
import dev.aloft.service.cloudformation.StackResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** The deletion of resources, each after what needs it: of a whole stack, or of what an update leaves over. */
final class Deletion {
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

    Deletion(Job job) {
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
    }

    /** Deletes what an update, or its undoing, has left over; what cannot be deleted is left behind, as on AWS. */
    void cleanUp(List<Incarnation> removed, String status) throws InterruptedException {
        var isRollback = operation.phase() == Phase.ROLLBACK_CLEANUP;
        var replaced = store.read(tx -> data.obsolete.range(tx, Key.of(stack.id())).map(row -> row.value()).toList());
        delete(removed, resource -> resource.deletionPolicy().startsWith("Retain"));
        delete(replaced, resource -> isRollback
                ? resource.deletionPolicy().equals("Retain") && !operation.target().retainExceptOnCreate()
                : resource.updateReplacePolicy().equals("Retain"));
        store.change(tx -> {
            removed.forEach(resource -> data.resources.delete(tx, Key.of(stack.id(), resource.logicalId())));
            data.obsolete.deleteAll(tx, Key.of(stack.id()));
        });
        job.end(status, null);
    }

    void deleteAll() throws InterruptedException {
        var inUse = store.read(tx -> data.exports.range(tx, Key.of(stack.account(), stack.region()))
                .filter(row -> row.value().stackArn().equals(stack.arn()))
                .flatMap(row -> data.imports.range(tx, row.key()).limit(1).map(user -> "Export " + row.value().name()
                        + " cannot be deleted as it is in use by " + user.value())).findFirst());
        if (inUse.isPresent()) {
            job.end(StackStatus.DELETE_FAILED, inUse.get());
            return;
        }
        var all = new ArrayList<>(job.existing());
        all.addAll(store.read(tx -> data.obsolete.range(tx, Key.of(stack.id())).map(row -> row.value()).toList()));
        var failed = delete(all, resource -> resource.deletionPolicy().startsWith("Retain")
                || operation.retained().contains(resource.logicalId()));
        if (!failed.isEmpty()) {
            job.end(StackStatus.DELETE_FAILED, "The following resource(s) failed to delete: [" + String.join(", ",
                    failed) + "]. ");
            return;
        }
        store.change(tx -> {
            data.exports.range(tx, Key.of(stack.account(), stack.region()))
                    .filter(row -> row.value().stackArn().equals(stack.arn())).toList()
                    .forEach(row -> data.exports.delete(tx, row.key()));
            job.imports(tx, List.of());
            data.changeSets.deleteAll(tx, Key.of(stack.id()));
            data.obsolete.deleteAll(tx, Key.of(stack.id()));
            var gone = data.stack(tx, stack.id()).orElseThrow().as(StackStatus.DELETE_COMPLETE, null)
                    .deletedAt(time.instant());
            data.put(tx, gone);
            events.tell(tx, gone, operation.clientToken(), time.instant());
            job.ended(tx);
        });
    }

    /** Deletes each after what needs it; answers the logical ids of those that could not be deleted. */
    Set<String> delete(List<Incarnation> resources, Predicate<Incarnation> isKept)
            throws InterruptedException {
        var byKey = new LinkedHashMap<String, Incarnation>();
        resources.forEach(resource -> byKey.put(resource.logicalId() + " " + resource.token(), resource));
        var neededBy = new HashMap<String, Set<String>>();
        byKey.forEach((key, resource) -> byKey.forEach((other, dependent) -> {
            if (dependent.needs().contains(resource.logicalId())) {
                neededBy.computeIfAbsent(key, _ -> ConcurrentHashMap.newKeySet()).add(other);
            }
        }));
        var failed = ConcurrentHashMap.<String>newKeySet();
        new Walk(time).run(byKey.keySet(), key -> neededBy.getOrDefault(key, Set.of()), key -> {
            var isGone = delete(byKey.get(key), isKept.test(byKey.get(key)));
            if (!isGone) {
                failed.add(byKey.get(key).logicalId());
            }
            return isGone;
        }, () -> false, Instant.MAX);
        return new TreeSet<>(failed);
    }

    private boolean delete(Incarnation resource, boolean isKept) {
        if (isKept) {
            told(resource, ResourceStatus.DELETE_SKIPPED, null);
            return true;
        }
        told(resource, ResourceStatus.DELETE_IN_PROGRESS, null);
        var type = Plan.type(types, resource.type());
        try {
            if (type == null) {
                throw new Handlers.Failed("Unrecognized resource type: " + resource.type());
            }
            Handlers.delete(type, caller, resource.physicalId(), job.desired(resource));
        } catch (Handlers.Failed e) {
            told(resource, ResourceStatus.DELETE_FAILED, e.getMessage());
            return false;
        }
        told(resource, ResourceStatus.DELETE_COMPLETE, null);
        return true;
    }

    private boolean isCleanup() {
        return operation.phase() == Phase.CLEANUP || operation.phase() == Phase.ROLLBACK_CLEANUP;
    }

    /** Writes how far the deletion of a resource is; of one that was replaced only the event. */
    private void told(Incarnation resource, String status, String reason) {
        store.change(tx -> {
            var row = data.resources.get(tx, Key.of(stack.id(), resource.logicalId()));
            var isCurrent = row.isPresent() && row.get().current() != null
                    && row.get().current().token().equals(resource.token());
            var isGone = status.equals(ResourceStatus.DELETE_COMPLETE) || status.equals(ResourceStatus.DELETE_SKIPPED);
            var now = new StackResource(resource.logicalId(), resource.type(), status, reason, time.instant(),
                    isGone ? null : resource, null, null, null, null);
            if (isCurrent) {
                data.put(tx, stack.id(), now);
            } else if (isGone) {
                data.obsolete.delete(tx, Key.of(stack.id(), resource.logicalId(), resource.token()));
            }
            events.tell(tx, stack.id(), now, resource.physicalId(), isCleanup() ? null : resource.shown(),
                    operation.clientToken());
        });
    }
}
