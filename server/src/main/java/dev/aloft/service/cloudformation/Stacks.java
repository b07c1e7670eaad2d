package dev.aloft.service.cloudformation;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation.StackStatus;
import dev.aloft.api.CloudFormation;
import dev.aloft.kernel.call.Resources;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Page;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudformation.StackOperation.Kind;
import dev.aloft.service.cloudformation.StackOperation.Phase;
import dev.aloft.service.cloudformation.deploy.Changes;
import dev.aloft.service.cloudformation.template.Parameter;
import dev.aloft.service.cloudformation.template.Template;
import dev.aloft.service.cloudformation.template.Trees;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** Stacks: what is asked of them becomes an operation in the store; what they are is read from it. */
public final class Stacks {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z][-a-zA-Z0-9]*");
    private static final int LONGEST_NAME = 128;
    private static final int AT_ONCE = 100;
    /** A caller who asks about a stack right after changing it is answered when the change is done, if that is soon. */
    private static final Duration HOLD = Duration.ofSeconds(2);
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

    // --- finding ---

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

    // --- changing ---

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
            var before = now.settings();
            var settings = role == null ? before
                    : new Settings(before.template(), before.parameters(), before.resolved(),
                    before.tags(), before.capabilities(), role, before.notifications(), before.onFailure(),
                    before.retainExceptOnCreate(), before.timeoutMinutes());
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
                    isCreation ? Kind.CREATE : Kind.UPDATE, Phase.ROLLBACK, caller, role == null ? now.settings()
                    : new Settings(now.settings().template(), now.settings().parameters(), now.settings().resolved(),
                            now.settings().tags(), now.settings().capabilities(), role, List.of(), "ROLLBACK",
                            now.settings().retainExceptOnCreate(), null), before, clientToken, skipped, at, false));
        });
    }

    // --- telling ---

    CloudFormation.DescribeStacksResponse describe(Caller caller, CloudFormation.DescribeStacksRequest input) {
        if (input.stackName() != null && !input.stackName().isEmpty()) {
            var stack = settled(caller, get(caller, input.stackName()));
            return CloudFormation.DescribeStacksResponse.of(r -> r.stacks(List.of(told(stack))));
        }
        var page = page(caller, input.nextToken());
        return CloudFormation.DescribeStacksResponse.of(r -> r.nextToken(page.next().map(Stacks::token).orElse(null))
                .stacks(page.values().stream().filter(stack -> !stack.isDeleted()).map(this::told).toList()));
    }

    private Page<Stack> page(Caller caller, String token) {
        var prefix = Key.of(caller.account(), caller.region());
        return store.read(tx ->
                data.stacksByCreation.page(tx, prefix, Optional.ofNullable(token).map(Stacks::key), AT_ONCE));
    }

    private static String token(Key key) {
        return HexFormat.of().formatHex(key.toBytes());
    }

    private static Key key(String token) {
        try {
            return Key.decoded(HexFormat.of().parseHex(token));
        } catch (IllegalArgumentException _) {
            throw Refusals.validation("Invalid NextToken");
        }
    }

    /** Waits a little for what is under way since a moment ago. */
    private Stack settled(Caller caller, Stack stack) {
        var now = stack;
        try {
            while (now.isBusy() && time.instant().isBefore(now.operation().plus(HOLD))) {
                long seen = data.ended.count();
                now = store.read(tx -> data.stack(tx, stack.id())).orElseThrow();
                if (now.isBusy()) {
                    time.await(data.ended, seen, now.operation().plus(HOLD));
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return now;
    }

    private CloudFormation.Stack told(Stack stack) {
        var settings = stack.settings();
        return CloudFormation.Stack.of(s -> {
            s.stackId(stack.arn()).stackName(stack.name()).creationTime(stack.created())
                    .lastUpdatedTime(stack.updated())
                    .deletionTime(stack.deleted()).stackStatus(stack.status()).stackStatusReason(stack.reason())
                    .changeSetId(stack.changeSet()).parentId(stack.parent()).rootId(stack.root())
                    .enableTerminationProtection(stack.isProtected()).notificationARNs(List.of())
                    .rollbackConfiguration(CloudFormation.RollbackConfiguration.of(_ -> { }))
                    .driftInformation(CloudFormation.StackDriftInformation.of(d -> d.stackDriftStatus("NOT_CHECKED")))
                    .disableRollback(false).tags(List.of());
            if (settings == null) {
                return;
            }
            var template = template(stack, settings);
            s.description(template.tree().get("Description") instanceof String text ? text : null)
                    .parameters(orNone(parameters(settings, template))).capabilities(orNone(settings.capabilities()))
                    .roleARN(settings.role())
                    .timeoutInMinutes(settings.timeoutMinutes())
                    .disableRollback("DO_NOTHING".equals(settings.onFailure()))
                    .tags(tags(settings))
                    .outputs(orNone(stack.outputs().stream().map(o -> CloudFormation.Output.of(x -> x
                            .outputKey(o.name()).outputValue(o.value()).description(o.description())
                            .exportName(o.export()))).toList()));
        });
    }

    static List<CloudFormation.Tag> tags(Settings settings) {
        return settings.tags().entrySet().stream()
                .map(tag -> CloudFormation.Tag.of(t -> t.key(tag.getKey()).value(tag.getValue()))).toList();
    }

    /** AWS leaves out of its answers most lists that are empty. */
    static <T> List<T> orNone(List<T> list) {
        return list.isEmpty() ? null : list;
    }

    /** The parameters as callers see them. */
    static List<CloudFormation.Parameter> parameters(Settings settings, StoredTemplate template) {
        var declared = Template.parameters(template.tree());
        return declared.values().stream().filter(parameter -> settings.parameters().containsKey(parameter.name()))
                .map(parameter -> CloudFormation.Parameter.of(p -> p.parameterKey(parameter.name())
                        .parameterValue(parameter.noEcho() ? Parameter.HIDDEN
                                : settings.parameters().get(parameter.name()))
                        .resolvedValue(parameter.noEcho() ? null : settings.resolved().get(parameter.name()))))
                .toList();
    }

    CloudFormation.ListStacksResponse list(Caller caller, CloudFormation.ListStacksRequest input) {
        var page = page(caller, input.nextToken());
        var filter = input.stackStatusFilter() == null ? List.<String>of() : input.stackStatusFilter();
        return CloudFormation.ListStacksResponse.of(r -> r.nextToken(page.next().map(Stacks::token).orElse(null))
                .stackSummaries(page.values().stream()
                        .filter(stack -> filter.isEmpty() || filter.contains(stack.status()))
                        .map(stack -> CloudFormation.StackSummary.of(s -> s.stackId(stack.arn()).stackName(stack.name())
                                .creationTime(stack.created()).lastUpdatedTime(stack.updated())
                                .deletionTime(stack.deleted())
                                .stackStatus(stack.status()).stackStatusReason(stack.reason()).parentId(stack.parent())
                                .rootId(stack.root()).templateDescription(stack.settings() != null
                                        && template(stack, stack.settings()).tree()
                                        .get("Description") instanceof String text
                                        ? text : null)
                                .driftInformation(CloudFormation.StackDriftInformationSummary.of(d ->
                                        d.stackDriftStatus("NOT_CHECKED"))))).toList()));
    }

    CloudFormation.DescribeStackResourceResponse describeResource(Caller caller,
            CloudFormation.DescribeStackResourceRequest input) {
        var stack = find(caller, input.stackName()).orElseThrow(() ->
                Refusals.validation("Stack '" + input.stackName() + "' does not exist"));
        var resource = store.read(tx -> data.resources.get(tx, Key.of(stack.id(), input.logicalResourceId())))
                .filter(row -> row.physicalId() != null || !stack.status().startsWith("ROLLBACK")
                        || !row.status().equals(CloudFormation.ResourceStatus.CREATE_FAILED))
                .orElseThrow(() ->
                        Refusals.validation("Resource " + input.logicalResourceId() + " does not exist for stack "
                        + stack.name()));
        return CloudFormation.DescribeStackResourceResponse.of(r -> r.stackResourceDetail(
                CloudFormation.StackResourceDetail.of(d -> d.stackId(stack.arn()).stackName(stack.name())
                        .logicalResourceId(resource.logicalId()).physicalResourceId(resource.physicalId())
                        .resourceType(resource.type()).lastUpdatedTimestamp(resource.at())
                        .resourceStatus(resource.status())
                        .resourceStatusReason(resource.reason())
                        .metadata(resource.current() == null || resource.current().metadata() == null ? "{}"
                                : resource.current().metadata())
                        .driftInformation(CloudFormation.StackResourceDriftInformation.of(i ->
                                i.stackResourceDriftStatus("NOT_CHECKED"))))));
    }

    CloudFormation.DescribeStackResourcesResponse describeResources(Caller caller,
            CloudFormation.DescribeStackResourcesRequest input) {
        Stack stack;
        if (input.stackName() != null) {
            stack = get(caller, input.stackName());
        } else if (input.physicalResourceId() != null) {
            stack = store.read(tx -> data.stacksByCreation.range(tx, Key.of(caller.account(), caller.region()))
                    .map(row -> row.value()).filter(each -> data.resources(tx, each.id()).stream()
                            .anyMatch(r -> input.physicalResourceId().equals(r.physicalId()))).findFirst())
                    .orElseThrow(() ->
                            Refusals.validation("Stack for " + input.physicalResourceId() + " does not exist"));
        } else {
            throw Refusals.validation("StackName is a required parameter.");
        }
        return CloudFormation.DescribeStackResourcesResponse.of(r -> r.stackResources(resources(stack).stream()
                .filter(each -> input.logicalResourceId() == null || each.logicalId().equals(input.logicalResourceId()))
                .map(each -> CloudFormation.StackResource.of(s -> s.stackId(stack.arn()).stackName(stack.name())
                        .logicalResourceId(each.logicalId()).physicalResourceId(each.physicalId())
                        .resourceType(each.type())
                        .timestamp(each.at()).resourceStatus(each.status()).resourceStatusReason(each.reason())
                        .driftInformation(CloudFormation.StackResourceDriftInformation.of(i ->
                                i.stackResourceDriftStatus("NOT_CHECKED"))))).toList()));
    }

    private List<StackResource> resources(Stack stack) {
        return store.read(tx -> data.resources(tx, stack.id()));
    }

    CloudFormation.ListStackResourcesResponse listResources(Caller caller,
            CloudFormation.ListStackResourcesRequest input) {
        var stack = get(caller, input.stackName());
        var range = Range.of(Key.of(stack.id()));
        var page = store.read(tx -> data.resources.page(tx, input.nextToken() == null ? range
                : range.after(Key.of(stack.id(), input.nextToken())), AT_ONCE));
        return CloudFormation.ListStackResourcesResponse.of(r ->
                r.nextToken(page.next().map(key -> key.text(1)).orElse(null))
                .stackResourceSummaries(page.values().stream().map(each -> CloudFormation.StackResourceSummary.of(s -> s
                        .logicalResourceId(each.logicalId()).physicalResourceId(each.physicalId())
                        .resourceType(each.type())
                        .lastUpdatedTimestamp(each.at()).resourceStatus(each.status())
                        .resourceStatusReason(each.reason())
                        .driftInformation(CloudFormation.StackResourceDriftInformationSummary.of(i ->
                                i.stackResourceDriftStatus("NOT_CHECKED"))))).toList()));
    }
}
