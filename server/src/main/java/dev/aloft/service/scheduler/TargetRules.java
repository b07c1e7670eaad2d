package dev.aloft.service.scheduler;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Operation;
import dev.aloft.api.Scheduler;
import dev.aloft.kernel.call.Operations;
import dev.aloft.kernel.call.Targets;
import dev.aloft.wire.Trees;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What a schedule may call: one of the services for which there is a template, or any operation that changes something.
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html">Universal
 *     targets</a>
 */
final class TargetRules {
    private static final Pattern UNIVERSAL =
            Pattern.compile("arn:aws:scheduler:::aws-sdk:([a-zA-Z0-9]+):([a-zA-Z0-9]+)");
    private static final List<String> READING = List.of("get", "describe", "list", "poll", "receive", "search", "scan",
            "query",
            "select", "read", "lookup", "discover", "validate", "batchGet", "batchDescribe", "batchRead", "transactGet",
                    "adminGet",
            "adminList", "testMigration", "retrieve", "testConnection", "translateDocument", "isAuthorized",
                    "isVpcPeered",
            "invokeModel");
    private static final Set<String> TAKE_JSON = Set.of("lambda", "states", "events");

    private final Targets targets;
    private final Supplier<Operations> operations;

    TargetRules(Targets targets, Supplier<Operations> operations) {
        this.targets = targets;
        this.operations = operations;
    }

    void check(Scheduler.Target target) {
        unbuilt("EcsParameters", target.ecsParameters());
        unbuilt("SageMakerPipelineParameters", target.sageMakerPipelineParameters());
        if (!Arn.isArn(target.arn())) {
            throw invalid("Invalid Arn " + target.arn() + ".");
        }
        var arn = Arn.parse(target.arn());
        if (arn.service().equals("scheduler")) {
            checkUniversal(target);
            return;
        }
        if (!targets.takes(arn)) {
            throw ApiError.notBuilt("A target of service " + arn.service());
        }
        if (target.input() != null && TAKE_JSON.contains(arn.service()) && !JsonReader.isJson(target.input())) {
            throw invalid("The Input of this target must be well-formed JSON.");
        }
        require(arn.service().equals("kinesis"), "KinesisParameters", target.kinesisParameters());
        require(arn.service().equals("events"), "EventBridgeParameters", target.eventBridgeParameters());
        if (!arn.service().equals("sqs")) {
            require(false, "SqsParameters", target.sqsParameters());
        }
        boolean grouped = target.sqsParameters() != null && target.sqsParameters().messageGroupId() != null;
        if (arn.service().equals("sqs") && target.arn().endsWith(".fifo") && !grouped) {
            throw invalid("SqsParameters with a MessageGroupId are required for a FIFO queue.");
        }
    }

    private static void unbuilt(String name, Object value) {
        if (value != null) {
            throw ApiError.notBuilt("A target's " + name);
        }
    }

    private static void require(boolean ofThisTarget, String name, Object value) {
        if (ofThisTarget && value == null) {
            throw invalid(name + " are required for this target.");
        }
        if (!ofThisTarget && value != null) {
            throw invalid(name + " are not supported for this target.");
        }
    }

    private void checkUniversal(Scheduler.Target target) {
        var name = UNIVERSAL.matcher(target.arn());
        if (!name.matches()) {
            throw invalid("Invalid Arn " + target.arn() + ".");
        }
        if (READING.stream().anyMatch(name.group(2)::startsWith)) {
            throw invalid("The API action " + name.group(2) + " is not supported: it only reads.");
        }
        var operation = operation(target.arn());
        var input = target.input() == null ? Map.<String, Object>of() : tree(target.input()).orElseThrow(() ->
                invalid("Invalid RequestJson provided. Reason The Input must be a JSON object."));
        // Attributes of the call, which are filled in later, are text wherever they stand.
        try {
            Trees.written(operation.input(), input);
        } catch (ApiError wrong) {
            throw invalid("Invalid RequestJson provided. Reason " + wrong.getMessage());
        }
    }

    /** The operation that a universal target names. */
    Operation operation(String arn) {
        var name = UNIVERSAL.matcher(arn);
        if (!name.matches()) {
            throw invalid("Invalid Arn " + arn + ".");
        }
        var operation = operations.get().find(name.group(1), name.group(2)).orElseThrow(() ->
                ApiError.notBuilt(name.group(1) + ":" + name.group(2)));
        if (!operation.built()) {
            throw ApiError.notBuilt(operation.toString());
        }
        return operation;
    }

    static boolean isUniversal(String arn) {
        return UNIVERSAL.matcher(arn).matches();
    }

    @SuppressWarnings("unchecked")
    static Optional<Map<String, Object>> tree(String json) {
        try {
            return JsonReader.tree(json) instanceof Map<?, ?> map ? Optional.of((Map<String, Object>) map)
                    : Optional.empty();
        } catch (JsonReader.Malformed _) {
            return Optional.empty();
        }
    }

    private static Scheduler.ValidationException invalid(String message) {
        return new Scheduler.ValidationException(message);
    }
}
