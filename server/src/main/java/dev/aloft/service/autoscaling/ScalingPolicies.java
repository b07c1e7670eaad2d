package dev.aloft.service.autoscaling;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.api.ApplicationAutoScaling.CustomizedMetricSpecification;
import dev.aloft.api.ApplicationAutoScaling.DescribeScalingPoliciesRequest;
import dev.aloft.api.ApplicationAutoScaling.LimitExceededException;
import dev.aloft.api.ApplicationAutoScaling.ObjectNotFoundException;
import dev.aloft.api.ApplicationAutoScaling.PolicyType;
import dev.aloft.api.ApplicationAutoScaling.PutScalingPolicyRequest;
import dev.aloft.api.ApplicationAutoScaling.TargetTrackingScalingPolicyConfiguration;
import dev.aloft.api.ApplicationAutoScaling.ValidationException;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.ListPage;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.autoscaling.AutoScalingData.KeptAlarm;
import dev.aloft.service.autoscaling.AutoScalingData.KeptPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Scaling policies: put with their alarms, described, deleted. */
final class ScalingPolicies {
    private static final int MOST = 50;
    private static final double LEAST_TARGET = 8.51592E-109;
    private static final double MOST_TARGET = 1.174271E108;

    private final AutoScalingData data;
    private final Scalables scalables;
    private final PolicyAlarms alarms;
    private final Store store;
    private final Time time;

    ScalingPolicies(AutoScalingData data, Scalables scalables, PolicyAlarms alarms, Store store, Time time) {
        this.data = data;
        this.scalables = scalables;
        this.alarms = alarms;
        this.store = store;
        this.time = time;
    }

    /**
     * One that is there keeps what the request does not have. The policy is kept first: an alarm that is put finds it,
     * and what a crash left out is put by the next change.
     */
    KeptPolicy put(Caller caller, PutScalingPolicyRequest r) {
        var id = TargetId.of(caller, r.serviceNamespace(), r.resourceId(), r.scalableDimension());
        Dimensions.check(id);
        var now = time.instant();
        var uid = UUID.randomUUID().toString();
        var before = store.<Optional<KeptPolicy>>read(tx -> data.policies.get(tx, id.key().and(r.policyName())));
        var configuration = checked(r, id, before.map(KeptPolicy::configuration));
        var scalable = scalables.of(id);
        var kept = before.orElseGet(() -> new KeptPolicy(id, r.policyName(), uid, configuration, List.of(), now));
        var wanted = with(kept, configuration, scalable);
        store.change(tx -> keep(tx, wanted));
        var role = scalables.role(caller, scalable);
        var gone = before.map(KeptPolicy::alarms).orElse(List.of()).stream()
                .filter(alarm -> !wanted.alarms().contains(alarm)).map(KeptAlarm::name).toList();
        alarms.delete(role, gone);
        alarms.put(role, wanted, scalable, scalable.current(role));
        return wanted;
    }

    private static KeptPolicy with(KeptPolicy before, TargetTrackingScalingPolicyConfiguration configuration,
            Scalable scalable) {
        var policy = new KeptPolicy(before.target(), before.name(), before.uid(), configuration, before.alarms(),
                before.created());
        return new KeptPolicy(policy.target(), policy.name(), policy.uid(), configuration,
                PolicyAlarms.named(policy, scalable), policy.created());
    }

    private void keep(Tx tx, KeptPolicy policy) {
        var id = policy.target();
        if (data.targets.get(tx, id.key()).isEmpty()) {
            throw new ObjectNotFoundException("No scalable target registered for " + id.told());
        }
        var others = of(tx, id).stream().filter(it -> !it.name().equals(policy.name())).toList();
        if (others.size() >= MOST) {
            throw new LimitExceededException("The maximum number of scaling policies per scalable target is " + MOST
                    + ".");
        }
        if (others.stream().anyMatch(it -> tracked(it.configuration()).equals(tracked(policy.configuration())))) {
            throw new ValidationException("Only one TargetTrackingScaling policy for a given metric specification is"
                    + " allowed.");
        }
        data.policies.put(tx, policy.key(), policy);
    }

    private static List<Object> tracked(TargetTrackingScalingPolicyConfiguration configuration) {
        return List.of(Optional.ofNullable(configuration.predefinedMetricSpecification()),
                Optional.ofNullable(configuration.customizedMetricSpecification()));
    }

    // ---- what is refused

    private TargetTrackingScalingPolicyConfiguration checked(PutScalingPolicyRequest r, TargetId id,
            Optional<TargetTrackingScalingPolicyConfiguration> before) {
        var type = Objects.requireNonNullElse(r.policyType(),
                before.isEmpty() ? PolicyType.STEP_SCALING : PolicyType.TARGET_TRACKING_SCALING);
        if (type.equals("PredictiveScaling") || r.predictiveScalingPolicyConfiguration() != null) {
            throw ApiError.notBuilt("Predictive scaling");
        }
        var scalable = scalables.of(id);
        if (type.equals(PolicyType.STEP_SCALING)) {
            throw new ValidationException("Policy type StepScaling is not supported for service namespace "
                    + id.namespace() + ".");
        }
        if (r.stepScalingPolicyConfiguration() != null) {
            throw new ValidationException("StepScalingPolicyConfiguration cannot be specified when the policy type is"
                    + " TargetTrackingScaling.");
        }
        var configuration = Optional.ofNullable(r.targetTrackingScalingPolicyConfiguration()).or(() -> before)
                .orElseThrow(() -> new ValidationException("TargetTrackingScalingPolicyConfiguration must be specified"
                        + " when the policy type is TargetTrackingScaling."));
        checkTarget(configuration.targetValue());
        checkMetric(configuration, scalable);
        return configuration;
    }

