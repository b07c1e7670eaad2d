package dev.aloft.service.autoscaling;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApplicationAutoScaling.NotScaledReason;
import dev.aloft.api.ApplicationAutoScaling.ScalingActivity;
import dev.aloft.api.ApplicationAutoScaling.ScalingActivityStatusCode;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.delivery.ServiceEvents;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.autoscaling.AutoScalingData.Alarmed;
import dev.aloft.service.autoscaling.AutoScalingData.Bounds;
import dev.aloft.service.autoscaling.AutoScalingData.KeptAlarm;
import dev.aloft.service.autoscaling.AutoScalingData.KeptPolicy;
import dev.aloft.service.autoscaling.AutoScalingData.KeptTarget;
import dev.aloft.service.autoscaling.AutoScalingData.Work;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Moves capacities: into their bounds, and where alarms of policies want them. A look that a crash cut off is done
 * again, and finds the capacity where it was moved to.
 */
final class Scaling {
    private static final Logger LOG = System.getLogger(Scaling.class.getName());
    private static final int BATCH = 100;

    private final AutoScalingData data;
    private final Scalables scalables;
    private final ScalingPolicies policies;
    private final PolicyAlarms alarms;
    private final Activities activities;
    private final ServiceEvents events;
    private final Store store;
    private final Time time;

    Scaling(AutoScalingData data, Scalables scalables, ScalingPolicies policies, PolicyAlarms alarms,
            Activities activities, ServiceEvents events, Store store, Time time) {
        this.data = data;
        this.scalables = scalables;
        this.policies = policies;
        this.alarms = alarms;
        this.activities = activities;
        this.events = events;
        this.store = store;
        this.time = time;
    }

    Optional<Instant> turn() {
        List<Due.Waiting<Work>> due;
        do {
            var now = time.instant();
            due = store.<List<Due.Waiting<Work>>>read(tx -> data.work.due(tx, now, BATCH));
            for (var waiting : due) {
                look(waiting.value());
                store.change(tx -> {
                    if (data.work.get(tx, waiting.id()).filter(waiting::equals).isPresent()) {
                        data.work.cancel(tx, waiting.id());
                    }
                });
            }
        } while (due.size() == BATCH);
        return store.read(data.work::next);
    }

    private void look(Work work) {
        var found = store.<Optional<KeptTarget>>read(tx -> data.targets.get(tx, work.target().key()));
        if (found.isEmpty()) {
            return;
        }
        var scalable = scalables.of(work.target());
        try {
            var role = scalables.role(work.target(), scalable);
            switch (work) {
                case Bounds _ -> bound(new Move(found.get(), scalable, role, scalable.current(role)));
                case Alarmed alarmed -> alarmed(new Move(found.get(), scalable, role, scalable.current(role)), alarmed);
            }
        } catch (ApiError e) {
            // The resource is gone, or no longer lets itself be scaled: the targets stay, as on AWS.
            LOG.log(Level.DEBUG, "Nothing was scaled for " + work + ": " + e.code() + ": " + e.getMessage());
        }
    }

    /** @param current the capacity before */
    private record Move(KeptTarget target, Scalable scalable, Caller role, int current) {}

    private void bound(Move move) {
        var target = move.target();
        if (isUnmanaged(move)) {
            return;
        }
        if (move.current() < target.min()) {
            move(move, target.min(), "minimum capacity was set to " + target.min(), it -> it);
        } else if (move.current() > target.max()) {
            move(move, target.max(), "maximum capacity was set to " + target.max(), it -> it);
        }
        policies.refresh(move.role(), target.id(), move.scalable(), move.scalable().current(move.role()));
    }

    /** A table on demand has no capacity to move. */
    private static boolean isUnmanaged(Move move) {
        return move.scalable() instanceof TableCapacity && move.current() == 0;
    }

    /** Answers whether the capacity is another now. */
    private boolean move(Move move, int wanted, String cause, UnaryOperator<KeptTarget> then) {
        var id = move.target().id();
        var what = move.scalable().noun() + " to " + wanted + ".";
        var activity = Activities.of(id, UUID.randomUUID().toString(), "Setting " + what, cause, time.instant());
        try {
            move.scalable().set(move.role(), wanted);
        } catch (ApiError e) {
            var failed = activity.statusCode(ScalingActivityStatusCode.FAILED).endTime(time.instant())
                    .statusMessage("Failed to set " + what + " Reason: " + e.getMessage()).build();
            store.change(tx -> activities.add(tx, id, failed));
            return false;
        }
        var done = activity.statusCode(ScalingActivityStatusCode.SUCCESSFUL).endTime(time.instant())
                .statusMessage("Successfully set " + what + " Change successfully fulfilled by " + id.namespace() + ".")
                .build();
        boolean toMax = wanted > move.current() && wanted == move.target().max();
        store.change(tx -> {
            activities.add(tx, id, done);
            data.targets.update(tx, id.key(), then);
            if (toMax) {
                tellScaledToMax(tx, move, done);
            }
        });
        return true;
    }

