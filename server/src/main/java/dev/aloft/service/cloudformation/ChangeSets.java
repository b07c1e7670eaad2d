package dev.aloft.service.cloudformation;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation.StackStatus;
import dev.aloft.api.CloudFormation;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudformation.StackOperation.Kind;
import dev.aloft.service.cloudformation.StackOperation.Phase;
import dev.aloft.service.cloudformation.template.TemplateError;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Change sets. They are complete, or failed, when CreateChangeSet answers. */
final class ChangeSets {
    private static final String NO_CHANGES =
            "The submitted information didn't contain changes. Submit different information to"
            + " create a change set.";

    private final CloudFormationData data;
    private final Store store;
    private final Time time;
    private final Events events;
    private final Templates templates;
    private final Outside outside;
    private final Stacks stacks;

    ChangeSets(CloudFormationData data, Store store, Time time, Events events, Templates templates, Outside outside,
            Stacks stacks) {
        this.data = data;
        this.store = store;
        this.time = time;
        this.events = events;
        this.templates = templates;
        this.outside = outside;
        this.stacks = stacks;
    }

    CloudFormation.CreateChangeSetResponse create(Caller caller, CloudFormation.CreateChangeSetRequest input) {
        Preparation.refuseUnbuilt(input.notificationARNs(), input.rollbackConfiguration());
        Preparation.refuseUnbuilt(input.deploymentConfig());
        if (input.deploymentMode() != null) {
            throw ApiError.notBuilt("The deployment mode " + input.deploymentMode());
        }
        // With ImportExistingResources, which CDK always sets, a resource that exists already is not taken over: its
        // creation fails by name.
        if ("IMPORT".equals(input.changeSetType())) {
            throw ApiError.notBuilt("The import of resources");
        }
        var type = input.changeSetType() == null ? "UPDATE" : input.changeSetType();
        var isCreation = type.equals("CREATE");
        var existing = stacks.find(caller, input.stackName());
        var isReviewed = existing.isPresent() && existing.get().status().equals(StackStatus.REVIEW_IN_PROGRESS);
        if (isCreation && existing.isPresent() && !isReviewed) {
            throw Refusals.validation("Stack [" + input.stackName()
                    + "] already exists and cannot be created again with the"
                    + " changeSet [" + input.changeSetName() + "].");
        }
        if (!isCreation && (existing.isEmpty() || isReviewed)) {
            throw Refusals.noStack(input.stackName());
        }
        if (!isCreation) {
            Stacks.checkUpdatable(existing.get());
        } else if (existing.isEmpty()) {
            Stacks.checkName(input.stackName());
        }
        var now = time.instant();
        var stack = existing.orElseGet(() -> new Stack(caller.account(), caller.region(), UUID.randomUUID().toString(),
                input.stackName(), StackStatus.REVIEW_IN_PROGRESS, "User Initiated", now, null, null, now, null,
                List.of(), null, null, null, false));
        store.read(tx -> unused(tx, stack, input.changeSetName()));
        var set = made(caller, input, stack, isCreation, type);
        var isKept = store.write(tx -> {
            if (existing.isEmpty()) {
                if (data.stacksByName.first(tx, Key.of(stack.account(), stack.region(), stack.name())).isPresent()) {
                    return false;
                }
                data.put(tx, stack);
                events.tell(tx, stack, input.clientToken(), now);
            }
            unused(tx, stack, input.changeSetName()).ifPresent(old ->
                    data.changeSets.delete(tx, Key.of(stack.id(), old.id())));
            data.changeSets.put(tx, Key.of(stack.id(), set.set().id()), set.set());
            set.template().ifPresent(template ->
                    data.templates.put(tx, Key.of(stack.id(), set.set().settings().template()), template));
            return true;
        });
        if (!isKept) {
            // Somebody else has begun the stack meanwhile: then this is one more change set of it, or one too many.
            return create(caller, input);
        }
        return CloudFormation.CreateChangeSetResponse.of(r -> r.id(set.set().arn(stack)).stackId(stack.arn()));
    }

    private record Made(ChangeSet set, Optional<StoredTemplate> template) {
    }

