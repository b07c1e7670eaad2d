package dev.aloft.service.scheduler;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Scheduler;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.scheduler.SchedulerData.KeptGroup;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Groups of schedules. A group's schedules are deleted with it, a batch a commit. */
final class Groups {
    private static final int PAGE = 100;
    private static final int MOST = 500;
    private static final int BATCH = 500;

    private final SchedulerData data;
    private final Store store;
    private final Time time;

    Groups(SchedulerData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    KeptGroup create(Caller caller, Scheduler.CreateScheduleGroupRequest input) {
        var now = time.instant();
        var group = new KeptGroup(caller.account(), caller.region(), input.name(), with(Map.of(), input.tags()), false,
                input.clientToken(), now, now);
        return store.write(tx -> {
            var known = find(tx, group.key());
            if (known.isPresent()) {
                if (group.clientToken() != null && group.clientToken().equals(known.get().clientToken())) {
                    return known.get();
                }
                throw new Scheduler.ConflictException("Schedule group " + group.name() + " already exists.");
            }
            if (data.groups.range(tx, SchedulerData.all(caller)).count() >= MOST) {
                throw new Scheduler.ServiceQuotaExceededException("The maximum number of schedule "
                        + "groups has been reached.");
            }
            data.groups.put(tx, group.key(), group);
            return group;
        });
    }

    /** The default group is there always. */
    private Optional<KeptGroup> find(ReadTx tx, Key key) {
        return data.groups.get(tx, key).or(() -> key.text(2).equals(SchedulerData.DEFAULT_GROUP)
                ? Optional.of(new KeptGroup(key.text(0), key.text(1), key.text(2), Map.of(), false, null, null, null))
                : Optional.empty());
    }

    KeptGroup existing(ReadTx tx, Key key) {
        return find(tx, key).orElseThrow(() ->
                new Scheduler.ResourceNotFoundException("Schedule group " + key.text(2) + " does not exist."));
    }

    Scheduler.GetScheduleGroupResponse get(Caller caller, String name) {
        var group = store.<KeptGroup>read(tx -> existing(tx, SchedulerData.group(caller, name)));
        return Scheduler.GetScheduleGroupResponse.of(r -> r.arn(group.arn()).name(name).state(state(group))
                .creationDate(group.created()).lastModificationDate(group.modified()));
    }

    private static String state(KeptGroup group) {
        return group.isDeleting() ? Scheduler.ScheduleGroupState.DELETING : Scheduler.ScheduleGroupState.ACTIVE;
    }

    void delete(Caller caller, String name) {
        if (name.equals(SchedulerData.DEFAULT_GROUP)) {
            throw new Scheduler.ValidationException("You cannot delete the default schedule group.");
        }
        var key = SchedulerData.group(caller, name);
        store.change(tx -> {
            var group = existing(tx, key);
            data.groups.put(tx, key, group.with(group.tags(), true));
            data.deleting.add(tx, time.instant(), key, key);
        });
    }

    /** Deletes what groups that are being deleted have left. */
    Optional<Instant> turn() {
        var now = time.instant();
        for (var due : store.<List<Due.Waiting<Key>>>read(tx -> data.deleting.due(tx, now, BATCH))) {
            store.change(tx -> {
                var some = data.schedules.range(tx, Range.of(due.id()).limit(BATCH)).map(Row::key).toList();
                some.forEach(key -> {
                    data.schedules.delete(tx, key);
                    data.due.cancel(tx, key);
                });
                if (some.size() < BATCH) {
                    data.groups.delete(tx, due.id());
                    data.deleting.cancel(tx, due.id());
                }
            });
        }
        return store.read(data.deleting::next);
    }

    Scheduler.ListScheduleGroupsResponse list(Caller caller, Scheduler.ListScheduleGroupsRequest input) {
        return store.read(tx -> {
            var all = new TreeMap<String, KeptGroup>();
            var own = SchedulerData.group(caller, null);
            all.put(SchedulerData.DEFAULT_GROUP, existing(tx, own));
            data.groups.range(tx, SchedulerData.all(caller)).map(Row::value)
                    .forEach(group -> all.put(group.name(), group));
            var page = NamedPage.of(all.values().stream(), KeptGroup::name, input.namePrefix(), input.nextToken(),
                    input.maxResults(),
                    PAGE, Schedules::badToken);
            return Scheduler.ListScheduleGroupsResponse.of(r -> r.nextToken(page.next())
                    .scheduleGroups(page.items().stream().map(Groups::told).toList()));
        });
    }

    private static Scheduler.ScheduleGroupSummary told(KeptGroup group) {
        return Scheduler.ScheduleGroupSummary.of(g -> g.arn(group.arn()).name(group.name()).state(state(group))
                .creationDate(group.created()).lastModificationDate(group.modified()));
    }

    List<Scheduler.Tag> tags(String arn) {
        return store.<KeptGroup>read(tx -> existing(tx, key(arn))).tags().entrySet().stream()
                .map(tag -> Scheduler.Tag.of(t -> t.key(tag.getKey()).value(tag.getValue()))).toList();
    }

    void changeTags(String arn, UnaryOperator<Map<String, String>> how) {
        store.change(tx -> {
            var group = existing(tx, key(arn));
            data.groups.put(tx, group.key(), group.with(how.apply(group.tags()), group.isDeleting()));
        });
    }

    private static Key key(String arn) {
        var parsed = Arn.parse(arn);
        return Key.of(parsed.account(), parsed.region(), parsed.resourceName());
    }

    static Map<String, String> with(Map<String, String> before, List<Scheduler.Tag> tags) {
        var given = tags == null ? List.<Scheduler.Tag>of() : tags;
        var keys = new HashSet<String>();
        if (!given.stream().allMatch(tag -> keys.add(tag.key()))) {
            throw new Scheduler.ValidationException("Duplicate tag keys are not allowed.");
        }
        var all = new LinkedHashMap<>(before);
        given.forEach(tag -> all.put(tag.key(), tag.value()));
        return all;
    }

    static Map<String, String> without(Map<String, String> before, List<String> keys) {
        var all = new LinkedHashMap<>(before);
        keys.forEach(all::remove);
        return all;
    }
}