    /**
     * The one activity of which the event bus is told.
     *
     * @see <a href="https://docs.aws.amazon.com/autoscaling/application/userguide/automating-using-eventbridge.html">
     *     Events</a>
     */
    private void tellScaledToMax(Tx tx, Move move, ScalingActivity done) {
        var target = move.target();
        var id = target.id();
        var detail = new LinkedHashMap<String, Object>();
        detail.put("startTime", done.startTime().truncatedTo(ChronoUnit.SECONDS).toString());
        detail.put("endTime", done.endTime().truncatedTo(ChronoUnit.SECONDS).toString());
        detail.put("newDesiredCapacity", target.max());
        detail.put("oldDesiredCapacity", move.current());
        detail.put("minCapacity", target.min());
        detail.put("maxCapacity", target.max());
        detail.put("resourceId", id.resource());
        detail.put("scalableDimension", id.dimension());
        detail.put("serviceNamespace", id.namespace());
        detail.put("statusCode", done.statusCode());
        detail.put("scaledToMax", true);
        detail.put("direction", "scale-out");
        events.tell(tx, new Arn("aws", "application-autoscaling", id.region(), id.account(), "scalable-target"),
                "Application Auto Scaling Scaling Activity State Change", false, detail);
    }

    // ---- target tracking

    private void alarmed(Move move, Alarmed alarmed) {
        var found = store.<Optional<KeptPolicy>>read(tx -> data.policies.get(tx,
                alarmed.target().key().and(alarmed.policy())));
        if (found.isEmpty() || isUnmanaged(move)) {
            return;
        }
        var policy = found.get();
        var kind = policy.alarms().stream().filter(it -> it.name().equals(alarmed.alarm())).findFirst()
                .map(KeptAlarm::kind);
        if (kind.isEmpty()) {
            return;
        }
        var cause = "monitor alarm " + alarmed.alarm() + " in state ALARM triggered policy " + policy.name();
        switch (kind.get()) {
            case HIGH -> out(move, policy, alarmed.values(), cause);
            case LOW -> in(move, policy, alarmed.values(), cause);
            // Others have changed the capacity: what is meant by the target is another sum now.
            case CAPACITY_HIGH, CAPACITY_LOW ->
                policies.refresh(move.role(), move.target().id(), move.scalable(), move.current());
        }
    }

    private void out(Move move, KeptPolicy policy, List<Double> values, String cause) {
        var target = move.target();
        if (values.isEmpty() || Boolean.TRUE.equals(target.suspended().dynamicScalingOutSuspended())) {
            return;
        }
        int needed = TargetTracking.needed(policy, move.scalable(), move.current(), values.getLast());
        int wanted = Math.min(needed, target.max());
        if (wanted <= move.current()) {
            notScaled(move, cause, move.current() >= target.max()
                    ? NotScaledReason.of(r -> r.code("AlreadyAtMaxCapacity").maxCapacity(target.max()))
                    : NotScaledReason.of(r -> r.code("AlreadyAtDesiredCapacity").currentCapacity(move.current())));
            return;
        }
        int added = wanted - move.current();
        if (TargetTracking.coolsAfterOut(policy, target, added, time.instant())) {
            return;
        }
        var now = time.instant();
        if (move(move, wanted, cause, it -> it.scaledOut(now, added))) {
            policies.refresh(move.role(), target.id(), move.scalable(), wanted);
        }
    }

    private void in(Move move, KeptPolicy policy, List<Double> values, String cause) {
        var target = move.target();
        if (values.isEmpty() || Boolean.TRUE.equals(target.suspended().dynamicScalingInSuspended())
                || TargetTracking.coolsAfterIn(policy, target, time.instant()) || !othersAgree(move, policy)) {
            return;
        }
        double busiest = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        int needed = TargetTracking.needed(policy, move.scalable(), move.current(), busiest);
        int wanted = Math.max(needed, target.min());
        if (wanted >= move.current()) {
            notScaled(move, cause, move.current() <= target.min()
                    ? NotScaledReason.of(r -> r.code("AlreadyAtMinCapacity").minCapacity(target.min()))
                    : NotScaledReason.of(r -> r.code("AlreadyAtDesiredCapacity").currentCapacity(move.current())));
            return;
        }
        var now = time.instant();
        if (move(move, wanted, cause, it -> it.scaledIn(now))) {
            policies.refresh(move.role(), target.id(), move.scalable(), wanted);
        }
    }

    /** It is scaled in when all policies that would do it are for it. */
    private boolean othersAgree(Move move, KeptPolicy policy) {
        var lows = store.<List<KeptPolicy>>read(tx -> policies.of(tx, move.target().id())).stream()
                .filter(it -> !it.name().equals(policy.name())).flatMap(it -> it.alarms().stream())
                .filter(alarm -> alarm.kind() == PolicyAlarms.Kind.LOW).map(KeptAlarm::name).toList();
        return alarms.all(move.role(), lows);
    }

    private void notScaled(Move move, String cause, NotScaledReason reason) {
        var id = UUID.randomUUID().toString();
        var now = time.instant();
        store.change(tx -> activities.addNotScaled(tx, move.target().id(), id, cause, reason, now));
    }
}
