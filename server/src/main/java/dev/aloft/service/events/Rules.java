package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.pattern.EventPattern;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Schedule;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.KeptRule;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Rules. */
final class Rules {
    private static final int MOST_OF_A_BUS = 300;
    private static final int MOST_WITH_WILDCARDS = 30;
    private static final int LONGEST_PATTERN = 2048;
    private static final int PAGE = 100;

    private final EventsData data;
    private final Buses buses;
    private final Store store;
    private final Time time;

    Rules(EventsData data, Buses buses, Store store, Time time) {
        this.data = data;
        this.buses = buses;
        this.store = store;
        this.time = time;
    }

    static String arn(String account, String region, String bus, String name) {
        return "arn:aws:events:" + region + ":" + account + ":rule/"
                + (bus.equals(EventsData.DEFAULT_BUS) ? "" : bus + "/") + name;
    }

    /** The key of the rule that an ARN names. */
    static Key key(Arn arn) {
        var path = arn.resource().substring("rule/".length());
        int slash = path.lastIndexOf('/');
        return Key.of(arn.account(), arn.region(), slash < 0 ? EventsData.DEFAULT_BUS : path.substring(0, slash),
                path.substring(slash + 1));
    }

    static Key key(BusName bus, String name) {
        return bus.key().and(name);
    }

    String put(Caller caller, Events.PutRuleRequest input) {
        var bus = BusName.of(caller, input.eventBusName());
        var pattern = blankToNull(input.eventPattern());
        var expression = blankToNull(input.scheduleExpression());
        if (pattern == null && expression == null) {
            throw Refusals.invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
        }
        if (expression != null && !bus.isDefault()) {
            throw Refusals.invalid("ScheduleExpression is supported only on the default event bus.");
        }
        var schedule = Optional.ofNullable(expression).map(Rules::schedule);
        if (pattern != null) {
            pattern(pattern);
            // The operation's model knows twice as many: AWS gives those to who asks for them.
            if (pattern.length() > LONGEST_PATTERN) {
                throw Refusals.tooMany();
            }
        }
        if (input.roleArn() != null && !Arn.isArn(input.roleArn())) {
            throw Refusals.badArn(input.roleArn());
        }
        boolean enabled = enabled(input.state());
        var now = time.instant();
        store.change(tx -> {
            requireBus(tx, bus);
            var before = data.rules.get(tx, key(bus, input.name()));
            before.ifPresent(rule -> requireOwn(rule, false));
            requireRoom(tx, bus, before, pattern);
            // Tags are of the creation alone, as on AWS.
            var tags = before.map(KeptRule::tags).orElseGet(() -> Tags.with(Map.of(), input.tags()));
            var rule = new KeptRule(bus.account(), bus.region(), bus.name(), input.name(), pattern, expression, enabled,
                    input.description(), input.roleArn(), null, tags);
            boolean goesOn = enabled && before.filter(KeptRule::enabled)
                    .filter(it -> expression != null && expression.equals(it.schedule())).isPresent();
            keep(tx, rule);
            if (!goesOn) {
                reschedule(tx, rule, schedule, now);
            }
        });
        return arn(bus.account(), bus.region(), bus.name(), input.name());
    }

    private void requireRoom(ReadTx tx, BusName bus, Optional<KeptRule> before, String pattern) {
        if (before.isEmpty() && data.rules.range(tx, bus.key()).count() >= MOST_OF_A_BUS) {
            throw Refusals.tooMany();
        }
        if (pattern == null || !EventPattern.hasWildcard(pattern)) {
            return;
        }
        var others = data.rules.range(tx, bus.key()).map(Row::value)
                .filter(rule -> before.filter(it -> it.name().equals(rule.name())).isEmpty())
                .filter(rule -> rule.pattern() != null && EventPattern.hasWildcard(rule.pattern())).count();
        if (others >= MOST_WITH_WILDCARDS) {
            throw Refusals.tooMany();
        }
    }

    private static String blankToNull(String text) {
        return text == null || text.isBlank() ? null : text;
    }

    private static boolean enabled(String state) {
        if (Events.RuleState.ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS.equals(state)) {
            throw ApiError.notBuilt("A rule's State " + state);
        }
        return !Events.RuleState.DISABLED.equals(state);
    }

    static EventPattern pattern(String json) {
        try {
            return EventPattern.parse(json);
        } catch (EventPattern.Malformed e) {
            throw new Events.InvalidEventPatternException("Event pattern is not valid. Reason: " + e.getMessage());
        }
    }

    static Schedule schedule(String expression) {
        try {
            return Schedule.parse(expression);
        } catch (IllegalArgumentException e) {
            throw Refusals.invalid(e.getMessage());
        }
    }

    private void requireBus(ReadTx tx, BusName bus) {
        if (!buses.exists(tx, bus)) {
            throw Refusals.noBus(bus.name());
        }
    }

    /** A rule that a service made for itself is left alone unless the caller insists. */
    static void requireOwn(KeptRule rule, boolean force) {
        if (rule.managedBy() != null && !force) {
            throw new Events.ManagedRuleException("Rule '" + rule.name()
                    + "' is managed by an AWS service can only be modified if force is True.");
        }
    }

