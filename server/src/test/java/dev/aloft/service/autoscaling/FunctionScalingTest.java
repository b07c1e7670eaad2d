package dev.aloft.service.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.api.ApplicationAutoScaling.TargetTrackingScalingPolicyConfiguration;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.Lambda;
import dev.aloft.api.Operation;
import dev.aloft.api.Shape;
import dev.aloft.kernel.metric.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The provisioned concurrency of a function's alias; what is used of it is put here, and Lambda's part is played. */
class FunctionScalingTest extends AutoScalingFixture {
    private static final String CONCURRENCY = "lambda:function:ProvisionedConcurrency";

    private final List<Caller> callers = new ArrayList<>();
    private Integer provisioned;

    @Override
    Optional<Metrics> measured() {
        return Optional.of(metrics);
    }

    @Override
    Shape withFunctions(Operation operation, Caller caller, Shape input) {
        return switch (input) {
            case Lambda.GetProvisionedConcurrencyConfigRequest get when !get.qualifier().equals("live") ->
                    throw new Lambda.ResourceNotFoundException("Cannot find alias");
            case Lambda.GetProvisionedConcurrencyConfigRequest _ when provisioned == null ->
                    throw new Lambda.ProvisionedConcurrencyConfigNotFoundException("None");
            case Lambda.GetProvisionedConcurrencyConfigRequest _ -> Lambda.GetProvisionedConcurrencyConfigResponse.of(
                    r -> r.requestedProvisionedConcurrentExecutions(provisioned));
            case Lambda.PutProvisionedConcurrencyConfigRequest put -> {
                callers.add(caller);
                provisioned = put.provisionedConcurrentExecutions();
                yield Lambda.PutProvisionedConcurrencyConfigResponse.of(_ -> { });
            }
            case Lambda.DeleteProvisionedConcurrencyConfigRequest _ -> {
                provisioned = null;
                yield new Lambda.DeleteProvisionedConcurrencyConfigResponse();
            }
            default -> super.withFunctions(operation, caller, input);
        };
    }

    private void registerAlias(String alias, int min, int max) {
        scaling.registerScalableTarget(ROOT, ApplicationAutoScaling.RegisterScalableTargetRequest.of(r -> r
                .serviceNamespace("lambda").resourceId("function:f:" + alias).scalableDimension(CONCURRENCY)
                .minCapacity(min).maxCapacity(max)));
        time.settle();
    }

    private void track(double target) {
        scaling.putScalingPolicy(ROOT, ApplicationAutoScaling.PutScalingPolicyRequest.of(r -> r.policyName("p")
                .serviceNamespace("lambda").resourceId("function:f:live").scalableDimension(CONCURRENCY)
                .policyType("TargetTrackingScaling").targetTrackingScalingPolicyConfiguration(
                        TargetTrackingScalingPolicyConfiguration.of(c -> c.targetValue(target)
                                .predefinedMetricSpecification(ApplicationAutoScaling.PredefinedMetricSpecification.of(
                                        m -> m.predefinedMetricType("LambdaProvisionedConcurrencyUtilization")))))));
    }

    private void useFor(int minutes, double share) {
        var used = metrics.series(ACCOUNT, "us-east-1", "AWS/Lambda", "ProvisionedConcurrencyUtilization", "Count",
                Map.of("FunctionName", "f", "Resource", "f:live"));
        for (int minute = 0; minute < minutes; minute++) {
            used.add(share);
            time.advance(Duration.ofMinutes(1));
        }
    }

    /** Lambda sees the role that Application Auto Scaling is linked to. */
    @Test
    void anAliasIsMovedIntoItsBoundsByTheServiceLinkedRole() {
        registerAlias("live", 3, 10);

        assertThat(provisioned).isEqualTo(3);
        assertThat(callers).singleElement().satisfies(it -> assertThat(it.principal().arn())
                .startsWith("arn:aws:sts::111122223333:assumed-role/"
                        + "AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency/"));
    }

    @Test
    void anAliasThatIsNotThereIsNoTarget() {
        assertThatThrownBy(() -> registerAlias("away", 1, 2))
                .isInstanceOf(ApplicationAutoScaling.ValidationException.class);
    }

    @Test
    void aTargetIsAShareAndNoPercentage() {
        registerAlias("live", 1, 10);
        track(0.7);
        assertThat(alarms()).extracting(CloudWatch.MetricAlarm::threshold).containsExactlyInAnyOrder(0.7, 0.63);
        assertThat(alarm("AlarmHigh").evaluationPeriods()).isEqualTo(3);
        assertThatThrownBy(() -> track(70)).hasMessage("For predefined metric type"
                + " LambdaProvisionedConcurrencyUtilization, target value must be between '0.1' and '0.9', but was"
                + " '70.0'.");
    }

    @Test
    void whatIsUsedForThreeMinutesBringsConcurrencyForIt() {
        registerAlias("live", 2, 10);
        track(0.5);

        useFor(3, 1);
        useFor(1, 0.5);
        assertThat(provisioned).isEqualTo(4);
        useFor(3, 0.5);
        assertThat(provisioned).isEqualTo(4);

        useFor(17, 0.1);
        assertThat(provisioned).isEqualTo(2);
    }

    /** Bounds that begin at none let a schedule take all of it away. */
    @Test
    void noneIsNoSettingAtAll() {
        registerAlias("live", 2, 10);
        registerAlias("live", 0, 0);
        assertThat(provisioned).isNull();
    }
}
