package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.ResourceType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AWS::Events::Rule. Ref gives the rule's name, with the bus's before it where that is not the default one. */
record RuleType(Events events) implements ResourceType {
    private static final int MAX_NAME = 64;

    /** A rule as its physical id names it. */
    private record Named(String bus, String name) {
        static Named of(String physicalId) {
            int bar = physicalId.indexOf('|');
            return bar < 0 ? new Named(null, physicalId) : new Named(physicalId.substring(0, bar),
                    physicalId.substring(bar + 1));
        }

        String physicalId() {
            return bus == null || bus.equals(EventsData.DEFAULT_BUS) ? name : bus + "|" + name;
        }
    }

    @Override
    public String type() {
        return "AWS::Events::Rule";
    }

    @Override
    public Set<String> properties() {
        return Set.of("Name", "Description", "ScheduleExpression", "EventPattern", "State", "Targets", "RoleArn",
                "EventBusName",
                "Tags");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("Name", "EventBusName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var bus = BusName.of(caller, EventsResources.text(desired, "EventBusName"));
        var rule = new Named(bus.name(), desired.name("Name", MAX_NAME));
        var arn = Rules.arn(bus.account(), bus.region(), bus.name(), rule.name());
        // PutRule would change a rule of somebody else's.
        if (!EventsResources.isOursOrNone(events, caller, arn, desired)) {
            throw ApiError.of("AlreadyExists", 400, "A rule named " + rule.name() + " already exists.");
        }
        var targets = targets(desired);
        putRule(caller, rule, desired);
        return ResourceType.complete(rule.physicalId(), () -> {
            putTargets(caller, rule, targets);
            return existing(caller, rule);
        });
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        var rule = Named.of(physicalId);
        var wanted = targets(after);
        putRule(caller, rule, after);
        var gone = new ArrayList<>(ids(before));
        gone.removeAll(wanted.stream().map(Events.Target::id).toList());
        if (!gone.isEmpty()) {
            events.removeTargets(caller, Events.RemoveTargetsRequest.of(r -> r.rule(rule.name())
                    .eventBusName(rule.bus()).ids(gone)));
        }
        putTargets(caller, rule, wanted);
        var existing = existing(caller, rule);
        EventsResources.changeTags(events, caller, (String) existing.attributes().get("Arn"), before, after);
        return existing;
    }

    private void putRule(Caller caller, Named rule, Desired desired) {
        var more = new HashMap<String, Object>(Map.of("Name", rule.name(), "Tags", EventsResources.tags(desired)));
        if (desired.properties().get("EventPattern") instanceof Map<?, ?> pattern) {
            more.put("EventPattern", JsonWriter.string(pattern));
        }
        events.putRule(caller, desired.input(Events.PUT_RULE, Events.PutRuleRequest.class, more, Set.of("Targets")));
    }

    private void putTargets(Caller caller, Named rule, List<Events.Target> targets) {
        if (targets.isEmpty()) {
            return;
        }
        var result = events.putTargets(caller, Events.PutTargetsRequest.of(r -> r.rule(rule.name())
                .eventBusName(rule.bus())
                .targets(targets)));
        result.failedEntries().stream().findFirst().ifPresent(failed -> {
            throw ApiError.of(failed.errorCode(), 400, failed.errorMessage());
        });
    }

    private static List<Events.Target> targets(Desired desired) {
        if (desired.properties().get("Targets") == null) {
            return List.of();
        }
        var others = new HashSet<>(desired.properties().keySet());
        others.remove("Targets");
        var targets = desired.input(Events.PUT_TARGETS, Events.PutTargetsRequest.class, Map.of(), others).targets();
        return targets == null ? List.of() : targets;
    }

    private static List<String> ids(Desired desired) {
        return desired.properties().get("Targets") instanceof List<?> list
                ? list.stream().map(each -> String.valueOf(((Map<?, ?>) each).get("Id"))).toList() : List.of();
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        var rule = Named.of(physicalId);
        EventsResources.gone(() -> {
            var ids = events.listTargetsByRule(caller, Events.ListTargetsByRuleRequest.of(
                    r -> r.rule(rule.name()).eventBusName(rule.bus()))).targets().stream().map(Events.Target::id)
                            .toList();
            if (!ids.isEmpty()) {
                events.removeTargets(caller, Events.RemoveTargetsRequest.of(
                        r -> r.rule(rule.name()).eventBusName(rule.bus()).ids(ids)));
            }
            events.deleteRule(caller, Events.DeleteRuleRequest.of(r -> r.name(rule.name()).eventBusName(rule.bus())));
        });
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(existing(caller, Named.of(physicalId)));
        } catch (Events.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    private Resource existing(Caller caller, Named rule) {
        var described = events.describeRule(caller, Events.DescribeRuleRequest.of(
                r -> r.name(rule.name()).eventBusName(rule.bus())));
        return new Resource(rule.physicalId(), Map.of("Arn", described.arn(), "RuleName", rule.name()));
    }
}
