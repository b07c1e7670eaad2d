package dev.aloft.service.autoscaling;

import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.api.ApplicationAutoScaling.DescribeScalingActivitiesRequest;
import dev.aloft.api.ApplicationAutoScaling.NotScaledReason;
import dev.aloft.api.ApplicationAutoScaling.ScalingActivity;
import dev.aloft.api.ApplicationAutoScaling.ScalingActivityStatusCode;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.ListPage;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.autoscaling.AutoScalingData.KeptActivity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Scaling activities, told for six weeks.
 *
 * @see <a href="https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingActivities.html">
 *     Scaling activities</a>
 */
final class Activities {
    private static final Duration KEPT = Duration.ofDays(42);

    private final AutoScalingData data;
    private final Store store;
    private final Time time;

    Activities(AutoScalingData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    private static Key all(TargetId target) {
        return Key.of(target.account(), target.region(), target.namespace());
    }

    /** One that is over; its builder lacks only what it was. */
    static ScalingActivity.Builder of(TargetId target, String id, String description, String cause, Instant start) {
        return ScalingActivity.of(a -> a.activityId(id).serviceNamespace(target.namespace())
                .resourceId(target.resource()).scalableDimension(target.dimension()).description(description)
                .cause(cause).startTime(start)).toBuilder();
    }

    /** What became too old goes. */
    void add(Tx tx, TargetId target, ScalingActivity activity) {
        var all = all(target);
        data.activities.range(tx, Range.of(all).to(all.and(activity.startTime().minus(KEPT)))).toList()
                .forEach(row -> data.activities.delete(tx, row.key()));
        var moment = all.and(activity.startTime());
        long before = data.activities.range(tx, moment).count();
        data.activities.put(tx, moment.and(before), new KeptActivity(activity));
    }

    /** That an alarm moved nothing is told once, until there is another reason. */
    void addNotScaled(Tx tx, TargetId target, String id, String cause, NotScaledReason reason, Instant now) {
        var last = latest(tx, target).map(ScalingActivity::notScaledReasons).map(List::getFirst)
                .map(NotScaledReason::code);
        if (last.isPresent() && last.get().equals(reason.code())) {
            return;
        }
        var status = reason.code().equals("AlreadyAtDesiredCapacity") ? ScalingActivityStatusCode.SUCCESSFUL
                : ScalingActivityStatusCode.FAILED;
        add(tx, target, of(target, id, "Attempting to scale due to alarm triggered", cause, now)
                .statusCode(status).notScaledReasons(List.of(reason)).build());
    }

    private Optional<ScalingActivity> latest(ReadTx tx, TargetId target) {
        return data.activities.range(tx, Range.of(all(target)).reversed()).map(row -> row.value().activity())
                .filter(it -> it.resourceId().equals(target.resource())
                        && it.scalableDimension().equals(target.dimension())).findFirst();
    }

    /** The latest first. */
    ApplicationAutoScaling.DescribeScalingActivitiesResponse describe(Caller caller,
            DescribeScalingActivitiesRequest r) {
        var oldest = time.instant().minus(KEPT);
        var all = Key.of(caller.account(), caller.region(), r.serviceNamespace());
        var found = store.<List<ScalingActivity>>read(tx -> data.activities
                .range(tx, Range.of(all).from(all.and(oldest)).reversed()).map(row -> row.value().activity())
                .filter(it -> r.resourceId() == null || r.resourceId().equals(it.resourceId()))
                .filter(it -> r.scalableDimension() == null || r.scalableDimension().equals(it.scalableDimension()))
                .filter(it -> it.notScaledReasons() == null || Boolean.TRUE.equals(r.includeNotScaledActivities()))
                .toList());
        var page = ListPage.of(found, ScalingActivity::activityId, r.nextToken(), ScalableTargets.limit(r.maxResults()),
                ScalableTargets.PAGE, ScalableTargets::badToken);
        return ApplicationAutoScaling.DescribeScalingActivitiesResponse.of(
                a -> a.scalingActivities(page.items()).nextToken(page.next()));
    }
}
