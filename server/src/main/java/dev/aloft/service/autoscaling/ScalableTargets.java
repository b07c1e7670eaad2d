package dev.aloft.service.autoscaling;

import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.api.ApplicationAutoScaling.DescribeScalableTargetsRequest;
import dev.aloft.api.ApplicationAutoScaling.ObjectNotFoundException;
import dev.aloft.api.ApplicationAutoScaling.RegisterScalableTargetRequest;
import dev.aloft.api.ApplicationAutoScaling.SuspendedState;
import dev.aloft.api.ApplicationAutoScaling.ValidationException;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.ListPage;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.autoscaling.AutoScalingData.Bounds;
import dev.aloft.service.autoscaling.AutoScalingData.KeptTarget;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Scalable targets: what may be scaled, and between which bounds. */
final class ScalableTargets {
    static final int PAGE = 50;
    private static final int MOST_TAGS = 50;
    private static final int UID_LENGTH = 36;

    private final AutoScalingData data;
    private final Scalables scalables;
    private final ScalingPolicies policies;
    private final Store store;
    private final Time time;

    ScalableTargets(AutoScalingData data, Scalables scalables, ScalingPolicies policies, Store store, Time time) {
        this.data = data;
        this.scalables = scalables;
        this.policies = policies;
        this.store = store;
        this.time = time;
    }

    /** One that is there keeps what the request does not say. */
    String register(Caller caller, RegisterScalableTargetRequest r) {
        var id = TargetId.of(caller, r.serviceNamespace(), r.resourceId(), r.scalableDimension());
        Dimensions.check(id);
        var scalable = scalables.of(id);
        scalables.ensureRole(caller, scalable);
        scalable.current(scalables.role(caller, scalable));
        var now = time.instant();
        var uid = (UUID.randomUUID().toString().replace("-", "") + "00000000").substring(0, UID_LENGTH);
        return store.write(tx -> {
            var before = data.targets.get(tx, id.key());
            var target = wanted(id, uid, before, r, now);
            data.targets.put(tx, id.key(), target);
            if (before.isEmpty() || before.get().min() != target.min() || before.get().max() != target.max()) {
                look(tx, id, now);
            }
            return target.arn();
        });
    }

    void look(Tx tx, TargetId id, Instant now) {
        data.work.add(tx, now, id.key(), new Bounds(id));
    }

    private static KeptTarget wanted(TargetId id, String uid, Optional<KeptTarget> before,
            RegisterScalableTargetRequest r, Instant now) {
        if (before.isEmpty() && (r.minCapacity() == null || r.maxCapacity() == null)) {
            throw new ValidationException("Minimum and maximum capacity must be specified when a scalable target is"
                    + " registered.");
        }
        int min = r.minCapacity() != null ? r.minCapacity() : before.orElseThrow().min();
        int max = r.maxCapacity() != null ? r.maxCapacity() : before.orElseThrow().max();
        checkBounds(min, max);
        checkTags(r.tags());
        if (before.isPresent() && r.tags() != null && !r.tags().isEmpty()) {
            throw new ValidationException("Tags cannot be changed when a scalable target is updated; use TagResource.");
        }
        var target = before.orElseGet(() -> new KeptTarget(id, uid, min, max, suspended(null, null),
                r.tags() == null ? Map.of() : r.tags(), now, null, 0, null));
        return target.bounded(min, max, suspended(target.suspended(), r.suspendedState()));
    }

    static void checkBounds(int min, int max) {
        if (min < 0) {
            throw new ValidationException("Minimum capacity cannot be negative");
        }
        if (max < min) {
            throw new ValidationException("Maximum capacity cannot be less than minimum capacity");
        }
    }

    private static SuspendedState suspended(SuspendedState before, SuspendedState given) {
        if (before != null && given == null) {
            return before;
        }
        return SuspendedState.of(s -> s
                .dynamicScalingInSuspended(given != null && Boolean.TRUE.equals(given.dynamicScalingInSuspended()))
                .dynamicScalingOutSuspended(given != null && Boolean.TRUE.equals(given.dynamicScalingOutSuspended()))
                .scheduledScalingSuspended(given != null && Boolean.TRUE.equals(given.scheduledScalingSuspended())));
    }

    Optional<KeptTarget> find(ReadTx tx, TargetId id) {
        return data.targets.get(tx, id.key());
    }

    KeptTarget registered(ReadTx tx, TargetId id) {
        return find(tx, id).orElseThrow(() ->
                new ObjectNotFoundException("No scalable target registered for " + id.told()));
    }

    /** Its ARN, for IAM; any target's where it is not there. */
    String arn(Caller caller, String namespace, String resource, String dimension) {
        var id = TargetId.of(caller, namespace, resource, dimension);
        return store.<Optional<KeptTarget>>read(tx -> find(tx, id)).map(KeptTarget::arn)
                .orElse("arn:aws:application-autoscaling:" + id.region() + ":" + id.account() + ":scalable-target/*");
    }

