package dev.aloft.service.cloudformation.deploy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation.ResourceStatus;
import dev.aloft.api.CloudFormation.StackStatus;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Resources;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudformation.CloudFormationData;
import dev.aloft.service.cloudformation.Events;
import dev.aloft.service.cloudformation.Settings;
import dev.aloft.service.cloudformation.Stack;
import dev.aloft.service.cloudformation.StackOperation.Kind;
import dev.aloft.service.cloudformation.StackOperation.Phase;
import dev.aloft.service.cloudformation.StackOperation;
import dev.aloft.service.cloudformation.StackPolicies;
import dev.aloft.service.cloudformation.StackPolicy;
import dev.aloft.service.cloudformation.StackResource.Incarnation;
import dev.aloft.service.cloudformation.StackResource;
import dev.aloft.service.cloudformation.template.Evaluate;
import dev.aloft.service.cloudformation.template.Graph;
import dev.aloft.service.cloudformation.template.Resource;
import dev.aloft.service.cloudformation.template.Template;
import dev.aloft.service.cloudformation.template.TemplateError;
import dev.aloft.service.cloudformation.template.Trees;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * The part of an operation that makes and changes resources until they are what the template wants, and its outputs.
 */
final class Rollout {
    private static final Duration FOR_EVER = Duration.ofDays(365);
    private static final String CANCELLED = "User Initiated";

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
    private final Map<String, Map<String, Object>> shown = new ConcurrentHashMap<>();
    private final BiFunction<Caller, Stack, StackScope.Outside> outside;
    private Template template;
    private Evaluate evaluate;
    private StackScope scope;
    private Graph graph;
    private StackPolicy policy;

    Rollout(Job job, BiFunction<Caller, Stack, StackScope.Outside> outside) {
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
        this.outside = outside;
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
        policy = operation.kind() == Kind.UPDATE ? store.read(tx -> StackPolicies.of(data, tx, stack.id()))
                : StackPolicy.none();
    }

    void deploy() throws InterruptedException {
        Outputs outputs;
        try {
            read(operation.target());
            var failure = made();
            if (failure.isPresent()) {
                deployFailed(failure.get());
                return;
            }
            outputs = new Outputs(data, stack, template, evaluate, scope);
        } catch (TemplateError | ApiError e) {
            deployFailed(e.getMessage());
            return;
        }
        store.write(tx -> complete(tx, outputs)).ifPresent(this::deployFailed);
    }

    /** Makes and changes the resources; answers why not all of them are as they should be, if so. */
    private Optional<String> made() throws InterruptedException {
        var denied = protectedFromDeletion();
        if (!denied.isEmpty()) {
            return Optional.of(failures("update", denied));
        }
        var minutes = operation.kind() == Kind.CREATE ? operation.target().timeoutMinutes() : null;
        var deadline = operation.started().plus(minutes == null ? FOR_EVER : Duration.ofMinutes(minutes));
        var failed = ConcurrentHashMap.<String>newKeySet();
        var turns = new Turns(graph, id -> template.resources().get(id).type());
        new Walk(time).run(graph.order(), turns::before, id -> step(id) || !failed.add(id),
                () -> !failed.isEmpty() || isCancelled(), deadline);
        return !failed.isEmpty() ? Optional.of(failures(failed))
                : isCancelled() ? Optional.of(CANCELLED)
                : time.instant().isBefore(deadline) ? Optional.empty()
                : Optional.of("Stack creation time exceeded the specified timeout");
    }

    private boolean isCancelled() {
        return store.read(this::isCancelled);
    }

    private boolean isCancelled(ReadTx tx) {
        return data.operations.get(tx, Key.of(stack.id())).map(StackOperation::cancelled).orElse(false);
    }

    private String failures(Set<String> failed) {
        var created = failed.stream().filter(id -> failedTo(id, ResourceStatus.CREATE_FAILED)).sorted().toList();
        var updated = failed.stream().filter(id -> failedTo(id, ResourceStatus.UPDATE_FAILED)).sorted().toList();
        return failures("create", created) + failures("update", updated);
    }

