package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Rules. */
final class Rules {
    private static final String DEFAULT_BUS = "default";
    private static final int PAGE = 100;

    private final EventsData data;
    private final Store store;
    private final Time time;

    Rules(EventsData data, Store store, Time time) {
        this.data = data;
        this.store = store;
        this.time = time;
    }

    static String arn(Caller caller, String name) {
        return caller.arn("events", "rule/" + name).toString();
    }

    /** There is one bus yet. */
    static void onDefaultBus(Caller caller, String bus) {
        if (bus == null || bus.equals(DEFAULT_BUS) || bus.equals(caller.arn("events", "event-bus/default").toString())) {
            return;
        }
        var name = Arn.isArn(bus) ? Arn.parse(bus).resourceName() : bus;
        throw new Events.ResourceNotFoundException("Event bus " + name + " does not exist.");
    }

    String put(Caller caller, Events.PutRuleRequest input) {
        onDefaultBus(caller, input.eventBusName());
        if (input.eventPattern() != null && !input.eventPattern().isBlank()) {
            throw ApiError.notBuilt("A rule's EventPattern");
        }
        if (input.scheduleExpression() == null || input.scheduleExpression().isBlank()) {
            throw invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.");
        }
        var schedule = schedule(input.scheduleExpression());
        if (input.state() != null && !input.state().equals(Events.RuleState.ENABLED)
                && !input.state().equals(Events.RuleState.DISABLED)) {
            throw ApiError.notBuilt("A rule's State " + input.state());
        }
        boolean enabled = !Events.RuleState.DISABLED.equals(input.state());
        var now = time.instant();
        store.change(tx -> {
            var before = data.rules.get(tx, EventsData.key(caller, input.name()));
            // Tags are of the creation alone, as on AWS.
            var tags = before.map(KeptRule::tags).orElseGet(() -> with(Map.of(), input.tags()));
            var rule = new KeptRule(caller.account(), caller.region(), input.name(), input.scheduleExpression(), enabled,
                    input.description(), input.roleArn(), tags);
            data.rules.put(tx, rule.key(), rule);
            boolean goesOn = before.isPresent() && before.get().enabled() && enabled
                    && before.get().schedule().equals(rule.schedule());
            if (!goesOn) {
                reschedule(tx, rule, schedule, now);
            }
        });
        return arn(caller, input.name());
    }

    static Schedule schedule(String expression) {
        try {
            return Schedule.parse(expression);
        } catch (IllegalArgumentException e) {
            throw invalid(e.getMessage());
        }
    }

    private void reschedule(Tx tx, KeptRule rule, Schedule schedule, Instant now) {
        var next = rule.enabled() ? schedule.next(now, ZoneOffset.UTC) : Optional.<Instant>empty();
        next.ifPresentOrElse(at -> data.schedules.add(tx, at, rule.key(), rule.key()),
                () -> data.schedules.cancel(tx, rule.key()));
    }

    void setEnabled(Caller caller, String bus, String name, boolean enabled) {
        onDefaultBus(caller, bus);
        var now = time.instant();
        store.change(tx -> {
            var rule = existing(tx, caller, name);
            if (rule.enabled() != enabled) {
                var changed = rule.withEnabled(enabled);
                data.rules.put(tx, rule.key(), changed);
                reschedule(tx, changed, schedule(rule.schedule()), now);
            }
        });
    }

    KeptRule get(Caller caller, String bus, String name) {
        onDefaultBus(caller, bus);
        return store.<KeptRule>read(tx -> existing(tx, caller, name));
    }

    KeptRule existing(ReadTx tx, Caller caller, String name) {
        return data.rules.get(tx, EventsData.key(caller, name)).orElseThrow(() -> new Events.ResourceNotFoundException(
                "Rule " + name + " does not exist on EventBus default."));
    }

    Events.ListRulesResponse list(Caller caller, Events.ListRulesRequest input) {
        onDefaultBus(caller, input.eventBusName());
        int limit = input.limit() == null ? PAGE : input.limit();
        var after = input.nextToken() == null ? null : EventsData.key(caller, Tokens.text(input.nextToken()));
        var prefix = input.namePrefix() == null ? "" : input.namePrefix();
        return store.read(tx -> {
            var found = data.rules.range(tx, EventsData.all(caller))
                    .filter(row -> after == null || row.key().compareTo(after) > 0).map(Row::value)
                    .filter(rule -> rule.name().startsWith(prefix)).limit(limit + 1L).toList();
            boolean more = found.size() > limit;
            var page = more ? found.subList(0, limit) : found;
            return Events.ListRulesResponse.of(r -> r.rules(page.stream().map(Rules::told).toList())
                    .nextToken(more ? Tokens.of(page.getLast().name()) : null));
        });
    }

    /** Deleting what is not there succeeds. */
    void delete(Caller caller, String bus, String name) {
        onDefaultBus(caller, bus);
        store.change(tx -> {
            Key key = EventsData.key(caller, name);
            if (data.targets.range(tx, key).findAny().isPresent()) {
                throw invalid("Rule can't be deleted since it has targets.");
            }
            data.rules.delete(tx, key);
            data.schedules.cancel(tx, key);
        });
    }

    void changeTags(Caller caller, String resourceArn, UnaryOperator<Map<String, String>> how) {
        store.change(tx -> {
            var rule = existing(tx, caller, named(resourceArn));
            data.rules.put(tx, rule.key(), rule.withTags(how.apply(rule.tags())));
        });
    }

    static String named(String arn) {
        if (!Arn.isArn(arn) || !Arn.parse(arn).resource().startsWith("rule/")) {
            throw ApiError.notBuilt("Tags of " + arn);
        }
        return Arn.parse(arn).resourceName();
    }

    static Map<String, String> with(Map<String, String> before, List<Events.Tag> tags) {
        var all = new LinkedHashMap<>(before);
        (tags == null ? List.<Events.Tag>of() : tags).forEach(tag -> all.put(tag.key(), tag.value()));
        return all;
    }

    static Map<String, String> without(Map<String, String> before, List<String> keys) {
        var all = new LinkedHashMap<>(before);
        keys.forEach(all::remove);
        return all;
    }

    static List<Events.Tag> tags(Map<String, String> tags) {
        return new TreeMap<>(tags).entrySet().stream()
                .map(entry -> Events.Tag.of(t -> t.key(entry.getKey()).value(entry.getValue()))).toList();
    }

    private static Events.Rule told(KeptRule rule) {
        return Events.Rule.of(r -> r.name(rule.name()).arn(rule.arn()).scheduleExpression(rule.schedule())
                .state(state(rule)).description(rule.description()).roleArn(rule.roleArn()).eventBusName(DEFAULT_BUS));
    }

    static String state(KeptRule rule) {
        return rule.enabled() ? Events.RuleState.ENABLED : Events.RuleState.DISABLED;
    }

    static ApiError invalid(String message) {
        return ApiError.of("ValidationException", 400, message);
    }
}
