package dev.aloft.service.autoscaling;

import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.api.ApplicationAutoScaling.DeleteScalingPolicyRequest;
import dev.aloft.api.ApplicationAutoScaling.DeleteScheduledActionRequest;
import dev.aloft.api.ApplicationAutoScaling.DeregisterScalableTargetRequest;
import dev.aloft.api.ApplicationAutoScaling.DescribeScalableTargetsRequest;
import dev.aloft.api.ApplicationAutoScaling.DescribeScalingPoliciesRequest;
import dev.aloft.api.ApplicationAutoScaling.ObjectNotFoundException;
import dev.aloft.api.ApplicationAutoScaling.PutScalingPolicyRequest;
import dev.aloft.api.ApplicationAutoScaling.PutScheduledActionRequest;
import dev.aloft.api.ApplicationAutoScaling.RegisterScalableTargetRequest;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * AWS::ApplicationAutoScaling::ScalableTarget and AWS::ApplicationAutoScaling::ScalingPolicy. Registering and putting
 * again changes nothing, so a step that is done twice is done once.
 */
final class AutoScalingResources {
    private AutoScalingResources() {}

    static List<ResourceType> all(ApplicationAutoScaling scaling) {
        return List.of(new TargetType(scaling), new PolicyType(scaling));
    }

    /** What {@code Ref} of a scalable target is: {@code table/orders|dynamodb:table:ReadCapacityUnits|dynamodb}. */
    private record Ref(String resource, String dimension, String namespace) {
        static Ref parse(String text) {
            var parts = text.split("\\|");
            return new Ref(parts[0], parts[1], parts[2]);
        }

        static Ref of(Map<String, Object> properties) {
            return properties.get("ScalingTargetId") instanceof String whole && whole.split("\\|").length == 3
                    ? parse(whole) : new Ref(String.valueOf(properties.get("ResourceId")),
                            String.valueOf(properties.get("ScalableDimension")),
                            String.valueOf(properties.get("ServiceNamespace")));
        }

        String text() {
            return resource + "|" + dimension + "|" + namespace;
        }
    }

    private record TargetType(ApplicationAutoScaling scaling) implements ResourceType {
        private static final String ACTIONS = "ScheduledActions";

        @Override
        public String type() {
            return "AWS::ApplicationAutoScaling::ScalableTarget";
        }

        @Override
        public Set<String> properties() {
            return Set.of("MaxCapacity", "MinCapacity", "ResourceId", "RoleARN", "ScalableDimension", ACTIONS,
                    "ServiceNamespace", "SuspendedState");
        }

        @Override
        public Set<String> required() {
            return Set.of("MaxCapacity", "MinCapacity", "ResourceId", "ScalableDimension", "ServiceNamespace");
        }

        @Override
        public List<String> members() {
            return List.of("ScheduledActions: EndTime ScalableTargetAction Schedule! ScheduledActionName! StartTime"
                    + " Timezone", "ScheduledActions/ScalableTargetAction: MaxCapacity MinCapacity");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("ResourceId", "ScalableDimension", "ServiceNamespace");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            scaling.registerScalableTarget(caller, desired.input(ApplicationAutoScaling.REGISTER_SCALABLE_TARGET,
                    RegisterScalableTargetRequest.class, Map.of(), Set.of(ACTIONS)));
            var ref = Ref.of(desired.properties());
            return ResourceType.complete(ref.text(), () -> {
                actions(desired).values().forEach(action -> put(caller, ref, desired, action));
                return resource(ref);
            });
        }

        private static Resource resource(Ref ref) {
            return new Resource(ref.text(), Map.of("Id", ref.text()));
        }

        private static Map<String, Map<String, Object>> actions(Desired desired) {
            return desired.properties().get(ACTIONS) instanceof List<?> list ? list.stream()
                    .map(TargetType::properties).collect(Collectors.toMap(
                            it -> String.valueOf(it.get("ScheduledActionName")), it -> it, (_, last) -> last))
                    : Map.of();
        }

        @SuppressWarnings("unchecked")
        private static Map<String, Object> properties(Object tree) {
            return (Map<String, Object>) tree;
        }

