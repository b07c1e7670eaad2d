package dev.aloft.service.scheduler;

import dev.aloft.api.Caller;
import dev.aloft.api.Scheduler;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.delivery.Deliveries;
import dev.aloft.kernel.delivery.Dispatch;
import dev.aloft.kernel.delivery.Dispatches;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.List;

/** The operations of Amazon EventBridge Scheduler. */
public final class SchedulerService implements Service, Scheduler {
    private final SchedulerData data = new SchedulerData();
    private final Groups groups;
    private final Schedules schedules;
    private final Firing firing;
    private final Deliveries<Invocation> invocations;
    private final Deliveries<Dispatch> deadLetters;
    private final List<ResourceType> resourceTypes;

    public SchedulerService(Store platform, Targets targets, Metrics metrics, Time time, LocalEndpoint endpoint,
            Roles roles) {
        var measures = new Measures(metrics);
        var store = platform.in("scheduler");
        var targetRules = new TargetRules(targets, endpoint::operations);
        var keys = new ScheduleKeys(endpoint, time);
        groups = new Groups(data, store, time);
        schedules = new Schedules(data, groups, targetRules, roles, keys, store, time);
        var carrier = new InvocationCarrier(data, endpoint, targets, targetRules, roles, keys, this::deadLetters,
                measures);
        deadLetters = new Deliveries<>("dead-letters", store, time, Codec.of(Dispatch.class),
                new Dispatches(targets, roles::assume).opening(carrier::opened).counting(measures::buried));
        invocations = new Deliveries<>("invocations", store, time, Codec.of(Invocation.class), carrier);
        firing = new Firing(data, schedules, invocations, store, time);
        resourceTypes = SchedulerResources.all(Scheduler.at(endpoint));
    }

    private Deliveries<Dispatch> deadLetters() {
        return deadLetters;
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("schedules", data.signal, firing::turn),
                new Worker("schedule groups", data.signal, groups::turn),
                invocations.worker(), deadLetters.worker());
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case CreateScheduleRequest r -> schedule("CreateSchedule", caller, r.groupName(), r.name())
                .passing(r.target().roleArn(), "scheduler.amazonaws.com");
            case UpdateScheduleRequest r -> schedule("UpdateSchedule", caller, r.groupName(), r.name())
                .passing(r.target().roleArn(), "scheduler.amazonaws.com");
            case GetScheduleRequest r -> schedule("GetSchedule", caller, r.groupName(), r.name());
            case DeleteScheduleRequest r -> schedule("DeleteSchedule", caller, r.groupName(), r.name());
            case ListSchedulesRequest _ -> Access.to("scheduler:ListSchedules");
            case CreateScheduleGroupRequest r -> group("CreateScheduleGroup", caller, r.name());
            case GetScheduleGroupRequest r -> group("GetScheduleGroup", caller, r.name());
            case DeleteScheduleGroupRequest r -> group("DeleteScheduleGroup", caller, r.name());
            case ListScheduleGroupsRequest _ -> Access.to("scheduler:ListScheduleGroups");
            case ListTagsForResourceRequest r -> Access.to("scheduler:ListTagsForResource", r.resourceArn());
            case TagResourceRequest r -> Access.to("scheduler:TagResource", r.resourceArn());
            case UntagResourceRequest r -> Access.to("scheduler:UntagResource", r.resourceArn());
        };
    }

    private static Access schedule(String operation, Caller caller, String group, String name) {
        return Access.to("scheduler:" + operation, SchedulerData.scheduleArn(caller.account(), caller.region(),
                group == null ? SchedulerData.DEFAULT_GROUP : group, name));
    }

    private static Access group(String operation, Caller caller, String name) {
        return Access.to("scheduler:" + operation, SchedulerData.groupArn(caller.account(), caller.region(), name));
    }

    @Override
    public CreateScheduleResponse createSchedule(Caller caller, CreateScheduleRequest input) {
        var arn = schedules.create(caller, input);
        return CreateScheduleResponse.of(r -> r.scheduleArn(arn));
    }

    @Override
    public UpdateScheduleResponse updateSchedule(Caller caller, UpdateScheduleRequest input) {
        var arn = schedules.update(caller, input);
        return UpdateScheduleResponse.of(r -> r.scheduleArn(arn));
    }

    @Override
    public GetScheduleResponse getSchedule(Caller caller, GetScheduleRequest input) {
        return schedules.get(caller, input.groupName(), input.name());
    }

    @Override
    public DeleteScheduleResponse deleteSchedule(Caller caller, DeleteScheduleRequest input) {
        schedules.delete(caller, input.groupName(), input.name());
        return DeleteScheduleResponse.of(_ -> {});
    }

    @Override
    public ListSchedulesResponse listSchedules(Caller caller, ListSchedulesRequest input) {
        return schedules.list(caller, input);
    }

    @Override
    public CreateScheduleGroupResponse createScheduleGroup(Caller caller, CreateScheduleGroupRequest input) {
        var group = groups.create(caller, input);
        return CreateScheduleGroupResponse.of(r -> r.scheduleGroupArn(group.arn()));
    }

    @Override
    public GetScheduleGroupResponse getScheduleGroup(Caller caller, GetScheduleGroupRequest input) {
        return groups.get(caller, input.name());
    }

    @Override
    public DeleteScheduleGroupResponse deleteScheduleGroup(Caller caller, DeleteScheduleGroupRequest input) {
        groups.delete(caller, input.name());
        return DeleteScheduleGroupResponse.of(_ -> {});
    }

    @Override
    public ListScheduleGroupsResponse listScheduleGroups(Caller caller, ListScheduleGroupsRequest input) {
        return groups.list(caller, input);
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(Caller caller, ListTagsForResourceRequest input) {
        var tags = groups.tags(input.resourceArn());
        return ListTagsForResourceResponse.of(r -> r.tags(tags));
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        groups.changeTags(input.resourceArn(), tags -> Groups.with(tags, input.tags()));
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        groups.changeTags(input.resourceArn(), tags -> Groups.without(tags, input.tagKeys()));
        return UntagResourceResponse.of(_ -> {});
    }
}
