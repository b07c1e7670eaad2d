package dev.aloft.service.autoscaling;

import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.api.ApplicationAutoScaling.DescribeScheduledActionsRequest;
import dev.aloft.api.ApplicationAutoScaling.LimitExceededException;
import dev.aloft.api.ApplicationAutoScaling.ObjectNotFoundException;
import dev.aloft.api.ApplicationAutoScaling.PutScheduledActionRequest;
import dev.aloft.api.ApplicationAutoScaling.ScalableTargetAction;
import dev.aloft.api.ApplicationAutoScaling.ScalingActivityStatusCode;
import dev.aloft.api.ApplicationAutoScaling.ValidationException;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.ListPage;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Schedule;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.autoscaling.AutoScalingData.KeptAction;
import dev.aloft.service.autoscaling.AutoScalingData.KeptTarget;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Scheduled actions: they set a target's bounds, once or again and again; the capacity follows where it is outside.
 *
 * @see <a href="https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html">
 *     Scheduled scaling</a>
 */
final class ScheduledActions {
    private static final Pattern AT = Pattern.compile("at\\((\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2})\\)");
    private static final int MOST = 200;
    private static final int BATCH = 100;

    private final AutoScalingData data;
    private final ScalableTargets targets;
    private final Activities activities;
    private final Store store;
    private final Time time;

    ScheduledActions(AutoScalingData data, ScalableTargets targets, Activities activities, Store store, Time time) {
        this.data = data;
        this.targets = targets;
        this.activities = activities;
        this.store = store;
        this.time = time;
    }

    /** One that is there keeps its schedule, time zone and bounds where the request has none, but no start and end. */
    void put(Caller caller, PutScheduledActionRequest r) {
        var id = TargetId.of(caller, r.serviceNamespace(), r.resourceId(), r.scalableDimension());
        Dimensions.check(id);
        var now = time.instant();
        var uid = UUID.randomUUID().toString();
        store.change(tx -> {
            targets.registered(tx, id);
            var before = data.actions.get(tx, id.key().and(r.scheduledActionName()));
            if (before.isEmpty() && data.actions.range(tx, id.key()).count() >= MOST) {
                throw new LimitExceededException("The maximum number of scheduled actions per scalable target is "
                        + MOST + ".");
            }
            var action = checked(id, uid, before, r, now);
            data.actions.put(tx, action.key(), action);
            wait(tx, action, first(action, now));
        });
    }

    private static KeptAction checked(TargetId id, String uid, Optional<KeptAction> before,
            PutScheduledActionRequest r, Instant now) {
        var schedule = r.schedule() != null ? r.schedule() : before.map(KeptAction::schedule).orElseThrow(() ->
                new ValidationException("Schedule must be specified when a scheduled action is created."));
        var timezone = r.timezone() != null ? r.timezone() : before.map(KeptAction::timezone).orElse(null);
        var bounds = r.scalableTargetAction() != null ? r.scalableTargetAction()
                : before.map(ScheduledActions::bounds).orElse(null);
        if (bounds == null || bounds.minCapacity() == null && bounds.maxCapacity() == null) {
            throw new ValidationException("At least one of minimum and maximum capacity must be specified in"
                    + " ScalableTargetAction.");
        }
        if (bounds.minCapacity() != null && bounds.maxCapacity() != null) {
            ScalableTargets.checkBounds(bounds.minCapacity(), bounds.maxCapacity());
        }
        if (r.startTime() != null && r.endTime() != null && !r.startTime().isBefore(r.endTime())) {
            throw new ValidationException("The start time must be before the end time.");
        }
        var action = new KeptAction(id, r.scheduledActionName(), before.map(KeptAction::uid).orElse(uid), schedule,
                timezone, r.startTime(), r.endTime(), bounds.minCapacity(), bounds.maxCapacity(),
                before.map(KeptAction::created).orElse(now));
        first(action, now);
        return action;
    }

    private static ScalableTargetAction bounds(KeptAction action) {
        return ScalableTargetAction.of(a -> a.minCapacity(action.min()).maxCapacity(action.max()));
    }

    private void wait(Tx tx, KeptAction action, Optional<Instant> moment) {
        moment.filter(at -> action.end() == null || !at.isAfter(action.end())).ifPresentOrElse(
                at -> data.due.add(tx, at, action.key(), at), () -> data.due.cancel(tx, action.key()));
    }

    // ---- when

    private static Optional<Instant> first(KeptAction action, Instant now) {
        var at = AT.matcher(action.schedule());
        try {
            if (at.matches()) {
                return Optional.of(LocalDateTime.parse(at.group(1)).atZone(zone(action)).toInstant())
                        .filter(moment -> moment.isAfter(now));
            }
            var from = action.start() != null && action.start().isAfter(now) ? action.start() : now;
            return switch (Schedule.parse(action.schedule())) {
                case Schedule.Rate(var every) -> Optional.of(from.equals(now) ? onGrid(action, every, now) : from);
                case Schedule cron -> cron.next(from.minusNanos(1), zone(action));
            };
        } catch (IllegalArgumentException | DateTimeException _) {
            throw new ValidationException("Invalid schedule expression: " + action.schedule());
        }
    }