    private Made made(Caller caller, CloudFormation.CreateChangeSetRequest input, Stack stack, boolean isCreation,
            String type) {
        var text = Boolean.TRUE.equals(input.usePreviousTemplate()) && !isCreation
                ? stacks.template(stack, stack.settings()).text()
                : templates.text(caller, input.templateBody(), input.templateURL());
        var preparation = new Preparation(templates, outside, caller, stack.name(), text, input.parameters(),
                isCreation ? null : stack.settings());
        var capabilities = input.capabilities() == null ? List.<String>of() : input.capabilities();
        var onFailure = input.onStackFailure() == null ? "ROLLBACK" : input.onStackFailure();
        var tags = Stacks.tags(input.tags(), isCreation ? null : stack);
        var settings = isCreation
                ? new Settings(UUID.randomUUID().toString(), preparation.parameters, preparation.resolved, tags,
                        capabilities,
                        input.roleARN(), List.of(), onFailure, false, null)
                : stacks.settings(stack, preparation, tags, capabilities, input.roleARN(), onFailure, false);
        if (!preparation.isTransformed()) {
            var missing = Templates.missing(Templates.capabilities(preparation.tree), capabilities);
            if (!missing.isEmpty()) {
                throw Templates.insufficient(missing);
            }
        }
        String failure = null;
        List<ChangeSet.Change> changes = List.of();
        try {
            // What a transform makes is known late: what is wrong with it fails the change set, not the call.
            preparation.transform();
            var missing = Templates.missing(Templates.capabilities(preparation.template().tree()), capabilities);
            if (!missing.isEmpty()) {
                failure = "Requires capabilities : [" + String.join(", ", missing) + "]";
            } else {
                preparation.checkTypes(input.resourceTypes());
                preparation.checkRules(stack, settings);
                changes = stacks.changes(caller, stack, preparation.template(), settings);
                if (!isCreation && !stacks.differs(caller, stack, preparation, settings, changes)) {
                    failure = preparation.isTransformed() ? "No updates are to be performed." : NO_CHANGES;
                }
            }
        } catch (TemplateError e) {
            if (!preparation.isTransformed()) {
                throw Refusals.validation(e.getMessage());
            }
            failure = e.getMessage();
        } catch (ApiError e) {
            if (!preparation.isTransformed() || !e.code().equals("ValidationError")) {
                throw e;
            }
            failure = e.getMessage();
        }
        var isGood = failure == null;
        return new Made(new ChangeSet(UUID.randomUUID().toString(), input.changeSetName(), stack.id(), type,
                isGood ? "CREATE_COMPLETE" : "FAILED", failure, isGood ? ChangeSet.AVAILABLE : "UNAVAILABLE",
                input.description(), time.instant(), settings, changes), stored(preparation));
    }

    private static Optional<StoredTemplate> stored(Preparation preparation) {
        try {
            return Optional.of(preparation.stored());
        } catch (TemplateError _) {
            return Optional.of(new StoredTemplate(preparation.text, preparation.tree, false));
        }
    }

    private Optional<ChangeSet> named(ReadTx tx, Stack stack, String name) {
        return data.changeSets.range(tx, Key.of(stack.id())).map(row -> row.value())
                .filter(set -> set.name().equals(name)).findFirst();
    }

    /** Refuses a name that is taken; the one before under it, if that is done with. */
    private Optional<ChangeSet> unused(ReadTx tx, Stack stack, String name) {
        var before = named(tx, stack, name);
        if (before.isPresent() && !before.get().isExecuted()) {
            throw new CloudFormation.AlreadyExistsException("ChangeSet " + name + " already exists");
        }
        return before;
    }

    private record Found(Stack stack, ChangeSet set) {
    }

    private Optional<Found> find(Caller caller, String stackName, String nameOrArn) {
        if (Arn.isArn(nameOrArn)) {
            var id = Arn.parse(nameOrArn).resourceName();
            return store.read(tx -> data.changeSetsById.first(tx, Key.of(id)).map(row -> row.value())
                    .flatMap(set -> data.stack(tx, set.stackId()).filter(stack -> set.arn(stack).equals(nameOrArn)
                            && stack.account().equals(caller.account())).map(stack -> new Found(stack, set))));
        }
        if (stackName == null) {
            throw Refusals.validation("StackName must be specified if ChangeSetName is not specified as an ARN.");
        }
        var stack = stacks.bracketed(caller, stackName);
        return store.read(tx -> named(tx, stack, nameOrArn)).map(set -> new Found(stack, set));
    }

    private Found get(Caller caller, String stackName, String nameOrArn) {
        return find(caller, stackName, nameOrArn).orElseThrow(() -> new CloudFormation.ChangeSetNotFoundException(
                "ChangeSet [" + nameOrArn + "] does not exist"));
    }

