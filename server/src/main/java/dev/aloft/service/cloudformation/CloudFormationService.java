package dev.aloft.service.cloudformation;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Resources;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import dev.aloft.service.cloudformation.deploy.CustomResource;
import dev.aloft.service.cloudformation.deploy.Deployment;
import dev.aloft.service.cloudformation.deploy.Markers;
import dev.aloft.service.cloudformation.deploy.WaitCondition;
import dev.aloft.service.cloudformation.template.JsonText;
import java.util.ArrayList;
import java.util.List;

/** The operations of AWS CloudFormation. */
public final class CloudFormationService implements Service, CloudFormation {
    private static final String PRINCIPAL = "cloudformation.amazonaws.com";

    private final Store store;
    private final Roles roles;
    private final Templates templates;
    private final Events events;
    private final Stacks stacks;
    private final ChangeSets changeSets;
    private final StackDescriptions descriptions;
    private final StackResources resources;
    private final StackPolicies policies;
    private final Exports exports;
    private final Deployment deployment;
    private final CustomResource customResource;
    private final WaitCondition waitCondition;
    private final Deliveries<Dispatch> notices;
    private final List<ResourceType> resourceTypes = new ArrayList<>(Markers.all());

    /** @param types filled with the resource types of all services by the time that a stack is asked for */
    public CloudFormationService(Store platform, Time time, Endpoint endpoint, Resources types, Roles roles,
            Targets targets) {
        this.roles = roles;
        store = platform.in("cloudformation");
        var data = new CloudFormationData();
        var outside = new Outside(data, store, endpoint);
        templates = new Templates(types, endpoint);
        notices = new Deliveries<>("notices", store, time, Codec.of(Dispatch.class),
                new Dispatches(targets, roles::assume));
        events = new Events(data, targets, notices);
        stacks = new Stacks(data, store, time, events, templates, outside, types);
        changeSets = new ChangeSets(data, store, time, events, templates, outside, stacks);
        descriptions = new StackDescriptions(data, store, time, stacks);
        resources = new StackResources(data, store, stacks);
        policies = new StackPolicies(data, store, templates, stacks);
        exports = new Exports(data, store);
        deployment = new Deployment(data, store, time, events, types, roles, outside::of);
        waitCondition = new WaitCondition(data, store, time);
        customResource = new CustomResource(data, store, time, Lambda.at(endpoint));
        resourceTypes.add(customResource);
        resourceTypes.add(waitCondition);
        resourceTypes.add(new NestedStack(data, store, time, stacks, templates));
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public List<DataPlane> dataPlanes() {
        return List.of(customResource.answers(), waitCondition.signals());
    }

    @Override
    public List<Worker> workers() {
        return List.of(deployment.worker(), notices.worker());
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreateStackRequest r -> stack("CreateStack", caller, r.stackName()).passing(r.roleARN(), PRINCIPAL);
            case UpdateStackRequest r -> stack("UpdateStack", caller, r.stackName()).passing(r.roleARN(), PRINCIPAL);
            case DeleteStackRequest r -> stack("DeleteStack", caller, r.stackName()).passing(r.roleARN(), PRINCIPAL);
            case DescribeStacksRequest r -> stack("DescribeStacks", caller, r.stackName());
            case DescribeStackEventsRequest r -> stack("DescribeStackEvents", caller, r.stackName());
            case DescribeStackResourceRequest r -> stack("DescribeStackResource", caller, r.stackName());
            case DescribeStackResourcesRequest r -> stack("DescribeStackResources", caller, r.stackName());
            case ListStackResourcesRequest r -> stack("ListStackResources", caller, r.stackName());
            case ListStacksRequest _ -> Access.to("cloudformation:ListStacks");
            case CreateChangeSetRequest r ->
                    stack("CreateChangeSet", caller, r.stackName()).passing(r.roleARN(), PRINCIPAL);
            case DescribeChangeSetRequest r -> changeSet("DescribeChangeSet", caller, r.stackName(), r.changeSetName());
            case ExecuteChangeSetRequest r -> changeSet("ExecuteChangeSet", caller, r.stackName(), r.changeSetName());
            case DeleteChangeSetRequest r -> changeSet("DeleteChangeSet", caller, r.stackName(), r.changeSetName());
            case ListChangeSetsRequest r -> stack("ListChangeSets", caller, r.stackName());
            case GetTemplateRequest r -> stack("GetTemplate", caller, r.stackName());
            case GetTemplateSummaryRequest r -> stack("GetTemplateSummary", caller, r.stackName());
            case ValidateTemplateRequest _ -> Access.to("cloudformation:ValidateTemplate");
            case ListExportsRequest _ -> Access.to("cloudformation:ListExports");
            case ListImportsRequest _ -> Access.to("cloudformation:ListImports");
            case UpdateTerminationProtectionRequest r -> stack("UpdateTerminationProtection", caller, r.stackName());
            case ContinueUpdateRollbackRequest r -> stack("ContinueUpdateRollback", caller, r.stackName());
            case RollbackStackRequest r -> stack("RollbackStack", caller, r.stackName());
            case CancelUpdateStackRequest r -> stack("CancelUpdateStack", caller, r.stackName());
            case SetStackPolicyRequest r -> stack("SetStackPolicy", caller, r.stackName());
            case GetStackPolicyRequest r -> stack("GetStackPolicy", caller, r.stackName());
        };
    }

