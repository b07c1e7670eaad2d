package dev.aloft.service.cloudformation.deploy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation.ResourceStatus;
import dev.aloft.api.CloudFormation.StackStatus;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Resources;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.cloudformation.CloudFormationData.Export;
import dev.aloft.service.cloudformation.CloudFormationData;
import dev.aloft.service.cloudformation.Events;
import dev.aloft.service.cloudformation.Settings;
import dev.aloft.service.cloudformation.Stack.OutputValue;
import dev.aloft.service.cloudformation.Stack;
import dev.aloft.service.cloudformation.StackOperation.Kind;
import dev.aloft.service.cloudformation.StackOperation.Phase;
import dev.aloft.service.cloudformation.StackOperation;
import dev.aloft.service.cloudformation.StackResource.Incarnation;
import dev.aloft.service.cloudformation.StackResource;
import dev.aloft.service.cloudformation.template.Evaluate;
import dev.aloft.service.cloudformation.template.Graph;
import dev.aloft.service.cloudformation.template.Resource;
import dev.aloft.service.cloudformation.template.Template;
import dev.aloft.service.cloudformation.template.TemplateError;
import dev.aloft.service.cloudformation.template.Trees;
import java.lang.System.Logger.Level;
import java.lang.System.Logger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Takes every operation in the store to its end. What is remembered here is only which of them a thread of this process has
 * in hand; whatever a thread leaves undone, the worker's next look finds.
 */
