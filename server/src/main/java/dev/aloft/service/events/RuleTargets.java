package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.pattern.EventPath;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The targets of rules. */
final class RuleTargets {
    private static final int MOST = 5;
    private static final int PAGE = 100;
    /** Those that have no policy of their own by which a service could be let in. */
    private static final Set<String> UNDER_A_ROLE = Set.of("kinesis", "firehose", "states", "ecs", "batch", "codebuild",
            "codepipeline", "ssm", "sagemaker", "redshift-data", "appsync", "inspector");

    /** The services of AWS's list of targets; AWS takes an ARN of any other for one that is written wrong. */
    private static final Set<String> AWS_HAS = Set.of("appsync", "batch", "codebuild", "codepipeline", "ecs",
            "firehose", "glue", "inspector", "kinesis", "lambda", "logs", "redshift", "redshift-serverless",
            "sagemaker", "sns", "sqs", "ssm", "ssm-incidents", "states");

    /**
     * Those that may be another account's than the rule's.
     *
     * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-cross-account.html">Targets in
     *     other accounts</a>
     */
    private static final Set<String> FROM_OTHER_ACCOUNTS = Set.of("events", "execute-api", "kinesis", "lambda", "sns",
            "sqs");

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

    /** Those that are refused one by one, which leaves the others. */
    List<Events.PutTargetsResultEntry> put(Caller caller, Events.PutTargetsRequest input) {
        var bus = BusName.of(caller, input.eventBusName());
        var good = new ArrayList<Events.Target>();
        var failed = new ArrayList<Events.PutTargetsResultEntry>();
        for (var target : input.targets()) {
            refusal(target).ifPresentOrElse(failed::add, () -> good.add(checked(bus, target)));
        }
        store.change(tx -> {
            var rule = rules.existing(tx, bus, input.rule());
            Rules.requireOwn(rule, false);
            good.forEach(target -> data.targets.put(tx, rule.key().and(target.id()), target));
            if (data.targets.range(tx, rule.key()).count() > MOST) {
                throw Refusals.tooMany();
            }
            rules.changed(tx, bus);
        });
        return failed;
    }

    private static Optional<Events.PutTargetsResultEntry> refusal(Events.Target target) {
        var letters = target.deadLetterConfig() == null ? null : target.deadLetterConfig().arn();
        if (!Arn.isArn(target.arn())) {
            return Optional.of(badArn(target, target.arn()));
        }
        if (letters != null && !DeadLetters.isQueue(letters)) {
            return Optional.of(badArn(target, letters));
        }
        if (target.roleArn() != null && !Arn.isArn(target.roleArn())) {
            return Optional.of(badArn(target, target.roleArn()));
        }
        var arn = Arn.parse(target.arn());
        if (arn.service().equals("sns") && target.arn().endsWith(".fifo")) {
            // EventBridge delivers to standard topics alone.
            return Optional.of(badArn(target, target.arn()));
        }
        boolean fifo = arn.service().equals("sqs") && target.arn().endsWith(".fifo");
        boolean grouped = target.sqsParameters() != null && target.sqsParameters().messageGroupId() != null;
        return fifo && !grouped
                ? Optional.of(failed(target, "Parameter(s) SqsParameters must be specified for target: " + target.id()
                        + "."))
                : Optional.empty();
    }

    private static Events.PutTargetsResultEntry badArn(Events.Target target, String arn) {
        return failed(target, "Parameter " + arn + " is not valid. Reason: Provided Arn is not in correct format.");
    }

    private static Events.PutTargetsResultEntry failed(Events.Target target, String message) {
        return Events.PutTargetsResultEntry.of(e -> e.targetId(target.id()).errorCode("ValidationException")
                .errorMessage(message));
    }

    private Events.Target checked(BusName bus, Events.Target target) {
        var arn = Arn.parse(target.arn());
        checkParameters(target, arn);
        if (!arn.service().equals("events") && !arn.service().equals("execute-api") && !targets.takes(arn)) {
            throw AWS_HAS.contains(arn.service()) ? ApiError.notBuilt("A target of service " + arn.service())
                    : Refusals.badArn(target.arn());
        }
        if (isElsewhere(bus, arn) && !FROM_OTHER_ACCOUNTS.contains(arn.service())) {
            throw ApiError.of("AccessDeniedException", 400, "Access to the resource " + target.arn()
                    + " is denied. Reason: Adding cross-account target is not permitted.");
        }
        if (target.roleArn() == null && needsRole(bus, arn)) {
            throw Refusals.invalid("RoleArn is required for target " + target.arn() + ".");
        }
        checkInput(target);
        var kinesis = target.kinesisParameters();
        if (kinesis != null && !EventPath.isValid(kinesis.partitionKeyPath())) {
            throw Refusals.invalid("Invalid PartitionKeyPath for target " + target.id() + ".");
        }
        return target;
    }

