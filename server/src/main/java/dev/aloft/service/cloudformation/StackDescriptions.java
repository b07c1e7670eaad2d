package dev.aloft.service.cloudformation;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Page;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.cloudformation.template.Parameter;
import dev.aloft.service.cloudformation.template.Template;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** What is told of whole stacks. */
final class StackDescriptions {
    private static final int AT_ONCE = 100;
    /** A caller who asks about a stack right after changing it is answered when the change is done, if that is soon. */
    private static final Duration HOLD = Duration.ofSeconds(2);

    private final CloudFormationData data;
    private final Store store;
    private final Time time;
    private final Stacks stacks;

    StackDescriptions(CloudFormationData data, Store store, Time time, Stacks stacks) {
        this.data = data;
        this.store = store;
        this.time = time;
        this.stacks = stacks;
    }

    CloudFormation.DescribeStacksResponse describe(Caller caller, CloudFormation.DescribeStacksRequest input) {
        if (input.stackName() != null && !input.stackName().isEmpty()) {
            var stack = settled(stacks.get(caller, input.stackName()));
            return CloudFormation.DescribeStacksResponse.of(r -> r.stacks(List.of(told(stack))));
        }
        var page = page(caller, input.nextToken());
        return CloudFormation.DescribeStacksResponse.of(r -> r.nextToken(token(page))
                .stacks(page.values().stream().filter(stack -> !stack.isDeleted()).map(this::told).toList()));
    }

    private Page<Stack> page(Caller caller, String token) {
        var prefix = Key.of(caller.account(), caller.region());
        var after = Optional.ofNullable(token).map(StackDescriptions::key);
        return store.read(tx -> data.stacksByCreation.page(tx, prefix, after, AT_ONCE));
    }

    private static String token(Page<Stack> page) {
        return page.next().map(key -> HexFormat.of().formatHex(key.toBytes())).orElse(null);
    }

    private static Key key(String token) {
        try {
            return Key.decoded(HexFormat.of().parseHex(token));
        } catch (IllegalArgumentException _) {
            throw Refusals.validation("Invalid NextToken");
        }
    }

    /** Waits a little for what is under way since a moment ago. */
    private Stack settled(Stack stack) {
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
            var template = stacks.template(stack, settings);
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
        return CloudFormation.ListStacksResponse.of(r -> r.nextToken(token(page))
                .stackSummaries(page.values().stream()
                        .filter(stack -> filter.isEmpty() || filter.contains(stack.status()))
                        .map(stack -> CloudFormation.StackSummary.of(s -> s.stackId(stack.arn()).stackName(stack.name())
                                .creationTime(stack.created()).lastUpdatedTime(stack.updated())
                                .deletionTime(stack.deleted())
                                .stackStatus(stack.status()).stackStatusReason(stack.reason()).parentId(stack.parent())
                                .rootId(stack.root()).templateDescription(stack.settings() != null
                                        && stacks.template(stack, stack.settings()).tree()
                                        .get("Description") instanceof String text
                                        ? text : null)
                                .driftInformation(CloudFormation.StackDriftInformationSummary.of(d ->
                                        d.stackDriftStatus("NOT_CHECKED"))))).toList()));
    }
}