    private Access stack(String operation, Caller caller, String name) {
        var action = "cloudformation:" + operation;
        if (name == null || name.isEmpty()) {
            return Access.to(action);
        }
        return Access.to(action, Arn.isArn(name) ? name : stacks.find(caller, name).map(found -> found.arn())
                .orElseGet(() -> caller.arn("cloudformation", "stack/" + name + "/*").toString()));
    }

    /** A role that CloudFormation cannot assume is refused before anything is begun. */
    private void checkRole(Caller caller, String stack, String role) {
        var arn = caller.arn("cloudformation", "stack/" + stack + "/*").toString();
        if (role != null && !roles.trusts(caller.asService(PRINCIPAL, arn), role)) {
            throw Refusals.validation("Role " + role + " is invalid or cannot be assumed");
        }
    }

    private Access changeSet(String operation, Caller caller, String stack, String changeSet) {
        return stack == null && Arn.isArn(changeSet) ? Access.to("cloudformation:" + operation, changeSet)
                : stack(operation, caller, stack);
    }

    @Override
    public CreateStackResponse createStack(Caller caller, CreateStackRequest input) {
        checkRole(caller, input.stackName(), input.roleARN());
        return stacks.create(caller, input);
    }

    @Override
    public UpdateStackResponse updateStack(Caller caller, UpdateStackRequest input) {
        checkRole(caller, input.stackName(), input.roleARN());
        return stacks.update(caller, input);
    }

    @Override
    public DeleteStackResponse deleteStack(Caller caller, DeleteStackRequest input) {
        return stacks.delete(caller, input);
    }

    @Override
    public DescribeStacksResponse describeStacks(Caller caller, DescribeStacksRequest input) {
        return descriptions.describe(caller, input);
    }

    @Override
    public DescribeStackEventsResponse describeStackEvents(Caller caller, DescribeStackEventsRequest input) {
        if (input.stackName() == null) {
            throw Refusals.validation("1 validation error detected: Value null at 'stackName' failed to satisfy "
                    + "constraint: Member must not be null");
        }
        var stack = stacks.find(caller, input.stackName()).orElseThrow(() ->
                Refusals.validation("Stack [" + input.stackName() + "] does not exist"));
        return events.describe(stack, store, input.nextToken());
    }

    @Override
    public DescribeStackResourceResponse describeStackResource(Caller caller, DescribeStackResourceRequest input) {
        return resources.describe(caller, input);
    }

    @Override
    public DescribeStackResourcesResponse describeStackResources(Caller caller, DescribeStackResourcesRequest input) {
        return resources.describeAll(caller, input);
    }