    /** Its policies, with their alarms, and its scheduled actions go with it. */
    void deregister(Caller caller, TargetId id) {
        Dimensions.check(id);
        var alarms = store.<List<String>>write(tx -> {
            if (!data.targets.delete(tx, id.key())) {
                throw new ObjectNotFoundException("No scalable target found for " + id.told());
            }
            data.work.cancel(tx, id.key());
            data.actions.range(tx, id.key()).map(Row::key).toList().forEach(key -> {
                data.due.cancel(tx, key);
                data.actions.delete(tx, key);
            });
            return policies.deleteAll(tx, id);
        });
        policies.deleteAlarms(caller, id, alarms);
    }

    ApplicationAutoScaling.DescribeScalableTargetsResponse describe(Caller caller, DescribeScalableTargetsRequest r) {
        var found = store.<List<KeptTarget>>read(tx -> data.targets
                .range(tx, Key.of(caller.account(), caller.region(), r.serviceNamespace())).map(Row::value)
                .filter(it -> r.resourceIds() == null || r.resourceIds().isEmpty()
                        || r.resourceIds().contains(it.id().resource()))
                .filter(it -> r.scalableDimension() == null || r.scalableDimension().equals(it.id().dimension()))
                .toList());
        var page = ListPage.of(found, KeptTarget::uid, r.nextToken(), limit(r.maxResults()), PAGE,
                ScalableTargets::badToken);
        return ApplicationAutoScaling.DescribeScalableTargetsResponse.of(
                a -> a.scalableTargets(page.items().stream().map(this::told).toList()).nextToken(page.next()));
    }

    /** The ARNs, by region, of those that are scaled in the name of this service. */
    Map<String, List<String>> of(String account, String service) {
        return store.<List<KeptTarget>>read(tx -> data.targets.range(tx, Key.of(account)).map(Row::value)
                .filter(it -> service.equals(it.id().namespace() + ".application-autoscaling.amazonaws.com")).toList())
                .stream().collect(Collectors.groupingBy(it -> it.id().region(), TreeMap::new,
                        Collectors.mapping(KeptTarget::arn, Collectors.toList())));
    }

    static Integer limit(Integer wanted) {
        if (wanted != null && wanted < 1) {
            throw new ApplicationAutoScaling.ValidationException("1 validation error detected: Value '" + wanted
                + "' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1");
        }
        return wanted;
    }

    static RuntimeException badToken() {
        return new ApplicationAutoScaling.InvalidNextTokenException("The provided next token is invalid.");
    }

    private ApplicationAutoScaling.ScalableTarget told(KeptTarget target) {
        var id = target.id();
        return ApplicationAutoScaling.ScalableTarget.of(t -> t.serviceNamespace(id.namespace())
                .resourceId(id.resource()).scalableDimension(id.dimension()).minCapacity(target.min())
                .maxCapacity(target.max())
                .roleARN(scalables.of(id).roleArn(id.account())).creationTime(target.created())
                .suspendedState(target.suspended()).scalableTargetARN(target.arn()));
    }

    // ---- tags

    private static void checkTags(Map<String, String> tags) {
        if (tags != null && tags.size() > MOST_TAGS) {
            throw new ApplicationAutoScaling.TooManyTagsException(
                    "The number of tags exceeds the limit of " + MOST_TAGS + ".");
        }
    }

    private KeptTarget tagged(ReadTx tx, String arn) {
        var parsed = Arn.parse(arn);
        return data.targetsById.range(tx, Key.of(parsed.account(), parsed.region(), parsed.resourceName()))
                .map(Row::value).findFirst().orElseThrow(() -> new ApplicationAutoScaling.ResourceNotFoundException(
                        ApplicationAutoScaling.ResourceNotFoundException.Detail.of(d -> d.resourceName(arn)
                                .message("The specified resource doesn't exist."))));
    }

    Map<String, String> tags(String arn) {
        return store.<KeptTarget>read(tx -> tagged(tx, arn)).tags();
    }

    void tag(String arn, Map<String, String> tags) {
        changeTags(arn, before -> {
            var all = new LinkedHashMap<>(before);
            all.putAll(tags);
            checkTags(all);
            return all;
        });
    }

    void untag(String arn, List<String> keys) {
        changeTags(arn, before -> {
            var all = new LinkedHashMap<>(before);
            all.keySet().removeAll(keys);
            return all;
        });
    }

    private void changeTags(String arn, UnaryOperator<Map<String, String>> how) {
        store.change(tx -> {
            var target = tagged(tx, arn);
            data.targets.put(tx, target.id().key(), target.withTags(how.apply(target.tags())));
        });
    }
}
