package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.ResourceType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** AWS::Events::Rule. */
record EventsResources(Events events) implements ResourceType {
    private static final int MAX_NAME = 64;
    private static final String STACK = "aws:cloudformation:stack-id";
    private static final String LOGICAL_ID = "aws:cloudformation:logical-id";
    private static final Set<String> TARGET_MEMBERS = Set.of("Id", "Arn", "RoleArn", "Input", "InputPath", "InputTransformer",
            "RetryPolicy");

    @Override
    public String type() {
        return "AWS::Events::Rule";
    }

    @Override
    public Set<String> properties() {
        return Set.of("Name", "Description", "ScheduleExpression", "EventPattern", "State", "Targets", "RoleArn",
                "EventBusName", "Tags");
    }

    @Override
    public Set<String> replacedBy() {
        return Set.of("Name", "EventBusName");
    }

    @Override
    public Resource create(Caller caller, Desired desired) {
        var name = desired.name("Name", MAX_NAME);
        if (!isOursOrNone(caller, name, desired)) {
            throw ApiError.of("AlreadyExists", 400, "A rule named " + name + " already exists.");
        }
        putRule(caller, name, desired);
        putTargets(caller, name, desired);
        return existing(caller, name);
    }

    /** PutRule would change a rule of somebody else's: look first. */
    private boolean isOursOrNone(Caller caller, String name, Desired desired) {
        try {
            var arn = Rules.arn(caller, name);
            var known = Rules.with(Map.of(),
                    events.listTagsForResource(caller, Events.ListTagsForResourceRequest.of(r -> r.resourceARN(arn))).tags());
            return desired.stackId().equals(known.get(STACK)) && desired.logicalId().equals(known.get(LOGICAL_ID));
        } catch (Events.ResourceNotFoundException _) {
            return true;
        }
    }

    @Override
    public Resource update(Caller caller, String physicalId, Desired before, Desired after) {
        putRule(caller, physicalId, after);
        var wanted = targets(after).stream().map(Events.Target::id).toList();
        var gone = targets(before).stream().map(Events.Target::id).filter(id -> !wanted.contains(id)).toList();
        if (!gone.isEmpty()) {
            events.removeTargets(caller, Events.RemoveTargetsRequest.of(r -> r.rule(physicalId).ids(gone)));
        }
        putTargets(caller, physicalId, after);
        var arn = Rules.arn(caller, physicalId);
        var tags = tags(after);
        var without = tags(before).keySet().stream().filter(key -> !tags.containsKey(key)).toList();
        if (!without.isEmpty()) {
            events.untagResource(caller, Events.UntagResourceRequest.of(r -> r.resourceARN(arn).tagKeys(without)));
        }
        events.tagResource(caller, Events.TagResourceRequest.of(r -> r.resourceARN(arn).tags(Rules.tags(tags))));
        return existing(caller, physicalId);
    }

    private void putRule(Caller caller, String name, Desired desired) {
        var properties = desired.properties();
        events.putRule(caller, Events.PutRuleRequest.of(r -> r.name(name)
                .scheduleExpression(text(properties, "ScheduleExpression"))
                .eventPattern(properties.get("EventPattern") == null ? null : JsonWriter.string(properties.get("EventPattern")))
                .state(text(properties, "State")).description(text(properties, "Description"))
                .roleArn(text(properties, "RoleArn")).eventBusName(text(properties, "EventBusName"))
                .tags(Rules.tags(tags(desired)))));
    }

    private void putTargets(Caller caller, String name, Desired desired) {
        var targets = targets(desired);
        if (!targets.isEmpty()) {
            events.putTargets(caller, Events.PutTargetsRequest.of(r -> r.rule(name).targets(targets)));
        }
    }

    private static List<Events.Target> targets(Desired desired) {
        return desired.properties().get("Targets") instanceof List<?> list
                ? list.stream().map(EventsResources::target).toList() : List.of();
    }

    private static Events.Target target(Object tree) {
        if (!(tree instanceof Map<?, ?> target)) {
            throw Rules.invalid("Each of Targets must have an Id and an Arn.");
        }
        target.keySet().stream().filter(key -> !TARGET_MEMBERS.contains(key)).findFirst().ifPresent(key -> {
            throw ApiError.notBuilt("A target's " + key);
        });
        var transformer = target.get("InputTransformer") instanceof Map<?, ?> given ? given : null;
        var paths = new LinkedHashMap<String, String>();
        if (transformer != null && transformer.get("InputPathsMap") instanceof Map<?, ?> given) {
            given.forEach((name, path) -> paths.put(name.toString(), path.toString()));
        }
        var retry = target.get("RetryPolicy") instanceof Map<?, ?> given ? given : null;
        return Events.Target.of(t -> t.id(text(target, "Id")).arn(text(target, "Arn")).roleArn(text(target, "RoleArn"))
                .input(text(target, "Input")).inputPath(text(target, "InputPath"))
                .inputTransformer(transformer == null ? null : Events.InputTransformer.of(
                        i -> i.inputTemplate(text(transformer, "InputTemplate")).inputPathsMap(paths.isEmpty() ? null : paths)))
                .retryPolicy(retry == null ? null : Events.RetryPolicy.of(p -> p
                        .maximumRetryAttempts(number(retry, "MaximumRetryAttempts"))
                        .maximumEventAgeInSeconds(number(retry, "MaximumEventAgeInSeconds")))));
    }

    @Override
    public void delete(Caller caller, String physicalId, Desired last) {
        try {
            var ids = events.listTargetsByRule(caller, Events.ListTargetsByRuleRequest.of(r -> r.rule(physicalId)))
                    .targets().stream().map(Events.Target::id).toList();
            if (!ids.isEmpty()) {
                events.removeTargets(caller, Events.RemoveTargetsRequest.of(r -> r.rule(physicalId).ids(ids)));
            }
            events.deleteRule(caller, Events.DeleteRuleRequest.of(r -> r.name(physicalId)));
        } catch (Events.ResourceNotFoundException _) {
            // Gone already, which is what was wanted.
        }
    }

    @Override
    public Optional<Resource> read(Caller caller, String physicalId) {
        try {
            return Optional.of(existing(caller, physicalId));
        } catch (Events.ResourceNotFoundException _) {
            return Optional.empty();
        }
    }

    private Resource existing(Caller caller, String name) {
        var rule = events.describeRule(caller, Events.DescribeRuleRequest.of(r -> r.name(name)));
        return new Resource(name, Map.of("Arn", rule.arn()));
    }

    private static String text(Map<?, ?> tree, String name) {
        return Objects.toString(tree.get(name), null);
    }

    private static Integer number(Map<?, ?> tree, String name) {
        try {
            return tree.get(name) == null ? null : Integer.valueOf(tree.get(name).toString());
        } catch (NumberFormatException _) {
            throw Rules.invalid(name + " must be a number.");
        }
    }

    private static Map<String, String> tags(Desired desired) {
        var tags = new LinkedHashMap<>(desired.tags());
        if (desired.properties().get("Tags") instanceof List<?> list) {
            for (var each : list) {
                if (each instanceof Map<?, ?> tag && tag.get("Key") != null) {
                    tags.put(tag.get("Key").toString(), Objects.toString(tag.get("Value"), ""));
                }
            }
        }
        tags.put(STACK, desired.stackId());
        tags.put(LOGICAL_ID, desired.logicalId());
        return tags;
    }
}