        private void put(Caller caller, Ref ref, Desired desired, Map<String, Object> action) {
            scaling.putScheduledAction(caller, desired.with(action).input(ApplicationAutoScaling.PUT_SCHEDULED_ACTION,
                    PutScheduledActionRequest.class, Map.of("ServiceNamespace", ref.namespace(), "ResourceId",
                            ref.resource(), "ScalableDimension", ref.dimension()), Set.of()));
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            var ref = Ref.parse(physicalId);
            scaling.registerScalableTarget(caller, after.input(ApplicationAutoScaling.REGISTER_SCALABLE_TARGET,
                    RegisterScalableTargetRequest.class, Map.of(), Set.of(ACTIONS)));
            var wanted = actions(after);
            actions(before).keySet().stream().filter(name -> !wanted.containsKey(name))
                    .forEach(name -> gone(() -> scaling.deleteScheduledAction(caller, DeleteScheduledActionRequest.of(
                            r -> r.serviceNamespace(ref.namespace()).resourceId(ref.resource())
                                    .scalableDimension(ref.dimension()).scheduledActionName(name)))));
            wanted.values().forEach(action -> put(caller, ref, after, action));
            return resource(ref);
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            var ref = Ref.parse(physicalId);
            gone(() -> scaling.deregisterScalableTarget(caller, DeregisterScalableTargetRequest.of(
                    r -> r.serviceNamespace(ref.namespace()).resourceId(ref.resource())
                            .scalableDimension(ref.dimension()))));
        }

        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            var ref = Ref.parse(physicalId);
            return scaling.describeScalableTargets(caller, DescribeScalableTargetsRequest.of(
                    r -> r.serviceNamespace(ref.namespace()).resourceIds(List.of(ref.resource()))
                            .scalableDimension(ref.dimension()))).scalableTargets().stream().findFirst()
                    .map(_ -> resource(ref));
        }
    }

    private static void gone(Runnable deletion) {
        try {
            deletion.run();
        } catch (ObjectNotFoundException _) {
            // Which is what was wanted.
        }
    }

    private record PolicyType(ApplicationAutoScaling scaling) implements ResourceType {
        private static final String TARGET = "ScalingTargetId";

        @Override
        public String type() {
            return "AWS::ApplicationAutoScaling::ScalingPolicy";
        }

        @Override
        public Set<String> properties() {
            return Set.of("PolicyName", "PolicyType", "PredictiveScalingPolicyConfiguration", "ResourceId",
                    "ScalableDimension", TARGET, "ServiceNamespace", "StepScalingPolicyConfiguration",
                    "TargetTrackingScalingPolicyConfiguration");
        }

        @Override
        public Set<String> required() {
            return Set.of("PolicyName", "PolicyType");
        }

        @Override
        public Set<String> replacedBy() {
            return Set.of("PolicyName", "ResourceId", "ScalableDimension", TARGET, "ServiceNamespace");
        }

        @Override
        public Resource create(Caller caller, Desired desired) {
            var ref = Ref.of(desired.properties());
            var arn = scaling.putScalingPolicy(caller, desired.input(ApplicationAutoScaling.PUT_SCALING_POLICY,
                    PutScalingPolicyRequest.class, Map.of("ServiceNamespace", ref.namespace(), "ResourceId",
                            ref.resource(), "ScalableDimension", ref.dimension()), Set.of(TARGET))).policyARN();
            return resource(arn);
        }

        private static Resource resource(String arn) {
            return new Resource(arn, Map.of("Arn", arn));
        }

        @Override
        public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
            return create(caller, after);
        }

        @Override
        public void delete(Caller caller, String physicalId, Desired last) {
            var ref = Ref.of(last.properties());
            gone(() -> scaling.deleteScalingPolicy(caller, DeleteScalingPolicyRequest.of(
                    r -> r.serviceNamespace(ref.namespace()).resourceId(ref.resource())
                            .scalableDimension(ref.dimension())
                            .policyName(String.valueOf(last.properties().get("PolicyName"))))));
        }

        /** Of the form {@code scalingPolicy:id:resource/dynamodb/table/orders:policyName/name}. */
        @Override
        public Optional<Resource> read(Caller caller, String physicalId) {
            var resource = Arn.parse(physicalId).resource();
            var namespace = resource.substring(resource.indexOf("resource/") + "resource/".length()).split("/")[0];
            return scaling.describeScalingPolicies(caller, DescribeScalingPoliciesRequest.of(
                    r -> r.serviceNamespace(namespace))).scalingPolicies().stream()
                    .filter(it -> it.policyARN().equals(physicalId)).findFirst().map(_ -> resource(physicalId));
        }
    }
}
