package dev.aloft.service.dynamodb;

import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.api.ApplicationAutoScaling.DeleteScalingPolicyRequest;
import dev.aloft.api.ApplicationAutoScaling.DeregisterScalableTargetRequest;
import dev.aloft.api.ApplicationAutoScaling.DescribeScalableTargetsRequest;
import dev.aloft.api.ApplicationAutoScaling.DescribeScalingPoliciesRequest;
import dev.aloft.api.ApplicationAutoScaling.ObjectNotFoundException;
import dev.aloft.api.ApplicationAutoScaling.PredefinedMetricSpecification;
import dev.aloft.api.ApplicationAutoScaling.PutScalingPolicyRequest;
import dev.aloft.api.ApplicationAutoScaling.RegisterScalableTargetRequest;
import dev.aloft.api.ApplicationAutoScaling.ScalableTarget;
import dev.aloft.api.ApplicationAutoScaling.ScalingPolicy;
import dev.aloft.api.ApplicationAutoScaling.TargetTrackingScalingPolicyConfiguration;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import java.util.List;
import java.util.Optional;

/** What Application Auto Scaling has of tables and indexes in a caller's region, asked and set as the caller. */
record CapacityScaling(ApplicationAutoScaling scaling) {
    private static final String NAMESPACE = "dynamodb";
    private static final String ROLE = "/dynamodb.application-autoscaling.amazonaws.com/";

    /**
     * A capacity that can be scaled.
     *
     * @param index nothing for the table's own
     */
    record Scaled(String table, Optional<String> index, boolean reads) {
        String resource() {
            return "table/" + table + index.map(name -> "/index/" + name).orElse("");
        }

        String dimension() {
            return "dynamodb:" + (index.isPresent() ? "index" : "table") + ":" + (reads ? "Read" : "Write")
                + "CapacityUnits";
        }

        String metric() {
            return "DynamoDB" + (reads ? "Read" : "Write") + "CapacityUtilization";
        }

        /** As AWS names the policy that it makes. */
        String policyName() {
            return metric() + ":" + resource();
        }
    }

    /** @param policies none where the target alone is there */
    record Settings(ScalableTarget target, List<ScalingPolicy> policies) {}

    /** @param policyName of the one policy that there is afterwards */
    record Wanted(int least, int most, String policyName, double target, Boolean disableScaleIn, Integer inCooldown,
        Integer outCooldown) {}

    /** Whether Application Auto Scaling itself asks. */
    static boolean isAsking(Caller caller) {
        return caller.principal() instanceof Principal.RoleSession session && session.roleArn().contains(ROLE);
    }

    Optional<Settings> find(Caller caller, Scaled scaled) {
        return scaling.describeScalableTargets(caller, DescribeScalableTargetsRequest.of(r -> r
            .serviceNamespace(NAMESPACE).resourceIds(List.of(scaled.resource()))
            .scalableDimension(scaled.dimension()))).scalableTargets().stream().findFirst()
            .map(target -> new Settings(target, policies(caller, scaled)));
    }

    private List<ScalingPolicy> policies(Caller caller, Scaled scaled) {
        return scaling.describeScalingPolicies(caller, DescribeScalingPoliciesRequest.of(r -> r
            .serviceNamespace(NAMESPACE).resourceId(scaled.resource()).scalableDimension(scaled.dimension())))
            .scalingPolicies();
    }

    boolean isScaled(Caller caller, Scaled scaled) {
        return find(caller, scaled).filter(settings -> !settings.policies().isEmpty()).isPresent();
    }

    /** Policies of other names go. */
    void put(Caller caller, Scaled scaled, Wanted wanted) {
        scaling.registerScalableTarget(caller, RegisterScalableTargetRequest.of(r -> r.serviceNamespace(NAMESPACE)
            .resourceId(scaled.resource()).scalableDimension(scaled.dimension()).minCapacity(wanted.least())
            .maxCapacity(wanted.most())));
        var name = wanted.policyName() == null ? scaled.policyName() : wanted.policyName();
        policies(caller, scaled).stream().map(ScalingPolicy::policyName).filter(known -> !known.equals(name))
            .forEach(known -> scaling.deleteScalingPolicy(caller, DeleteScalingPolicyRequest.of(r -> r
                .serviceNamespace(NAMESPACE).resourceId(scaled.resource()).scalableDimension(scaled.dimension())
                .policyName(known))));
        scaling.putScalingPolicy(caller, PutScalingPolicyRequest.of(r -> r.serviceNamespace(NAMESPACE)
            .resourceId(scaled.resource()).scalableDimension(scaled.dimension()).policyName(name)
            .policyType(ApplicationAutoScaling.PolicyType.TARGET_TRACKING_SCALING)
            .targetTrackingScalingPolicyConfiguration(TargetTrackingScalingPolicyConfiguration.of(c -> c
                .targetValue(wanted.target()).disableScaleIn(wanted.disableScaleIn())
                .scaleInCooldown(wanted.inCooldown()).scaleOutCooldown(wanted.outCooldown())
                .predefinedMetricSpecification(PredefinedMetricSpecification.of(m ->
                    m.predefinedMetricType(scaled.metric())))))));
    }

    /** As it is elsewhere. */
    void copy(Caller from, Caller to, Scaled scaled) {
        find(from, scaled).ifPresent(settings -> settings.policies().forEach(policy -> {
            var tracking = policy.targetTrackingScalingPolicyConfiguration();
            put(to, scaled, new Wanted(settings.target().minCapacity(), settings.target().maxCapacity(),
                policy.policyName(), tracking.targetValue(), tracking.disableScaleIn(), tracking.scaleInCooldown(),
                tracking.scaleOutCooldown()));
        }));
    }

    /** Where there is none, nothing happens. */
    void remove(Caller caller, Scaled scaled) {
        try {
            scaling.deregisterScalableTarget(caller, DeregisterScalableTargetRequest.of(r -> r
                .serviceNamespace(NAMESPACE).resourceId(scaled.resource()).scalableDimension(scaled.dimension())));
        } catch (ObjectNotFoundException _) {
            // Which is what was wanted.
        }
    }
}