    private static String failures(String deed, Collection<String> failed) {
        return failed.isEmpty() ? "" : "The following resource(s) failed to " + deed + ": ["
                + String.join(", ", failed) + "]. ";
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
            var step = Plan.step(type, current, declared.type(), properties, operation.target().tags());
            refuseDenied(step, current);
            switch (step) {
                case Plan.Step.Nothing _ -> keep(existing, declared);
                case Plan.Step.Create _ -> {
                    begin(id, declared.type(), current, properties, ResourceStatus.CREATE_IN_PROGRESS, null);
                    create(declared, type, properties, ResourceStatus.CREATE_IN_PROGRESS,
                            ResourceStatus.CREATE_COMPLETE);
                }
                case Plan.Step.Update _ -> {
                    begin(id, declared.type(), current, properties, ResourceStatus.UPDATE_IN_PROGRESS, null);
                    var made = Handlers.update(type, caller, current.physicalId(), job.desired(current),
                            job.desired(id, current.token(), properties));
                    // An update that answers with another physical id has made another resource: the one before is to
                    // go.
                    var token = made.physicalId().equals(current.physicalId()) ? current.token() : operation.id();
                    finish(incarnation(declared, made, token, properties), ResourceStatus.UPDATE_COMPLETE);
                }
                case Plan.Step.Replace _ -> {
                    begin(id, declared.type(), current, properties, ResourceStatus.UPDATE_IN_PROGRESS,
                            "Requested update requires the creation of a new physical resource; hence creating one.");
                    refuseSameName(type, current, declared.type(), properties);
                    create(declared, type, properties, ResourceStatus.UPDATE_IN_PROGRESS,
                            ResourceStatus.UPDATE_COMPLETE);
                }
            }
            return true;
        } catch (Handlers.Failed e) {
            e.physicalId().ifPresent(made -> leave(declared, new ResourceType.Resource(made, Map.of()), properties));
            if (!begun(id)) {
                begin(id, declared.type(), current, properties, ResourceStatus.UPDATE_IN_PROGRESS, null);
            }
            return failed(id, e.getMessage());
        }
    }

    private boolean begun(String id) {
        return resources.containsKey(id) && operation.id().equals(resources.get(id).changedIn());
    }

    private void refuseDenied(Plan.Step step, Incarnation current) throws Handlers.Failed {
        var action = switch (step) {
            case Plan.Step.Update _ -> Optional.of(StackPolicy.MODIFY);
            case Plan.Step.Replace _ -> Optional.of(StackPolicy.REPLACE);
            case Plan.Step.Create _, Plan.Step.Nothing _ -> Optional.<String>empty();
        };
        var denial = action.flatMap(done -> policy.denial(done, current.logicalId(), current.type()));
        if (denial.isPresent()) {
            throw new Handlers.Failed(denial.get());
        }
    }

    /** Those that the template has no longer and the stack's policy protects: they fail before anything is done. */
    private Set<String> protectedFromDeletion() {
        var denied = new TreeSet<String>();
        for (var resource : removed(graph)) {
            policy.denial(StackPolicy.DELETE, resource.logicalId(), resource.type()).ifPresent(reason -> {
                var failed = resources.get(resource.logicalId())
                        .as(ResourceStatus.UPDATE_FAILED, reason, time.instant());
                store.change(tx -> events.tell(tx, stack.id(), failed, resource.physicalId(), resource.shown(),
                        operation.clientToken()));
                denied.add(resource.logicalId());
            });
        }
        return denied;
    }

    /** Two cannot have one name, and the one before is deleted last. */
    private static void refuseSameName(ResourceType type, Incarnation current, String wantedType,
            Map<String, Object> properties) throws Handlers.Failed {
        var name = type.customName().map(properties::get);
        if (current.type().equals(wantedType) && name.isPresent()
                && Trees.same(name.get(), current.properties().get(type.customName().get()))) {
            throw new Handlers.Failed("CloudFormation cannot update a stack when a custom-named resource requires"
                    + " replacing. Rename " + name.get() + " and update the stack again.");
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
        var made = Handlers.create(type, caller, job.desired(id, operation.id(), properties));
        var begun = resources.get(id).as(during, "Resource creation Initiated", time.instant());
        var shown = shown(id);
        store.change(tx ->
                events.tell(tx, stack.id(), begun, made.physicalId(), shown, operation.clientToken()));
        finish(incarnation(declared, made, operation.id(), properties), after);
    }

    private Incarnation incarnation(Resource declared, ResourceType.Resource made,
            String token, Map<String, Object> properties) {
        var shown = shown(declared.logicalId());
        return new Incarnation(declared.logicalId(), declared.type(), made.physicalId(), token, properties,
                made.attributes(), declared.deletionPolicy().in(evaluate), declared.updateReplacePolicy().in(evaluate),
                List.copyOf(graph.needs(declared.logicalId())), Plan.metadata(declared), operation.target().tags(),
                shown.equals(properties) ? Map.of() : shown);
    }

    /** Says in the store that a resource is about to be changed. */
    private void begin(String id, String type, Incarnation current, Map<String, Object> properties, String status,
            String reason) {
        var existing = resources.get(id);
        var isResumed = existing != null && operation.id().equals(existing.changedIn());
        var begun = new StackResource(id, type, status, reason, time.instant(), current,
                isResumed ? existing.before() : current, properties, operation.id(), null);
        var shown = shown(id);
        store.change(tx -> {
            data.put(tx, stack.id(), begun);
            if (!isResumed) {
                events.tell(tx, stack.id(), begun, begun.physicalId(), shown, operation.clientToken());
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
            events.tell(tx, stack.id(), done, made.physicalId(), made.shown(), operation.clientToken());
        });
        resources.put(made.logicalId(), done);
    }

    /** A resource's properties as events tell them; empty where they cannot be computed. */
    private Map<String, Object> shown(String id) {
        var known = shown.get(id);
        if (known == null) {
            known = new Evaluate(template, scope.shown()).properties(id).orElseGet(Map::of);
            shown.put(id, known);
        }
        return known;
    }

    private boolean failed(String id, String reason) {
        var begun = resources.get(id);
        var isCreation = begun.before() == null;
        var failed = begun.as(isCreation ? ResourceStatus.CREATE_FAILED : ResourceStatus.UPDATE_FAILED, reason,
                time.instant());
        var shown = shown(id);
        store.change(tx -> {
            data.put(tx, stack.id(), failed);
            events.tell(tx, stack.id(), failed, failed.physicalId(), shown, operation.clientToken());
        });
        resources.put(id, failed);
        return false;
    }

    /** A resource that stays as it is may have another policy, or be needed by others than before. */
    private void keep(StackResource existing, Resource declared) {
        var current = existing.current();
        var kept = new Incarnation(current.logicalId(), current.type(), current.physicalId(), current.token(),
                current.properties(), current.attributes(), declared.deletionPolicy().in(evaluate),
                declared.updateReplacePolicy().in(evaluate), List.copyOf(graph.needs(declared.logicalId())),
                Plan.metadata(declared), current.tags(), current.told());
        if (!kept.equals(current)) {
            var changed = existing.with(kept);
            store.change(tx -> data.put(tx, stack.id(), changed));
            resources.put(declared.logicalId(), changed);
        }
    }

    /** Ends the deployment, or says why the outputs, or who cancelled it meanwhile, do not allow it. */
    private Optional<String> complete(Tx tx, Outputs outputs) {
        if (isCancelled(tx)) {
            return Optional.of(CANCELLED);
        }
        var refusal = outputs.refusal(tx);
        if (refusal.isPresent()) {
            return refusal;
        }
        outputs.publish(tx);
        job.imports(tx, scope.imported());
        var isUpdate = operation.kind() == Kind.UPDATE;
        var done = data.stack(tx, stack.id()).orElseThrow().with(outputs.values()).as(isUpdate
                ? StackStatus.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS : StackStatus.CREATE_COMPLETE, null);
        data.put(tx, done);
        events.tell(tx, done, operation.clientToken(), time.instant());
        if (isUpdate) {
            data.operations.put(tx, Key.of(stack.id()), operation.in(Phase.CLEANUP));
        } else {
            job.ended(tx);
        }
        return Optional.empty();
    }

    void deployFailed(String reason) {
        store.change(tx -> deployFailed(tx, reason));
    }

    /** What is to be done then is read here: who deletes a stack that is being created asks for another end of it. */
    private void deployFailed(Tx tx, String reason) {
        var isCreation = operation.kind() == Kind.CREATE;
        var asked = data.operations.get(tx, Key.of(stack.id())).orElse(operation);
        switch (asked.target().onFailure()) {
            case "DO_NOTHING" ->
                job.end(tx, isCreation ? StackStatus.CREATE_FAILED : StackStatus.UPDATE_FAILED, reason);
            case "DELETE" -> job.next(tx, Phase.DELETE, StackStatus.DELETE_IN_PROGRESS,
                    reason + "Delete requested by user.", operation.target());
            default -> {
                if (isCreation) {
                    job.next(tx, Phase.ROLLBACK, StackStatus.ROLLBACK_IN_PROGRESS,
                            reason + (reason.endsWith(" ") ? "" : " ") + "Rollback requested by user.",
                            operation.target());
                } else {
                    job.next(tx, Phase.ROLLBACK, StackStatus.UPDATE_ROLLBACK_IN_PROGRESS, reason, operation.before());
                }
            }
        }
    }

    /** What the template of a finished update no longer has. */
    List<Incarnation> removed() {
        read(operation.target());
        return removed(graph);
    }

    private List<Incarnation> removed(Graph wanted) {
        return job.existing().stream().filter(resource -> !wanted.resources().contains(resource.logicalId())).toList();
    }
}
