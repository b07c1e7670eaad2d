package dev.aloft.service.cloudformation;

import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Signal;
import java.util.List;
import java.util.Optional;

/** All that is kept. Everything of a stack stands under the last part of its ARN. */
public final class CloudFormationData {
    /** Who exports a value under a name. */
    public record Export(String stackArn, String stackName, String name, String value) {
    }

    /** (stack). */
    public final Table<Stack> stacks = Table.of("stacks", Codec.of(Stack.class));
    /** (account, region, name) of those that are not deleted. */
    public final Index<Stack> stacksByName = stacks.index("stacksByName", stack -> stack.isDeleted() ? List.of()
            : List.of(Key.of(stack.account(), stack.region(), stack.name())));
    /** (account, region, creation, stack). */
    public final Index<Stack> stacksByCreation = stacks.index("stacksByCreation",
            stack -> List.of(Key.of(stack.account(), stack.region(), stack.created(), stack.id())));
    /** (stack, logical id). */
    public final Table<StackResource> resources = Table.of("resources", Codec.of(StackResource.class));
    /** (stack, logical id, token): what existed before it was replaced and is to be deleted. */
    public final Table<StackResource.Incarnation> obsolete =
            Table.of("obsolete", Codec.of(StackResource.Incarnation.class));
    /** (stack, number). */
    public final Table<StackEvent> events = Table.of("events", Codec.of(StackEvent.class));
    /** (stack): the number of its last event. */
    public final Table<Long> lastEvent = Table.of("lastEvent", Codec.NUMBER);
    /** (stack, change set). */
    public final Table<ChangeSet> changeSets = Table.of("changeSets", Codec.of(ChangeSet.class));
    /** (change set): found without its stack. */
    public final Index<ChangeSet> changeSetsById = changeSets.index("changeSetsById", set -> List.of(Key.of(set.id())));
    /** (stack, template). */
    public final Table<StoredTemplate> templates = Table.of("templates", Codec.of(StoredTemplate.class));
    /** (stack): what is under way. */
    public final Table<StackOperation> operations = Table.of("operations", Codec.of(StackOperation.class));
    /** (stack): what it was asked to be before its last update; a rollback asked for later goes back to it. */
    public final Table<Settings> before = Table.of("before", Codec.of(Settings.class));
    /** (stack): the policies that updates are held to. */
    public final Table<StackPolicies.Kept> policies = Table.of("policies", Codec.of(StackPolicies.Kept.class));
    /** (account, region, name). */
    public final Table<Export> exports = Table.of("exports", Codec.of(Export.class));
    /** (account, region, name of the export, stack) to the importing stack's name. */
    public final Table<String> imports = Table.of("imports", Codec.TEXT);
    /** (stack, request): the answer of a custom resource's function; empty until it comes. */
    public final Table<String> answers = Table.of("answers", Codec.TEXT);
    /** (stack, handle, unique id): the signals that have come for wait conditions. */
    public final Table<String> signals = Table.of("signals", Codec.TEXT);

    /** Raised when there is something to deploy. */
    public final Signal work = new Signal();
    /** Raised when an operation ends. */
    public final Signal ended = new Signal();
    /** Raised when a custom resource's function answers, or a signal comes. */
    public final Signal answered = new Signal();

    public Optional<Stack> stack(ReadTx tx, String id) {
        return stacks.get(tx, Key.of(id));
    }

    public void put(Tx tx, Stack stack) {
        stack(tx, stack.id()).ifPresent(before -> StackLife.check(before.status(), stack.status()));
        stacks.put(tx, Key.of(stack.id()), stack);
    }

    public List<StackResource> resources(ReadTx tx, String stack) {
        return resources.range(tx, Key.of(stack)).map(row -> row.value()).toList();
    }

    public void put(Tx tx, String stack, StackResource resource) {
        resources.put(tx, Key.of(stack, resource.logicalId()), resource);
    }
}
