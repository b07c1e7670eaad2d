package dev.aloft.service.events;

import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Events;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Worker;
import java.util.List;

/** The operations of Amazon EventBridge that schedules need. */
public final class EventsService implements Service, Events {
    private final EventsData data = new EventsData();
    private final Rules rules;
    private final RuleTargets ruleTargets;
    private final Firing firing;
    private final List<ResourceType> resourceTypes;

    public EventsService(Store platform, Targets targets, Time time, Endpoint endpoint) {
        var store = platform.in("events");
        rules = new Rules(data, store, time);
        ruleTargets = new RuleTargets(data, rules, targets, store);
        firing = new Firing(data, targets, store, time);
        resourceTypes = List.of(new EventsResources(Events.at(endpoint)));
    }

    @Override
    public List<ResourceType> resourceTypes() {
        return resourceTypes;
    }

    @Override
    public List<Worker> workers() {
        return List.of(new Worker("events schedules", data.due, firing::turn));
    }

    @Override
    public Access access(Caller caller, Shape input) {
        return switch ((Request) input) {
            case PutRuleRequest r -> rule("PutRule", caller, r.name()).passing(r.roleArn(), "events.amazonaws.com");
            case DescribeRuleRequest r -> rule("DescribeRule", caller, r.name());
            case DeleteRuleRequest r -> rule("DeleteRule", caller, r.name());
            case EnableRuleRequest r -> rule("EnableRule", caller, r.name());
            case DisableRuleRequest r -> rule("DisableRule", caller, r.name());
            case PutTargetsRequest r -> rule("PutTargets", caller, r.rule())
                .with("events:TargetArn", r.targets().stream().map(Target::arn).toList());
            case RemoveTargetsRequest r -> rule("RemoveTargets", caller, r.rule());
            case ListTargetsByRuleRequest r -> rule("ListTargetsByRule", caller, r.rule());
            case ListRulesRequest r -> rule("ListRules", caller, r.namePrefix() == null ? "*" : r.namePrefix() + "*");
            case ListTagsForResourceRequest r -> Access.to("events:ListTagsForResource", r.resourceARN());
            case TagResourceRequest r -> Access.to("events:TagResource", r.resourceARN());
            case UntagResourceRequest r -> Access.to("events:UntagResource", r.resourceARN());
        };
    }

    private static Access rule(String operation, Caller caller, String name) {
        return Access.to("events:" + operation, Rules.arn(caller, name));
    }

    @Override
    public PutRuleResponse putRule(Caller caller, PutRuleRequest input) {
        var arn = rules.put(caller, input);
        return PutRuleResponse.of(r -> r.ruleArn(arn));
    }

    @Override
    public DescribeRuleResponse describeRule(Caller caller, DescribeRuleRequest input) {
        var rule = rules.get(caller, input.eventBusName(), input.name());
        return DescribeRuleResponse.of(r -> r.name(rule.name()).arn(rule.arn()).scheduleExpression(rule.schedule())
                .state(Rules.state(rule)).description(rule.description()).roleArn(rule.roleArn())
                .eventBusName("default").createdBy(rule.account()));
    }

    @Override
    public DeleteRuleResponse deleteRule(Caller caller, DeleteRuleRequest input) {
        rules.delete(caller, input.eventBusName(), input.name());
        return DeleteRuleResponse.of(_ -> {});
    }

    @Override
    public ListRulesResponse listRules(Caller caller, ListRulesRequest input) {
        return rules.list(caller, input);
    }

    @Override
    public EnableRuleResponse enableRule(Caller caller, EnableRuleRequest input) {
        rules.setEnabled(caller, input.eventBusName(), input.name(), true);
        return EnableRuleResponse.of(_ -> {});
    }

    @Override
    public DisableRuleResponse disableRule(Caller caller, DisableRuleRequest input) {
        rules.setEnabled(caller, input.eventBusName(), input.name(), false);
        return DisableRuleResponse.of(_ -> {});
    }

    @Override
    public PutTargetsResponse putTargets(Caller caller, PutTargetsRequest input) {
        ruleTargets.put(caller, input);
        return PutTargetsResponse.of(r -> r.failedEntryCount(0).failedEntries(List.of()));
    }

    @Override
    public RemoveTargetsResponse removeTargets(Caller caller, RemoveTargetsRequest input) {
        var failed = ruleTargets.remove(caller, input.eventBusName(), input.rule(), input.ids());
        return RemoveTargetsResponse.of(r -> r.failedEntryCount(failed.size()).failedEntries(failed));
    }

    @Override
    public ListTargetsByRuleResponse listTargetsByRule(Caller caller, ListTargetsByRuleRequest input) {
        return ruleTargets.list(caller, input);
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(Caller caller, ListTagsForResourceRequest input) {
        var rule = rules.get(caller, null, Rules.named(input.resourceARN()));
        return ListTagsForResourceResponse.of(r -> r.tags(Rules.tags(rule.tags())));
    }

    @Override
    public TagResourceResponse tagResource(Caller caller, TagResourceRequest input) {
        rules.changeTags(caller, input.resourceARN(), tags -> Rules.with(tags, input.tags()));
        return TagResourceResponse.of(_ -> {});
    }

    @Override
    public UntagResourceResponse untagResource(Caller caller, UntagResourceRequest input) {
        rules.changeTags(caller, input.resourceARN(), tags -> Rules.without(tags, input.tagKeys()));
        return UntagResourceResponse.of(_ -> {});
    }
}