    /** Writes a rule and lets those who match events know. */
    void keep(Tx tx, KeptRule rule) {
        data.rules.put(tx, rule.key(), rule);
        changed(tx, BusName.of(rule.key()));
    }

    void changed(Tx tx, BusName bus) {
        data.changes.put(tx, bus.key(), data.changes.get(tx, bus.key()).orElse(0L) + 1);
    }

    private void reschedule(Tx tx, KeptRule rule, Optional<Schedule> schedule, Instant now) {
        var next = rule.enabled() ? schedule.flatMap(it -> it.next(now, ZoneOffset.UTC)) : Optional.<Instant>empty();
        next.ifPresentOrElse(at -> data.schedules.add(tx, at, rule.key(), rule.key()),
                () -> data.schedules.cancel(tx, rule.key()));
    }

    void setEnabled(Caller caller, String busName, String name, boolean enabled) {
        var bus = BusName.of(caller, busName);
        var now = time.instant();
        store.change(tx -> {
            var rule = existing(tx, bus, name);
            requireOwn(rule, false);
            if (rule.enabled() != enabled) {
                var changed = rule.withEnabled(enabled);
                keep(tx, changed);
                reschedule(tx, changed, Optional.ofNullable(rule.schedule()).map(Rules::schedule), now);
            }
        });
    }

    Events.DescribeRuleResponse describe(Caller caller, Events.DescribeRuleRequest input) {
        var bus = BusName.of(caller, input.eventBusName());
        var rule = store.<KeptRule>read(tx -> existing(tx, bus, input.name()));
        return Events.DescribeRuleResponse.of(r -> r.name(rule.name()).arn(rule.arn()).eventPattern(rule.pattern())
                .scheduleExpression(rule.schedule()).state(state(rule)).description(rule.description())
                .roleArn(rule.roleArn()).managedBy(rule.managedBy()).eventBusName(rule.bus())
                .createdBy(rule.account()));
    }

    KeptRule existing(ReadTx tx, BusName bus, String name) {
        requireBus(tx, bus);
        return data.rules.get(tx, key(bus, name)).orElseThrow(() -> Refusals.noRule(bus.name(), name));
    }

    Events.ListRulesResponse list(Caller caller, Events.ListRulesRequest input) {
        var bus = BusName.of(caller, input.eventBusName());
        return store.read(tx -> {
            requireBus(tx, bus);
            var page = NamedPage.of(data.rules.range(tx, bus.key()).map(Row::value), KeptRule::name, input.namePrefix(),
                    input.nextToken(), input.limit(), PAGE, Refusals::badToken);
            return Events.ListRulesResponse.of(r -> r.rules(page.items().stream().map(Rules::told).toList())
                    .nextToken(page.next()));
        });
    }

    Events.ListRuleNamesByTargetResponse namesByTarget(Caller caller, Events.ListRuleNamesByTargetRequest input) {
        var bus = BusName.of(caller, input.eventBusName());
        return store.read(tx -> {
            requireBus(tx, bus);
            var names = data.byTarget.range(tx, bus.key().and(input.targetArn())).map(row -> row.key().text(3))
                    .distinct();
            var page = NamedPage.of(names, UnaryOperator.identity(), null, input.nextToken(), input.limit(), PAGE,
                    Refusals::badToken);
            return Events.ListRuleNamesByTargetResponse.of(r -> r.ruleNames(page.items()).nextToken(page.next()));
        });
    }

    /** Deleting what is not there succeeds. */
    void delete(Caller caller, Events.DeleteRuleRequest input) {
        var bus = BusName.of(caller, input.eventBusName());
        var key = key(bus, input.name());
        store.change(tx -> {
            requireBus(tx, bus);
            data.rules.get(tx, key).ifPresent(rule -> requireOwn(rule, Boolean.TRUE.equals(input.force())));
            if (data.targets.range(tx, key).findAny().isPresent()) {
                throw Refusals.invalid("Rule can't be deleted since it has targets.");
            }
            remove(tx, key);
        });
    }

    void remove(Tx tx, Key key) {
        data.targets.deleteAll(tx, key);
        data.rules.delete(tx, key);
        data.schedules.cancel(tx, key);
        changed(tx, BusName.of(key));
    }

    void changeTags(Tx tx, Key key, UnaryOperator<Map<String, String>> how) {
        var rule = tagged(tx, key);
        data.rules.put(tx, rule.key(), rule.withTags(how.apply(rule.tags())));
    }

    KeptRule tagged(ReadTx tx, Key key) {
        return data.rules.get(tx, key).orElseThrow(() -> Refusals.noRule(key.text(2), key.text(3)));
    }

    private static Events.Rule told(KeptRule rule) {
        return Events.Rule.of(r -> r.name(rule.name()).arn(rule.arn()).eventPattern(rule.pattern())
                .scheduleExpression(rule.schedule()).state(state(rule)).description(rule.description())
                .roleArn(rule.roleArn()).managedBy(rule.managedBy()).eventBusName(rule.bus()));
    }

    private static String state(KeptRule rule) {
        return rule.enabled() ? Events.RuleState.ENABLED : Events.RuleState.DISABLED;
    }
}