    private static void checkTarget(double target) {
        if (!(target >= LEAST_TARGET && target <= MOST_TARGET)) {
            throw new ValidationException("For target tracking scaling, target value must be between '" + LEAST_TARGET
                    + "' and '" + MOST_TARGET + "', but was '" + target + "'.");
        }
    }

    private static void checkMetric(TargetTrackingScalingPolicyConfiguration configuration, Scalable scalable) {
        var given = configuration.predefinedMetricSpecification();
        var custom = configuration.customizedMetricSpecification();
        if ((given == null) == (custom == null)) {
            throw new ValidationException("Exactly one of PredefinedMetricSpecification and"
                    + " CustomizedMetricSpecification must be specified.");
        }
        if (custom != null) {
            checkCustom(custom);
            return;
        }
        var metric = scalable.predefined();
        double target = configuration.targetValue();
        if (!given.predefinedMetricType().equals(metric.type())) {
            throw new ValidationException("Unsupported predefined metric type " + given.predefinedMetricType()
                    + " for the scalable dimension.");
        }
        if (target < metric.least() || target > metric.most()) {
            throw new ValidationException("For predefined metric type " + metric.type()
                    + ", target value must be between '" + metric.least() + "' and '" + metric.most() + "', but was '"
                    + target + "'.");
        }
        if (given.resourceLabel() != null) {
            throw new ValidationException("ResourceLabel cannot be specified for predefined metric type "
                    + metric.type() + ".");
        }
    }

    private static void checkCustom(CustomizedMetricSpecification custom) {
        if (custom.metrics() != null && !custom.metrics().isEmpty()) {
            if (custom.metrics().stream().filter(it -> !Boolean.FALSE.equals(it.returnData())).count() != 1) {
                throw new ValidationException("Exactly one element of the metrics list should return data.");
            }
            return;
        }
        if (custom.metricName() == null || custom.namespace() == null || custom.statistic() == null) {
            throw new ValidationException("MetricName, Namespace and Statistic must be specified in a"
                    + " CustomizedMetricSpecification without Metrics.");
        }
    }

    // ---- the rest

    List<KeptPolicy> of(ReadTx tx, TargetId id) {
        return data.policies.range(tx, id.key()).map(Row::value).toList();
    }

    /** Their alarms have the thresholds of this capacity from now on. */
    void refresh(Caller role, TargetId id, Scalable scalable, int capacity) {
        store.<List<KeptPolicy>>read(tx -> of(tx, id)).forEach(policy -> alarms.put(role, policy, scalable, capacity));
    }

    void delete(Caller caller, TargetId id, String name) {
        Dimensions.check(id);
        var names = store.<List<String>>write(tx -> {
            var policy = data.policies.get(tx, id.key().and(name)).orElseThrow(() -> new ObjectNotFoundException(
                    "No scaling policy found for " + id.told() + ", policy name: " + name));
            data.policies.delete(tx, policy.key());
            return policy.alarms().stream().map(KeptAlarm::name).toList();
        });
        deleteAlarms(caller, id, names);
    }

    /** Answers the names of their alarms, which are left. */
    List<String> deleteAll(Tx tx, TargetId id) {
        var all = of(tx, id);
        all.forEach(policy -> data.policies.delete(tx, policy.key()));
        return all.stream().flatMap(policy -> policy.alarms().stream()).map(KeptAlarm::name).toList();
    }

    void deleteAlarms(Caller caller, TargetId id, List<String> names) {
        if (!names.isEmpty()) {
            alarms.delete(scalables.role(caller, scalables.of(id)), names);
        }
    }

    ApplicationAutoScaling.DescribeScalingPoliciesResponse describe(Caller caller, DescribeScalingPoliciesRequest r) {
        var found = store.<List<KeptPolicy>>read(tx -> data.policies
                .range(tx, Key.of(caller.account(), caller.region(), r.serviceNamespace())).map(Row::value)
                .filter(it -> r.resourceId() == null || r.resourceId().equals(it.target().resource()))
                .filter(it -> r.scalableDimension() == null || r.scalableDimension().equals(it.target().dimension()))
                .filter(it -> r.policyNames() == null || r.policyNames().isEmpty()
                        || r.policyNames().contains(it.name())).toList());
        var page = ListPage.of(found, KeptPolicy::uid, r.nextToken(), ScalableTargets.limit(r.maxResults()),
                ScalableTargets.PAGE,
                ScalableTargets::badToken);
        return ApplicationAutoScaling.DescribeScalingPoliciesResponse.of(
                a -> a.scalingPolicies(page.items().stream().map(ScalingPolicies::told).toList())
                        .nextToken(page.next()));
    }

    private static ApplicationAutoScaling.ScalingPolicy told(KeptPolicy policy) {
        var id = policy.target();
        return ApplicationAutoScaling.ScalingPolicy.of(p -> p.policyARN(policy.arn()).policyName(policy.name())
                .serviceNamespace(id.namespace()).resourceId(id.resource()).scalableDimension(id.dimension())
                .policyType(PolicyType.TARGET_TRACKING_SCALING).creationTime(policy.created())
                .targetTrackingScalingPolicyConfiguration(policy.configuration()).alarms(toldAlarms(policy)));
    }

    static List<ApplicationAutoScaling.Alarm> toldAlarms(KeptPolicy policy) {
        return policy.alarms().stream().map(alarm -> ApplicationAutoScaling.Alarm.of(a -> a.alarmName(alarm.name())
                .alarmARN(PolicyAlarms.arn(policy.target(), alarm.name())))).toList();
    }
}
