package dev.aloft.service.cloudformation.deploy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation.StackStatus;
import dev.aloft.kernel.call.Resources;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.cloudformation.CloudFormationData;
import dev.aloft.service.cloudformation.Events;
import dev.aloft.service.cloudformation.Stack;
import dev.aloft.service.cloudformation.StackOperation.Kind;
import dev.aloft.service.cloudformation.StackOperation;
import dev.aloft.service.cloudformation.StackResource;
import java.lang.System.Logger.Level;
import java.lang.System.Logger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * Takes every operation in the store to its end. What is remembered here is only which of them a thread of this process
 * has in hand; whatever a thread leaves undone, the worker's next look finds.
 */
public final class Deployment {
    private static final Logger LOG = System.getLogger(Deployment.class.getName());

    private final CloudFormationData data;
    private final Store store;
    private final Time time;
    private final Events events;
    private final Resources types;
    private final Roles roles;
    private final BiFunction<Caller, Stack, StackScope.Outside> outside;
    private final Set<String> inHand = ConcurrentHashMap.newKeySet();

    public Deployment(CloudFormationData data, Store store, Time time, Events events, Resources types, Roles roles,
            BiFunction<Caller, Stack, StackScope.Outside> outside) {
        this.data = data;
        this.store = store;
        this.time = time;
        this.events = events;
        this.types = types;
        this.roles = roles;
        this.outside = outside;
    }

    public Worker worker() {
        return new Worker("cloudformation deployments", data.work, this::turn);
    }

    private Optional<Instant> turn() {
        var waiting = store.read(tx -> data.operations.range(tx, Key.EMPTY).map(row -> row.key().text(0)).toList());
        for (var stack : waiting) {
            if (inHand.add(stack)) {
                time.start("stack " + stack, () -> takeToItsEnd(stack));
            }
        }
        return Optional.empty();
    }

    private void takeToItsEnd(String stack) {
        try {
            while (true) {
                var operation = store.read(tx -> data.operations.get(tx, Key.of(stack)));
                if (operation.isEmpty()) {
                    return;
                }
                phase(store.read(tx -> data.stack(tx, stack)).orElseThrow(), operation.get());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The deployment of stack " + stack + " stopped; it goes on later", e);
        } finally {
            inHand.remove(stack);
        }
    }

    /** Takes an operation through the phase that it has come to. */
    private void phase(Stack stack, StackOperation operation) throws InterruptedException {
        var resources = new ConcurrentHashMap<String, StackResource>();
        store.read(tx -> data.resources(tx, stack.id())).forEach(resource -> resources.put(resource.logicalId(),
                resource));
        var asked = new Job(data, store, time, events, types, stack, operation, operation.caller(), resources);
        Caller caller;
        try {
            var role = operation.target().role();
            caller = role == null ? operation.caller() : roles.assume(operation.caller()
                    .asService("cloudformation.amazonaws.com", stack.arn()), role, "AWSCloudFormation");
        } catch (ApiError e) {
            refused(asked, "Role " + operation.target().role() + " is invalid or cannot be assumed");
            return;
        }
        var job = new Job(data, store, time, events, types, stack, operation, caller, resources);
        var deletion = new Deletion(job);
        switch (operation.phase()) {
            case DEPLOY -> new Rollout(job, outside).deploy();
            case CLEANUP -> deletion.cleanUp(new Rollout(job, outside).removed(), StackStatus.UPDATE_COMPLETE);
            case ROLLBACK -> {
                var rollback = new Rollback(job, deletion);
                if (operation.kind() == Kind.CREATE) {
                    rollback.rollBackCreation();
                } else {
                    rollback.rollBackUpdate();
                }
            }
            case ROLLBACK_CLEANUP -> deletion.cleanUp(List.of(), StackStatus.UPDATE_ROLLBACK_COMPLETE);
            case DELETE -> deletion.deleteAll();
        }
    }

    private void refused(Job job, String reason) {
        switch (job.operation().phase()) {
            case DEPLOY -> new Rollout(job, outside).deployFailed(reason);
            case ROLLBACK -> job.end(job.operation().kind() == Kind.CREATE ? StackStatus.ROLLBACK_FAILED
                    : StackStatus.UPDATE_ROLLBACK_FAILED, reason);
            case CLEANUP -> job.end(StackStatus.UPDATE_COMPLETE, reason);
            case ROLLBACK_CLEANUP -> job.end(StackStatus.UPDATE_ROLLBACK_COMPLETE, reason);
            case DELETE -> job.end(StackStatus.DELETE_FAILED, reason);
        }
    }
}