    CloudFormation.DescribeChangeSetResponse describe(Caller caller, CloudFormation.DescribeChangeSetRequest input) {
        var found = get(caller, input.stackName(), input.changeSetName());
        var set = found.set();
        var stack = found.stack();
        var template = store.read(tx -> data.templates.get(tx, Key.of(stack.id(), set.settings().template())));
        return CloudFormation.DescribeChangeSetResponse.of(r -> r.changeSetId(set.arn(stack)).changeSetName(set.name())
                .stackId(stack.arn()).stackName(stack.name()).description(set.description()).creationTime(set.created())
                .executionStatus(set.executionStatus()).status(set.status()).statusReason(set.reason())
                .parameters(template.map(t -> StackDescriptions.parameters(set.settings(), t))
                        .map(StackDescriptions::orNone).orElse(null))
                .capabilities(set.settings().capabilities())
                .tags(StackDescriptions.orNone(StackDescriptions.tags(set.settings())))
                .notificationARNs(List.of())
                .rollbackConfiguration(CloudFormation.RollbackConfiguration.of(_ -> { })).includeNestedStacks(false)
                .changes(new ResourceChanges(Boolean.TRUE.equals(input.includePropertyValues()))
                        .told(set.changes())));
    }

    CloudFormation.ListChangeSetsResponse list(Caller caller, CloudFormation.ListChangeSetsRequest input) {
        var stack = stacks.bracketed(caller, input.stackName());
        var sets = store.read(tx -> data.changeSets.range(tx, Key.of(stack.id())).map(row -> row.value()).toList());
        return CloudFormation.ListChangeSetsResponse.of(r -> r.summaries(sets.stream().map(set ->
                CloudFormation.ChangeSetSummary.of(s -> s.stackId(stack.arn()).stackName(stack.name())
                        .changeSetId(set.arn(stack)).changeSetName(set.name()).executionStatus(set.executionStatus())
                        .status(set.status()).statusReason(set.reason()).creationTime(set.created())
                        .description(set.description()).includeNestedStacks(false))).toList()));
    }

    CloudFormation.DeleteChangeSetResponse delete(Caller caller, CloudFormation.DeleteChangeSetRequest input) {
        find(caller, input.stackName(), input.changeSetName()).ifPresent(found ->
                store.change(tx -> data.changeSets.delete(tx, Key.of(found.stack().id(), found.set().id()))));
        return CloudFormation.DeleteChangeSetResponse.of(_ -> { });
    }

    CloudFormation.ExecuteChangeSetResponse execute(Caller caller, CloudFormation.ExecuteChangeSetRequest input) {
        var found = get(caller, input.stackName(), input.changeSetName());
        store.change(tx -> {
            var set = data.changeSets.get(tx, Key.of(found.stack().id(), found.set().id())).orElse(found.set());
            var stack = data.stack(tx, found.stack().id()).orElseThrow();
            if (!set.isAvailable()) {
                var isMade = set.status().equals("CREATE_COMPLETE");
                throw new CloudFormation.InvalidChangeSetStatusException("ChangeSet [" + set.arn(stack)
                        + "] cannot be executed in its current " + (isMade ? "execution status of ["
                        + set.executionStatus() : "status of [" + set.status()) + "]");
            }
            data.changeSets.deleteAll(tx, Key.of(stack.id()));
            data.changeSets.put(tx, Key.of(stack.id(), set.id()), set.executed());
            var settings = Boolean.TRUE.equals(input.disableRollback()) ? set.settings().onFailure("DO_NOTHING")
                    : set.settings();
            if (!set.type().equals("CREATE")) {
                var template = data.templates.get(tx, Key.of(stack.id(), settings.template())).orElseThrow();
                stacks.startUpdate(tx, caller, stack, settings, template, input.clientRequestToken(), set.arn(stack));
                return;
            }
            var at = time.instant();
            stacks.start(tx, stack.with(settings, set.arn(stack)).began(at, true)
                    .as(StackStatus.CREATE_IN_PROGRESS, "User Initiated"),
                    new StackOperation(UUID.randomUUID().toString(),
                    Kind.CREATE, Phase.DEPLOY, caller, settings, null, input.clientRequestToken(), List.of(), at,
                    false));
        });
        return CloudFormation.ExecuteChangeSetResponse.of(_ -> { });
    }

    /** The template of a change set. */
    Optional<StoredTemplate> template(Caller caller, String stackName, String nameOrArn) {
        var found = get(caller, stackName, nameOrArn);
        return store.read(tx -> data.templates.get(tx, Key.of(found.stack().id(), found.set().settings().template())));
    }
}