public final class Deployment {
    private static final Logger LOG = System.getLogger(Deployment.class.getName());
    private static final Duration FOR_EVER = Duration.ofDays(365);

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
                new Run(store.read(tx -> data.stack(tx, stack)).orElseThrow(), operation.get()).phase();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The deployment of stack " + stack + " stopped; it goes on later", e);
        } finally {
            inHand.remove(stack);
        }
    }

    /** One phase of one operation. */
    private final class Run {
        private final Stack stack;
        private final StackOperation operation;
        private final Map<String, StackResource> resources = new ConcurrentHashMap<>();
        private Caller caller;
        private Template template;
        private Evaluate evaluate;
        private StackScope scope;
        private Graph graph;

        Run(Stack stack, StackOperation operation) {
            this.stack = stack;
            this.operation = operation;
            store.read(tx -> data.resources(tx, stack.id())).forEach(r -> resources.put(r.logicalId(), r));
        }

        void phase() throws InterruptedException {
            try {
                var role = operation.target().role();
                caller = role == null ? operation.caller() : roles.assume(operation.caller()
                        .asService("cloudformation.amazonaws.com", stack.arn()), role, "AWSCloudFormation");
            } catch (ApiError e) {
                refused("Role " + operation.target().role() + " is invalid or cannot be assumed");
                return;
            }
            switch (operation.phase()) {
                case DEPLOY -> deploy();
                case CLEANUP -> cleanUp(removed(), StackStatus.UPDATE_COMPLETE);
                case ROLLBACK -> {
                    if (operation.kind() == Kind.CREATE) {
                        rollBackCreation();
                    } else {
                        rollBackUpdate();
                    }
                }
                case ROLLBACK_CLEANUP -> cleanUp(List.of(), StackStatus.UPDATE_ROLLBACK_COMPLETE);
                case DELETE -> deleteAll();
            }
        }

        private void refused(String reason) {
            switch (operation.phase()) {
                case DEPLOY -> deployFailed(reason);
                case ROLLBACK -> end(operation.kind() == Kind.CREATE ? StackStatus.ROLLBACK_FAILED
                        : StackStatus.UPDATE_ROLLBACK_FAILED, reason);
                case CLEANUP -> end(StackStatus.UPDATE_COMPLETE, reason);
                case ROLLBACK_CLEANUP -> end(StackStatus.UPDATE_ROLLBACK_COMPLETE, reason);
                case DELETE -> end(StackStatus.DELETE_FAILED, reason);
            }
        }

        private void read(Settings settings) {
            template = Template.read(store.read(tx -> data.templates.get(tx, Key.of(stack.id(), settings.template())))
                    .orElseThrow().tree());
            scope = new StackScope(stack, template, settings, id -> {
                var resource = resources.get(id);
                return resource == null ? null : resource.current();
            }, false, outside.apply(caller, stack));
            evaluate = new Evaluate(template, scope);
            // All outcomes are computed here: the threads that come only look them up.
            template.conditions().keySet().forEach(evaluate::condition);
            graph = new Graph(template, evaluate::condition);
        }

        // --- deploy ---

        private void deploy() throws InterruptedException {
            List<OutputValue> outputs;
            try {
                read(operation.target());
                var minutes = operation.kind() == Kind.CREATE ? operation.target().timeoutMinutes() : null;
                var deadline = operation.started().plus(minutes == null ? FOR_EVER : Duration.ofMinutes(minutes));
                var failed = ConcurrentHashMap.<String>newKeySet();
                new Walk(time).run(graph.order(), graph::needs, id -> step(id) || !failed.add(id),
                        () -> !failed.isEmpty() || isCancelled(), deadline);
                if (!failed.isEmpty()) {
                    deployFailed(failures(failed));
                    return;
                }
                if (isCancelled()) {
                    deployFailed("User Initiated");
                    return;
                }
                if (!time.instant().isBefore(deadline)) {
                    deployFailed("Stack creation time exceeded the specified timeout");
                    return;
                }
                outputs = outputs();
            } catch (TemplateError | ApiError e) {
                deployFailed(e.getMessage());
                return;
            }
            var refusal = store.write(tx -> complete(tx, outputs));
            refusal.ifPresent(this::deployFailed);
        }

        private boolean isCancelled() {
            return store.read(tx -> data.operations.get(tx, Key.of(stack.id()))).map(StackOperation::cancelled).orElse(false);
        }

        private String failures(Set<String> failed) {
            var created = failed.stream().filter(id -> failedTo(id, ResourceStatus.CREATE_FAILED)).sorted().toList();
            var updated = failed.stream().filter(id -> failedTo(id, ResourceStatus.UPDATE_FAILED)).sorted().toList();
            return (created.isEmpty() ? "" : "The following resource(s) failed to create: [" + String.join(", ", created) + "]. ")
                    + (updated.isEmpty() ? "" : "The following resource(s) failed to update: [" + String.join(", ", updated) + "]. ");
        }

        private boolean failedTo(String id, String status) {
            return resources.containsKey(id) && resources.get(id).status().equals(status);
        }

        /** Brings one resource to what the template wants; answers whether it succeeded. */
        private boolean step(String id) {
            var declared = template.resources().get(id);
            var existing = resources.get(id);
            if (existing != null && operation.id().equals(existing.doneIn())) {
                return true;
            }
            var current = existing == null ? null : existing.current();
            Map<String, Object> properties;
            try {
                properties = Trees.map(evaluate.value(declared.properties()));
            } catch (TemplateError | ApiError e) {
                begin(id, declared.type(), current, Map.of(), current == null ? ResourceStatus.CREATE_IN_PROGRESS
                        : ResourceStatus.UPDATE_IN_PROGRESS, null);
                return failed(id, e.getMessage());
            }
            var type = Plan.type(types, declared.type());
            if (type == null) {
                begin(id, declared.type(), current, properties, ResourceStatus.CREATE_IN_PROGRESS, null);
                return failed(id, "Unrecognized resource type: " + declared.type());
            }
            try {
                switch (Plan.step(type, current, declared.type(), properties)) {
                    case Plan.Step.Nothing _ -> keep(existing, declared);
                    case Plan.Step.Create _ -> {
                        begin(id, declared.type(), current, properties, ResourceStatus.CREATE_IN_PROGRESS, null);
                        create(declared, type, properties, ResourceStatus.CREATE_IN_PROGRESS, ResourceStatus.CREATE_COMPLETE);
                    }
                    case Plan.Step.Update _ -> {
                        begin(id, declared.type(), current, properties, ResourceStatus.UPDATE_IN_PROGRESS, null);
                        var made = Handlers.update(type, caller, current.physicalId(),
                                desired(id, current.token(), current.properties()), desired(id, current.token(), properties));
                        // An update that answers with another physical id has made another resource: the one before is to go.
                        var token = made.physicalId().equals(current.physicalId()) ? current.token() : operation.id();
                        finish(incarnation(declared, made, token, properties), ResourceStatus.UPDATE_COMPLETE);
                    }
                    case Plan.Step.Replace _ -> {
                        begin(id, declared.type(), current, properties, ResourceStatus.UPDATE_IN_PROGRESS,
                                "Requested update requires the creation of a new physical resource; hence creating one.");
                        create(declared, type, properties, ResourceStatus.UPDATE_IN_PROGRESS, ResourceStatus.UPDATE_COMPLETE);
                    }
                }
                return true;
            } catch (Handlers.Failed e) {
                e.physicalId().ifPresent(made -> leave(declared, new ResourceType.Resource(made, Map.of()), properties));
                return failed(id, e.getMessage());
            }
        }

        /** Notes what a failed creation has made: whatever undoes the operation deletes it. */
        private void leave(Resource declared, ResourceType.Resource made, Map<String, Object> properties) {
            var begun = resources.get(declared.logicalId());
            var current = begun.current();
            store.change(tx -> {
                if (current != null) {
                    data.obsolete.put(tx, Key.of(stack.id(), declared.logicalId(), current.token()), current);
                }
            });
            resources.put(declared.logicalId(), begun.with(incarnation(declared, made, operation.id(), properties)));
        }

        private void create(Resource declared, ResourceType type,
                Map<String, Object> properties, String during, String after) throws Handlers.Failed {
            var id = declared.logicalId();
            var made = Handlers.create(type, caller, desired(id, operation.id(), properties));
            store.change(tx -> events.tell(tx, stack.id(), resources.get(id).as(during, "Resource creation Initiated",
                    time.instant()), made.physicalId(), properties, operation.clientToken()));
            finish(incarnation(declared, made, operation.id(), properties), after);
        }

        private Incarnation incarnation(Resource declared, ResourceType.Resource made,
                String token, Map<String, Object> properties) {
            return new Incarnation(declared.logicalId(), declared.type(), made.physicalId(), token, properties,
                    made.attributes(), declared.deletionPolicy(), declared.updateReplacePolicy(),
                    List.copyOf(graph.needs(declared.logicalId())), Plan.metadata(declared));
        }

        private Desired desired(String id, String token, Map<String, Object> properties) {
            var tags = new LinkedHashMap<>(operation.target().tags());
            tags.put("aws:cloudformation:stack-name", stack.name());
            tags.put("aws:cloudformation:stack-id", stack.arn());
            tags.put("aws:cloudformation:logical-id", id);
            return new Desired(stack.arn(), stack.name(), id, token, properties, tags);
        }

        /** Says in the store that a resource is about to be changed. */
        private void begin(String id, String type, Incarnation current, Map<String, Object> properties, String status,
                String reason) {
            var existing = resources.get(id);
            var isResumed = existing != null && operation.id().equals(existing.changedIn());
            var begun = new StackResource(id, type, status, reason, time.instant(), current,
                    isResumed ? existing.before() : current, properties, operation.id(), null);
            store.change(tx -> {
                data.put(tx, stack.id(), begun);
                if (!isResumed) {
                    events.tell(tx, stack.id(), begun, begun.physicalId(), properties, operation.clientToken());
                }
            });
            resources.put(id, begun);
        }

        /** Says in the store what exists now; what it replaces is to be deleted. */
        private void finish(Incarnation made, String status) {
            var begun = resources.get(made.logicalId());
            var done = begun.with(made).doneIn(operation.id()).as(status, null, time.instant());
            var before = begun.before();
            store.change(tx -> {
                data.put(tx, stack.id(), done);
                if (before != null && !before.token().equals(made.token())) {
                    data.obsolete.put(tx, Key.of(stack.id(), made.logicalId(), before.token()), before);
                }
                events.tell(tx, stack.id(), done, made.physicalId(), made.properties(), operation.clientToken());
            });
            resources.put(made.logicalId(), done);
        }

        private boolean failed(String id, String reason) {
            var begun = resources.get(id);
            var isCreation = begun.before() == null;
            var failed = begun.as(isCreation ? ResourceStatus.CREATE_FAILED : ResourceStatus.UPDATE_FAILED, reason, time.instant());
            store.change(tx -> {
                data.put(tx, stack.id(), failed);
                events.tell(tx, stack.id(), failed, failed.physicalId(), failed.attempted(), operation.clientToken());
            });
            resources.put(id, failed);
            return false;
        }

        /** A resource that stays as it is may have another policy, or be needed by others than before. */
        private void keep(StackResource existing, Resource declared) {
            var current = existing.current();
            var kept = new Incarnation(current.logicalId(), current.type(), current.physicalId(), current.token(),
                    current.properties(), current.attributes(), declared.deletionPolicy(), declared.updateReplacePolicy(),
                    List.copyOf(graph.needs(declared.logicalId())), Plan.metadata(declared));
            if (!kept.equals(current)) {
                var changed = existing.with(kept);
                store.change(tx -> data.put(tx, stack.id(), changed));
                resources.put(declared.logicalId(), changed);
            }
        }

        private List<OutputValue> outputs() {
            var outputs = new ArrayList<OutputValue>();
            for (var output : template.outputs().values()) {
                if (output.condition().map(evaluate::condition).orElse(true)) {
                    var value = evaluate.value(output.value());
                    if (value instanceof Map || value instanceof List || value == null) {
                        throw new TemplateError("Template format error: Output " + output.name()
                                + " is malformed. The Value field of every Outputs member must evaluate to a String.");
                    }
                    outputs.add(new OutputValue(output.name(), Trees.text(value), output.description().orElse(null),
                            output.export().map(export -> Trees.text(evaluate.value(export))).orElse(null)));
                }
            }
            return outputs;
        }

        /** Ends the deployment, or says why the outputs do not allow it. */
        private Optional<String> complete(Tx tx, List<OutputValue> outputs) {
            var place = Key.of(stack.account(), stack.region());
            for (var output : outputs) {
                var other = output.export() == null ? null : data.exports.get(tx, place.and(output.export())).orElse(null);
                if (other != null && !other.stackArn().equals(stack.arn())) {
                    return Optional.of("Export with name " + output.export() + " is already exported by stack " + other.stackName()
                            + ". ");
                }
            }
            for (var row : data.exports.range(tx, place).filter(r -> r.value().stackArn().equals(stack.arn())).toList()) {
                var export = row.value();
                var next = outputs.stream().filter(output -> export.name().equals(output.export())).findFirst();
                if (next.isEmpty() || !next.get().value().equals(export.value())) {
                    var user = data.imports.range(tx, place.and(export.name())).findFirst();
                    if (user.isPresent()) {
                        return Optional.of("Export " + export.name() + " cannot be " + (next.isEmpty() ? "deleted" : "updated")
                                + " as it is in use by " + user.get().value() + ". ");
                    }
                    data.exports.delete(tx, row.key());
                }
            }
            outputs.stream().filter(output -> output.export() != null).forEach(output -> data.exports.put(tx,
                    place.and(output.export()), new Export(stack.arn(), stack.name(), output.export(), output.value())));
            forgetImports(tx);
            scope.imported().forEach(name -> data.imports.put(tx, place.and(name, stack.id()), stack.name()));
            var isUpdate = operation.kind() == Kind.UPDATE;
            var done = data.stack(tx, stack.id()).orElseThrow().with(outputs).as(isUpdate
                    ? StackStatus.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS : StackStatus.CREATE_COMPLETE, null);
            data.put(tx, done);
            events.tell(tx, done, operation.clientToken(), time.instant());
            if (isUpdate) {
                data.operations.put(tx, Key.of(stack.id()), operation.in(Phase.CLEANUP));
            } else {
                ended(tx);
            }
            return Optional.empty();
        }

        private void forgetImports(Tx tx) {
            data.imports.range(tx, Key.of(stack.account(), stack.region())).filter(row -> row.key().text(3).equals(stack.id()))
                    .toList().forEach(row -> data.imports.delete(tx, row.key()));
        }

        private void ended(Tx tx) {
            data.operations.delete(tx, Key.of(stack.id()));
            tx.afterCommit(data.ended::raise);
        }

        /** The operation is over. */
        private void end(String status, String reason) {
            store.change(tx -> {
                var done = data.stack(tx, stack.id()).orElseThrow().as(status, reason);
                data.put(tx, done);
                events.tell(tx, done, operation.clientToken(), time.instant());
                ended(tx);
            });
        }

        private void next(Phase phase, String status, String reason, Settings settings) {
            store.change(tx -> {
                var now = data.stack(tx, stack.id()).orElseThrow();
                var on = now.with(settings, now.changeSet()).as(status, reason);
                data.put(tx, on);
                data.operations.put(tx, Key.of(stack.id()), operation.in(phase));
                events.tell(tx, on, operation.clientToken(), time.instant());
            });
        }

        private void deployFailed(String reason) {
            var isCreation = operation.kind() == Kind.CREATE;
            // Read again: who deletes a stack that is being created asks for another end of it.
            var asked = store.read(tx -> data.operations.get(tx, Key.of(stack.id()))).orElse(operation);
            switch (asked.target().onFailure()) {
                case "DO_NOTHING" -> end(isCreation ? StackStatus.CREATE_FAILED : StackStatus.UPDATE_FAILED, reason);
                case "DELETE" -> next(Phase.DELETE, StackStatus.DELETE_IN_PROGRESS, reason + "Delete requested by user.",
                        operation.target());
                default -> {
                    if (isCreation) {
                        next(Phase.ROLLBACK, StackStatus.ROLLBACK_IN_PROGRESS, reason + (reason.endsWith(" ") ? "" : " ")
                                + "Rollback requested by user.", operation.target());
                    } else {
                        next(Phase.ROLLBACK, StackStatus.UPDATE_ROLLBACK_IN_PROGRESS, reason, operation.before());
                    }
                }
            }
        }

        // --- undo ---

        private void rollBackCreation() throws InterruptedException {
            var failed = delete(existing(), incarnation -> operation.retained().contains(incarnation.logicalId())
                    || incarnation.deletionPolicy().equals("Retain") && !operation.target().retainExceptOnCreate());
            end(failed.isEmpty() ? StackStatus.ROLLBACK_COMPLETE : StackStatus.ROLLBACK_FAILED, failed.isEmpty() ? null
                    : "The following resource(s) failed to delete: [" + String.join(", ", failed) + "]. ");
        }

        private void rollBackUpdate() throws InterruptedException {
            var changed = new LinkedHashMap<String, StackResource>();
            resources.values().stream().filter(resource -> operation.id().equals(resource.changedIn()))
                    .forEach(resource -> changed.put(resource.logicalId(), resource));
            var failed = new Walk(time).run(changed.keySet(), id -> {
                var before = changed.get(id).before();
                return before == null ? Set.of() : Set.copyOf(before.needs());
            }, this::restore, () -> false, Instant.MAX);
            if (failed.isEmpty()) {
                next(Phase.ROLLBACK_CLEANUP, StackStatus.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS, null, operation.before());
            } else {
                end(StackStatus.UPDATE_ROLLBACK_FAILED, "The following resource(s) failed to update: ["
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
            if (operation.retained().contains(id) || !(Plan.step(type, before, resource.type(), attempted) instanceof Plan.Step.Update)) {
                store.change(tx -> restored(tx, resource, before));
                return true;
            }
            var begun = resource.as(ResourceStatus.UPDATE_IN_PROGRESS, null, time.instant());
            store.change(tx -> {
                data.put(tx, stack.id(), begun);
                events.tell(tx, stack.id(), begun, begun.physicalId(), before.properties(), operation.clientToken());
            });
            try {
                var made = Handlers.update(type, caller, before.physicalId(), desired(id, before.token(), attempted),
                        desired(id, before.token(), before.properties()));
                store.change(tx -> restored(tx, resource, new Incarnation(id, before.type(), made.physicalId(), before.token(),
                        before.properties(), made.attributes(), before.deletionPolicy(), before.updateReplacePolicy(),
                        before.needs(), before.metadata())));
                return true;
            } catch (Handlers.Failed e) {
                var failed = begun.as(ResourceStatus.UPDATE_FAILED, e.getMessage(), time.instant());
                store.change(tx -> {
                    data.put(tx, stack.id(), failed);
                    events.tell(tx, stack.id(), failed, failed.physicalId(), before.properties(), operation.clientToken());
                });
                return false;
            }
        }

        private void restored(Tx tx, StackResource resource, Incarnation before) {
            var restored = new StackResource(resource.logicalId(), before.type(), ResourceStatus.UPDATE_COMPLETE, null,
                    time.instant(), before, null, null, null, operation.id());
            data.put(tx, stack.id(), restored);
            events.tell(tx, stack.id(), restored, before.physicalId(), before.properties(), operation.clientToken());
        }

        // --- delete ---

        private List<Incarnation> existing() {
            return resources.values().stream().map(StackResource::current).filter(Objects::nonNull).toList();
        }

        /** What the template of a finished update no longer has. */
        private List<Incarnation> removed() {
            read(operation.target());
            return existing().stream().filter(resource -> !graph.resources().contains(resource.logicalId())).toList();
        }

        /** Deletes what an update, or its undoing, has left over; what cannot be deleted is left behind, as on AWS. */
        private void cleanUp(List<Incarnation> removed, String status) throws InterruptedException {
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
            end(status, null);
        }

        private void deleteAll() throws InterruptedException {
            var inUse = store.read(tx -> data.exports.range(tx, Key.of(stack.account(), stack.region()))
                    .filter(row -> row.value().stackArn().equals(stack.arn()))
                    .flatMap(row -> data.imports.range(tx, row.key()).limit(1).map(user -> "Export " + row.value().name()
                            + " cannot be deleted as it is in use by " + user.value())).findFirst());
            if (inUse.isPresent()) {
                end(StackStatus.DELETE_FAILED, inUse.get());
                return;
            }
            var all = new ArrayList<>(existing());
            all.addAll(store.read(tx -> data.obsolete.range(tx, Key.of(stack.id())).map(row -> row.value()).toList()));
            var failed = delete(all, resource -> resource.deletionPolicy().startsWith("Retain")
                    || operation.retained().contains(resource.logicalId()));
            if (!failed.isEmpty()) {
                end(StackStatus.DELETE_FAILED, "The following resource(s) failed to delete: [" + String.join(", ", failed) + "]. ");
                return;
            }
            store.change(tx -> {
                data.exports.range(tx, Key.of(stack.account(), stack.region()))
                        .filter(row -> row.value().stackArn().equals(stack.arn())).toList()
                        .forEach(row -> data.exports.delete(tx, row.key()));
                forgetImports(tx);
                data.changeSets.deleteAll(tx, Key.of(stack.id()));
                data.obsolete.deleteAll(tx, Key.of(stack.id()));
                data.answers.deleteAll(tx, Key.of(stack.id()));
                var gone = data.stack(tx, stack.id()).orElseThrow().as(StackStatus.DELETE_COMPLETE, null)
                        .deletedAt(time.instant());
                data.put(tx, gone);
                events.tell(tx, gone, operation.clientToken(), time.instant());
                ended(tx);
            });
        }

        /** Deletes each after what needs it; answers the logical ids of those that could not be deleted. */
        private Set<String> delete(List<Incarnation> resources, Predicate<Incarnation> isKept)
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
                Handlers.delete(type, caller, resource.physicalId(),
                        desired(resource.logicalId(), resource.token(), resource.properties()));
            } catch (Handlers.Failed e) {
                told(resource, ResourceStatus.DELETE_FAILED, e.getMessage());
                return false;
            }
            told(resource, ResourceStatus.DELETE_COMPLETE, null);
            return true;
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
                events.tell(tx, stack.id(), now, resource.physicalId(), resource.properties(), operation.clientToken());
            });
        }
    }
}