    private static boolean isElsewhere(BusName bus, Arn target) {
        return !target.account().isEmpty() && !target.account().equals(bus.account());
    }

    /** Other accounts' targets need one, and a bus of another region too: since March 2023. */
    private static boolean needsRole(BusName bus, Arn target) {
        boolean farBus = target.resource().startsWith("event-bus/") && !target.region().equals(bus.region());
        return UNDER_A_ROLE.contains(target.service()) || target.resource().startsWith("api-destination/") || farBus
                || isElsewhere(bus, target);
    }

    private static void checkInput(Events.Target target) {
        if (Stream.of(target.input(), target.inputPath(), target.inputTransformer()).filter(it -> it != null)
                .count() > 1) {
            throw Refusals.invalid("Only one of Input, InputPath, or InputTransformer must be provided for target "
                    + target.id() + ".");
        }
        if (target.input() != null && !JsonReader.isJson(target.input())) {
            throw Refusals.invalid("JSON syntax error in input for target " + target.id() + ".");
        }
        if (target.inputPath() != null && !EventPath.isValid(target.inputPath())) {
            throw Refusals.invalid("Invalid InputPath for target " + target.id() + ".");
        }
        var transformer = target.inputTransformer();
        if (transformer != null) {
            InputTransformer.check(target.id(), paths(transformer), transformer.inputTemplate());
        }
    }

    static Map<String, String> paths(Events.InputTransformer transformer) {
        return transformer.inputPathsMap() == null ? Map.of() : transformer.inputPathsMap();
    }

    /** Parameters are of the targets of one service each. */
    private static void checkParameters(Events.Target target, Arn arn) {
        boolean web = arn.service().equals("execute-api") || arn.resource().startsWith("api-destination/");
        // An event stays what it is on its way to another bus.
        boolean bus = arn.service().equals("events") && arn.resource().startsWith("event-bus/");
        of(target, !bus, "Input", target.input());
        of(target, !bus, "InputPath", target.inputPath());
        of(target, !bus, "InputTransformer", target.inputTransformer());
        of(target, web, "HttpParameters", target.httpParameters());
        of(target, arn.service().equals("kinesis"), "KinesisParameters", target.kinesisParameters());
        of(target, arn.service().equals("sqs"), "SqsParameters", target.sqsParameters());
        of(target, arn.service().equals("ssm"), "RunCommandParameters", target.runCommandParameters());
        of(target, arn.service().equals("ecs"), "EcsParameters", target.ecsParameters());
        of(target, arn.service().equals("batch"), "BatchParameters", target.batchParameters());
        of(target, arn.service().startsWith("redshift"), "RedshiftDataParameters", target.redshiftDataParameters());
        of(target, arn.service().equals("sagemaker"), "SageMakerPipelineParameters",
                target.sageMakerPipelineParameters());
        of(target, arn.service().equals("appsync"), "AppSyncParameters", target.appSyncParameters());
    }

    /** AWS leaves no blank before the target's id. */
    private static void of(Events.Target target, boolean ofThisTarget, String name, Object given) {
        if (given != null && !ofThisTarget) {
            throw Refusals.invalid("Parameter " + name + " is not valid for target" + target.id() + ".");
        }
    }

    List<Events.RemoveTargetsResultEntry> remove(Caller caller, Events.RemoveTargetsRequest input) {
        var bus = BusName.of(caller, input.eventBusName());
        return store.write(tx -> {
            var rule = rules.existing(tx, bus, input.rule());
            Rules.requireOwn(rule, Boolean.TRUE.equals(input.force()));
            var failed = new ArrayList<Events.RemoveTargetsResultEntry>();
            for (var id : input.ids()) {
                if (!data.targets.delete(tx, rule.key().and(id))) {
                    failed.add(Events.RemoveTargetsResultEntry.of(e -> e.targetId(id)
                            .errorCode("ResourceNotFoundException")
                            .errorMessage("Rule '" + input.rule() + "' does not have a target with the Id '" + id
                                    + "'.")));
                }
            }
            rules.changed(tx, bus);
            return failed;
        });
    }

    Events.ListTargetsByRuleResponse list(Caller caller, Events.ListTargetsByRuleRequest input) {
        var bus = BusName.of(caller, input.eventBusName());
        return store.read(tx -> {
            var key = rules.existing(tx, bus, input.rule()).key();
            var page = NamedPage.of(data.targets.range(tx, key).map(Row::value), Events.Target::id, null,
                    input.nextToken(),
                    input.limit(), PAGE, Refusals::badToken);
            return Events.ListTargetsByRuleResponse.of(r -> r.targets(page.items()).nextToken(page.next()));
        });
    }
}
