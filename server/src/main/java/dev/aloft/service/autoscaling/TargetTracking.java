package dev.aloft.service.autoscaling;

import dev.aloft.service.autoscaling.AutoScalingData.KeptPolicy;
import dev.aloft.service.autoscaling.AutoScalingData.KeptTarget;
import java.time.Instant;

/** How much capacity brings a policy's metric to its target, and how long what was done must have its effect first. */
final class TargetTracking {
    private static final double MINUTE = 60;
    private static final double PERCENT = 100;
    /** What dividing by a share such as 0.7 adds by rounding. */
    private static final double ROUNDING = 1e-9;

    private TargetTracking() {}

    /** @param value of the metric: of a table the units used in a minute, of others what falls as the capacity grows */
    static int needed(KeptPolicy policy, Scalable scalable, int current, double value) {
        double target = policy.configuration().targetValue();
        boolean units = scalable instanceof TableCapacity
                && policy.configuration().predefinedMetricSpecification() != null;
        double needed = units ? value / MINUTE / (target / PERCENT) : current * value / target;
        return (int) Math.min(Integer.MAX_VALUE, Math.ceil(needed - ROUNDING));
    }

    /** A larger step than the last one is taken all the same. */
    static boolean coolsAfterOut(KeptPolicy policy, KeptTarget target, int added, Instant now) {
        return isWithin(target.lastOut(), policy.configuration().scaleOutCooldown(), now) && added <= target.added();
    }

    static boolean coolsAfterIn(KeptPolicy policy, KeptTarget target, Instant now) {
        return isWithin(target.lastIn(), policy.configuration().scaleInCooldown(), now);
    }

    private static boolean isWithin(Instant last, Integer cooldownSeconds, Instant now) {
        return last != null && cooldownSeconds != null && now.isBefore(last.plusSeconds(cooldownSeconds));
    }
}
