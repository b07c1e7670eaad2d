package dev.aloft.service.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.ResourceType.Desired;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What templates declare of Application Auto Scaling. */
class AutoScalingResourcesTest extends AutoScalingFixture {
    private static final String REF = TABLE + "|" + READS + "|dynamodb";

    private ResourceType type(String name) {
        return service.resourceTypes().stream().filter(type -> type.type().endsWith("::" + name)).findFirst()
                .orElseThrow();
    }

    private static Desired desired(Map<String, Object> properties) {
        return new Desired("arn:aws:cloudformation:us-east-1:111122223333:stack/app/1", "app", "Target", "t1",
                properties, Map.of());
    }

    private static Map<String, Object> target(int min, int max, Object... actions) {
        var all = new LinkedHashMap<String, Object>(Map.of("MinCapacity", min, "MaxCapacity", max, "ResourceId", TABLE,
                "ScalableDimension", READS, "ServiceNamespace", "dynamodb"));
        all.put("ScheduledActions", List.of(actions));
        return all;
    }

    private static Map<String, Object> action(String name) {
        return Map.of("ScheduledActionName", name, "Schedule", "cron(0 8 * * ? *)", "Timezone", "Europe/Berlin",
                "ScalableTargetAction", Map.of("MinCapacity", "3"));
    }

    private List<String> actions() {
        return scaling.describeScheduledActions(ROOT, ApplicationAutoScaling.DescribeScheduledActionsRequest.of(
                r -> r.serviceNamespace("dynamodb"))).scheduledActions().stream()
                .map(it -> it.scheduledActionName() + " " + it.scalableTargetAction().minCapacity()).toList();
    }

    @Test
    void aTargetWithItsSchedules() {
        var type = type("ScalableTarget");
        var before = desired(target(1, 9, action("a"), action("b")));

        var made = type.create(ROOT, before);

        assertThat(made.physicalId()).isEqualTo(REF);
        assertThat(type.create(ROOT, before)).isEqualTo(made);
        assertThat(type.read(ROOT, REF)).contains(made);
        assertThat(actions()).containsExactly("a 3", "b 3");

        type.update(ROOT, REF, before, desired(target(6, 9, action("b"), action("c"))));
        time.settle();
        assertThat(actions()).containsExactly("b 3", "c 3");
        assertThat(reads()).isEqualTo(6);

        type.delete(ROOT, REF, before);
        type.delete(ROOT, REF, before);
        assertThat(type.read(ROOT, REF)).isEmpty();
        assertThat(actions()).isEmpty();
    }

    @Test
    void aPolicyOfATargetNamedByItsRef() {
        var target = type("ScalableTarget");
        target.create(ROOT, desired(target(1, 9)));
        var policy = type("ScalingPolicy");
        var wanted = desired(Map.of("PolicyName", "p", "PolicyType", "TargetTrackingScaling", "ScalingTargetId", REF,
                "TargetTrackingScalingPolicyConfiguration", Map.of("TargetValue", 50, "ScaleInCooldown", 60,
                        "PredefinedMetricSpecification",
                        Map.of("PredefinedMetricType", "DynamoDBReadCapacityUtilization"))));

        var made = policy.create(ROOT, wanted);

        assertThat(made.physicalId()).startsWith("arn:aws:autoscaling:us-east-1:111122223333:scalingPolicy:");
        assertThat(made.attributes()).isEqualTo(Map.of("Arn", made.physicalId()));
        assertThat(policy.create(ROOT, wanted)).isEqualTo(made);
        assertThat(policy.read(ROOT, made.physicalId())).contains(made);
        assertThat(alarms()).hasSize(4);

        target.delete(ROOT, REF, desired(target(1, 9)));
        policy.delete(ROOT, made.physicalId(), wanted);
        assertThat(policy.read(ROOT, made.physicalId())).isEmpty();
    }
}
