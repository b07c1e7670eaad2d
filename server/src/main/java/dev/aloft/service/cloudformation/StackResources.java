package dev.aloft.service.cloudformation;

import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Store;
import java.util.List;

/** What is told of a stack's resources. */
final class StackResources {
    private static final int AT_ONCE = 100;

    private final CloudFormationData data;
    private final Store store;
    private final Stacks stacks;

    StackResources(CloudFormationData data, Store store, Stacks stacks) {
        this.data = data;
        this.store = store;
        this.stacks = stacks;
    }

    CloudFormation.DescribeStackResourceResponse describe(Caller caller,
            CloudFormation.DescribeStackResourceRequest input) {
        var stack = stacks.find(caller, input.stackName()).orElseThrow(() ->
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

    CloudFormation.DescribeStackResourcesResponse describeAll(Caller caller,
            CloudFormation.DescribeStackResourcesRequest input) {
        Stack stack;
        if (input.stackName() != null) {
            stack = stacks.get(caller, input.stackName());
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

    CloudFormation.ListStackResourcesResponse list(Caller caller,
            CloudFormation.ListStackResourcesRequest input) {
        var stack = stacks.get(caller, input.stackName());
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
