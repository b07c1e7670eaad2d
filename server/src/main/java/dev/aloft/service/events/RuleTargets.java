package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.events.EventsData.KeptTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The targets of rules. */
final class RuleTargets {
    private static final int MOST = 5;
    private static final int PAGE = 100;

    private final EventsData data;
    private final Rules rules;
    private final Targets targets;
    private final Store store;

    RuleTargets(EventsData data, Rules rules, Targets targets, Store store) {
        this.data = data;
        this.rules = rules;
        this.targets = targets;
        this.store = store;
    }

    void put(Caller caller, Events.PutTargetsRequest input) {
        Rules.onDefaultBus(caller, input.eventBusName());
        var checked = input.targets().stream().map(this::checked).toList();
        store.change(tx -> {
            var key = rules.existing(tx, caller, input.rule()).key();
            for (var target : checked) {
                data.targets.put(tx, key.and(target.id()), target);
            }
            if (data.targets.range(tx, key).count() > MOST) {
                throw new Events.LimitExceededException("The requested resource exceeds the maximum number allowed.");
            }
        });
    }

    private KeptTarget checked(Events.Target target) {
        refuseWhatIsNotBuilt(target);
        if (!Arn.isArn(target.arn())) {
            throw Rules.invalid("Parameter " + target.arn() + " is not valid. Reason: Provided Arn is not in correct format.");
        }
        if (!targets.takes(Arn.parse(target.arn()))) {
            throw ApiError.notBuilt("A target of service " + Arn.parse(target.arn()).service());
        }
        if (target.roleArn() != null && Arn.parse(target.arn()).service().equals("lambda")) {
            throw Rules.invalid("RoleArn is not supported for target " + target.arn() + ".");
        }
        if (Stream.of(target.input(), target.inputPath(), target.inputTransformer()).filter(it -> it != null).count() > 1) {
            throw Rules.invalid("Only one of Input, InputPath, or InputTransformer must be provided for target "
                    + target.id() + ".");
        }
        if (target.input() != null && !isJson(target.input())) {
            throw Rules.invalid("JSON syntax error in input for target " + target.id() + ".");
        }
        if (target.inputPath() != null && !EventPath.isValid(target.inputPath())) {
            throw Rules.invalid("Invalid InputPath for target " + target.id() + ".");
        }
        var transformer = target.inputTransformer();
        Map<String, String> paths = transformer == null || transformer.inputPathsMap() == null
                ? Map.of() : transformer.inputPathsMap();
        if (transformer != null) {
            InputTransformer.check(target.id(), paths, transformer.inputTemplate());
        }
        var retry = target.retryPolicy();
        return new KeptTarget(target.id(), target.arn(), target.input(), target.inputPath(),
                transformer == null ? null : transformer.inputTemplate(), paths,
                retry == null ? null : retry.maximumRetryAttempts(), retry == null ? null : retry.maximumEventAgeInSeconds());
    }

    private static boolean isJson(String text) {
        try {
            JsonReader.tree(text);
            return true;
        } catch (JsonReader.Malformed _) {
            return false;
        }
    }

    private static void refuseWhatIsNotBuilt(Events.Target target) {
        refuse("DeadLetterConfig", target.deadLetterConfig());
        refuse("KinesisParameters", target.kinesisParameters());
        refuse("RunCommandParameters", target.runCommandParameters());
        refuse("EcsParameters", target.ecsParameters());
        refuse("BatchParameters", target.batchParameters());
        refuse("SqsParameters", target.sqsParameters());
        refuse("HttpParameters", target.httpParameters());
        refuse("RedshiftDataParameters", target.redshiftDataParameters());
        refuse("SageMakerPipelineParameters", target.sageMakerPipelineParameters());
    }

    private static void refuse(String name, Object value) {
        if (value != null) {
            throw ApiError.notBuilt("A target's " + name);
        }
    }

    List<Events.RemoveTargetsResultEntry> remove(Caller caller, String bus, String rule, List<String> ids) {
        Rules.onDefaultBus(caller, bus);
        return store.write(tx -> {
            var key = rules.existing(tx, caller, rule).key();
            var failed = new ArrayList<Events.RemoveTargetsResultEntry>();
            for (var id : ids) {
                if (!data.targets.delete(tx, key.and(id))) {
                    failed.add(Events.RemoveTargetsResultEntry.of(e -> e.targetId(id)
                            .errorCode("ResourceNotFoundException").errorMessage("Rule " + rule + " has no target " + id + ".")));
                }
            }
            return failed;
        });
    }

    Events.ListTargetsByRuleResponse list(Caller caller, Events.ListTargetsByRuleRequest input) {
        Rules.onDefaultBus(caller, input.eventBusName());
        int limit = input.limit() == null ? PAGE : input.limit();
        var after = input.nextToken() == null ? "" : Tokens.text(input.nextToken());
        return store.read(tx -> {
            var key = rules.existing(tx, caller, input.rule()).key();
            var found = data.targets.range(tx, key).map(Row::value)
                    .filter(target -> target.id().compareTo(after) > 0).limit(limit + 1L).toList();
            boolean more = found.size() > limit;
            var page = more ? found.subList(0, limit) : found;
            return Events.ListTargetsByRuleResponse.of(r -> r.targets(page.stream().map(RuleTargets::told).toList())
                    .nextToken(more ? Tokens.of(page.getLast().id()) : null));
        });
    }

    private static Events.Target told(KeptTarget target) {
        return Events.Target.of(t -> t.id(target.id()).arn(target.arn()).input(target.input()).inputPath(target.inputPath())
                .inputTransformer(target.template() == null ? null : Events.InputTransformer.of(i -> i
                        .inputTemplate(target.template())
                        .inputPathsMap(target.inputPaths().isEmpty() ? null : target.inputPaths())))
                .retryPolicy(target.maximumRetries() == null && target.maximumAgeSeconds() == null ? null
                        : Events.RetryPolicy.of(p -> p.maximumRetryAttempts(target.maximumRetries())
                                .maximumEventAgeInSeconds(target.maximumAgeSeconds()))));
    }
}
