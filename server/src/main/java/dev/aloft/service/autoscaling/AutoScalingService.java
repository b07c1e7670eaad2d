package dev.aloft.service.autoscaling;

import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Target;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.ServiceEvents;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.List;
import java.util.Map;

/** The operations of Application Auto Scaling. */
public final class AutoScalingService implements Service, ApplicationAutoScaling {
    private final AutoScalingData data = new AutoScalingData();
    private final ScalableTargets targets;
    private final ScalingPolicies policies;
    private final ScheduledActions scheduledActions;
    private final Activities activities;
    private final Scaling scaling;
    private final ServiceEvents events;
    private final Target target;
    private final List<ResourceType> resourceTypes;

    /** @param buses where a target that reached its most is told of */
    public AutoScalingService(Store platform, Time time, Endpoint endpoint, Roles roles, Targets buses) {
        var store = platform.in("autoscaling");
        var scalables = new Scalables(endpoint, roles);
        var alarms = new PolicyAlarms(CloudWatch.at(endpoint));
        policies = new ScalingPolicies(data, scalables, alarms, store, time);
        targets = new ScalableTargets(data, scalables, policies, store, time);
        activities = new Activities(data, store, time);
        events = new ServiceEvents("application-autoscaling", buses, store, time);
        scheduledActions = new ScheduledActions(data, targets, activities, store, time);
        scaling = new Scaling(data, scalables, policies, alarms, activities, events, store, time);
        target = new AutoScalingTarget(data, store, time);
        resourceTypes = AutoScalingResources.all(ApplicationAutoScaling.at(endpoint));
    }

    /** Where alarms reach the policies. */
    public Target target() {
        return target;
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("scheduled scaling", data.signal, scheduledActions::turn),
                new Worker("scaling", data.signal, scaling::turn), events.worker());
    }

    @Override
    public Map<String, List<String>> roleUses(String account, String service) {
        return targets.of(account, service);
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case RegisterScalableTargetRequest r -> target("RegisterScalableTarget", caller, r.serviceNamespace(),
                    r.resourceId(), r.scalableDimension());
            case DeregisterScalableTargetRequest r -> target("DeregisterScalableTarget", caller, r.serviceNamespace(),
                    r.resourceId(), r.scalableDimension());
            case PutScalingPolicyRequest r -> target("PutScalingPolicy", caller, r.serviceNamespace(), r.resourceId(),
                    r.scalableDimension());
            case DeleteScalingPolicyRequest r -> target("DeleteScalingPolicy", caller, r.serviceNamespace(),
                    r.resourceId(), r.scalableDimension());
            case PutScheduledActionRequest r -> target("PutScheduledAction", caller, r.serviceNamespace(),
                    r.resourceId(), r.scalableDimension());
            case DeleteScheduledActionRequest r -> target("DeleteScheduledAction", caller, r.serviceNamespace(),
                    r.resourceId(), r.scalableDimension());
            case DescribeScalableTargetsRequest _ -> to("DescribeScalableTargets");
            case DescribeScalingPoliciesRequest _ -> to("DescribeScalingPolicies");
            case DescribeScheduledActionsRequest _ -> to("DescribeScheduledActions");
            case DescribeScalingActivitiesRequest _ -> to("DescribeScalingActivities");
            case TagResourceRequest r -> to("TagResource", r.resourceARN());
            case UntagResourceRequest r -> to("UntagResource", r.resourceARN());
            case ListTagsForResourceRequest r -> to("ListTagsForResource", r.resourceARN());
        };
    }

    private static Access to(String operation, String... resources) {
        return Access.to("application-autoscaling:" + operation, resources);
    }

    private Access target(String operation, Caller caller, String namespace, String resource, String dimension) {
        return to(operation, targets.arn(caller, namespace, resource, dimension))
                .with("application-autoscaling:service-namespace", namespace)
                .with("application-autoscaling:scalable-dimension", dimension);
    }

    @Override
    public RegisterScalableTargetResponse registerScalableTarget(Caller caller, RegisterScalableTargetRequest input) {
        var arn = targets.register(caller, input);
        return RegisterScalableTargetResponse.of(r -> r.scalableTargetARN(arn));
    }

    @Override
    public DeregisterScalableTargetResponse deregisterScalableTarget(Caller caller,
            DeregisterScalableTargetRequest input) {
        targets.deregister(caller, TargetId.of(caller, input.serviceNamespace(), input.resourceId(),
                input.scalableDimension()));
        return DeregisterScalableTargetResponse.of(_ -> {});
    }

    @Override
    public DescribeScalableTargetsResponse describeScalableTargets(Caller caller,
            DescribeScalableTargetsRequest input) {
        return targets.describe(caller, input);
    }

    @Override
    public PutScalingPolicyResponse putScalingPolicy(Caller caller, PutScalingPolicyRequest input) {
        var policy = policies.put(caller, input);
        return PutScalingPolicyResponse.of(
                r -> r.policyARN(policy.arn()).alarms(ScalingPolicies.toldAlarms(policy)));
    }

    @Override
    public DeleteScalingPolicyResponse deleteScalingPolicy(Caller caller, DeleteScalingPolicyRequest input) {
        policies.delete(caller, TargetId.of(caller, input.serviceNamespace(), input.resourceId(),
                input.scalableDimension()), input.policyName());
        return DeleteScalingPolicyResponse.of(_ -> {});
    }

    @Override
    public DescribeScalingPoliciesResponse describeScalingPolicies(Caller caller,
            DescribeScalingPoliciesRequest input) {
        return policies.describe(caller, input);
    }

    @Override
    public PutScheduledActionResponse putScheduledAction(Caller caller, PutScheduledActionRequest input) {
        scheduledActions.put(caller, input);
        return PutScheduledActionResponse.of(_ -> {});
    }

    @Override
    public DeleteScheduledActionResponse deleteScheduledAction(Caller caller, DeleteScheduledActionRequest input) {
        scheduledActions.delete(TargetId.of(caller, input.serviceNamespace(), input.resourceId(),
                input.scalableDimension()), input.scheduledActionName());
        return DeleteScheduledActionResponse.of(_ -> {});
    }

    @Override
    public DescribeScheduledActionsResponse describeScheduledActions(Caller caller,
            DescribeScheduledActionsRequest input) {
        return scheduledActions.describe(caller, input);
    }

    @Override
    public DescribeScalingActivitiesResponse describeScalingActivities(Caller caller,
            DescribeScalingActivitiesRequest input) {
        return activities.describe(caller, input);
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(Caller caller, ListTagsForResourceRequest input) {
        Map<String, String> tags = targets.tags(input.resourceARN());
        return ListTagsForResourceResponse.of(r -> r.tags(tags));
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        targets.tag(input.resourceARN(), input.tags());
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        targets.untag(input.resourceARN(), input.tagKeys());
        return UntagResourceResponse.of(_ -> {});
    }
}
