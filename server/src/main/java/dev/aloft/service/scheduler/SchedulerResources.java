package dev.aloft.service.scheduler;

import dev.aloft.api.Caller;
import dev.aloft.api.Scheduler;
import dev.aloft.kernel.call.NamedType;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** AWS::Scheduler::Schedule and AWS::Scheduler::ScheduleGroup. Client tokens make a step that is done twice one. */
final class SchedulerResources {
    private static final int MAX_NAME = 64;

    private SchedulerResources() {}

    static List<ResourceType> all(Scheduler scheduler) {
        return List.of(new ScheduleType(scheduler), new GroupType(scheduler));
    }

    private record ScheduleType(Scheduler scheduler) implements ResourceType {
        @Override
        public String type() {
            return "AWS::Scheduler::Schedule";
        }

        @Override
        public Set<String> properties() {
            return Set.of("Name", "GroupName", "Description", "ScheduleExpression", "ScheduleExpressionTimezone",
                    "StartDate",
                    "EndDate", "FlexibleTimeWindow", "State", "Target", "KmsKeyArn");
        }

        @Override
        public Set<String> required() {
            return Set.of("FlexibleTimeWindow", "ScheduleExpression", "Target");
        }

        /** A schedule stays in its group. */
        @Override
        public Set<String> replacedBy() {
            return Set.of("Name", "GroupName");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var name = desired.name("Name", MAX_NAME);
            scheduler.createSchedule(caller, desired.input(Scheduler.CREATE_SCHEDULE,
                    Scheduler.CreateScheduleRequest.class, Map.of("Name", name, "ClientToken", token(desired)),
                    Set.of()));
            return existing(caller, name, desired);
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            scheduler.updateSchedule(caller, after.input(Scheduler.UPDATE_SCHEDULE,
                    Scheduler.UpdateScheduleRequest.class, Map.of("Name", physicalId), Set.of()));
            return existing(caller, physicalId, after);
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            gone(() -> scheduler.deleteSchedule(caller, Scheduler.DeleteScheduleRequest.of(
                    r -> r.name(physicalId).groupName(group(last)))));
        }

        private static String group(Desired desired) {
            return Objects.toString(desired.properties().get("GroupName"), null);
        }

        /** The id does not say which group it is in. */
        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            return scheduler.listSchedules(caller, Scheduler.ListSchedulesRequest.of(r -> r.namePrefix(physicalId)))
                    .schedules()
                    .stream().filter(it -> it.name().equals(physicalId)).findFirst()
                    .map(it -> new Resource(physicalId, Map.of("Arn", it.arn())));
        }

        private Resource existing(Caller caller, String name, Desired desired) {
            var schedule = scheduler.getSchedule(caller, Scheduler.GetScheduleRequest.of(r -> r.name(name)
                    .groupName(group(desired))));
            return new Resource(name, Map.of("Arn", schedule.arn()));
        }
    }

    private static String token(ResourceType.Desired desired) {
        var token = desired.logicalId() + "-" + desired.token();
        return token.substring(Math.max(0, token.length() - MAX_NAME)).replaceAll("[^a-zA-Z0-9-_]", "-");
    }

    private static void gone(Runnable deletion) {
        try {
            deletion.run();
        } catch (Scheduler.ResourceNotFoundException _) {
            // Which is what was wanted.
        }
    }

    private static final class GroupType extends NamedType {
        private final Scheduler scheduler;

        GroupType(Scheduler scheduler) {
            super("AWS::Scheduler::ScheduleGroup", "Name", MAX_NAME, Set.of(), Set.of("Tags"), Set.of());
            this.scheduler = scheduler;
        }

        private static List<Scheduler.Tag> tags(Desired desired) {
            return desired.marked().entrySet().stream()
                    .map(tag -> Scheduler.Tag.of(t -> t.key(tag.getKey()).value(tag.getValue()))).toList();
        }

        @Override
        protected void make(Caller caller, String named, Desired desired) {
            scheduler.createScheduleGroup(caller, Scheduler.CreateScheduleGroupRequest.of(r -> r.name(named)
                    .tags(tags(desired)).clientToken(token(desired))));
        }

        /** The client token has said that it is not. */
        @Override
        protected boolean isOurs(Caller caller, String named, Desired desired) {
            return false;
        }

        @Override
        protected void change(Caller caller, String named, Desired before, Desired after) {
            var arn = group(caller, named).arn();
            var gone = before.tagsGoneIn(after);
            if (!gone.isEmpty()) {
                scheduler.untagResource(caller,
                        Scheduler.UntagResourceRequest.of(r -> r.resourceArn(arn).tagKeys(gone)));
            }
            scheduler.tagResource(caller, Scheduler.TagResourceRequest.of(r -> r.resourceArn(arn).tags(tags(after))));
        }

        @Override
        protected void remove(Caller caller, String named) {
            scheduler.deleteScheduleGroup(caller, Scheduler.DeleteScheduleGroupRequest.of(r -> r.name(named)));
        }

        private Scheduler.GetScheduleGroupResponse group(Caller caller, String named) {
            return scheduler.getScheduleGroup(caller, Scheduler.GetScheduleGroupRequest.of(r -> r.name(named)));
        }

        @Override
        protected Resource describe(Caller caller, String named) {
            var group = group(caller, named);
            return new Resource(named, Map.of("Arn", group.arn(), "State", group.state(),
                    "CreationDate", String.valueOf(group.creationDate()),
                    "LastModificationDate", String.valueOf(group.lastModificationDate())));
        }
    }
}
