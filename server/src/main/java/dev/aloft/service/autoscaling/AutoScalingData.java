package dev.aloft.service.autoscaling;

import dev.aloft.api.ApplicationAutoScaling.ScalingActivity;
import dev.aloft.api.ApplicationAutoScaling.SuspendedState;
import dev.aloft.api.ApplicationAutoScaling.TargetTrackingScalingPolicyConfiguration;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What Application Auto Scaling keeps, by account and region. */
final class AutoScalingData {
    final Signal signal = new Signal();
    /** By {@link TargetId#key}. */
    final Table<KeptTarget> targets = Table.of("targets", Codec.of(KeptTarget.class));
    final Index<KeptTarget> targetsById = targets.index("targetsById",
            target -> List.of(Key.of(target.id().account(), target.id().region(), target.uid())));
    /** By the target's key and the policy's name. */
    final Table<KeptPolicy> policies = Table.of("policies", Codec.of(KeptPolicy.class));
    final Index<KeptPolicy> policiesById = policies.index("policiesById",
            policy -> List.of(Key.of(policy.target().account(), policy.target().region(), policy.uid())));
    /** By the target's key and the action's name. */
    final Table<KeptAction> actions = Table.of("actions", Codec.of(KeptAction.class));
    /** By account, region, service namespace, moment, and how many there were of that moment. */
    final Table<KeptActivity> activities = Table.of("activities", Codec.of(KeptActivity.class));
    /** What is to be looked at; the id says what, so that many alarms are one look. */
    final Due<Work> work = new Due<>(Space.of("work"), Codec.of(Work.class), signal);
    /** The next moment of each scheduled action; the id is the action's key. */
    final Due<Instant> due = new Due<>(Space.of("due"), Codec.of(Moment.class).as(Moment::scheduled, Moment::new),
            signal);

    private record Moment(Instant scheduled) {}

    /**
     * @param uid     of its ARN
     * @param lastOut when it was scaled out last by a policy, or null
     * @param added   how much that added
     * @param lastIn  when it was scaled in last by a policy, or null
     */
    record KeptTarget(TargetId id, String uid, int min, int max, SuspendedState suspended, Map<String, String> tags,
            Instant created, Instant lastOut, int added, Instant lastIn) {
        String arn() {
            return "arn:aws:application-autoscaling:" + id.region() + ":" + id.account() + ":scalable-target/" + uid;
        }

        KeptTarget bounded(int newMin, int newMax, SuspendedState state) {
            return new KeptTarget(id, uid, newMin, newMax, state, tags, created, lastOut, added, lastIn);
        }

        KeptTarget withTags(Map<String, String> changed) {
            return new KeptTarget(id, uid, min, max, suspended, changed, created, lastOut, added, lastIn);
        }

        KeptTarget scaledOut(Instant at, int by) {
            return new KeptTarget(id, uid, min, max, suspended, tags, created, at, by, null);
        }

        KeptTarget scaledIn(Instant at) {
            return new KeptTarget(id, uid, min, max, suspended, tags, created, lastOut, added, at);
        }
    }

    /** @param kind as it stands in the alarm's name, such as {@code AlarmHigh} */
    record KeptAlarm(PolicyAlarms.Kind kind, String name) {}

    record KeptPolicy(TargetId target, String name, String uid, TargetTrackingScalingPolicyConfiguration configuration,
            List<KeptAlarm> alarms, Instant created) {
        Key key() {
            return target.key().and(name);
        }

        String arn() {
            return "arn:aws:autoscaling:" + target.region() + ":" + target.account() + ":scalingPolicy:" + uid
                    + ":resource/" + target.namespace() + "/" + target.resource() + ":policyName/" + name;
        }
    }

    /** @param min the bounds that it sets, each of which may be null */
    record KeptAction(TargetId target, String name, String uid, String schedule, String timezone, Instant start,
            Instant end, Integer min, Integer max, Instant created) {
        Key key() {
            return target.key().and(name);
        }

        String arn() {
            return "arn:aws:autoscaling:" + target.region() + ":" + target.account() + ":scheduledAction:" + uid
                    + ":resource/" + target.namespace() + "/" + target.resource() + ":scheduledActionName/" + name;
        }
    }

    record KeptActivity(ScalingActivity activity) {}

    /** Something that may move a target's capacity. */
    sealed interface Work {
        TargetId target();
    }

    /** The target has other bounds than it had. */
    record Bounds(TargetId target) implements Work {}

    /** @param values the latest ones of the alarm's metric, the oldest first */
    record Alarmed(TargetId target, String policy, String alarm, List<Double> values) implements Work {}
}
