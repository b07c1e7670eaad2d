package dev.aloft.service.autoscaling;

import dev.aloft.api.ApplicationAutoScaling.ObjectNotFoundException;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.JsonReader;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Target;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.autoscaling.AutoScalingData.Alarmed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Takes the alarms of CloudWatch for the policies whose ARN is their action. An alarm that comes again before it was
 * looked at is one look.
 */
final class AutoScalingTarget implements Target {
    private static final String POLICY = "scalingPolicy:";

    private final AutoScalingData data;
    private final Store store;
    private final Time time;

    AutoScalingTarget(AutoScalingData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    @Override
    public String service() {
        return "autoscaling";
    }

    @Override
    public void deliver(Caller caller, Arn target, Event event) {
        var told = map(JsonReader.tree(new String(event.body(), StandardCharsets.UTF_8)));
        var alarm = map(told.get("alarmData"));
        var state = map(alarm.get("state"));
        if (!target.account().equals(caller.account()) || !target.resource().startsWith(POLICY)) {
            throw missing(target);
        }
        var uid = target.resource().substring(POLICY.length()).split(":", 2)[0];
        var name = String.valueOf(alarm.get("alarmName"));
        var now = time.instant();
        store.change(tx -> {
            var policy = data.policiesById.range(tx, Key.of(target.account(), target.region(), uid)).map(Row::value)
                    .findFirst().orElseThrow(() -> missing(target));
            data.work.add(tx, now, policy.key().and(name),
                    new Alarmed(policy.target(), policy.name(), name, values(state)));
        });
    }

    private static ObjectNotFoundException missing(Arn target) {
        return new ObjectNotFoundException("No scaling policy found for ARN: " + target);
    }

    /** None where the state was set by hand without data. */
    private static List<Double> values(Map<?, ?> state) {
        if (!(state.get("reasonData") instanceof String text)) {
            return List.of();
        }
        return map(JsonReader.tree(text)).get("recentDatapoints") instanceof List<?> points
                ? points.stream().map(point -> ((Number) point).doubleValue()).toList() : List.of();
    }

    private static Map<?, ?> map(Object tree) {
        return tree instanceof Map<?, ?> map ? map : Map.of();
    }
}