    @Override
    public ListStackResourcesResponse listStackResources(Caller caller, ListStackResourcesRequest input) {
        return resources.list(caller, input);
    }

    @Override
    public ListStacksResponse listStacks(Caller caller, ListStacksRequest input) {
        return descriptions.list(caller, input);
    }

    @Override
    public CreateChangeSetResponse createChangeSet(Caller caller, CreateChangeSetRequest input) {
        checkRole(caller, input.stackName(), input.roleARN());
        return changeSets.create(caller, input);
    }

    @Override
    public DescribeChangeSetResponse describeChangeSet(Caller caller, DescribeChangeSetRequest input) {
        return changeSets.describe(caller, input);
    }

    @Override
    public ExecuteChangeSetResponse executeChangeSet(Caller caller, ExecuteChangeSetRequest input) {
        return changeSets.execute(caller, input);
    }

    @Override
    public DeleteChangeSetResponse deleteChangeSet(Caller caller, DeleteChangeSetRequest input) {
        return changeSets.delete(caller, input);
    }

    @Override
    public ListChangeSetsResponse listChangeSets(Caller caller, ListChangeSetsRequest input) {
        return changeSets.list(caller, input);
    }

    @Override
    public GetTemplateResponse getTemplate(Caller caller, GetTemplateRequest input) {
        StoredTemplate template;
        if (input.changeSetName() != null) {
            template = changeSets.template(caller, input.stackName(), input.changeSetName()).orElseThrow();
        } else if (input.stackName() == null) {
            throw Refusals.validation("StackName is required if ChangeSetName is not specified.");
        } else {
            var stack = stacks.get(caller, input.stackName());
            if (stack.settings() == null) {
                return GetTemplateResponse.of(r -> r.templateBody("")
                        .stagesAvailable(List.of("Original", "Processed")));
            }
            template = stacks.template(stack, stack.settings());
        }
        var isProcessed = "Processed".equals(input.templateStage()) && template.isTransformed();
        return GetTemplateResponse.of(r ->
                r.templateBody(isProcessed ? JsonText.write(template.tree()) : template.text())
                .stagesAvailable(List.of("Original", "Processed")));
    }

    @Override
    public GetTemplateSummaryResponse getTemplateSummary(Caller caller, GetTemplateSummaryRequest input) {
        if (input.stackName() == null) {
            return templates.summarize(templates.text(caller, input.templateBody(), input.templateURL()));
        }
        var stack = stacks.get(caller, input.stackName());
        if (stack.settings() == null) {
            throw Refusals.validation("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.");
        }
        return templates.summarize(stacks.template(stack, stack.settings()).text());
    }

    @Override
    public ValidateTemplateResponse validateTemplate(Caller caller, ValidateTemplateRequest input) {
        return templates.validate(caller, input);
    }

    @Override
    public SetStackPolicyResponse setStackPolicy(Caller caller, SetStackPolicyRequest input) {
        return policies.set(caller, input);
    }

    @Override
    public GetStackPolicyResponse getStackPolicy(Caller caller, GetStackPolicyRequest input) {
        return policies.get(caller, input);
    }

    @Override
    public ListExportsResponse listExports(Caller caller, ListExportsRequest input) {
        return exports.list(caller, input);
    }

    @Override
    public ListImportsResponse listImports(Caller caller, ListImportsRequest input) {
        return exports.imports(caller, input);
    }

    @Override
    public UpdateTerminationProtectionResponse updateTerminationProtection(Caller caller,
            UpdateTerminationProtectionRequest input) {
        return stacks.protect(caller, input);
    }

    @Override
    public ContinueUpdateRollbackResponse continueUpdateRollback(Caller caller, ContinueUpdateRollbackRequest input) {
        return stacks.continueRollback(caller, input);
    }

    @Override
    public RollbackStackResponse rollbackStack(Caller caller, RollbackStackRequest input) {
        return stacks.rollback(caller, input);
    }

    @Override
    public CancelUpdateStackResponse cancelUpdateStack(Caller caller, CancelUpdateStackRequest input) {
        return stacks.cancelUpdate(caller, input);
    }
}