    /** The first moment after this one at a distance from the start or, without one, from the creation. */
    private static Instant onGrid(KeptAction action, Duration every, Instant now) {
        var start = action.start() == null ? action.created() : action.start();
        return start.plus(every.multipliedBy(Duration.between(start, now).dividedBy(every) + 1));
    }

    private static ZoneId zone(KeptAction action) {
        try {
            return action.timezone() == null ? ZoneOffset.UTC : ZoneId.of(action.timezone());
        } catch (DateTimeException _) {
            throw new ValidationException("Invalid timezone: " + action.timezone());
        }
    }

    /** Of those that were missed while the platform was down one is made up for. */
    private static Optional<Instant> next(KeptAction action, Instant now) {
        return AT.matcher(action.schedule()).matches() ? Optional.empty() : first(action, now.plusNanos(1));
    }

    // ---- doing

    Optional<Instant> turn() {
        var now = time.instant();
        return data.due.turn(store, now, BATCH, (tx, due) -> fire(tx, due, now));
    }

    private void fire(Tx tx, Due.Waiting<Instant> waiting, Instant now) {
        data.due.cancel(tx, waiting.id());
        data.actions.get(tx, waiting.id()).ifPresent(action -> {
            wait(tx, action, next(action, now));
            targets.find(tx, action.target())
                    .filter(target -> !Boolean.TRUE.equals(target.suspended().scheduledScalingSuspended()))
                    .ifPresent(target -> apply(tx, action, target, waiting.at(), now));
        });
    }

    /** The activity's id is the same when the transaction runs again. */
    private void apply(Tx tx, KeptAction action, KeptTarget target, Instant scheduled, Instant now) {
        int min = action.min() == null ? target.min() : action.min();
        int max = action.max() == null ? target.max() : action.max();
        var what = what(action);
        var id = UUID.nameUUIDFromBytes((action.arn() + scheduled).getBytes(StandardCharsets.UTF_8)).toString();
        var activity = Activities.of(target.id(), id, "Setting " + what, "scheduled action name " + action.name()
                + " was triggered", now);
        if (min > max) {
            activities.add(tx, target.id(), activity.statusCode(ScalingActivityStatusCode.FAILED)
                    .statusMessage("Failed to set " + what
                            + ". Reason: Maximum capacity cannot be less than minimum capacity").build());
            return;
        }
        data.targets.put(tx, target.id().key(), target.bounded(min, max, target.suspended()));
        activities.add(tx, target.id(), activity.statusCode(ScalingActivityStatusCode.SUCCESSFUL)
                .statusMessage("Successfully set " + what).build());
        targets.look(tx, target.id(), now);
    }

    private static String what(KeptAction action) {
        var min = action.min() == null ? "" : "min capacity to " + action.min();
        var max = action.max() == null ? "" : "max capacity to " + action.max();
        return min.isEmpty() || max.isEmpty() ? min + max : min + " and " + max;
    }

    // ---- the rest

    void delete(TargetId id, String name) {
        Dimensions.check(id);
        store.change(tx -> {
            var key = id.key().and(name);
            if (!data.actions.delete(tx, key)) {
                throw new ObjectNotFoundException("No scheduled action found for " + id.told()
                        + ", scheduled action name: " + name);
            }
            data.due.cancel(tx, key);
        });
    }

    ApplicationAutoScaling.DescribeScheduledActionsResponse describe(Caller caller,
            DescribeScheduledActionsRequest r) {
        var found = store.<List<KeptAction>>read(tx -> data.actions
                .range(tx, Key.of(caller.account(), caller.region(), r.serviceNamespace())).map(Row::value)
                .filter(it -> r.resourceId() == null || r.resourceId().equals(it.target().resource()))
                .filter(it -> r.scalableDimension() == null || r.scalableDimension().equals(it.target().dimension()))
                .filter(it -> r.scheduledActionNames() == null || r.scheduledActionNames().isEmpty()
                        || r.scheduledActionNames().contains(it.name())).toList());
        var page = ListPage.of(found, KeptAction::uid, r.nextToken(), ScalableTargets.limit(r.maxResults()),
                ScalableTargets.PAGE,
                ScalableTargets::badToken);
        return ApplicationAutoScaling.DescribeScheduledActionsResponse.of(
                a -> a.scheduledActions(page.items().stream().map(ScheduledActions::told).toList())
                        .nextToken(page.next()));
    }

    private static ApplicationAutoScaling.ScheduledAction told(KeptAction action) {
        var id = action.target();
        return ApplicationAutoScaling.ScheduledAction.of(a -> a.scheduledActionName(action.name())
                .scheduledActionARN(action.arn()).serviceNamespace(id.namespace()).resourceId(id.resource())
                .scalableDimension(id.dimension()).schedule(action.schedule()).timezone(action.timezone())
                .startTime(action.start()).endTime(action.end()).scalableTargetAction(bounds(action))
                .creationTime(action.created()));
    }
}
