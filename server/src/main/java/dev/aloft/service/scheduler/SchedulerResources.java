package dev.aloft.service.scheduler;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Operation;
import dev.aloft.api.Scheduler;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.wire.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What templates can declare: AWS::Scheduler::Schedule and AWS::Scheduler::ScheduleGroup. Client tokens make a step that is done twice one. */
final class SchedulerResources {
    private static final int MAX_NAME = 64;

    private SchedulerResources() {}

    static List<ResourceType> all(Scheduler scheduler) {
        return List.of(new ScheduleType(scheduler), new GroupType(scheduler));
    }

    private static <T extends Shape> T input(Operation operation, Class<T> type, Map<String, ?> properties, Map<String,
            ?> more) {
        var all = new LinkedHashMap<String, Object>(properties);
        all.putAll(more);
        return type.cast(Trees.lenient(operation.input(), all, path -> {
            throw ApiError.of("InvalidRequest", 400, "Encountered unsupported property " + path);
        }));
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
            scheduler.createSchedule(caller, input(Scheduler.CREATE_SCHEDULE, Scheduler.CreateScheduleRequest.class,
                    desired.properties(), Map.of("Name", name, "ClientToken", token(desired))));
            return existing(caller, name, desired);
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            scheduler.updateSchedule(caller, input(Scheduler.UPDATE_SCHEDULE, Scheduler.UpdateScheduleRequest.class,
                    after.properties(), Map.of("Name", physicalId)));
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

    private record GroupType(Scheduler scheduler) implements ResourceType {
        @Override
        public String type() {
            return "AWS::Scheduler::ScheduleGroup";
        }

        @Override
        public Set<String> properties() {
            return Set.of("Name", "Tags");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("Name");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var name = desired.name("Name", MAX_NAME);
            scheduler.createScheduleGroup(caller, Scheduler.CreateScheduleGroupRequest.of(r -> r.name(name)
                    .tags(tags(desired))
                    .clientToken(token(desired))));
            return existing(caller, name);
        }

        private static List<Scheduler.Tag> tags(Desired desired) {
            var tags = new LinkedHashMap<>(desired.tags());
            if (desired.properties().get("Tags") instanceof List<?> list) {
                for (var each : list) {
                    if (each instanceof Map<?, ?> tag && tag.get("Key") != null) {
                        tags.put(tag.get("Key").toString(), Objects.toString(tag.get("Value"), ""));
                    }
                }
            }
            return tags.entrySet().stream().map(tag -> Scheduler.Tag.of(t -> t.key(tag.getKey()).value(tag.getValue())))
                    .toList();
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            var group = existing(caller, physicalId);
            var arn = (String) group.attributes().get("Arn");
            var wanted = tags(after);
            var keys = wanted.stream().map(Scheduler.Tag::key).toList();
            var gone = tags(before).stream().map(Scheduler.Tag::key).filter(key -> !keys.contains(key)).toList();
            if (!gone.isEmpty()) {
                scheduler.untagResource(caller, Scheduler.UntagResourceRequest.of(r -> r.resourceArn(arn)
                        .tagKeys(gone)));
            }
            if (!wanted.isEmpty()) {
                scheduler.tagResource(caller, Scheduler.TagResourceRequest.of(r -> r.resourceArn(arn).tags(wanted)));
            }
            return group;
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            gone(() -> scheduler.deleteScheduleGroup(caller,
                    Scheduler.DeleteScheduleGroupRequest.of(r -> r.name(physicalId))));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            try {
                return Optional.of(existing(caller, physicalId));
            } catch (Scheduler.ResourceNotFoundException _) {
                return Optional.empty();
            }
        }

        private Resource existing(Caller caller, String name) {
            var group = scheduler.getScheduleGroup(caller, Scheduler.GetScheduleGroupRequest.of(r -> r.name(name)));
            return new Resource(name, Map.of("Arn", group.arn(), "State", group.state(),
                    "CreationDate", String.valueOf(group.creationDate()),
                    "LastModificationDate", String.valueOf(group.lastModificationDate())));
        }
    }
}
