package dev.aloft.service.scheduler;

import dev.aloft.api.Caller;
import dev.aloft.api.Scheduler;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.scheduler.SchedulerData.KeptSchedule;
import dev.aloft.service.scheduler.SchedulerData.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Schedules. */
final class Schedules {
    private static final int PAGE = 100;
    private static final int MOST_RETRIES = 185;
    private static final int LONGEST_AGE_SECONDS = 86_400;
    private static final Duration EARLIEST_START = Duration.ofMinutes(5);

    private final SchedulerData data;
    private final Groups groups;
    private final TargetRules targetRules;
    private final Roles roles;
    private final ScheduleKeys keys;
    private final Store store;
    private final Time time;

    Schedules(SchedulerData data, Groups groups, TargetRules targetRules, Roles roles, ScheduleKeys keys, Store store,
            Time time) {
        this.keys = keys;
        this.data = data;
        this.groups = groups;
        this.targetRules = targetRules;
        this.roles = roles;
        this.store = store;
        this.time = time;
    }

    String create(Caller caller, Scheduler.CreateScheduleRequest input) {
        var now = time.instant();
        var schedule = checked(caller, input, now, now);
        return store.write(tx -> {
            var known = data.schedules.get(tx, schedule.key());
            if (known.isPresent()) {
                if (input.clientToken() != null && input.clientToken().equals(known.get().clientToken())) {
                    return known.get().arn();
                }
                throw new Scheduler.ConflictException("Schedule " + schedule.name() + " already exists.");
            }
            keep(tx, schedule, now);
            return schedule.arn();
        });
    }

    /** Everything is as this request says; what it leaves out is as by default. */
    String update(Caller caller, Scheduler.UpdateScheduleRequest r) {
        var now = time.instant();
        var same = Scheduler.CreateScheduleRequest.of(c -> c.name(r.name()).groupName(r.groupName())
                .scheduleExpression(r.scheduleExpression()).scheduleExpressionTimezone(r.scheduleExpressionTimezone())
                .startDate(r.startDate()).endDate(r.endDate()).description(r.description()).state(r.state())
                .kmsKeyArn(r.kmsKeyArn()).target(r.target()).flexibleTimeWindow(r.flexibleTimeWindow())
                .actionAfterCompletion(r.actionAfterCompletion()).clientToken(r.clientToken()));
        var schedule = checked(caller, same, now, now);
        return store.write(tx -> {
            var before = existing(tx, caller, r.groupName(), r.name());
            keep(tx, createdAt(schedule, before.created()), now);
            return schedule.arn();
        });
    }

    private static KeptSchedule createdAt(KeptSchedule it, Instant created) {
        return new KeptSchedule(it.account(), it.region(), it.group(), it.name(), it.expression(), it.timezone(),
                it.start(), it.end(),
                it.windowMinutes(), it.enabled(), it.isDeletedAtItsEnd(), it.description(), it.target(),
                        it.clientToken(), created,
                it.modified(), it.kmsKey(), it.sealed());
    }

