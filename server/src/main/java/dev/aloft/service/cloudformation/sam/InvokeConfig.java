package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A function's EventInvokeConfig: retries and destinations of asynchronous invocations; queues and topics made on
 * demand.
 */
record InvokeConfig(Transformation transformation, Declared source) {
    private static final Set<String> TYPES = Set.of("SQS", "SNS", "EventBridge", "Lambda", "S3Bucket");

    void make(Generated alias, String aliasName, List<Generated> resources, List<Object> policies) {
        var config = Trees.map(transformation.parameters.resolve(source.map("EventInvokeConfig")));
        var made = new Generated(source.id() + "EventInvokeConfig", "AWS::Lambda::EventInvokeConfig",
                source.attributes());
        if (alias != null) {
            made.dependsOn = Functions.list(alias.id);
        }
        var destinations = new LinkedHashMap<String, Object>();
        if (config.get("DestinationConfig") != null && !(config.get("DestinationConfig") instanceof Map)) {
            throw source.error("Property 'EventInvokeConfig.DestinationConfig' should be a map.");
        }
        var given = Trees.map(config.get("DestinationConfig"));
        for (var outcome : List.of("OnSuccess", "OnFailure")) {
            if (given.get(outcome) != null) {
                if (!(given.get(outcome) instanceof Map)) {
                    throw source.error("Property 'EventInvokeConfig.DestinationConfig." + outcome
                            + "' should be a map.");
                }
                destinations.put(outcome, Functions.map("Destination",
                        destination(Trees.map(given.get(outcome)), made.id + outcome, made.id, resources, policies)));
            }
        }
        resources.add(made.with("FunctionName", Functions.ref(source.id()))
                .with("Qualifier", aliasName.isEmpty() ? "$LATEST" : aliasName).with("DestinationConfig", destinations)
                .with("MaximumEventAgeInSeconds", config.get("MaximumEventAgeInSeconds"))
                .with("MaximumRetryAttempts", config.get("MaximumRetryAttempts")));
    }

    private Object destination(Map<String, Object> given, String id, String configId, List<Generated> resources,
            List<Object> policies) {
        var type = given.get("Type") == null ? "None" : Trees.text(given.get("Type"));
        if (!TYPES.contains(type)) {
            throw source.error("'Type: " + type
                    + "' must be one of ['SQS', 'SNS', 'EventBridge', 'Lambda', 'S3Bucket']");
        }
        var destination = given.get("Destination");
        String condition = null;
        Object named = null;
        if (Functions.isIf(destination)) {
            var branches = Trees.list(Trees.map(destination).get("Fn::If"));
            if (branches.size() != 3) {
                throw SamError.resource(configId, "Malformed 'Destination' property: Fn::If requires 3 arguments.");
            }
            var name = Trees.text(branches.get(0));
            if (Functions.isNoValue(branches.get(1)) && !Functions.isNoValue(branches.get(2))) {
                condition = name;
                named = branches.get(2);
            } else if (Functions.isNoValue(branches.get(2)) && !Functions.isNoValue(branches.get(1))) {
                condition = LogicalId.of("NOT" + name, configId);
                transformation.conditions().put(condition,
                        Functions.map("Fn::Not", Functions.list(Functions.map("Condition", name))));
                named = branches.get(1);
            }
        }
        if (destination == null || condition != null) {
            if (!type.equals("SQS") && !type.equals("SNS")) {
                throw source.error("Destination is required if Type is not ['SQS', 'SNS']");
            }
            var made = type.equals("SQS") ? new Generated(id + "Queue", "AWS::SQS::Queue", source.passed())
                    : new Generated(id + "Topic", "AWS::SNS::Topic", source.passed());
            var combined = combined(source.tree().get("Condition"), condition);
            if (combined != null) {
                made.attributes.put("Condition", combined);
            }
            resources.add(made);
            var arn = type.equals("SQS") ? made.arn() : made.ref();
            destination = condition == null ? arn : Functions.either(condition, arn, named);
        }
        policies.add(switch (type) {
            case "SQS" -> Role.sendMessage(id, destination);
            case "SNS" -> Role.publish(id, destination);
            case "EventBridge" -> Role.putEvents(id, destination);
            case "Lambda" -> Role.invoke(id, destination);
            default -> Role.putObjects(id, destination);
        });
        return destination;
    }

    private Object combined(Object first, String second) {
        if (first == null || second == null) {
            return first == null ? second : first;
        }
        var name = LogicalId.of(first + "AND" + second, source.id());
        transformation.conditions().put(name, Functions.map("Fn::And",
                Functions.list(Functions.map("Condition", first), Functions.map("Condition", second))));
        return name;
    }
}
