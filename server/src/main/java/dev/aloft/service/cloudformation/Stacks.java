package dev.aloft.service.cloudformation;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation.StackStatus;
import dev.aloft.api.CloudFormation;
import dev.aloft.kernel.call.Resources;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudformation.StackOperation.Kind;
import dev.aloft.service.cloudformation.StackOperation.Phase;
import dev.aloft.service.cloudformation.deploy.Changes;
import dev.aloft.service.cloudformation.template.Template;
import dev.aloft.service.cloudformation.template.Trees;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** Stacks: what is asked of them becomes an operation in the store. */
public final class Stacks {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z][-a-zA-Z0-9]*");
    private static final int LONGEST_NAME = 128;
    private static final Set<String> UPDATABLE = Set.of(StackStatus.CREATE_COMPLETE, StackStatus.UPDATE_COMPLETE,
            StackStatus.UPDATE_ROLLBACK_COMPLETE, StackStatus.UPDATE_FAILED, StackStatus.CREATE_FAILED);

    private final CloudFormationData data;
    private final Store store;
    private final Time time;
    private final Events events;
    private final Templates templates;
    private final Outside outside;
    private final Resources types;

    Stacks(CloudFormationData data, Store store, Time time, Events events, Templates templates, Outside outside,
            Resources types) {
        this.data = data;
        this.store = store;
        this.time = time;
        this.events = events;
        this.templates = templates;
        this.outside = outside;
        this.types = types;
    }

    /** A stack by its name, as long as it is not deleted, or by its ARN. */
    Optional<Stack> find(Caller caller, String nameOrArn) {
        return store.read(tx -> {
            if (Arn.isArn(nameOrArn)) {
                return data.stack(tx, Arn.parse(nameOrArn).resourceName()).filter(stack -> stack.arn().equals(nameOrArn)
                        && stack.account().equals(caller.account()));
            }
            return data.stacksByName.first(tx, Key.of(caller.account(), caller.region(), nameOrArn))
                    .map(row -> row.value());
        });
    }

    Stack get(Caller caller, String nameOrArn) {
        if (nameOrArn == null) {
            throw Refusals.validation("StackName is a required parameter.");
        }
        return find(caller, nameOrArn).orElseThrow(() -> Refusals.noStackWithId(nameOrArn));
    }

    /** The same in the words of those operations that put names in brackets. */
    Stack bracketed(Caller caller, String nameOrArn) {
        return find(caller, nameOrArn).filter(stack -> !stack.isDeleted())
                .orElseThrow(() -> Refusals.noStack(nameOrArn));
    }

    StoredTemplate template(Stack stack, Settings settings) {
        return store.read(tx -> data.templates.get(tx, Key.of(stack.id(), settings.template()))).orElseThrow();
    }

    static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw Refusals.validation("1 validation error detected: Value '" + name
                    + "' at 'stackName' failed to satisfy"
                    + " constraint: Member must satisfy regular expression pattern: "
                    + "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*");
        }
        if (name.length() > LONGEST_NAME) {
            throw Refusals.validation("1 validation error detected: Value '" + name
                    + "' at 'stackName' failed to satisfy"
                    + " constraint: Member must have length less than or equal to " + LONGEST_NAME);
        }
    }

    CloudFormation.CreateStackResponse create(Caller caller, CloudFormation.CreateStackRequest input) {
        Preparation.refuseUnbuilt(input.deploymentConfig());
        Preparation.refuseUnbuilt(input.notificationARNs(), input.rollbackConfiguration());
        checkName(input.stackName());
        if (input.onFailure() != null && input.disableRollback() != null) {
            throw Refusals.validation("Only one of DisableRollback and OnFailure can be specified.");
        }
        var text = templates.text(caller, input.templateBody(), input.templateURL());
        var onFailure = input.onFailure() != null ? input.onFailure()
                : Boolean.TRUE.equals(input.disableRollback()) ? "DO_NOTHING" : "ROLLBACK";
        var policy = StackPolicies.given(caller, templates, input.stackPolicyBody(), input.stackPolicyURL());
        var stack = create(caller, input.stackName(), new StackRequest(text, input.parameters(),
                tags(input.tags(), null), orEmpty(input.capabilities()), input.resourceTypes(), input.roleARN(),
                onFailure, Boolean.TRUE.equals(input.retainExceptOnCreate()), input.timeoutInMinutes(),
                input.clientRequestToken(), new StackPolicies.Kept(policy.orElse(null), null, null)),
                Boolean.TRUE.equals(input.enableTerminationProtection()), null);
        return CloudFormation.CreateStackResponse.of(r -> r.stackId(stack.arn()));
    }

    static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }

    /** @param parent the stack that it is nested in, or null */
    Stack create(Caller caller, String name, StackRequest asked, boolean isProtected, Stack parent) {
        var preparation = new Preparation(templates, outside, caller, name, asked.text(), asked.parameters(), null);
        checkCapabilities(preparation, asked.capabilities());
        preparation.checkTypes(asked.resourceTypes());
        var now = time.instant();
        var settings = new Settings(UUID.randomUUID().toString(), preparation.parameters, preparation.resolved,
                asked.tags(), asked.capabilities(), asked.role(), List.of(), asked.onFailure(),
                asked.retainExceptOnCreate(), asked.timeoutMinutes());
        var begun = new Stack(caller.account(), caller.region(), UUID.randomUUID().toString(), name,
                StackStatus.CREATE_IN_PROGRESS, "User Initiated", now, null, null, now, settings, List.of(), null,
                parent == null ? null : parent.arn(),
                parent == null ? null : parent.root() == null ? parent.arn() : parent.root(),
                isProtected);
        Templates.told(() -> {
            preparation.checkRules(begun, settings);
            return null;
        });
        return store.write(tx -> {
            var reviewed = data.stacksByName.first(tx, Key.of(caller.account(), caller.region(), name))
                    .map(row -> row.value());
            if (reviewed.isPresent() && !reviewed.get().status().equals(StackStatus.REVIEW_IN_PROGRESS)) {
                throw new CloudFormation.AlreadyExistsException("Stack [" + name + "] already exists");
            }
            var stack = reviewed.map(it -> begun.as(it)).orElse(begun);
            data.templates.put(tx, Key.of(stack.id(), settings.template()), preparation.stored());
            StackPolicies.bring(data, tx, stack.id(), asked.policies());
            start(tx, stack,
                    new StackOperation(UUID.randomUUID().toString(), Kind.CREATE, Phase.DEPLOY, caller, settings, null,
                    asked.clientToken(), List.of(), now, false));
            return stack;
        });
    }

    private static void checkCapabilities(Preparation preparation, List<String> given) {
        var needed = new ArrayList<>(Templates.capabilities(preparation.isTransformed() ? preparation.template().tree()
                : preparation.tree));
        if (preparation.isTransformed()) {
            needed.add(0, "CAPABILITY_AUTO_EXPAND");
        }
        var missing = Templates.missing(needed, given);
        if (!missing.isEmpty()) {
            throw Templates.insufficient(missing);
        }
    }

    /** Writes an operation and the status that it gives the stack. */
    void start(Tx tx, Stack stack, StackOperation operation) {
        data.put(tx, stack);
        data.operations.put(tx, Key.of(stack.id()), operation);
        data.changeSets.range(tx, Key.of(stack.id())).filter(row -> row.value().isAvailable()).toList()
                .forEach(row -> data.changeSets.put(tx, row.key(), row.value().obsolete()));
        events.tell(tx, stack, operation.clientToken(), time.instant());
        tx.afterCommit(data.work::raise);
    }

    CloudFormation.UpdateStackResponse update(Caller caller, CloudFormation.UpdateStackRequest input) {
        Preparation.refuseUnbuilt(input.deploymentConfig());
        Preparation.refuseUnbuilt(input.notificationARNs(), input.rollbackConfiguration());
        var policy = new StackPolicies.Kept(null, StackPolicies.given(caller, templates,
                input.stackPolicyDuringUpdateBody(), input.stackPolicyDuringUpdateURL()).orElse(null),
                StackPolicies.given(caller, templates, input.stackPolicyBody(), input.stackPolicyURL()).orElse(null));
        var stack = bracketed(caller, input.stackName());
        var text = Boolean.TRUE.equals(input.usePreviousTemplate()) ? template(stack, stack.settings()).text()
                : templates.text(caller, input.templateBody(), input.templateURL());
        update(caller, stack, new StackRequest(text, input.parameters(), tags(input.tags(), stack),
                orEmpty(input.capabilities()), input.resourceTypes(), input.roleARN(),
                Boolean.TRUE.equals(input.disableRollback()) ? "DO_NOTHING" : "ROLLBACK",
                Boolean.TRUE.equals(input.retainExceptOnCreate()), null, input.clientRequestToken(), policy));
        return CloudFormation.UpdateStackResponse.of(r -> r.stackId(stack.arn()));
    }

    void update(Caller caller, Stack stack, StackRequest asked) {
        checkUpdatable(stack);
        var preparation = new Preparation(templates, outside, caller, stack.name(), asked.text(), asked.parameters(),
                stack.settings());
        checkCapabilities(preparation, asked.capabilities());
        preparation.checkTypes(asked.resourceTypes());
        var settings = settings(stack, preparation, asked.tags(), asked.capabilities(), asked.role(),
                asked.onFailure(), asked.retainExceptOnCreate());
        Templates.told(() -> {
            preparation.checkRules(stack, settings);
            return null;
        });
        // What a transform makes is not looked at: AWS updates then in any case.
        if (!preparation.isTransformed() && !differs(caller, stack, preparation, settings)) {
            throw Refusals.validation("No updates are to be performed.");
        }
        store.change(tx -> {
            StackPolicies.bring(data, tx, stack.id(), asked.policies());
            startUpdate(tx, caller, stack, settings, preparation.stored(), asked.clientToken(), null);
        });
    }

    Settings settings(Stack stack, Preparation preparation, Map<String, String> tags, List<String> capabilities,
            String role, String onFailure, boolean retainExceptOnCreate) {
        return new Settings(UUID.randomUUID().toString(), preparation.parameters, preparation.resolved, tags,
                capabilities, role == null ? stack.settings().role() : role, List.of(), onFailure,
                retainExceptOnCreate, null);
    }

    void startUpdate(Tx tx, Caller caller, Stack stack, Settings settings, StoredTemplate template, String clientToken,
            String changeSet) {
        var now = data.stack(tx, stack.id()).orElseThrow();
        checkUpdatable(now);
        var at = time.instant();
        var isRetry = now.status().equals(StackStatus.CREATE_FAILED);
        data.templates.put(tx, Key.of(stack.id(), settings.template()), template);
        data.before.put(tx, Key.of(stack.id()), now.settings());
        start(tx, now.with(settings, changeSet == null ? now.changeSet() : changeSet).began(at, true)
                .as(StackStatus.UPDATE_IN_PROGRESS, "User Initiated"),
                new StackOperation(UUID.randomUUID().toString(), Kind.UPDATE,
                Phase.DEPLOY, caller, isRetry ? settings.onFailure("DO_NOTHING") : settings, now.settings(),
                clientToken, List.of(), at, false));
    }

    static void checkUpdatable(Stack stack) {
        if (!UPDATABLE.contains(stack.status())) {
            throw Refusals.validation("Stack:" + stack.arn() + " is in " + stack.status()
                    + " state and can not be updated.");
        }
    }

    /** Whether a template and settings would change anything about a stack. */
    private boolean differs(Caller caller, Stack stack, Preparation preparation, Settings settings) {
        var before = stack.settings();
        return !before.parameters().equals(settings.parameters()) || !before.tags().equals(settings.tags())
                || !before.resolved().equals(settings.resolved())
                || !Trees.same(template(stack, before).tree().get("Outputs"),
                        preparation.stored().tree().get("Outputs"))
                || stack.status().endsWith("_FAILED")
                || !changes(caller, stack, preparation.template(), settings).isEmpty();
    }

    boolean differs(Caller caller, Stack stack, Preparation preparation, Settings settings,
            List<ChangeSet.Change> changes) {
        return !changes.isEmpty() || differs(caller, stack, preparation, settings);
    }

    List<ChangeSet.Change> changes(Caller caller, Stack stack, Template template, Settings settings) {
        var resources = store.read(tx -> data.resources(tx, stack.id()));
        return Templates.told(() ->
                new Changes(types, stack, template, settings, resources, outside.of(caller, stack)).list());
    }

    static Map<String, String> tags(List<CloudFormation.Tag> tags, Stack stack) {
        if (tags == null) {
            return stack == null ? Map.of() : stack.settings().tags();
        }
        var map = new LinkedHashMap<String, String>();
        tags.forEach(tag -> map.put(tag.key(), tag.value()));
        return map;
    }

    CloudFormation.DeleteStackResponse delete(Caller caller, CloudFormation.DeleteStackRequest input) {
        var done = CloudFormation.DeleteStackResponse.of(_ -> { });
        if (input.deletionMode() != null && !input.deletionMode().equals("STANDARD")) {
            throw ApiError.notBuilt("The deletion mode " + input.deletionMode());
        }
        var found = find(caller, input.stackName());
        if (found.isEmpty() || found.get().isDeleted() || found.get().status().equals(StackStatus.DELETE_IN_PROGRESS)) {
            return done;
        }
        delete(caller, found.get(), input.retainResources() == null ? List.of() : input.retainResources(),
                input.roleARN(), input.clientRequestToken());
        return done;
    }

    public void delete(Caller caller, Stack stack, List<String> retained, String role, String clientToken) {
        if (stack.isProtected()) {
            throw Refusals.validation("Stack [" + stack.name()
                    + "] cannot be deleted while TerminationProtection is enabled");
        }
        if (!retained.isEmpty() && !stack.status().equals(StackStatus.DELETE_FAILED)) {
            throw Refusals.validation("Invalid operation on stack [" + stack.arn()
                    + "]. When you delete a stack, specify which"
                    + " resources to retain only when the stack is in the DELETE_FAILED state.");
        }
        store.change(tx -> {
            var now = data.stack(tx, stack.id()).orElseThrow();
            var running = data.operations.get(tx, Key.of(stack.id()));
            if (running.isPresent()) {
                if (running.get().kind() != Kind.CREATE || running.get().phase() != Phase.DEPLOY) {
                    throw Refusals.validation("Stack [" + stack.name() + "] cannot be deleted while in status "
                            + now.status());
                }
                var operation = running.get();
                data.operations.put(tx, Key.of(stack.id()), new StackOperation(operation.id(), operation.kind(),
                        operation.phase(), operation.caller(), operation.target().onFailure("DELETE"), null,
                        operation.clientToken(), List.of(), operation.started(), true));
                return;
            }
            var at = time.instant();
            if (now.settings() == null) {
                var gone = now.as(StackStatus.DELETE_COMPLETE, null).deletedAt(at);
                data.put(tx, gone);
                data.changeSets.deleteAll(tx, Key.of(stack.id()));
                events.tell(tx, gone, clientToken, at);
                return;
            }
            var settings = now.settings().role(role);
            start(tx, now.began(at, false).as(StackStatus.DELETE_IN_PROGRESS, "User Initiated"), new StackOperation(
                    UUID.randomUUID().toString(), Kind.DELETE, Phase.DELETE, caller, settings, null, clientToken,
                    retained, at, false));
        });
    }

    CloudFormation.UpdateTerminationProtectionResponse protect(Caller caller,
            CloudFormation.UpdateTerminationProtectionRequest input) {
        var stack = get(caller, input.stackName());
        store.change(tx -> data.put(tx, data.stack(tx, stack.id()).orElseThrow()
                .isProtected(Boolean.TRUE.equals(input.enableTerminationProtection()))));
        return CloudFormation.UpdateTerminationProtectionResponse.of(r -> r.stackId(stack.arn()));
    }

    CloudFormation.CancelUpdateStackResponse cancelUpdate(Caller caller,
            CloudFormation.CancelUpdateStackRequest input) {
        var stack = bracketed(caller, input.stackName());
        store.change(tx -> {
            var operation = data.operations.get(tx, Key.of(stack.id()))
                    .filter(o -> o.kind() == Kind.UPDATE && o.phase() == Phase.DEPLOY)
                    .orElseThrow(() ->
                            Refusals.validation("CancelUpdateStack cannot be called from current stack status"));
            data.operations.put(tx, Key.of(stack.id()), operation.cancel());
        });
        return CloudFormation.CancelUpdateStackResponse.of(_ -> { });
    }

    CloudFormation.ContinueUpdateRollbackResponse continueRollback(Caller caller,
            CloudFormation.ContinueUpdateRollbackRequest input) {
        var stack = bracketed(caller, input.stackName());
        if (!stack.status().equals(StackStatus.UPDATE_ROLLBACK_FAILED)) {
            throw Refusals.validation("Stack:" + stack.arn() + " is in " + stack.status()
                    + " state and can not continue the rollback of an update.");
        }
        rollBack(caller, stack, input.resourcesToSkip() == null ? List.of() : input.resourcesToSkip(), input.roleARN(),
                input.clientRequestToken());
        return CloudFormation.ContinueUpdateRollbackResponse.of(_ -> { });
    }

    CloudFormation.RollbackStackResponse rollback(Caller caller, CloudFormation.RollbackStackRequest input) {
        var stack = bracketed(caller, input.stackName());
        if (!Set.of(StackStatus.UPDATE_FAILED, StackStatus.CREATE_FAILED).contains(stack.status())) {
            throw Refusals.validation("Stack:" + stack.arn() + " is in " + stack.status()
                    + " state and can not be rolled back.");
        }
        rollBack(caller, stack, List.of(), input.roleARN(), input.clientRequestToken());
        return CloudFormation.RollbackStackResponse.of(r -> r.stackId(stack.arn()));
    }

    /** Undoes the last operation: what its resources were before is kept with them. */
    private void rollBack(Caller caller, Stack stack, List<String> skipped, String role, String clientToken) {
        store.change(tx -> {
            var now = data.stack(tx, stack.id()).orElseThrow();
            var isCreation = now.status().equals(StackStatus.CREATE_FAILED);
            var changes = data.resources(tx, stack.id());
            var last = changes.stream().filter(r -> r.changedIn() != null).max((a, b) -> a.at().compareTo(b.at()))
                    .map(StackResource::changedIn).orElse(UUID.randomUUID().toString());
            var at = time.instant();
            var before = data.before.get(tx, Key.of(stack.id())).orElse(now.settings());
            start(tx, now.began(at, false).as(isCreation ? StackStatus.ROLLBACK_IN_PROGRESS
                    : StackStatus.UPDATE_ROLLBACK_IN_PROGRESS, "User Initiated"), new StackOperation(last,
                    isCreation ? Kind.CREATE : Kind.UPDATE, Phase.ROLLBACK, caller, now.settings().role(role),
                    before, clientToken, skipped, at, false));
        });
    }
}