    private KeptSchedule checked(Caller caller, Scheduler.CreateScheduleRequest input, Instant created, Instant now) {
        var zone = Expression.zone(input.scheduleExpressionTimezone());
        var expression = Expression.parse(input.scheduleExpression(), zone);
        int window = window(input.flexibleTimeWindow());
        if (!(expression instanceof Expression.Once)) {
            checkDates(input.startDate(), input.endDate(), now);
        }
        targetRules.check(input.target());
        var group = input.groupName() == null ? SchedulerData.DEFAULT_GROUP : input.groupName();
        var asScheduler = caller.asService("scheduler.amazonaws.com",
                SchedulerData.groupArn(caller.account(), caller.region(), group));
        if (!roles.trusts(asScheduler, input.target().roleArn())) {
            throw new Scheduler.ValidationException(
                    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
        }
        byte[] sealed = keys.sealed(caller, SchedulerData.scheduleArn(caller.account(), caller.region(), group,
                input.name()), input.kmsKeyArn(), input.target().input());
        var target = withPolicy(input.target());
        return new KeptSchedule(caller.account(), caller.region(), group, input.name(), input.scheduleExpression(),
                input.scheduleExpressionTimezone() == null ? "UTC" : input.scheduleExpressionTimezone(),
                        input.startDate(),
                input.endDate(), window, !Scheduler.ScheduleState.DISABLED.equals(input.state()),
                Scheduler.ActionAfterCompletion.DELETE.equals(input.actionAfterCompletion()), input.description(),
                sealed == null ? target : target.toBuilder().input(null).build(), input.clientToken(), created, now,
                input.kmsKeyArn(), sealed);
    }

    private static int window(Scheduler.FlexibleTimeWindow window) {
        boolean flexible = Scheduler.FlexibleTimeWindowMode.FLEXIBLE.equals(window.mode());
        if (flexible && window.maximumWindowInMinutes() == null) {
            throw new Scheduler.ValidationException("MaximumWindowInMinutes is required when "
                    + "FlexibleTimeWindow Mode is FLEXIBLE.");
        }
        if (!flexible && window.maximumWindowInMinutes() != null) {
            throw new Scheduler.ValidationException("MaximumWindowInMinutes must not be set when "
                    + "FlexibleTimeWindow Mode is OFF.");
        }
        return flexible ? window.maximumWindowInMinutes() : 0;
    }

    private static void checkDates(Instant start, Instant end, Instant now) {
        if (start != null && start.isBefore(now.minus(EARLIEST_START))) {
            throw new Scheduler.ValidationException("The StartDate you specify cannot be earlier than 5 minutes ago.");
        }
        if (end != null && end.isBefore(now)) {
            throw new Scheduler.ValidationException("The EndDate you specify cannot be in the past.");
        }
        if (start != null && end != null && !start.isBefore(end)) {
            throw new Scheduler.ValidationException("The StartDate you specify must come before the EndDate.");
        }
    }

    private static Scheduler.Target withPolicy(Scheduler.Target target) {
        var given = target.retryPolicy();
        int retries = given == null || given.maximumRetryAttempts() == null ? MOST_RETRIES
                : given.maximumRetryAttempts();
        int age = given == null || given.maximumEventAgeInSeconds() == null ? LONGEST_AGE_SECONDS
                : given.maximumEventAgeInSeconds();
        return target.toBuilder().retryPolicy(Scheduler.RetryPolicy.of(
                p -> p.maximumRetryAttempts(retries).maximumEventAgeInSeconds(age))).build();
    }

    private void keep(Tx tx, KeptSchedule schedule, Instant now) {
        var group = groups.existing(tx, Key.of(schedule.account(), schedule.region(), schedule.group()));
        if (group.isDeleting()) {
            throw new Scheduler.ConflictException("Schedule group " + group.name() + " is being deleted.");
        }
        data.schedules.put(tx, schedule.key(), schedule);
        var first = schedule.enabled() ? Expression.of(schedule).first(schedule, now) : Optional.<Instant>empty();
        next(tx, schedule, first);
    }

    /**
     * Keeps a schedule's next call, which a flexible window puts off by a while that is the same whenever it is asked.
     */
    void next(Tx tx, KeptSchedule schedule, Optional<Instant> moment) {
        moment.ifPresentOrElse(at -> data.due.add(tx, withinWindow(schedule, at), schedule.key(), new Moment(at)),
                () -> data.due.cancel(tx, schedule.key()));
    }

    private static Instant withinWindow(KeptSchedule schedule, Instant at) {
        if (schedule.windowMinutes() == 0) {
            return at;
        }
        long millis = Duration.ofMinutes(schedule.windowMinutes()).toMillis();
        return at.plusMillis(Math.floorMod((schedule.arn() + at).hashCode() * 2_654_435_761L, millis));
    }

    KeptSchedule existing(ReadTx tx, Caller caller, String groupName, String name) {
        var group = SchedulerData.group(caller, groupName);
        groups.existing(tx, group);
        return data.schedules.get(tx, group.and(name)).orElseThrow(() ->
                new Scheduler.ResourceNotFoundException("Schedule " + name + " does not exist."));
    }

    Scheduler.GetScheduleResponse get(Caller caller, String group, String name) {
        var it = store.<KeptSchedule>read(tx -> existing(tx, caller, group, name));
        var target = it.sealed() == null ? it.target()
                : it.target().toBuilder().input(keys.opened(caller, it.sealed())).build();
        return Scheduler.GetScheduleResponse.of(r -> r.arn(it.arn()).name(it.name()).groupName(it.group())
                .scheduleExpression(it.expression()).scheduleExpressionTimezone(it.timezone()).startDate(it.start())
                        .endDate(it.end())
                .description(it.description()).state(state(it)).target(target).kmsKeyArn(it.kmsKey())
                .creationDate(it.created())
                .lastModificationDate(it.modified())
                .actionAfterCompletion(it.isDeletedAtItsEnd() ? Scheduler.ActionAfterCompletion.DELETE
                        : Scheduler.ActionAfterCompletion.NONE)
                .flexibleTimeWindow(Scheduler.FlexibleTimeWindow.of(w -> w
                        .mode(it.windowMinutes() > 0 ? Scheduler.FlexibleTimeWindowMode.FLEXIBLE
                                : Scheduler.FlexibleTimeWindowMode.OFF)
                        .maximumWindowInMinutes(it.windowMinutes() > 0 ? it.windowMinutes() : null))));
    }

    private static String state(KeptSchedule schedule) {
        return schedule.enabled() ? Scheduler.ScheduleState.ENABLED : Scheduler.ScheduleState.DISABLED;
    }

    void delete(Caller caller, String group, String name) {
        store.change(tx -> remove(tx, existing(tx, caller, group, name).key()));
    }

    void remove(Tx tx, Key key) {
        data.schedules.delete(tx, key);
        data.due.cancel(tx, key);
    }

    Scheduler.ListSchedulesResponse list(Caller caller, Scheduler.ListSchedulesRequest input) {
        return store.read(tx -> {
            if (input.groupName() != null) {
                groups.existing(tx, SchedulerData.group(caller, input.groupName()));
            }
            var prefix = input.groupName() == null ? SchedulerData.all(caller)
                    : SchedulerData.group(caller, input.groupName());
            var all = data.schedules.range(tx, prefix).map(Row::value)
                    .filter(it -> input.namePrefix() == null || it.name().startsWith(input.namePrefix()))
                    .filter(it -> input.state() == null || input.state().equals(state(it)));
            var page = NamedPage.of(all, it -> it.group() + "/" + it.name(), null, input.nextToken(),
                    input.maxResults(),
                    PAGE, Schedules::badToken);
            return Scheduler.ListSchedulesResponse.of(r -> r.nextToken(page.next())
                    .schedules(page.items().stream().map(Schedules::told).toList()));
        });
    }

    static Scheduler.ValidationException badToken() {
        return new Scheduler.ValidationException("Invalid NextToken.");
    }

    private static Scheduler.ScheduleSummary told(KeptSchedule it) {
        return Scheduler.ScheduleSummary.of(s -> s.arn(it.arn()).name(it.name()).groupName(it.group()).state(state(it))
                .creationDate(it.created()).lastModificationDate(it.modified())
                .target(Scheduler.TargetSummary.of(t -> t.arn(it.target().arn()))));
    }
}
