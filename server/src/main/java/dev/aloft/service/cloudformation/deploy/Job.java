package dev.aloft.service.cloudformation.deploy;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation.StackStatus;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.call.Resources;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudformation.CloudFormationData;
import dev.aloft.service.cloudformation.Events;
import dev.aloft.service.cloudformation.Settings;
import dev.aloft.service.cloudformation.Stack;
import dev.aloft.service.cloudformation.StackOperation.Phase;
import dev.aloft.service.cloudformation.StackPolicies;
import dev.aloft.service.cloudformation.StackOperation;
import dev.aloft.service.cloudformation.StackResource.Incarnation;
import dev.aloft.service.cloudformation.StackResource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One phase of one operation on one stack: what all who work on it need, and what they write down about the whole. */
record Job(CloudFormationData data, Store store, Time time, Events events, Resources types, Stack stack,
        StackOperation operation, Caller caller, Map<String, StackResource> resources) {

    /** What exists. */
    Desired desired(Incarnation existing) {
        return desired(existing, existing.properties());
    }

    /** The same with other properties. */
    Desired desired(Incarnation existing, Map<String, Object> properties) {
        return desired(existing.logicalId(), existing.token(), properties, existing.tags());
    }

    /** What the operation wants. */
    Desired desired(String id, String token, Map<String, Object> properties) {
        return desired(id, token, properties, operation.target().tags());
    }

    private Desired desired(String id, String token, Map<String, Object> properties, Map<String, String> stackTags) {
        var tags = new LinkedHashMap<>(stackTags);
        tags.put("aws:cloudformation:stack-name", stack.name());
        tags.put("aws:cloudformation:stack-id", stack.arn());
        tags.put("aws:cloudformation:logical-id", id);
        return new Desired(stack.arn(), stack.name(), id, token, properties, tags);
    }

    /** Another operation asks the functions of custom resources anew, also for what was asked for before. */
    void ended(Tx tx) {
        data.operations.delete(tx, Key.of(stack.id()));
        data.answers.deleteAll(tx, Key.of(stack.id()));
        data.signals.deleteAll(tx, Key.of(stack.id()));
        tx.afterCommit(data.ended::raise);
    }

    /** The operation is over. */
    void end(String status, String reason) {
        store.change(tx -> end(tx, status, reason));
    }

    void end(Tx tx, String status, String reason) {
        var done = data.stack(tx, stack.id()).orElseThrow().as(status, reason);
        data.put(tx, done);
        events.tell(tx, done, operation.clientToken(), time.instant());
        StackPolicies.updated(data, tx, stack.id(), status.equals(StackStatus.UPDATE_COMPLETE));
        ended(tx);
    }

    void next(Phase phase, String status, String reason, Settings settings) {
        store.change(tx -> next(tx, phase, status, reason, settings));
    }

    void next(Tx tx, Phase phase, String status, String reason, Settings settings) {
        var now = data.stack(tx, stack.id()).orElseThrow();
        var next = now.with(settings, now.changeSet()).as(status, reason);
        var on = status.equals(StackStatus.ROLLBACK_IN_PROGRESS) ? next.undone(time.instant()) : next;
        data.put(tx, on);
        data.operations.put(tx, Key.of(stack.id()), operation.in(phase));
        events.tell(tx, on, operation.clientToken(), time.instant());
    }

    List<Incarnation> existing() {
        return resources.values().stream().map(StackResource::current).filter(Objects::nonNull).toList();
    }

    /** The stack imports these exports, and no others. */
    void imports(Tx tx, Collection<String> names) {
        var place = Key.of(stack.account(), stack.region());
        data.imports.range(tx, place).filter(row -> row.key().text(3).equals(stack.id())).toList()
                .forEach(row -> data.imports.delete(tx, row.key()));
        names.forEach(name -> data.imports.put(tx, place.and(name, stack.id()), stack.name()));
    }
}
